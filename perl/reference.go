//go:build linux

package perl

import (
	"fmt"
	"reflect"
	"slices"
)

// Ref is a reference to a scalar.
type Ref struct {
	cell  *any
	get   func() any
	set   func(any)
	class string
}

// Get returns the scalar to which r refers.
func (r *Ref) Get() any {
	if r.cell != nil {
		return *r.cell
	}
	return r.get()
}

// Set stores v in the scalar to which r refers and returns v.
func (r *Ref) Set(v any) any {
	if r.cell != nil {
		*r.cell = v
	} else {
		r.set(v)
	}
	return v
}

// String returns SCALAR(0x...), as Perl shows a reference.
func (r *Ref) String() string {
	kind := "SCALAR"
	if RefType(r.Get()) != "" {
		kind = "REF"
	}
	if r.cell != nil {
		return reference(r.cell, r.class, kind)
	}
	return reference(r, r.class, kind)
}

// CellOf returns the variable to which r refers, or nil if it does not refer to
// a variable.
func (r *Ref) CellOf() *any { return r.cell }

// RefTo returns a reference to the variable *p.
func RefTo(p *any) *Ref { return &Ref{cell: p} }

// RefValue returns a reference to a copy of v.
func RefValue(v any) *Ref { return &Ref{cell: &v} }

// RefFunc returns a reference to a scalar which get reads and set modifies.
func RefFunc(get func() any, set func(any)) *Ref { return &Ref{get: get, set: set} }

// S returns v as a reference to a scalar. It dies if v is not one.
func S(v any) *Ref {
	if r, ok := v.(*Ref); ok {
		return r
	}
	Die("%s", notReference(v, "a SCALAR"))
	return nil
}

// Deref returns the scalar to which v refers. It dies if v is not a reference
// to a scalar.
func Deref(v any) any { return S(v).Get() }

// H returns the hash to which v refers, or a new empty hash if v is nil. It
// dies if v is not a reference to a hash. See StrictHash.
func H(v any) *Hash {
	switch v := v.(type) {
	case *Hash:
		return v
	case nil:
		return NewHash()
	case interface{ PerlHash() *Hash }:
		return v.PerlHash()
	}
	if f := operatorOf(v, "%{}"); f != nil {
		return H(First(f.Fn(Scalar, v, nil, false)))
	}
	Die("%s", notReference(v, "a HASH"))
	return nil
}

// A returns the array to which v refers, or a new empty array if v is nil. It
// dies if v is not a reference to an array. See Strict.
func A(v any) *Array {
	switch v := v.(type) {
	case *Array:
		return v
	case nil:
		return NewArray()
	case []any:
		return &Array{items: v}
	case interface{ PerlArray() *Array }:
		return v.PerlArray()
	}
	if f := operatorOf(v, "@{}"); f != nil {
		return A(First(f.Fn(Scalar, v, nil, false)))
	}
	if r := reflect.ValueOf(v); r.Kind() == reflect.Slice {
		a := NewArray()
		for i := range r.Len() {
			a.items = append(a.items, r.Index(i).Interface())
		}
		return a
	}
	Die("%s", notReference(v, "an ARRAY"))
	return nil
}

// HashAt returns the hash to which *p refers. If *p is undef, it first becomes
// a reference to a new hash.
func HashAt(p *any) *Hash {
	if *p == nil {
		*p = NewHash()
	}
	return H(*p)
}

// ArrayAt returns the array to which *p refers. If *p is undef, it first
// becomes a reference to a new array.
func ArrayAt(p *any) *Array {
	if *p == nil {
		*p = NewArray()
	}
	return A(*p)
}

// Strict is like A but dies if v is nil.
func Strict(v any) *Array {
	if v == nil {
		Die("Can't use an undefined value as an ARRAY reference")
	}
	return A(v)
}

// StrictHash is like H but dies if v is nil.
func StrictHash(v any) *Hash {
	if v == nil {
		Die("Can't use an undefined value as a HASH reference")
	}
	return H(v)
}

func notReference(v any, want string) string {
	if RefType(v) == "" {
		return fmt.Sprintf("Can't use string (\"%s\") as %s ref while \"strict refs\" in use", Substr(Str(v), 0, 32), want)
	}
	return "Not " + want + " reference"
}

// JoinRefs returns a new list of the references of all lists.
func JoinRefs(lists ...[]*Ref) []*Ref { return slices.Concat(lists...) }

// TempRefs returns references to copies of values.
func TempRefs(values ...any) []*Ref {
	out := make([]*Ref, len(values))
	for i, v := range values {
		out[i] = RefValue(v)
	}
	return out
}

// Refs returns references to the elements.
func (a *Array) Refs() []*Ref {
	out := make([]*Ref, a.Len())
	for i := range out {
		out[i] = RefFunc(func() any { return a.Get(i) }, func(v any) { a.Set(i, v) })
	}
	return out
}

// RefsAt returns references to the elements at the given indices.
func (a *Array) RefsAt(indices ...any) []*Ref {
	out := make([]*Ref, len(indices))
	for i, n := range indices {
		at := Int(n)
		out[i] = RefFunc(func() any { return a.Get(at) }, func(v any) { a.Set(at, v) })
	}
	return out
}

// Refs returns references to the values.
func (h *Hash) Refs() []*Ref { return h.RefsAt(h.Keys()...) }

// RefsAt returns references to the values of the given keys.
func (h *Hash) RefsAt(keys ...any) []*Ref {
	out := make([]*Ref, len(keys))
	for i, k := range keys {
		key := Str(k)
		out[i] = RefFunc(func() any { return h.Get(key) }, func(v any) { h.Set(key, v) })
	}
	return out
}

// RefType returns the class of an object, the kind of any other reference, and
// "" if v is not a reference. Perl: ref.
func RefType(v any) string {
	switch v := v.(type) {
	case nil, string, int, float64, bool, []byte, Dual:
		return ""
	default:
		if c := Class(v); c != "" {
			return c
		}
		return kindOf(v)
	}
}

// Reftype returns the kind of a reference whatever its class, or nil if v is
// not a reference. Perl: reftype of Scalar::Util.
func Reftype(v any) any {
	if RefType(v) == "" {
		return nil
	}
	return kindOf(v)
}

// Refaddr returns the address of a reference, or nil if v is not a reference.
// Perl: refaddr of Scalar::Util.
func Refaddr(v any) any {
	if RefType(v) == "" {
		return nil
	}
	if r, ok := v.(*Ref); ok && r.cell != nil {
		return int(Address(r.cell))
	}
	return int(Address(v))
}

func kindOf(v any) string {
	switch v := v.(type) {
	case *Hash:
		return "HASH"
	case *Array, []any:
		return "ARRAY"
	case *Code:
		return "CODE"
	case *Ref:
		if RefType(v.Get()) != "" {
			return "REF"
		}
		return "SCALAR"
	case *File:
		return "GLOB"
	}
	switch reflect.ValueOf(v).Kind() {
	case reflect.Pointer, reflect.Struct, reflect.Map:
		return "HASH"
	case reflect.Func:
		return "CODE"
	}
	return ""
}
