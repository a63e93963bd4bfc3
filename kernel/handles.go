package kernel

import "errors"

// Mode is a way in which a handle can be ready, the second argument of the
// events that SelectRead and similar methods send.
type Mode uint8

// The modes, with POE's numbers.
const (
	Read Mode = iota
	Write
	Expedite // urgent data
	modes    = 3
)

// String returns the mode's name.
func (m Mode) String() string {
	return [...]string{"read", "write", "expedite", "mode?"}[min(m, modes)]
}

func (m Mode) bit() modeSet { return 1 << m }

// A ReadyHandler is registered with [Host.Watch]; the kernel calls its HandleReady
// when the handle is ready.
//
// If it has a method HandleFailure(m Mode, err error), that is called when the
// system cannot watch the handle any more, for example because epoll_ctl fails
// for lack of memory when a paused watcher is resumed. HandleFailure runs as an
// event of the session that watches, never within the call that resumed the
// watcher; err is an *OpError which names the system call. The watcher still
// exists; the handler normally closes the handle or resumes the watcher later.
// Without the method, and for the events of [Kernel.SelectRead] and similar
// methods, the kernel logs a warning, reports the handle as ready, so that the
// program finds out its state by reading or writing, and repeats both every 100
// ms until the system watches the handle again.
type ReadyHandler interface {
	HandleReady(m Mode)
}

// watcher is one session's interest in one mode of one handle.
type watcher struct {
	session *entry
	handle  *Handle
	mode    Mode
	event   string
	ready   ReadyHandler    // instead of the event
	details *watcherDetails // nil for most

	next                   *watcher // of the handle, in order of registration
	nextOfSess, prevOfSess *watcher // of the session
}

// watcherDetails is what wheels' watchers do not have, unless they are traced.
type watcherDetails struct {
	args []any
	site *site
}

func (w *watcher) args() []any {
	if w.details == nil {
		return nil
	}
	return w.details.args
}

func (w *watcher) site() *site {
	if w.details == nil {
		return nil
	}
	return w.details.site
}

// SelectRead makes the active session get an event whenever the handle can be
// read: its arguments are the handle, the mode, and then args. The event
// repeats as long as the handle stays ready. If the session watches the handle
// for reading already, the first registration is kept and resumed, as in POE. A
// watched handle keeps the session alive. The error is [ErrInvalid] for a nil
// handle or without a name, [ErrNoActiveSession], or that of the system; a
// handle that is closed, belongs to another kernel, or is watched by a wheel of
// the session is an error as well.
func (k *Kernel) SelectRead(h *Handle, event string, args ...any) error {
	return k.selectEvent("SelectRead", h, Read, event, args)
}

// SelectWrite is SelectRead for writing.
func (k *Kernel) SelectWrite(h *Handle, event string, args ...any) error {
	return k.selectEvent("SelectWrite", h, Write, event, args)
}

// SelectExpedite is [Kernel.SelectRead] for urgent data.
func (k *Kernel) SelectExpedite(h *Handle, event string, args ...any) error {
	return k.selectEvent("SelectExpedite", h, Expedite, event, args)
}

// Select sets the active session's watchers of a handle in all three modes; an
// empty event name removes the watcher of that mode. The errors are those of
// [Kernel.SelectRead].
func (k *Kernel) Select(h *Handle, read, write, expedite string, args ...any) error {
	var errs []error
	for m, event := range [modes]string{read, write, expedite} {
		if event == "" {
			k.unwatch(k.frame.session, h, Mode(m))
			continue
		}
		errs = append(errs, k.selectEvent("Select", h, Mode(m), event, args))
	}
	return errors.Join(errs...)
}

// SelectClear removes the active session's watchers of a handle in some modes, or
// in all if none is given.
// POE: select with a handle alone; select_read and the like without an event.
func (k *Kernel) SelectClear(h *Handle, in ...Mode) {
	if len(in) == 0 {
		in = []Mode{Read, Write, Expedite}
	}
	for _, m := range in {
		k.unwatch(k.frame.session, h, m)
	}
}

// SelectPauseRead suspends all watchers of a handle for reading; they still
// keep their sessions alive. It returns false if there are none.
func (k *Kernel) SelectPauseRead(h *Handle) bool { return h.pause(k, Read) }

// SelectResumeRead undoes SelectPauseRead. It returns false if the handle is
// not watched for reading.
func (k *Kernel) SelectResumeRead(h *Handle) bool { return h.resume(k, Read) }

// SelectPauseWrite is SelectPauseRead for writing.
func (k *Kernel) SelectPauseWrite(h *Handle) bool { return h.pause(k, Write) }

// SelectResumeWrite undoes SelectPauseWrite. It returns false if the handle is
// not watched for writing.
func (k *Kernel) SelectResumeWrite(h *Handle) bool { return h.resume(k, Write) }

func (k *Kernel) selectEvent(method string, h *Handle, m Mode, event string, args []any) error {
	if event == "" {
		return k.fail(method, nil, ErrInvalid)
	}
	if k.debug != nil {
		k.debug.posting(method, event)
	}
	return k.watch(method, h, m, &watcher{event: event, details: &watcherDetails{args: args}})
}

