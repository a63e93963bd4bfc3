package resp

import (
	"bytes"

	"github.com/gopoe/poe/filter"
)

// maxInline is the longest command that may be given as a plain line, as it is
// in Redis.
const maxInline = 64 << 10

// emptyLines returns how many bytes of nothing but line ends buf begins with.
func emptyLines(buf []byte) int {
	n := 0
	for n < len(buf) && (buf[n] == '\r' || buf[n] == '\n') {
		n++
	}
	return n
}

// inline takes a command that is a plain line, which begins at from. Lines of
// blanks are passed over.
func (f *Filter) inline(buf []byte, from int) (rec any, n int, err error) {
	line := buf[from:]
	length := bytes.IndexByte(line, '\n')
	limit := min(maxInline, f.config.MaxLength)
	if length > limit || length < 0 && len(line) > limit {
		f.broken = beyond("MaxLength", limit)
		return nil, len(buf), f.broken
	}
	if length < 0 {
		return nil, from, filter.ErrMore
	}
	n = from + length + 1
	words := bytes.Fields(line[:length])
	if len(words) == 0 {
		rec, more, err := f.Decode(buf[n:])
		return rec, n + more, err
	}
	if len(words) > f.config.MaxElements {
		f.broken = beyond("MaxElements", f.config.MaxElements)
		return nil, len(buf), f.broken
	}
	items := make([]any, len(words))
	for i, word := range words {
		items[i] = string(word)
	}
	return items, n, nil
}
