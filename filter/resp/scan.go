package resp

import (
	"bytes"

	"github.com/gopoe/poe/filter"
)

// maxHeader is how long the line before a bulk string or an array may be: the
// type, the longest number of 64 bits, CR and LF.
const maxHeader = 1 + 20 + 2

// scanner finds where a value ends without making anything of it. It
// remembers how far it has come, so that a value in many small pieces is
// walked once only, and it is where every limit is looked after: the parser
// after it works on bytes that are known to be a whole value.
type scanner struct {
	config   Config
	at       int   // start of the next value
	seen     int   // no line feed between at and here
	open     []int // values still to come in each open array, outermost first
	elements int
}

// end returns the length of the value at the front of buf.
func (s *scanner) end(buf []byte) (int, error) {
	if s.seen > len(buf) { // other bytes than the last time
		s.reset()
	}
	for {
		children, next, err := s.one(buf)
		if err == filter.ErrMore && len(buf) >= s.config.MaxLength {
			return 0, beyond("MaxLength", s.config.MaxLength)
		}
		if err != nil {
			return 0, err
		}
		if next > s.config.MaxLength {
			return 0, beyond("MaxLength", s.config.MaxLength)
		}
		s.at, s.seen = next, next
		if s.elements++; s.elements > s.config.MaxElements {
			return 0, beyond("MaxElements", s.config.MaxElements)
		}
		if s.enter(children) {
			s.reset()
			return next, nil
		}
		if len(s.open) > s.config.MaxDepth {
			return 0, beyond("MaxDepth", s.config.MaxDepth)
		}
	}
}

func (s *scanner) reset() {
	s.at, s.seen, s.elements, s.open = 0, 0, 0, s.open[:0]
}

// enter counts a value with so many values inside and reports whether all that
// was open has been closed by it.
func (s *scanner) enter(children int) (done bool) {
	if children > 0 {
		s.open = append(s.open, children)
		return false
	}
	for i := len(s.open) - 1; i >= 0; i-- {
		if s.open[i]--; s.open[i] > 0 {
			return false
		}
		s.open = s.open[:i]
	}
	return true
}

// one looks at the value at s.at: how many values are inside it and where it,
// or for an array its header, ends.
func (s *scanner) one(buf []byte) (children, next int, err error) {
	if s.at == len(buf) {
		return 0, 0, filter.ErrMore
	}
	kind := buf[s.at]
	if !isType(kind) {
		return 0, 0, malformed("unknown type " + quoteByte(kind))
	}
	next, err = s.line(buf, kind)
	if err != nil || !isSized(kind) {
		return 0, next, err
	}
	size, err := parseSize(kind, buf[s.at+1:next-2])
	if err != nil || size <= 0 && isAggregate(kind) && kind != '|' {
		return 0, next, err
	}
	if isAggregate(kind) {
		children, err = s.children(kind, size)
		return children, next, err
	}
	if size < 0 {
		return 0, next, nil
	}
	if size > int64(s.config.MaxLength-next) {
		return 0, 0, beyond("MaxLength", s.config.MaxLength)
	}
	if size > int64(len(buf)-next-2) {
		return 0, 0, filter.ErrMore
	}
	last := next + int(size)
	if buf[last] != '\r' || buf[last+1] != '\n' {
		return 0, 0, malformed("string does not end where its length says")
	}
	return 0, last + 2, nil
}

// children is how many values make up an aggregate of this size.
func (s *scanner) children(kind byte, size int64) (int, error) {
	most := int64(s.config.MaxElements)
	if kind == '%' || kind == '|' {
		most = (most - 1) / 2
	}
	switch {
	case size > most:
		return 0, beyond("MaxElements", s.config.MaxElements)
	case kind == '%':
		size *= 2
	case kind == '|':
		size = size*2 + 1
	}
	return int(size), nil
}

// line returns where the line at s.at ends, its CR and LF included.
func (s *scanner) line(buf []byte, kind byte) (next int, err error) {
	from := max(s.at, s.seen)
	i := bytes.IndexByte(buf[from:], '\n')
	if i < 0 {
		s.seen = len(buf)
		if isSized(kind) && len(buf)-s.at > maxHeader {
			return 0, malformed("length is no number")
		}
		return 0, filter.ErrMore
	}
	next = from + i + 1
	if isSized(kind) && next-s.at > maxHeader {
		return 0, malformed("length is no number")
	}
	text := buf[s.at : next-1]
	if bytes.IndexByte(text, '\r') != len(text)-1 {
		return 0, malformed("line does not end in CR LF")
	}
	return next, nil
}

func isType(kind byte) bool {
	switch kind {
	case '+', '-', ':', '_', '#', ',', '(':
		return true
	}
	return isSized(kind)
}

func isSized(kind byte) bool {
	switch kind {
	case '$', '=', '!':
		return true
	}
	return isAggregate(kind)
}

func isAggregate(kind byte) bool {
	switch kind {
	case '*', '~', '>', '%', '|':
		return true
	}
	return false
}
