package kernel

import (
	"sync"
	"sync/atomic"

	"github.com/gopoe/poe/internal/recordfile"
	"github.com/gopoe/poe/kernel/internal/poll"
	"github.com/gopoe/poe/kernel/observe"
)

// message is what another goroutine hands in: an event, something to run, or a
// source that may be ready. It is no longer than a line of the processor's cache.
type message struct {
	to    Dest
	event string
	args  []any
	more  *more // nil for most events
}

// more is what messages have besides.
type more struct {
	kind   recordfile.Arrival // what a recording has of it
	num    uint64             // of what it is about, by kind
	run    func()
	handle *Handle
	job    *Job
	caller string
	cause  observe.Mark // the event that has sent it, if known
	extra  extra        // of the event: its letter, or its sender in another kernel
}

// kind is what a recording has of the message.
func (m *message) kind() recordfile.Arrival {
	if m.more == nil {
		return recordfile.ArrivalEvent
	}
	return m.more.kind
}

// acts reports whether the message is no event.
func (m *message) acts() bool { return m.more != nil && (m.more.run != nil || m.more.handle != nil) }

// remote reports whether the message is an event of another kernel.
func (m *message) remote() bool { return m.more != nil && m.more.extra.from != nil }

// special reports whether the message is an event which only the program has.
func (m *message) special() bool { return m.remote() || m.more != nil && m.more.extra.letter != nil }

// cause is the mark of the event that has sent the message, if known.
func (m *message) cause() *observe.Mark {
	if m.more == nil {
		return &observe.Mark{}
	}
	return &m.more.cause
}

// inbox is the one way into the kernel from other goroutines. It is emptied
// once a turn; only a kernel that sleeps is woken.
type inbox struct {
	k       *Kernel
	mu      sync.Mutex
	in      mail
	spare   mailPieces  // empty ones
	sleeper poll.Poller // which sleeps, to be woken
	filled  atomic.Bool // in is not empty
	opened  bool        // a goroutine runs the kernel, or will again
	ended   bool        // it has run, and does not any more
	owner   atomic.Uint64
	running atomic.Bool // the owner is in Run or a slice

	// On the kernel's goroutine: what was taken out and not acted on yet, whether that
	// is going on, and pieces for another use.
	batch    mail
	draining bool
	done     mailPieces
}

// put hands a message in, from any goroutine.
func (b *inbox) put(m message) { b.putIf(m, false) }

// putIf does so, or with onlyOpen not if the kernel does not run.
func (b *inbox) putIf(m message, onlyOpen bool) bool {
	b.mu.Lock()
	if onlyOpen && !b.opened || b.ended && m.remote() {
		b.mu.Unlock()
		return false
	}
	if b.k.replaying() { // the recording has what comes, and when
		b.mu.Unlock()
		b.k.tape.in.live.put(m)
		return true
	}
	if b.in.full() {
		b.in.extend(b.newPiece())
	}
	b.in.add(&m)
	if !b.filled.Load() { // a store costs the other side more
		b.filled.Store(true)
	}
	sleeper := b.sleeper
	if sleeper != nil {
		b.sleeper = nil
	}
	b.mu.Unlock()
	if sleeper != nil {
		sleeper.Wake()
	}
	return true
}

// newPiece returns an empty piece. The caller holds the lock.
func (b *inbox) newPiece() *mailPiece {
	if p := b.spare.get(); p != nil {
		return p
	}
	return &mailPiece{}
}

// taken is called when messages were taken out. It hands back the pieces of those that
// were taken out before. The caller holds the lock.
func (b *inbox) taken() {
	b.filled.Store(!b.in.empty())
	for p := b.done.get(); p != nil; p = b.done.get() {
		b.spare.put(p)
	}
}

// next takes the first message of a list, and keeps its piece once that is empty.
func (b *inbox) next(l *mail, m *message) {
	if left := l.take(m); left != nil {
		b.done.put(left)
	}
}

// Sleep reports whether the loop may sleep: whether there is nothing to do.
func (b *inbox) Sleep() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.in.empty() {
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
	return b.filled.Load() || !b.batch.empty() || b.k.replaying()
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
	b.opened = !b.in.empty()
	b.ended = !b.opened
	return b.opened
}

// drain takes out what has come, acts on it in order, and reports whether there
// was anything. What comes meanwhile waits for the next turn. In a turn that is
// nested in one of the functions that it calls, it continues with what is left.
func (b *inbox) drain() bool {
	switch {
	case !b.batch.empty(): // in a nested turn
	case b.k.replaying():
		if b.batch = b.k.tape.in.messages(false); b.batch.empty() {
			return false
		}
	case b.empty():
		return false
	default:
		b.mu.Lock()
		b.batch, b.in = b.in, mail{}
		b.taken()
		b.mu.Unlock()
		if b.k.tape != nil {
			b.k.tape.messages(&b.batch, false)
		}
	}
	outer := b.k.frame
	if outer.depth > 0 {
		b.k.push(b.k.root, "", kindPost, nil) // outside of any session
	}
	b.draining = true
	defer func() { b.draining, b.k.frame = false, outer }()
	for m := (message{}); !b.batch.empty(); {
		b.next(&b.batch, &m)
		b.k.receive(&m)
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
	events := b.in.takeEvents()
	b.taken()
	b.mu.Unlock()
	if events.empty() {
		return
	}
	if b.k.tape != nil {
		b.k.tape.messages(&events, true)
	}
	b.draining = true // taking one in must not pull those that come after the others
	for m := (message{}); !events.empty(); {
		b.next(&events, &m)
		b.k.receive(&m)
	}
	b.draining = false
}

// receive acts on one message. It runs between events, outside of any session.
func (k *Kernel) receive(m *message) {
	if k.debug != nil {
		o := k.debug.observe
		defer o.leave(o.enter(m.cause()))
	}
	switch x := m.more; {
	case x == nil:
		k.receiveEvent(m)
	case x.run != nil:
		x.run()
	case x.handle != nil:
		if x.handle.reg.Token >= 0 {
			k.flag(x.handle)
		}
	case x.extra.letter != nil:
		k.receiveLetter(m)
	case x.extra.from != nil:
		k.receiveRemote(m)
	default:
		k.receiveEvent(m)
	}
}

func (k *Kernel) receiveEvent(m *message) {
	dest, err := k.resolve(m.to)
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
