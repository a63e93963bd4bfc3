//go:build linux

// Package compat gives the kernel, sessions, wheels, filters and components of
// this module the interface which they have in Perl, for programs that `poe
// port` has translated: methods by name, options as a list of names and values,
// packed addresses. Calls of this package can be replaced, one by one, by calls
// of the packages themselves.
//
// Functions and methods that have a POE name follow POE's documentation for it.
// What makes POE die panics with a *perl.Exception. Functions which need a
// kernel use the program's single one, see Kernel. All functions must be called
// on that kernel's goroutine.
package compat

import (
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/perl"
)

// Event is the argument of a handler in a translated program.
type Event struct {
	kernel.Event
	Object any // POE: OBJECT

	heap    *any
	results []any
	set     bool
	want    perl.Want
	state   string // of a machine
}

// State returns the name of the event, or of the state a state machine is in.
// POE: STATE.
func (e *Event) State() string {
	if e.state != "" {
		return e.state
	}
	return e.Name
}

// CallerState returns the event whose handler sent this one, nil if there is none.
// POE: CALLER_STATE.
func (e *Event) CallerState() any {
	if e.Caller == "" {
		return nil
	}
	return e.Caller
}

// Arg returns argument i, which must not be negative, or nil if there are
// fewer. POE: $_[ARG0 + i].
func (e *Event) Arg(i int) any {
	if i < len(e.Args) {
		return e.Args[i]
	}
	return nil
}

// Text returns argument i as a string, "" if there are fewer.
func (e *Event) Text(i int) string { return perl.Str(e.Arg(i)) }

// Int returns argument i as an integer, 0 if there are fewer.
func (e *Event) Int(i int) int { return perl.Int(e.Arg(i)) }

// Number returns argument i as a number, 0 if there are fewer.
func (e *Event) Number(i int) float64 { return perl.Num(e.Arg(i)) }

// Seen returns argument i of an event, which had the type T in all recordings
// of the program. It dies if the argument has a different type.
func Seen[T any](e *Event, i int) T {
	v, ok := e.Arg(i).(T)
	if !ok {
		perl.Die("ARG%d of %s is %s, and no recording shows that: translate again with a recording of this run", i, e.State(), describe(e.Arg(i)))
	}
	return v
}

// Recorded returns v, the value of a heap element called name, which had the
// type T in all recordings of the program. It dies if v has a different type.
func Recorded[T any](name string, v any) T {
	t, ok := v.(T)
	if !ok {
		perl.Die("%s becomes %s, and no recording shows that: translate again with a recording of this run", name, describe(v))
	}
	return t
}

func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "undef"
	case string:
		return "a text"
	case int, float64:
		return "a number"
	default:
		return "a " + perl.RefType(v)
	}
}

// This returns the session whose handler runs. POE: SESSION.
func (e *Event) This() any { return e.Session }

// From returns the sender of the event: a session or the kernel. POE: SENDER.
func (e *Event) From() any { return sessionOrKernel(e.Sender) }

func sessionOrKernel(id kernel.ID) any {
	if the != nil && id == the.ID() {
		return the
	}
	if id.IsZero() {
		return nil
	}
	return id
}

// Heap returns the session's heap. POE: HEAP.
func (e *Event) Heap() any {
	if e.heap != nil {
		return *e.heap
	}
	return heapOf(e.Session)
}

// SetHeap replaces the session's heap and returns v. It dies if a component keeps
// its own state in the heap. POE: $_[HEAP] = v.
func (e *Event) SetHeap(v any) any {
	if e.heap != nil {
		*e.heap = v
	}
	b := boxOf(e.Session)
	if b == nil {
		perl.Die("the heap of %s belongs to its component and cannot be replaced", e.State())
	}
	return perl.Keep(&b.heap, v)
}

// HeapHash returns the heap as a hash. It dies if the heap is neither a hash
// nor nil.
func (e *Event) HeapHash() *perl.Hash { return perl.H(e.Heap()) }

// Len returns the length of @_ as POE passes it: 10 more than the number of
// arguments.
func (e *Event) Len() int { return 10 + len(e.Args) }

