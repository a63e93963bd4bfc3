package actor

import (
	"fmt"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/gopoe/poe/kernel"
)

// Watch makes the active session get the event "_terminated" when the actor
// ends, or at once if there is no such actor. The event's arguments are the PID
// and the reason, an actor.TerminatedReason. The watch keeps the session alive
// until then. Watching an actor again has no effect.
//
// Watch returns kernel.ErrInvalid if the PID is nil, and
// kernel.ErrNoActiveSession outside of any session.
func Watch(k *kernel.Kernel, pid *actor.PID) error {
	self, err := watching(k, "Watch", pid)
	if err != nil || self.watched[pid.String()] != nil {
		return err
	}
	if self.watched == nil {
		self.watched = map[string]*actor.PID{}
	}
	if _, err := k.RefcountIncrement(self.session, watchTag); err != nil {
		return err
	}
	self.watched[pid.String()] = pid
	self.context.Watch(pid)
	return nil
}

// Unwatch undoes [Watch]. It does nothing if the actor is not watched. The
// errors are those of Watch.
func Unwatch(k *kernel.Kernel, pid *actor.PID) error {
	self, err := watching(k, "Unwatch", pid)
	if err != nil {
		return err
	}
	if self.unwatched(pid) {
		self.context.Unwatch(pid)
	}
	return nil
}

// watchTag is the reference count of sessions that watch actors.
const watchTag = "watch"

func watching(k *kernel.Kernel, call string, pid *actor.PID) (*mailbox, error) {
	if pid == nil {
		return nil, fmt.Errorf("actor: %s: the PID is nil: %w", call, kernel.ErrInvalid)
	}
	self, err := active(k)
	if err == nil && self == nil {
		err = fmt.Errorf("actor: %s: %w", call, kernel.ErrNoActiveSession)
	}
	return self, err
}

// unwatched forgets an actor that was watched, and reports whether it was.
func (m *mailbox) unwatched(pid *actor.PID) bool {
	if m.watched[pid.String()] == nil {
		return false
	}
	delete(m.watched, pid.String())
	_, _ = m.a.k.RefcountDecrement(m.session, watchTag) // it has one as long as the session lives
	return true
}
