// Package compress decompresses what arrives and compresses what is put, as
// the byte layer below another filter of a [filter.Stack]: zlib, gzip, raw
// deflate or Zstandard, by github.com/klauspost/compress.
//
//	zlib, err := compress.New(compress.Config{Format: compress.Zlib})
//	stack, err := filter.NewStack(zlib, filter.Lines())
//
// The output of every put is flushed, so that the peer can decompress it at
// once. The peer must do the same, with what zlib calls a sync flush.
//
// If such a stack is replaced in the middle of a stream, the bytes passed to
// the next filter are decompressed already, as for a filter without
// compression.
package compress

import (
	"errors"
	"iter"
	"runtime"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/internal/limits"
	"github.com/gopoe/poe/internal/configerror"
)

// name is what this filter is called in errors.
const name = "Compress"

// Format is how the bytes on the wire are compressed.
type Format int

const (
	// Zlib is RFC 1950.
	Zlib Format = iota + 1
	// Gzip is RFC 1952.
	Gzip
	// Deflate is RFC 1951, without a header or checksum.
	Deflate
	// Zstd is RFC 8878.
	Zstd
)

// The default limits.
const (
	DefaultMaxRatio  = 100
	DefaultMaxWindow = 8 << 20
)

// ratioGrace is how many bytes may be decompressed before the ratio is looked
// at.
const ratioGrace = 1 << 20

// chunkSize is how many bytes a record has at the most.
const chunkSize = 32 << 10

// Config configures a [Filter]; Format is required.
type Config struct {
	// Format is how the bytes on the wire are compressed, in both directions.
	Format Format
	// Level is the level of compression: 1 to 9, for Zstd 1 to 22. 0 means the
	// default level of the format.
	Level int
	// MaxRatio is the most bytes to which a compressed byte may expand, on the
	// average of the whole stream, after the first MiB. It limits the time that
	// a decompression bomb can cost; its memory is limited by the filters
	// above. 0 means DefaultMaxRatio.
	MaxRatio int
	// MaxWindow is the largest window of a Zstd stream in bytes: the
	// decompressed bytes to which it may refer back, which are held in memory.
	// The other formats have 32 KiB. 0 means DefaultMaxWindow.
	MaxWindow int
}

// End is a record that ends the compressed stream with its checksum. Output
// after it begins a new stream.
type End struct{}

// Filter is a filter.Filter whose records are chunks of bytes of no particular
// size, as a Stream's are; the filter above decodes them. After the end of a
// compressed stream another one may begin. Errors of decoding are final: every
// later Decode drops its bytes and returns the error again.
type Filter struct {
	config  Config
	feed    *feed
	next    func() ([]byte, error, bool)
	held    []byte // decompressed when asked what is pending
	hungry  bool   // the decompressor has nothing left to work on
	taken   int64  // compressed bytes so far
	given   int64  // decompressed bytes so far
	broken  error
	deflate deflater
}

// New returns a filter for one connection, or a *filter.ConfigError.
func New(config Config) (*Filter, error) {
	highest := 9
	if config.Format == Zstd {
		highest = 22
	}
	switch {
	case config.Format == 0:
		return nil, &filter.ConfigError{Package: "compress", Field: "Format", Err: filter.ErrMissing}
	case config.Format < Zlib || config.Format > Zstd:
		return nil, &filter.ConfigError{Package: "compress", Field: "Format", Err: errors.New("is unknown")}
	case config.Level < 0 || config.Level > highest:
		return nil, &filter.ConfigError{Package: "compress", Field: "Level", Err: errors.New("is none of this format")}
	}
	var err error
	if config.MaxRatio, err = configerror.Limit("compress", "MaxRatio", config.MaxRatio, DefaultMaxRatio); err != nil {
		return nil, err
	}
	if config.MaxWindow, err = configerror.Limit("compress", "MaxWindow", config.MaxWindow, DefaultMaxWindow); err != nil {
		return nil, err
	}
	if config.MaxWindow < 1<<10 {
		return nil, &filter.ConfigError{Package: "compress", Field: "MaxWindow", Err: filter.ErrTooSmall}
	}
	return newFilter(config), nil
}

func newFilter(config Config) *Filter { return &Filter{config: config, hungry: true} }

// Clone returns a filter with the same settings for another connection.
func (f *Filter) Clone() filter.Filter { return newFilter(f.config) }

// Rewind drops the bytes that PendingBytes returns. The compressed stream
// continues.
func (f *Filter) Rewind() { f.held = nil }

// Decode returns the next decompressed bytes as a string. Errors are
// *filter.Error.
func (f *Filter) Decode(buf []byte) (rec any, n int, err error) {
	chunk, n, err := f.DecodeBytes(buf)
	if err != nil {
		return nil, n, err
	}
	return string(chunk), n, nil
}

// DecodeBytes returns the next decompressed bytes, which are valid until the
// next call.
func (f *Filter) DecodeBytes(buf []byte) (chunk []byte, n int, err error) {
	if len(f.held) > 0 {
		chunk, f.held = f.held, nil
		return chunk, 0, nil
	}
	switch {
	case f.broken != nil && len(buf) > 0:
		return nil, len(buf), f.broken
	case f.broken != nil:
		return nil, 0, filter.ErrMore
	}
	chunk, n, err = f.step(buf)
	if err == nil || err == filter.ErrMore {
		return chunk, n, err
	}
	f.broken = err
	return nil, len(buf), err
}

// step lets the decompressor work until it has a chunk or has used up buf.
func (f *Filter) step(buf []byte) (chunk []byte, n int, err error) {
	if f.hungry && len(buf) == 0 {
		return nil, 0, filter.ErrMore
	}
	if f.next == nil {
		f.start()
	}
	f.feed.in = buf
	chunk, err, _ = f.next()
	n = len(buf) - len(f.feed.in)
	f.feed.in = nil
	f.hungry = err == filter.ErrMore
	f.taken += int64(n)
	f.given += int64(len(chunk))
	if err == nil && f.given > ratioGrace && (f.given-ratioGrace)/int64(f.config.MaxRatio) > f.taken {
		err = limits.Exceeded(name, "decode", "MaxRatio", f.config.MaxRatio)
	}
	return chunk, n, err
}

// start makes the decompressor. Those of the library read from an io.Reader
// and cannot be made to come back later, so it runs as a coroutine that is
// left wherever it wants bytes that have not come. That one has to be stopped
// when the filter is not used any more, for which a Filter has no call.
func (f *Filter) start() {
	feed := &feed{config: f.config}
	var stop func()
	f.next, stop = iter.Pull2(feed.run)
	f.feed = feed
	runtime.AddCleanup(f, func(stop func()) { stop() }, stop)
}

// PendingBytes returns the decompressed bytes that have not become a record. It
// does not consume them.
func (f *Filter) PendingBytes() []byte {
	for !f.hungry && f.broken == nil {
		chunk, _, err := f.step(nil)
		f.held = append(f.held, chunk...)
		if err != nil && err != filter.ErrMore {
			f.broken = err
		}
	}
	return f.held
}
