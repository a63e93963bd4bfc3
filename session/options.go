package session

import (
	"strings"

	"github.com/gopoe/poe/kernel"
)

// Option returns the value of an option, nil if it is not set. Names are not
// case-sensitive. These mean something to the session itself:
//
//	default  warn about events without a handler
//	debug    warn when a handler is redefined
//	trace    log every event that is handled
//
// The others are the program's own.
func (s *Session) Option(name string) any { return s.options[strings.ToLower(name)] }

// SetOption sets an option and returns its old value. The strings on, yes and
// true become 1, off, no and false become 0, as in POE; nil removes the option.
func (s *Session) SetOption(name string, value any) (old any) {
	name = strings.ToLower(name)
	old = s.options[name]
	if value == nil {
		delete(s.options, name)
		return old
	}
	if s.options == nil {
		s.options = map[string]any{}
	}
	s.options[name] = fold(value)
	return old
}

// fold turns words for yes and no into numbers.
func fold(value any) any {
	text, ok := value.(string)
	if !ok {
		return value
	}
	switch strings.ToLower(text) {
	case "on", "yes", "true":
		return 1
	case "off", "no", "false":
		return 0
	}
	return value
}

// on tells whether an option's value means yes.
func on(value any) bool {
	switch v := fold(value).(type) {
	case nil:
		return false
	case bool:
		return v
	case int:
		return v != 0
	case string:
		return v != "" && v != "0"
	}
	return true
}

// trace logs an event if the session has the option of that name.
func (s *Session) trace(e kernel.Event, redirected bool) {
	if s.options == nil || !on(s.options["trace"]) {
		return
	}
	e.Kernel.Warn("handled", "session", e.Session, "event", e.Kernel.ActiveEvent(), "default", redirected, "sender", e.Sender)
}
