package kernel

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"
)

// Host is the view of a kernel for code that implements wheels, components and
// session types: it runs functions in a session, watches handles with a
// [ReadyHandler], and closes what a session owns when it stops. Programs use
// the methods of [Kernel].
//
// A Host is a small value, returned by [Kernel.Host]; its methods may only be
// used on the kernel's goroutine. The zero Host cannot be used.
type Host struct{ k *Kernel }

// Host returns the view of the kernel for code that implements wheels,
// components and session types.
func (k *Kernel) Host() Host { return Host{k} }

// AllocateWheelID returns the next wheel's ID.
// POE: POE::Wheel::allocate_wheel_id.
func (v Host) AllocateWheelID() WheelID {
	v.k.wheelSeq++
	return v.k.wheelSeq
}

// Own makes the active session the owner of c: c is closed after the session's
// _stop, in order of creation. It does not keep the session alive. Lists of what
// is alive show name. Outside of any session it returns ErrNoActiveSession.
func (v Host) Own(c io.Closer, name string) (Owned, error) {
	return v.k.own(c, name)
}

// CallFunc runs h in a session at once, as [Kernel.Call] runs one of the
// session's own handlers; event is the name in traces and lists. In the active
// session it is a plain function call.
func (v Host) CallFunc(to ID, event string, h Handler) error {
	k := v.k
	dest, err := k.resolve(to)
	if err != nil {
		return k.fail("CallFunc", to, err)
	}
	if dest == k.frame.session {
		h(Event{Kernel: k, Session: to, Sender: to, Name: event, Caller: k.frame.event})
		return nil
	}
	k.dispatch(dest, k.frame.session, event, nil, k.frame.event, kindCall, &extra{handler: h})
	if k.exception != nil {
		k.rethrow()
	}
	return nil
}

// YieldFunc queues an event for the active session which runs h instead of one
// of the session's handlers; event is the name in traces and lists. Outside of
// any session it returns ErrNoActiveSession.
func (v Host) YieldFunc(event string, h Handler) error {
	e, err := v.k.timerOwner("YieldFunc", event)
	if err != nil {
		return err
	}
	v.k.enqueue(e, e, event, nil, kindFunc).setHandler(h)
	return nil
}

// DelayFunc sets a timer which runs h in the active session once d has passed,
// instead of one of the session's handlers; event is the name in traces and
// lists. [Kernel.AlarmRemove] and similar methods work on it.
func (v Host) DelayFunc(event string, d time.Duration, h Handler) (AlarmID, error) {
	e, err := v.k.timerOwner("DelayFunc", event)
	if err != nil {
		return 0, err
	}
	return v.k.setTimer(e, event, v.k.readClock()+int64(d), false, nil, &extra{handler: h}).id(), nil
}

// Watch calls ready, in the active session, whenever the handle is ready in
// that mode. name is the active event's name during the call. A watcher for
// Write starts paused: TryWrite and [Kernel.SelectResumeWrite] start it. A
// session can watch one mode of a handle only once. A watched handle keeps the
// session alive. Outside of any session the error is [ErrNoActiveSession].
func (v Host) Watch(h *Handle, m Mode, name string, ready ReadyHandler) error {
	return v.k.watch("Watch", h, m, ready, v.k.aboutWatched[m%2].of(name))
}

// Unwatch removes a watcher of the session that owns it, which need not be the
// active one. Without such a watcher it does nothing.
func (v Host) Unwatch(owner ID, h *Handle, m Mode) {
	if owner.s != nil {
		v.k.unwatch(owner.s, h, m)
	}
}

// TryWrite makes the handle's write watchers run in the write phase of the next
// turn, without asking the system whether the handle is writable, which it
// nearly always is. A watcher that gets [ErrWouldBlock] calls
// [Kernel.SelectResumeWrite] to wait until it is.
func (v Host) TryWrite(h *Handle) {
	if !h.writeQueued && h.watched&Write.bit() != 0 {
		h.writeQueued = true
		if v.k.debug != nil {
			v.k.debug.observe.asked(h)
		}
		v.k.dirty = append(v.k.dirty, h)
	}
}

// Scratch returns the kernel's read buffer, with n bytes. Its contents are
// valid until the next call of Scratch: what is needed longer must be copied. A
// timeslice that a handler runs with [Kernel.RunOneTimeslice] has its own
// buffer.
func (v Host) Scratch(n int) []byte {
	if n > len(v.k.scratch) {
		v.k.scratch = make([]byte, n)
	}
	return v.k.scratch[:n]
}

// OffloadFunc is [Kernel.Offload] with a function instead of an event: done is
// called with the result, in the session that was active. event is the name in
// traces and lists.
//
// If previous is not nil, the job begins after that one has ended: after its
// work has returned, even if the job was cancelled meanwhile, or after it was
// cancelled before it began. So a chain of jobs, such as the statements of one
// connection to a database, runs one at a time and in order. previous may be a
// job of another session of the same kernel.
func (v Host) OffloadFunc(previous *Job, event string, work func(ctx context.Context) (any, error), done func(e Event, result any, err error)) (*Job, error) {
	return v.k.offload("OffloadFunc", previous, &Job{event: event, work: work, callback: done})
}

