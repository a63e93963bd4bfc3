package inspect

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/gopoe/poe/kernel/observe"
)

// argTypes knows of each event with which types of arguments a kind of session got it
// first, so that numbers from JSON become what the handler expects. It belongs to the
// kernel's goroutine.
type argTypes struct {
	of map[profileKey][]reflect.Type
}

// maxArgTypes bounds how many events are known, and maxTyped how many arguments of each.
const (
	maxArgTypes = 1000
	maxTyped    = 8
)

// note remembers the types of an event's arguments.
func (t *argTypes) note(s *observe.Span) {
	if len(s.Args) == 0 {
		return
	}
	key := profileKey{s.Session.Type, s.Name}
	if _, known := t.of[key]; known || len(t.of) == maxArgTypes {
		return
	}
	types := make([]reflect.Type, min(len(s.Args), maxTyped))
	for i := range types {
		types[i] = reflect.TypeOf(s.Args[i]) // nil for nil
	}
	if t.of == nil {
		t.of = map[profileKey][]reflect.Type{}
	}
	t.of[key] = types
}

// names lists the types of an event's arguments.
func (t *argTypes) names(kind, event string) (names []string) {
	for _, typ := range t.of[profileKey{kind, event}] {
		names = append(names, fmt.Sprint(typ))
	}
	return names
}

// convert returns arguments that came as JSON with the types that the event has had;
// those of which none is known, or which do not fit, stay as they are.
func (t *argTypes) convert(kind, event string, args []any) []any {
	types := t.of[profileKey{kind, event}]
	all := make([]any, len(args))
	for i, a := range args {
		if all[i] = a; i < len(types) {
			if v, ok := as(types[i], a); ok {
				all[i] = v
			}
		}
	}
	return all
}

// as converts a value from JSON to a type. Times may be texts such as "1.5s".
func as(t reflect.Type, a any) (any, bool) {
	if t == nil || a == nil {
		return nil, false
	}
	if text, ok := a.(string); ok && t == reflect.TypeFor[time.Duration]() {
		d, err := time.ParseDuration(text)
		return d, err == nil
	}
	switch t.Kind() {
	case reflect.Func, reflect.Chan, reflect.UnsafePointer, reflect.Interface:
		return nil, false
	}
	text, err := json.Marshal(a)
	if err != nil {
		return nil, false
	}
	v := reflect.New(t)
	if json.Unmarshal(text, v.Interface()) != nil {
		return nil, false
	}
	return v.Elem().Interface(), true
}
