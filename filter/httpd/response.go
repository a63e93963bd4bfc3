package httpd

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/internal/http1"
)

// The errors about a record that is put.
var (
	ErrStatus     = errors.New("status code has not three digits")
	ErrBodyLength = errors.New("Content-Length is not the length of the body")
	ErrNoResponse = errors.New("piece of a body without a response before it, or after its end")
)

// Append encodes a response or a piece of its body.
//
// From an *http.Response it uses the version (HTTP/1.0 if Proto is empty), the
// status, the reason after the code in Status (the standard one if Status is
// empty), Header in the order that HTTP/1.1 recommends, and the whole Body,
// which it reads and closes. A body that is not nil gets a Content-Length
// unless the header has one, or is sent as one chunk if TransferEncoding is
// chunked, the version is 1.1 and its Trailer follows. Close adds "Connection:
// close". No body is sent in answer to HEAD (Request says so) and with 1xx, 204
// and 304. Line ends in header values become spaces. If Body is nil, only the
// head is sent: [Chunk] and [End] records may follow, or bytes of another
// filter.
//
// With Config.Quirks the rules are POE's, which add and drop nothing.
func (f *Filter) Append(dst []byte, rec any) ([]byte, error) {
	switch r := rec.(type) {
	case *http.Response:
		if r != nil {
			return f.appendResponse(dst, r)
		}
	case Chunk:
		return f.appendPiece(dst, r)
	case End:
		return f.appendEnd(dst, r)
	}
	return dst, putError(&filter.RecordError{Record: rec, Want: "*http.Response, httpd.Chunk or httpd.End"})
}

func putError(err error) error { return &filter.Error{Filter: name, Op: "put", Err: err} }

func (f *Filter) appendResponse(dst []byte, r *http.Response) ([]byte, error) {
	if r.StatusCode < 100 || r.StatusCode > 999 {
		return dst, putError(ErrStatus)
	}
	if _, _, ok := http1.ParseVersion(proto(r)); !ok && !f.config.Quirks {
		return dst, putError(ErrVersion)
	}
	body, err := f.readBody(r.Body)
	if err != nil {
		return dst, putError(err)
	}
	if f.config.Quirks {
		if f.sending = inPlain; r.Body != nil {
			f.sending = complete
		}
		return append(f.quirkHead(dst, r), body...), nil
	}
	plan, err := planBody(r, body)
	if err != nil {
		return dst, putError(err)
	}
	start := len(dst)
	dst = append(dst, proto(r)...)
	dst = append(dst, ' ')
	dst = strconv.AppendInt(dst, int64(r.StatusCode), 10)
	dst = append(dst, ' ')
	dst = appendValue(dst, reason(r))
	dst = append(dst, "\r\n"...)
	if dst, err = f.appendFields(dst, r.Header, plan); err != nil {
		return dst[:start], err
	}
	dst = append(dst, "\r\n"...)
	f.expectBody(r, plan)
	switch {
	case !plan.send:
		return dst, nil
	case !plan.chunked:
		return append(dst, body...), nil
	}
	return f.appendLastChunk(appendChunk(dst, body), r.Trailer)
}

// bodyPlan is what the framing fields of a response say.
type bodyPlan struct {
	length   int64 // Content-Length to add, or -1
	noLength bool  // the header's own must go
	chunked  bool  // add Transfer-Encoding: chunked
	send     bool  // the body follows the head
	close    bool  // add Connection: close
}

func planBody(r *http.Response, body []byte) (bodyPlan, error) {
	p := bodyPlan{length: -1, close: r.Close && !http1.HasToken(r.Header["Connection"], "close")}
	p.chunked = len(r.TransferEncoding) > 0 && r.TransferEncoding[0] == "chunked" ||
		http1.HasToken(r.Header["Transfer-Encoding"], "chunked")
	p.chunked = p.chunked && strings.HasPrefix(proto(r), "HTTP/1.") && proto(r) != "HTTP/1.0"
	if r.StatusCode < 200 || r.StatusCode == http.StatusNoContent {
		p.chunked, p.noLength = false, true
		return p, nil
	}
	p.send, p.noLength = r.Body != nil && mayHaveBody(r), p.chunked
	if p.chunked || r.Body == nil {
		return p, nil
	}
	given := r.Header["Content-Length"]
	switch {
	case len(given) == 0:
		if r.StatusCode != http.StatusNotModified {
			p.length = int64(len(body))
		}
	case p.send:
		if n, ok := http1.ParseLength(given[0]); !ok || len(given) > 1 || n != int64(len(body)) {
			return p, ErrBodyLength
		}
	}
	return p, nil
}

// mayHaveBody reports whether the client reads a body behind the head of r.
func mayHaveBody(r *http.Response) bool {
	return r.StatusCode >= 200 && r.StatusCode != http.StatusNoContent && r.StatusCode != http.StatusNotModified &&
		(r.Request == nil || r.Request.Method != http.MethodHead)
}

func proto(r *http.Response) string {
	if r.Proto == "" {
		return "HTTP/1.0"
	}
	return r.Proto
}

// reason is the reason phrase of r: what follows the code in Status.
func reason(r *http.Response) string {
	if r.Status == "" {
		return http.StatusText(r.StatusCode)
	}
	return message(r)
}

// message is Status without the code at its front.
func message(r *http.Response) string {
	s := strings.TrimPrefix(r.Status, strconv.Itoa(r.StatusCode))
	return strings.TrimPrefix(s, " ")
}

// readBody returns the whole of body; what it returns holds until the next
// call.
func (f *Filter) readBody(body io.ReadCloser) ([]byte, error) {
	switch b := body.(type) {
	case nil:
		return nil, nil
	case interface{ Data() []byte }: // ours: may be put any number of times
		return b.Data(), nil
	}
	defer body.Close()
	const keep = 64 << 10
	if cap(f.scratch) > keep {
		f.scratch = nil
	}
	b := f.scratch[:0]
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := body.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err == io.EOF {
			f.scratch = b
			return b, nil
		}
		if err != nil {
			return nil, err
		}
	}
}
