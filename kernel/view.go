package kernel

import (
	"fmt"
	"math/bits"
	"slices"
	"time"

	"github.com/gopoe/poe/kernel/observe"
)

// view is what inspectors see of a kernel.
type view struct{ k *Kernel }

// Inspect returns lists of what the kernel holds, for inspectors.
func (v Host) Inspect() observe.View { return view(v) }

func (v view) Name() string { return v.k.name }

func (v view) Counts() observe.Counts {
	k, s := v.k, v.k.Stats()
	return observe.Counts{
		Sessions: k.sessions, Events: k.fifo.live(), Timers: len(k.timers.heap), Handles: k.handles.count, Holds: len(k.holds),
		OffloadRunning: k.jobs.running, OffloadWaiting: len(k.jobs.waiting),
		Turns: k.turns, DeadLetters: s.DeadLetters, LostPostbacks: s.LostPostbacks,
	}
}

// The work of a call is bounded: it looks at this many entries of the kernel's, and
// continues with the next call.
const viewSteps = 1000

// withChildren is the bit of a cursor of Sessions that says that the children of the
// session are done as well.
const withChildren = 1 << 63

func (v view) Sessions(page []observe.SessionInfo, after uint64) (_ []observe.SessionInfo, next uint64, ok bool) {
	at := v.k.byNumber.find(after &^ withChildren)
	if at == nil {
		return page, 0, false
	}
	w := treeWalk{at: at, depth: at.depth(), done: after&withChildren != 0}
	for steps := viewSteps; len(page) < cap(page) && steps > 0; steps-- {
		if w.over() {
			return page, 0, true
		}
		if w.step() {
			page = append(page, sessionInfo(w.at, max(1, w.depth)))
			steps -= page[len(page)-1].Children + page[len(page)-1].Watchers
		}
	}
	if w.over() {
		return page, 0, true
	}
	if next = w.at.num; w.done {
		next |= withChildren
	}
	return page, next, true
}

// treeWalk goes through the tree of sessions, parents before children.
type treeWalk struct {
	at    *entry
	depth int
	done  bool // the children of at are done
}

func (w *treeWalk) over() bool { return w.at.parent == nil && (w.done || w.at.firstChild == nil) }

// step goes to a child, to a sibling, or back to the parent, and reports whether
// this is a session at which it has not been before.
func (w *treeWalk) step() bool {
	switch {
	case !w.done && w.at.firstChild != nil:
		w.at, w.depth = w.at.firstChild, w.depth+1
	case w.at.nextSibling != nil:
		w.at, w.done = w.at.nextSibling, false
	default:
		w.at, w.depth, w.done = w.at.parent, w.depth-1, true
	}
	return !w.done
}

// depth returns how many sessions are above one, counted up to a limit; the
// kernel's own has none.
func (e *entry) depth() (depth int) {
	for ; e.parent != nil && depth < viewSteps; e = e.parent {
		depth++
	}
	return depth
}

func (v view) Children(page []observe.SessionInfo, of, after uint64) (_ []observe.SessionInfo, more, ok bool) {
	parent := v.k.byNumber.find(of)
	if parent == nil {
		return page, false, false
	}
	child := parent.firstChild
	if after != 0 {
		e := v.k.byNumber.find(after)
		if e == nil || e.parent != parent {
			return page, false, false
		}
		child = e.nextSibling
	}
	depth := parent.depth() + 1
	for steps := viewSteps; child != nil && len(page) < cap(page) && steps > 0; child = child.nextSibling {
		page = append(page, sessionInfo(child, depth))
		s := &page[len(page)-1]
		steps -= 1 + s.Children + s.Watchers
	}
	return page, child != nil, true
}

// What describes one session takes a bounded time: so many children and watchers are
// counted at most, and so many reasons, wheels and timers are listed.
const (
	countedOf = 1000
	listedOf  = 100
)

func sessionInfo(e *entry, depth int) observe.SessionInfo {
	s := observe.SessionInfo{
		Number: e.num, Depth: depth, Refs: int(e.refs), Timers: int(e.timerCount), To: int(e.eventsTo), From: int(e.eventsFrom),
	}
	if e.parent != nil {
		s.Parent = e.parent.num
	}
	if s.Type = e.shownType(); e.seen() != nil {
		s.Data, s.Events = e.seen().Data, e.seen().Events
	}
	s.Aliases = e.aliases.Load().names()
	if r, ok := e.shown().(observe.Endpoint); ok {
		s.Role = r.Role()
	}
	for c := e.firstChild; c != nil && s.Children < countedOf; c = c.nextSibling {
		s.Children++
	}
	for w := e.watchers; w != nil && s.Watchers < countedOf; w = w.nextOfSess {
		s.Watchers += bits.OnesCount8(uint8(w.modes))
	}
	return s
}

