package kernel

import "sync/atomic"

// Session is the interface of a session to the kernel. Package session
// implements it, and so do other kinds of sessions, such as those of package
// session/nfa.
type Session interface {
	// Dispatch runs the handler for e, or that for _default, and reports
	// whether there was one.
	Dispatch(e Event) bool
	// SetHandler adds, replaces or (with nil) removes a handler.
	SetHandler(event string, h Handler)
	// Attach gives the session its ID, before _start.
	Attach(id ID)
	// Handlers lists the events that have a handler, for diagnostics.
	Handlers() []string
}

// ignoringSession is implemented by a type of session that can tell that Dispatch of an
// event would do nothing. as is the session as the kernel knows it, which may have been
// made of another one, and then has its own Dispatch.
type ignoringSession interface {
	Ignores(as Session, event string) bool
}

// ignores reports whether an event has no effect on a session: it has no handler for it,
// and the kernel is neither observed nor recorded.
func (k *Kernel) ignores(e *entry, notice string) bool {
	if k.debug != nil || k.tape != nil {
		return false
	}
	s, ok := e.ses.(ignoringSession)
	return e == k.root || ok && s.Ignores(e.ses, notice)
}

// noticeChild tells a parent of what has become of a child.
func (k *Kernel) noticeChild(parent *entry, what any, child *entry, value any) {
	if !k.ignores(parent, "_child") { // the arguments cost two allocations
		k.dispatch(parent, k.root, "_child", []any{what, ID{child}, value}, "", kindNotice, nil)
	}
}

// life is how far a session has come.
type life uint32

const (
	lifeAlive life = iota
	lifeStopping
	lifeDead
)

// lifeState is a session's life. Its kernel sets it; any goroutine may look.
type lifeState struct{ v atomic.Uint32 }

func (l *lifeState) is() life   { return life(l.v.Load()) }
func (l *lifeState) set(x life) { l.v.Store(uint32(x)) }

// entry is what the kernel knows of one session.
type entry struct {
	k    *Kernel
	ses  Session
	num  uint64
	life lifeState

	// refs counts the reasons to live: one for each kind of resource or each
	// resource, as POE does it. At 0 the session is marked, and stopped by the
	// next sweep unless it gets a reason again.
	refs                 int32
	eventsTo, eventsFrom int32
	timerCount           int32
	marked               bool
	doomed               bool // marked when the sweep at hand began

	parent, firstChild       *entry
	prevSibling, nextSibling *entry // of the first child prevSibling is the last one

	aliases  atomic.Pointer[alias]
	timers   *timer   // the pending ones, a list
	watchers *watcher // of handles, in order of registration
	owned    *owned   // wheels and the like, closed at the end
	cold     *cold
}

// cold holds what few sessions have.
type cold struct {
	extrefs   map[string]extref
	signals   map[string]sigWatch
	children  map[*childWatch]struct{}
	createdAt *site
	timers    map[string]*timer // the first of each name, if there are many
	seen      *sessionView      // while the kernel is observed
}

func (e *entry) alive() bool { return e.life.is() != lifeDead }

func (e *entry) ensureCold() *cold {
	if e.cold == nil {
		e.cold = &cold{}
	}
	return e.cold
}

// seen returns the session's view, nil if it has not been observed.
func (e *entry) seen() *sessionView {
	if e.cold == nil {
		return nil
	}
	return e.cold.seen
}

// incRef gives a session one more reason to live.
func (k *Kernel) incRef(e *entry) {
	e.refs++
	e.marked = false
}

// decRef takes one away. Without any left the session is marked for the sweep.
func (k *Kernel) decRef(e *entry) {
	if k.dropRef(e); e.marked && k.debug != nil {
		k.debug.observe.marked(e)
	}
}

// dropRef is decRef while nothing observes.
func (k *Kernel) dropRef(e *entry) {
	if e.refs--; e.refs < 1 && e != k.root && e.life.is() == lifeAlive {
		k.mark(e)
	}
}

func (k *Kernel) mark(e *entry) {
	e.marked = true
	k.marks = append(k.marks, e)
}

// sweep stops the marked sessions, last marked first, until none is left. A
// session that was marked when a round began is stopped even if it gains a
// reason to live while others stop.
func (k *Kernel) sweep() {
	if len(k.marks) == 1 && !k.marks[0].marked { // it has posted to itself: the usual case
		k.marks[0] = nil
		k.marks = k.marks[:0]
		return
	}
	for len(k.marks) > 0 {
		todo := k.marks
		k.marks, k.spareMarks = k.spareMarks[:0], nil
		for _, e := range todo {
			if e.marked {
				e.marked, e.doomed = false, true
			}
		}
		for i := len(todo) - 1; i >= 0; i-- {
			if e := todo[i]; e.doomed {
				e.doomed = false
				k.stopSwept(e)
			}
		}
		clear(todo)
		k.spareMarks = todo[:0]
	}
}

// stopSwept stops a session for the event after which it had nothing left.
func (k *Kernel) stopSwept(e *entry) {
	seen := e.seen()
	if k.debug == nil || seen == nil {
		k.stop(e)
		return
	}
	outer := k.debug.observe.enter(&seen.reason)
	k.stop(e)
	k.debug.observe.leave(outer)
}

func (k *Kernel) allocate(s Session, parent *entry) *entry {
	k.sessionSeq++
	e := &entry{k: k, ses: s, num: k.sessionSeq}
	k.byNumber.add(e)
	k.sessions++
	k.attachChild(parent, e)
	if site := k.site(); site != nil {
		e.ensureCold().createdAt = site
	}
	k.mark(e)
	if k.debug != nil {
		k.debug.observe.marked(e)
		k.debug.log(traceSessions, "created", "session", ID{e}, "parent", ID{parent})
	}
	s.Attach(ID{e})
	return e
}