// All returns @_ as POE passes it.
func (e *Event) All() []any {
	file, line := e.CallerSite()
	all := []any{e.Object, e.Session, e.Kernel, e.Heap(), e.State(), e.From(), nil, file, line, e.CallerState()}
	return append(all, e.Args...)
}

// CloseUnkept closes the handle in argument 0 unless a hash, an array or a wheel
// holds it, as Perl does when a handler for a new connection returns.
func (e *Event) CloseUnkept() {
	if f, ok := e.Arg(0).(*perl.File); ok && f.Retain(0) == 0 && !f.Closed() {
		f.Close()
	}
}

// CallerFile returns the source file from which the event was sent, as
// kernel.Event.CallerSite does. It is empty unless events are traced. POE:
// CALLER_FILE.
func (e *Event) CallerFile() any {
	file, _ := e.CallerSite()
	return file
}

// CallerLine returns the line of CallerFile from which the event was sent, 0
// unless events are traced. POE: CALLER_LINE.
func (e *Event) CallerLine() any {
	_, line := e.CallerSite()
	return line
}

// Return sets the values which the handler returns. The last call has effect.
func (e *Event) Return(values ...any) { e.results, e.set = values, true }

// Want returns the context in which the handler was called.
func (e *Event) Want() perl.Want { return e.want }

// List returns the list of f, for a handler called in any context.
func (e *Event) List(f func() []any) []any { return f() }

// InContext returns the list of f if the handler was called in list context,
// else a list of the value of g. Only that function is called.
func (e *Event) InContext(f func() []any, g func() any) []any {
	if e.want == perl.List {
		return f()
	}
	return []any{g()}
}

// Handler returns a code reference to an event handler. If it is called as a
// sub, its arguments are @_ as POE passes it.
func Handler(f func(e *Event)) *perl.Code {
	return &perl.Code{Handler: f, Fn: func(w perl.Want, args ...any) []any {
		e := &Event{want: w, Object: perl.At(args, 0)}
		e.Session, _ = perl.At(args, 1).(kernel.ID)
		e.Kernel, _ = perl.At(args, 2).(*kernel.Kernel)
		if e.Kernel == nil {
			e.Kernel = Kernel()
		}
		heap := perl.At(args, 3)
		e.heap = &heap
		e.Name = perl.Str(perl.At(args, 4))
		e.Sender, _ = perl.At(args, 5).(kernel.ID)
		e.Caller = perl.Str(perl.At(args, 9))
		e.Args = append([]any(nil), perl.From(args, 10)...)
		f(e)
		return e.results
	}}
}

// want is the context of the call that is under way, Void for events from the queue.
var want = perl.Void

// direct reports whether the handler that is about to run is called by its own
// session, for which POE has no eval of its own.
var direct bool

// handler makes a handler of the kernel of code, or of a method of object.
func handler(code *perl.Code, object any, heap func() any) kernel.Handler {
	return func(ke kernel.Event) {
		dispatch(ke, code, object, heap)
	}
}

// dispatch runs code as a handler of an event and returns what it returns.
func dispatch(ke kernel.Event, code *perl.Code, object any, heap func() any, args ...any) []any {
	e := &Event{Event: ke, Object: object, want: want}
	if ke.Name == "_start" || ke.Name == "_stop" { // the parent gets the value
		e.want = perl.Scalar
	}
	want = perl.Void
	if args != nil {
		e.Args = args
	}
	e.Args = values(e.Args)
	if heap != nil {
		h := heap()
		e.heap = &h
	}
	if len(args) == 1 {
		if m, ok := args[0].(machineState); ok {
			e.state, e.Args = string(m), values(ke.Args)
		}
	}
	var out []any
	if direct {
		direct = false
		out = invoke(e, code)
	} else { // POE calls the handler within eval
		perl.EvalError = ""
		out = invoke(e, code)
		perl.EvalError = ""
	}
	if out != nil {
		ke.Return(out...)
	}
	perl.FreeTemps()
	return out
}

// heapIndex is the place of the heap in @_. POE: HEAP.
const heapIndex = 3

