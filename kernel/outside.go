package kernel

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/gopoe/poe/internal/goroutine"
	"github.com/gopoe/poe/internal/recordfile"
	"github.com/gopoe/poe/kernel/internal/poll"
	"github.com/gopoe/poe/kernel/observe"
)

// message is what another goroutine hands in: an event, something to run, or a
// source that may be ready.
type message struct {
	to     Dest
	event  string
	args   []any
	from   *entry // of another kernel
	caller string
	run    func()
	handle *Handle
	letter Letter
	kind   recordfile.Arrival // what a recording has of it
	num    uint64             // of what it is about, by kind
	job    *Job
	cause  observe.Mark // the event that has sent it, if known
}

// inbox is the one way into the kernel from other goroutines. It is emptied
// once a turn; only a kernel that sleeps is woken.
type inbox struct {
	k       *Kernel
	mu      sync.Mutex
	in      []message
	spare   []message
	sleeper poll.Poller // which sleeps, to be woken
	filled  atomic.Bool // in is not empty
	opened  bool        // a goroutine runs the kernel, or will again
	ended   bool        // it has run, and does not any more
	owner   atomic.Uint64
	running atomic.Bool // the owner is in Run or a slice

	// On the kernel's goroutine: what was taken out, how far it was acted on,
	// and whether that is going on.
	batch    []message
	next     int
	draining bool
}

// put hands a message in, from any goroutine.
func (b *inbox) put(m message) { b.putIf(m, false) }

// putIf does so, or with onlyOpen not if the kernel does not run.
func (b *inbox) putIf(m message, onlyOpen bool) bool {
	b.mu.Lock()
	if onlyOpen && !b.opened || m.from != nil && b.ended {
		b.mu.Unlock()
		return false
	}
	if b.k.replaying() { // the recording has what comes, and when
		b.mu.Unlock()
		b.k.tape.in.live.put(m)
		return true
	}
	if len(b.in) == cap(b.in) {
		b.in = slices.Grow(b.in, max(64, cap(b.in))) // append would copy a long one several times
	}
	b.in = append(b.in, m)
	b.filled.Store(true)
	sleeper := b.sleeper
	b.sleeper = nil
	b.mu.Unlock()
	if sleeper != nil {
		sleeper.Wake()
	}
	return true
}

// Sleep reports whether the loop may sleep: whether there is nothing to do.
func (b *inbox) Sleep() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.in) > 0 {
		return false
	}
	b.sleeper = b.k.loop
	return true
}

// Awake ends a sleep, and reports whether the loop has woken by itself.
func (b *inbox) Awake() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	itself := b.sleeper != nil
	b.sleeper = nil
	return itself
}

func (b *inbox) empty() bool { return !b.filled.Load() }

// waiting reports whether there may be something for drain. It is asked once a
// turn.
func (b *inbox) waiting() bool {
	return b.filled.Load() || b.next < len(b.batch) || b.k.replaying()
}

// open makes the calling goroutine, of that number, the kernel's own.
func (b *inbox) open(id uint64) {
	b.owner.Store(id)
	b.mu.Lock()
	b.opened, b.ended = true, false
	b.mu.Unlock()
}

// close marks the kernel as not running, once every message that waits has been
// answered.
func (b *inbox) close() {
	for b.k.asked("looks for messages at its end", b.stillFilled) {
		b.drainBetween()
	}
	if b.k.replaying() {
		b.mu.Lock()
		b.opened, b.ended = false, true
		b.mu.Unlock()
	}
	b.owner.Store(0)
}

func (b *inbox) stillFilled() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.opened = len(b.in) > 0
	b.ended = !b.opened
	return b.opened
}

