package ikc

import (
	"errors"
	"fmt"

	"github.com/gopoe/poe/kernel"
)

// Post sends an event to a session of another kernel, or with "*" of all that
// are connected, with params as its only argument. It returns the number of
// kernels to which it was sent, and the errors that are known immediately:
// ErrSpecifier, ErrNoKernel, ErrBusy, ErrShutdown, a *LimitError, or that of
// the freezer for params. A refusal by the other kernel is reported to the
// monitors later. POE: post.
func (r *Responder) Post(specifier string, params any) (sent int, err error) {
	return r.post(r.k.ActiveSession(), specifier, params)
}

func (r *Responder) post(who kernel.ID, specifier string, params any) (int, error) {
	to, err := target(specifier)
	if err != nil {
		return 0, callError("Post", specifier, err)
	}
	sent, err := r.send(&message{to: to, params: params, from: r.from(who)}, nil)
	if err != nil {
		err = callError("Post", to, err)
	}
	return sent, err
}

// target is a specifier that names a session and an event.
func target(specifier string) (Specifier, error) {
	to, err := ParseSpecifier(specifier)
	if err == nil && (to.Session == "" || to.State == "") {
		err = fmt.Errorf("%w: it needs a session and an event", ErrSpecifier)
	}
	return to, err
}

// send sends a message to all the kernels that it is for. With each, prepare
// may change it; what it returns takes that back if the message cannot be sent.
func (r *Responder) send(m *message, prepare func(*channel, *message) (undo func(), err error)) (sent int, err error) {
	to, local, err := r.route(m.to.Kernel)
	if err != nil {
		return 0, err
	}
	if local {
		to = []*channel{nil}
	}
	var failed error
	for _, ch := range to {
		if err := r.sendOne(ch, *m, prepare); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		sent++
	}
	return sent, failed
}

func (r *Responder) sendOne(ch *channel, m message, prepare func(*channel, *message) (func(), error)) error {
	undo := func() {}
	if prepare != nil {
		var err error
		if undo, err = prepare(ch, &m); err != nil {
			return err
		}
	}
	err := r.transmit(ch, &m)
	if err != nil {
		undo()
	}
	return err
}

// transmit puts a message on its way; without a channel it is for this kernel
// and takes its turn in the queue.
func (r *Responder) transmit(ch *channel, m *message) (err error) {
	if ch != nil {
		return ch.put(m)
	}
	r.inside(func() {
		err = r.k.Host().YieldFunc("ikc local", func(kernel.Event) { r.deliver(nil, m) })
	})
	return err
}

// URL returns a destination for Kernel.Post which is a session on another
// kernel: "poe://kernel/session". All arguments of the event arrive. If the
// specifier names an event, "poe://kernel/session/event", that event arrives,
// whatever name was posted. URL may be called anywhere and its result reused;
// the kernel that posts must have a Responder, and the other one need not be
// connected yet. The errors of posting are those of [Responder.Post], and
// ErrNotStarted.
func URL(specifier string) kernel.Dest { return kernel.Via(url(specifier)) }

// url is the kernel's side of a specifier.
type url string

// Post is called by the kernel.
func (u url) Post(from kernel.ID, event string, args []any) error {
	err := u.post(from, event, args)
	if err != nil {
		return callError("Post", string(u), err)
	}
	return nil
}

func (u url) post(from kernel.ID, event string, args []any) error {
	r, err := of(from.Kernel())
	if err != nil {
		return err
	}
	to, err := ParseSpecifier(string(u))
	if err != nil {
		return err
	}
	if to.State == "" {
		to.State = event
	}
	if to.Session == "" || to.State == "" {
		return fmt.Errorf("%w: it needs a session and an event", ErrSpecifier)
	}
	_, err = r.send(withArgs(to, args, r.from(from)), nil)
	return err
}

// withArgs makes a message of an event with any number of arguments.
func withArgs(to Specifier, args []any, from *Specifier) *message {
	if len(args) == 1 {
		return &message{to: to, params: args[0], from: from}
	}
	if args == nil {
		args = []any{}
	}
	event := to.State
	to.State = proxyState
	return &message{to: to, params: []any{event, args}, from: from}
}
