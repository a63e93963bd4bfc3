package session

import (
	"strings"

	"github.com/gopoe/poe/kernel"
)

// Options are the options of a session, by name in lower case. They are
// exported for other kinds of sessions; programs use a session's methods.
type Options map[string]any

// Get returns the value of an option, nil if it is not set. Names are not
// case-sensitive.
func (o Options) Get(name string) any { return o[strings.ToLower(name)] }

// Set sets an option and returns its old value. The strings on, yes and true
// become 1, off, no and false become 0, as in POE; nil removes the option.
func (o *Options) Set(name string, value any) (old any) {
	name = strings.ToLower(name)
	old = (*o)[name]
	switch {
	case value == nil:
		delete(*o, name)
	case *o == nil:
		*o = Options{name: fold(value)}
	default:
		(*o)[name] = fold(value)
	}
	return old
}

// On reports whether an option is set to a value that means yes: one that is
// true in Perl, after the conversion of Set.
func (o Options) On(name string) bool { return o != nil && on(o[name]) }

// Option returns the value of an option, nil if it is not set. Names are not
// case-sensitive. These mean something to the session itself:
//
//	default  warn about events without a handler
//	debug    warn when a handler is redefined
//	trace    warn of every event before its handler runs, also of events
//	         without a handler and of those that go to _default
//
// The others are the program's own.
func (s *Session) Option(name string) any { return s.options.Get(name) }

// SetOption sets an option and returns its old value. The strings on, yes and
// true become 1, off, no and false become 0, as in POE; nil removes the option.
func (s *Session) SetOption(name string, value any) (old any) { return s.options.Set(name, value) }

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

// on reports whether an option's value means yes.
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

// Trace warns, with the option trace, that an event is about to be handled. It
// is for other kinds of sessions, which call it before they look for a handler.
func (o Options) Trace(e kernel.Event, more ...any) {
	if o.On("trace") {
		e.Kernel.Host().Logger().Warn("event", append(traced(e), more...)...)
	}
}

// TraceDefault warns, with the option trace, that an event goes to the handler
// of _default.
func (o Options) TraceDefault(e kernel.Event, more ...any) {
	if o.On("trace") {
		e.Kernel.Host().Logger().Warn("event redirected to _default", append(traced(e), more...)...)
	}
}

func traced(e kernel.Event) []any {
	args := []any{"session", e.Session, "event", e.Name, "sender", e.Sender}
	if file, line := e.CallerSite(); file != "" {
		args = append(args, "file", file, "line", line)
	}
	return args
}
