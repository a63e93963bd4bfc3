package sereal

import (
	"fmt"
	"io"

	"github.com/gopoe/poe/internal/membudget"
)

// SyntaxError is the error about input that is not a valid Sereal document. If
// the input ends early, errors.Is(err, io.ErrUnexpectedEOF) is true.
type SyntaxError struct {
	Offset int    // the approximate position in the uncompressed body, in bytes
	Msg    string // what is wrong
	Err    error  // io.ErrUnexpectedEOF or nil
}

// Error describes what is wrong, and where.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("sereal: offset %d: %s", e.Offset, e.Msg)
}

// Unwrap returns e.Err.
func (e *SyntaxError) Unwrap() error { return e.Err }

func truncated(pos int) error {
	return &SyntaxError{Offset: pos, Msg: "truncated", Err: io.ErrUnexpectedEOF}
}

// The tags that are not a small number, a short string or a short container.
const (
	tagVarint        = 0x20
	tagZigzag        = 0x21
	tagFloat         = 0x22
	tagDouble        = 0x23
	tagUndef         = 0x25
	tagBinary        = 0x26
	tagText          = 0x27
	tagRefN          = 0x28
	tagRefP          = 0x29
	tagHash          = 0x2a
	tagArray         = 0x2b
	tagObject        = 0x2c
	tagObjectV       = 0x2d
	tagAlias         = 0x2e
	tagCopy          = 0x2f
	tagWeaken        = 0x30
	tagRegexp        = 0x31
	tagFrozen        = 0x32
	tagFrozenV       = 0x33
	tagUndefOne      = 0x39
	tagFalse         = 0x3a
	tagTrue          = 0x3b
	tagPad           = 0x3f
	tagArrayRef      = 0x40 // and 16 lengths
	tagHashRef       = 0x50 // and 16 lengths
	tagShort         = 0x60 // and 32 lengths
	trackBit    byte = 0x80
)

// perValue is what any value may take in memory apart from its bytes and parts:
// the header of a string, or a reference.
const perValue = 24

// checker looks a document over before the library reads it: the library
// follows any depth, and any number of copies of one part of the document.
type checker struct {
	data     []byte
	pos      int
	copying  bool // inside a copy: Sereal has no copies of copies
	bytes    int  // of strings, copies included
	items    int
	depth    int
	maxBytes int
	maxItems int
	maxDepth int
	memory   membudget.Budget
}

// charge accounts for n bytes of memory.
func (c *checker) charge(n int) error {
	if !c.memory.Charge(n) {
		return limitError("MaxMemory", c.memory.Max(), c.pos)
	}
	return nil
}

func (c *checker) document() error {
	if err := c.value(); err != nil {
		return err
	}
	for c.pos < len(c.data) && c.data[c.pos]&^trackBit == tagPad {
		c.pos++
	}
	if c.pos != len(c.data) {
		return &SyntaxError{Offset: c.pos, Msg: fmt.Sprintf("%d bytes after the end", len(c.data)-c.pos)}
	}
	return nil
}

// tag counts a value and returns its tag.
func (c *checker) tag() (byte, error) {
	if c.items >= c.maxItems {
		return 0, limitError("MaxItems", c.maxItems, c.pos)
	}
	c.items++
	if err := c.charge(perValue); err != nil {
		return 0, err
	}
	for c.pos < len(c.data) {
		tag := c.data[c.pos] &^ trackBit
		c.pos++
		if tag != tagPad {
			return tag, nil
		}
	}
	return 0, truncated(c.pos)
}

// value looks over one value.
func (c *checker) value() error {
	if c.depth > c.maxDepth {
		return limitError("MaxDepth", c.maxDepth, c.pos)
	}
	c.depth++
	defer func() { c.depth-- }()
	tag, err := c.tag()
	if err != nil {
		return err
	}
	switch {
	case tag < tagVarint:
		return nil
	case tag >= tagShort:
		return c.skip(uint64(tag - tagShort))
	case tag >= tagHashRef:
		return c.pairs(uint64(tag - tagHashRef))
	case tag >= tagArrayRef:
		return c.values(uint64(tag - tagArrayRef))
	}
	return c.tagged(tag)
}

