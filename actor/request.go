package actor

import (
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/gopoe/poe/kernel"
)

// Request sends a request to an actor. The active session gets the answer as an
// event, whose arguments are the answer, an error or nil, and then args. The
// error is actor.ErrTimeout if no answer has arrived within timeout, or
// actor.ErrDeadLetter if the actor does not exist. The request keeps the
// session alive until then; if the session stops first, the answer is ignored.
//
// Request returns kernel.ErrInvalid if the PID is nil or the event is empty,
// and kernel.ErrNoActiveSession outside of any session.
func Request(k *kernel.Kernel, to *actor.PID, message any, timeout time.Duration, event string, args ...any) error {
	self := k.ActiveSession()
	switch {
	case to == nil || event == "":
		return fmt.Errorf("actor: Request(%s): %w", event, kernel.ErrInvalid)
	case self == k.ID() || !self.Alive():
		return fmt.Errorf("actor: Request(%s): %w", event, kernel.ErrNoActiveSession)
	}
	root := System(k).Root
	r := &request{root: root, session: self, event: event, args: args}
	future := root.RequestFuture(to, message, timeout)
	r.future = future.PID()
	owned, err := k.Host().Own(r, "request "+event)
	if err != nil {
		return err
	}
	r.owned = owned
	if _, err := k.RefcountIncrement(self, requestTag); err != nil {
		return err
	}
	go func() {
		answer, err := future.Result()
		k.Outside().DoAsync(func(k *kernel.Kernel) { r.complete(k, answer, err) })
	}()
	return nil
}

// requestTag is the reference count of sessions that wait for answers.
const requestTag = "request"

// request waits for an answer.
type request struct {
	root    *actor.RootContext
	future  *actor.PID
	session kernel.ID
	owned   kernel.Owned
	event   string
	args    []any
}

// Close answers the request itself when its session has stopped, so that no
// goroutine waits for it.
func (r *request) Close() error {
	r.root.Send(r.future, &actor.DeadLetterResponse{})
	return nil
}

// complete posts the answer.
func (r *request) complete(k *kernel.Kernel, answer any, err error) {
	if !r.session.Alive() {
		return
	}
	r.owned.Release()
	if postErr := k.Post(r.session, r.event, append([]any{answer, err}, r.args...)...); postErr != nil {
		k.Host().Logger().Warn("cannot post the answer to a request", "event", r.event, "error", postErr)
	}
	_, _ = k.RefcountDecrement(r.session, requestTag) // it has one, for the session has been alive since
}
