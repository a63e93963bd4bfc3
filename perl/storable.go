//go:build linux

package perl

import (
	"os"
	"reflect"
	"slices"

	"github.com/gopoe/poe/filter/storable"
)

// frozen writes strings as the bytes that they are here, and keys in order, so that
// equal values give equal bytes.
var frozen = storable.MarshalOptions{ByteStrings: true, Canonical: true}

// Freeze returns the referent of v in the portable format of Storable. Perl:
// nfreeze; freeze does the same here.
func Freeze(v any) string { return string(freeze(frozen, v)) }

// Thaw returns the data which Freeze, or Storable in Perl, has serialized. It
// dies if s is malformed.
func Thaw(s string) any {
	v, err := storable.Unmarshal([]byte(s))
	if err != nil {
		Die("%v", err)
	}
	return newThawer().value(v)
}

// Store writes the referent of v to a file and returns true. It dies if the
// file cannot be written. Perl: store and nstore of Storable.
func Store(v any, path string) bool {
	options := frozen
	options.File = true
	data := freeze(options, v)
	if err := os.WriteFile(path, data, 0o666); !succeeded(err) {
		Die("can't create %s: %s", path, Str(OSError()))
	}
	return true
}

// Retrieve returns the data in a file which Store has written. It dies if the
// file cannot be read.
func Retrieve(path string) any {
	data, err := os.ReadFile(path)
	if !succeeded(err) {
		Die("can't open %s: %s", path, Str(OSError()))
	}
	return Thaw(string(data))
}

func freeze(options storable.MarshalOptions, v any) []byte {
	if RefType(v) == "" {
		Die("Not a reference")
	}
	data, err := options.Marshal(freezer{}.value(v))
	if err != nil {
		Die("%v", err)
	}
	return data
}

// freezer makes the shapes of package storable; it has those of arrays, hashes and
// references to scalars by what they have been made of, which may be met again.
type freezer map[any]any

func (f freezer) value(v any) any {
	if made, ok := f[identity(v)]; ok {
		return made
	}
	switch v := v.(type) {
	case nil, int, string:
		return v
	case *Hash:
		h := make(map[string]any, v.Len())
		out := f.blessed(v, v.class, h)
		for _, s := range v.slots {
			if s.live {
				h[s.key] = f.value(s.value)
			}
		}
		return out
	case *Array:
		a := make([]any, v.Len())
		out := f.blessed(v, v.class, a)
		for i, x := range v.All() {
			a[i] = f.value(x)
		}
		return out
	case *Ref:
		r := &storable.Ref{}
		out := f.blessed(v, v.class, r)
		r.Value = f.value(v.Get())
		return out
	case *Regexp:
		return &storable.Regexp{Pattern: v.source, Flags: v.flags}
	}
	if RefType(v) != "" {
		Die("Can't store %s items", kindOf(v))
	}
	return Str(v)
}

// identity returns what two references to the same thing have in common, nil for what
// is no reference.
func identity(v any) any {
	switch v := v.(type) {
	case *Hash, *Array:
		return v
	case *Ref:
		if v.cell != nil {
			return v.cell
		}
		return v
	}
	return nil
}

// blessed notes the shape of a reference before what is in it is made, and returns it
// with its class.
func (f freezer) blessed(v any, class string, shape any) any {
	if class != "" {
		shape = &storable.Object{Class: class, Value: shape}
	}
	f[identity(v)] = shape
	return shape
}

// thawer makes values of Perl of the shapes of package storable.
type thawer map[uintptr]any

func newThawer() thawer { return thawer{} }

func (t thawer) value(v any) any {
	switch v := v.(type) {
	case int64:
		return int(v)
	case uint64:
		return Bits(v)
	case []byte:
		return string(v)
	case *storable.Object:
		return Bless(t.value(v.Value), v.Class)
	case *storable.Regexp:
		return RE(v.Pattern, v.Flags)
	case *storable.Code:
		Die("Can't eval, please set $Storable::Eval to a true value")
	case map[string]any, []any, *storable.Ref:
		return t.reference(v)
	case *storable.Tied, *storable.Hooked:
		Die("Storable: tied variables and objects with hooks are not translated")
	}
	return v
}

func (t thawer) reference(v any) any {
	at := reflect.ValueOf(v).Pointer()
	if made, ok := t[at]; ok && reflect.ValueOf(v).Kind() != reflect.Slice {
		return made
	}
	switch v := v.(type) {
	case map[string]any:
		h := NewHash()
		t[at] = h
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			h.Set(k, t.value(v[k]))
		}
		return h
	case []any:
		if made, ok := t[at].(*Array); ok && len(v) > 0 {
			return made
		}
		a := NewArray()
		if len(v) > 0 {
			t[at] = a
		}
		for _, x := range v {
			a.Push(t.value(x))
		}
		return a
	case *storable.Ref:
		var cell any
		r := RefTo(&cell)
		t[at] = r
		cell = t.value(v.Value)
		return r
	}
	return nil
}
