package actor

import (
	"fmt"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/gopoe/poe/kernel"
)

// Send sends any value to an actor, with the active session's PID as sender;
// outside of any session there is none. It does not wait. A nil PID is
// kernel.ErrInvalid; whether the actor exists turns out later.
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

// ToActor makes a destination of an actor's PID: what a session posts there is
// sent as a [*Message], with the session's PID as its sender. Only
// [kernel.Kernel.Post] takes it; Call cannot wait for an actor, see [Request].
func ToActor(pid *actor.PID) kernel.Dest { return kernel.Via(remote{pid}) }

// remote is an actor as a kernel.Remote.
type remote struct{ pid *actor.PID }

// Post sends an event of the active session.
func (r remote) Post(from kernel.ID, event string, args []any) error {
	return Send(from.Kernel(), r.pid, &Message{Event: event, Args: args})
}