// attachChild makes e the last child of parent.
func (k *Kernel) attachChild(parent, e *entry) {
	e.parent, e.prevSibling, e.nextSibling = parent, e, nil
	if first := parent.firstChild; first == nil {
		parent.firstChild = e
	} else {
		last := first.prevSibling
		last.nextSibling, e.prevSibling, first.prevSibling = e, last, e
	}
	k.incRef(parent)
}

// detachChild takes e away from its parent.
func (k *Kernel) detachChild(e *entry) {
	parent := e.parent
	first, next := parent.firstChild, e.nextSibling
	if e == first {
		parent.firstChild = next
	} else {
		e.prevSibling.nextSibling = next
	}
	if next != nil {
		next.prevSibling = e.prevSibling
	} else if e != first {
		first.prevSibling = e.prevSibling
	}
	e.parent, e.prevSibling, e.nextSibling = nil, nil, nil
	k.decRef(parent)
}

// stop ends a session: its children are announced to its parent, it gets
// _stop, its parent _child, and whatever it still has is released.
func (k *Kernel) stop(e *entry) {
	if e.life.is() != lifeAlive || e == k.root {
		return
	}
	e.life.set(lifeStopping)
	parent := e.parent
	for _, child := range e.children() { // each handler may stop the others, and the parent
		if child.parent == e && parent.alive() {
			k.dispatch(parent, k.root, "_child", []any{"gain", ID{child}}, "", kindNotice, nil)
		}
		if child.parent == e {
			k.dispatch(child, k.root, "_parent", []any{ID{e}, ID{parent}}, "", kindNotice, nil)
		}
	}
	var stopped any
	if !k.ignores(e, "_stop") {
		stopped = k.dispatch(e, k.frame.session, "_stop", nil, "", kindStop, nil).value
	}
	if parent.alive() {
		k.noticeChild(parent, "lose", e, stopped)
	}
	k.free(e)
}

// free releases all that a session has. Its children go to its parent.
func (k *Kernel) free(e *entry) {
	parent := e.parent
	if k.debug != nil {
		k.debug.stopping(e)
	}
	k.detachChild(e)
	for e.firstChild != nil {
		child := e.firstChild
		k.detachChild(child)
		k.attachChild(parent, child)
	}
	k.clearSignals(e)
	k.clearAliases(e)
	k.clearExtrefs(e)
	k.clearHandles(e)
	k.clearTimers(e)
	k.clearEvents(e)
	e.life.set(lifeDead)
	e.marked = false
	k.byNumber.remove(e)
	k.sessions--
	k.closeOwned(e)
	for _, h := range k.hooks {
		h.SessionStopped(ID{e})
	}
}

// clearEvents takes back what is queued for a session and by it.
func (k *Kernel) clearEvents(e *entry) {
	if e.eventsTo == 0 && e.eventsFrom == 0 {
		return
	}
	k.fifo.removeSession(e, func(it *item) {
		k.countDequeued(it.dest, it.from)
		k.undeliverable(it)
	})
}

// stopAll stops every session, children before parents, and with them all that
// is queued. The handler that is running, if any, continues outside of any
// session.
func (k *Kernel) stopAll() {
	all := []*entry{k.root}
	for i := 0; i < len(all); i++ {
		all = append(all, all[i].children()...)
	}
	for i := len(all) - 1; i > 0; i-- {
		k.stop(all[i])
	}
	k.frame.session = k.root
	k.sweep()
}

// DetachChild makes a child of the active session a child of the kernel. The
// active session gets _child with "lose", the child gets _parent, before the
// method returns. The error is ErrNoSession, or ErrNotYours if it is not a
// child of the active session.
func (k *Kernel) DetachChild(child Dest) error {
	e, err := k.resolve(child)
	if err != nil {
		return k.fail("DetachChild", child, err)
	}
	active := k.frame.session
	if active == k.root {
		k.misuse("DetachChild", "")
	}
	if active == k.root || e.parent != active {
		return k.fail("DetachChild", child, ErrNotYours)
	}
	k.noticeChild(active, "lose", e, nil)
	k.detach(e, active)
	return nil
}

// DetachMyself makes the active session a child of the kernel. Its parent gets
// _child with "lose", unless _start is still running, and the session gets
// _parent. The error is ErrNotYours if the kernel is its parent already.
func (k *Kernel) DetachMyself() error {
	e := k.frame.session
	if e == k.root {
		k.misuse("DetachMyself", "")
	}
	if e == k.root || e.parent == k.root || e.parent == nil {
		return k.fail("DetachMyself", nil, ErrNotYours)
	}
	parent := e.parent
	if k.frame.kind != kindStart {
		k.noticeChild(parent, "lose", e, nil)
	}
	k.detach(e, parent)
	return nil
}

func (k *Kernel) detach(e, parent *entry) {
	k.dispatch(e, k.root, "_parent", []any{ID{parent}, ID{k.root}}, "", kindNotice, nil)
	if e.parent == parent {
		k.detachChild(e)
		k.attachChild(k.root, e)
	}
}

// Parent returns a session's parent, which is the kernel's own ID for a session
// that was created outside of any other. The error is [ErrNoSession].
func (k *Kernel) Parent(of ID) (ID, error) {
	e, err := k.resolve(of)
	if err != nil || e == k.root {
		return ID{}, k.fail("Parent", of, ErrNoSession)
	}
	return ID{e.parent}, nil
}

// children lists a session's children as they are now, oldest first.
func (e *entry) children() (all []*entry) {
	for child := e.firstChild; child != nil; child = child.nextSibling {
		all = append(all, child)
	}
	return all
}
