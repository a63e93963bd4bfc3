// Package irc turns lines of IRC into messages and back: RFC 1459 and RFC
// 2812, with the message tags of IRCv3. It serves clients and servers alike.
package irc

import (
	"bytes"
	"unicode/utf8"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/internal/limits"
	"github.com/gopoe/poe/internal/configerror"
)

// The default limits, which are those of the standards: 512 bytes for a message
// with its CR LF, and 8191 for the tags before it, with their @ and the space
// after them.
const (
	DefaultMaxLength = 512
	DefaultMaxTags   = 8191
)

// Config configures a [Filter]. The zero value has the standards' limits.
type Config struct {
	// MaxLength is the most bytes a message may have, with its line end and
	// without its tags, in both directions. 0 means DefaultMaxLength.
	MaxLength int
	// MaxTags is the most bytes the tags may have, with the @ before and the
	// space after them, in both directions. 0 means DefaultMaxTags.
	MaxTags int
	// Truncate shortens the last parameter of a message that is put, at the end
	// of a character, if the message is longer than MaxLength, as IRC servers
	// do when they add a source to a message. Otherwise such a message is an
	// error.
	Truncate bool
	// KeepRaw sets Message.Raw.
	KeepRaw bool
}

// Filter is a filter.Filter for IRC, whose records are *Message. A line that is
// malformed or too long is an error and is skipped; decoding continues with the
// next line.
type Filter struct {
	config   Config
	skipping bool // inside a line that has been found too long
}

// New returns a filter for one connection, or a *filter.ConfigError.
func New(config Config) (*Filter, error) {
	var err error
	if config.MaxLength, err = configerror.Limit("irc", "MaxLength", config.MaxLength, DefaultMaxLength); err != nil {
		return nil, err
	}
	if config.MaxTags, err = configerror.Limit("irc", "MaxTags", config.MaxTags, DefaultMaxTags); err != nil {
		return nil, err
	}
	return &Filter{config: config}, nil
}

// Rewind ends the skipping of a line that was too long.
func (f *Filter) Rewind() { f.skipping = false }

// Clone returns a filter with the same settings for another connection.
func (f *Filter) Clone() filter.Filter { return &Filter{config: f.config} }

// Decode returns the next message as a *Message. Lines end in LF, with or
// without CR before it; empty lines are skipped. Errors are *filter.Error.
func (f *Filter) Decode(buf []byte) (rec any, n int, err error) {
	for {
		length := bytes.IndexByte(buf[n:], '\n') + 1
		if length == 0 {
			return f.unfinished(buf, n)
		}
		line := buf[n : n+length]
		n += length
		if f.skipping {
			f.skipping = false
			continue
		}
		if err := f.checkLength("decode", line); err != nil {
			return nil, n, badRecord(err)
		}
		line = bytes.TrimSuffix(line[:length-1], []byte("\r"))
		if len(bytes.Trim(line, " ")) == 0 {
			continue
		}
		message, err := Parse(line)
		if err != nil {
			return nil, n, err
		}
		if f.config.KeepRaw {
			message.Raw = string(line)
		}
		return message, n, nil
	}
}

// unfinished looks at a line whose end has not come. One that is too long
// already is dropped, the rest of it when it comes.
func (f *Filter) unfinished(buf []byte, n int) (any, int, error) {
	if f.skipping {
		return nil, len(buf), filter.ErrMore
	}
	if err := f.checkLength("decode", buf[n:]); err != nil {
		f.skipping = true
		return nil, len(buf), badRecord(err)
	}
	return nil, n, filter.ErrMore
}

// checkLength checks a line, or the beginning of one.
func (f *Filter) checkLength(op string, line []byte) *filter.Error {
	if len(line) > 0 && line[0] == '@' {
		tags := bytes.IndexByte(line, ' ') + 1
		if tags == 0 {
			tags = len(line)
		}
		if tags > f.config.MaxTags {
			return limits.Exceeded(name, op, "MaxTags", f.config.MaxTags)
		}
		line = line[tags:]
	}
	if len(line) > f.config.MaxLength {
		return limits.Exceeded(name, op, "MaxLength", f.config.MaxLength)
	}
	return nil
}

// Append writes rec, a *Message or Message, and CR LF. A message that would not
// be decoded as the same message, for example because a parameter contains a
// line break, is an error, a *filter.Error.
func (f *Filter) Append(dst []byte, rec any) ([]byte, error) {
	var message *Message
	switch v := rec.(type) {
	case *Message:
		message = v
	case Message:
		message = &v
	}
	if message == nil {
		return dst, &filter.Error{Filter: name, Op: "put", Err: &filter.RecordError{Record: rec, Want: "*irc.Message"}}
	}
	if err := message.check(); err != nil {
		return dst, err
	}
	out := append(message.appendTo(dst), '\r', '\n')
	if f.config.Truncate {
		out = f.truncate(out, len(dst), message)
	}
	if err := f.checkLength("put", out[len(dst):]); err != nil {
		return dst, err
	}
	return out, nil
}

// truncate shortens the line out[start:], which is message, to MaxLength if its
// last parameter is long enough for that.
func (f *Filter) truncate(out []byte, start int, message *Message) []byte {
	if out[start] == '@' {
		start += bytes.IndexByte(out[start:], ' ') + 1
	}
	excess := len(out) - start - f.config.MaxLength
	if excess <= 0 || len(message.Params) == 0 {
		return out
	}
	last := message.Params[len(message.Params)-1]
	keep := len(last) - excess
	for keep > 0 && !utf8.RuneStart(last[keep]) {
		keep--
	}
	if keep <= 0 {
		return out
	}
	return append(out[:len(out)-len("\r\n")-len(last)+keep], "\r\n"...)
}
