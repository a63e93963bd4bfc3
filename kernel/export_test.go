package kernel

import (
	"runtime"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel/internal/poll"
)

// The errors that are not exported.
var (
	ErrNoChild          = errNoChild
	ErrRunning          = errRunning
	ErrForeignGoroutine = errForeignGoroutine
)

// SignalClass is what a signal does to sessions, for the tests.
type SignalClass = signalClass

// The classes of signals, for the tests.
const (
	Benign      = benign
	Terminal    = terminal
	Nonmaskable = nonmaskable
)

// ClassOf returns the class of a signal, for the tests.
func ClassOf(signal string) SignalClass { return classOf(signal) }

// FalsifyBooks makes one of the kernel's counters wrong.
func (k *Kernel) FalsifyBooks() { k.extrefs++ }

// RefuseToWatch makes the system refuse to watch handles anew, so many times; it
// returns a function that says how often it has refused.
func (k *Kernel) RefuseToWatch(times int, err error) (refused func() int) {
	l := &refusingLoop{Poller: k.loop, times: times, err: err}
	k.loop = l
	return func() int { return l.refused }
}

type refusingLoop struct {
	poll.Poller
	times, refused int
	err            error
}

func (l *refusingLoop) Update(r *poll.Registration, before poll.Modes) error {
	if l.refused < l.times {
		l.refused++
		return l.err
	}
	return l.Poller.Update(r, before)
}

// Replaying reports whether a kernel's run is a replay.
func Replaying(k *Kernel) bool { return k.replaying() }

// SetMessagesWait sets how long a replay waits for a message of another goroutine,
// for the length of a test.
func SetMessagesWait(t testing.TB, d time.Duration) {
	before := messagesWait
	messagesWait = d
	t.Cleanup(func() { messagesWait = before })
}

// AwaitMessage returns once something from another goroutine waits.
func (k *Kernel) AwaitMessage() {
	for k.inbox.empty() {
		runtime.Gosched()
	}
}
