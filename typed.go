package poe

import (
	"fmt"
	"reflect"
	"time"

	"github.com/gopoe/poe/kernel"
)

// Name is the name of an event with one argument of type A. It is the string
// that POE sees, so that typed and untyped programs, _default handlers, traces
// and other nodes meet the same event:
//
//	const add poe.Name[int] = "add"
//
//	add.Post(k, id, 2)                  // the compiler checks the argument
//	poe.Table(poe.On(add, (*sum).add))  // func (s *sum) add(e poe.Event, n int)
//
// The methods act for the active session and return what the kernel's methods
// of the same name return.
type Name[A any] string

// Post is [kernel.Kernel.Post] with the argument checked by the compiler.
func (n Name[A]) Post(k *Kernel, to Dest, a A) error { return k.Post(to, string(n), a) }

// Yield is [kernel.Kernel.Yield] with the argument checked by the compiler.
func (n Name[A]) Yield(k *Kernel, a A) { k.Yield(string(n), a) }

// Delay is [kernel.Kernel.Delay] with the argument checked by the compiler.
func (n Name[A]) Delay(k *Kernel, d time.Duration, a A) error { return k.Delay(string(n), d, a) }

// Name2 is the name of an event with two arguments; see [Name].
type Name2[A, B any] string

// Post is [kernel.Kernel.Post] with the arguments checked by the compiler.
func (n Name2[A, B]) Post(k *Kernel, to Dest, a A, b B) error { return k.Post(to, string(n), a, b) }

// Yield is [kernel.Kernel.Yield] with the arguments checked by the compiler.
func (n Name2[A, B]) Yield(k *Kernel, a A, b B) { k.Yield(string(n), a, b) }

// Delay is [kernel.Kernel.Delay] with the arguments checked by the compiler.
func (n Name2[A, B]) Delay(k *Kernel, d time.Duration, a A, b B) error {
	return k.Delay(string(n), d, a, b)
}

// Name3 is the name of an event with three arguments; see [Name].
type Name3[A, B, C any] string

// Post is [kernel.Kernel.Post] with the arguments checked by the compiler.
func (n Name3[A, B, C]) Post(k *Kernel, to Dest, a A, b B, c C) error {
	return k.Post(to, string(n), a, b, c)
}

// Yield is [kernel.Kernel.Yield] with the arguments checked by the compiler.
func (n Name3[A, B, C]) Yield(k *Kernel, a A, b B, c C) { k.Yield(string(n), a, b, c) }

// Delay is [kernel.Kernel.Delay] with the arguments checked by the compiler.
func (n Name3[A, B, C]) Delay(k *Kernel, d time.Duration, a A, b B, c C) error {
	return k.Delay(string(n), d, a, b, c)
}

// Query is the name of an event which is called and returns a value: the
// argument is of type A, the result of type R. Its handler is made with
// [Answer].
type Query[A, R any] string

// Call is [kernel.Kernel.Call] with the argument and the result checked. The
// errors are those of [kernel.Kernel.Call]; a handler which is missing, throws
// an exception, or returns nothing or a value of another type is an error as
// well. If A or R is an interface type, nil is a value of it.
func (q Query[A, R]) Call(k *Kernel, to Dest, a A) (R, error) {
	v, answered, err := k.Host().CallAnswer(to, string(q), a)
	result, ok := v.(R)
	switch {
	case err != nil || ok:
		return result, err
	case !answered:
		return result, fmt.Errorf("poe: call %q returned nothing, want %s", string(q), reflect.TypeFor[R]())
	case v == nil && reflect.TypeFor[R]().Kind() == reflect.Interface:
		return result, nil
	}
	return result, fmt.Errorf("poe: call %q returned %T, want %s", string(q), v, reflect.TypeFor[R]())
}

// State is one entry of a [Table]: a handler under an event's name.
type State[H any] struct {
	name    string
	handler func(*H, Event)
}

// Untyped makes a table entry for a handler that reads the event's arguments
// itself.
func Untyped[H any](name string, handler func(*H, Event)) State[H] {
	return State[H]{name, handler}
}

// On makes a table entry for a handler that gets the event's argument as a
// parameter. If an event arrives with another argument, by an untyped post or
// from another node, the handler is not called; instead the event panics with a
// [kernel.ArgError], as [Arg] does.
func On[H, A any](name Name[A], handler func(*H, Event, A)) State[H] {
	if handler == nil {
		return State[H]{name: string(name)}
	}
	return State[H]{string(name), func(h *H, e Event) { handler(h, e, kernel.Arg[A](e, 0)) }}
}

// On2 is [On] for an event with two arguments.
func On2[H, A, B any](name Name2[A, B], handler func(*H, Event, A, B)) State[H] {
	if handler == nil {
		return State[H]{name: string(name)}
	}
	return State[H]{string(name), func(h *H, e Event) {
		handler(h, e, kernel.Arg[A](e, 0), kernel.Arg[B](e, 1))
	}}
}

// On3 is [On] for an event with three arguments.
func On3[H, A, B, C any](name Name3[A, B, C], handler func(*H, Event, A, B, C)) State[H] {
	if handler == nil {
		return State[H]{name: string(name)}
	}
	return State[H]{string(name), func(h *H, e Event) {
		handler(h, e, kernel.Arg[A](e, 0), kernel.Arg[B](e, 1), kernel.Arg[C](e, 2))
	}}
}

// Answer makes a table entry for a handler whose result is the value that the
// event returns; see [Query].
func Answer[H, A, R any](name Query[A, R], handler func(*H, Event, A) R) State[H] {
	if handler == nil {
		return State[H]{name: string(name)}
	}
	return State[H]{string(name), func(h *H, e Event) { e.Return(handler(h, e, kernel.Arg[A](e, 0))) }}
}

// Table makes a table of handlers out of its entries, for [Create] and for any
// number of sessions. A table that names an event twice, or has an entry
// without a name or without a handler, is a mistake of the program, and Table
// panics; it is meant for variables at package level.
func Table[H any](states ...State[H]) States[H] {
	table := make(States[H], len(states))
	for _, s := range states {
		switch {
		case s.name == "":
			panic("poe: Table: an entry has no event name")
		case s.handler == nil:
			panic(fmt.Sprintf("poe: Table: event %q has no handler", s.name))
		case table[s.name] != nil:
			panic(fmt.Sprintf("poe: Table: event %q is named twice", s.name))
		}
		table[s.name] = s.handler
	}
	return table
}