func (v view) Session(number uint64) (s observe.SessionDetail, ok bool) {
	e := v.k.byNumber.find(number)
	if e == nil {
		return s, false
	}
	s.SessionInfo = sessionInfo(e, e.depth())
	if e.ses != nil {
		s.Handlers = slices.Sorted(slices.Values(e.ses.Handlers()))
		if h, ok := e.ses.(interface{ Heap() any }); ok {
			s.Heap = h.Heap()
		}
	}
	if e.cold != nil {
		s.Created = e.cold.createdAt.String()
	}
	s.Reasons, s.Truncated = v.reasons(e)
	now := v.k.readClock()
	for x := range e.allTimers() {
		if len(s.Pending) == listedOf {
			s.Truncated = true
			break
		}
		s.Pending = append(s.Pending, v.pending(x, now))
	}
	for o := e.owned; o != nil; o = o.next {
		if len(s.Owned) == listedOf {
			s.Truncated = true
			break
		}
		s.Owned = append(s.Owned, observe.Owned{Name: o.about.name, Site: o.about.site.String(), Fields: describe(o.thing)})
		if o.next == e.owned {
			break
		}
	}
	return s, true
}

func (v view) Type(number uint64) string {
	if e := v.k.byNumber.find(number); e != nil {
		return e.shownType()
	}
	return ""
}

// shownType is the kind of a session; for an observed one it is known already.
func (e *entry) shownType() string {
	if seen := e.seen(); seen != nil {
		return seen.Type
	}
	return e.kind()
}

func (v view) Describe(number uint64) []observe.Field {
	if e := v.k.byNumber.find(number); e != nil {
		return describe(e.shown())
	}
	return nil
}

func (v view) Operations(number uint64) []string {
	if o := v.operator(number); o != nil {
		return o.Operations()
	}
	return nil
}

func (v view) Operate(number uint64, operation string) error {
	if o := v.operator(number); o != nil && slices.Contains(o.Operations(), operation) {
		return o.Operate(operation)
	}
	return fmt.Errorf("session %d has no operation %q now", number, operation)
}

// operator returns what operates a session, nil if nothing does.
func (v view) operator(number uint64) observe.Operator {
	e := v.k.byNumber.find(number)
	if e == nil {
		return nil
	}
	o, _ := e.shown().(observe.Operator)
	return o
}

func (v view) Observed() bool { return v.k.debug != nil && v.k.debug.observe != nil }

// shown is what may describe a session: its heap, or itself if it has none.
func (e *entry) shown() any {
	if h, ok := e.ses.(interface{ Heap() any }); ok {
		return h.Heap()
	}
	return e.ses
}

func describe(thing any) []observe.Field {
	if d, ok := thing.(observe.Describer); ok {
		return d.Describe()
	}
	return nil
}

// reasons is WhyAlive in a bounded time: of the queue it looks at the beginning.
func (v view) reasons(e *entry) (why []observe.Reason, truncated bool) {
	truncated = e.eventsTo+e.eventsFrom > 0 && v.k.fifo.tail-v.k.fifo.head > viewSteps
	for r := range v.k.reasons(e, viewSteps) {
		if len(why) == listedOf {
			return why, true
		}
		why = append(why, observe.Reason(r))
	}
	return why, truncated
}

func (v view) Queue(page []observe.Queued, from uint64) (_ []observe.Queued, next uint64) {
	now, q := v.k.readClock(), &v.k.fifo
	at := max(from, q.head)
	for steps := viewSteps; at < q.tail && len(page) < cap(page) && steps > 0; at, steps = at+1, steps-1 {
		it := q.at(at)
		if it.dest == nil {
			continue
		}
		x := observe.Queued{
			Mark: it.mark, Kind: observe.Kind(it.kind), Name: it.name, From: it.from.num, To: it.dest.num, Caller: it.caller,
			Age: time.Duration(now - it.due), Args: it.args, Slot: at,
		}
		if s := it.extra.where(); s != nil {
			x.Site = s.String()
		}
		page = append(page, x)
	}
	if at >= q.tail {
		return page, 0
	}
	return page, at
}

