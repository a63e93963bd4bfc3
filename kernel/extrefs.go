package kernel

import (
	"runtime"
	"sync/atomic"

	"github.com/gopoe/poe/internal/recordfile"
	"github.com/gopoe/poe/kernel/observe"
)

// extref is a tagged reference count.
type extref struct {
	count int
	site  *site
}

// RefcountIncrement increments a session's reference count with that tag, which
// keeps the session alive until the count is 0 again, and returns the new
// count. The error is [ErrNoSession].
func (k *Kernel) RefcountIncrement(id ID, tag string) (int, error) {
	k.checkGoroutine("RefcountIncrement")
	e, err := k.resolve(id)
	if err != nil {
		return 0, k.fail("RefcountIncrement", id, err)
	}
	return k.addExtref(e, tag), nil
}

func (k *Kernel) addExtref(e *entry, tag string) int {
	r := e.ensureCold()
	if r.extrefs == nil {
		r.extrefs = map[string]extref{}
	}
	x := r.extrefs[tag]
	if x.count == 0 {
		x.site = k.site()
		k.incRef(e)
		k.extrefs++
	}
	x.count++
	r.extrefs[tag] = x
	return x.count
}

// RefcountDecrement decrements a session's reference count with that tag and
// returns the new count. The error is [ErrNoSession], or [ErrInvalid] if the
// count is 0.
func (k *Kernel) RefcountDecrement(id ID, tag string) (int, error) {
	k.checkGoroutine("RefcountDecrement")
	e, err := k.resolve(id)
	if err != nil {
		return 0, k.fail("RefcountDecrement", id, err)
	}
	if e.cold == nil || e.cold.extrefs[tag].count == 0 {
		return 0, k.fail("RefcountDecrement", tag, ErrInvalid)
	}
	return k.subExtref(e, tag), nil
}

func (k *Kernel) subExtref(e *entry, tag string) int {
	x := e.cold.extrefs[tag]
	if x.count--; x.count > 0 {
		e.cold.extrefs[tag] = x
		return x.count
	}
	delete(e.cold.extrefs, tag)
	k.extrefs--
	k.decRef(e)
	return 0
}

func (k *Kernel) clearExtrefs(e *entry) {
	if e.cold == nil {
		return
	}
	for tag := range e.cold.extrefs {
		delete(e.cold.extrefs, tag)
		k.extrefs--
		k.decRef(e)
	}
}

// postbackTag is the tag under which postbacks and callbacks are counted.
const postbackTag = "postback"

// Postback posts an event to the session that made it, each time it is used. It
// keeps that session alive until it is released. The event's first argument is
// the list of the arguments with which the postback was made, the second that
// of the arguments with which it was used; both are of type []any and new for
// each event.
//
// Perl releases a postback with its last reference; in Go the program must call
// Release. If a postback that was not released is garbage collected, it is
// released then and counted in Stats.LostPostbacks.
type Postback struct {
	postback
}

type postback struct {
	*binding
	boundArgs []any // not in the binding, for it may refer to the postback
}

// binding is what a postback has of its session. It is all that must outlive the
// postback, to notice that it was lost.
type binding struct {
	k     *Kernel
	id    ID
	event string
	num   uint64       // in a recording
	cause observe.Mark // the event in which it was made
	freed atomic.Bool
}

// Postback makes a postback for an event of this session. If the session has
// stopped, the postback does nothing. It must be called on the kernel's
// goroutine. POE: $session->postback.
func (id ID) Postback(event string, args ...any) *Postback {
	p := &Postback{newPostback(id, event, args, false)}
	runtime.AddCleanup(p, (*binding).leaked, p.binding)
	return p
}

// newPostback makes a postback, which keeps its session alive unless it is weak.
func newPostback(id ID, event string, args []any, weak bool) postback {
	t := &binding{id: id, event: event}
	exists := id.Alive() && id.s != id.s.k.root
	if exists {
		t.k = id.s.k
		t.cause = t.k.cause()
	}
	if exists && !weak {
		t.k.addExtref(id.s, postbackTag)
		if t.k.tape != nil {
			t.k.tape.numberBinding(t)
		}
	} else {
		t.freed.Store(true) // nothing to release
	}
	return postback{t, args}
}

// Post queues the event; the active session is its sender. It must be called on
// the kernel's goroutine. If the session has stopped, it does nothing.
func (p *postback) Post(args ...any) {
	if p.k != nil && p.id.Alive() {
		p.k.enqueue(p.id.s, p.k.frame.session, p.event, p.arguments(args), kindPost)
	}
}

