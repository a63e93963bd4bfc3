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
	linkTrying                   // used, and no answer yet
	linkUp                       // it has answered
	linkDown                     // it does not answer, or has said goodbye
	linkRemoved                  // forgotten
)

// retiredBoots is how many former incarnations of a node are remembered.
const retiredBoots = 8

// ackDelay is how long an ack may wait for others to join it.
const ackDelay = 5 * time.Millisecond

// challengeEvery bounds how often a ping that proves nothing is answered.
const challengeEvery = 10 * time.Millisecond

// link is everything about one other node but what its frames mean. The
// kernel's goroutine, the connections' and the heartbeat's use it.
//
// A frame counts only if it carries the key that this node has sent to the
// other's address. So a peer that claims a node's name has to be at that node's
// address; what else claims it is answered there, and changes nothing.
type link struct {
	n       *Node
	num     uint64 // in the order in which this node made its links, from 1
	name    string
	address string
	peer    atomic.Bool // configured: it is never forgotten
	key     uint64      // what the other node has to show

	lastBytes atomic.Int64  // when its connections last brought anything, ns since n.began
	dataBytes atomic.Uint64 // that its connections for data have brought

	mu         sync.Mutex
	data       *actor.PID // where the library sends numbered frames; nil without a connection
	control    *actor.PID // and signs of life and acks
	state      linkState
	since      time.Time // when it came into that state
	lastProof  time.Time // the last proof that it receives from this node
	lastFrame  time.Time // the last frame of this epoch
	progressed time.Time // when data was last known to get through
	theirBytes uint64    // that the other node had read by then
	used       time.Time // when it was last wanted while it was down
	challenged time.Time // when a ping that proved nothing was last answered
	theirKey   uint64    // what this node has to show there; 0 if not known yet
	memberID   string    // how its connections begin
	clocks     clocks    // how far the two nodes' clocks are apart
	pending    []*frame  // numbered frames that wait for theirKey

	// An epoch ends when either side finds the other down: what was on its way
	// is then lost in both directions, and frames of an older epoch are
	// dropped. Both sides follow the higher number.
	epoch      uint64
	generation uint64 // counts the epochs that began here, and never goes back

	// To the other node, in this epoch.
	seq, bytes       uint64
	acked, ackedBack uint64 // frames and bytes that its kernel has taken
	wanted           bool   // NotifyWritable waits for a free window

	// From the other node, in this epoch.
	boot             uint64
	retired          []uint64
	inSeq            uint64
	came             uint64 // frames handed to the kernel
	done, doneBytes  uint64 // taken by the kernel
	ackedDone        uint64 // acked so far
	ackTimer         timer  // nil if it was never needed
	ackArmed, halted bool

	// From the other node, whatever the epoch.
	waiting bool       // reserve does
	held    int        // bytes of decoded values that wait for the kernel
	freed   *sync.Cond // signals that the kernel has taken a frame
}

// newLink makes a link; n.linksMu is held.
func (n *Node) newLink(name, address string, peer bool) *link {
	n.lastNum++
	l := &link{n: n, num: n.lastNum, name: name, address: address, epoch: 1, key: n.randomKey()}
	l.peer.Store(peer)
	if f, ok := n.formers[name]; ok {
		delete(n.formers, name)
		l.boot, l.retired, l.epoch = f.boot, f.retired, f.epoch+1
	}
	l.freed = sync.NewCond(&l.mu)
	return l
}

// enter changes the state; l.mu is held.
func (l *link) enter(s linkState) { l.state, l.since = s, l.n.now() }

// sending is how a frame is treated by the window.
type sending uint8

const (
	bounded   sending = iota // refused when the window is full
	unbounded                // small, and caused by something bounded
)

