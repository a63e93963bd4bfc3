package node

import (
	"fmt"
	"reflect"

	"github.com/fxamacker/cbor/v2"
)

// Codec turns arguments into bytes and back. Its methods are called from
// several goroutines at once, Encode mostly on the kernel's own, Decode there only
// in replays. Equal values must be encoded alike if recordings of the program are
// to be replayed. Decode's input is untrusted: it must bound what it allocates and
// return an error, not panic. Nodes that communicate must use the same codec.
type Codec interface {
	Encode(values []any) ([]byte, error)
	Decode(data []byte) ([]any, error)
}

// Types registers structs for [NewCBOR], a value of each type under a number
// from 40000 on, which must be the same on all nodes.
type Types map[uint64]any

// Numbers below this are CBOR's own.
const minTypeNumber = 40000

// errorTag is the number under which errors travel.
const errorTag = 39999

// wireError is an error on its way.
type wireError struct {
	_    struct{} `cbor:",toarray"`
	Code code
	Text string
}

// CBOR is the codec that nodes use by default (RFC 8949). It encodes strings,
// booleans, numbers, nil, []byte, time.Time, errors, registered structs,
// slices, and maps with string keys. All integers arrive as int64, all floats
// as float64, slices as []any, maps as map[string]any; an error arrives as a
// *RemoteError, a struct as itself. Encode refuses pointers, channels,
// functions and structs that are not registered with ErrBadValue.
type CBOR struct {
	enc   cbor.EncMode
	dec   cbor.DecMode
	types map[reflect.Type]bool
	sizes map[uint64]typeSize // by number
}

// NewCBOR returns a codec with some structs registered; nil registers none.
// Fields of a struct are encoded by name; those that the other side does not
// have are ignored. The error is a *kernel.ConfigError which names the type or
// number.
func NewCBOR(types Types) (*CBOR, error) {
	c := &CBOR{types: map[reflect.Type]bool{}, sizes: map[uint64]typeSize{}}
	set := cbor.NewTagSet()
	how := cbor.TagOptions{EncTag: cbor.EncTagRequired, DecTag: cbor.DecTagRequired}
	if err := set.Add(how, reflect.TypeFor[wireError](), errorTag); err != nil {
		return nil, configError("Types", err)
	}
	for number, sample := range types {
		t := reflect.TypeOf(sample)
		if t == nil || t.Kind() != reflect.Struct {
			return nil, configError("Types", fmt.Errorf("%d: %T is no struct", number, sample))
		}
		if number < minTypeNumber {
			return nil, configError("Types", fmt.Errorf("%d: numbers start at %d", number, minTypeNumber))
		}
		if err := set.Add(how, t, number); err != nil {
			return nil, configError("Types", fmt.Errorf("%d: %w", number, err))
		}
		c.types[t] = true
		c.sizes[number] = sizeOf(t)
	}
	for t := range c.types {
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() {
				if err := c.checkType(f.Type, 0); err != nil {
					return nil, configError("Types", fmt.Errorf("%s.%s: %w", t, f.Name, err))
				}
			}
		}
	}
	if err := c.modes(set); err != nil {
		return nil, err
	}
	return c, nil
}

// modes sets the limits and the rules of both directions.
func (c *CBOR) modes(set cbor.TagSet) (err error) {
	c.enc, err = cbor.EncOptions{Sort: cbor.SortBytewiseLexical, Time: cbor.TimeRFC3339Nano, TimeTag: cbor.EncTagRequired}.EncModeWithTags(set)
	if err != nil {
		return configError("Types", err)
	}
	c.dec, err = cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, IntDec: cbor.IntDecConvertSignedOrFail, UTF8: cbor.UTF8DecodeInvalid,
		DefaultMapType:  reflect.TypeFor[map[string]any](),
		MaxNestedLevels: maxNesting, MaxArrayElements: 1 << 24, MaxMapPairs: 1 << 23,
	}.DecModeWithTags(set)
	if err != nil {
		return configError("Types", err)
	}
	return nil
}

// Encode encodes a list of values. The error wraps ErrBadValue.
func (c *CBOR) Encode(values []any) ([]byte, error) {
	ready, err := c.prepareList(values, 0)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadValue, err)
	}
	data, err := c.enc.Marshal(ready)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadValue, err)
	}
	return data, nil
}

// Decode decodes what Encode has encoded. The error wraps ErrBadValue.
func (c *CBOR) Decode(data []byte) ([]any, error) {
	var values []any
	if err := c.dec.Unmarshal(data, &values); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadValue, err)
	}
	for i, v := range values {
		values[i] = restore(v)
	}
	return values, nil
}
