package kernel

import (
	"math"
	"math/bits"
	"slices"
	"sync/atomic"
	"time"

	"github.com/gopoe/poe/internal/recent"
	"github.com/gopoe/poe/kernel/observe"
)

// observing gives every event an ID and a cause and calls the observers. It is
// there only while there are any; all its methods do nothing on a nil one.
type observing struct {
	k         *Kernel
	observers []observed
	turns     []observe.TurnObserver
	counters  []observe.CountObserver // the observers, if none wants more
	tally     tally                   // for those
	types     map[string]string       // of the sessions that were seen
	limit     uint64                  // the greatest hash of an event that is sampled
	next      observe.ID              // of the next event
	clock     time.Time               // a reading from which others are made, see now
	turnBegan time.Time               // zero if the turn is not measured

	// taken says that the next handler is that of an event of the queue, whose mark
	// the frame below has.
	taken bool
	// thrown is the mark of the event whose handler has just thrown.
	thrown  observe.Mark
	foreign recent.Map[observe.ID, observe.TraceContext] // traces that have begun in other processes
	// late is how long the event of the queue has waited.
	late time.Duration
}

type observed struct {
	observe.Observer
	every int
}

// sessionView is what the observers know of a session.
type sessionView struct {
	observe.Session
	reason observe.Mark // of the event after which it had nothing to live for
}

// kernelsObserved numbers the kernels of the process.
var kernelsObserved atomic.Uint64

// Observe calls o with every event that the kernel dispatches from now on,
// until stop is called, which may be called more than once. Times are measured
// for one event in every, a number that is rounded up to a power of two; 0 and
// 1 mean all events. With several observers the smallest number is used for
// all. An observer that is attached in a handler gets the End of the handlers
// that are running, if another is attached already. Observe and stop must be
// called on the kernel's goroutine, or on any while the kernel does not run.
func (v Host) Observe(o observe.Observer, every int) (stop func()) {
	k := v.k
	if k.debug == nil {
		k.debug = &debugger{k: k}
		k.setQuick()
	}
	if k.debug.observe == nil {
		k.debug.observe = newObserving(k)
	}
	k.debug.observe.add(o, every)
	return func() {
		if k.debug != nil {
			k.debug.observe.remove(o)
		}
	}
}

func newObserving(k *Kernel) *observing {
	if k.observedAs == 0 {
		k.observedAs = observe.ID(kernelsObserved.Add(1)) << 48
	}
	o := &observing{k: k, next: k.observedAs, clock: time.Now(), types: map[string]string{}}
	bottom := k.frame
	for bottom.outer != nil {
		bottom = bottom.outer
	}
	for f := bottom; f != nil; f = f.inner {
		f.span = observe.Span{} // of an earlier observation
	}
	return o
}

// add copies the list: it may be in use.
func (o *observing) add(by observe.Observer, every int) {
	o.observers = append(slices.Clone(o.observers), observed{by, max(1, every)})
	o.arrange()
}

func (o *observing) remove(by observe.Observer) {
	if o == nil {
		return
	}
	o.observers = slices.DeleteFunc(slices.Clone(o.observers), func(x observed) bool { return x.Observer == by })
	o.arrange()
	if len(o.observers) == 0 && o.k.debug.observe == o {
		o.k.observedAs = o.next
		o.k.debug.observe, o.k.debug.only = nil, false
		o.k.debug.release()
		for e := range o.k.byNumber.all() {
			if e.cold != nil {
				e.cold.seen = nil
			}
		}
		for i := range o.k.handles.size {
			if h := o.k.handles.at(i); h != nil && h.more != nil {
				h.more.asked = nil
			}
		}
	}
}