// send numbers a frame and transmits it. It fails if the node is down or the
// window full, and returns the generation to which the frame belongs.
func (l *link) send(f *frame, how sending) (generation uint64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch l.state {
	case linkDown:
		l.used = l.n.now()
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
	return l.generation, nil
}

// full reports whether a frame with that payload does not fit into the window.
// One frame always does.
func (l *link) full(payload int) bool {
	frames, bytes := l.seq-l.acked, l.bytes-l.ackedBack
	return frames >= uint64(l.n.config.Window) || frames > 0 && bytes+uint64(payload) > uint64(l.n.config.WindowBytes)
}

// transmit gives a frame to the transport. Numbered frames wait until the other
// node's key is known. l.mu is held, which keeps the order.
func (l *link) transmit(f *frame) {
	f.boot, f.proof, f.epoch = l.n.boot, l.theirKey, l.epoch
	f.node, f.address = l.n.config.Name, l.n.address
	switch {
	case !f.verb.inBand():
		if f.verb == verbPing || f.verb == verbPong {
			f.id, f.text = l.key, l.n.transport.memberID()
		}
		l.n.transmit(l, true, f)
	case l.theirKey != 0:
		l.n.transmit(l, false, f)
	case f.verb.numbered():
		l.pending = append(l.pending, f)
	}
}

// ping asks for a sign of life. l.mu is held.
func (l *link) ping() { l.transmit(&frame{verb: verbPing, payload: l.n.stamp(nil)}) }

// challenge answers a ping that does not carry this link's key: the peer at
// the other node's address learns it, and can show it. l.mu is held.
func (l *link) challenge(f *frame) {
	if now := l.n.now(); now.Sub(l.challenged) >= challengeEvery {
		l.challenged = now
		known := l.theirKey
		l.theirKey = f.id
		l.ping()
		l.theirKey = known
	}
}

// learn notes what the other node has to be shown, and sends what has waited
// for that. l.mu is held.
func (l *link) learn(key uint64, memberID string) {
	l.theirKey = key
	if l.memberID != memberID {
		l.n.members.CompareAndDelete(l.memberID, l)
		l.memberID = memberID
		l.n.members.Store(memberID, l)
	}
	pending := l.pending
	l.pending = nil
	for _, f := range pending {
		l.transmit(f)
	}
}

// admit examines a frame that came in: whether it is from the node at that
// address, its present incarnation, of the present epoch, and new. If it shows
// that the other side has begun anew, this side does so as well. l.mu is held.
func (l *link) admit(f *frame) bool {
	asks := f.verb == verbPing || f.verb == verbPong
	if f.proof != l.key {
		if f.verb == verbPing {
			l.challenge(f)
		}
		return false
	}
	if l.theirKey == 0 && f.epoch > l.epoch {
		l.follow(f.epoch)
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
		if !asks { // data has overtaken the sign of life, which brings the key of a new link there
			l.theirKey = 0
		}
	}
	if asks {
		l.learn(f.id, f.text)
	}
	if f.epoch < l.epoch {
		return asks
	}
	l.lastFrame = l.n.now()
	switch {
	case f.verb == verbFence && f.done > l.inSeq:
		l.gap()
		return false
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

// follow takes over the other side's epoch before anything has been sent in this
// one: what is pending is sent in it, and nothing is lost. l.mu is held.
func (l *link) follow(epoch uint64) {
	l.epoch = epoch
	l.inSeq, l.came, l.done, l.doneBytes, l.ackedDone = 0, 0, 0, 0, 0
}

// gap deals with frames that have been lost on the way: the library below can
// lose what it was given while a connection ended, and say nothing. Both sides
// begin anew, so that it is reported. l.mu is held.
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
	l.retire()
	l.boot = f.boot
	l.begin(f.epoch)
}

// retire makes frames of the known incarnation count no more. l.mu is held.
func (l *link) retire() {
	l.retired = append(l.retired, l.boot)
	if len(l.retired) > retiredBoots {
		l.retired = l.retired[1:]
	}
	l.boot, l.theirKey = 0, 0
}

// begin starts an epoch.
func (l *link) begin(epoch uint64) {
	l.epoch, l.pending = epoch, nil
	l.generation++
	l.seq, l.bytes, l.acked, l.ackedBack, l.wanted = 0, 0, 0, 0, false
	l.inSeq, l.came, l.done, l.doneBytes, l.ackedDone = 0, 0, 0, 0, 0
	l.freed.Broadcast()
}

// proves reports whether an admitted frame shows that the other node receives from this
// one. What was on its way when an epoch ended shows nothing. l.mu is held.
func (l *link) proves(f *frame) bool {
	return (f.verb == verbPong || f.verb == verbAck) && f.epoch == l.epoch
}

// reserve accounts for a numbered frame whose values take size bytes. It waits
// while the kernel has too much of this peer's, or of all peers' together: a
// peer that sends more than its window allows, or what becomes large when it is
// decoded, waits on its connection. On the kernel's goroutine it cannot wait. l.mu
// is held.
func (l *link) reserve(size int) {
	c := &l.n.config
	for l.n.network == nil && !l.halted && l.came > l.done &&
		(l.came-l.done >= 2*uint64(c.Window) || l.held+size > 2*c.WindowBytes || l.n.held.Load() > int64(heldWindows*c.WindowBytes)) {
		l.waiting = true
		l.freed.Wait()
	}
	l.waiting = false
	l.came++
	l.held += size
	l.n.held.Add(int64(size))
}

// heldWindows is how many windows' worth of values may wait for the kernel, of
// all peers together, before each may have but one frame there.
const heldWindows = 8

// taken notes that the kernel has taken a frame.
func (l *link) taken(in *incoming) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held -= in.size
	l.n.held.Add(-int64(in.size))
	l.freed.Signal()
	if in.frame.boot != l.boot || in.frame.epoch != l.epoch {
		return
	}
	l.done++
	l.doneBytes += uint64(len(in.frame.payload))
	switch {
	case l.done-l.ackedDone >= uint64(max(1, l.n.config.Window/16)):
		l.ack()
	case !l.ackArmed:
		l.ackArmed = true
		if l.ackTimer == nil {
			l.ackTimer = l.n.newTimer(l.ackNow)
		}
		l.ackTimer.Reset(ackDelay)
	}
}

// ackNow is called by the timer.
func (l *link) ackNow() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ackArmed = false
	if l.done > l.ackedDone {
		l.ack()
	}
}