// Send queues the event; the kernel is its sender. It is safe on any goroutine.
func (p *postback) Send(args ...any) {
	if p.k != nil {
		m := message{to: p.id, event: p.event, args: p.arguments(args)}
		if p.cause != (observe.Mark{}) {
			m.more = &more{cause: p.cause}
		}
		p.k.inbox.put(m)
	}
}

func (p *postback) arguments(used []any) []any {
	return []any{append([]any{}, p.boundArgs...), append([]any{}, used...)}
}

// Release ends the reference which keeps the session alive. It may be called on
// any goroutine, and more than once.
func (t *binding) Release() {
	if t.freed.Load() || t.k.replaying() && !t.k.onOwnGoroutine() || !t.freed.CompareAndSwap(false, true) {
		return // in a replay the recording has when others have released it
	}
	if t.k.onOwnGoroutine() {
		t.wasReleased()
		return
	}
	t.k.inbox.put(message{more: &more{kind: recordfile.ArrivalRelease, num: t.num, cause: t.cause, run: t.wasReleased}})
}

// wasReleased and wasLost run on the kernel's goroutine.
func (t *binding) wasReleased() { t.k.releasePostback(t.id.s) }

func (t *binding) wasLost() {
	t.k.stats.LostPostbacks++
	t.k.warn("a postback was lost without Release", "session", t.id, "event", t.event)
	t.k.releasePostback(t.id.s)
}

// leaked is called when nothing refers to a postback any more.
func (t *binding) leaked() {
	if !t.freed.Load() && !t.k.replaying() && t.freed.CompareAndSwap(false, true) {
		t.k.inbox.put(message{more: &more{kind: recordfile.ArrivalLost, num: t.num, run: t.wasLost}})
	}
}

func (k *Kernel) releasePostback(e *entry) {
	if e.alive() && e.cold != nil && e.cold.extrefs[postbackTag].count > 0 {
		k.subExtref(e, postbackTag)
	}
}

// weakCallbacks is implemented by a type of session whose callbacks do not keep
// it alive, as POE::NFA's do not. Postbacks always do.
type weakCallbacks interface{ WeakCallbacks() }

// Callback calls a handler of the session that made it, each time it is used.
// It keeps that session alive until it is released, unless the session's type
// has a method WeakCallbacks(), as that of package nfa. The arguments of the
// event are those of a [Postback]. A Callback belongs to the kernel's
// goroutine, except for Release and Send. POE: $session->callback.
type Callback struct {
	postback
}

// Callback makes a callback for an event of this session. It must be called on
// the kernel's goroutine. POE: $session->callback.
func (id ID) Callback(event string, args ...any) *Callback {
	_, weak := id.Session().(weakCallbacks)
	c := &Callback{newPostback(id, event, args, weak)}
	runtime.AddCleanup(c, (*binding).leaked, c.binding)
	return c
}

// Call runs the handler at once and returns the last of the values that it
// returned; nil if it returned none or the session has stopped.
func (c *Callback) Call(args ...any) any {
	if c.k == nil {
		return nil
	}
	v, err := c.k.Call(c.id, c.event, c.arguments(args)...)
	if err != nil {
		return nil
	}
	return v
}

// CallList is Call, but returns all values that the handler returned, as
// [Kernel.CallList] does; nil if the session has stopped. POE: a callback in
// list context.
func (c *Callback) CallList(args ...any) []any {
	if c.k == nil {
		return nil
	}
	values, err := c.k.CallList(c.id, c.event, c.arguments(args)...)
	if err != nil {
		return nil
	}
	return values
}

// Hold keeps sessions alive that only have an alias, because events will come
// from outside, of which the kernel does not know. Without a hold these
// sessions are stopped as soon as nothing else is left to do, as in POE. A
// kernel without sessions ends in spite of a hold.
type Hold struct {
	k     *Kernel
	why   string
	site  *site
	num   uint64 // in a recording
	freed atomic.Bool
}

// Hold keeps sessions alive that only have an alias, until it is released, see
// the type [Hold]; DumpAlive shows why. It does not stop a virtual clock,
// unlike [Kernel.Offload]. It must be called on the kernel's goroutine.
func (k *Kernel) Hold(why string) *Hold {
	k.checkGoroutine("Hold")
	h := &Hold{k: k, why: why, site: k.site()}
	k.holds[h] = struct{}{}
	if k.tape != nil {
		k.tape.numberHold(h)
	}
	return h
}

// Release ends the hold. It may be called on any goroutine, and more than once.
func (h *Hold) Release() {
	if !h.k.replaying() && h.freed.CompareAndSwap(false, true) {
		h.k.inbox.put(message{more: &more{kind: recordfile.ArrivalHold, num: h.num, run: h.wasReleased}})
	}
}

func (h *Hold) wasReleased() { delete(h.k.holds, h) }
