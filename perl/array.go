//go:build linux

package perl

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
	a.moveHoles(len(a.items), Rest, 0)
}

// Assign replaces all elements and returns a.
func (a *Array) Assign(values []any) *Array {
	old := a.items
	a.items, a.holes = append([]any(nil), values...), nil
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
	a.moveHoles(0, 0, len(values))
	return len(a.items)
}

// Pop removes and returns the last element, nil if a is empty.
func (a *Array) Pop() any {
	if len(a.items) == 0 {
		return nil
	}
	v := a.items[len(a.items)-1]
	a.items = a.items[:len(a.items)-1]
	a.moveHoles(len(a.items), 1, 0)
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
	a.moveHoles(0, 1, 0)
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
	a.moveHoles(offset, len(removed), len(values))
	for _, v := range removed {
		drop(v)
	}
	return removed
}

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

// moveHoles keeps the holes with their elements after removed elements at offset have
// been replaced by added others.
func (a *Array) moveHoles(offset, removed, added int) {
	if len(a.holes) == 0 {
		return
	}
	holes := map[int]bool{}
	for i := range a.holes {
		switch {
		case i < offset:
			holes[i] = true
		case i-offset >= removed:
			holes[i-removed+added] = true
		}
	}
	a.holes = holes
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

// Rest, as the length of Splice or Substr, means up to the end.
const Rest = 1<<62 - 1