func invoke(e *Event, code *perl.Code) []any {
	if f, ok := code.Handler.(func(*Event)); ok {
		f(e)
		return e.results
	}
	args := e.All()
	heap := args[heapIndex]
	out := code.Fn(e.want, args...)
	if args[heapIndex] != heap { // $_[HEAP] is an alias
		e.SetHeap(args[heapIndex])
	}
	return out
}

// machineState is the state of a machine, as an argument of dispatch.
type machineState string

// values returns arguments with what only Go has made into what Perl has.
func values(args []any) []any {
	if len(args) >= 3 {
		// The text of an error is the system's, as Perl has it.
		if n, ok := args[1].(int); ok && n > 0 {
			if s, ok := args[2].(string); ok && s == syscall.Errno(n).Error() {
				args = append([]any(nil), args...)
				args[2] = perl.ErrnoValue(syscall.Errno(n))
			}
		}
	}
	for i, a := range args {
		if !isPerl(a) {
			out := append([]any(nil), args...)
			for j := i; j < len(out); j++ {
				out[j] = value(out[j])
			}
			return out
		}
	}
	return args
}

func isPerl(v any) bool {
	switch v := v.(type) {
	case nil, string, int, float64, bool, perl.Dual, *Wheel, *Filter, *Postback, *kernel.Kernel, machineState, *perl.Hash, *perl.Array, *perl.Code, *perl.Ref, *perl.File:
		return true
	case kernel.ID:
		return the == nil || v != the.ID()
	}
	return false
}

func value(v any) any {
	switch v := v.(type) {
	case *kernel.Handle:
		return fileOf(v)
	case netip.Addr:
		return string(v.Unmap().AsSlice())
	case netip.AddrPort:
		return perl.PackSockaddrIn(int(v.Port()), string(v.Addr().Unmap().AsSlice()))
	case kernel.WheelID:
		return int(v)
	case kernel.WaitStatus:
		return int(v)
	case []byte:
		return string(v)
	case time.Time:
		return perl.Unix(v)
	case net.Addr:
		return perl.PackAddr(v)
	case *kernel.Exception:
		return exception(v)
	case []any:
		return perl.Copy(values(v))
	case kernel.AlarmID:
		return int(v)
	case kernel.ID:
		return sessionOrKernel(v)
	case kernel.Mode:
		return map[kernel.Mode]int{kernel.Read: 0, kernel.Write: 1, kernel.Expedite: 2}[v]
	}
	if r, ok := record(v); ok {
		return r
	}
	return v
}

// exception is the hash that handlers of the signal DIE get.
func exception(e *kernel.Exception) any {
	v := e.Value
	if x, ok := v.(*perl.Exception); ok {
		v = x.Value
	} else if err, ok := v.(error); ok {
		v = machineText(err) + "\n"
	}
	var from any
	if e.Caller != "" {
		from = e.Caller
	}
	return perl.NewHash("source_session", sessionOrKernel(e.Source), "dest_session", sessionOrKernel(e.Dest), "event", e.Event,
		"file", e.File, "line", e.Line, "from_state", from, "error_str", v)
}

// errorArgs are the arguments of an error event.
func errorArgs(err *kernel.OpError, id any) []any {
	var text any = err.Text()
	if err.Errno() != 0 {
		text = perl.ErrnoValue(err.Errno())
	}
	return []any{err.Op, int(err.Errno()), text, id}
}

// bothThrown is the text of two exceptions. A handler of DIE throws while the first is
// still on its way, so that it comes after it; a session that is born while the others
// are stopped throws when that is done.
func bothThrown(h *kernel.HandlerError, before, after any) string {
	if h.Event == "_start" {
		before, after = after, before
	}
	return perl.Str(before) + "Additional error thrown in handler for previous error:\n" + perl.Str(after)
}

// thrown returns the value that a handler has thrown.
func thrown(err error) (any, bool) {
	var h *kernel.HandlerError
	if errors.As(err, &h) {
		if x, ok := h.Value.(*perl.Exception); ok {
			if before, has := thrown(h.Previous); has {
				return bothThrown(h, before, x.Value), true
			}
			return x.Value, true
		}
		if u, ok := h.Value.(*perl.Untranslated); ok {
			panic(u)
		}
	}
	return nil, false
}
