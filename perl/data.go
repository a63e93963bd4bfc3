//go:build linux

package perl

import (
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
)

// Array is a Perl array, the referent of an array reference. The zero Array is
// empty and ready to use. A nil *Array is empty, but methods that modify it,
// and Each, panic.
type Array struct {
	items []any
	class string
	refs  int
	iter  int          // of Each
	holes map[int]bool // elements that do not exist
}

// NewArray returns a new array of the values.
func NewArray(values ...any) *Array {
	a := &Array{items: values}
	for _, v := range values {
		retain(v)
	}
	return a
}

// Copy returns a new array of the values.
func Copy(values []any) *Array { return NewArray(append([]any(nil), values...)...) }

// Len returns the number of elements, 0 if a is nil.
func (a *Array) Len() int {
	if a == nil {
		return 0
	}
	return len(a.items)
}

// Last returns the last index, -1 if a is empty. Perl: $#a.
func (a *Array) Last() int { return a.Len() - 1 }

// All returns the elements. The slice belongs to the array; the caller must not
// modify it.
func (a *Array) All() []any {
	if a == nil {
		return nil
	}
	return a.items
}

// Get returns element i, or nil if there is none; negative indices count from
// the end.
func (a *Array) Get(i int) any {
	if a == nil {
		return nil
	}
	if i < 0 {
		i += len(a.items)
	}
	if i < 0 || i >= len(a.items) {
		return nil
	}
	return a.items[i]
}

// Set stores v in element i, extends the array if necessary and returns v. It
// dies if a negative i is before the first element.
func (a *Array) Set(i int, v any) any {
	if i < 0 {
		i += len(a.items)
	}
	if i < 0 {
		Die("Modification of non-creatable array value attempted, subscript %d", i-len(a.items))
	}
	for i >= len(a.items) {
		if i > len(a.items) {
			a.hole(len(a.items))
		}
		a.items = append(a.items, nil)
	}
	if a.holes != nil {
		delete(a.holes, i)
	}
	retain(v)
	old := a.items[i]
	a.items[i] = v
	release(old)
	return v
}

// Resize sets the length to n. New elements are undef and do not exist. Perl:
// $#a = n - 1.
func (a *Array) Resize(n int) {
	for n > len(a.items) {
		a.hole(len(a.items))
		a.items = append(a.items, nil)
	}
	for _, v := range a.items[max(n, 0):] {
		release(v)
	}
	a.items = a.items[:max(n, 0)]
}

// Assign replaces all elements and returns a.
func (a *Array) Assign(values []any) *Array {
	old := a.items
	a.items = append([]any(nil), values...)
	for _, v := range a.items {
		retain(v)
	}
	for _, v := range old {
		release(v)
	}
	return a
}

// Init replaces all elements by values.
func (a *Array) Init(values ...any) { a.Assign(values) }

// Push appends values and returns the new length.
func (a *Array) Push(values ...any) int {
	for _, v := range values {
		retain(v)
	}
	a.items = append(a.items, values...)
	return len(a.items)
}

// Unshift inserts values at the beginning and returns the new length.
func (a *Array) Unshift(values ...any) int {
	for _, v := range values {
		retain(v)
	}
	a.items = append(append([]any(nil), values...), a.items...)
	return len(a.items)
}

// Pop removes and returns the last element, nil if a is empty.
func (a *Array) Pop() any {
	if len(a.items) == 0 {
		return nil
	}
	v := a.items[len(a.items)-1]
	a.items = a.items[:len(a.items)-1]
	drop(v)
	return v
}

// Shift removes and returns the first element, nil if a is empty.
func (a *Array) Shift() any {
	if len(a.items) == 0 {
		return nil
	}
	v := a.items[0]
	a.items[0] = nil
	a.items = a.items[1:]
	drop(v)
	return v
}

// Splice removes length elements at offset, inserts values in their place and
// returns those removed. A negative length leaves that many elements at the
// end; Rest removes all from offset on.
func (a *Array) Splice(offset, length int, values ...any) []any {
	n := len(a.items)
	if offset < 0 {
		offset += n
	}
	offset = min(max(offset, 0), n)
	if length == Rest {
		length = n - offset
	}
	if length < 0 {
		length = max(n-offset+length, 0)
	}
	end := min(offset+length, n)
	removed := append([]any(nil), a.items[offset:end]...)
	for _, v := range values {
		retain(v)
	}
	a.items = append(append(append([]any(nil), a.items[:offset]...), values...), a.items[end:]...)
	for _, v := range removed {
		drop(v)
	}
	return removed
}

// Rest, as the length of Splice or Substr, means up to the end.
const Rest = 1<<62 - 1

// Slice returns the elements at the given indices.
func (a *Array) Slice(indices ...any) []any {
	out := make([]any, len(indices))
	for i, n := range indices {
		out[i] = a.Get(Int(n))
	}
	return out
}