// drain takes out what has come, acts on it in order, and reports whether there
// was anything. What comes meanwhile waits for the next turn. In a turn that is
// nested in one of the functions that it calls, it continues with what is left.
func (b *inbox) drain() bool {
	switch {
	case b.next < len(b.batch): // in a nested turn
	case b.k.replaying():
		if b.batch, b.next = b.k.tape.in.messages(false), 0; len(b.batch) == 0 {
			b.batch = nil
			return false
		}
	case b.empty():
		return false
	default:
		b.mu.Lock()
		b.batch, b.in, b.spare = b.in, b.spare[:0], nil
		b.filled.Store(false)
		b.mu.Unlock()
		b.next = 0
		if b.k.tape != nil {
			b.k.tape.messages(b.batch, false)
		}
	}
	outer := b.k.frame
	if outer.depth > 0 {
		b.k.push(b.k.root, "", kindPost, nil) // outside of any session
	}
	b.draining = true
	defer func() { b.draining, b.k.frame = false, outer }()
	for b.next < len(b.batch) {
		m := b.batch[b.next]
		b.batch[b.next] = message{}
		b.next++
		b.k.receive(&m)
	}
	if b.batch != nil {
		b.spare, b.batch, b.next = b.batch[:0], nil, 0
	}
	return true
}

// drainBetween is drain at other times than the beginning of a turn.
func (b *inbox) drainBetween() bool {
	if b.k.tape != nil {
		b.k.tape.looks++
	}
	return b.drain()
}

// pull takes out the events at the front, and nothing that acts: it is called
// in the middle of handlers. While older messages are being taken out it
// leaves the new ones alone, which must not overtake those.
func (b *inbox) pull() {
	if b.draining {
		return
	}
	b.mu.Lock()
	n := 0
	for n < len(b.in) && b.in[n].isEvent() {
		n++
	}
	if n == 0 {
		b.mu.Unlock()
		return
	}
	events := append([]message(nil), b.in[:n]...)
	rest := copy(b.in, b.in[n:])
	clear(b.in[rest:]) // releases what they refer to
	b.in = b.in[:rest]
	b.mu.Unlock()
	if b.k.tape != nil {
		b.k.tape.messages(events, true)
	}
	b.draining = true // taking one in must not pull those that come after the others
	for i := range events {
		b.k.receive(&events[i])
	}
	b.draining = false
	b.mu.Lock()
	b.filled.Store(len(b.in) > 0)
	b.mu.Unlock()
}

func (m *message) isEvent() bool {
	return m.run == nil && m.handle == nil
}

// receive acts on one message. It runs between events, outside of any session.
func (k *Kernel) receive(m *message) {
	if k.debug != nil {
		o := k.debug.observe
		defer o.leave(o.enter(&m.cause))
	}
	switch {
	case m.run != nil:
		m.run()
	case m.handle != nil:
		if m.handle.reg.Token >= 0 {
			k.flag(m.handle)
		}
	case m.letter != nil:
		k.receiveLetter(m)
	default:
		k.receiveEvent(m)
	}
}

func (k *Kernel) receiveEvent(m *message) {
	dest, err := k.resolve(m.to)
	if m.from != nil {
		k.receiveRemote(m, dest)
		return
	}
	if err != nil {
		switch far := trusted(m.to).(type) {
		case via:
			err = far.Post(ID{k.root}, m.event, m.args)
		case ID:
			if far.s != nil && far.s.k != k {
				err = far.s.k.postFrom(k.root, far, m.event, m.args)
			}
		}
		if err == nil {
			return
		}
		k.deadLetter(DeadLetter{To: m.to, Event: m.event, Args: m.args, From: ID{k.root}})
		return
	}
	it := k.enqueue(dest, k.root, m.event, m.args, kindPost)
	it.caller = "" // not the handler in whose middle it is taken in
	if _, ok := m.to.(untrusted); ok {
		it.ensureExtra().untrusted = true
	}
}

// onOwnGoroutine reports whether the caller is on the kernel's goroutine.
func (k *Kernel) onOwnGoroutine() bool {
	owner := k.inbox.owner.Load()
	return owner != 0 && owner == goroutine.ID()
}

// Outside is the view of a kernel for other goroutines, returned by
// [Kernel.Outside]. Its methods are safe on any goroutine.
type Outside struct{ k *Kernel }

