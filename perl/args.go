//go:build linux

package perl

// Shift removes and returns the first element of *args, nil if it is empty.
func Shift(args *[]any) any {
	if len(*args) == 0 {
		return nil
	}
	v := (*args)[0]
	*args = (*args)[1:]
	return v
}

// Pop removes and returns the last element of *args, nil if it is empty.
func Pop(args *[]any) any {
	n := len(*args)
	if n == 0 {
		return nil
	}
	v := (*args)[n-1]
	*args = (*args)[:n-1]
	return v
}

// PushArgs appends values to *args and returns the new length.
func PushArgs(args *[]any, values ...any) int {
	*args = Cat(*args, values)
	return len(*args)
}

// UnshiftArgs inserts values at the beginning of *args and returns the new
// length.
func UnshiftArgs(args *[]any, values ...any) int {
	*args = Cat(values, *args)
	return len(*args)
}

// SpliceArgs removes and inserts elements of *args and returns those removed.
// Perl: splice.
func SpliceArgs(args *[]any, offset, length int, values ...any) []any {
	a := &Array{items: Cat(*args)}
	out := a.Splice(offset, length, values...)
	*args = a.items
	return out
}

// SetArg sets element i of *args and returns v. If there is such an element, it
// is set in place, so the caller's list changes too; else *args becomes a
// longer copy.
func SetArg(args *[]any, i int, v any) any {
	if i >= 0 && i < len(*args) {
		(*args)[i] = v
		return v
	}
	a := &Array{items: Cat(*args)}
	a.Set(i, v)
	*args = a.items
	return v
}

// Restore stores the elements of a list in an array one by one, after a call of
// a sub which modified its arguments.
func Restore(a *Array, list []any) {
	for i, v := range list {
		if i < a.Len() {
			a.Set(i, v)
		}
	}
}
