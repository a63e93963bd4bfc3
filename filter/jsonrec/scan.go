package jsonrec

import (
	"bytes"
	"errors"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/internal/limits"
)

// scanner finds where a JSON value ends, without judging it: brackets are
// counted, not matched. It remembers how far it has come, so that a value in
// many small pieces is walked once only.
type scanner struct {
	at       int
	depth    int
	inString bool
	escaped  bool // the byte at at follows a backslash
}

// end returns the length of the value at the front of buf, which begins with
// it. A number or word ends with what follows it.
func (s *scanner) end(buf []byte, maxDepth int) (int, error) {
	if s.at > len(buf) { // other bytes than the last time
		*s = scanner{}
	}
	for s.at < len(buf) {
		if s.inString {
			if !s.endString(buf) {
				return 0, filter.ErrMore
			}
			if s.depth == 0 {
				return s.at, nil
			}
			continue
		}
		c := buf[s.at]
		if s.depth == 0 && s.at > 0 && endsWord(c) {
			return s.at, nil
		}
		s.at++
		switch c {
		case '"':
			s.inString = true
		case '{', '[':
			if s.depth++; s.depth > maxDepth {
				return 0, limits.Exceeded(name, "decode", "MaxDepth", maxDepth)
			}
		case '}', ']':
			if s.depth--; s.depth < 0 {
				return 0, &filter.Error{Filter: name, Op: "decode", Err: errUnopened}
			}
			if s.depth == 0 {
				return s.at, nil
			}
		}
	}
	return 0, filter.ErrMore
}

var errUnopened = errors.New("bracket is closed that was not opened")

// endString goes to the end of the current string and reports whether it is
// there.
func (s *scanner) endString(buf []byte) bool {
	if s.escaped {
		s.at++
		s.escaped = false
	}
	for s.at < len(buf) {
		i := bytes.IndexByte(buf[s.at:], '"')
		j := bytes.IndexByte(buf[s.at:s.at+max(i, 0)], '\\')
		if i < 0 {
			j = bytes.IndexByte(buf[s.at:], '\\')
		}
		switch {
		case j >= 0 && s.at+j+1 == len(buf):
			s.at, s.escaped = len(buf), true
		case j >= 0:
			s.at += j + 2
		case i >= 0:
			s.at += i + 1
			s.inString = false
			return true
		default:
			s.at = len(buf)
		}
	}
	return false
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// endsWord reports whether c cannot be a part of a number or word.
func endsWord(c byte) bool {
	switch c {
	case '{', '}', '[', ']', '"', ',', ':':
		return true
	}
	return isSpace(c)
}