// Outside returns the view of the kernel for other goroutines.
func (k *Kernel) Outside() Outside { return Outside{k} }

// Post queues an event; the kernel is its sender. Events of one goroutine
// arrive in the order in which they were posted. If there is no living session
// with that destination, the event becomes a dead letter.
func (o Outside) Post(to Dest, event string, args ...any) {
	o.k.inbox.put(message{to: to, event: event, args: args})
}

// Call runs a session's handler on the kernel's goroutine, between two events,
// waits for it, and returns its result as [Kernel.Call] does. The error is the
// context's if that is done first, [ErrNoSession], [ErrNotRunning], or
// [ErrWouldDeadlock] on the kernel's own goroutine. Like any call it overtakes
// events that are queued, also those that this goroutine has posted before.
func (o Outside) Call(ctx context.Context, to Dest, event string, args ...any) (any, error) {
	var v any
	var callErr error
	err := o.Do(ctx, func(k *Kernel) { v, callErr = k.Call(to, event, args...) })
	if err != nil {
		return nil, err
	}
	return v, callErr
}

// Do runs f on the kernel's goroutine, between two events and outside of any
// session, and waits until it has returned. If f panics, Do panics with the
// same value. The errors are those of Call, except ErrNoSession. If the context
// is done before f has begun, f will not run.
func (o Outside) Do(ctx context.Context, f func(k *Kernel)) error {
	k := o.k
	if k.onOwnGoroutine() {
		return ErrWouldDeadlock
	}
	job := &outsideJob{k: k, f: f, done: make(chan struct{})}
	if !k.inbox.putIf(message{kind: recordfile.ArrivalDo, run: job.run}, true) {
		return ErrNotRunning
	}
	select {
	case <-job.done:
	case <-ctx.Done():
		if job.state.CompareAndSwap(jobWaiting, jobGivenUp) {
			return ctx.Err()
		}
		<-job.done
	}
	if job.thrown != nil {
		panic(job.thrown)
	}
	return job.err
}

// DoAsync runs f on the kernel's goroutine, between two events and outside of
// any session, and does not wait for it. If the kernel does not run, f runs
// once it does. If f panics, the kernel's Run panics.
func (o Outside) DoAsync(f func(k *Kernel)) {
	o.k.inbox.put(message{kind: recordfile.ArrivalLive, run: func() { f(o.k) }})
}

// outsideJob is a function on its way to the kernel's goroutine.
type outsideJob struct {
	k      *Kernel
	f      func(*Kernel)
	state  atomic.Int32
	done   chan struct{}
	err    error
	thrown any
}

const (
	jobWaiting = iota
	jobTaken
	jobGivenUp
)

func (j *outsideJob) run() {
	if !j.state.CompareAndSwap(jobWaiting, jobTaken) {
		return
	}
	defer close(j.done)
	if !j.k.running {
		j.err = ErrNotRunning
		return
	}
	defer func() { j.thrown = recover() }()
	j.f(j.k)
}

// Stop makes the kernel stop all sessions, as [Kernel.Stop] does, and does not
// wait for that.
func (o Outside) Stop() { o.k.inbox.put(message{kind: recordfile.ArrivalStop, run: o.k.Stop}) }

// Signal sends a signal, as [Kernel.Signal] does. If there is no living session
// with that destination, it becomes a dead letter.
func (o Outside) Signal(to Dest, signal string, args ...any) {
	o.k.inbox.put(message{kind: recordfile.ArrivalSent, to: to, event: signal, args: args, run: o.k.sentSignal(to, signal, args)})
}

// sentSignal sends a signal for another goroutine.
func (k *Kernel) sentSignal(to Dest, signal string, args []any) func() {
	return func() {
		if k.Signal(to, signal, args...) != nil {
			k.deadLetter(DeadLetter{To: to, Event: "_signal", Args: append([]any{signal}, args...), From: ID{k.root}})
		}
	}
}
