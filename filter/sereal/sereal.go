// Package sereal freezes and thaws the records of POE's Reference filter as
// Sereal, which Perl reads and writes with Sereal::Encoder and Sereal::Decoder.
//
// The codec is the Sereal project's own, github.com/Sereal/Sereal/Go/sereal,
// and so are the types of values: nil, bool, int (uint above its range),
// float32 and float64, string for text, []byte for Perl's strings without the
// utf8 flag, []any, map[string]any. Without PerlCompat a reference becomes the
// value that it refers to, and objects lose their class. The library builds on
// 64-bit platforms only.
package sereal

import (
	"fmt"
	"math"

	"github.com/Sereal/Sereal/Go/sereal"

	"github.com/gopoe/poe/internal/membudget"
)

// The default limits of a [Serializer].
const (
	DefaultMaxSize   = 64 << 20
	DefaultMaxItems  = 4 << 20
	DefaultMaxDepth  = 10_000
	DefaultMaxMemory = membudget.Default
)

// Serializer freezes and thaws. The zero value is ready to use. It is safe on
// any goroutine. A limit of 0 means the default, a negative one no limit.
type Serializer struct {
	// PerlCompat thaws objects, weak references and undef into types of that
	// library (PerlObject ...), and references into pointers.
	PerlCompat bool

	MaxSize   int // bytes of a record, before and after decompression
	MaxItems  int // values in a record, keys included
	MaxDepth  int // nested values; it applies to Freeze as well
	MaxMemory int // estimated bytes that the value occupies in memory
}

// Freeze encodes v, uncompressed, as a document of protocol version 3, which
// every Sereal::Decoder since 3.000 reads. It accepts any value, not only
// references. Slices and maps become references to arrays and hashes, and
// structs become objects whose class is the name of their type. Keys of maps
// must be strings: the library writes the text "<int Value>" for a key of type
// int, for example, without an error.
func (s Serializer) Freeze(v any) (data []byte, err error) {
	defer recovered(&err)
	enc := sereal.NewEncoderV3()
	enc.PerlCompat = true // else it writes arrays that Perl has no place for
	enc.MaxRecursionDepth = orDefault(s.MaxDepth, DefaultMaxDepth)
	if data, err = enc.Marshal(v); err != nil {
		return nil, fmt.Errorf("sereal: %w", err)
	}
	return data, nil
}

// Thaw decodes a document of protocol version 1 to 4, uncompressed or
// compressed with Snappy or zlib. Sereal::Encoder 5 writes these versions with
// the option protocol_version. Input beyond a limit is a *[filter.LimitError],
// other bad input a [*SyntaxError] or an error of the library. The result does
// not alias data.
func (s Serializer) Thaw(data []byte) (v any, err error) {
	defer recovered(&err)
	maxSize := orDefault(s.MaxSize, DefaultMaxSize)
	if len(data) > maxSize {
		return nil, limitError("MaxSize", maxSize, 0)
	}
	doc, start, err := uncompressed(data, maxSize)
	if err != nil {
		return nil, err
	}
	c := checker{
		data:     doc[start.base:],
		pos:      start.body - start.base,
		maxBytes: maxSize,
		maxItems: orDefault(s.MaxItems, DefaultMaxItems),
		maxDepth: orDefault(s.MaxDepth, DefaultMaxDepth),
		memory:   membudget.New(orDefault(s.MaxMemory, DefaultMaxMemory)),
	}
	if err := c.document(); err != nil {
		return nil, err
	}
	dec := sereal.NewDecoder()
	dec.PerlCompat = s.PerlCompat
	if err := dec.Unmarshal(doc, &v); err != nil {
		return nil, fmt.Errorf("sereal: %w", err)
	}
	return v, nil
}

// recovered turns a panic of the library, which it has for some documents that
// contradict themselves, into an error.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("sereal: %v", r)
	}
}

// orDefault returns the limit that a field of the Serializer stands for.
func orDefault(limit, def int) int {
	switch {
	case limit == 0:
		return def
	case limit < 0:
		return math.MaxInt
	}
	return limit
}
