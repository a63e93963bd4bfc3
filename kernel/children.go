package kernel

import (
	"fmt"
	"slices"
	"syscall"
)

var errTwoChildFuncs = fmt.Errorf("another function, such as a wheel's, waits for the process already: %w", syscall.EBUSY)

// childProcess is a child process that something is interested in.
type childProcess struct {
	pid      int
	watchers []*childWatch    // of SigChild, in order of registration, one for each session
	wheel    *childWatch      // of SigChildFunc
	tracked  func(WaitStatus) // of TrackChild, nil if it is not tracked
	reaping  bool             // it is only waited for, after Reap
	ended    bool             // it has been waited for; the record stays as long as it is tracked
	status   WaitStatus
}

// childWatch is a session's interest in the end of a process. It keeps the
// session alive.
type childWatch struct {
	session *entry
	process *childProcess
	event   string
	args    []any
	h       func(e Event, status WaitStatus) // of SigChildFunc
	site    *site
}

// SigChild makes the active session get an event, once, when a child process
// ends: its arguments are "CHLD", the process's ID (an int), its [WaitStatus],
// and then args. It keeps the session alive until then. A process that has
// ended already is reported, too. Registering the process again replaces the
// watcher. The kernel waits for each process by its ID; nothing else may wait
// for it, os/exec's Wait included. The error wraps ECHILD if the process is not
// a child of this one, or has been waited for already.
//
// Sessions that watch the signal "CHLD" with Sig get it, with the process's ID
// and status, after the events of SigChild.
func (k *Kernel) SigChild(pid int, event string, args ...any) error {
	k.checkGoroutine("SigChild")
	e := k.frame.session
	switch {
	case pid <= 0 || event == "":
		return k.fail("SigChild", pid, ErrInvalid)
	case e == k.root || !e.alive():
		return k.fail("SigChild", pid, ErrNoActiveSession)
	}
	p := k.signals.children[pid]
	if p != nil && p.ended {
		k.enqueue(e, k.root, event, append([]any{"CHLD", pid, p.status}, args...), kindChild)
		return nil
	}
	if p == nil || len(p.watchers) == 0 {
		if err := k.isChild(pid); err != nil {
			return k.fail("SigChild", pid, err)
		}
		p = k.signals.child(pid)
		k.signals.catchChildren(k)
	}
	w := &childWatch{session: e, process: p, event: event, args: args, site: k.site()}
	if i := p.watcherOf(e); i >= 0 {
		k.endChildWatch(p.watchers[i])
		p.watchers[i] = w
	} else {
		p.watchers = append(p.watchers, w)
	}
	k.beginChildWatch(w)
	return nil
}

// SigChildClear removes the active session's watcher for a process, if there is
// one. POE: sig_child without an event.
func (k *Kernel) SigChildClear(pid int) {
	k.checkGoroutine("SigChildClear")
	p := k.signals.children[pid]
	if p == nil {
		return
	}
	if i := p.watcherOf(k.frame.session); i >= 0 {
		k.removeChildWatch(p.watchers[i])
	}
}

func (k *Kernel) sigChildFunc(pid int, event string, h func(e Event, status WaitStatus)) error {
	e := k.frame.session
	switch {
	case pid <= 0 || event == "" || h == nil:
		return callError("SigChildFunc", pid, ErrInvalid)
	case e == k.root || !e.alive():
		return callError("SigChildFunc", pid, ErrNoActiveSession)
	}
	if err := k.isChild(pid); err != nil {
		return callError("SigChildFunc", pid, err)
	}
	p := k.signals.child(pid)
	if p.wheel != nil {
		return k.fail("SigChildFunc", pid, errTwoChildFuncs)
	}
	p.reaping = false
	p.wheel = &childWatch{session: e, process: p, event: event, h: h, site: k.site()}
	k.beginChildWatch(p.wheel)
	k.signals.catchChildren(k)
	return nil
}

func (k *Kernel) trackChild(pid int, ended func(status WaitStatus)) error {
	p := k.signals.child(pid)
	if p.tracked != nil && !p.ended {
		return k.fail("TrackChild", pid, errTwoChildFuncs)
	}
	p.tracked, p.ended = ended, false
	if k.clock != nil { // which stands until the process has ended
		k.signals.catchChildren(k)
		return nil
	}
	k.signals.catchTracked(k)
	return nil
}

