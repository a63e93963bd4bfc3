package base

import (
	"reflect"

	"github.com/gopoe/poe/kernel"
)

// Events is a wheel's table of events: functions of type F, a struct, which were
// given as such or made out of names of type N.
type Events[N, F any] struct {
	// Funcs are what the wheel calls. It is not nil after Replace. Wheels may
	// share it, so it is never changed.
	Funcs *F
	names *N // nil if the table was given as functions
}

// Replace sets the whole table to e: an N, *N, F, *F, or nil, as a nil pointer,
// for none at all. compile makes functions of names.
func (t *Events[N, F]) Replace(e any, compile func(N) F) {
	t.names, t.Funcs = nil, nil
	switch e := e.(type) {
	case *F:
		t.Funcs = e
	case F:
		t.Funcs = &e
	case N:
		t.names = &e
	case *N:
		if e != nil {
			names := *e // which the program may change
			t.names = &names
		}
	}
	if t.names != nil {
		f := compile(*t.names)
		t.Funcs = &f
	}
	if t.Funcs == nil {
		t.Funcs = new(F)
	}
}

// Current returns the table as it was set: an N or an F.
func (t *Events[N, F]) Current() any {
	if t.names != nil {
		return *t.names
	}
	return *t.Funcs
}

// inputForms are the fields of which one replaces another: the forms of the
// function for input.
var inputForms = []string{"Input", "Bytes", "Text"}

// Merge returns now, with every field that it leaves empty copied from old. Both
// hold structs or pointers to structs; the result holds a struct. If they are of
// different types, it is now alone, and if now is nil, old. A function for input
// replaces all forms of the old one, see [Deliver].
func Merge[E any](old, now E) E {
	from, to := tableOf(old), tableOf(now)
	switch {
	case !to.IsValid():
		return old
	case !from.IsValid() || from.Type() != to.Type():
		return to.Interface().(E)
	}
	merged := reflect.New(to.Type()).Elem()
	merged.Set(from)
	if hasInput(to) {
		for _, name := range inputForms {
			if field := merged.FieldByName(name); field.IsValid() {
				field.SetZero()
			}
		}
	}
	for i := range to.NumField() {
		if field := to.Field(i); !field.IsZero() {
			merged.Field(i).Set(field)
		}
	}
	return merged.Interface().(E)
}

// tableOf returns the struct in e, the zero Value if there is none.
func tableOf(e any) reflect.Value {
	v := reflect.ValueOf(e)
	if v.IsValid() && v.Kind() == reflect.Pointer {
		return v.Elem()
	}
	return v
}

func hasInput(table reflect.Value) bool {
	for _, name := range inputForms {
		if field := table.FieldByName(name); field.IsValid() && !field.IsZero() {
			return true
		}
	}
	return false
}

// IDFunc makes the function of an event whose only argument is the wheel's ID.
// Without a name there is none. core returns a wheel's Base.
func IDFunc[W any](event string, core func(W) *Base) func(W) {
	if event == "" {
		return nil
	}
	return func(w W) {
		b := core(w)
		_ = b.Call(event, b.IDArg()) // without a session nothing is left to report to
	}
}

// RecordFunc makes the function of an event with a record and the wheel's ID.
func RecordFunc[W any](event string, core func(W) *Base) func(W, any) {
	if event == "" {
		return nil
	}
	return func(w W, record any) {
		b := core(w)
		_ = b.Call(event, record, b.IDArg()) // as above
	}
}

// ErrorFunc makes the function of an event with operation, errno as an int, text
// and the wheel's ID.
func ErrorFunc[W any](event string, core func(W) *Base) func(W, *kernel.OpError) {
	if event == "" {
		return nil
	}
	return func(w W, err *kernel.OpError) {
		b := core(w)
		_ = b.Kernel.Host().CallError(b.Owner, event, err) // as above
	}
}

// Deliver passes a decoded record to the function for input that is set: input,
// which gets any record, else bytes, else text, which get strings and bytes
// alike. This order is the same in all wheels. It reports whether the record had
// a type that the function takes; without a function it is dropped.
func Deliver[W any](w W, record any, input func(W, any), bytes func(W, []byte), text func(W, string)) bool {
	if input != nil {
		input(w, record)
		return true
	}
	switch record := record.(type) {
	case string:
		if bytes != nil {
			bytes(w, []byte(record))
		} else if text != nil {
			text(w, record)
		}
	case []byte:
		if bytes != nil {
			bytes(w, record)
		} else if text != nil {
			text(w, string(record))
		}
	default:
		return bytes == nil && text == nil
	}
	return true
}
