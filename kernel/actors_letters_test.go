package kernel_test

import (
	"testing"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
)

// What is sent to a session that has stopped, or for which it has no handler
// and somebody asks, is a dead letter for the actor system and for the kernel.
func TestActorDeadLetters(t *testing.T) {
	k := newKernel()
	root := k.ActorSystem().Root
	shown := make(chan *actor.DeadLetterEvent, 100)
	k.ActorSystem().EventStream.Subscribe(func(event any) {
		if d, ok := event.(*actor.DeadLetterEvent); ok {
			shown <- d
		}
	})
	_, wait := actorKernel(t, k, states{})
	var first kernel.ID
	require.NoError(t, k.Outside().Do(t.Context(), func(*kernel.Kernel) {
		first = start(t, k, states{"_start": func(kernel.Event) { _ = k.AliasSet("first") }})
	}))
	pid := k.Outside().PID(first)
	_, err := root.RequestFuture(pid, &kernel.Message{Event: "no handler"}, soon).Result()
	require.ErrorIs(t, err, actor.ErrDeadLetter)
	require.Equal(t, pid.Id, (<-shown).PID.Id)
	require.NoError(t, root.StopFuture(pid).Wait())
	for range 3 {
		root.Send(pid, &kernel.Message{Event: "late"})
		require.Equal(t, "late", (<-shown).Message.(*kernel.Message).Event)
	}
	k.Outside().Post(kernel.Alias("held"), "quit")
	require.NoError(t, wait())
	assert.Equal(t, uint64(4), k.Stats().DeadLetters)
}

// Middleware sees what comes through the actor system, and what is in a
// message's header is there for the handler.
func TestActorMiddlewareAndHeaders(t *testing.T) {
	k, seen := newKernel(), []string{}
	system := quietSystem()
	defer system.Shutdown()
	require.NoError(t, k.UseActorSystem(system, actor.WithReceiverMiddleware(func(next actor.ReceiverFunc) actor.ReceiverFunc {
		return func(c actor.ReceiverContext, e *actor.MessageEnvelope) {
			if m, ok := e.Message.(*kernel.Message); ok {
				seen = append(seen, m.Event+" "+e.GetHeader("trace"))
			}
			next(c, e)
		}
	})))
	var trace string
	pid, wait := actorKernel(t, k, states{
		"note": func(e kernel.Event) {
			trace = kernel.ActorContext(e).MessageHeader().Get("trace")
			k.Yield("quit")
		},
	})
	envelope := actor.WrapEnvelope(&kernel.Message{Event: "note"})
	envelope.SetHeader("trace", "a7")
	system.Root.Send(pid, envelope)
	require.NoError(t, wait())
	assert.Equal(t, "a7", trace)
	assert.Equal(t, []string{"note a7"}, seen)
}
