package actor

import (
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/gopoe/poe/kernel"
)

// attachment attaches a kernel to an actor system. It is a kernel.Hook.
type attachment struct {
	k         *kernel.Kernel
	system    *actor.ActorSystem
	detach    func()
	owned     bool // the system was made for this kernel and ends with its run
	props     []actor.PropsOption
	mailboxes map[kernel.ID]*mailbox

	// deadLetters counts the letters to the kernel's sessions in the event
	// stream, without those that the kernel has counted itself.
	deadLetters *atomic.Int64
}

// Use makes a kernel's sessions actors of the given system in place of one of
// the kernel's own. The caller keeps the system and shuts it down. The props,
// such as middleware and context decorators, apply to the actor of every
// session. Use must be called before any other function of this package uses
// the kernel's actor system; later it returns kernel.ErrInvalid, as it does if
// system is nil.
func Use(k *kernel.Kernel, system *actor.ActorSystem, props ...actor.PropsOption) error {
	if _, attached := kernel.HookOf[*attachment](k); attached || system == nil {
		return fmt.Errorf("actor: Use: %w", kernel.ErrInvalid)
	}
	attach(k, system, props, false)
	return nil
}

// System returns the kernel's actor system: the one attached by Use, or else
// one that the first call creates, which logs through the kernel's logger and
// ends with the kernel's run.
func System(k *kernel.Kernel) *actor.ActorSystem { return attachmentOf(k).system }

func attachmentOf(k *kernel.Kernel) *attachment {
	if a, attached := kernel.HookOf[*attachment](k); attached {
		return a
	}
	logger := k.Host().Logger()
	system := actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return logger }),
		actor.WithDeadLetterRequestLogging(false))
	return attach(k, system, nil, true)
}

func attach(k *kernel.Kernel, system *actor.ActorSystem, props []actor.PropsOption, owned bool) *attachment {
	a := &attachment{
		k: k, system: system, owned: owned, props: props,
		mailboxes: map[kernel.ID]*mailbox{}, deadLetters: new(atomic.Int64),
	}
	count, prefix := a.deadLetters, a.prefix() // not a, which the system outlives
	system.EventStream.Subscribe(func(event any) {
		d, ok := event.(*actor.DeadLetterEvent)
		if !ok || d.PID == nil || !strings.HasPrefix(d.PID.Id, prefix) {
			return
		}
		if _, ok := d.Message.(actor.SystemMessage); !ok {
			count.Add(1)
		}
	})
	a.detach = k.Host().Attach(a)
	return a
}

// prefix starts the names of the kernel's sessions in the system.
func (a *attachment) prefix() string { return "poe/" + a.k.ID().String() + "/" }

// SessionStopped ends the actor of a session that has stopped.
func (a *attachment) SessionStopped(id kernel.ID) {
	if m := a.mailboxes[id]; m != nil {
		delete(a.mailboxes, id)
		m.invoker.InvokeSystemMessage(&actor.Stop{})
	}
}

// DeadLetter shows a dead letter of the kernel in the event stream.
func (a *attachment) DeadLetter(d kernel.DeadLetter) { a.system.EventStream.Publish(d) }

// DeadLetters returns the dead letters that the kernel does not count.
func (a *attachment) DeadLetters() uint64 { return uint64(a.deadLetters.Load()) }

// RunEnded shuts down an actor system that was made for the kernel.
func (a *attachment) RunEnded() {
	if a.owned {
		a.detach()
		a.system.Shutdown()
	}
}
