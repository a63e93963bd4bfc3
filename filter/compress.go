package filter

import (
	"bytes"
	"compress/zlib"
	"io"
)

// compressor is zlib on whole values, with its buffers kept from one to the
// next. Results hold until release is called. The zero value is ready to use.
type compressor struct {
	in     bytes.Reader
	reader io.ReadCloser // also a zlib.Resetter
	writer *zlib.Writer
	out    bytes.Buffer
}

// deflate compresses data.
func (c *compressor) deflate(data []byte) []byte {
	c.out.Reset()
	if c.writer == nil {
		c.writer = zlib.NewWriter(&c.out)
	} else {
		c.writer.Reset(&c.out)
	}
	c.writer.Write(data) // a bytes.Buffer takes everything
	c.writer.Close()
	return c.out.Bytes()
}

// inflate decompresses data; it returns ErrLimit for more than limit bytes and
// never holds much more.
func (c *compressor) inflate(data []byte, limit int) ([]byte, error) {
	c.in.Reset(data)
	var err error
	if c.reader == nil {
		c.reader, err = zlib.NewReader(&c.in)
	} else {
		err = c.reader.(zlib.Resetter).Reset(&c.in, nil)
	}
	if err != nil {
		return nil, err
	}
	c.out.Reset()
	n, err := c.out.ReadFrom(io.LimitReader(c.reader, int64(limit)+1))
	if n > int64(limit) {
		c.out = bytes.Buffer{}
		return nil, ErrLimit
	}
	return c.out.Bytes(), err
}

// release drops the result, and its memory if that is much.
func (c *compressor) release() {
	if c.out.Cap() > keepBuffer {
		c.out = bytes.Buffer{}
	}
}
