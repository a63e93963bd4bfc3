package kernel

import "github.com/gopoe/poe/kernel/observe"

// Everything in this file runs once per event: no logging, no allocation, no
// clock, and no defer but the one that recovers.

// kind is the sort of event that is dispatched. It decides what becomes of
// results and exceptions.
type kind uint8

const (
	kindPost   kind = iota
	kindAlarm       // a timer
	kindCall        // results matter
	kindStart       // results matter
	kindStop        // results matter; an exception cannot become DIE any more
	kindNotice      // _child, _parent
	kindSelect      // a ready handle
	kindSignal      // a signal on its way through the tree
	kindDie         // the signal DIE: an exception now is the end
	kindChild       // a process has ended
	kindGC          // nothing but a reason to look at the session again
	kindLetter      // delivers itself, see Letter
	kindFunc        // carries its own handler
	kindRemote      // came from another kernel
)

// frame is one running handler. Frames form the stack of calls; each is
// allocated once and used again.
type frame struct {
	outer   *frame // whose handler called this one; nil at the bottom, where none runs
	inner   *frame // for the next call, nil before the first
	session *entry // the active one: dest, or the kernel's own once Stop has ended it
	dest    *entry
	from    *entry
	event   string
	caller  string // the event whose handler has sent this one
	kind    kind
	done    bool   // the handler has returned
	found   bool   // the session had a handler
	serial  uint64 // of this use of the frame, greater than those of the outer ones
	depth   int

	answered bool // Return was called
	returned int  // how many values it was given
	value    any  // the last of them
	list     []any
	extra    *extra

	span  observe.Span // while the kernel is observed
	shown bool         // to the observers, as more than a number
}

// push makes the next frame the active one.
func (k *Kernel) push(session *entry, event string, kd kind, x *extra) *frame {
	f := k.frame.inner
	if f == nil {
		f = k.frame.deepen()
	}
	k.calls++
	f.serial = k.calls
	f.session, f.event, f.kind, f.extra = session, event, kd, x
	f.done, f.found, f.answered, f.returned, f.value, f.list = false, false, false, 0, nil, nil
	k.frame = f
	return f
}

// deepen makes the inner frame.
func (f *frame) deepen() *frame {
	f.inner = &frame{outer: f, depth: f.depth + 1}
	return f.inner
}

// clearResult forgets what a handler gave to Return before it threw an
// exception: its caller gets nothing.
func (f *frame) clearResult() {
	f.found, f.answered, f.returned, f.value, f.list = false, false, 0, nil, nil
}

// enqueue puts an event into the queue, now, and returns its item, which may be
// completed until the next event is queued.
func (k *Kernel) enqueue(dest, from *entry, event string, args []any, kd kind) *item {
	full, filled := k.fifo.full(), k.inbox.filled.Load()
	if full || filled || !k.quick || len(k.timers.heap) > 0 {
		k.prepareQueue()
	}
	it := k.fifo.push()
	k.seq++
	it.due, it.seq = k.now, k.seq
	it.dest, it.from = dest, from
	it.name, it.args, it.caller = event, args, k.frame.event
	it.kind = kd
	it.extra = nil
	k.countQueued(dest, from)
	if k.debug != nil {
		k.debug.enqueued(it)
	}
	return it
}

// prepareQueue reads the clock, takes in what was sent before, and makes space in the
// queue, each if that is necessary.
func (k *Kernel) prepareQueue() {
	if len(k.timers.heap) > 0 || k.clock != nil || !k.running {
		k.readClock() // else the last reading will do, see clockTurns
	}
	switch { // what was sent before comes before
	case k.replaying():
		k.tape.lookReplayed()
	case !k.inbox.empty():
		k.inbox.pull()
	}
	if k.fifo.full() {
		k.fifo.grow()
	}
}

// countQueued lets an event keep its destination and its sender alive.
func (k *Kernel) countQueued(dest, from *entry) {
	if dest.eventsTo++; dest.eventsTo == 1 {
		k.incRef(dest)
	}
	if dest != from {
		if from.eventsFrom++; from.eventsFrom == 1 {
			k.incRef(from)
		}
	}
}

// countDequeued is the opposite.
func (k *Kernel) countDequeued(dest, from *entry) {
	if dest.eventsTo--; dest.eventsTo == 0 {
		k.decRef(dest)
	}
	if dest != from {
		if from.eventsFrom--; from.eventsFrom == 0 {
			k.decRef(from)
		}
	}
}

// countDelivered is countDequeued while nothing observes.
func (k *Kernel) countDelivered(dest, from *entry) {
	if dest.eventsTo--; dest.eventsTo == 0 {
		k.dropRef(dest)
	}
	if dest != from {
		if from.eventsFrom--; from.eventsFrom == 0 {
			k.dropRef(from)
		}
	}
}

// dispatchTurn dispatches what is ready, then what is due now, in order, and then
// stops the sessions that have nothing left. What is queued meanwhile waits for the
// next turn, except timers set for a time already past.
func (k *Kernel) dispatchTurn() {
	if len(k.reported)+len(k.writing) > 0 {
		k.dispatchHandles()
	}
	if len(k.timers.heap) > 0 && !k.clockFresh {
		k.readClock()
	}
	due, seq := k.now, k.seq
	for {
		it := k.fifo.peek()
		if len(k.timers.heap) > 0 {
			if t := &k.timers.heap[0]; it == nil || t.before(it.due, it.seq) {
				if !t.notAfter(due, seq) {
					break
				}
				k.fire(t.timer)
				continue
			}
		}
		if it == nil || it.seq > seq {
			break
		}
		if it.kind > kindCall || it.extra != nil || it.dest == k.root || k.debug != nil {
			k.deliverItem(it)
			continue
		}
		k.deliverPlain(it)
		if k.exception != nil {
			k.stopAll()
		}
	}
	k.sweep()
	if k.turnsSinceYield += 1 + readyTurns*len(k.ready); k.turnsSinceYield >= yieldTurns {
		k.yieldProcessor()
	}
}