func (o *observing) arrange() {
	o.settle()
	o.turns, o.counters, o.tally = nil, nil, tally{}
	shift := 64
	for _, x := range o.observers {
		shift = min(shift, bits.Len(uint(x.every-1)))
		if t, ok := x.Observer.(observe.TurnObserver); ok {
			o.turns = append(o.turns, t)
		}
		if c, ok := x.Observer.(observe.CountObserver); ok {
			o.counters = append(o.counters, c)
		}
	}
	if o.limit = math.MaxUint64 >> shift; len(o.counters) < len(o.observers) {
		o.counters = nil
	}
	d := o.k.debug
	d.only = d.dog == nil && d.profile == nil && d.trace == 0
}

// now reads the time as time.Now does, for half of the price: the time of day is
// that of the last measured turn and what has passed since.
func (o *observing) now() time.Time { return o.clock.Add(time.Since(o.clock)) }

// sampled chooses by a hash, so that events that come in a regular order are not
// always the same ones.
func (o *observing) sampled(id observe.ID) bool {
	return uint64(id)*0x9E3779B97F4A7C15 <= o.limit
}

// current is the mark of the event that is being handled.
func (o *observing) current() observe.Mark {
	if o == nil {
		return observe.Mark{}
	}
	return o.k.frame.span.Mark
}

// cause is the mark of the event that is being handled, the zero Mark if there
// is none or the kernel is not observed.
func (k *Kernel) cause() observe.Mark {
	if k.debug == nil {
		return observe.Mark{}
	}
	return k.debug.observe.current()
}

// mark makes the mark of an event which the current one causes.
func (o *observing) mark() (m observe.Mark) {
	if o != nil {
		o.child(&m, &o.k.frame.span.Mark)
	}
	return m
}

// child makes m the mark of an event which another one causes. Marks are written
// and copied word by word: a processor waits for words that were just written if
// it is to read two of them at once, as the copy of a whole mark would.
func (o *observing) child(m, cause *observe.Mark) {
	o.next++
	m.ID = o.next
	if cause.ID == 0 {
		m.Cause, m.Trace = 0, m.ID
		return
	}
	m.Cause, m.Trace = cause.ID, cause.Trace
}

func copyMark(to, from *observe.Mark) { to.ID, to.Cause, to.Trace = from.ID, from.Cause, from.Trace }

// queued marks an event that was put into the queue, and makes the time from
// which it waits exact if it is sampled.
func (o *observing) queued(it *item) {
	if o == nil {
		return
	}
	if it.kind == kindGC {
		it.mark = o.current() // it is not dispatched, and causes nothing by itself
		return
	}
	o.child(&it.mark, &o.k.frame.span.Mark)
	if o.sampled(it.mark.ID) {
		it.due = o.k.readClock()
	}
}

// scope is what was handled before a part of the kernel's work that is done for
// another event.
type scope struct {
	frame *frame
	mark  observe.Mark
}

// enter makes a mark the cause of what happens until leave is called.
func (o *observing) enter(m *observe.Mark) (outer scope) {
	if o == nil {
		return scope{}
	}
	outer.frame = o.k.frame
	now := &outer.frame.span.Mark
	copyMark(&outer.mark, now)
	copyMark(now, m)
	return outer
}

func (o *observing) leave(outer scope) {
	if o != nil && outer.frame != nil {
		copyMark(&outer.frame.span.Mark, &outer.mark)
	}
}

// deliver is Kernel.deliver for the event of the queue. Nothing is being handled when
// it is called at the bottom of the stack.
func (o *observing) deliver(it *item) {
	at := &o.k.frame.span.Mark
	id, cause, trace := at.ID, at.Cause, at.Trace
	copyMark(at, &it.mark)
	var signal *observe.Span
	if it.kind != kindGC && it.mark.ID != 0 {
		if o.late = 0; o.sampled(it.mark.ID) {
			o.late = time.Duration(max(0, o.k.readClock()-it.due))
		}
		if it.kind == kindSignal || it.kind == kindDie {
			signal = o.signal(it)
		} else {
			o.taken = true
		}
	}
	o.k.deliver(it)
	o.taken = false
	at.ID, at.Cause, at.Trace = id, cause, trace
	if signal != nil {
		o.shown(signal)
	}
}

