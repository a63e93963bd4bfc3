package poe

import "github.com/gopoe/poe/kernel"

// Arg returns the i-th argument of an event as a T. A missing argument or one of
// another type panics with a [kernel.ArgError]. POE: $_[ARG0 + i].
func Arg[T any](e Event, i int) T { return kernel.Arg[T](e, i) }

// ArgOK returns the i-th argument as a T and reports whether it is present and
// of that type.
func ArgOK[T any](e Event, i int) (T, bool) { return kernel.ArgOK[T](e, i) }

// Args2 returns the first two arguments of an event; it panics like [Arg].
// POE: my ($a, $b) = @_[ARG0, ARG1].
func Args2[A, B any](e Event) (A, B) {
	return kernel.Arg[A](e, 0), kernel.Arg[B](e, 1)
}

// Args3 returns the first three arguments of an event; it panics like [Arg].
// POE: my ($a, $b, $c) = @_[ARG0 .. ARG2].
func Args3[A, B, C any](e Event) (A, B, C) {
	return kernel.Arg[A](e, 0), kernel.Arg[B](e, 1), kernel.Arg[C](e, 2)
}

// OpErrorOf returns the typed error of an error event, or nil if the event is
// not one; see [kernel.OpErrorOf].
func OpErrorOf(e Event) *OpError { return kernel.OpErrorOf(e) }