// Exists reports whether a has an element i.
func (a *Array) Exists(i int) bool {
	if i < 0 {
		i += a.Len()
	}
	return i >= 0 && i < a.Len() && !a.holes[i]
}

// hole notes an element that has never been assigned to, or has been deleted.
func (a *Array) hole(i int) {
	if a.holes == nil {
		a.holes = map[int]bool{}
	}
	a.holes[i] = true
}

// Delete deletes element i and returns it. The last element is removed; any
// other becomes undef and no longer exists.
func (a *Array) Delete(i int) any {
	v := a.Get(i)
	if i < 0 {
		i += a.Len()
	}
	switch {
	case i == a.Last() && i >= 0:
		v = a.Pop()
		for a.Len() > 0 && a.holes[a.Last()] { // up to the last element that exists
			delete(a.holes, a.Last())
			a.items = a.items[:a.Last()]
		}
	case a.Exists(i):
		a.Set(i, nil)
		a.hole(i)
	}
	return v
}

// Each returns the next index and its element, or nothing at the end.
func (a *Array) Each() []any {
	if a.iter >= len(a.items) {
		a.iter = 0
		return nil
	}
	i := a.iter
	a.iter++
	return []any{i, a.items[i]}
}

// Hash returns the hash to which element i refers. If the element is undef, it
// first becomes a reference to a new hash.
func (a *Array) Hash(i int) *Hash {
	if v := a.Get(i); v != nil {
		return H(v)
	}
	h := NewHash()
	a.Set(i, h)
	return h
}

// Array returns the array to which element i refers. If the element is undef,
// it first becomes a reference to a new array.
func (a *Array) Array(i int) *Array {
	if v := a.Get(i); v != nil {
		return A(v)
	}
	b := NewArray()
	a.Set(i, b)
	return b
}

// Hash is a Perl hash, the referent of a hash reference. Unlike Perl's it keeps
// insertion order. The zero Hash is empty and ready to use. A nil *Hash is
// empty, but methods that modify it, and Each, panic.
type Hash struct {
	index map[string]int
	slots []slot
	dead  int
	iter  int
	class string
	refs  int
}

type slot struct {
	key   string
	value any
	live  bool
}

// NewHash returns a new hash of alternating keys and values.
func NewHash(pairs ...any) *Hash {
	h := &Hash{index: map[string]int{}}
	h.Fill(pairs)
	return h
}

// Fill stores alternating keys and values.
func (h *Hash) Fill(pairs []any) {
	for i := 0; i < len(pairs); i += 2 {
		var v any
		if i+1 < len(pairs) {
			v = pairs[i+1]
		}
		h.Set(Str(pairs[i]), v)
	}
}

// Assign replaces the content by alternating keys and values and returns h.
func (h *Hash) Assign(pairs []any) *Hash {
	pairs = append([]any(nil), pairs...)
	old := h.slots
	h.index, h.slots, h.dead, h.iter = map[string]int{}, nil, 0, 0
	h.Fill(pairs)
	for _, s := range old {
		if s.live {
			release(s.value)
		}
	}
	return h
}

// Init replaces the content by alternating keys and values.
func (h *Hash) Init(pairs ...any) { h.Assign(pairs) }

// Len returns the number of keys.
func (h *Hash) Len() int {
	if h == nil {
		return 0
	}
	return len(h.index)
}

// Get returns the value of a key, or nil if there is none.
func (h *Hash) Get(key string) any {
	if h == nil {
		return nil
	}
	if i, ok := h.index[key]; ok {
		return h.slots[i].value
	}
	return nil
}

// Set stores v under key and returns v.
func (h *Hash) Set(key string, v any) any {
	retain(v)
	if i, ok := h.index[key]; ok {
		old := h.slots[i].value
		h.slots[i].value = v
		release(old)
		return v
	}
	if h.index == nil {
		h.index = map[string]int{}
	}
	h.index[key] = len(h.slots)
	h.slots = append(h.slots, slot{key, v, true})
	return v
}

// Exists reports whether h has the key.
func (h *Hash) Exists(key string) bool {
	if h == nil {
		return false
	}
	_, ok := h.index[key]
	return ok
}

// Delete removes a key and returns its value, or nil. A value without another
// holder lives until FreeTemps.
func (h *Hash) Delete(key string) any {
	v, ok := h.remove(key)
	if ok {
		drop(v)
	}
	return v
}

// Remove removes a key. A value without another holder is destroyed at once.
func (h *Hash) Remove(key string) {
	if v, ok := h.remove(key); ok {
		release(v)
	}
}