// signal shows the delivery of a signal as an event of its destination, which
// causes those of its watchers.
func (o *observing) signal(it *item) *observe.Span {
	s := &observe.Span{
		Mark: it.mark, Kind: observe.Kind(it.kind), Name: it.name, Session: &o.sessionOf(it.dest).Session,
		Sender: it.from.num, Args: it.args, Queued: o.late, Sampled: o.sampled(it.mark.ID),
	}
	s.Depth = o.k.frame.depth + 1
	o.show(s)
	return s
}

// output lets the wheels of a handle write, for the event that asked for it first.
func (o *observing) output(h *Handle) {
	at := &o.k.frame.span.Mark
	id, cause, trace := at.ID, at.Cause, at.Trace
	asked := h.askedMark()
	copyMark(at, asked)
	asked.ID, asked.Cause, asked.Trace = 0, 0, 0
	o.k.dispatchReady(h, Write)
	at.ID, at.Cause, at.Trace = id, cause, trace
}

// asked notes the event that asks for output first.
func (o *observing) asked(h *Handle) {
	if o == nil {
		return
	}
	*h.askedMark() = o.current()
}

func (h *Handle) askedMark() *observe.Mark {
	more := h.ensureMore()
	if more.asked == nil {
		more.asked = &observe.Mark{}
	}
	return more.asked
}

// marked notes the event after which a session has nothing to live for.
func (o *observing) marked(e *entry) {
	if o != nil {
		o.sessionOf(e).reason = o.current()
	}
}

// failed is where recovered makes what was thrown the cause.
func (o *observing) failed() scope {
	if o == nil || o.thrown.ID == 0 {
		return scope{}
	}
	outer := o.enter(&o.thrown)
	o.thrown = observe.Mark{}
	return outer
}

func (o *observing) sessionOf(e *entry) *sessionView {
	seen := e.seen()
	if seen == nil {
		seen = &sessionView{Session: observe.Session{Number: e.num, Type: o.typeOf(e)}}
		e.ensureCold().seen = seen
	}
	return seen
}

// typeOf is a session's type, in the same bytes for all sessions of a type: the tally
// tells them apart by that.
func (o *observing) typeOf(e *entry) string {
	kind := e.kind()
	if known, ok := o.types[kind]; ok {
		return known
	}
	o.types[kind] = kind
	return kind
}

// begin is called before a handler runs in the newest frame.
func (o *observing) begin(f *frame, from *entry, args []any) {
	if o == nil {
		return
	}
	o.place(f)
	if f.span.Kind, f.span.Name = observe.Kind(f.kind), f.event; o.shows(f) {
		o.open(f, from, args)
	}
}

// ready is begin for a wheel whose handle is ready. The arguments are made only for
// those who see them: servers have few other events.
func (o *observing) ready(f *frame, w *watcher, m Mode) {
	o.thrown.ID = 0
	o.within(f)
	if f.span.Kind, f.span.Name = observe.Ready, f.event; o.shows(f) {
		o.open(f, w.session, []any{w.handle, m})
	}
}

// call is begin for a call within a session, whose frame continues to show the
// event from which it is made.
func (o *observing) call(f *frame, event string, args []any) {
	if o == nil {
		return
	}
	o.within(f)
	if f.span.Kind, f.span.Name = observe.Call, event; o.shows(f) {
		o.open(f, f.session, args)
	}
}

// place marks the event of the newest frame.
func (o *observing) place(f *frame) {
	o.thrown.ID = 0
	if !o.taken {
		o.within(f)
		return
	}
	o.taken = false
	s := &f.span
	copyMark(&s.Mark, &f.outer.span.Mark)
	s.Queued, s.Sampled = o.late, o.sampled(s.ID)
}

