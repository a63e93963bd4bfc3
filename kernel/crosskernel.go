package kernel

import (
	"sync"
	"sync/atomic"

	"github.com/gopoe/poe/internal/recordfile"
)

// Several kernels in one process, each on a goroutine of its own, share nothing
// but this file: an event of one kernel's session for a session of another goes
// through the other's inbox, with its sender, and the other counts how many of
// them wait.

// defaultBacklog is how many events of other kernels may wait at a kernel if
// Options.Backlog does not say.
const defaultBacklog = 1 << 16

// undelivered is implemented by an argument that must be released if its event
// reaches no handler; see [Kernel.Post].
type undelivered interface{ Undelivered() }

// PostFrom is Post with a sender, a session of another kernel: events of one
// kernel arrive in the order in which they were posted, and the receiver can
// post to the sender. It must be called on the goroutine of the sender's
// kernel, and to must be an ID or an Alias. The error is [ErrNoSession],
// [ErrNotRunning] if the kernel has ended, [ErrBusy], or [ErrInvalid]. An event
// for an alias that no session has becomes a dead letter later. A kernel that
// does not run yet keeps the event. Implementations of [Remote] use it;
// programs post to IDs.
func (o Outside) PostFrom(from ID, to Dest, event string, args ...any) error {
	if from.s == nil {
		return callError("PostFrom", to, ErrInvalid)
	}
	if err := o.k.postFrom(from.s, to, event, args); err != nil {
		return callError("PostFrom", to, err)
	}
	return nil
}

// postFrom posts for a session of any kernel, on that one's goroutine.
func (k *Kernel) postFrom(from *entry, to Dest, event string, args []any) error {
	if event == "" {
		return ErrInvalid
	}
	if from.k == k {
		dest, err := k.resolve(to)
		if err == nil {
			k.enqueue(dest, from, event, args, kindPost)
		}
		return err
	}
	switch to := trusted(to).(type) {
	case ID:
		if to.s == nil || to.s.k != k || to.s == k.root || !to.s.alive() {
			return ErrNoSession
		}
	case Alias:
	default:
		return ErrInvalid
	}
	if !k.backlog.enter() {
		return ErrBusy
	}
	if !k.inbox.putIf(message{to: to, event: event, args: args, more: &more{caller: from.k.frame.event, cause: from.k.cause(), extra: extra{from: from}}}, false) {
		k.backlog.leave()
		return ErrNotRunning
	}
	return nil
}

// receiveRemote queues an event of another kernel's, if it has not come too late. The
// kernel counts as its sender: the real one is kept alive by its own kernel alone.
func (k *Kernel) receiveRemote(m *message) {
	dest, err := k.resolve(m.to)
	if err != nil {
		k.lostRemote(DeadLetter{To: m.to, From: ID{m.more.extra.from}, Event: m.event, Args: m.args})
		return
	}
	it := k.enqueue(dest, k.root, m.event, m.args, kindRemote)
	it.caller = m.more.caller
	it.setExtra(&m.more.extra)
	_, it.extra.untrusted = m.to.(untrusted)
}

func (k *Kernel) deliverRemote(it *item) {
	k.backlog.leave()
	k.dispatch(it.dest, it.extra.from, it.name, it.args, it.caller, kindPost, it.extra)
}

// lostRemote is what becomes of an event of another kernel's that reaches no
// handler.
func (k *Kernel) lostRemote(d DeadLetter) {
	k.backlog.leave()
	for _, arg := range d.Args {
		if u, ok := arg.(undelivered); ok {
			u.Undelivered()
		}
	}
	k.deadLetter(d)
}

// writableTag is the tag under which sessions that wait for space are counted.
const writableTag = "room"

// NotifyWritable sends the active session one event when another kernel accepts
// events again: when half of its backlog is free, or it has ended. It is for
// senders to which Post has returned [ErrBusy], and keeps the session alive
// until then. Outside of any session it returns [ErrNoActiveSession].
func (v Host) NotifyWritable(at Outside, event string, args ...any) error {
	k, e := v.k, v.k.frame.session
	switch {
	case e == k.root || !e.alive():
		return k.fail("NotifyWritable", event, ErrNoActiveSession)
	case at.k == nil || event == "":
		return k.fail("NotifyWritable", event, ErrInvalid)
	}
	k.addExtref(e, writableTag)
	cause := k.cause()
	at.k.backlog.await(func() {
		k.inbox.put(message{event: event, more: &more{kind: recordfile.ArrivalLive, cause: cause, run: func() {
			if e.alive() && e.cold != nil && e.cold.extrefs[writableTag].count > 0 {
				k.enqueue(e, e, event, args, kindPost)
				k.subExtref(e, writableTag)
			}
		}}})
	})
	return nil
}

// remoteBacklog counts the events of other kernels that wait at one.
type remoteBacklog struct {
	limit  int64
	count  atomic.Int64
	wanted atomic.Bool // a session waits

	mu      sync.Mutex
	waiting []func()
}

// enter counts one more, if there is space for it.
func (b *remoteBacklog) enter() bool {
	if b.count.Add(1) > b.limit {
		b.leave()
		return false
	}
	return true
}

// leave counts one less, and calls those that wait once there is space.
func (b *remoteBacklog) leave() {
	if n := b.count.Add(-1); b.wanted.Load() && n <= b.limit/2 {
		b.notify()
	}
}

// await has f called, on some goroutine, once there is space.
func (b *remoteBacklog) await(f func()) {
	b.mu.Lock()
	b.waiting = append(b.waiting, f)
	b.wanted.Store(true)
	b.mu.Unlock()
	if b.count.Load() <= b.limit/2 { // it may have become so meanwhile
		b.notify()
	}
}

func (b *remoteBacklog) notify() {
	b.mu.Lock()
	waiting := b.waiting
	b.waiting = nil
	b.wanted.Store(false)
	b.mu.Unlock()
	for _, f := range waiting {
		f()
	}
}
