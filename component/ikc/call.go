package ikc

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/gopoe/poe/kernel"
)

// callTag is the tag under which pending calls keep their session alive.
const callTag = "ikc call"

// call is a call that waits for its answer. Its event may be posted from
// outside, once, by the kernel that was asked.
type call struct {
	ch     *channel
	timer  kernel.AlarmID
	answer func(value any, err error)
}

// Call is Post for an event whose handler returns a value. The answer is posted
// to the active session as the event reply; its arguments are the value, an
// error or nil, and extra. The error is ErrTimeout after Config.CallTimeout,
// ErrGone if the connection ends, or ErrShutdown. A handler that returns
// nothing, in Perl or in Go, or one that is not published, sends no answer: the
// call ends with ErrTimeout, and only monitors learn of the refusal. With the
// kernel "*" each kernel answers. The call keeps the session alive until then.
// Besides the errors of Post, Call returns kernel.ErrInvalid if reply is empty
// and kernel.ErrNoActiveSession if no session is active. POE: call, with reply
// as its rsvp.
func (r *Responder) Call(specifier string, params any, reply string, extra ...any) (sent int, err error) {
	return r.CallWithin(r.config.CallTimeout, specifier, params, reply, extra...)
}

// CallWithin is Call with timeout instead of Config.CallTimeout. timeout must
// be positive.
func (r *Responder) CallWithin(timeout time.Duration, specifier string, params any, reply string, extra ...any) (sent int, err error) {
	return r.call(r.k.ActiveSession(), timeout, specifier, params, reply, extra)
}

func (r *Responder) call(who kernel.ID, timeout time.Duration, specifier string, params any, reply string, extra []any) (int, error) {
	to, err := target(specifier)
	switch {
	case err != nil:
	case reply == "" || timeout <= 0:
		err = kernel.ErrInvalid
	case who == r.k.ID() || !who.Alive():
		err = kernel.ErrNoActiveSession
	}
	if err != nil {
		return 0, callError("Call", specifier, err)
	}
	sent, err := r.send(&message{to: to, params: params, from: r.from(who)}, func(ch *channel, m *message) (func(), error) {
		if _, err := r.k.RefcountIncrement(who, callTag); err != nil {
			return nil, err
		}
		release := func() {
			if who.Alive() {
				// It was incremented above.
				_, _ = r.k.RefcountDecrement(who, callTag)
			}
		}
		event, err := r.expect(ch, m, timeout, func(value any, err error) {
			r.notify(who, reply, append([]any{value, err}, extra...)...)
			release()
		})
		return func() { r.forget(event); release() }, err
	})
	if err != nil {
		err = callError("Call", to, err)
	}
	return sent, err
}

// expect makes a message one that wants an answer.
func (r *Responder) expect(ch *channel, m *message, timeout time.Duration, answer func(value any, err error)) (event string, err error) {
	r.lastCall++
	event = "answer" + strconv.FormatUint(r.lastCall, 10)
	c := &call{ch: ch, answer: answer}
	r.inside(func() {
		c.timer, err = r.k.Host().DelayFunc("ikc timeout", timeout, func(kernel.Event) { r.finish(event, nil, ErrTimeout) })
	})
	r.calls[event] = c
	m.rsvp = &Specifier{Kernel: r.self, Session: Alias, State: event}
	return event, err
}

// forget takes a call off the list.
func (r *Responder) forget(event string) *call {
	c := r.calls[event]
	if c == nil {
		return nil
	}
	delete(r.calls, event)
	r.inside(func() { _, _ = r.k.AlarmRemove(c.timer) }) // it may have fired
	return c
}

// finish ends a call.
func (r *Responder) finish(event string, value any, err error) {
	if c := r.forget(event); c != nil {
		c.answer(value, err)
	}
}

func (r *Responder) failCalls(which func(*call) bool, err error) {
	for _, event := range slices.Sorted(maps.Keys(r.calls)) { // in an order that repeats
		if c := r.calls[event]; c != nil && which(c) {
			r.finish(event, nil, err)
		}
	}
}

// notify posts an event to a session of the program.
func (r *Responder) notify(who kernel.ID, event string, args ...any) {
	if !who.Alive() {
		return
	}
	post := func() {
		if err := r.k.Post(who, event, args...); err != nil {
			r.k.Host().Logger().Warn("ikc: notifying", "session", who, "error", err)
		}
	}
	if r.id.Alive() {
		r.inside(post)
		return
	}
	post()
}