func (h *Hash) remove(key string) (any, bool) {
	i, ok := h.index[key]
	if !ok {
		return nil, false
	}
	v := h.slots[i].value
	h.slots[i] = slot{}
	delete(h.index, key)
	if h.dead++; h.dead > 16 && h.dead > len(h.index) && h.iter == 0 {
		h.compact()
	}
	return v, true
}

func (h *Hash) compact() {
	live := h.slots[:0:0]
	for _, s := range h.slots {
		if s.live {
			h.index[s.key] = len(live)
			live = append(live, s)
		}
	}
	h.slots, h.dead = live, 0
}

// living yields the keys and values in their order.
func (h *Hash) living() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		if h == nil {
			return
		}
		for _, s := range h.slots {
			if s.live && !yield(s.key, s.value) {
				return
			}
		}
	}
}

// Keys returns the keys in insertion order and resets Each.
func (h *Hash) Keys() []any {
	h.restart()
	out := make([]any, 0, h.Len())
	for key := range h.living() {
		out = append(out, key)
	}
	return out
}

// SortedKeys returns the keys in byte order and resets Each.
func (h *Hash) SortedKeys() []string {
	h.restart()
	out := make([]string, 0, h.Len())
	for key := range h.living() {
		out = append(out, key)
	}
	slices.Sort(out)
	return out
}

// Values returns the values in insertion order and resets Each.
func (h *Hash) Values() []any {
	h.restart()
	out := make([]any, 0, h.Len())
	for _, value := range h.living() {
		out = append(out, value)
	}
	return out
}

// Pairs returns keys and values alternately.
func (h *Hash) Pairs() []any {
	out := make([]any, 0, 2*h.Len())
	for key, value := range h.living() {
		out = append(out, key, value)
	}
	return out
}

// restart makes the next Each begin with the first key.
func (h *Hash) restart() {
	if h != nil {
		h.iter = 0
	}
}

// All returns keys and values alternately, as Pairs does.
func (h *Hash) All() []any { return h.Pairs() }

// Each returns the next key and its value, or nothing at the end.
func (h *Hash) Each() []any {
	for h.iter < len(h.slots) {
		s := h.slots[h.iter]
		h.iter++
		if s.live {
			return []any{s.key, s.value}
		}
	}
	h.iter = 0
	return nil
}

// Slice returns the values of the given keys.
func (h *Hash) Slice(keys ...any) []any {
	out := make([]any, len(keys))
	for i, k := range keys {
		out[i] = h.Get(Str(k))
	}
	return out
}

// SetSlice stores values under the given keys.
func (h *Hash) SetSlice(keys, values []any) {
	for i, k := range keys {
		var v any
		if i < len(values) {
			v = values[i]
		}
		h.Set(Str(k), v)
	}
}

// SetSlice stores values in the elements at the given indices.
func (a *Array) SetSlice(indices, values []any) {
	for i, n := range indices {
		var v any
		if i < len(values) {
			v = values[i]
		}
		a.Set(Int(n), v)
	}
}

// DeleteSlice removes keys and returns their values.
func (h *Hash) DeleteSlice(keys ...any) []any {
	out := make([]any, len(keys))
	for i, k := range keys {
		out[i] = h.Delete(Str(k))
	}
	return out
}

// KeyValues returns the given keys alternately with their values. Perl:
// %h{...}.
func (h *Hash) KeyValues(keys ...any) []any {
	var out []any
	for _, k := range keys {
		out = append(out, k, h.Get(Str(k)))
	}
	return out
}

// Hash returns the hash to which the value of key refers. If the value is
// undef, it first becomes a reference to a new hash.
func (h *Hash) Hash(key string) *Hash {
	if v := h.Get(key); v != nil {
		return H(v)
	}
	n := NewHash()
	h.Set(key, n)
	return n
}

// Array returns the array to which the value of key refers. If the value is
// undef, it first becomes a reference to a new array.
func (h *Hash) Array(key string) *Array {
	if v := h.Get(key); v != nil {
		return A(v)
	}
	a := NewArray()
	h.Set(key, a)
	return a
}

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

