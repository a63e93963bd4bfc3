package kernel

import "slices"

// Hook is a subsystem that is attached to a kernel with [Host.Attach], such as
// package actor. Its methods are called on the kernel's goroutine, except
// DeadLetters, and must not block.
type Hook interface {
	// SessionStopped is called after a session has stopped and everything that
	// it owned was released.
	SessionStopped(id ID)
	// DeadLetter is called with every dead letter of the kernel, after
	// Options.DeadLetter.
	DeadLetter(d DeadLetter)
	// DeadLetters returns how many messages to the kernel's sessions the hook
	// itself has found to be undeliverable; Stats adds them to the kernel's
	// count. It may be called on any goroutine.
	DeadLetters() uint64
	// RunEnded is called when a run has ended.
	RunEnded()
}

// Attach attaches a hook to the kernel until detach is called, which belongs to the
// kernel's goroutine and may be called twice. The dead letters that the hook has
// counted stay in Stats.
func (v Host) Attach(hook Hook) (detach func()) {
	k, attached := v.k, true
	k.hooks = append(k.hooks, hook)
	return func() {
		if !attached {
			return
		}
		attached = false
		i := slices.Index(k.hooks, hook)
		k.hooks = slices.Delete(slices.Clone(k.hooks), i, i+1) // it may be called while the hooks are
		k.stats.DeadLetters += hook.DeadLetters()
	}
}

// HookOf returns the first hook of type T that is attached to the kernel, and
// reports whether there is one.
func HookOf[T Hook](k *Kernel) (hook T, ok bool) {
	for _, h := range k.hooks {
		if hook, ok = h.(T); ok {
			return hook, true
		}
	}
	return hook, false
}

// Letter is a message that another messaging system delivers to a session. It
// waits in the kernel's queue like an event; see [Outside.PostLetter]. Its
// methods are called on the kernel's goroutine.
type Letter interface {
	// Deliver is called when the letter is dispatched. It runs the handler with
	// [Host.DispatchLetter]. A panic in it becomes the signal DIE of the
	// session.
	Deliver()
	// Return is called instead if the session has stopped. The kernel then does
	// not count a dead letter, which is left to the other system.
	Return()
}

// PostLetter queues a letter for a session from any goroutine, in one order
// with the events that Post queues; event is the name in traces and lists until
// it is delivered.
func (o Outside) PostLetter(to ID, event string, l Letter) {
	o.k.inbox.put(message{to: to, event: event, more: &more{extra: extra{letter: l}}})
}

// receiveLetter puts a letter into the kernel's queue.
func (k *Kernel) receiveLetter(m *message) {
	e, err := k.resolve(m.to)
	if err != nil {
		m.more.extra.letter.Return()
		return
	}
	k.enqueue(e, k.root, m.event, nil, kindLetter).setExtra(&m.more.extra)
}

// deliverLetter lets a letter deliver itself.
func (k *Kernel) deliverLetter(it *item) {
	defer func() {
		if value := recover(); value != nil { // not in the handler: dispatch has recovered from that
			k.recovered(it.dest, it.from, it.name, it.caller, kindLetter, false, value)
		}
	}()
	it.extra.letter.Deliver()
}

// DispatchLetter runs a session's handler for a letter's event at once; the kernel is
// the event's sender. It returns the value that the handler gave to
// [Event.Return], whether it called Return, and whether there was a handler.
// l, which may be nil, is what [Host.LetterOf] returns in the handler. The event is
// treated as one for an [Untrusted] destination.
func (v Host) DispatchLetter(to ID, event string, args []any, l Letter) (value any, answered, found bool) {
	e, err := v.k.resolve(to)
	if err != nil {
		return nil, false, false
	}
	f := v.k.dispatch(e, v.k.root, event, args, "", kindCall, &extra{letter: l, untrusted: true})
	return f.value, f.answered, f.found
}

// LetterOf returns the letter whose event e is, while its handler runs; nil for
// other events.
func (v Host) LetterOf(e Event) Letter {
	f := e.running()
	if f == nil || f.extra == nil {
		return nil
	}
	return f.extra.letter
}
