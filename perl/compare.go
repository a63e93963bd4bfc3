//go:build linux

package perl

import (
	"reflect"
	"strings"
)

// Eq reports whether a == b as numbers.
func Eq(a, b any) bool {
	if i, ok := a.(int); ok {
		if j, ok := b.(int); ok {
			return i == j
		}
	}
	if RefType(a) != "" && RefType(b) != "" {
		return Same(a, b)
	}
	return Num(a) == Num(b)
}

// Same reports whether two references have the same referent.
func Same(a, b any) bool {
	if r, ok := a.(*Ref); ok {
		s, ok := b.(*Ref)
		return ok && (r == s || r.cell != nil && r.cell == s.cell)
	}
	x, y := reflect.TypeOf(a), reflect.TypeOf(b)
	if x != y {
		return Address(a) == Address(b) && Address(a) != 0
	}
	if x != nil && x.Comparable() {
		return a == b
	}
	return false
}

// Compare returns a <=> b: -1, 0 or 1, or nil if either is NaN.
func Compare(a, b any) any {
	if overloads {
		if v, ok := overloadedBinary("<=>", a, b); ok {
			return v
		}
	}
	x, y := Num(a), Num(b)
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	case x == y:
		return 0
	}
	return nil
}

// StrEq reports whether a eq b.
func StrEq(a, b any) bool { return Str(a) == Str(b) }

// Cmp returns a cmp b: -1, 0 or 1.
func Cmp(a, b any) int { return strings.Compare(Str(a), Str(b)) }
