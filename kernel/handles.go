package kernel

import (
	"errors"
	"reflect"
)

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

// watcher is one session's interest in a handle: in one mode, or a wheel's in
// reading and writing.
type watcher struct {
	session *entry
	handle  *Handle      // nil once it watches in no mode
	ready   ReadyHandler // instead of events
	modes   modeSet
	had     modeSet   // the modes in which it watches or has watched
	about   [2]*about // by mode; Expedite, which has a watcher of its own, has the first

	next                   *watcher // of the handle, in order of registration
	nextOfSess, prevOfSess *watcher // of the session
}

// in returns what the watcher has for a mode.
func (w *watcher) in(m Mode) *about { return w.about[m%2] }

func (w *watcher) watches(m Mode) bool { return w.modes&m.bit() != 0 }

// firstIn returns the first watcher of a handle in a mode, nil if there is none.
func (h *Handle) firstIn(m Mode) *watcher {
	if w := h.watchers; w == nil || w.watches(m) {
		return w
	}
	return h.watchers.nextIn(m)
}

// nextIn returns the handle's next watcher in a mode.
func (w *watcher) nextIn(m Mode) *watcher {
	for w = w.next; w != nil && !w.watches(m); {
		w = w.next
	}
	return w
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
	return k.watch(method, h, m, nil, &about{name: event, args: args})
}

func (k *Kernel) watch(method string, h *Handle, m Mode, ready ReadyHandler, about *about) error {
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
		if ready != nil || old.ready != nil {
			return k.fail(method, h, errTwoWheels)
		}
		h.resume(k, m)
		return nil
	}
	if err := h.attach(k); err != nil {
		return k.fail(method, h, err)
	}
	first := h.watched&m.bit() == 0
	about = about.at(k.site())
	w := h.watchers
	if w == nil || !w.canAlsoWatch(m, e, ready) {
		w = h.addWatcher(e, ready)
	}
	w.modes, w.had = w.modes|m.bit(), w.had|m.bit()
	w.about[m%2] = about
	h.watched |= m.bit()
	k.incRef(e)
	if k.debug != nil {
		k.debug.log(traceFiles, "watched", "handle", h, "mode", m, "session", ID{e}, "event", about.name)
	}
	switch {
	case ready != nil && m == Write:
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

// canAlsoWatch reports whether a wheel's watcher, the handle's first, serves for
// another mode as well: if it is the only one, so that the order in each mode is that
// of registration, and if it was not removed in that mode before, which a turn that
// dispatches has to notice.
func (w *watcher) canAlsoWatch(m Mode, e *entry, ready ReadyHandler) bool {
	switch {
	case ready == nil || w.next != nil || w.session != e:
		return false
	case w.had&m.bit() != 0 || (w.had|m.bit())&Expedite.bit() != 0:
		return false // urgent data has no place of its own in the watcher
	case reflect.TypeOf(ready).Kind() != reflect.Pointer:
		return false // it might not be comparable
	}
	return w.ready == ready
}

// addWatcher makes a watcher and enters it into the lists of the handle and of the
// session.
func (h *Handle) addWatcher(e *entry, ready ReadyHandler) *watcher {
	w := h.spare
	if h.spare = nil; w == nil || ready == nil {
		w = &watcher{}
	}
	w.session, w.handle, w.ready = e, h, ready
	at := &h.watchers
	for *at != nil {
		at = &(*at).next
	}
	*at = w
	if w.nextOfSess = e.watchers; e.watchers != nil {
		e.watchers.prevOfSess = w
	}
	e.watchers = w
	return w
}

func (h *Handle) watcherOf(e *entry, m Mode) *watcher {
	if h.watched&m.bit() == 0 {
		return nil
	}
	for w := h.firstIn(m); w != nil; w = w.nextIn(m) {
		if w.session == e {
			return w
		}
	}
	return nil
}

func (k *Kernel) unwatch(e *entry, h *Handle, m Mode) {
	k.checkGoroutine("SelectClear")
	if h == nil || h.watched&m.bit() == 0 {
		return
	}
	for at := &h.watchers; *at != nil; at = &(*at).next {
		if w := *at; w.session == e && w.watches(m) {
			if w.modes &^= m.bit(); w.modes == 0 {
				*at = w.next
				w.leaveSession()
			}
			k.forget(e, h, m)
			return
		}
	}
}

// leaveSession releases a watcher that was removed from its handle.
func (w *watcher) leaveSession() {
	if w.prevOfSess != nil {
		w.prevOfSess.nextOfSess = w.nextOfSess
	} else {
		w.session.watchers = w.nextOfSess
	}
	if w.nextOfSess != nil {
		w.nextOfSess.prevOfSess = w.prevOfSess
	}
	w.handle = nil
}

// forget is called when a session has ceased to watch a handle in a mode.
func (k *Kernel) forget(e *entry, h *Handle, m Mode) {
	if k.debug != nil {
		k.debug.log(traceFiles, "no longer watched", "handle", h, "mode", m, "session", ID{e})
	}
	k.decRef(e)
	if h.firstIn(m) == nil {
		h.watched &^= m.bit()
		h.want &^= m.bit() // which is disarmed when it is reported: mostly the handle is closed before
	}
	if h.watchers == nil {
		h.detach()
	}
}

// clearHandles removes all watchers of a session that is going.
func (k *Kernel) clearHandles(e *entry) {
	for e.watchers != nil {
		w := e.watchers
		for m := Read; m < modes; m++ {
			if w.watches(m) {
				k.unwatch(e, w.handle, m)
			}
		}
	}
}

// pause and resume only set a flag. What the system watches is corrected
// when it reports something that is not wanted.
func (h *Handle) pause(k *Kernel, m Mode) bool {
	if h == nil || h.k != k || h.watched&m.bit() == 0 {
		return false
	}
	h.want &^= m.bit()
	return true
}

func (h *Handle) resume(k *Kernel, m Mode) bool {
	if h == nil || h.k != k || h.watched&m.bit() == 0 {
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
	first := h.watchers
	switch {
	case h.watched&m.bit() == 0:
		return
	case first.next == nil && m == Read && first.ready != nil: // a wheel that reads, nearly always
		k.dispatchWatch(first, m)
		return
	case first.next == nil:
		k.dispatchWatcher(first, h, m)
		return
	}
	var few [4]*watcher
	all := few[:0]
	for w := h.firstIn(m); w != nil; w = w.nextIn(m) {
		all = append(all, w)
	}
	for _, w := range all {
		if h.isClosed() || !w.session.alive() || !w.watches(m) && w.ready != nil {
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
		k.dispatchWatch(w, m)
	default:
		about := w.in(m)
		args := append([]any{h, m}, about.args...)
		k.dispatch(w.session, w.session, about.name, args, "", kindSelect, nil)
	}
}

// dispatchWatch runs a wheel's watcher as dispatch runs a handler.
func (k *Kernel) dispatchWatch(w *watcher, m Mode) {
	f := k.push(w.session, w.in(m).name, kindSelect, nil)
	f.found = true
	if k.tape != nil {
		k.tape.event(w.session, f.event, kindSelect)
	}
	if k.debug != nil {
		k.debug.readying(f, w, m)
	}
	defer func() {
		k.frame = f.outer
		if k.debug != nil {
			k.debug.left(f)
		}
		if !f.done {
			k.recovered(w.session, w.session, f.event, "", kindSelect, f.session != w.session, recover())
		}
	}()
	w.ready.HandleReady(m)
	f.done = true
}
