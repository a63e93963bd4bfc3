package kernel

import "time"

// Handler handles one event. It runs on the kernel's goroutine, to completion.
// If it panics, that is an exception, which becomes the signal DIE.
type Handler func(e Event)

// Event is the argument of a handler: POE's @_ with names. It is a value, so it
// may be kept, captured by a closure or passed to another goroutine; but its
// Kernel may only be used on the kernel's goroutine.
//
// The methods of the kernel can be called on the event: e.Yield("tick") is
// e.Kernel.Yield("tick"). They act for the active session, which is e.Session
// while the handler runs.
type Event struct {
	*Kernel        // POE: KERNEL
	Session ID     // the session whose handler runs. POE: SESSION
	Sender  ID     // the session that sent the event. POE: SENDER
	Name    string // the event's name; "_default" in a _default handler. POE: STATE
	Args    []any  // POE: @_[ARG0..$#_]
	Caller  string // the event whose handler sent this one, if any. POE: CALLER_STATE

	serial uint64 // of the frame where Return leaves its values; 0 if there is none
}

// running returns the frame of an event whose handler runs, nil for any other.
func (e *Event) running() *frame {
	if e.serial == 0 {
		return nil
	}
	f := e.Kernel.frame
	for f.serial > e.serial {
		f = f.outer
	}
	if f.serial != e.serial {
		return nil
	}
	return f
}

// Return sets the values that the handler returns: to the caller of Call or
// CallList, to the parent's _child for _start and _stop, and to [Outside.Call]
// of another goroutine or an actor's request. A second Return replaces the
// first. Once the handler has ended it does nothing.
func (e Event) Return(values ...any) {
	f := e.running()
	if f == nil {
		return
	}
	f.answered, f.returned, f.list = true, len(values), nil
	switch len(values) {
	case 0:
		f.value = nil
	case 1:
		f.value = values[0]
	default:
		f.value = values[len(values)-1]
		f.list = append([]any(nil), values...)
	}
}

// Post queues an event for a session; the active session is its sender. The
// arguments are not copied. It is not an error if the session has no handler
// for the event, as in POE. The error is [ErrNoSession] if the destination
// names no living session, and [ErrInvalid] without a name.
//
// The ID of a session of another kernel of this process is a destination as
// well. Such events arrive in the order in which this kernel has posted them,
// and the receiver can post to their sender in the same way. The error is then
// [ErrNoSession] if that session has stopped, [ErrNotRunning] if its kernel has
// ended, or [ErrBusy]; if the session stops before the event has reached it,
// the event is a dead letter of the other kernel. An argument which must be
// released then, such as a connection, can have a method Undelivered(): it is
// called on the goroutine of the kernel that should have handled the event,
// before the dead letter is reported.
func (k *Kernel) Post(to Dest, event string, args ...any) error {
	if k.debug != nil {
		k.debug.sending("Post", event)
	}
	dest, err := k.resolve(to)
	if err != nil {
		return k.postElsewhere(to, event, args, err)
	}
	if event == "" {
		return k.fail("Post", to, ErrInvalid)
	}
	it := k.enqueue(dest, k.frame.session, event, args, kindPost)
	if _, ok := to.(untrusted); ok {
		it.ensureExtra().untrusted = true
	}
	return nil
}

// postElsewhere posts to a destination that is no session of this kernel.
func (k *Kernel) postElsewhere(to Dest, event string, args []any, err error) error {
	switch to := to.(type) {
	case untrusted:
		return k.postElsewhere(to.Dest, event, args, err)
	case via:
		return to.Post(ID{k.frame.session}, event, args)
	case ID:
		if to.s != nil && to.s.k != k {
			err = to.s.k.postFrom(k.frame.session, to, event, args)
		}
	}
	if err == nil {
		return nil
	}
	if k.debug != nil {
		k.debug.unresolved("Post", to, event)
	}
	return k.fail("Post", to, err)
}

// Yield queues an event for the active session itself. Outside of any session
// it does nothing; in strict mode it panics.
func (k *Kernel) Yield(event string, args ...any) {
	if k.debug != nil {
		k.debug.sending("Yield", event)
	}
	e := k.frame.session
	if e == k.root || !e.alive() || event == "" {
		k.misuse("Yield", event)
		return
	}
	k.enqueue(e, e, event, args, kindPost)
}