// ack acknowledges to the other node what the kernel has received. l.mu is held.
func (l *link) ack() {
	l.ackedDone = l.done
	l.transmit(&frame{verb: verbAck, done: l.done, bytes: l.doneBytes})
}

// acknowledged processes an ack, and reports whether those who wait for a free
// window are to be notified. l.mu is held.
func (l *link) acknowledged(f *frame) bool {
	if f.done > l.seq || f.done < l.acked || f.bytes > l.bytes || f.bytes < l.ackedBack {
		return false
	}
	l.acked, l.ackedBack = f.done, f.bytes
	if !l.wanted || !l.writable() {
		return false
	}
	l.wanted = false
	return true
}

// writable reports whether half of the window is free.
func (l *link) writable() bool {
	return l.seq-l.acked <= uint64(l.n.config.Window)/2 && l.bytes-l.ackedBack <= uint64(l.n.config.WindowBytes)/2
}

// wantWritable reports whether half of the window is free, and if not, has those who
// wait notified when it is.
func (l *link) wantWritable() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.writable()
	l.wanted = !now
	return now
}

// use tries to reach the node if it was never used, and returns the state before.
func (l *link) use() linkState {
	l.mu.Lock()
	defer l.mu.Unlock()
	state := l.state
	if state == linkIdle {
		l.enter(linkTrying)
		l.ping()
	}
	return state
}

// down notes that the node cannot be reached, with what was on its way lost.
func (l *link) down(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fall(err)
}

// fall is down with l.mu held.
func (l *link) fall(err error) { l.fallBy(err, false) }

// fallBy is fall, with whether this side has removed the link.
func (l *link) fallBy(err error, removed bool) {
	if l.state != linkTrying && l.state != linkUp {
		return
	}
	f := &fallen{From: l.ref(), Generation: l.generation, Lost: int(l.seq - l.acked), WasUp: l.state == linkUp, Removed: removed, Err: err}
	l.enter(linkDown)
	l.begin(l.epoch + 1)
	l.n.notify(eventDown, f)
}

// rise notes that the node answers. l.mu is held.
func (l *link) rise() {
	l.lastProof = l.n.now()
	if l.state == linkUp || l.state == linkRemoved {
		return
	}
	l.enter(linkUp)
	l.progressed = l.since
	l.n.notify(eventUp, l.ref())
}

// heardBytes notes that its connections have brought something.
func (l *link) heardBytes() { l.lastBytes.Store(int64(l.n.now().Sub(l.n.began))) }

// lastSign is when the other node last gave a sign of life. While it has not
// answered, only an answer counts; then whatever its connections bring, since
// data may keep a slow one busy for long. A node that does not hear this one
// begins a new epoch, so that it does not count as up forever. l.mu is held.
func (l *link) lastSign() time.Time {
	last := l.since
	for _, t := range []time.Time{l.lastProof, l.lastFrame, l.n.began.Add(time.Duration(l.lastBytes.Load()))} {
		if t.After(last) {
			last = t
		}
		if l.state != linkUp {
			break
		}
	}
	return last
}

// outstanding is how many frames the other kernel has not taken yet.
func (l *link) outstanding() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state != linkUp && l.state != linkTrying {
		return 0
	}
	return int(l.seq - l.acked)
}

// halt ends all waiting on this link.
func (l *link) halt() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.halted = true
	if l.ackTimer != nil {
		l.ackTimer.Stop()
	}
	l.n.members.CompareAndDelete(l.memberID, l)
	l.freed.Broadcast()
}
