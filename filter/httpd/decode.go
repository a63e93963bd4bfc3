package httpd

import (
	"net/http"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/internal/http1"
	"github.com/gopoe/poe/filter/internal/limits"
)

// Decode returns the next record, see the package's documentation.
//
// The body of a request is consumed as it arrives, so a filter that is replaced
// in the middle of a body keeps the part that it has, as in POE. The only error
// is that about MaxBuffer, a *filter.Error: for any other fault of a peer the
// record is the answer to it.
func (f *Filter) Decode(buf []byte) (rec any, n int, err error) {
	if err := f.CheckBuffer(len(buf)); err != nil {
		f.drop()
		return nil, len(buf), err
	}
	switch f.step {
	case inHead:
		return f.head(buf)
	case inBody:
		return f.body(buf)
	case atEnd:
		f.step = inHead
		return End{Trailer: f.payload.Trailer}, 0, nil
	}
	return nil, len(buf), filter.ErrMore
}

// CheckBuffer returns the error for n waiting bytes if MaxBuffer is less.
func (f *Filter) CheckBuffer(n int) error {
	if n > f.config.MaxBuffer {
		return limits.Exceeded(name, "decode", "MaxBuffer", f.config.MaxBuffer)
	}
	return nil
}

// DecodeStep is like Decode, except that with Quirks it returns a streamed
// request together with the piece of its body that has arrived.
func (f *Filter) DecodeStep(dst []any, buf []byte) (recs []any, n int, err error) {
	rec, n, err := f.Decode(buf)
	if err != nil {
		return dst, n, err
	}
	dst = append(dst, rec)
	if _, isRequest := rec.(*http.Request); !isRequest || !f.config.Quirks || f.step != inBody || n == len(buf) {
		return dst, n, nil
	}
	rec, k, err := f.Decode(buf[n:])
	return append(dst, rec), n + k, err
}

// Rewind resets how far an incomplete head was searched.
func (f *Filter) Rewind() { f.seen = 0 }

// drop forgets the request under way and, unless POE continued, reads no other.
func (f *Filter) drop() {
	f.req, f.content, f.payload, f.seen = nil, nil, http1.Payload{}, 0
	if f.step = refused; f.config.Quirks {
		f.step = inHead
	}
}

// refuse makes the record for a bad request; what buf holds is dropped.
func (f *Filter) refuse(buf []byte, r *http.Request, bad *fault) (any, int, error) {
	f.drop()
	return bad.response(r), len(buf), nil
}

// head waits for the end of a head, and reads it.
func (f *Filter) head(buf []byte) (any, int, error) {
	skip := 0
	for skip < len(buf) && isBlank(buf[skip]) {
		skip++
	}
	rest := buf[skip:]
	if len(rest) < f.seen {
		f.seen = 0 // not the bytes seen before: another filter took some
	}
	end := f.headEnd(rest)
	if end > f.config.MaxHeader || end < 0 && len(rest) > f.config.MaxHeader {
		return f.refuse(buf, nil, f.tooLarge(rest))
	}
	if end < 0 {
		f.seen = len(rest)
		return nil, skip, filter.ErrMore
	}
	f.seen = 0
	if f.config.Quirks {
		return f.quirks(buf, skip, skip+end)
	}
	r, bad := parseRequest(string(rest[:end]))
	if bad != nil {
		return f.refuse(buf, r, bad)
	}
	length, bad := f.bodyLength(r)
	if bad != nil {
		return f.refuse(buf, r, bad)
	}
	return f.begin(buf, skip+end, r, length)
}

func (f *Filter) headEnd(b []byte) int {
	if f.config.Quirks {
		return quirkHeadEnd(b, f.seen)
	}
	return http1.HeadEnd(b, f.seen)
}

func isBlank(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

// begin returns the request whose head ends at buf[n], or starts on its body.
func (f *Filter) begin(buf []byte, n int, r *http.Request, length int64) (any, int, error) {
	f.payload = http1.NewPayload(length, f.config.MaxHeader)
	if length == 0 {
		if f.config.Streaming && !f.config.Quirks {
			f.step = atEnd
		}
		return r, n, nil
	}
	f.step, f.req = inBody, r
	if f.config.Streaming {
		return r, n, nil
	}
	if f.config.ExpectContinue && len(buf) == n && expects(r) {
		return Continue(r), n, nil
	}
	rec, k, err := f.body(buf[n:])
	return rec, n + k, err
}

// body takes the body out of buf.
func (f *Filter) body(buf []byte) (any, int, error) {
	if f.config.Streaming {
		return f.piece(buf)
	}
	n := 0
	for {
		piece, k, done, err := f.payload.Next(buf[n:])
		if n += k; err != nil {
			return f.refuse(buf, f.req, f.bodyFault(err))
		}
		if len(piece) > f.config.MaxContent-len(f.content) {
			return f.refuse(buf, f.req, limited(http.StatusRequestEntityTooLarge, "MaxContent", f.config.MaxContent))
		}
		f.content = append(f.content, piece...)
		if done {
			return f.finish(), n, nil
		}
		if k == 0 || n == len(buf) {
			return nil, n, filter.ErrMore
		}
	}
}

// finish completes the request whose body has arrived.
func (f *Filter) finish() *http.Request {
	r := f.req
	r.Trailer = f.payload.Trailer
	r.ContentLength = int64(len(f.content))
	if r.Body = http.NoBody; len(f.content) > 0 {
		r.Body = http1.NewContent(f.content)
	}
	f.req, f.content, f.step = nil, nil, inHead
	return r
}

// piece returns what buf has of a streamed body.
func (f *Filter) piece(buf []byte) (any, int, error) {
	piece, n, done, err := f.payload.Next(buf)
	if err != nil {
		return f.refuse(buf, f.req, f.bodyFault(err))
	}
	if done {
		f.req = nil
		if f.step = atEnd; f.config.Quirks {
			f.step = inHead
		}
	}
	switch {
	case len(piece) > 0:
		return append([]byte(nil), piece...), n, nil
	case done:
		f.step = inHead
		return End{Trailer: f.payload.Trailer}, n, nil
	}
	return nil, n, filter.ErrMore
}
