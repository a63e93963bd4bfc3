//go:build linux

package perl

// Keep stores v in *field, which counts as a holder of v as a hash element
// does, releases the old value and returns v.
func Keep(field *any, v any) any {
	retain(v)
	old := *field
	*field = v
	release(old)
	return v
}

// Held counts one more holder of v, a struct which is created with v in a
// field, and returns v. See Keep.
func Held(v any) any {
	retain(v)
	return v
}

// Drop sets a field to its zero value. A referent which has no other holder is
// destroyed at once.
func Drop[T any](field *T) {
	old := any(*field)
	var none T
	*field = none
	release(old)
}

// DropValue releases a value which a struct no longer holds. See Keep.
func DropValue(v any) { release(v) }

// Take sets a field to its zero value and returns the old value. If that has no
// other holder, it lives until FreeTemps.
func Take[T any](field *T) T {
	old := *field
	var none T
	*field = none
	drop(old)
	return old
}
