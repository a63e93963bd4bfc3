package httpclient

import (
	"net/http"
	"strings"

	"github.com/gopoe/poe/filter/internal/http1"
)

// parseResponse reads a head, up to and with its empty line.
func parseResponse(head string) (*http.Response, error) {
	line, fields := http1.CutLine(head)
	r := &http.Response{Body: http.NoBody}
	proto, status, ok := strings.Cut(line, " ")
	if r.ProtoMajor, r.ProtoMinor, ok = parseProto(proto, ok); !ok {
		return nil, ErrStatusLine
	}
	if r.ProtoMajor != 1 {
		return nil, ErrVersion
	}
	r.Proto, r.Status = proto, strings.TrimLeft(status, " ")
	code, _, _ := strings.Cut(r.Status, " ")
	n, ok := http1.ParseLength(code)
	if !ok || len(code) != 3 || n < 100 || !printable(r.Status) {
		return nil, ErrStatusLine
	}
	r.StatusCode = int(n)
	h, err := http1.ParseFields(fields)
	if err != nil {
		return nil, ErrHeader
	}
	r.Header = h
	r.Close = http1.WantsClose(r.ProtoMajor, r.ProtoMinor, h)
	if r.Close && r.ProtoMinor > 0 { // net/http has it in Close alone
		delete(h, "Connection")
	}
	return r, nil
}

func parseProto(proto string, ok bool) (major, minor int, valid bool) {
	major, minor, valid = http1.ParseVersion(proto)
	return major, minor, valid && ok
}

func printable(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// endsHTTP reports whether what follows r is another protocol.
func endsHTTP(r *http.Response) bool {
	return r.StatusCode == http.StatusSwitchingProtocols ||
		r.Request != nil && r.Request.Method == http.MethodConnect && r.StatusCode < 300
}

// bodyLength returns how long the body of r is, and takes its coding out of the
// header, as net/http does.
func bodyLength(r *http.Response) (int64, error) {
	length, err := http1.BodyLength(r.Header, r.ProtoMinor)
	empty := r.StatusCode == http.StatusNoContent || r.StatusCode == http.StatusNotModified
	toHead := r.Request != nil && r.Request.Method == http.MethodHead
	switch {
	case err == http1.ErrLength:
		return 0, ErrLength
	case err == http1.ErrCoding:
		return 0, ErrCoding
	case err != nil:
		return 0, ErrFraming
	case length == http1.Chunked:
		r.TransferEncoding, r.ContentLength = []string{"chunked"}, -1
		delete(r.Header, "Transfer-Encoding")
		delete(r.Header, "Trailer")
	case length == http1.Unknown:
		r.ContentLength = -1
		r.Close = r.Close || !empty && !toHead
	default:
		r.ContentLength = length
	}
	if empty {
		r.ContentLength = 0
	}
	if empty || toHead {
		return 0, nil
	}
	return length, nil
}
