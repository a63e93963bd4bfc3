package recordfile

import (
	"fmt"
	"unsafe"
)

// Mark is what identifies an event: its name and, but for handles that are
// ready, the session.
type Mark struct {
	Name    string
	Session uint64
	Ready   bool // by a handle; then Session is 0
}

// String describes the event.
func (m Mark) String() string {
	if m.Ready {
		return fmt.Sprintf("%q for a ready handle", m.Name)
	}
	return fmt.Sprintf("%q in session %d", m.Name, m.Session)
}

// Key is what a record has of an event besides its name: [ReadyKey], or that of a
// session.
type Key uint64

// ReadyKey is the key of handles that are ready.
const ReadyKey Key = 0

// SessionKey is the key of the events of a session.
func SessionKey(session uint64) Key { return Key(session + 1) }

// Mark returns what identifies an event.
func (k Key) Mark(name string) Mark {
	if k == ReadyKey {
		return Mark{Name: name, Ready: true}
	}
	return Mark{Name: name, Session: uint64(k) - 1}
}

// Surprise is an event that has a record because it was not predicted. The place of
// its name is where writer and reader find what they know of it.
type Surprise struct {
	Name   string
	Key    Key
	number uint64 // of the name in the frame
	frame  uint64
}

// Mark returns what identifies the event.
func (s Surprise) Mark() Mark { return s.Key.Mark(s.Name) }

// Surprise writes what identifies an event.
func (w *Writer) Surprise(name string, key Key) Surprise {
	n := w.Name(name)
	w.Uint(uint64(key))
	return Surprise{name, key, n, w.frames}
}

// Surprise reads what Writer.Surprise has written.
func (r *Reader) Surprise() Surprise {
	name, n := r.name()
	return Surprise{name, Key(r.Uint()), n, r.frames - 1}
}

// Predictor predicts which event is dispatched next. Whoever writes a recording and
// whoever reads it have the same one, so that an event which was predicted needs no
// record: the next event that was not says how many there were. The prediction is the
// event that has followed the last one before; of an event that has come only once, the
// same again. The first surprise of each frame makes the predictor forget what it has
// learnt, so that frames can be read without those before them.
type Predictor struct {
	slots   [predictions]prediction
	last    uint8 // the slot of the last event
	next    uint8 // of the predicted one
	started bool
	frame   uint64
}

// prediction is an event, and the slot of the one that is expected to follow.
type prediction struct {
	name    string
	key     Key
	next    uint8
	learnt  bool // next has been seen to follow
	doubted bool // something else has followed since
	used    bool
}

// predictions is a power of two.
const predictions = 64

// Hit reports whether an event of a session is the predicted one, and then makes it the
// last one. It may miss one whose name is the same text in another place. It is on the
// way of each event: a slot that is not used has the key of handles that are ready, so
// that it need not be asked for.
func (p *Predictor) Hit(name string, key Key) bool {
	s := &p.slots[p.next%predictions]
	if s.key != key || len(s.name) != len(name) || unsafe.StringData(s.name) != unsafe.StringData(name) {
		return false
	}
	p.last, p.next = p.next, s.next
	return true
}

// HitText is Hit for any place of the name.
func (p *Predictor) HitText(name string, key Key) bool {
	s := &p.slots[p.next%predictions]
	if !s.used || s.key != key || s.name != name {
		return false
	}
	s.name = name // so that the next time Hit sees it
	p.last, p.next = p.next, s.next
	return true
}

// Next returns the predicted event; ok is false if there is none.
func (p *Predictor) Next() (m Mark, ok bool) {
	s := &p.slots[p.next%predictions]
	return s.key.Mark(s.name), s.used
}

// Follow makes the predicted event the last one.
func (p *Predictor) Follow() { p.last, p.next = p.next, p.slots[p.next%predictions].next }

// FollowAll is Follow n times. What follows one another without a surprise is a cycle
// after as many events as there are slots at most.
func (p *Predictor) FollowAll(n uint64) {
	for ; n > 0 && n%predictions != 0; n-- {
		p.Follow()
	}
	if n == 0 {
		return
	}
	for range predictions {
		p.Follow()
	}
	n -= predictions
	length, began := uint64(1), p.next
	for at := p.slots[began%predictions].next; at != began; at = p.slots[at%predictions].next {
		length++
	}
	for range n % length {
		p.Follow()
	}
}

// Periods is after how many equal events without a surprise two recordings are equal
// until the next surprise in one of them.
const Periods = predictions * (predictions + 1)

// Learn makes an event the last one that was not predicted; since is how many events
// its record says that there were before.
func (p *Predictor) Learn(s Surprise, since uint64) {
	if !p.started || s.frame != p.frame {
		*p = Predictor{frame: s.frame}
	}
	at := uint8((s.number*5 + uint64(s.Key)) % predictions)
	if before := &p.slots[p.last%predictions]; p.started {
		switch {
		case before.next == p.last && since > 1: // it did come again
		case !before.learnt || before.doubted:
			before.next, before.learnt, before.doubted = at, true, false
		default:
			before.doubted = true
		}
	}
	slot := &p.slots[at]
	if !slot.used || slot.key != s.Key || slot.name != s.Name {
		*slot = prediction{name: s.Name, key: s.Key, next: at, used: true}
	}
	p.last, p.next, p.started = at, slot.next, true
}