// deliverItem takes an event off the queue, where handlers may move it, and
// delivers it.
func (k *Kernel) deliverItem(it *item) {
	if it.kind == kindGC && k.debug == nil { // it has kept the session until now, and that is all
		dest := it.dest
		it.release()
		k.fifo.pop()
		k.countDelivered(dest, dest)
		if k.exception != nil {
			k.stopAll()
		}
		return
	}
	event := *it
	it.release()
	k.fifo.pop()
	if k.debug != nil {
		k.debug.deliver(&event)
	} else {
		k.deliver(&event)
	}
}

// deliverPlain dispatches the first event of the queue if it is one that a program
// has sent to a session, and nothing observes.
func (k *Kernel) deliverPlain(it *item) {
	dest, from := it.dest, it.from
	f := k.push(dest, it.name, it.kind, nil)
	f.dest, f.from, f.caller = dest, from, it.caller
	e := Event{Kernel: k, Session: ID{dest}, Sender: ID{from}, Name: it.name, Args: it.args, Caller: it.caller, serial: f.serial}
	it.release()
	k.fifo.pop()
	k.countDelivered(dest, from)
	if k.tape != nil && !k.tape.expected(f.event, dest.num) {
		k.tape.event(dest, f.event, f.kind)
	}
	defer func() {
		if k.frame = f.outer; !f.done {
			k.failed(f, recover())
		}
	}()
	if f.found = dest.ses.Dispatch(e); !f.found {
		k.unhandled(f, e.Name, e.Args)
	}
	f.done = true
}

// deliver dispatches one event from the queue.
func (k *Kernel) deliver(it *item) {
	k.countDequeued(it.dest, it.from)
	switch it.kind {
	case kindGC:
	case kindSignal, kindDie:
		k.deliverSignal(it)
	case kindLetter:
		k.deliverLetter(it)
	case kindRemote:
		k.deliverRemote(it)
	default:
		k.dispatch(it.dest, it.from, it.name, it.args, it.caller, it.kind, it.extra)
	}
	if k.exception != nil {
		k.stopAll()
	}
}

// dispatch runs a session's handler for an event and returns its frame, which
// holds the results until the next dispatch. It recovers from what the handler
// throws.
func (k *Kernel) dispatch(dest, from *entry, event string, args []any, caller string, kd kind, x *extra) (result *frame) {
	f := k.push(dest, event, kd, x)
	result = f
	f.dest, f.from, f.caller = dest, from, caller
	if k.tape != nil && (kd == kindSelect || !k.tape.expected(event, dest.num)) {
		k.tape.event(dest, event, kd)
	}
	if k.debug != nil {
		k.debug.dispatching(f, from, args)
	}
	defer func() {
		if k.frame = f.outer; k.debug != nil {
			k.debug.dispatched(f)
		}
		if !f.done {
			k.failed(f, recover())
		}
	}()
	// Most events need no more than the session's dispatch, without a further copy.
	if e := (Event{Kernel: k, Session: ID{dest}, Sender: ID{from}, Name: event, Args: args, Caller: caller, serial: f.serial}); x == nil && dest != k.root {
		if f.found = dest.ses.Dispatch(e); !f.found {
			k.unhandled(f, event, args)
		}
	} else {
		k.run(f, e)
	}
	f.done = true
	return f
}

// failed deals with what a handler has thrown.
func (k *Kernel) failed(f *frame, value any) {
	f.clearResult()
	f.extra.locate(value)
	if f.extra == nil || !f.extra.untrusted || !k.refuse(f, value) {
		k.recovered(f.dest, f.from, f.event, f.caller, f.kind, f.session != f.dest, value)
	}
}

// run hands an event to its own handler or to its session's.
func (k *Kernel) run(f *frame, e Event) {
	if f.extra != nil && f.extra.untrusted {
		f.extra.args = e.Args
	}
	switch {
	case f.extra != nil && f.extra.handler != nil:
		f.found = true
		f.extra.handler(e)
	case f.dest == k.root:
		k.handleOwn(&e)
	default:
		if f.found = f.dest.ses.Dispatch(e); !f.found {
			k.unhandled(f, e.Name, e.Args)
		}
	}
}

// invoke calls a handler of the active session as a plain function: the active
// event stays, and what it throws goes up to the caller.
func (k *Kernel) invoke(dest *entry, event string, args []any, x *extra) *frame {
	outer := k.frame
	f := k.push(dest, outer.event, outer.kind, x)
	f.dest, f.from = dest, dest
	if k.debug != nil {
		k.debug.calling(f, event, args)
	}
	e := Event{Kernel: k, Session: ID{dest}, Sender: ID{dest}, Name: event, Args: args, Caller: outer.event, serial: f.serial}
	defer func() {
		if f.session != dest {
			outer.session = f.session // Stop in here holds for the caller as well
		}
		if k.debug != nil {
			k.debug.observe.end(f)
		}
		k.frame = outer
	}()
	k.run(f, e)
	f.done = true
	return f
}
