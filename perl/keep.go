//go:build linux

package perl

// Keep stores v in a field of a struct, which counts as its holder as a hash does,
// and returns it.
func Keep(field *any, v any) any {
	retain(v)
	old := *field
	*field = v
	release(old)
	return v
}

// Held returns v, which a field of a struct holds from the beginning.
func Held(v any) any {
	retain(v)
	return v
}

// Drop makes a field undef; what nothing refers to any more is destroyed at once.
func Drop[T any](field *T) {
	old := any(*field)
	var none T
	*field = none
	release(old)
}

// DropValue says that a struct holds v no longer.
func DropValue(v any) { release(v) }

// Take makes a field undef and returns what it held, for use.
func Take[T any](field *T) T {
	old := *field
	var none T
	*field = none
	drop(old)
	return old
}
