package compress

import (
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"github.com/gopoe/poe/filter"
)

// deflater is the compressing side. It is made when it is first used, as it
// takes up a good deal of memory.
type deflater struct {
	out appendWriter
	w   compressor // nil until first used
	on  bool       // a stream has been begun and not ended
}

// compressor is what all the library's writers have in common.
type compressor interface {
	io.WriteCloser
	Flush() error
	Reset(io.Writer)
}

// Append compresses rec, a string or []byte, and flushes the output, or ends
// the stream if rec is an [End]. An empty record has no output.
func (f *Filter) Append(dst []byte, rec any) ([]byte, error) {
	return f.compress(dst, []any{rec})
}

// Put compresses recs as one message, with one flush at its end.
func (f *Filter) Put(dst []byte, ends []int, recs []any) ([]byte, []int, error) {
	out, err := f.compress(dst, recs)
	if err != nil || len(out) == len(dst) {
		return dst, ends, err
	}
	return out, append(ends, len(out)), nil
}

// compress checks everything before it compresses anything, since a
// compressor cannot go back.
func (f *Filter) compress(dst []byte, recs []any) ([]byte, error) {
	for _, rec := range recs {
		switch rec.(type) {
		case string, []byte, End:
		default:
			return dst, &filter.Error{Filter: name, Op: "put", Err: &filter.RecordError{Record: rec, Want: "string, []byte or End"}}
		}
	}
	d := &f.deflate
	d.out = dst
	err := d.write(f.config, recs)
	out := d.out
	d.out = nil
	if err != nil {
		return dst, &filter.Error{Filter: name, Op: "put", Err: err}
	}
	return out, nil
}

func (d *deflater) write(config Config, recs []any) error {
	unflushed := false
	for _, rec := range recs {
		var err error
		switch v := rec.(type) {
		case End:
			err = d.end()
			unflushed = false
		case string:
			err = d.add(config, []byte(v))
			unflushed = unflushed || v != ""
		case []byte:
			err = d.add(config, v)
			unflushed = unflushed || len(v) > 0
		}
		if err != nil {
			return err
		}
	}
	if !unflushed {
		return nil
	}
	return d.w.Flush()
}

func (d *deflater) add(config Config, p []byte) error {
	if len(p) == 0 {
		return nil
	}
	if !d.on {
		if err := d.begin(config); err != nil {
			return err
		}
	}
	_, err := d.w.Write(p)
	return err
}

func (d *deflater) begin(config Config) (err error) {
	d.on = true
	if d.w != nil {
		d.w.Reset(&d.out)
		return nil
	}
	level := config.Level
	if level == 0 {
		level = flate.DefaultCompression
	}
	switch config.Format {
	case Zlib:
		d.w, err = zlib.NewWriterLevel(&d.out, level)
	case Gzip:
		d.w, err = gzip.NewWriterLevel(&d.out, level)
	case Deflate:
		d.w, err = flate.NewWriter(&d.out, level)
	default:
		speed := zstd.SpeedDefault
		if config.Level > 0 {
			speed = zstd.EncoderLevelFromZstd(config.Level)
		}
		d.w, err = zstd.NewWriter(&d.out,
			zstd.WithEncoderConcurrency(1),
			zstd.WithEncoderLevel(speed),
			zstd.WithLowerEncoderMem(true),
			zstd.WithWindowSize(min(config.MaxWindow, DefaultMaxWindow)&^(1<<10-1)))
	}
	return err
}

// end writes what stands at the end of a stream, if one has been begun.
func (d *deflater) end() error {
	if !d.on {
		return nil
	}
	d.on = false
	return d.w.Close()
}

// appendWriter is a slice to write to.
type appendWriter []byte

func (w *appendWriter) Write(p []byte) (int, error) {
	*w = append(*w, p...)
	return len(p), nil
}
