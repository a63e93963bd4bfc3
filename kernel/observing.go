package kernel

import (
	"math/bits"
	"slices"
	"sync/atomic"
	"time"

	"github.com/gopoe/poe/kernel/observe"
)

// observing gives every event an ID and a cause and calls the observers. It is
// there only while there are any; all its methods do nothing on a nil one.
type observing struct {
	k         *Kernel
	observers []observed
	turns     []observe.TurnObserver
	shift     int        // of 1<<shift events one is sampled
	next      observe.ID // of the next event
	turnBegan time.Time  // zero if the turn is not measured

	// taken is the mark of an event of the queue whose handler is about to run.
	taken observe.Mark
	// thrown is the mark of the event whose handler has just thrown.
	thrown observe.Mark
	// late is how long the event of the queue has waited.
	late time.Duration
	// output has the marks of the events that asked for output, by handle.
	output map[*Handle]observe.Mark
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

// Observe calls o with every event that the kernel dispatches from now on, until
// stop is called, which may be done twice. It takes the times of one event in
// every, a number that is rounded up to a power of two; 0 and 1 are all events.
// With several observers the smallest number holds for all. An observer that is
// attached in a handler gets the End of those handlers that are running, if another
// is attached already. Both Observe and stop belong to the kernel's goroutine, or
// to any while the kernel does not run.
func (v Host) Observe(o observe.Observer, every int) (stop func()) {
	k := v.k
	if k.debug == nil {
		k.debug = &debugger{k: k}
	}
	if k.debug.observe == nil {
		k.debug.observe = newObserving(k)
	}
	k.debug.observe.add(o, every)
	return func() { k.debug.observe.remove(o) }
}

func newObserving(k *Kernel) *observing {
	if k.observedAs == 0 {
		k.observedAs = observe.ID(kernelsObserved.Add(1)) << 48
	}
	o := &observing{k: k, next: k.observedAs, output: map[*Handle]observe.Mark{}}
	for _, f := range k.frames {
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
		o.k.debug.observe = nil
		for _, e := range o.k.byNumber {
			e.seen = nil
		}
	}
}

func (o *observing) arrange() {
	o.turns, o.shift = nil, 64
	for _, x := range o.observers {
		o.shift = min(o.shift, bits.Len(uint(x.every-1)))
		if t, ok := x.Observer.(observe.TurnObserver); ok {
			o.turns = append(o.turns, t)
		}
	}
}

// sampled chooses by a hash, so that events that come in a regular order are not
// always the same ones.
func (o *observing) sampled(id observe.ID) bool {
	return uint64(id)*0x9E3779B97F4A7C15>>(64-o.shift) == 0
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
func (o *observing) mark() observe.Mark {
	if o == nil {
		return observe.Mark{}
	}
	o.next++
	return o.k.frame.span.Child(o.next)
}

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
	it.mark = o.mark()
	if o.sampled(it.mark.ID) {
		it.due = o.k.readClock()
	}
}

// scope is what was handled before a part of the kernel's work that is done for
// another event.
type scope struct {
	frame  *frame
	mark   observe.Mark
	signal *observe.Span
}

// enter makes a mark the cause of what happens until leave is called.
func (o *observing) enter(m observe.Mark) scope {
	if o == nil {
		return scope{}
	}
	f := o.k.frame
	outer := scope{frame: f, mark: f.span.Mark}
	f.span.Mark = m
	return outer
}

func (o *observing) leave(outer scope) {
	if o != nil && outer.frame != nil {
		outer.frame.span.Mark = outer.mark
	}
}

// delivering is called before an event of the queue is dispatched.
func (o *observing) delivering(it *item) scope {
	if o == nil {
		return scope{}
	}
	outer := o.enter(it.mark)
	if it.kind == kindGC || it.mark.ID == 0 {
		return outer
	}
	if o.late = 0; o.sampled(it.mark.ID) {
		o.late = time.Duration(max(0, o.k.readClock()-it.due))
	}
	if it.kind == kindSignal || it.kind == kindDie {
		outer.signal = o.signal(it)
	} else {
		o.taken = it.mark
	}
	return outer
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

func (o *observing) delivered(outer scope) {
	if o == nil {
		return
	}
	o.taken = observe.Mark{}
	o.leave(outer)
	if outer.signal != nil {
		o.shown(outer.signal)
	}
}

// writing is called before a wheel writes what it was asked to.
func (o *observing) writing(h *Handle) scope {
	if o == nil {
		return scope{}
	}
	m := o.output[h]
	delete(o.output, h)
	return o.enter(m)
}

// asked notes the event that asks for output first.
func (o *observing) asked(h *Handle) {
	if o != nil {
		o.output[h] = o.current()
	}
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
	outer := o.enter(o.thrown)
	o.thrown = observe.Mark{}
	return outer
}

func (o *observing) sessionOf(e *entry) *sessionView {
	if e.seen == nil {
		e.seen = &sessionView{Session: observe.Session{Number: e.num, Type: e.kind()}}
	}
	return e.seen
}

// begin is called before a handler runs in the newest frame.
func (o *observing) begin(f *frame, from *entry, args []any) {
	if o == nil {
		return
	}
	m, late := o.taken, o.late
	if m.ID == 0 {
		o.next++
		m, late = o.k.frames[f.depth-1].span.Child(o.next), 0
	}
	o.taken, o.thrown = observe.Mark{}, observe.Mark{}
	f.span.Mark, f.span.Kind, f.span.Name = m, observe.Kind(f.kind), f.event
	f.span.Sender, f.span.Queued, f.span.Args = from.num, late, args
	o.open(f)
}

// call is begin for a call within a session, whose frame continues to show the
// event from which it is made.
func (o *observing) call(f *frame, event string, args []any) {
	if o == nil {
		return
	}
	o.next++
	f.span.Mark, f.span.Kind, f.span.Name = o.k.frames[f.depth-1].span.Child(o.next), observe.Call, event
	f.span.Sender, f.span.Queued, f.span.Args = f.session.num, 0, args
	o.open(f)
}

// open completes a frame's span and shows it to the observers.
func (o *observing) open(f *frame) {
	s := &f.span
	s.Session, s.Depth = &o.sessionOf(f.session).Session, f.depth
	s.Sampled, s.Ran, s.Threw = o.sampled(s.ID), 0, false
	o.show(s)
}

func (o *observing) show(s *observe.Span) {
	for _, x := range o.observers {
		x.Begin(s)
	}
	if s.Sampled {
		s.Began = time.Now()
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
	if s.Threw = f.threw; f.threw {
		o.thrown = s.Mark
	}
	o.shown(s)
	s.Mark, s.Session, s.Args = observe.Mark{}, nil, nil
}

// forget is called for a session that has stopped.
func (o *observing) forget(e *entry) {
	if o == nil || e.seen == nil {
		return
	}
	for _, x := range o.observers {
		if s, ok := x.Observer.(observe.SessionObserver); ok {
			s.SessionStopped(&e.seen.Session)
		}
	}
	e.seen = nil
}

// turning is called once a turn, when the kernel has stopped waiting.
func (o *observing) turning() {
	if o == nil {
		return
	}
	if o.k.frame.depth == 0 {
		o.k.frame.span.Mark = observe.Mark{} // a handler has left by runtime.Goexit
	}
	if o.turnBegan = (time.Time{}); len(o.turns) > 0 && o.sampled(observe.ID(o.k.turns)) {
		o.turnBegan = time.Now()
	}
}

func (o *observing) turned() {
	if o == nil || len(o.turns) == 0 {
		return
	}
	busy := time.Duration(0)
	if !o.turnBegan.IsZero() {
		busy = max(1, time.Since(o.turnBegan))
	}
	for _, t := range o.turns {
		t.Turn(busy)
	}
}
