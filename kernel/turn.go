package kernel

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"github.com/gopoe/poe/kernel/internal/poll"
)

// clockTurns is after how many turns the clock is read in any case. Events
// that are queued while no timer is pending carry the last reading, so this
// bounds how wrong their place can be against an alarm set for the past.
const clockTurns = 64

// turn is one round: readiness first, straight to the sessions, then the
// events that are due.
func (k *Kernel) turn() error {
	if k.turns++; k.turns%clockTurns == 0 {
		k.readClock()
	}
	if k.inbox.waiting() && k.inbox.drain() {
		k.sweep() // or a session without a reason to live would wait for an event
	}
	if k.sessions == 0 {
		return nil // stopped from outside: no session is left to wait for
	}
	if k.fifo.empty() {
		k.fifo.shrink()
		k.testIdle()
	}
	if err := k.poll(); err != nil {
		return err
	}
	if k.debug != nil {
		k.debug.dispatchTurn()
	} else {
		k.dispatchTurn()
	}
	return nil
}

// The kernel yields after so many turns. Each ready handle counts as several:
// it takes system calls.
const (
	yieldTurns = 1024
	readyTurns = 32
)

// yieldProcessor yields so that other kernels and, with GOMAXPROCS=1, the garbage
// collector can run: a kernel that always finds something to do never sleeps.
func (k *Kernel) yieldProcessor() {
	k.turnsSinceYield = 0
	runtime.Gosched()
}

// poll waits for handles, timers and other goroutines. It does not wait while
// anything is due, and does not even look while nothing is watched.
func (k *Kernel) poll() error {
	if k.dispatching {
		k.requeueUndelivered()
	}
	k.reported, k.ready, k.clockFresh = k.reported[:0], k.ready[:0], false
	if len(k.rearm) > 0 {
		k.rearmEdges()
	}
	if len(k.flagged) > 0 {
		k.pollSources()
	}
	if len(k.dirty) > 0 {
		k.dirty, k.writing = k.writing[:0], k.dirty
	}
	if len(k.timers.heap) > 0 && k.now-k.wallSeen > wallInterval {
		k.adjustForClockStep() // a kernel that never sleeps
	}
	wait := time.Duration(0)
	if k.fifo.empty() {
		wait = k.pollTimeout()
	}
	if wait < 0 && k.exception != nil && k.handles.count == 0 {
		k.stopAll() // no event is to come that would notice it, unless from outside
		return nil
	}
	if wait == 0 && (k.loop == nil || k.handles.count == 0) {
		return nil
	}
	return k.wait(wait)
}

// requeueUndelivered keeps the readiness that was not dispatched because a handler has left
// by runtime.Goexit, that of the handler included.
func (k *Kernel) requeueUndelivered() {
	k.dispatching = false
	k.rearm = append(k.rearm, k.reported...)
	for _, h := range k.writing {
		if h != nil {
			k.dirty = append(k.dirty, h)
		}
	}
	k.writing = k.writing[:0]
}

// suspendedTurn is what remains to be done of a turn in one of whose handlers
// another turn is run.
type suspendedTurn struct {
	reported    []poll.Ready
	ready       []readyHandle
	writing     []*Handle
	dispatching bool
	scratch     []byte // possibly being decoded by the wheel whose handler runs the turn
}

// suspendTurn makes way for a nested turn, which finds all that is ready now,
// also what the outer turn has found and not dispatched yet: both dispatch it.
func (k *Kernel) suspendTurn() suspendedTurn {
	outer := suspendedTurn{k.reported, k.ready, k.writing, k.dispatching, k.scratch}
	if k.dispatching {
		k.rearm = append(k.rearm, k.reported...)
		for i, h := range k.writing {
			if h != nil && h.writeQueued {
				k.dirty = append(k.dirty, h)
				k.writing[i] = nil
			}
		}
	}
	k.reported, k.ready, k.writing, k.dispatching, k.scratch = nil, nil, nil, false, nil
	return outer
}

func (k *Kernel) resumeTurn(outer suspendedTurn) {
	k.reported, k.ready, k.writing, k.dispatching, k.scratch = outer.reported, outer.ready, outer.writing, outer.dispatching, outer.scratch
}

// pollTimeout is how long the kernel may sleep while no event is queued; negative is
// forever.
func (k *Kernel) pollTimeout() time.Duration {
	switch {
	case len(k.reported) > 0, len(k.writing) > 0:
		return 0
	case len(k.timers.heap) == 0:
		return -1
	}
	k.clockFresh = true
	first := k.timers.heap[0].due
	if first <= k.now {
		return 0 // it was due at the last reading
	}
	return time.Duration(max(0, first-k.readClock()))
}

// wait sleeps in the loop, forever if d is negative. Under a clock of the
// user's it really waits only for the clock's MaxBlock, and then the
// clock is to advance; see standstill.go for when it does not.
func (k *Kernel) wait(d time.Duration) error {
	if err := k.needLoop(nil); err != nil {
		return err
	}
	if k.clock == nil || d == 0 {
		_, err := k.sleep(d)
		return err
	}
	if k.workUnderWay() {
		return k.waitForWork()
	}
	real := k.clock.MaxBlock()
	if d > 0 {
		real = min(d, real)
	}
	came, err := k.sleep(real)
	if err != nil || came {
		return err
	}
	if !k.clock.Advance(k.until()) {
		_, err = k.sleep(d)
		return err
	}
	k.readClock()
	return nil
}

