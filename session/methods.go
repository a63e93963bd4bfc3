package session

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"

	"github.com/gopoe/poe/kernel"
)

// Methods makes a table of handlers out of the methods of *H whose names begin
// with On: OnGotLine handles the event "got_line", OnHTTPRequest
// "http_request". OnStart, OnStop, OnChild, OnParent and OnDefault handle
// "_start", "_stop", "_child", "_parent" and "_default". Each must be a
// func(kernel.Event); one with other parameters or results is an error, which
// names it, and so is a type without any such method. The methods must be
// exported. Reflection is used here alone: the handlers are called directly.
//
// POE: MooseX::POE and POE::Session::PlainCall have sessions of this form.
func Methods[H any]() (States[H], error) {
	t := reflect.TypeFor[*H]()
	states := States[H]{}
	for i := range t.NumMethod() {
		m := t.Method(i)
		event := eventOf(m.Name)
		if event == "" {
			continue
		}
		h, ok := m.Func.Interface().(func(*H, kernel.Event))
		if !ok {
			return nil, fmt.Errorf("session: method %s of %v handles %q and must be a func(kernel.Event): %w", m.Name, t, event, kernel.ErrInvalid)
		}
		if states[event] != nil {
			return nil, fmt.Errorf("session: two methods of %v handle %q: %w", t, event, kernel.ErrInvalid)
		}
		states[event] = h
	}
	if len(states) == 0 {
		return nil, fmt.Errorf("session: %v has no exported method with a name such as OnStart: %w", t, kernel.ErrInvalid)
	}
	return states, nil
}

// eventOf returns the event that a method of this name handles, or "" if its
// name does not begin with On and an upper-case letter.
func eventOf(method string) string {
	name, ok := strings.CutPrefix(method, "On")
	if !ok || name == "" || !unicode.IsUpper([]rune(name)[0]) {
		return ""
	}
	switch event := snakeCase(name); event {
	case "start", "stop", "child", "parent", "default":
		return "_" + event
	default:
		return event
	}
}

// snakeCase turns GotHTTPLine into got_http_line.
func snakeCase(name string) string {
	runes := []rune(name)
	var b strings.Builder
	for i, r := range runes {
		if i > 0 && unicode.IsUpper(r) {
			next := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if !unicode.IsUpper(runes[i-1]) || next {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
