package compress

import (
	"errors"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/internal/limits"
)

// feed is what a decompressor reads from: the available bytes, and when they are
// used up it waits until it is given more.
type feed struct {
	config Config
	in     []byte
	yield  func([]byte, error) bool
}

// errStopped ends a decompressor that waits for bytes.
var errStopped = errors.New("compress: stopped")

// run decompresses one stream after another, chunk by chunk. With ErrMore it
// asks for bytes; any other error is its last word.
func (d *feed) run(yield func([]byte, error) bool) {
	d.yield = yield
	chunk := make([]byte, chunkSize)
	var r io.Reader
	for d.wait() {
		var err error
		if r, err = d.open(r); err == nil {
			err = d.copy(r, chunk)
		}
		if err == errStopped {
			break
		}
		if err != nil {
			yield(nil, d.explain(err))
			break
		}
	}
	if z, ok := r.(*zstd.Decoder); ok {
		z.Close()
	}
}

// copy yields one stream chunk by chunk.
func (d *feed) copy(r io.Reader, chunk []byte) error {
	for {
		n, err := r.Read(chunk)
		if errors.Is(err, errStopped) || n > 0 && !d.yield(chunk[:n], nil) {
			return errStopped
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// open makes a decompressor for the next stream, or uses the last one again.
func (d *feed) open(last io.Reader) (io.Reader, error) {
	switch d.config.Format {
	case Zlib:
		if r, ok := last.(zlib.Resetter); ok {
			return last, r.Reset(d, nil)
		}
		return zlib.NewReader(d)
	case Gzip:
		return d.openGzip(last)
	case Deflate:
		if r, ok := last.(flate.Resetter); ok {
			return last, r.Reset(d, nil)
		}
		return flate.NewReader(d), nil
	}
	if r, ok := last.(*zstd.Decoder); ok {
		return last, r.Reset(d)
	}
	return zstd.NewReader(d,
		zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(min(uint64(d.config.MaxWindow), mostWindow)))
}

// mostWindow is the greatest window that the library takes as a limit.
const mostWindow = 1 << 41

// openGzip keeps the decompressor from looking for the next stream before it
// has returned the last one.
func (d *feed) openGzip(last io.Reader) (io.Reader, error) {
	r, ok := last.(*gzip.Reader)
	if !ok {
		var err error
		if r, err = gzip.NewReader(d); err != nil {
			return nil, err
		}
	} else if err := r.Reset(d); err != nil {
		return r, err
	}
	r.Multistream(false)
	return r, nil
}

// explain makes a decompressor's error one of this filter's.
func (d *feed) explain(err error) error {
	if errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrWindowSizeTooSmall) {
		return limits.Exceeded(name, "decode", "MaxWindow", d.config.MaxWindow)
	}
	return &filter.Error{Filter: name, Op: "decode", Err: err}
}

// wait asks for bytes until there are some, and reports false if none will
// come any more.
func (d *feed) wait() bool {
	for len(d.in) == 0 {
		if !d.yield(nil, filter.ErrMore) {
			return false
		}
	}
	return true
}

// Read is the decompressor's way to the bytes.
func (d *feed) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if !d.wait() {
		return 0, errStopped
	}
	n := copy(p, d.in)
	d.in = d.in[n:]
	return n, nil
}

// ReadByte lets a decompressor take exactly the bytes that it needs.
func (d *feed) ReadByte() (byte, error) {
	if !d.wait() {
		return 0, errStopped
	}
	c := d.in[0]
	d.in = d.in[1:]
	return c, nil
}
