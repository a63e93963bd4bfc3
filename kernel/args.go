package kernel

import (
	"fmt"
	"reflect"
)

// Arg returns the i-th argument, nil if there are fewer.
func (e Event) Arg(i int) any {
	if i < 0 || i >= len(e.Args) {
		return nil
	}
	return e.Args[i]
}

// Arg returns the i-th argument of an event as a T. A missing argument or one
// of another type is misuse and panics with the event's name, the index, and
// both types. If T is an interface type, such as error, a nil argument is a
// value of it. POE: $_[ARG0 + i].
func Arg[T any](e Event, i int) T {
	v, ok := e.Arg(i).(T)
	if !ok && !nilArg[T](e, i) {
		var want *T
		panic(&ArgError{Event: e.Name, Index: i, Count: len(e.Args), Got: fmt.Sprintf("%T", e.Arg(i)), Want: fmt.Sprintf("%T", want)[1:]})
	}
	return v
}

// ArgOK returns the i-th argument of an event as a T, and reports whether it is
// present and of that type.
func ArgOK[T any](e Event, i int) (T, bool) {
	v, ok := e.Arg(i).(T)
	return v, ok || nilArg[T](e, i)
}

// nilArg reports whether the i-th argument is there and nil, and T an interface
// type.
func nilArg[T any](e Event, i int) bool {
	return i >= 0 && i < len(e.Args) && e.Args[i] == nil && reflect.TypeFor[T]().Kind() == reflect.Interface
}

// ArgError is the value with which [Arg] panics.
type ArgError struct {
	Event     string
	Index     int
	Count     int // how many arguments there are
	Got, Want string
	// Posted is the file and line at which the event was queued, if the kernel
	// is strict or traces; otherwise it is empty.
	Posted string
}

// Error names the event, the index, the argument's type and the type that was
// wanted.
func (e *ArgError) Error() string {
	posted := ""
	if e.Posted != "" {
		posted = ", posted at " + e.Posted
	}
	if e.Index >= e.Count {
		return fmt.Sprintf("kernel: event %q has %d arguments, want argument %d as %s%s", e.Event, e.Count, e.Index, e.Want, posted)
	}
	return fmt.Sprintf("kernel: event %q argument %d is %s, want %s%s", e.Event, e.Index, e.Got, e.Want, posted)
}

// locate adds to an ArgError where its event was queued.
func (x *extra) locate(thrown any) {
	if err, ok := thrown.(*ArgError); ok && x != nil && x.site != nil && err.Posted == "" {
		err.Posted = x.site.String()
	}
}
