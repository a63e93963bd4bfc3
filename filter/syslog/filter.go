// Package syslog turns syslog messages on a stream into records and back: both
// kinds of message, RFC 5424 and the older BSD one of RFC 3164, in both
// framings of RFC 6587, counted octets ("17 <13>...") and one message a line.
package syslog

import (
	"bytes"
	"errors"
	"strconv"
	"time"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/internal/limits"
	"github.com/gopoe/poe/internal/configerror"
)

// DefaultMaxLength is how many bytes a message may have, unless configured
// otherwise: the length that RFC 5425 and RFC 6587 require receivers to accept.
const DefaultMaxLength = 8192

// Framing is how messages are delimited on a stream.
type Framing int

const (
	// Auto accepts either framing, which it detects by the first byte of each
	// message, and writes counted octets.
	Auto Framing = iota
	// Counted is a length and a space before each message.
	Counted
	// Lines is a line feed after each message, which cannot contain one.
	Lines
)

// Config configures a [Filter]. The zero value accepts both formats in both
// framings.
type Config struct {
	// Framing is how messages are delimited.
	Framing Framing
	// MaxLength is the most bytes a message may have without its framing, in
	// both directions. 0 means DefaultMaxLength.
	MaxLength int
	// Now returns the time whose year and time zone complete the time stamps of
	// RFC 3164; nil means time.Now.
	Now func() time.Time
}

// Filter is a filter.Filter for syslog, whose records are *Message. A message
// that is malformed or too long is an error and is skipped. In counted framing
// the error about bytes that are not a length is final: every later Decode
// drops its bytes and returns the error again.
type Filter struct {
	config   Config
	skip     int  // bytes still to come of a counted message that is too long
	skipping bool // inside a line that has been found too long
	broken   error
}

// New returns a filter for one connection, or a *filter.ConfigError.
func New(config Config) (*Filter, error) {
	if config.Framing < Auto || config.Framing > Lines {
		return nil, &filter.ConfigError{Package: "syslog", Field: "Framing", Err: errors.New("is unknown")}
	}
	var err error
	if config.MaxLength, err = configerror.Limit("syslog", "MaxLength", config.MaxLength, DefaultMaxLength); err != nil {
		return nil, err
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	return &Filter{config: config}, nil
}

// Rewind ends the skipping of a message that was too long, and clears an error.
func (f *Filter) Rewind() { f.skip, f.skipping, f.broken = 0, false, nil }

// Clone returns a filter with the same settings for another connection.
func (f *Filter) Clone() filter.Filter { return &Filter{config: f.config} }

// Decode returns the next message as a *Message. Empty lines are skipped.
// Errors are *filter.Error.
func (f *Filter) Decode(buf []byte) (rec any, n int, err error) {
	if len(buf) == 0 {
		return nil, 0, filter.ErrMore
	}
	if f.broken != nil {
		return nil, len(buf), f.broken
	}
	n = min(f.skip, len(buf))
	f.skip -= n
	for n < len(buf) {
		frame, size, err := f.frame(buf[n:])
		n += size
		if err != nil {
			return nil, n, err
		}
		if len(frame) == 0 {
			continue
		}
		message, err := Parse(frame, f.config.Now())
		if err != nil {
			return nil, n, err
		}
		return message, n, nil
	}
	return nil, n, filter.ErrMore
}

// frame takes one frame off buf, which is not empty.
func (f *Filter) frame(buf []byte) (frame []byte, size int, err error) {
	switch {
	case f.config.Framing == Counted:
		return f.counted(buf)
	case f.config.Framing == Auto && !f.skipping && buf[0] >= '1' && buf[0] <= '9':
		return f.counted(buf)
	}
	return f.line(buf)
}

func (f *Filter) counted(buf []byte) (frame []byte, size int, err error) {
	digits := 0
	for digits < len(buf) && buf[digits] >= '0' && buf[digits] <= '9' {
		digits++
	}
	if digits == 0 || buf[0] == '0' || digits < len(buf) && buf[digits] != ' ' {
		return nil, len(buf), f.fail(unframed("message begins with no length"))
	}
	length, err := strconv.Atoi(string(buf[:min(digits, 20)]))
	switch {
	case err != nil:
		return nil, len(buf), f.fail(f.beyond("decode"))
	case digits == len(buf):
		return nil, 0, filter.ErrMore
	case length > f.config.MaxLength:
		f.skip = length
		return nil, digits + 1, f.tooLong()
	case length > len(buf)-digits-1:
		return nil, 0, filter.ErrMore
	}
	size = digits + 1 + length
	return buf[digits+1 : size], size, nil
}

func (f *Filter) fail(err error) error {
	f.broken = err
	return err
}

// beyond is the error about a message of more than MaxLength.
func (f *Filter) beyond(op string) *filter.Error {
	return limits.Exceeded(name, op, "MaxLength", f.config.MaxLength)
}

// tooLong is the error about a message of more than MaxLength, which is
// passed over.
func (f *Filter) tooLong() error {
	err := f.beyond("decode")
	err.Recoverable = true
	return err
}

// line takes a line, and CR with the LF.
func (f *Filter) line(buf []byte) (frame []byte, size int, err error) {
	length := bytes.IndexByte(buf, '\n')
	if length < 0 {
		switch {
		case f.skipping:
			return nil, len(buf), nil
		case len(buf)-1 > f.config.MaxLength: // CR may be the last
			f.skipping = true
			return nil, len(buf), f.tooLong()
		}
		return nil, 0, filter.ErrMore
	}
	if f.skipping {
		f.skipping = false
		return nil, length + 1, nil
	}
	frame = bytes.TrimSuffix(buf[:length], []byte("\r"))
	if len(frame) > f.config.MaxLength {
		return nil, length + 1, f.tooLong()
	}
	return frame, length + 1, nil
}

// Append writes rec, a *Message or Message. A field that the format cannot
// express, or a line break in the framing by lines, is an error, a
// *filter.Error.
func (f *Filter) Append(dst []byte, rec any) ([]byte, error) {
	var message *Message
	switch v := rec.(type) {
	case *Message:
		message = v
	case Message:
		message = &v
	}
	if message == nil {
		return dst, &filter.Error{Filter: name, Op: "put", Err: &filter.RecordError{Record: rec, Want: "*syslog.Message"}}
	}
	if err := message.check(); err != nil {
		return dst, err
	}
	if f.config.Framing == Lines {
		return f.appendLine(dst, message)
	}
	length := len(message.appendTo(dst)) - len(dst)
	if length > f.config.MaxLength {
		return dst, f.beyond("put")
	}
	dst = append(strconv.AppendInt(dst, int64(length), 10), ' ')
	return message.appendTo(dst), nil
}

func (f *Filter) appendLine(dst []byte, message *Message) ([]byte, error) {
	out := message.appendTo(dst)
	line := out[len(dst):]
	switch {
	case bytes.IndexByte(line, '\n') >= 0 || bytes.HasSuffix(line, []byte("\r")):
		return dst, refused("line break in a message that is to be a line")
	case len(line) > f.config.MaxLength:
		return dst, f.beyond("put")
	}
	return append(out, '\n'), nil
}
