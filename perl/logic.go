//go:build linux

package perl

// Or returns a if it is true, else b. Perl: a || b.
func Or(a, b any) any {
	if True(a) {
		return a
	}
	return b
}

// And returns a if it is false, else b. Perl: a && b.
func And(a, b any) any {
	if True(a) {
		return b
	}
	return a
}

// Default returns a if it is defined, else b. Perl: a // b.
func Default(a, b any) any {
	if a != nil {
		return a
	}
	return b
}

// OrElse is like Or, but computes the second operand only if a is false.
func OrElse(a any, b func() any) any {
	if True(a) {
		return a
	}
	return b()
}

// AndThen is like And, but computes the second operand only if a is true.
func AndThen(a any, b func() any) any {
	if True(a) {
		return b()
	}
	return a
}

// DefaultElse is like Default, but computes the second operand only if a is
// undef.
func DefaultElse(a any, b func() any) any {
	if a != nil {
		return a
	}
	return b()
}

// If returns a if cond is true, else b.
func If[T any](cond bool, a, b T) T {
	if cond {
		return a
	}
	return b
}

// IfElse returns the value of a if cond is true, else that of b. Only that
// function is called.
func IfElse[T any](cond bool, a, b func() T) T {
	if cond {
		return a()
	}
	return b()
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
