package node

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// linkState is what is known of the other node.
type linkState uint8

const (
	linkIdle    linkState = iota // never used
	linkTrying                   // used, and nothing heard yet
	linkUp                       // it has answered
	linkDown                     // it does not answer, or has said goodbye
	linkRemoved                  // forgotten
)

// retiredBoots is how many former incarnations of a node are remembered.
const retiredBoots = 8

// ackDelay is how long an ack may wait for others to join it.
const ackDelay = 5 * time.Millisecond

// link is everything about one other node but what its frames mean. The
// kernel's goroutine, the connections' and the heart's use it.
type link struct {
	n       *Node
	name    string
	address string
	pid     *actor.PID
	peer    atomic.Bool // configured: it is never forgotten

	mu        sync.Mutex
	state     linkState
	since     time.Time // when it came into that state
	lastHeard time.Time // the last proof that it hears this node
	used      time.Time // when somebody last asked for it while it was down
	asked     time.Time // when the last ping was sent

	// An epoch ends when either side finds the other down: what was on its way
	// is then lost in both directions, and frames of an older epoch are
	// dropped. Both sides follow the higher number.
	epoch uint64

	// To the other node, in this epoch.
	seq, bytes       uint64
	acked, ackedBack uint64 // frames and bytes that have been taken
	wanted           bool   // somebody waits for room

	// From the other node, in this epoch.
	boot             uint64
	retired          []uint64
	inSeq            uint64
	came, cameBytes  uint64 // handed to the kernel
	done, doneBytes  uint64 // taken by the kernel
	toldDone         uint64 // acked so far
	ackTimer         *time.Timer
	ackArmed, halted bool
	room             *sync.Cond // for a peer that ignores its window
}

// newLink makes a link; n.linksMu is held.
func (n *Node) newLink(name, address string, peer bool) *link {
	l := &link{n: n, name: name, address: address, pid: actor.NewPID(address, gatewayName), epoch: 1}
	l.peer.Store(peer)
	if f, ok := n.formers[name]; ok {
		delete(n.formers, name)
		l.boot, l.retired, l.epoch = f.boot, f.retired, f.epoch+1
	}
	l.room = sync.NewCond(&l.mu)
	l.ackTimer = time.AfterFunc(time.Hour, l.ackNow)
	l.ackTimer.Stop()
	return l
}

// enter changes the state; l.mu is held.
func (l *link) enter(s linkState) { l.state, l.since = s, time.Now() }

// sending is how a frame is treated by the window.
type sending uint8

const (
	bounded   sending = iota // refused when the window is full
	unbounded                // small, and caused by something bounded
)

// send numbers a frame and hands it over. It fails if the node is down or the
// window full, and returns the epoch to which the frame belongs.
func (l *link) send(f *frame, how sending) (epoch uint64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch l.state {
	case linkDown:
		l.used = time.Now()
		return 0, ErrUnreachable
	case linkRemoved:
		return 0, ErrUnreachable
	case linkIdle:
		l.enter(linkTrying)
		l.ping()
	}
	if how == bounded && l.full(len(f.payload)) {
		return 0, ErrBusy
	}
	l.seq++
	l.bytes += uint64(len(f.payload))
	f.seq = l.seq
	l.transmit(f)
	return l.epoch, nil
}

// full tells whether a frame with that payload does not fit into the window.
// One frame always does.
func (l *link) full(payload int) bool {
	frames, bytes := l.seq-l.acked, l.bytes-l.ackedBack
	return frames >= uint64(l.n.config.Window) || frames > 0 && bytes+uint64(payload) > uint64(l.n.config.WindowBytes)
}

// transmit gives a frame to the library. l.mu is held, which keeps the order.
func (l *link) transmit(f *frame) {
	f.boot, f.toBoot, f.epoch = l.n.boot, l.boot, l.epoch
	f.node, f.address = l.n.config.Name, l.n.address
	l.n.transmit(l.pid, f)
}

// ping asks for a sign of life, and tells how many frames have been sent. l.mu
// is held.
func (l *link) ping() {
	l.asked = time.Now()
	l.transmit(&frame{verb: verbPing, done: l.seq})
}

// admit looks at a frame that came in: whether it is for this incarnation,
// from the present one, of the present epoch, and new. If it shows that the
// other side has begun anew, this side does so as well. l.mu is held.
func (l *link) admit(f *frame) bool {
	asks := f.verb == verbPing || f.verb == verbPong
	if f.toBoot != 0 && f.toBoot != l.n.boot && f.verb != verbPing {
		return false
	}
	switch {
	case f.boot != l.boot:
		if slices.Contains(l.retired, f.boot) {
			return false
		}
		l.meet(f)
	case f.epoch > l.epoch:
		l.fall(fmt.Errorf("%w: it had lost this node", ErrUnreachable))
		l.begin(f.epoch)
	}
	switch {
	case f.epoch < l.epoch:
		return asks
	case f.verb == verbPing && f.done > l.inSeq:
		l.gap()
		return true
	case !f.verb.numbered():
		return true
	case f.seq <= l.inSeq:
		return false
	case f.seq > l.inSeq+1:
		l.gap()
		return false
	}
	l.inSeq = f.seq
	return true
}

