package httpclient

import (
	"errors"
	"io"
	"math"
	"net/http"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/internal/http1"
	"github.com/gopoe/poe/filter/internal/limits"
)

// The errors about a response: the causes in the *filter.Error of Decode. Other
// causes are filter.ErrLimit and, of Finish, io.ErrUnexpectedEOF.
var (
	ErrStatusLine = errors.New("malformed status line")
	ErrVersion    = errors.New("HTTP version is not 1.x")
	ErrHeader     = errors.New("malformed header field")
	ErrLength     = errors.New("malformed Content-Length")
	ErrFraming    = errors.New("contradictory message length")
	ErrCoding     = errors.New("unknown transfer coding")
	ErrChunk      = errors.New("malformed chunk or trailer")
)

// Decode returns the next record, see the package's documentation. After an
// error all further input is dropped. After a 101 response, or a successful one
// to CONNECT, it consumes nothing: the bytes are for the filter that replaces
// this one.
func (f *Filter) Decode(buf []byte) (rec any, n int, err error) {
	switch f.step {
	case inHead:
		rec, n, err = f.head(buf)
	case inBody:
		rec, n, err = f.body(buf)
	case atEnd:
		f.step = inHead
		return End{Trailer: f.payload.Trailer}, 0, nil
	case switched:
		if len(buf) > f.config.MaxHeader {
			err = f.limited("MaxHeader", f.config.MaxHeader)
		} else {
			err = filter.ErrMore
		}
	default:
		return nil, len(buf), filter.ErrMore
	}
	if err != nil && err != filter.ErrMore {
		f.step, f.content, f.payload = failed, nil, http1.Payload{}
		return nil, len(buf), err
	}
	return rec, n, err
}

// Finish implements filter.Finisher: the end of the connection ends the body of
// a response of unknown length. The record is that response, or the [End] of
// its streamed body. The error is io.EOF if there is no such response and
// nothing is missing, and a *filter.Error about io.ErrUnexpectedEOF if the
// connection ended in the middle of a response. Afterwards the filter decodes
// nothing more.
func (f *Filter) Finish(buf []byte) (rec any, err error) {
	at := f.step
	f.step = failed
	switch {
	case at == atEnd:
		return End{Trailer: f.payload.Trailer}, nil
	case at == inBody && f.toClose && f.config.Streaming:
		f.resp = nil
		return End{}, nil
	case at == inBody && f.toClose:
		return f.complete(), nil
	case at == inBody, at == inHead && len(buf) > 0:
		return nil, decodeError(io.ErrUnexpectedEOF)
	}
	return nil, io.EOF
}

func decodeError(cause error) error { return &filter.Error{Filter: name, Op: "decode", Err: cause} }

func (f *Filter) limited(limit string, value int) error {
	return limits.Exceeded(name, "decode", limit, value)
}

// head waits for the end of a head, and reads it.
func (f *Filter) head(buf []byte) (any, int, error) {
	n := 0
	for {
		for n < len(buf) && (buf[n] == '\r' || buf[n] == '\n') {
			n++ // some servers end a body with a line end that is not part of it
		}
		rest := buf[n:]
		if len(rest) < f.seen {
			f.seen = 0 // not the bytes seen before: another filter took some
		}
		end := http1.HeadEnd(rest, f.seen)
		if end > f.config.MaxHeader || end < 0 && len(rest) > f.config.MaxHeader {
			return nil, 0, f.limited("MaxHeader", f.config.MaxHeader)
		}
		if end < 0 {
			f.seen = len(rest)
			return nil, n, filter.ErrMore
		}
		f.seen = 0
		r, err := parseResponse(string(rest[:end]))
		if err != nil {
			return nil, 0, decodeError(err)
		}
		n += end
		if r.StatusCode >= 200 || r.StatusCode == http.StatusSwitchingProtocols {
			return f.begin(buf, n, r)
		}
		if f.config.Informational {
			if len(f.sent) > 0 {
				r.Request = f.sent[0]
			}
			return r, n, nil
		}
	}
}

// begin returns the response whose head ends at buf[n], or starts on its
// body.
func (f *Filter) begin(buf []byte, n int, r *http.Response) (any, int, error) {
	if len(f.sent) > 0 {
		r.Request, f.sent[0] = f.sent[0], nil
		f.sent = f.sent[1:]
	}
	if endsHTTP(r) {
		f.step = switched
		return r, n, nil
	}
	length, err := bodyLength(r)
	if err != nil {
		return nil, 0, decodeError(err)
	}
	if !f.config.Streaming && length > int64(f.config.MaxContent) {
		return nil, 0, f.limited("MaxContent", f.config.MaxContent)
	}
	if r.ContentLength == math.MaxInt64 { // or more
		return nil, 0, decodeError(ErrLength)
	}
	f.payload = http1.NewPayload(length, f.config.MaxHeader)
	f.toClose = length == http1.Unknown
	switch {
	case length == 0 && f.config.Streaming:
		f.step = atEnd
		return r, n, nil
	case length == 0:
		return r, n, nil
	}
	f.step, f.resp = inBody, r
	if f.config.Streaming {
		return r, n, nil
	}
	rec, k, err := f.body(buf[n:])
	return rec, n + k, err
}

// body takes the body out of buf.
func (f *Filter) body(buf []byte) (any, int, error) {
	n := 0
	for {
		piece, k, done, err := f.payload.Next(buf[n:])
		if n += k; err != nil {
			return nil, 0, f.bodyError(err)
		}
		if f.config.Streaming {
			return f.piece(piece, n, done)
		}
		if len(piece) > f.config.MaxContent-len(f.content) {
			return nil, 0, f.limited("MaxContent", f.config.MaxContent)
		}
		f.content = append(f.content, piece...)
		if done {
			return f.complete(), n, nil
		}
		if k == 0 || n == len(buf) {
			return nil, n, filter.ErrMore
		}
	}
}

// piece returns a piece of a streamed body.
func (f *Filter) piece(piece []byte, n int, done bool) (any, int, error) {
	if done {
		f.step, f.resp = atEnd, nil
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

func (f *Filter) bodyError(err error) error {
	if err == http1.ErrTrailerSize {
		return f.limited("MaxHeader", f.config.MaxHeader)
	}
	return decodeError(ErrChunk)
}

// complete gives the response its body.
func (f *Filter) complete() *http.Response {
	r := f.resp
	r.Trailer = f.payload.Trailer
	r.ContentLength = int64(len(f.content))
	if len(f.content) > 0 {
		r.Body = http1.NewContent(f.content)
	}
	f.resp, f.content = nil, nil
	if f.step == inBody {
		f.step = inHead
	}
	return r
}
