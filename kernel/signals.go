package kernel

import (
	"fmt"
	"strings"
)

// sigWatch is what a session wants to happen for a signal.
type sigWatch struct {
	event string
	args  []any
	site  *site
}

// signalTable is the kernel's state of signals.
type signalTable struct {
	watched map[string]int // how many sessions watch a signal

	children     map[int]*childProcess
	childWatches int // of sessions, on processes that have not ended

	handled int // by sig_handled, of the signal being delivered
	system  *systemSignals
}

// signalClass is what a signal does to the sessions it visits.
type signalClass uint8

// The classes of signals.
const (
	// benign signals stop no session.
	benign signalClass = iota
	// terminal signals stop the sessions they visit, unless one of them calls
	// SigHandled.
	terminal
	// nonmaskable signals stop them in any case.
	nonmaskable
)

// classOf returns the class of a signal, by its name without SIG. Names that
// are not POE's own or the system's are benign.
func classOf(signal string) signalClass {
	switch signal {
	case "QUIT", "INT", "KILL", "TERM", "HUP", "IDLE", "DIE":
		return terminal
	case "ZOMBIE", "UIDESTROY":
		return nonmaskable
	}
	return benign
}

// Sig makes the active session get an event when a signal is delivered to it or
// to one of its ancestors: the event's arguments are the signal's name, then what Signal was given, then args. The
// sender is the kernel. Signals of the operating system ("INT", "TERM", "HUP",
// "USR1" ...) are caught as long as any session watches them. A session has one
// watcher per signal, which a new one replaces. It does not keep the session
// alive. The error is [ErrInvalid] for an empty name or one that begins with
// "SIG", or [ErrNoActiveSession].
func (k *Kernel) Sig(signal, event string, args ...any) error {
	k.checkGoroutine("Sig")
	e := k.frame.session
	switch {
	case signal == "" || event == "":
		return k.fail("Sig", signal, ErrInvalid)
	case strings.HasPrefix(signal, "SIG"):
		return k.fail("Sig", signal, fmt.Errorf("signal names have no SIG in front: %w", ErrInvalid))
	case e == k.root || !e.alive():
		return k.fail("Sig", signal, ErrNoActiveSession)
	}
	r := e.ensureCold()
	if r.signals == nil {
		r.signals = map[string]sigWatch{}
	}
	if _, again := r.signals[signal]; !again {
		k.signals.watch(k, signal)
	}
	r.signals[signal] = sigWatch{event, args, k.site()}
	return nil
}

// SigClear removes the active session's watcher for a signal, if there is one.
// POE: sig without an event.
func (k *Kernel) SigClear(signal string) { k.sigClear(k.frame.session, signal) }

func (k *Kernel) sigClear(e *entry, signal string) {
	if e.cold == nil {
		return
	}
	if _, ok := e.cold.signals[signal]; ok {
		delete(e.cold.signals, signal)
		k.signals.unwatch(signal)
	}
}

func (s *signalTable) watch(k *Kernel, signal string) {
	if s.watched == nil {
		s.watched = map[string]int{}
	}
	if s.watched[signal]++; s.watched[signal] == 1 {
		s.catch(k, signal)
	}
}

func (s *signalTable) unwatch(signal string) {
	if s.watched[signal]--; s.watched[signal] == 0 {
		delete(s.watched, signal)
		s.release(signal)
	}
}

// Signal sends a signal to a session and all its descendants, or with the
// kernel's own ID to all sessions. It is queued like a posted event. The name
// need not be one of the system's. The error is [ErrNoSession], or [ErrInvalid]
// for an empty name.
func (k *Kernel) Signal(to Dest, signal string, args ...any) error {
	k.checkGoroutine("Signal")
	dest, err := k.resolve(to)
	if err != nil {
		return k.fail("Signal", to, err)
	}
	if signal == "" {
		return k.fail("Signal", to, ErrInvalid)
	}
	k.enqueue(dest, k.frame.session, "_signal", append([]any{signal}, args...), kindSignal)
	return nil
}

// SigHandled marks the signal that is being delivered as handled: a terminal
// signal then stops none of the sessions that it visits. POE: sig_handled.
func (k *Kernel) SigHandled() { k.signals.handled++ }

// UIDestroy sends all sessions the signal UIDESTROY, which means that the
// program's window was closed: before the method returns, the watchers of the
// signal run, and then every session is stopped. A handler that calls it
// continues to its end, outside of any session. POE: signal_ui_destroy, when
// the window is destroyed.
func (k *Kernel) UIDestroy() {
	if k.sessions == 0 {
		return
	}
	k.deliverSignal(&item{dest: k.root, from: k.root, name: "_signal", args: []any{"UIDESTROY"}, kind: kindSignal})
	if !k.frame.session.alive() {
		k.frame.session = k.root
	}
}

// Exception is the second argument of handlers of the signal DIE, by pointer.
type Exception struct {
	Source ID     // the session that sent the event whose handler failed. POE: source_session
	Dest   ID     // the session in which it failed. POE: dest_session
	Event  string // the event that it handled
	Caller string // the event whose handler had sent that one. POE: from_state
	// Err is the exception as an error: a *[HandlerError], which wraps Value if
	// that is an error. POE: error_str
	Err error
	// Value is the value that was passed to panic.
	Value any
	// Handled reports whether a handler of DIE that ran before the present one
	// has called [Kernel.SigHandled].
	Handled bool
	File    string // where it was thrown
	Line    int
	Stack   []byte
}