// SigChildFunc makes h run in the active session, once, when a child process
// ends: after the event of [Kernel.SigChild], if there is one. event is the
// name in traces and lists. A process has one such function, which keeps the
// session alive until then. The errors are those of SigChild, and one that
// wraps EBUSY for a second function.
func (v Host) SigChildFunc(pid int, event string, h func(e Event, status WaitStatus)) error {
	return v.k.sigChildFunc(pid, event, h)
}

// TrackChild registers pid, a child process of this one, so that watchers of
// the signal CHLD are notified when it exits, and SigChild may be called for it
// until then. ended is called with its status, on the kernel's goroutine and
// outside of any session; it must not block. Tracking keeps neither a session
// alive nor the kernel running. The error wraps EBUSY if the process is tracked
// already.
//
// If ended is nil, the status of the process is discarded: the kernel only
// waits for it, so that no zombie remains, and a function of SigChildFunc or
// TrackChild is removed.
func (v Host) TrackChild(pid int, ended func(status WaitStatus)) error {
	if ended == nil {
		v.k.reapChild(pid)
		return nil
	}
	return v.k.trackChild(pid, ended)
}

// Start makes s a session: a child of the active session, or of the kernel
// outside of any. It runs _start with the arguments, then the parent's _child,
// and returns. _start gets a copy of the list of arguments. An exception in
// _start is not an error; DIE follows. Programs use package session. POE:
// session_alloc.
func (v Host) Start(s Session, args ...any) (ID, error) {
	v.k.checkGoroutine("Start")
	k := v.k
	if s == nil {
		return ID{}, k.fail("Start", nil, ErrInvalid)
	}
	parent := k.frame.session
	if !parent.alive() {
		return ID{}, k.fail("Start", nil, ErrNoActiveSession)
	}
	if k.debug != nil {
		k.debug.starting(s)
	}
	e := k.allocate(s, parent)
	f := k.dispatch(e, parent, "_start", slices.Clone(args), "", kindStart, nil)
	started := f.value
	if e.alive() {
		k.noticeChild(e.parent, "create", e, started)
	}
	if e.alive() {
		k.enqueue(e, e, "", nil, kindGC)
	}
	return ID{e}, nil
}

// StopSession stops one session at once, with _stop and _child; its children
// go to its parent. As when a signal ends it, the events that it has posted and
// that are still queued are dropped, and so are those for it. If it is the
// active session, its handler runs to its end. It is for session types that
// decide about their end themselves; programs send a signal. The error is
// ErrNoSession. POE: _data_ses_stop, which is internal.
func (v Host) StopSession(id ID) error {
	e, err := v.k.resolve(id)
	if err == nil && e == v.k.root {
		err = ErrNoSession
	}
	if err != nil {
		return callError("StopSession", id, err)
	}
	v.k.stop(e)
	return nil
}

// OwnGoroutine returns the variable with the number of the kernel's goroutine,
// which is 0 while the kernel does not run. A function that runs on another
// goroutine while the kernel's waits for it stores its number there for that
// time.
func (v Host) OwnGoroutine() *atomic.Uint64 { return &v.k.inbox.owner }

// Tracing reports whether events are traced. Wheels and components then send
// events instead of calling functions, so that they are traced.
func (v Host) Tracing() bool { return v.k.debug != nil && v.k.debug.trace&traceEvents != 0 }

// Logger returns the kernel's logger, never nil.
func (v Host) Logger() *slog.Logger { return v.k.logger }

// Deliver runs a session's handler for an event at once, with from as the
// sender: as if an event that from had posted were dispatched now. It returns
// the last value that the handler returned, and reports whether the handler
// threw an exception, which then becomes DIE. It is for code that passes events
// on.
func (v Host) Deliver(to, from ID, event string, args ...any) (value any, threw bool, err error) {
	k := v.k
	dest, err := k.resolve(to)
	if err != nil {
		return nil, false, k.fail("Deliver", to, err)
	}
	if from.s == nil || event == "" {
		return nil, false, k.fail("Deliver", to, ErrInvalid)
	}
	f := k.dispatch(dest, from.s, event, args, k.frame.event, kindPost, nil)
	if k.exception != nil {
		k.rethrow()
	}
	return f.value, !f.done, nil
}

// DeadLetter counts and reports an event that reached no handler, for code that
// passes events on and has no destination for one.
func (v Host) DeadLetter(d DeadLetter) { v.k.deadLetter(d) }

// Replaying reports whether the run is the replay of a recording: then nothing
// outside of the program is to be used, since the recording has the results.
// Events that other goroutines sent are dispatched at the same point of the run
// as recorded, if their arguments can be recorded.
func (v Host) Replaying() bool { return v.k.replaying() }

// AddWork counts work that runs outside of the kernel and will result in an
// event: n is 1 when it begins, and -1 when it has ended or waits for the
// kernel. While such work runs a virtual clock does not advance. Jobs of
// Offload and watched child processes are counted without it.
func (v Host) AddWork(n int) { v.k.standing.work += n }
