package kernel

import (
	"errors"
	"io"
	"strings"
	"syscall"
)

// OpError is an operation that has failed: POE's error triple of operation, $!
// as a number, and $! as text.
type OpError struct {
	// Op is the operation that failed: "read", "write", "accept", "connect",
	// "bind", "listen", "filter" ...
	Op string
	// Err is the cause, io.EOF at the end of a stream.
	Err error
	// Wheel is the wheel that reports the error, 0 if it is not one of a wheel.
	Wheel WheelID
}

// Error returns the operation and the cause as text.
func (e *OpError) Error() string {
	text := e.Text()
	if strings.HasPrefix(text, e.Op+": ") { // as that of an error of a filter has
		return text
	}
	return e.Op + ": " + text
}

// Unwrap returns the cause.
func (e *OpError) Unwrap() error { return e.Err }

// Errno returns the error number, POE's $! as a number: 0 at the end of a
// stream, EBADMSG for bytes that a filter cannot decode, EIO for any other
// error without a number.
func (e *OpError) Errno() syscall.Errno {
	var errno syscall.Errno
	switch {
	case e.Err == nil || errors.Is(e.Err, io.EOF):
		return 0
	case errors.As(e.Err, &errno):
		return errno
	case e.Op == "filter":
		return syscall.EBADMSG
	}
	return syscall.EIO
}

// Text returns the cause as text, POE's $! as a string: empty at the end of a
// stream.
func (e *OpError) Text() string {
	if e.Err == nil || errors.Is(e.Err, io.EOF) {
		return ""
	}
	return e.Err.Error()
}

// Strerror returns the text that C's strerror and Perl's $! have for the error
// number, in English: "Broken pipe" where [OpError.Text] has Go's "broken pipe".
// It is empty at the end of a stream.
func (e *OpError) Strerror() string {
	errno := e.Errno()
	if errno == 0 {
		return ""
	}
	text := errno.Error()
	if number, unknown := strings.CutPrefix(text, "errno "); unknown {
		return "Unknown error " + number
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// Args returns the argument list of POE's error events for e: operation, error
// number (an int), text and wheel ID, then more. [Host.CallError] and
// [Host.PostError] send them together with e itself.
func (e *OpError) Args(more ...any) []any {
	args := append(make([]any, 0, 4+len(more)), e.Op, int(e.Errno()), e.Text(), e.Wheel)
	return append(args, more...)
}

// OpErrorOf returns the error of an error event: inside its handler the wheel's
// own value, otherwise, and for an event that a program has made or forwarded, one
// that is rebuilt from POE's four arguments, operation, error number, text and
// wheel ID, of which the last may be missing. It returns nil if the event is not
// an error event.
func OpErrorOf(ev Event) *OpError {
	if f := ev.running(); f != nil && f.extra != nil && f.extra.failure != nil {
		return f.extra.failure
	}
	op, isOp := ArgOK[string](ev, 0)
	errno, isErrno := integer(ev.Arg(1))
	text, isText := ArgOK[string](ev, 2)
	if !isOp || op == "" || !isErrno || errno < 0 || !isText {
		return nil
	}
	failure := &OpError{Op: op, Err: errnoError(syscall.Errno(errno), text)}
	if wheel, ok := integer(ev.Arg(3)); ok && wheel > 0 {
		failure.Wheel = WheelID(wheel)
	}
	return failure
}

// integer returns an argument that is an integer of one of the types in which
// error numbers and wheel IDs arrive, also from other nodes.
func integer(v any) (int64, bool) {
	switch v := v.(type) {
	case int:
		return int64(v), true
	case int64:
		return v, true
	case uint64:
		return int64(v), true
	case syscall.Errno:
		return int64(v), true
	case WheelID:
		return int64(v), true
	}
	return 0, false
}

// errnoError makes an error of a number and a text, POE's way of saying that
// the stream has ended included.
func errnoError(errno syscall.Errno, text string) error {
	switch {
	case errno == 0 && text == "":
		return io.EOF
	case errno == 0:
		return errors.New(text)
	case text == "" || text == errno.Error():
		return errno
	}
	return &describedErrno{errno, text}
}

// describedErrno is an error number with a text of its own.
type describedErrno struct {
	errno syscall.Errno
	text  string
}

func (e *describedErrno) Error() string { return e.text }
func (e *describedErrno) Unwrap() error { return e.errno }

// CallError calls a session's handler, as [Kernel.Call] does, with the
// arguments of an error event; OpErrorOf returns err in the handler.
func (v Host) CallError(to Dest, event string, err *OpError, more ...any) error {
	_, callErr := v.k.call(to, event, err.Args(more...), &extra{failure: err})
	return callErr
}

// PostError queues an error event, as [Kernel.Post] does; OpErrorOf returns err
// in the handler if the session is one of this kernel.
func (v Host) PostError(to Dest, event string, err *OpError, more ...any) error {
	k := v.k
	dest, resolveErr := k.resolve(to)
	if resolveErr != nil || event == "" {
		return k.Post(to, event, err.Args(more...)...)
	}
	k.enqueue(dest, k.frame.session, event, err.Args(more...), kindPost).ensureExtra().failure = err
	return nil
}
