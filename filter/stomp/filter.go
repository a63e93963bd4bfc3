// Package stomp turns the frames of STOMP 1.2 into records and back, on either
// side of the connection.
package stomp

import (
	"bytes"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/internal/limits"
	"github.com/gopoe/poe/internal/configerror"
)

// The default limits.
const (
	DefaultMaxHeader  = 16 << 10
	DefaultMaxHeaders = 100
	DefaultMaxBody    = 1 << 20
)

// Config configures a [Filter]. The zero value has the default limits.
type Config struct {
	// MaxHeader is the most bytes of the command and the headers, with their
	// line ends. 0 means DefaultMaxHeader.
	MaxHeader int
	// MaxHeaders is the most headers of a frame. 0 means DefaultMaxHeaders.
	MaxHeaders int
	// MaxBody is the most bytes of a body. 0 means DefaultMaxBody.
	MaxBody int
	// Heartbeats returns each line end between two frames, which is a peer's
	// heart-beat, as a record of type [Heartbeat]. Otherwise they are skipped.
	Heartbeats bool
}

// Heartbeat is a line end between frames. A line end directly after a frame is
// returned as well, as it cannot be distinguished.
type Heartbeat struct{}

// Filter is a filter.Filter for STOMP, whose records are *[Frame] and, with
// Config.Heartbeats, [Heartbeat]. Errors of decoding are final: every later
// Decode drops its bytes and returns the error again, while Append can still be
// used to send an ERROR frame.
type Filter struct {
	config Config
	seen   int    // how far the current frame has been searched for its next end
	head   int    // bytes up to the body, once they are all here; else 0
	next   *Frame // what has been read of the current frame, with head > 0
	length int    // of its body, -1 if only its NUL ends it
	broken error
}

// New returns a filter for one connection, or a *filter.ConfigError.
func New(config Config) (*Filter, error) {
	var err error
	if config.MaxHeader, err = configerror.Limit("stomp", "MaxHeader", config.MaxHeader, DefaultMaxHeader); err != nil {
		return nil, err
	}
	if config.MaxHeaders, err = configerror.Limit("stomp", "MaxHeaders", config.MaxHeaders, DefaultMaxHeaders); err != nil {
		return nil, err
	}
	if config.MaxBody, err = configerror.Limit("stomp", "MaxBody", config.MaxBody, DefaultMaxBody); err != nil {
		return nil, err
	}
	return &Filter{config: config}, nil
}

// Clone returns a filter with the same settings for another connection.
func (f *Filter) Clone() filter.Filter { return &Filter{config: f.config} }

// Rewind resets how far the input was searched, and clears an error.
func (f *Filter) Rewind() { f.seen, f.head, f.next, f.broken = 0, 0, nil, nil }

// Decode returns the next frame as a *Frame. Errors are *filter.Error.
func (f *Filter) Decode(buf []byte) (rec any, n int, err error) {
	if len(buf) == 0 {
		return nil, 0, filter.ErrMore
	}
	if f.broken != nil {
		return nil, len(buf), f.broken
	}
	if f.head > len(buf) || f.seen > len(buf) { // other bytes than the last time
		f.Rewind()
	}
	for f.seen == 0 && f.head == 0 {
		size := lineEnd(buf[n:])
		if size == 0 {
			break
		}
		n += size
		if f.config.Heartbeats {
			return Heartbeat{}, n, nil
		}
	}
	frame, size, err := f.frame(buf[n:])
	switch err {
	case nil:
		return frame, n + size, nil
	case filter.ErrMore:
		return nil, n, err
	}
	f.broken = err
	return nil, len(buf), err
}

// lineEnd returns the length of a line end at the front of buf, 0 if none is
// there.
func lineEnd(buf []byte) int {
	switch {
	case len(buf) > 0 && buf[0] == '\n':
		return 1
	case len(buf) > 1 && buf[0] == '\r' && buf[1] == '\n':
		return 2
	}
	return 0
}

// frame takes the frame at the front of buf.
func (f *Filter) frame(buf []byte) (*Frame, int, error) {
	if f.head == 0 {
		if err := f.findHead(buf); err != nil {
			return nil, 0, err
		}
	}
	end, err := f.findEnd(buf)
	if err != nil {
		return nil, 0, err
	}
	frame := f.next
	frame.Body = append([]byte(nil), buf[f.head:end]...)
	f.seen, f.head, f.next = 0, 0, nil
	return frame, end + 1, nil
}

// findHead looks for the empty line after the headers.
func (f *Filter) findHead(buf []byte) error {
	for {
		i := bytes.IndexByte(buf[f.seen:], '\n')
		if i < 0 {
			return f.checkRest(buf)
		}
		line := buf[f.seen : f.seen+i]
		f.seen += i + 1
		if f.seen > f.config.MaxHeader {
			return limits.Exceeded(name, "decode", "MaxHeader", f.config.MaxHeader)
		}
		if len(line) == 0 || len(line) == 1 && line[0] == '\r' {
			break
		}
		if bytes.IndexByte(line, 0) >= 0 {
			return malformed("NUL in a header")
		}
	}
	head, err := parseHead(buf[:f.seen], f.config.MaxHeaders)
	if err != nil {
		return err
	}
	length, err := head.contentLength()
	if err != nil {
		return err
	}
	if length > f.config.MaxBody {
		return limits.Exceeded(name, "decode", "MaxBody", f.config.MaxBody)
	}
	f.head, f.next, f.length = f.seen, head, length
	return nil
}

// checkRest looks at headers whose end has not come: for what they cannot have
// and for too much of them.
func (f *Filter) checkRest(buf []byte) error {
	switch {
	case len(buf) > f.config.MaxHeader:
		return limits.Exceeded(name, "decode", "MaxHeader", f.config.MaxHeader)
	case bytes.IndexByte(buf[f.seen:], 0) >= 0:
		return malformed("NUL in a header")
	}
	return filter.ErrMore
}

// findEnd looks for the NUL after the body.
func (f *Filter) findEnd(buf []byte) (end int, err error) {
	if f.length >= 0 {
		if f.length >= len(buf)-f.head {
			return 0, filter.ErrMore
		}
		end = f.head + f.length
		if buf[end] != 0 {
			return 0, malformed("body does not end where its content-length says")
		}
		return end, nil
	}
	i := bytes.IndexByte(buf[f.seen:], 0)
	end = f.seen + i
	if i < 0 {
		f.seen = len(buf)
		end = len(buf)
	}
	if end-f.head > f.config.MaxBody {
		return 0, limits.Exceeded(name, "decode", "MaxBody", f.config.MaxBody)
	}
	if i < 0 {
		return 0, filter.ErrMore
	}
	return end, nil
}

// Append appends rec, a *Frame, Frame or Heartbeat. If there is a body, a
// header content-length is added, unless the frame has one or NoContentLength
// is set, so that the body may contain any bytes. The limits apply only to
// Decode.
func (f *Filter) Append(dst []byte, rec any) ([]byte, error) {
	switch v := rec.(type) {
	case Heartbeat:
		return append(dst, '\n'), nil
	case Frame:
		return v.appendTo(dst)
	case *Frame:
		if v != nil {
			return v.appendTo(dst)
		}
	}
	return dst, &filter.Error{Filter: name, Op: "put", Err: &filter.RecordError{Record: rec, Want: "*stomp.Frame or stomp.Heartbeat"}}
}
