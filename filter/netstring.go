package filter

import (
	"errors"
	"strconv"
)

// NetstringConfig configures a [Netstring].
type NetstringConfig struct {
	// MaxLength is the most bytes a record may have; 0 means DefaultMaxLength.
	// It is checked as soon as the length has arrived, and for records that are
	// put.
	MaxLength int
}

// Netstring decodes D. J. Bernstein's netstrings, such as "5:hello,", as
// strings, and encodes strings and []byte. It has a zero-copy form,
// DecodeBytes.
//
// The error about input that is not a netstring, or is too long, is final:
// every later Decode drops its bytes and returns the error again.
type Netstring struct {
	maxLength int
	broken    error
}

// NewNetstring returns a Netstring filter, or a *[ConfigError].
func NewNetstring(config NetstringConfig) (*Netstring, error) {
	maxLength, err := limitOr("Netstring", "MaxLength", config.MaxLength, DefaultMaxLength)
	if err != nil {
		return nil, err
	}
	return &Netstring{maxLength: maxLength}, nil
}

// Decode returns the next record as a string.
func (s *Netstring) Decode(buf []byte) (any, int, error) {
	rec, n, err := s.DecodeBytes(buf)
	if err != nil {
		return nil, n, err
	}
	return string(rec), n, nil
}

// DecodeBytes returns the next record as a part of buf.
func (s *Netstring) DecodeBytes(buf []byte) ([]byte, int, error) {
	if len(buf) == 0 {
		return nil, 0, ErrMore
	}
	if s.broken != nil {
		return nil, len(buf), s.broken
	}
	start, end, err := s.find(buf)
	switch {
	case err == nil:
		return buf[start:end:end], end + 1, nil
	case err == ErrMore:
		return nil, 0, err
	}
	s.broken = err
	return nil, len(buf), err
}

// find returns where the record at the front of buf begins and ends, without
// the colon and comma around it.
func (s *Netstring) find(buf []byte) (start, end int, err error) {
	length, digits := 0, 0
	for ; digits < len(buf) && buf[digits] != ':'; digits++ {
		c := buf[digits]
		if c < '0' || c > '9' || digits == 1 && length == 0 {
			return 0, 0, &Error{Filter: "Netstring", Op: "decode", Err: errNoLength}
		}
		if digit := int(c - '0'); length > (s.maxLength-digit)/10 || digit > s.maxLength {
			return 0, 0, limitError("Netstring", "decode", "MaxLength", s.maxLength)
		}
		length = length*10 + int(c-'0')
	}
	start = digits + 1
	switch {
	case digits == len(buf):
		return 0, 0, ErrMore
	case digits == 0:
		return 0, 0, &Error{Filter: "Netstring", Op: "decode", Err: errNoLength}
	case length >= len(buf)-start:
		return 0, 0, ErrMore
	case buf[start+length] != ',':
		return 0, 0, &Error{Filter: "Netstring", Op: "decode", Err: errNoComma}
	}
	return start, start + length, nil
}

// Causes of an Error of Netstring.
var (
	errNoLength = errors.New("does not begin with a length and a colon")
	errNoComma  = errors.New("no comma where the length says")
)

// Append appends the record, a string or []byte, as a netstring.
func (s *Netstring) Append(dst []byte, rec any) ([]byte, error) {
	var length int
	switch v := rec.(type) {
	case string:
		length = len(v)
	case []byte:
		length = len(v)
	}
	if length > s.maxLength {
		return dst, limitError("Netstring", "put", "MaxLength", s.maxLength)
	}
	out := append(strconv.AppendInt(dst, int64(length), 10), ':')
	out, err := appendText(out, "Netstring", rec)
	if err != nil {
		return dst, err
	}
	return append(out, ','), nil
}

// Rewind clears the error.
func (s *Netstring) Rewind() { s.broken = nil }

// Clone returns a Netstring with the same settings.
func (s *Netstring) Clone() Filter { return &Netstring{maxLength: s.maxLength} }
