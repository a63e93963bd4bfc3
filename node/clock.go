package node

import (
	"crypto/rand"
	"encoding/binary"
	"time"

	"github.com/gopoe/poe/kernel"
)

// virtualBegin is when the time of a Network begins.
var virtualBegin = time.Unix(1e9, 0)

// now is the present time, for durations: steps of the clock do not affect it.
func (n *Node) now() time.Time {
	if n.network != nil {
		return virtualBegin.Add(n.network.Now())
	}
	return time.Now()
}

// wall is the present time of day.
func (n *Node) wall() time.Time {
	if n.network != nil {
		return n.agent.k.Now()
	}
	return time.Now()
}

// randomKey makes a number that cannot be guessed, or with a Network one that
// repeats.
func (n *Node) randomKey() uint64 {
	if n.network != nil {
		return n.agent.k.Rand().Uint64() | 1
	}
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return binary.LittleEndian.Uint64(b[:]) | 1
}

// timer is what a *time.Timer and a kernelTimer have in common.
type timer interface {
	Reset(d time.Duration) bool
	Stop() bool
}

// newTimer makes a timer that is not set.
func (n *Node) newTimer(f func()) timer {
	if n.network != nil {
		return &kernelTimer{a: n.agent, f: f}
	}
	t := time.AfterFunc(time.Hour, f)
	t.Stop()
	return t
}

// kernelTimer calls a function on the kernel's goroutine, in the node's session.
type kernelTimer struct {
	a  *agent
	f  func()
	id kernel.AlarmID // 0 unless it is set
}

// Reset sets the timer. If the session has stopped it does nothing.
func (t *kernelTimer) Reset(d time.Duration) bool {
	was := t.Stop()
	if t.a.id.Alive() {
		t.a.inside(func() {
			t.id, _ = t.a.k.Host().DelayFunc("timer", d, func(kernel.Event) { // the session is active
				t.id = 0
				t.f()
			})
		})
	}
	return was
}

// Stop takes the timer back.
func (t *kernelTimer) Stop() bool {
	if t.id == 0 {
		return false
	}
	id := t.id
	t.id = 0
	if t.a.id.Alive() {
		t.a.inside(func() { _, _ = t.a.k.AlarmRemove(id) }) // it is set
	}
	return true
}

// beatOnKernel is heartbeat on the kernel's goroutine.
func (n *Node) beatOnKernel() {
	n.beatTimer = n.newTimer(func() {
		n.beatTimer.Reset(n.config.Heartbeat)
		n.beatAll()
	})
	n.beatTimer.Reset(n.config.Heartbeat)
}

// drainEvery is how often endOnKernel looks whether everything has been taken.
const drainEvery = 5 * time.Millisecond

// endOnKernel is end on the kernel's goroutine: at once if the session stops now.
func (n *Node) endOnKernel(links []*link, alive bool) {
	n.beatTimer.Stop()
	goodbye := func() {
		for _, l := range links {
			l.bye()
		}
	}
	if !alive {
		goodbye()
		n.finish(links)
		return
	}
	n.drainOnKernel(links, n.config.Linger, func() {
		goodbye()
		n.drainOnKernel(links, min(n.config.Linger, byeTimeout), func() { n.finish(links) })
	})
}

// drainOnKernel is drain, then calls then.
func (n *Node) drainOnKernel(links []*link, timeout time.Duration, then func()) {
	until := n.now().Add(timeout)
	var t timer
	t = n.newTimer(func() {
		if n.now().Before(until) && outstanding(links) {
			t.Reset(drainEvery)
			return
		}
		then()
	})
	t.Reset(0)
}
