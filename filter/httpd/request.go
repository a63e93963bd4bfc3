package httpd

import (
	"math"
	"net/http"
	"net/url"
	"strings"

	"github.com/gopoe/poe/filter/internal/http1"
)

// request keeps a request and its URL in one piece of memory.
type request struct {
	http.Request
	url url.URL
}

// parseRequest reads a head, up to and with its empty line. With a fault it
// returns the request as far as it is known, or nil.
func parseRequest(head string) (*http.Request, *fault) {
	line, fields := http1.CutLine(head)
	r := &request{}
	if bad := r.parseLine(line); bad != nil {
		return nil, bad
	}
	h, err := http1.ParseFields(fields)
	if err != nil {
		return nil, refusal(http.StatusBadRequest, ErrHeader)
	}
	r.Header, r.Body = h, http.NoBody
	if bad := r.setHost(); bad != nil {
		return &r.Request, bad
	}
	r.Close = http1.WantsClose(r.ProtoMajor, r.ProtoMinor, h)
	if e := h["Expect"]; len(e) > 0 && r.ProtoAtLeast(1, 1) && !expects(&r.Request) {
		return &r.Request, refusal(http.StatusExpectationFailed, ErrExpect)
	}
	return &r.Request, nil
}

// parseLine reads the request line: method, target and version, with any run
// of spaces and tabs between them.
func (r *request) parseLine(line string) *fault {
	var proto string
	r.Method, line = cutWord(line)
	r.RequestURI, line = cutWord(line)
	proto, line = cutWord(line)
	if line != "" || r.RequestURI == "" || !http1.IsToken(r.Method) {
		return refusal(http.StatusBadRequest, ErrRequestLine)
	}
	var ok bool
	switch {
	case proto == "HTTP/1.1": // the one that matters
		r.ProtoMajor, r.ProtoMinor = 1, 1
	case proto == "":
		if r.Method != http.MethodGet || r.RequestURI[0] != '/' {
			return refusal(http.StatusBadRequest, ErrRequestLine)
		}
		proto, r.ProtoMinor = "HTTP/0.9", 9
	default:
		if r.ProtoMajor, r.ProtoMinor, ok = http1.ParseVersion(proto); !ok {
			return refusal(http.StatusBadRequest, ErrRequestLine)
		}
		if r.ProtoMajor != 1 {
			return refusal(http.StatusHTTPVersionNotSupported, ErrVersion)
		}
	}
	r.Proto = proto
	if !r.parseTarget() {
		return refusal(http.StatusBadRequest, ErrTarget)
	}
	return nil
}

// cutWord returns the first word of s and what follows the space behind it.
func cutWord(s string) (word, rest string) {
	i := 0
	for i < len(s) && s[i] != ' ' && s[i] != '\t' {
		i++
	}
	word = s[:i]
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	return word, s[i:]
}

// parseTarget fills in the URL from RequestURI.
func (r *request) parseTarget() bool {
	target := r.RequestURI
	for strings.HasPrefix(target, "//") {
		target = target[1:]
	}
	r.URL = &r.url
	if path, query, ok := plainTarget(target); ok {
		r.url.Path, r.url.RawQuery = path, query
		return true
	}
	// CONNECT names a host and a port, unless it is net/rpc's path.
	authority := r.Method == http.MethodConnect && target[0] != '/'
	if authority {
		target = "http://" + target
	}
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return false
	}
	r.url = *u
	if authority {
		r.url.Scheme = ""
	}
	return true
}

// plainTarget splits a target that needs no decoding: a path of letters,
// digits and "-._~/" and a query behind it. It is what most targets are, and
// several times faster than a parser for all URLs.
func plainTarget(s string) (path, query string, ok bool) {
	if s[0] != '/' {
		return "", "", false
	}
	i := 0
	for i < len(s) && isPlain(s[i]) {
		i++
	}
	path = s[:i]
	if i == len(s) {
		return path, "", true
	}
	if s[i] != '?' || i+1 == len(s) {
		return "", "", false
	}
	query = s[i+1:]
	for j := 0; j < len(query); j++ {
		if c := query[j]; c <= ' ' || c == 0x7f {
			return "", "", false
		}
	}
	return path, query, true
}

func isPlain(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '-' <= c && c <= '9' || c == '_' || c == '~'
}

// setHost moves the Host field to where net/http has it. A host in the target
// goes before it.
func (r *request) setHost() *fault {
	hosts := r.Header["Host"]
	if len(hosts) > 1 || len(hosts) == 0 && r.ProtoAtLeast(1, 1) {
		return refusal(http.StatusBadRequest, ErrHost)
	}
	r.Host = r.url.Host
	if len(hosts) == 1 {
		if !validHost(hosts[0]) {
			return refusal(http.StatusBadRequest, ErrHost)
		}
		if r.Host == "" {
			r.Host = hosts[0]
		}
		delete(r.Header, "Host")
	}
	return nil
}

// validHost reports whether host has only bytes that a name, an address, a port
// or their percent-encoding can have.
func validHost(host string) bool {
	for i := 0; i < len(host); i++ {
		if c := host[i]; !isPlain(c) && !strings.ContainsRune("!$%&'()*+,:;=[]", rune(c)) || c == '/' {
			return false
		}
	}
	return true
}

// expects reports whether the client waits for 100 Continue.
func expects(r *http.Request) bool {
	e := r.Header["Expect"]
	return len(e) == 1 && strings.EqualFold(e[0], "100-continue") && r.ProtoAtLeast(1, 1)
}

// bodyLength returns how long the body of r is, and takes its coding out of the
// header, as net/http does.
func (f *Filter) bodyLength(r *http.Request) (int64, *fault) {
	length, err := http1.BodyLength(r.Header, r.ProtoMinor)
	switch {
	case err == http1.ErrCoding:
		return 0, refusal(http.StatusNotImplemented, ErrCoding)
	case err != nil:
		return 0, refusal(http.StatusBadRequest, asOurs(err))
	case length == http1.Chunked:
		r.TransferEncoding, r.ContentLength = []string{"chunked"}, -1
		delete(r.Header, "Transfer-Encoding")
		delete(r.Header, "Trailer")
		return length, nil
	case length == http1.Unknown:
		if len(r.Header["Content-Encoding"]) > 0 && r.ProtoAtLeast(1, 1) {
			return 0, refusal(http.StatusLengthRequired, ErrNoLength)
		}
		return 0, nil
	}
	r.ContentLength = length
	switch {
	case !f.config.Streaming && length > int64(f.config.MaxContent):
		return 0, limited(http.StatusRequestEntityTooLarge, "MaxContent", f.config.MaxContent)
	case length == math.MaxInt64:
		return 0, refusal(http.StatusRequestEntityTooLarge, ErrLength)
	}
	return length, nil
}
