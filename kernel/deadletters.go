package kernel

import "fmt"

// DeadLetter is an event that reached no handler: its session had stopped, or
// had no handler for it.
type DeadLetter struct {
	To    Dest // the destination: an ID, or what another goroutine named
	From  ID
	Event string
	Args  []any
	// Unhandled is true if the session got the event but had no handler for it,
	// nor for _default.
	Unhandled bool
	// Err is the error with which the handler refused the event, an
	// *[ArgError], see [Untrusted]. Otherwise it is nil.
	Err error
}

func (k *Kernel) deadLetter(d DeadLetter) {
	k.stats.DeadLetters++
	if k.dead != nil {
		k.dead(d)
	}
	for _, h := range k.hooks {
		h.DeadLetter(d)
	}
}

// undeliverable is what becomes of an event that was taken back with its
// session.
func (k *Kernel) undeliverable(it *item) {
	if it.kind == kindGC || it.kind == kindSignal || it.kind == kindDie {
		return
	}
	if it.kind == kindLetter {
		it.extra.letter.Return()
		return
	}
	if it.kind == kindRemote {
		k.lostRemote(DeadLetter{To: ID{it.dest}, From: ID{it.extra.from}, Event: it.name, Args: it.args})
		return
	}
	k.deadLetter(DeadLetter{To: ID{it.dest}, From: ID{it.from}, Event: it.name, Args: it.args})
}

// unhandled is what becomes of an event that no handler took. What the kernel
// sends to every session is not missed by those without a handler.
func (k *Kernel) unhandled(f *frame, event string, args []any) {
	switch f.kind {
	case kindNotice, kindStop, kindStart:
		return
	}
	to := ID{f.dest}
	k.deadLetter(DeadLetter{To: to, From: ID{f.from}, Event: event, Args: args, Unhandled: true})
	if k.debug == nil || k.debug.assert&assertStates == 0 {
		return
	}
	text := fmt.Sprintf("kernel: no handler %s in session %v", event, to)
	if near := nearest(event, f.dest.ses.Handlers()); near != "" {
		text += fmt.Sprintf(": did you mean %s?", near)
	}
	panic(&unhandledError{Event: event, Session: to, text: text})
}

// unhandledError is thrown, in strict mode and under Assert.States, by an event
// that no handler takes.
type unhandledError struct {
	Event   string
	Session ID
	text    string
}

// Error names the event, the session, and the nearest name that exists.
func (e *unhandledError) Error() string { return e.text }