func notReference(v any, want string) string {
	if RefType(v) == "" {
		return fmt.Sprintf("Can't use string (\"%s\") as %s ref while \"strict refs\" in use", Substr(Str(v), 0, 32), want)
	}
	return "Not " + want + " reference"
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

// Ref is a reference to a scalar.
type Ref struct {
	cell  *any
	get   func() any
	set   func(any)
	class string
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

// RefTo returns a reference to the variable *p.
func RefTo(p *any) *Ref { return &Ref{cell: p} }

// RefValue returns a reference to a copy of v.
func RefValue(v any) *Ref { return &Ref{cell: &v} }

// RefFunc returns a reference to a scalar which get reads and set modifies.
func RefFunc(get func() any, set func(any)) *Ref { return &Ref{get: get, set: set} }

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

// Deref returns the scalar to which v refers. It dies if v is not a reference
// to a scalar.
func Deref(v any) any { return S(v).Get() }

// S returns v as a reference to a scalar. It dies if v is not one.
func S(v any) *Ref {
	if r, ok := v.(*Ref); ok {
		return r
	}
	Die("%s", notReference(v, "a SCALAR"))
	return nil
}

// Code is a reference to a sub.
type Code struct {
	Name    string
	Fn      Sub
	Handler any // the same as a handler of events, if it is one
	class   string
}

// Sub is a Perl sub. It gets the context of the call and @_, and returns a
// list, whose last element is the value in scalar context.
type Sub func(w Want, args ...any) []any

// Want is the context of a call.
type Want int

// The contexts.
const (
	Void Want = iota
	Scalar
	List
)

// Wantarray returns true in list context, false in scalar context and nil in
// void context. Perl: wantarray.
func (w Want) Wantarray() any {
	switch w {
	case List:
		return true
	case Scalar:
		return false
	}
	return nil
}

// NewCode returns a reference to f.
func NewCode(name string, f Sub) *Code { return &Code{Name: name, Fn: f} }

// NamedCode returns the reference to a sub of a package, the same one for each
// call with that name.
func NamedCode(name string, f Sub) *Code {
	c := FindSub(name)
	if c == nil {
		c = &Code{Name: name, Fn: f}
		DefineCode(name, c)
	}
	return c
}

// Apply calls a code reference in scalar context and returns its value.
func Apply(code any, args ...any) any { return First(CodeOf(code).Fn(Scalar, args...)) }

// ApplyList calls a code reference in list context and returns its list.
func ApplyList(code any, args ...any) []any { return CodeOf(code).Fn(List, args...) }

// ApplyVoid calls a code reference in void context.
func ApplyVoid(code any, args ...any) { CodeOf(code).Fn(Void, args...) }

// CodeOf returns the code to which v refers, by reference or by the name of a
// sub. It dies if v is neither.
func CodeOf(v any) *Code {
	switch v := v.(type) {
	case *Code:
		return v
	case func(...any) any:
		return NewCode("", func(w Want, args ...any) []any { return []any{v(args...)} })
	case interface{ PerlCode() *Code }:
		return v.PerlCode()
	case nil:
		Die("Can't use an undefined value as a subroutine reference")
	case string:
		if f := FindSub(v); f != nil {
			return f
		}
		if !strings.Contains(v, "::") {
			v = "main::" + v
			if f := FindSub(v); f != nil {
				return f
			}
		}
		if f := autoloaded(v); f != nil {
			return f
		}
		Die("Undefined subroutine &%s called", v)
	}
	if f := operatorOf(v, "&{}"); f != nil {
		return CodeOf(First(f.Fn(Scalar, v, nil, false)))
	}
	Die("Not a CODE reference")
	return nil
}

// First returns the scalar value of the list which a sub has returned: its last
// element, or nil if it is empty. See Head for the first element.
func First(list []any) any {
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1]
}

// Head returns the first element of a list, or nil if it is empty.
func Head(list []any) any {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// At returns element i of a list, or nil if there is none; negative indices
// count from the end.
func At(list []any, i int) any {
	if i < 0 {
		i += len(list)
	}
	if i < 0 || i >= len(list) {
		return nil
	}
	return list[i]
}

// SetAll assigns the elements of a list to variables, nil to those for which
// there is none. A nil pointer skips an element.
func SetAll(list []any, to ...*any) {
	for i, v := range to {
		if v != nil {
			*v = At(list, i)
		}
	}
}

// From returns the elements of a list from index i on.
func From(list []any, i int) []any {
	if i >= len(list) {
		return nil
	}
	return list[i:]
}

// Pick returns the elements of a list at the indices. Perl: (list)[...].
func Pick(list []any, indices ...any) []any {
	if len(list) == 0 {
		return nil
	}
	out := make([]any, len(indices))
	for i, n := range indices {
		out[i] = At(list, Int(n))
	}
	return out
}

// Cat returns a new list of the elements of all lists.
func Cat(lists ...[]any) []any {
	var out []any
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

// L returns its arguments as a list.
func L(values ...any) []any { return values }

// Repeat returns n copies of a list, one after the other. Perl: (list) x n.
func Repeat(list []any, n int) []any {
	var out []any
	for range n {
		out = append(out, list...)
	}
	return out
}

// Set stores v in *p and returns v, for an assignment used as an expression.
func Set[T any](p *T, v T) T {
	*p = v
	return v
}

// Post stores v in *p and returns the old value, for expressions such as n++.
func Post[T any](p *T, v T) T {
	old := *p
	*p = v
	return old
}

// If returns a if cond is true, else b.
func If[T any](cond bool, a, b T) T {
	if cond {
		return a
	}
	return b
}
