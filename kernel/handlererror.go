package kernel

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// HandlerError is the error that Run returns when an exception in a handler
// was not handled, and that a handler of the signal DIE finds in
// [Exception.Err]. It wraps the value that was thrown if that is an error.
type HandlerError struct {
	Value any    // what was given to panic
	Stack []byte // the goroutine's stack at the panic
	// Previous is the exception that was being handled when this one was
	// thrown: by a handler of DIE, or by a session that was born while the
	// sessions were stopped for it. Else nil.
	Previous error
}

// Error returns the text of what was thrown, and of the previous exception.
func (e *HandlerError) Error() string {
	if e.Previous != nil {
		return fmt.Sprintf("%v (thrown while handling: %v)", e.Value, e.Previous)
	}
	return fmt.Sprint(e.Value)
}

// Unwrap returns what was thrown, if it is an error, and the previous one.
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

// newHandlerError makes an error of what was thrown. It runs while the panic
// unwinds, so the stack still shows where.
func newHandlerError(value any) (err *HandlerError, file string, line int) {
	if again, ok := value.(*HandlerError); ok {
		file, line = panicSite()
		return again, file, line
	}
	file, line = panicSite()
	return &HandlerError{Value: value, Stack: debug.Stack()}, file, line
}

// panicSite finds the place of the panic that is unwinding.
func panicSite() (string, int) {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	seen := false
	for {
		f, more := frames.Next()
		switch {
		case strings.HasPrefix(f.Function, "runtime.gopanic"), strings.HasPrefix(f.Function, "runtime.panic"), strings.HasPrefix(f.Function, "runtime.sigpanic"), strings.HasPrefix(f.Function, "runtime.goPanic"):
			seen = true
		case seen && !strings.HasPrefix(f.Function, "runtime."):
			return f.File, f.Line
		}
		if !more {
			return "", 0
		}
	}
}
