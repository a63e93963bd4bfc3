package actor

import (
	"fmt"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/gopoe/poe/kernel"
)

// Send sends a message to an actor without waiting. The sender is the active
// session's PID; outside of any session there is none. If the PID is nil, the
// error is kernel.ErrInvalid. Send does not check whether the actor exists: a
// message to one that does not is a dead letter.
func Send(k *kernel.Kernel, to *actor.PID, message any) error {
	if to == nil {
		return fmt.Errorf("actor: Send: the PID is nil: %w", kernel.ErrInvalid)
	}
	self, err := active(k)
	switch {
	case err != nil:
		return err
	case self == nil:
		System(k).Root.Send(to, message)
	default:
		System(k).Root.RequestWithCustomSender(to, message, self.pid)
	}
	return nil
}

// ToActor returns a destination for an actor. What a session posts to it is
// sent as a [*Message], with the session's PID as its sender. Only
// [kernel.Kernel.Post] accepts it; to get an answer use [Request].
func ToActor(pid *actor.PID) kernel.Dest { return kernel.Via(remote{pid}) }

// remote is an actor as a kernel.Remote.
type remote struct{ pid *actor.PID }

// Post sends an event of the active session.
func (r remote) Post(from kernel.ID, event string, args []any) error {
	return Send(from.Kernel(), r.pid, &Message{Event: event, Args: args})
}