func (c *checker) tagged(tag byte) error {
	switch tag {
	case tagUndef, tagUndefOne, tagFalse, tagTrue:
		return nil
	case tagVarint, tagZigzag, tagRefP, tagAlias:
		_, err := c.number()
		return err
	case tagFloat:
		return c.skip(4)
	case tagDouble:
		return c.skip(8)
	case tagRefN, tagWeaken:
		return c.value()
	case tagObject, tagFrozen:
		if err := c.str(); err != nil {
			return err
		}
		return c.value()
	case tagObjectV, tagFrozenV:
		if err := c.elsewhere(c.str); err != nil {
			return err
		}
		return c.value()
	case tagRegexp:
		if err := c.str(); err != nil {
			return err
		}
		return c.str()
	case tagCopy:
		return c.copyOf(c.value)
	}
	n, err := c.number()
	if err != nil {
		return err
	}
	switch tag {
	case tagBinary, tagText:
		return c.skip(n)
	case tagHash:
		return c.pairs(n)
	case tagArray:
		return c.values(n)
	}
	return &SyntaxError{Offset: c.pos, Msg: fmt.Sprintf("unknown tag %#x", tag)}
}

// str looks over a string where nothing else will do: a key, a class.
func (c *checker) str() error {
	tag, err := c.tag()
	if err != nil {
		return err
	}
	switch {
	case tag >= tagShort:
		return c.skip(uint64(tag - tagShort))
	case tag == tagCopy:
		return c.copyOf(c.str)
	case tag == tagBinary, tag == tagText:
		n, err := c.number()
		if err != nil {
			return err
		}
		return c.skip(n)
	}
	return &SyntaxError{Offset: c.pos, Msg: fmt.Sprintf("tag %#x for a string", tag)}
}

func (c *checker) values(n uint64) error {
	if n > uint64(len(c.data)-c.pos) {
		return truncated(c.pos)
	}
	if err := c.charge(membudget.Slice(int(n))); err != nil {
		return err
	}
	for range n {
		if err := c.value(); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) pairs(n uint64) error {
	if n > uint64(len(c.data)-c.pos)/2 {
		return truncated(c.pos)
	}
	if err := c.charge(membudget.Map(int(n))); err != nil {
		return err
	}
	for range n {
		if err := c.str(); err != nil {
			return err
		}
		if err := c.value(); err != nil {
			return err
		}
	}
	return nil
}

// copyOf looks over a copy of an earlier part of the document.
func (c *checker) copyOf(look func() error) error {
	if c.copying {
		return &SyntaxError{Offset: c.pos, Msg: "copy inside a copy"}
	}
	c.copying = true
	defer func() { c.copying = false }()
	return c.elsewhere(look)
}

// elsewhere looks at the part of the document at an offset that follows.
func (c *checker) elsewhere(look func() error) error {
	at, err := c.number()
	if err != nil {
		return err
	}
	if at >= uint64(c.pos) {
		return &SyntaxError{Offset: c.pos, Msg: fmt.Sprintf("offset %d ahead", at)}
	}
	back := c.pos
	c.pos = int(at)
	err = look()
	c.pos = back
	return err
}

func (c *checker) number() (uint64, error) {
	n, end, err := varint(c.data, c.pos)
	c.pos = end
	return n, err
}

// skip counts and skips the n bytes of a string or number.
func (c *checker) skip(n uint64) error {
	if n > uint64(len(c.data)-c.pos) {
		return truncated(c.pos)
	}
	if n > uint64(c.maxBytes-c.bytes) {
		return limitError("MaxSize", c.maxBytes, c.pos)
	}
	if err := c.charge(int(n)); err != nil {
		return err
	}
	c.bytes += int(n)
	c.pos += int(n)
	return nil
}
