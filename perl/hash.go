//go:build linux

package perl

import (
	"iter"
	"slices"
)

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
