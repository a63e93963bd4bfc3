package kernel

import (
	"container/heap"
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
		Sessions: k.sessions, Events: k.fifo.live, Timers: len(k.timers.heap), Handles: k.handles.count, Holds: len(k.holds),
		OffloadRunning: k.jobs.running, OffloadWaiting: len(k.jobs.waiting),
		Turns: k.turns, DeadLetters: s.DeadLetters, LostPostbacks: s.LostPostbacks,
	}
}

func (v view) Sessions(after uint64, max int) (page []observe.SessionInfo, more, ok bool) {
	at := v.k.byNumber[after]
	if at == nil {
		return nil, false, false
	}
	depth := at.depth()
	for len(page) < max {
		if at, depth = following(at, depth); at == nil {
			return page, false, true
		}
		page = append(page, sessionInfo(at, depth))
	}
	next, _ := following(at, depth)
	return page, next != nil, true
}

// depth returns how many sessions are above one; the kernel's own has none.
func (e *entry) depth() (depth int) {
	for ; e.parent != nil; e = e.parent {
		depth++
	}
	return depth
}

// following returns the next session in the order of the tree, and its depth.
func following(e *entry, depth int) (*entry, int) {
	if e.firstChild != nil {
		return e.firstChild, depth + 1
	}
	for e != nil && e.nextSibling == nil {
		e, depth = e.parent, depth-1
	}
	if e == nil {
		return nil, 0
	}
	return e.nextSibling, depth
}

func (v view) Children(of, after uint64, max int) (page []observe.SessionInfo, more, ok bool) {
	parent := v.k.byNumber[of]
	if parent == nil {
		return nil, false, false
	}
	child := parent.firstChild
	if after != 0 {
		e := v.k.byNumber[after]
		if e == nil || e.parent != parent {
			return nil, false, false
		}
		child = e.nextSibling
	}
	depth := parent.depth() + 1
	for ; child != nil && len(page) < max; child = child.nextSibling {
		page = append(page, sessionInfo(child, depth))
	}
	return page, child != nil, true
}

// What describes one session takes a bounded time: so many children and watchers are
// counted at most, and so many reasons, wheels and timers are listed.
const (
	countedOf = 1000
	listedOf  = 200
)

func sessionInfo(e *entry, depth int) observe.SessionInfo {
	s := observe.SessionInfo{
		Number: e.num, Depth: depth, Refs: e.refs, Timers: e.timers.count, To: e.eventsTo, From: e.eventsFrom,
	}
	if e.parent != nil {
		s.Parent = e.parent.num
	}
	if e.seen != nil {
		s.Type, s.Data = e.seen.Type, e.seen.Data
	} else {
		s.Type = e.kind()
	}
	for _, a := range e.names() {
		s.Aliases = append(s.Aliases, a.name)
	}
	if r, ok := e.shown().(observe.Endpoint); ok {
		s.Role = r.Role()
	}
	for c := e.firstChild; c != nil && s.Children < countedOf; c = c.nextSibling {
		s.Children++
	}
	for w := e.watchers; w != nil && s.Watchers < countedOf; w = w.nextOfSess {
		s.Watchers++
	}
	return s
}

func (v view) Session(number uint64) (s observe.SessionDetail, ok bool) {
	e := v.k.byNumber[number]
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
	for x := range e.timers.all() {
		if len(s.Pending) == listedOf {
			s.Truncated = true
			break
		}
		s.Pending = append(s.Pending, pending(x, now))
	}
	for o := e.owned; o != nil; o = o.next {
		if len(s.Owned) == listedOf {
			s.Truncated = true
			break
		}
		s.Owned = append(s.Owned, observe.Owned{Name: o.name, Site: o.site.String(), Fields: describe(o.thing)})
		if o.next == e.owned {
			break
		}
	}
	return s, true
}

func (v view) Describe(number uint64) []observe.Field {
	if e := v.k.byNumber[number]; e != nil {
		return describe(e.shown())
	}
	return nil
}

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
	truncated = e.eventsTo+e.eventsFrom > 0 && v.k.fifo.tail-v.k.fifo.head > queueSeen
	for r := range v.k.reasons(e, queueSeen) {
		if len(why) == listedOf {
			return why, true
		}
		why = append(why, observe.Reason(r))
	}
	return why, truncated
}

// queueSeen is how far reasons look into the queue.
const queueSeen = 5000

// queue calls do for up to max of the slots of the queue after the first skip.
func (v view) queue(skip, max int, do func(*item)) {
	q := &v.k.fifo
	for i := q.head + uint64(skip); i < q.tail && max > 0; i, max = i+1, max-1 {
		if it := q.at(i); it.dest != nil {
			do(it)
		}
	}
}

func (v view) Queue(skip, max int) (page []observe.Queued) {
	now := v.k.readClock()
	v.queue(skip, max, func(it *item) {
		x := observe.Queued{
			Mark: it.mark, Kind: observe.Kind(it.kind), Name: it.name, From: it.from.num, To: it.dest.num, Caller: it.caller,
			Age: time.Duration(now - it.due), Args: it.args,
		}
		if s := it.extra.where(); s != nil {
			x.Site = s.String()
		}
		page = append(page, x)
	})
	return page
}

func (v view) Timers(max int) (page []observe.Queued) {
	now := v.k.readClock()
	next := &dueFirst{of: v.k.timers.heap}
	if len(next.of) > 0 {
		next.at = append(next.at, 0)
	}
	for len(next.at) > 0 && len(page) < max {
		i := heap.Pop(next).(int)
		for c := 4*i + 1; c <= 4*i+4 && c < len(next.of); c++ {
			heap.Push(next, c)
		}
		page = append(page, pending(next.of[i].timer, now))
	}
	return page
}

func pending(x *timer, now int64) observe.Queued {
	return observe.Queued{
		Mark: x.mark, Kind: observe.Timer, Name: x.name, From: x.owner.num, To: x.owner.num, Caller: x.caller,
		Site: x.extra.where().String(), Age: time.Duration(now - x.due), Timer: uint64(x.id()), Args: x.args,
	}
}

// dueFirst is a heap of places in the heap of timers, with which its first
// elements are found in order without touching the others.
type dueFirst struct {
	of []timerRef
	at []int
}

func (h *dueFirst) Len() int { return len(h.at) }
func (h *dueFirst) Less(i, j int) bool {
	b := h.of[h.at[j]]
	return h.of[h.at[i]].before(b.due, b.seq)
}
func (h *dueFirst) Swap(i, j int) { h.at[i], h.at[j] = h.at[j], h.at[i] }
func (h *dueFirst) Push(x any)    { h.at = append(h.at, x.(int)) }
func (h *dueFirst) Pop() any {
	last := h.at[len(h.at)-1]
	h.at = h.at[:len(h.at)-1]
	return last
}

func (v view) Handles(from, max int) (page []observe.HandleInfo, next int) {
	slots := v.k.handles.slots
	for i := from; i < len(slots); i++ {
		if i == from+max {
			return page, i
		}
		if h := slots[i].h; h != nil {
			page = append(page, handleInfo(i, h))
		}
	}
	return page, 0
}

func handleInfo(slot int, h *Handle) observe.HandleInfo {
	info := observe.HandleInfo{Slot: slot, Name: h.name, FD: h.reg.FD}
	for m := Read; m < modes; m++ {
		for w := h.watchers[m]; w != nil && len(info.Watchers) < listedOf; w = w.next {
			x := observe.Watcher{Session: w.session.num, Mode: m.String(), Event: w.event, Paused: h.want&m.bit() == 0}
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