// until is the time on the user's clock before which nothing is due.
func (k *Kernel) until() time.Duration {
	if len(k.timers.heap) == 0 {
		return math.MaxInt64
	}
	return time.Duration(k.timers.heap[0].due) + k.clockStart
}

// sleep waits for real, takes in what has come meanwhile, and reports whether
// anything has.
func (k *Kernel) sleep(d time.Duration) (came bool, err error) {
	again := d != 0 || k.clock != nil // sources may have become ready meanwhile
	if again {
		k.reported = k.reported[:0] // they are asked once more
	}
	if d != 0 && k.debug != nil {
		k.debug.observe.waits()
	}
	if k.reported, err = k.loop.Wait(d, k.reported); err != nil {
		return false, err
	}
	if d != 0 {
		k.readClock()
	}
	if again {
		k.adjustForClockStep()
	}
	if came = k.inbox.drainBetween(); came {
		k.clockFresh = false
	}
	if again {
		k.pollSources()
	}
	return came || len(k.reported) > 0, nil
}

// dispatchHandles hands readiness to the sessions: all reads, then all writes,
// then urgent data, with a sweep after each. As in POE that is what the system has
// reported of what was watched then. A handler that pauses a watcher does not take
// back what was reported for it, and one that resumes a watcher gets nothing
// before the next turn; only a watcher that was removed gets nothing any more.
func (k *Kernel) dispatchHandles() {
	k.dispatching = true
	var found modeSet // in any handle
	if len(k.reported) > 0 {
		found = k.settleReady()
		k.dispatchMode(Read)
	}
	if len(k.writing) > 0 {
		k.dispatchDirty()
	}
	if found&Write.bit() != 0 {
		k.dispatchMode(Write)
	}
	if found&Expedite.bit() != 0 {
		k.dispatchMode(Expedite)
	}
	k.dispatching = false
	clear(k.ready) // releases the handles
	k.clockFresh = false
}

// settleReady finds the handles that the loop has reported, and keeps of the
// report what is wanted. It returns the modes that any of them is ready in.
func (k *Kernel) settleReady() (found modeSet) {
	for i := range k.reported {
		r := &k.reported[i]
		h := k.handles.find(r.Token, r.Gen)
		if h == nil {
			continue
		}
		h.reportOnce = false
		was := r.Modes
		if was&allModes&^h.want != 0 {
			was = h.onlyWanted(was)
		}
		found |= was
		k.ready = append(k.ready, readyHandle{h, was})
	}
	if k.clock != nil {
		k.sortReady()
	}
	if c, ok := k.clock.(orderingClock); ok && len(k.ready) > 1 {
		k.permuteReady(c)
	}
	return found
}

// sortReady puts what is ready into the order in which the handles became
// watched, so that programs on a virtual clock repeat.
func (k *Kernel) sortReady() {
	slices.SortStableFunc(k.ready, func(a, b readyHandle) int { return int(int32(a.handle.since - b.handle.since)) })
}

// permuteReady puts what is ready into the order that a simulation asks for.
func (k *Kernel) permuteReady(c orderingClock) {
	order, _ := Recorded(k, "order", func() (uint64, error) { return c.Order(), nil })
	if order == 0 {
		return
	}
	r := rand.New(rand.NewPCG(order, 0))
	r.Shuffle(len(k.ready), func(i, j int) { k.ready[i], k.ready[j] = k.ready[j], k.ready[i] })
}

func (k *Kernel) dispatchMode(m Mode) {
	found := false
	for i := range k.ready { // which a nested turn replaces meanwhile
		h, was := k.ready[i].handle, k.ready[i].modes
		if was&m.bit()&h.watched == 0 {
			continue
		}
		found = true
		if m == Read && h.reg.Edge {
			k.dispatchEdge(h, was)
			continue
		}
		k.dispatchReady(h, m)
	}
	if found {
		k.sweep()
	}
}

// dispatchDirty lets the wheels that have output write it.
func (k *Kernel) dispatchDirty() {
	for i, h := range k.writing {
		if h == nil {
			continue // written by a nested turn
		}
		h.writeQueued = false
		if w := h.watchers; k.debug == nil && h.watched&Write.bit() != 0 && w.next == nil && w.ready != nil {
			k.dispatchWatch(w, Write) // nearly always
		} else {
			k.dispatchOutput(h)
		}
		k.writing[i] = nil
	}
	if len(k.writing) > 0 {
		k.writing = k.writing[:0]
		k.sweep()
	}
}

// dispatchOutput lets a handle's wheels write, for the event that asked for it.
func (k *Kernel) dispatchOutput(h *Handle) {
	if k.debug == nil || k.debug.observe == nil {
		k.dispatchReady(h, Write)
		return
	}
	k.debug.observe.output(h)
}

// testIdle sends the signal IDLE when no event can come any more. Nothing is
// queued for now.
func (k *Kernel) testIdle() {
	if !k.idle() {
		return
	}
	k.enqueue(k.root, k.root, "_signal", []any{"IDLE"}, kindSignal)
}

func (k *Kernel) idle() bool {
	return k.EventCount() == 0 && k.handles.count == 0 && k.extrefs == 0 &&
		len(k.holds) == 0 && k.signals.childWatches == 0 && k.sessions > 0 && k.asked("looks for messages when idle", k.inbox.empty)
}
