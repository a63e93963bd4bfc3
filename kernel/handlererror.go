package kernel

import (
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
)

// HandlerError is the error that Run returns when an exception in a handler was
// not handled, and the Err of the [Exception] that a handler of the signal DIE
// gets. It wraps the value that was passed to panic if that is an error.
type HandlerError struct {
	Value any    // the value that was passed to panic
	Stack []byte // the goroutine's stack at the panic
	// Event and Session are the event whose handler has panicked, and its
	// session. An error that was not made by a kernel may have neither.
	Event   string
	Session ID
	// File and Line are the place in the program: of the panic, or of the call
	// into this module or the standard library in which it happened. File is
	// empty if the place is not known.
	File string
	Line int
	// Previous is the exception that was being handled when this one was
	// thrown: by a handler of DIE, or by a session that started while the
	// sessions were stopped for it. Otherwise it is nil.
	Previous error
}

// Error returns Text, and in parentheses the event, the session, and the file's
// name and line.
func (e *HandlerError) Error() string {
	var where []string
	if e.Event != "" {
		where = append(where, fmt.Sprintf("event %q", e.Event))
	}
	if !e.Session.IsZero() {
		where = append(where, fmt.Sprintf("session %v", e.Session))
	}
	if e.File != "" {
		where = append(where, fmt.Sprintf("%s:%d", filepath.Base(e.File), e.Line))
	}
	if len(where) == 0 {
		return e.Text()
	}
	return fmt.Sprintf("%s (%s)", strings.TrimRight(e.Text(), "\n"), strings.Join(where, ", "))
}

// Text returns the text of Value, and of the previous exception, without the
// place.
func (e *HandlerError) Text() string {
	if e.Previous == nil {
		return fmt.Sprint(e.Value)
	}
	previous := e.Previous.Error()
	if h, ok := e.Previous.(*HandlerError); ok {
		previous = h.Text()
	}
	return fmt.Sprintf("%v (thrown while handling: %s)", e.Value, previous)
}

// Format prints Error, and with the verb %+v the stack below it.
func (e *HandlerError) Format(s fmt.State, verb rune) {
	switch {
	case verb == 'v' && s.Flag('+'):
		fmt.Fprintf(s, "%s\n%s", e.Error(), e.Stack)
	case verb == 'q':
		fmt.Fprintf(s, "%q", e.Error())
	default:
		_, _ = io.WriteString(s, e.Error()) // as fmt ignores errors
	}
}

// Unwrap returns Value, if it is an error, and the previous exception.
func (e *HandlerError) Unwrap() []error {
	var errs []error
	if err, ok := e.Value.(error); ok {
		errs = append(errs, err)
	}
	if e.Previous != nil {
		errs = append(errs, e.Previous)
	}
	return errs
}

// newHandlerError makes an error of what a handler has thrown. It runs while the
// panic unwinds, so the stack still shows where.
func newHandlerError(value any, session *entry, event string) *HandlerError {
	if again, ok := value.(*HandlerError); ok {
		return again
	}
	e := &HandlerError{Value: value, Stack: debug.Stack(), Event: event, Session: ID{session}}
	if _, unhandled := value.(*unhandledError); !unhandled { // which no line of the program has thrown
		e.File, e.Line = panicSite()
	}
	return e
}

// panicSite finds the place of the panic that is unwinding: the innermost one
// that is neither in this module's library nor in Go's, or else the innermost.
func panicSite() (file string, line int) {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	unwinding, standard := false, ""
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		switch {
		case f.Function == "runtime.gopanic":
			unwinding = true
			standard = strings.TrimSuffix(f.File, "runtime/panic.go") // Go's own source
		case !unwinding || strings.HasPrefix(f.Function, "runtime."):
		case strings.HasPrefix(f.Function, modulePath+"/kernel.(*Kernel).dispatch"):
			return file, line
		default:
			if file == "" {
				file, line = f.File, f.Line
			}
			if !inLibrary(f) && (standard == "" || !strings.HasPrefix(f.File, standard)) {
				return f.File, f.Line
			}
		}
	}
	return file, line
}