// recovered deals with what a handler has thrown. A nil value is runtime.Goexit,
// which continues to unwind.
func (k *Kernel) recovered(dest, from *entry, event, caller string, kd kind, stopped bool, value any) {
	if value == nil {
		return
	}
	if stop, ok := value.(*replayStop); ok {
		panic(stop)
	}
	err := newHandlerError(value, dest, event)
	if kd == kindStop || kd == kindDie || stopped || !dest.alive() {
		k.crashing(err)
		k.exception = err // no session is left to handle it
		return
	}
	if k.debug != nil {
		o := k.debug.observe
		defer o.leave(o.failed())
	}
	x := &Exception{Source: ID{from}, Dest: ID{dest}, Event: event, Caller: caller, Err: err, Value: value, File: err.File, Line: err.Line, Stack: err.Stack}
	k.enqueue(dest, k.root, "_signal", []any{"DIE", x}, kindDie).caller = "" // no event has sent it, not even in nested calls
}

// deliverSignal takes a signal through the tree below its destination: first
// to those which watch it, deepest first, and then, if it is terminal and none
// handled it, to the end of all that it has visited.
func (k *Kernel) deliverSignal(it *item) {
	signal := it.args[0].(string)
	outer, before := k.signals.handled, k.exception
	k.signals.handled = 0
	defer func() { k.signals.handled = outer }()

	touched := visit(it.dest, signal)
	if k.debug != nil {
		k.debug.log(traceSignals, "signal", "name", signal, "to", ID{it.dest}, "visits", len(touched), "watchers", k.signals.watched[signal])
	}
	watches := make([]*sigWatch, len(touched))
	if k.signals.watched[signal] > 0 {
		for i, e := range touched {
			if e.cold != nil {
				if w, ok := e.cold.signals[signal]; ok {
					watches[i] = &w
				}
			}
		}
	}
	thrown := exceptionOf(it)
	for i := len(touched) - 1; i >= 0; i-- {
		if w := watches[i]; w != nil && touched[i].alive() {
			if thrown != nil {
				thrown.Handled = k.signals.handled > 0
			}
			args := append(append([]any(nil), it.args...), w.args...)
			k.dispatch(touched[i], k.root, w.event, args, it.caller, it.kind, nil)
		}
		if touched[i] == k.root && signal == "IDLE" {
			k.stillIdle()
		}
	}
	k.applyDefault(signal, touched, thrown, before)
}

// exceptionOf returns the exception that a signal reports: nil unless the kernel
// has made it.
func exceptionOf(it *item) *Exception {
	if it.args[0] != "DIE" || len(it.args) < 2 {
		return nil
	}
	x, _ := it.args[1].(*Exception)
	return x
}

// visit lists the sessions that a signal visits: the destination and its
// descendants, level by level. DIE goes up through the ancestors as well. They
// are visited from the end of the list.
func visit(dest *entry, signal string) []*entry {
	var touched []*entry
	if signal == "DIE" && dest.parent != nil {
		for e := dest.parent; e.parent != nil; e = e.parent {
			touched = append([]*entry{e}, touched...)
		}
	}
	at := len(touched)
	touched = append(touched, dest)
	for ; at < len(touched); at++ {
		for child := touched[at].firstChild; child != nil; child = child.nextSibling {
			touched = append(touched, child)
		}
	}
	return touched
}

// applyDefault stops the visited sessions if the signal demands it. Sessions that
// learn of that may still call SigHandled: too late for the stopped ones, but
// an exception is dealt with then. x is the exception that the signal reports, if
// any, and before the one that had ended the program before it was delivered.
func (k *Kernel) applyDefault(signal string, touched []*entry, x *Exception, before error) {
	class := classOf(signal)
	if x != nil && k.signals.handled == 0 {
		k.crashing(x.Err)
	}
	if class == nonmaskable || class == terminal && k.signals.handled == 0 {
		for i := len(touched) - 1; i >= 0; i-- {
			k.stop(touched[i])
		}
	}
	if signal != "DIE" || k.signals.handled > 0 {
		return // a call of it in _stop saves no session, but the signal counts as handled
	}
	switch {
	case x == nil: // a DIE that a program made up
	case k.exception == nil:
		k.exception = x.Err
	case k.exception == before:
		// Thrown by a session that started as the program ended.
		k.exception = after(x.Err, before)
	default:
		// A handler of this DIE has thrown, too: its exception is the result,
		// and tells what it was about.
		k.exception = after(k.exception, x.Err)
	}
}

// after is an exception that names the one before it.
func after(err, previous error) error {
	later, ok := err.(*HandlerError)
	if !ok || later.Previous != nil || err == previous {
		return err
	}
	both := *later
	both.Previous = previous
	return &both
}

// stillIdle sends ZOMBIE after an IDLE that brought nothing new to do.
func (k *Kernel) stillIdle() {
	if k.runsIdle && k.EventCount() == 0 && k.handles.count == 0 {
		k.enqueue(k.root, k.root, "_signal", []any{"ZOMBIE"}, kindSignal)
	}
}

// handleOwn is the kernel's own handler of events: it does nothing and returns
// 0.
func (k *Kernel) handleOwn(e *Event) { e.Return(0) }

// clearSignals removes all watchers of signals and processes of a session.
func (k *Kernel) clearSignals(e *entry) {
	if e.cold == nil {
		return
	}
	for signal := range e.cold.signals {
		k.sigClear(e, signal)
	}
	k.clearChildren(e)
}