// within marks an event that did not wait in the queue: one that is called, of
// which the times are taken if they are of its caller, or one that comes from outside.
func (o *observing) within(f *frame) {
	s, outer := &f.span, &f.outer.span
	o.child(&s.Mark, &outer.Mark)
	s.Queued = 0
	if s.Sampled = outer.Sampled; outer.Session == nil {
		s.Sampled = o.sampled(s.ID)
	}
}

// shows reports whether a frame's event is shown to the observers: else it is only
// counted, when it has ended.
func (o *observing) shows(f *frame) bool {
	seen := o.sessionOf(f.session)
	f.span.Session = &seen.Session
	f.shown = f.span.Sampled || o.counters == nil
	return f.shown
}

// open completes a frame's span and shows it to the observers.
func (o *observing) open(f *frame, from *entry, args []any) {
	s := &f.span
	s.Depth, s.Sender, s.Args, s.Ran, s.Threw = f.depth, from.num, args, 0, false
	o.show(s)
}

func (o *observing) show(s *observe.Span) {
	for _, x := range o.observers {
		x.Begin(s)
	}
	if s.Sampled {
		s.Began = o.now()
	}
}

func (o *observing) shown(s *observe.Span) {
	if s.Sampled {
		s.Ran = time.Since(s.Began)
	}
	for _, x := range o.observers {
		x.End(s)
	}
}

// end is called when the handler has ended.
func (o *observing) end(f *frame) {
	if o == nil {
		return
	}
	s := &f.span
	if s.Session == nil {
		return // it began unobserved
	}
	s.Session.Events++
	if !f.shown && f.done {
		o.tally.add(o, s.Session.Type, s.Name)
		return
	}
	if s.Threw = !f.done; s.Threw {
		o.thrown = s.Mark
	}
	if f.shown {
		o.shown(s)
	} else {
		o.failedUnshown(f)
	}
	s.ID, s.Session, s.Args = 0, nil, nil
}

// failedUnshown shows the end of an event whose beginning was not shown.
func (o *observing) failedUnshown(f *frame) {
	s := &f.span
	s.Depth, s.Sender, s.Args, s.Ran = f.depth, 0, nil, 0
	for _, x := range o.observers {
		x.End(s)
	}
}

// crashing is called when no session has handled an exception.
func (k *Kernel) crashing(err error) {
	if k.exception != nil || k.debug == nil || k.debug.observe == nil {
		return // only the first one ends the program
	}
	for _, x := range k.debug.observe.observers {
		if c, ok := x.Observer.(observe.CrashObserver); ok {
			c.Crashing(err)
		}
	}
}

// forget is called for a session that has stopped.
func (o *observing) forget(e *entry) {
	seen := e.seen()
	if o == nil || seen == nil {
		return
	}
	for _, x := range o.observers {
		if s, ok := x.Observer.(observe.SessionObserver); ok {
			s.SessionStopped(&seen.Session)
		}
	}
	e.cold.seen = nil
}

// turning is called once a turn, when the kernel has stopped waiting.
func (o *observing) turning() {
	if o == nil {
		return
	}
	if o.k.frame.depth == 0 {
		o.k.frame.span.Mark = observe.Mark{} // a handler has left by runtime.Goexit
	}
	o.turnBegan = time.Time{}
	if o.sampled(observe.ID(o.k.turns)) {
		o.clock = time.Now()
		o.turnBegan = o.clock
	}
}

// turned is called at the end of every turn. The observers hear of those that were
// measured.
func (o *observing) turned() {
	if o == nil || o.turnBegan.IsZero() {
		return
	}
	busy := max(1, time.Since(o.turnBegan))
	o.settle()
	for _, t := range o.turns {
		t.Turn(busy)
	}
}

// waits is called before the kernel waits.
func (o *observing) waits() {
	if o == nil {
		return
	}
	o.settle()
	for _, t := range o.turns {
		t.Waits()
	}
}
