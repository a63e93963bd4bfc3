//go:build linux

package perl

import (
	"slices"
	"strings"
)

// Sort returns a new list sorted by string; the sort is stable.
func Sort(list []any) []any {
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b any) int { return strings.Compare(Str(a), Str(b)) })
	return out
}

// SortBy returns a new list sorted by compare; the sort is stable.
func SortBy(list []any, compare func(a, b any) int) []any {
	out := slices.Clone(list)
	slices.SortStableFunc(out, compare)
	return out
}

// SortBySub returns a new list sorted by a sub which compares $a and $b.
func SortBySub(list []any, f Sub) []any {
	a, b := SortA, SortB
	defer func() { SortA, SortB = a, b }()
	return SortBy(list, func(x, y any) int {
		SortA, SortB = x, y
		return Int(First(f(Scalar)))
	})
}

// SortByArgs is like SortBySub for a sub which gets the two values as
// arguments: one with the prototype ($$).
func SortByArgs(list []any, f Sub) []any {
	return SortBy(list, func(x, y any) int { return Int(First(f(Scalar, x, y))) })
}