// Call runs a session's handler at once and returns the last of the values it
// returned; nil if it returned none, has no such handler, or threw an
// exception, which then becomes its own signal DIE and does not reach the
// caller. Calling the active session itself is a plain function call: an
// exception is an ordinary panic. The error is ErrNoSession if the destination
// names no living session here.
func (k *Kernel) Call(to Dest, event string, args ...any) (any, error) {
	f, err := k.call(to, event, args, nil)
	if err != nil {
		return nil, err
	}
	return f.value, nil
}

// CallAnswer is [Kernel.Call], and also reports whether the handler has
// returned a value, which may be nil, with [Event.Return]. It has not if it is
// missing, threw an exception, or returned nothing.
func (v Host) CallAnswer(to Dest, event string, args ...any) (value any, answered bool, err error) {
	f, err := v.k.call(to, event, args, nil)
	if err != nil {
		return nil, false, err
	}
	return f.value, f.returned > 0, nil
}

// CallList is Call for handlers that return several values: it returns all of
// them. If the handler returned nothing, the list is empty; if it is missing or
// threw an exception, the list has one nil. POE: call in list context.
func (k *Kernel) CallList(to Dest, event string, args ...any) ([]any, error) {
	single := false
	if dest, err := k.resolve(to); err == nil {
		s, ok := dest.ses.(singleResult)
		single = ok && s.SingleResult(event)
	}
	f, err := k.call(to, event, args, nil)
	switch {
	case err != nil:
		return nil, err
	case single:
		return []any{f.value}, nil
	case f.list != nil:
		return f.list, nil
	case f.returned == 1 || !f.found:
		return []any{f.value}, nil
	}
	return nil, nil
}

// singleResult is implemented by a type of session some of whose events have a
// single result: the last of the values that a handler gives to Return, or nil.
type singleResult interface{ SingleResult(event string) bool }

func (k *Kernel) call(to Dest, event string, args []any, x *extra) (*frame, error) {
	active := k.frame
	if id, ok := to.(ID); ok && id.s != nil && id.s.k == k && id.s != active.session && id.s.alive() && event != "" && x == nil && k.debug == nil {
		f := k.dispatch(id.s, active.session, event, args, active.event, kindCall, nil) // the usual case
		if k.exception != nil {
			k.rethrow()
		}
		return f, nil
	}
	if k.debug != nil {
		k.debug.sending("Call", event)
	}
	dest, err := k.resolve(to)
	if err != nil {
		if k.debug != nil {
			k.debug.unresolved("Call", to, event)
		}
		return nil, k.fail("Call", to, err)
	}
	if event == "" {
		return nil, k.fail("Call", to, ErrInvalid)
	}
	var f *frame
	if _, ok := to.(untrusted); ok {
		if x == nil {
			x = &extra{}
		}
		x.untrusted = true
	}
	if dest == active.session && dest != k.root && (x == nil || !x.untrusted) {
		f = k.invoke(dest, event, args, x)
	} else {
		f = k.dispatch(dest, active.session, event, args, active.event, kindCall, x)
	}
	if k.exception != nil {
		k.rethrow()
	}
	if x != nil && x.refused != nil {
		return nil, k.fail("Call", to, x.refused)
	}
	return f, nil
}

// ActiveSession returns the session whose handler runs, the kernel's own ID if
// none does. POE: get_active_session.
func (k *Kernel) ActiveSession() ID { return ID{k.frame.session} }

// ActiveEvent returns the name of the event that is being handled; in a
// _default handler it is the original name. POE: get_active_event.
func (k *Kernel) ActiveEvent() string { return k.frame.event }

// State adds, replaces or (with nil) removes the active session's handler for
// an event. Handlers are looked up when an event is delivered, so this affects
// events that are already queued. The error is [ErrInvalid] without a name, or
// [ErrNoActiveSession].
func (k *Kernel) State(event string, h Handler) error {
	k.checkGoroutine("State")
	e := k.frame.session
	switch {
	case e == k.root || !e.alive():
		return k.fail("State", event, ErrNoActiveSession)
	case event == "":
		return k.fail("State", nil, ErrInvalid)
	}
	e.ses.SetHandler(event, h)
	return nil
}

// EventCount returns how many events and timers are queued.
// POE: get_event_count.
func (k *Kernel) EventCount() int { return k.fifo.live() + len(k.timers.heap) }

// NextEventTime returns when the next queued event or timer is due, and false
// if there is none. POE: get_next_event_time.
func (k *Kernel) NextEventTime() (time.Time, bool) {
	due, ok := k.nextDue()
	return k.wallAt(due), ok
}
