//go:build linux

package perl

import "math/rand"

// Sum returns the sum of a list, nil for an empty one.
func Sum(list ...any) any {
	if len(list) == 0 {
		return nil
	}
	return Sum0(list...)
}

// Sum0 returns the sum of a list, 0 for an empty one.
func Sum0(list ...any) any {
	var s any = 0
	for _, v := range list {
		s = Add(s, v)
	}
	return s
}

// Product returns the product of a list, 1 for an empty one.
func Product(list ...any) any {
	var s any = 1
	for _, v := range list {
		s = Mul(s, v)
	}
	return s
}

func best(list []any, better func(a, b any) bool) any {
	var out any
	for i, v := range list {
		if i == 0 || better(v, out) {
			out = v
		}
	}
	return out
}

// Max returns the largest number, or nil for an empty list.
func Max(list ...any) any {
	return best(list, func(a, b any) bool { return Num(a) > Num(b) })
}

// Min returns the smallest number, or nil for an empty list.
func Min(list ...any) any {
	return best(list, func(a, b any) bool { return Num(a) < Num(b) })
}

// MaxStr returns the last string in string order, or nil for an empty list.
func MaxStr(list ...any) any { return best(list, func(a, b any) bool { return Str(a) > Str(b) }) }

// MinStr returns the first string in string order, or nil for an empty list.
func MinStr(list ...any) any { return best(list, func(a, b any) bool { return Str(a) < Str(b) }) }

// FirstOf returns the first element for which f is true, or nil if there is
// none. Perl: first of List::Util.
func FirstOf(f func(it any) bool, list ...any) any {
	topic := Topic
	defer func() { Topic = topic }()
	for _, v := range list {
		if f(v) {
			return v
		}
	}
	return nil
}

// Any reports whether f is true for at least one element.
func Any(f func(it any) bool, list ...any) bool {
	topic := Topic
	defer func() { Topic = topic }()
	for _, v := range list {
		if f(v) {
			return true
		}
	}
	return false
}

// All reports whether f is true for each element.
func All(f func(it any) bool, list ...any) bool {
	topic := Topic
	defer func() { Topic = topic }()
	return !Any(func(it any) bool { return !f(it) }, list...)
}

// Reduce combines the elements from left to right with f. It returns nil for an
// empty list. Perl: reduce of List::Util.
func Reduce(f func(a, b any) any, list ...any) any {
	if len(list) == 0 {
		return nil
	}
	v := list[0]
	for _, b := range list[1:] {
		v = f(v, b)
	}
	return v
}

// Shuffle returns a new list of the elements in random order.
func Shuffle(list ...any) []any {
	out := append([]any(nil), list...)
	rand.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// Uniq returns the elements without duplicates, compared as strings. Perl: uniq
// of List::Util.
func Uniq(list ...any) []any {
	var out []any
	seen := map[string]bool{}
	undef := false
	for _, v := range list {
		switch {
		case v == nil && undef, v != nil && seen[Str(v)]:
			continue
		case v == nil:
			undef = true
		default:
			seen[Str(v)] = true
		}
		out = append(out, v)
	}
	return out
}

// UniqNum is like Uniq but compares numbers. Perl: uniqnum of List::Util.
func UniqNum(list ...any) []any {
	var out []any
	seen := map[float64]bool{}
	for _, v := range list {
		if n := Num(v); !seen[n] {
			seen[n] = true
			out = append(out, v)
		}
	}
	return out
}

// PairMap returns the lists that f returns for the pairs, joined. Perl: pairmap
// of List::Util.
func PairMap(f func(a, b any) []any, list ...any) []any {
	var out []any
	for i := 0; i < len(list); i += 2 {
		out = append(out, f(list[i], At(list, i+1))...)
	}
	return out
}

// PairGrep returns the pairs for which f is true. Perl: pairgrep of List::Util.
func PairGrep(f func(a, b any) []any, list ...any) []any {
	var out []any
	for i := 0; i < len(list); i += 2 {
		if True(First(f(list[i], At(list, i+1)))) {
			out = append(out, list[i], At(list, i+1))
		}
	}
	return out
}

// PairFirst returns the first pair for which f is true. Perl: pairfirst of
// List::Util.
func PairFirst(f func(a, b any) []any, list ...any) []any {
	for i := 0; i < len(list); i += 2 {
		if True(First(f(list[i], At(list, i+1)))) {
			return L(list[i], At(list, i+1))
		}
	}
	return nil
}

// CountPairs returns the scalar value of the function called name for the list
// which it has returned: the number of elements for pairmap, the number of
// pairs for pairgrep, and for pairfirst whether there is a pair.
func CountPairs(name string, list []any) int {
	switch name {
	case "pairgrep":
		return len(list) / 2
	case "pairfirst":
		return min(1, len(list))
	}
	return len(list)
}

// HeadOf returns the first n elements; a negative n leaves out the last -n.
// Perl: head of List::Util.
func HeadOf(n int, list ...any) []any {
	if n < 0 {
		n = max(0, len(list)+n)
	}
	return list[:min(n, len(list))]
}

// TailOf returns the last n elements; a negative n leaves out the first -n.
// Perl: tail of List::Util.
func TailOf(n int, list ...any) []any {
	if n < 0 {
		n = max(0, len(list)+n)
	}
	return list[len(list)-min(n, len(list)):]
}

// Pairs returns the pairs of a list, each as a reference to an array of two.
// Perl: pairs of List::Util.
func Pairs(list ...any) []any {
	var out []any
	for i := 0; i < len(list); i += 2 {
		out = append(out, Bless(NewArray(list[i], At(list, i+1)), "List::Util::_Pair"))
	}
	return out
}

// PairKeys returns every second element, beginning with the first. Perl:
// pairkeys of List::Util.
func PairKeys(list ...any) []any {
	var out []any
	for i := 0; i < len(list); i += 2 {
		out = append(out, list[i])
	}
	return out
}

// PairValues returns every second element, beginning with the second. Perl:
// pairvalues of List::Util.
func PairValues(list ...any) []any {
	var out []any
	for i := 0; i < len(list); i += 2 {
		out = append(out, At(list, i+1))
	}
	return out
}
