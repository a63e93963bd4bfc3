package msgpack

import (
	"fmt"
	"io"

	"github.com/gopoe/poe/internal/membudget"
)

// SyntaxError is the error about input that is not a valid MessagePack value.
// If the input ends early, errors.Is(err, io.ErrUnexpectedEOF) is true.
type SyntaxError struct {
	Offset int    // where in the record, in bytes
	Msg    string // what is wrong
	Err    error  // io.ErrUnexpectedEOF or nil
}

// Error describes what is wrong, and where.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("msgpack: offset %d: %s", e.Offset, e.Msg)
}

// Unwrap returns e.Err.
func (e *SyntaxError) Unwrap() error { return e.Err }

// checker looks a record over before the library reads it: the library
// believes lengths up to a point and follows any depth, and both are a
// stranger's to choose.
type checker struct {
	data     []byte
	pos      int
	items    int
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
	if err := c.value(0); err != nil {
		return err
	}
	if c.pos != len(c.data) {
		return &SyntaxError{Offset: c.pos, Msg: fmt.Sprintf("%d bytes after the end", len(c.data)-c.pos)}
	}
	return nil
}

// value looks over one value at a depth of that many containers.
func (c *checker) value(depth int) error {
	if c.items >= c.maxItems {
		return limitError("MaxItems", c.maxItems, c.pos)
	}
	c.items++
	if err := c.need(1); err != nil {
		return err
	}
	code := c.data[c.pos]
	c.pos++
	switch {
	case code <= 0x7f, code >= 0xe0: // small integers
		return nil
	case code <= 0x8f: // small map
		return c.pairs(int(code&0x0f), depth)
	case code <= 0x9f: // small array
		return c.elements(int(code&0x0f), depth)
	case code <= 0xbf: // short string
		return c.text(int(code & 0x1f))
	}
	return c.sized(code, depth)
}

// sized looks over the values whose code is followed by a size or by a number
// of bytes that the code gives.
func (c *checker) sized(code byte, depth int) error {
	switch code {
	case 0xc0, 0xc2, 0xc3: // nil, false, true
		return nil
	case 0xc4, 0xc5, 0xc6: // bytes
		return c.bytes(1<<(code-0xc4), 0)
	case 0xc7, 0xc8, 0xc9: // extension: a type precedes the bytes
		return c.bytes(1<<(code-0xc7), 1)
	case 0xca: // float
		return c.number(4)
	case 0xcb: // double
		return c.number(8)
	case 0xcc, 0xcd, 0xce, 0xcf: // unsigned
		return c.number(1 << (code - 0xcc))
	case 0xd0, 0xd1, 0xd2, 0xd3: // signed
		return c.number(1 << (code - 0xd0))
	case 0xd4, 0xd5, 0xd6, 0xd7, 0xd8: // extension of fixed size
		return c.text(1 + 1<<(code-0xd4))
	case 0xd9, 0xda, 0xdb: // string
		return c.bytes(1<<(code-0xd9), 0)
	case 0xdc, 0xdd: // array
		n, err := c.size(2 << (code - 0xdc))
		if err != nil {
			return err
		}
		return c.elements(n, depth)
	case 0xde, 0xdf: // map
		n, err := c.size(2 << (code - 0xde))
		if err != nil {
			return err
		}
		return c.pairs(n, depth)
	}
	c.pos--
	return &SyntaxError{Offset: c.pos, Msg: fmt.Sprintf("unknown code %#x", code)}
}

// elements looks over the n elements of an array.
func (c *checker) elements(n, depth int) error {
	if err := c.charge(membudget.Slice(n)); err != nil {
		return err
	}
	return c.values(n, depth)
}

// pairs looks over the n keys and values of a map.
func (c *checker) pairs(n, depth int) error {
	if err := c.charge(membudget.Map(n)); err != nil {
		return err
	}
	return c.values(2*n, depth)
}

// values looks over the n values of a container.
func (c *checker) values(n, depth int) error {
	if depth >= c.maxDepth {
		return limitError("MaxDepth", c.maxDepth, c.pos)
	}
	for range n {
		if err := c.value(depth + 1); err != nil {
			return err
		}
	}
	return nil
}

// bytes skips a size of width bytes, extra bytes, and as many as the size says.
func (c *checker) bytes(width, extra int) error {
	n, err := c.size(width)
	if err != nil {
		return err
	}
	return c.text(n + extra)
}

// size reads a size of width bytes. Whatever it counts, there must be a byte
// for each.
func (c *checker) size(width int) (int, error) {
	if err := c.need(width); err != nil {
		return 0, err
	}
	var n uint64
	for _, b := range c.data[c.pos : c.pos+width] {
		n = n<<8 | uint64(b)
	}
	c.pos += width
	if n > uint64(len(c.data)-c.pos) {
		return 0, c.truncated()
	}
	return int(n), nil
}

func (c *checker) truncated() error {
	return &SyntaxError{Offset: c.pos, Msg: "truncated", Err: io.ErrUnexpectedEOF}
}

func (c *checker) need(n int) error {
	if n > len(c.data)-c.pos {
		return c.truncated()
	}
	return nil
}

// number skips the n bytes of a number.
func (c *checker) number(n int) error {
	if err := c.charge(membudget.Scalar); err != nil {
		return err
	}
	return c.skip(n)
}

// text skips the n bytes of a string, of binary data or of an extension.
func (c *checker) text(n int) error {
	if err := c.charge(membudget.String(n)); err != nil {
		return err
	}
	return c.skip(n)
}

func (c *checker) skip(n int) error {
	if err := c.need(n); err != nil {
		return err
	}
	c.pos += n
	return nil
}
