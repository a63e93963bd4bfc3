//go:build linux

package perl

import "slices"

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

// Range returns the list a .. b, of numbers or of strings.
func Range(a, b any) []any {
	s, isStr := a.(string)
	if isStr && s != "" && (!LooksLikeNumber(s) || len(s) > 1 && s[0] == '0' && alnum(s)) {
		end := Str(b)
		var out []any
		for len(s) <= len(end) {
			out = append(out, s)
			if s == end {
				break
			}
			s = next(s)
		}
		return out
	}
	from, to := Int(a), Int(b)
	if from > to {
		return nil
	}
	if to-from > 1<<26 {
		Die("Out of memory in a range of %d elements", to-from)
	}
	out := make([]any, 0, to-from+1)
	for i := from; i <= to; i++ {
		out = append(out, i)
	}
	return out
}

// Reverse returns a new list of the elements in reverse order.
func Reverse(list []any) []any {
	out := slices.Clone(list)
	slices.Reverse(out)
	return out
}

// Map returns the lists that f returns for the elements, joined.
func Map(list []any, f func(it any) []any) []any {
	topic := Topic
	defer func() { Topic = topic }()
	var out []any
	for _, v := range list {
		out = append(out, f(v)...)
	}
	return out
}

// Map1 returns the values that f returns for the elements.
func Map1(list []any, f func(it any) any) []any {
	topic := Topic
	defer func() { Topic = topic }()
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}

// Grep returns the elements for which f is true.
func Grep(list []any, f func(it any) bool) []any {
	topic := Topic
	defer func() { Topic = topic }()
	var out []any
	for _, v := range list {
		if f(v) {
			out = append(out, v)
		}
	}
	return out
}

// MapInPlace is like Map for a function that modifies the elements.
func MapInPlace(list []any, f func(item *any) []any) []any {
	topic := Topic
	defer func() { Topic = topic }()
	var out []any
	for i := range list {
		out = append(out, f(&list[i])...)
	}
	return out
}

// GrepInPlace is like Grep for a function that modifies the elements.
func GrepInPlace(list []any, f func(item *any) bool) []any {
	topic := Topic
	defer func() { Topic = topic }()
	var out []any
	for i := range list {
		if f(&list[i]) {
			out = append(out, list[i])
		}
	}
	return out
}