func (k *Kernel) watch(method string, h *Handle, m Mode, w *watcher) error {
	k.checkGoroutine(method)
	e := k.frame.session
	switch {
	case h == nil:
		return k.fail(method, nil, ErrInvalid)
	case e == k.root || !e.alive():
		return k.fail(method, h, ErrNoActiveSession)
	case h.isClosed():
		return k.fail(method, h, h.afterClose(k))
	case h.k != nil && h.k != k:
		return k.fail(method, h, errOtherKernel)
	}
	if old := h.watcherOf(e, m); old != nil {
		if w.ready != nil || old.ready != nil {
			return k.fail(method, h, errTwoWheels)
		}
		h.resume(k, m)
		return nil
	}
	if err := h.attach(k); err != nil {
		return k.fail(method, h, err)
	}
	first := h.watchers[m] == nil
	w.session, w.handle, w.mode = e, h, m
	if site := k.site(); site != nil {
		if w.details == nil {
			w.details = &watcherDetails{}
		}
		w.details.site = site
	}
	at := &h.watchers[m]
	for *at != nil {
		at = &(*at).next
	}
	*at = w
	if w.nextOfSess = e.watchers; e.watchers != nil {
		e.watchers.prevOfSess = w
	}
	e.watchers = w
	k.incRef(e)
	if k.debug != nil {
		k.debug.log(traceFiles, "watched", "handle", h, "mode", m, "session", ID{e}, "event", w.event)
	}
	switch {
	case w.ready != nil && m == Write:
		return nil // wheels ask for write readiness when they need it
	case !first && h.want&m.bit() == 0:
		return nil // paused: as in POE only a session that watches it already resumes it
	}
	h.want |= m.bit()
	if err := h.arm(); err != nil {
		k.unwatch(e, h, m)
		return k.fail(method, h, err)
	}
	return nil
}

func (h *Handle) watcherOf(e *entry, m Mode) *watcher {
	for w := h.watchers[m]; w != nil; w = w.next {
		if w.session == e {
			return w
		}
	}
	return nil
}

func (k *Kernel) unwatch(e *entry, h *Handle, m Mode) {
	k.checkGoroutine("SelectClear")
	if h == nil {
		return
	}
	for at := &h.watchers[m]; *at != nil; at = &(*at).next {
		if w := *at; w.session == e {
			*at = w.next
			k.forget(w)
			return
		}
	}
}

// forget releases a watcher that was removed from its handle.
func (k *Kernel) forget(w *watcher) {
	e, h := w.session, w.handle
	if w.prevOfSess != nil {
		w.prevOfSess.nextOfSess = w.nextOfSess
	} else {
		e.watchers = w.nextOfSess
	}
	if w.nextOfSess != nil {
		w.nextOfSess.prevOfSess = w.prevOfSess
	}
	if k.debug != nil {
		k.debug.log(traceFiles, "no longer watched", "handle", h, "mode", w.mode, "session", ID{e})
	}
	w.handle = nil
	k.decRef(e)
	if h.watchers[w.mode] == nil {
		h.want &^= w.mode.bit() // which is disarmed when it is reported: mostly the handle is closed before
	}
	if h.watchers[Read] == nil && h.watchers[Write] == nil && h.watchers[Expedite] == nil {
		h.detach()
	}
}

// clearHandles removes all watchers of a session that is going.
func (k *Kernel) clearHandles(e *entry) {
	for e.watchers != nil {
		w := e.watchers
		k.unwatch(e, w.handle, w.mode)
	}
}

// pause and resume only set a flag. What the system watches is corrected
// when it reports something that is not wanted.
func (h *Handle) pause(k *Kernel, m Mode) bool {
	if h == nil || h.k != k || h.watchers[m] == nil {
		return false
	}
	h.want &^= m.bit()
	return true
}

func (h *Handle) resume(k *Kernel, m Mode) bool {
	if h == nil || h.k != k || h.watchers[m] == nil {
		return false
	}
	h.want |= m.bit()
	if err := h.arm(); err != nil {
		k.watchFailed(h, err)
	}
	return true
}

// dispatchReady runs the watchers of a handle that is ready in a mode: as in POE
// those that there are now, also if one of them adds or removes others.
func (k *Kernel) dispatchReady(h *Handle, m Mode) {
	first := h.watchers[m]
	switch {
	case first == nil:
		return
	case first.next == nil && m == Read && first.ready != nil: // a wheel that reads, nearly always
		k.dispatchWatch(first)
		return
	case first.next == nil:
		k.dispatchWatcher(first, h, m)
		return
	}
	var few [4]*watcher
	all := few[:0]
	for w := first; w != nil; w = w.next {
		all = append(all, w)
	}
	for _, w := range all {
		if removed := w.handle == nil; h.isClosed() || !w.session.alive() || removed && w.ready != nil {
			continue
		}
		k.dispatchWatcher(w, h, m)
	}
}

func (k *Kernel) dispatchWatcher(w *watcher, h *Handle, m Mode) {
	switch {
	case w.ready != nil && m == Write && h.want&m.bit() == 0 && len(k.writing) == 0:
		// A wheel that has nothing to write any more, and not one of TryWrite.
	case w.ready != nil:
		k.dispatchWatch(w)
	default:
		args := append([]any{h, m}, w.args()...)
		k.dispatch(w.session, w.session, w.event, args, "", kindSelect, nil)
	}
}

// dispatchWatch runs a wheel's watcher as dispatch runs a handler.
func (k *Kernel) dispatchWatch(w *watcher) {
	f := k.push(w.session, w.event, kindSelect, nil)
	f.found = true
	if k.tape != nil {
		k.tape.event(w.session, w.event, kindSelect)
	}
	if k.debug != nil {
		k.debug.readying(f, w)
	}
	defer func() {
		k.frame = f.outer
		if k.debug != nil {
			k.debug.left(f)
		}
		if !f.done {
			k.recovered(w.session, w.session, w.event, "", kindSelect, f.session != w.session, recover())
		}
	}()
	w.ready.HandleReady(w.mode)
	f.done = true
}
