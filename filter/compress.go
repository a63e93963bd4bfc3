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
	n, err := c.out.ReadFrom(io.LimitReader(c.reader, int64(min(limit, inflateInPlace))+1))
	switch {
	case err != nil || n <= int64(min(limit, inflateInPlace)):
		return c.out.Bytes(), err
	case limit <= inflateInPlace:
		c.out = bytes.Buffer{}
		return nil, ErrLimit
	}
	return c.inflateLarge(data, limit, n)
}

// inflateInPlace is up to how many bytes a value is decompressed into a buffer
// that grows.
const inflateInPlace = 1 << 20

// inflateLarge decompresses a value of which n bytes are known already. It finds
// out how long the value is first: a buffer that grows would need three times as
// much memory.
func (c *compressor) inflateLarge(data []byte, limit int, n int64) ([]byte, error) {
	c.out = bytes.Buffer{}
	more, err := io.Copy(io.Discard, io.LimitReader(c.reader, int64(limit)+1-n))
	if err != nil {
		return nil, err
	}
	if n += more; n > int64(limit) {
		return nil, ErrLimit
	}
	c.in.Reset(data)
	if err := c.reader.(zlib.Resetter).Reset(&c.in, nil); err != nil {
		return nil, err
	}
	value := make([]byte, n)
	_, err = io.ReadFull(c.reader, value)
	return value, err
}

// release drops the result, and its memory if that is much.
func (c *compressor) release() {
	if c.out.Cap() > keepBuffer {
		c.out = bytes.Buffer{}
	}
}
