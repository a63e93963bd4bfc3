// Package msgpack freezes and thaws the records of POE's Reference filter as
// MessagePack, which Perl reads and writes with Data::MessagePack.
//
// The encoding is that of github.com/vmihailenco/msgpack/v5, with its struct
// tags and interfaces. The Go type of a value is not transmitted, so a record
// is thawed into basic types: nil, bool, int64 (uint64 above its range),
// float64, string, []byte, []any, map[string]any, and time.Time for the
// timestamp extension.
package msgpack

import (
	"bytes"
	"fmt"
	"math"

	"github.com/vmihailenco/msgpack/v5"

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
// any goroutine. The limits are for Thaw: 0 means the default, a negative value
// no limit.
type Serializer struct {
	MaxSize   int // bytes of a record
	MaxItems  int // values in a record, keys included
	MaxDepth  int // nested arrays and maps
	MaxMemory int // estimated bytes that the value occupies in memory
}

// Freeze encodes v. Unlike Storable it accepts any value, not only references.
// v must not contain a cycle, which is not detected and overflows the stack.
func (s Serializer) Freeze(v any) ([]byte, error) {
	data, err := msgpack.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("msgpack: %w", err)
	}
	return data, nil
}

// Thaw decodes one value, which must be all of data. Keys of maps must be
// strings. Input beyond a limit is a *[filter.LimitError], other bad input a
// [*SyntaxError] or an error of the library. The result does not alias data.
func (s Serializer) Thaw(data []byte) (any, error) {
	if limit := orDefault(s.MaxSize, DefaultMaxSize); len(data) > limit {
		return nil, limitError("MaxSize", limit, 0)
	}
	c := checker{
		data:     data,
		maxItems: orDefault(s.MaxItems, DefaultMaxItems),
		maxDepth: orDefault(s.MaxDepth, DefaultMaxDepth),
		memory:   membudget.New(orDefault(s.MaxMemory, DefaultMaxMemory)),
	}
	if err := c.document(); err != nil {
		return nil, err
	}
	dec := msgpack.NewDecoder(bytes.NewReader(data))
	v, err := dec.DecodeInterface()
	if err != nil {
		return nil, fmt.Errorf("msgpack: %w", err)
	}
	return plain(v), nil
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

// plain makes one integer and one floating point type of the many that the
// library keeps apart, by the size they were written in.
func plain(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case map[string]any:
		for k, elem := range v {
			v[k] = plain(elem)
		}
	case int8:
		return int64(v)
	case int16:
		return int64(v)
	case int32:
		return int64(v)
	case uint8:
		return int64(v)
	case uint16:
		return int64(v)
	case uint32:
		return int64(v)
	case uint64:
		if v <= math.MaxInt64 {
			return int64(v)
		}
	case float32:
		return float64(v)
	}
	return v
}