// gap deals with frames that have been lost on the way: the library below can
// lose what it was given while a connection ended, and say nothing. Both sides
// begin anew, so that it is told. l.mu is held.
func (l *link) gap() {
	epoch := l.epoch
	l.fall(fmt.Errorf("%w: frames were lost on the way", ErrUnreachable))
	if l.epoch == epoch {
		l.begin(epoch + 1) // it was not known to be up
	}
	l.ping()
}

// meet takes note of an incarnation that was not known before.
func (l *link) meet(f *frame) {
	if l.boot == 0 {
		if f.epoch > l.epoch {
			l.fall(fmt.Errorf("%w: it had lost this node", ErrUnreachable))
			l.begin(f.epoch)
		}
		l.boot = f.boot
		return
	}
	l.fall(fmt.Errorf("%w: it has been restarted", ErrUnreachable))
	l.retired = append(l.retired, l.boot)
	if len(l.retired) > retiredBoots {
		l.retired = l.retired[1:]
	}
	l.boot = f.boot
	l.begin(f.epoch)
}

// begin starts an epoch.
func (l *link) begin(epoch uint64) {
	l.epoch = epoch
	l.seq, l.bytes, l.acked, l.ackedBack, l.wanted = 0, 0, 0, 0, false
	l.inSeq, l.came, l.cameBytes, l.done, l.doneBytes, l.toldDone = 0, 0, 0, 0, 0, 0
	l.room.Broadcast()
}

// proves tells whether an admitted frame shows that the other node hears this
// one. What was on its way when an epoch ended shows nothing. l.mu is held.
func (l *link) proves(f *frame) bool {
	return (f.verb == verbPong || f.verb == verbAck) && f.epoch == l.epoch
}

// count notes a numbered frame that goes to the kernel. A peer that sends more
// than its window allows has to wait, and with it its connection.
func (l *link) count(payload int) {
	for !l.halted && l.came > l.done &&
		(l.came-l.done >= 2*uint64(l.n.config.Window) || l.cameBytes-l.doneBytes >= 2*uint64(l.n.config.WindowBytes)) {
		l.room.Wait()
	}
	l.came++
	l.cameBytes += uint64(payload)
}

// taken notes that the kernel has taken a frame of an epoch.
func (l *link) taken(boot, epoch uint64, payload int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if boot != l.boot || epoch != l.epoch {
		return
	}
	l.done++
	l.doneBytes += uint64(payload)
	l.room.Signal()
	switch {
	case l.done-l.toldDone >= uint64(max(1, l.n.config.Window/16)):
		l.ack()
	case !l.ackArmed:
		l.ackArmed = true
		l.ackTimer.Reset(ackDelay)
	}
}

// ackNow is what the timer calls.
func (l *link) ackNow() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ackArmed = false
	if l.done > l.toldDone {
		l.ack()
	}
}

// ack tells the other node what has been taken. l.mu is held.
func (l *link) ack() {
	l.toldDone = l.done
	l.transmit(&frame{verb: verbAck, done: l.done, bytes: l.doneBytes})
}

// acknowledged takes an ack in, and tells whether those who wait for room are
// to be told. l.mu is held.
func (l *link) acknowledged(f *frame) bool {
	if f.done > l.seq || f.done < l.acked || f.bytes > l.bytes || f.bytes < l.ackedBack {
		return false
	}
	l.acked, l.ackedBack = f.done, f.bytes
	if !l.wanted || !l.roomy() {
		return false
	}
	l.wanted = false
	return true
}

// roomy tells whether half of the window is free.
func (l *link) roomy() bool {
	return l.seq-l.acked <= uint64(l.n.config.Window)/2 && l.bytes-l.ackedBack <= uint64(l.n.config.WindowBytes)/2
}

// down notes that the node cannot be reached, with what was on its way lost.
func (l *link) down(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fall(err)
}

// fall is down with l.mu held.
func (l *link) fall(err error) {
	if l.state != linkTrying && l.state != linkUp {
		return
	}
	l.enter(linkDown)
	lost := int(l.seq - l.acked)
	epoch := l.epoch
	l.begin(epoch + 1)
	l.n.tell(eventDown, &fallen{link: l, epoch: epoch, lost: lost, err: err})
}

// rise notes that the node answers. l.mu is held.
func (l *link) rise() {
	l.lastHeard = time.Now()
	if l.state == linkUp || l.state == linkRemoved {
		return
	}
	l.enter(linkUp)
	l.n.tell(eventUp, l)
}

// outstanding is how many frames have not been taken yet.
func (l *link) outstanding() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state != linkUp && l.state != linkTrying {
		return 0
	}
	return int(l.seq - l.acked)
}

// halt lets nobody wait here any more.
func (l *link) halt() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.halted = true
	l.ackTimer.Stop()
	l.room.Broadcast()
}