func (v view) Timers(page []uint64) []uint64 {
	next := dueFirst{of: v.k.timers.heap}
	if len(next.of) > 0 {
		next.push(0)
	}
	for len(next.at) > 0 && len(page) < cap(page) {
		i := next.pop()
		for c := 4*i + 1; c <= 4*i+4 && c < len(next.of); c++ {
			next.push(c)
		}
		page = append(page, uint64(next.of[i].timer.id()))
	}
	return page
}

func (v view) Timer(id uint64) (observe.Queued, bool) {
	x := v.k.timers.find(AlarmID(id))
	if x == nil {
		return observe.Queued{}, false
	}
	return v.pending(x, v.k.readClock()), true
}

func (v view) pending(x *timer, now int64) observe.Queued {
	return observe.Queued{
		Mark: v.k.timers.mark(x), Kind: observe.Timer, Name: x.name, From: x.owner.num, To: x.owner.num, Caller: x.caller,
		Site: x.extra.where().String(), Age: time.Duration(now - v.k.timers.due(x)), Timer: uint64(x.id()), Args: x.args,
	}
}

// dueFirst is a heap of places in the heap of timers, with which its first
// elements are found in order without touching the others.
type dueFirst struct {
	of []timerRef
	at []int
}

func (h *dueFirst) less(i, j int) bool {
	b := &h.of[h.at[j]]
	return h.of[h.at[i]].before(b.due, b.seq)
}

func (h *dueFirst) push(place int) {
	h.at = append(h.at, place)
	for i := len(h.at) - 1; i > 0 && h.less(i, (i-1)/2); i = (i - 1) / 2 {
		h.at[i], h.at[(i-1)/2] = h.at[(i-1)/2], h.at[i]
	}
}

func (h *dueFirst) pop() int {
	first, last := h.at[0], len(h.at)-1
	h.at[0] = h.at[last]
	h.at = h.at[:last]
	for i := 0; ; {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < last; c++ {
			if h.less(c, least) {
				least = c
			}
		}
		if least == i {
			return first
		}
		h.at[i], h.at[least] = h.at[least], h.at[i]
		i = least
	}
}

func (v view) Handles(page []observe.HandleInfo, from int) (_ []observe.HandleInfo, next int) {
	t := &v.k.handles
	for i, steps := from, viewSteps; i < t.size; i, steps = i+1, steps-1 {
		if len(page) == cap(page) || steps <= 0 {
			return page, i
		}
		if h := t.at(i); h != nil {
			page = append(page, handleInfo(i, h))
			steps -= stepsOfWatcher * len(page[len(page)-1].Watchers)
		}
	}
	return page, 0
}

// stepsOfWatcher is what the description of a wheel costs, in steps.
const stepsOfWatcher = 10

func handleInfo(slot int, h *Handle) observe.HandleInfo {
	info := observe.HandleInfo{Slot: slot, Name: h.name(), FD: int(h.reg.FD)}
	if info.FD == fakeFD {
		info.FD = -1
	}
	for m := Read; m < modes; m++ {
		for w := h.firstIn(m); w != nil && len(info.Watchers) < listedOf; w = w.nextIn(m) {
			x := observe.Watcher{Session: w.session.num, Mode: m.String(), Event: w.in(m).name, Paused: h.want&m.bit() == 0}
			if w.ready != nil {
				x.Wheel = describe(w.ready)
			}
			info.Watchers = append(info.Watchers, x)
		}
	}
	return info
}

func (v view) FireTimer(id uint64) bool {
	x := v.k.timers.find(AlarmID(id))
	if x == nil {
		return false
	}
	v.k.timers.move(x, v.k.readClock(), v.k.nextSeq())
	return true
}

func (v view) CancelTimer(id uint64) bool {
	x := v.k.timers.find(AlarmID(id))
	if x == nil {
		return false
	}
	v.k.dropTimer(x)
	return true
}

func (v view) CancelQueued(slot uint64, id observe.ID) bool {
	q := &v.k.fifo
	if slot < q.head || slot >= q.tail {
		return false
	}
	it := q.at(slot)
	if it.dest == nil || it.kind != kindPost || it.mark.ID != id {
		return false
	}
	dest, from := it.dest, it.from
	q.takeBack(slot)
	v.k.countDequeued(dest, from)
	return true
}

func (v view) Outside(f func()) {
	k, outer := v.k, v.k.frame
	if outer.depth > 0 {
		k.push(k.root, "", kindPost, nil)
		k.frame.span = observe.Span{}
	}
	defer func() { k.frame = outer }()
	f()
	if !outer.session.alive() {
		outer.session = k.root
	}
}