func (k *Kernel) reapChild(pid int) {
	p := k.signals.child(pid)
	p.tracked = nil
	if p.wheel != nil {
		k.endChildWatch(p.wheel)
		p.wheel = nil
	}
	if !p.ended && len(p.watchers) == 0 && k.isChild(pid) == nil {
		p.reaping = true
		k.signals.catchChildren(k)
	}
	k.signals.dropUnused(p)
}

// child returns the record of a process, and makes one if there is none.
func (s *signalTable) child(pid int) *childProcess {
	p := s.children[pid]
	if p == nil {
		if s.children == nil {
			s.children = map[int]*childProcess{}
		}
		p = &childProcess{pid: pid}
		s.children[pid] = p
	}
	return p
}

// dropUnused removes the record of a process that nothing is interested in.
func (s *signalTable) dropUnused(p *childProcess) {
	if len(p.watchers) == 0 && p.wheel == nil && p.tracked == nil && !p.reaping && s.children[p.pid] == p {
		delete(s.children, p.pid)
	}
}

// watcherOf returns the place of a session's watcher, -1 if there is none.
func (p *childProcess) watcherOf(e *entry) int {
	return slices.IndexFunc(p.watchers, func(w *childWatch) bool { return w.session == e })
}

// beginChildWatch makes a watch keep its session and the kernel going.
func (k *Kernel) beginChildWatch(w *childWatch) {
	r := w.session.ensureCold()
	if r.children == nil {
		r.children = map[*childWatch]struct{}{}
	}
	r.children[w] = struct{}{}
	k.signals.childWatches++
	k.incRef(w.session)
}

// endChildWatch undoes beginChildWatch.
func (k *Kernel) endChildWatch(w *childWatch) {
	delete(w.session.cold.children, w)
	k.signals.childWatches--
	k.decRef(w.session)
}

// removeChildWatch removes a watch from its process as well.
func (k *Kernel) removeChildWatch(w *childWatch) {
	p := w.process
	if p.wheel == w {
		p.wheel = nil
	} else {
		p.watchers = slices.DeleteFunc(p.watchers, func(other *childWatch) bool { return other == w })
	}
	k.endChildWatch(w)
	k.signals.dropUnused(p)
}

// catchTracked begins to notice the ends of tracked processes, if there are any
// and a session watches for them. Else they stay as they are until SigChild or
// Reap is called.
func (s *signalTable) catchTracked(k *Kernel) {
	if s.watched["CHLD"] == 0 {
		return
	}
	for _, p := range s.children {
		if p.tracked != nil {
			s.catchChildren(k)
			return
		}
	}
}

// reap looks at all processes of interest, after the system has said that some
// child has ended, and queues the events for those that have.
func (k *Kernel) reap() {
	for _, p := range k.signals.unreaped(k.clock != nil) {
		if status, ended := k.waitFor(p.pid); ended {
			k.processEnded(p, status)
		}
	}
}

// unreaped lists the processes to look at when a child has ended, with tracked
// all of those that are tracked.
func (s *signalTable) unreaped(tracked bool) []*childProcess {
	var all []*childProcess
	for _, p := range s.children {
		wanted := len(p.watchers) > 0 || p.wheel != nil || p.reaping || s.watched["CHLD"] > 0 || tracked && p.tracked != nil
		if !p.ended && wanted {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b *childProcess) int { return a.pid - b.pid })
	return all
}

func (k *Kernel) processEnded(p *childProcess, status WaitStatus) {
	if k.debug != nil {
		k.debug.log(traceSignals, "process has ended", "pid", p.pid, "status", status, "watchers", len(p.watchers))
	}
	for _, w := range p.watchers {
		k.enqueue(w.session, k.root, w.event, append([]any{"CHLD", p.pid, status}, w.args...), kindChild)
		k.endChildWatch(w)
	}
	p.watchers = nil
	if w := p.wheel; w != nil {
		k.enqueue(w.session, k.root, w.event, nil, kindChild).setHandler(func(e Event) { w.h(e, status) })
		k.endChildWatch(w)
		p.wheel = nil
	}
	p.ended, p.status, p.reaping = true, status, false
	if p.tracked != nil {
		p.tracked(status)
	}
	k.signals.dropUnused(p)
	k.enqueue(k.root, k.root, "_signal", []any{"CHLD", p.pid, status}, kindSignal)
}

// clearChildren removes a session's watches. What a wheel has watched is still
// waited for.
func (k *Kernel) clearChildren(e *entry) {
	for w := range e.cold.children {
		if w.process.wheel == w {
			w.process.reaping = true
		}
		k.removeChildWatch(w)
	}
}
