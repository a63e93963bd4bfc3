package actor_test

import (
	"testing"

	proto "github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/actor"
	"github.com/gopoe/poe/internal/kerneltest"
	"github.com/gopoe/poe/kernel"
)

// What is sent to a session that has stopped, or for which it has no handler
// and somebody asks, is a dead letter for the actor system and for the kernel.
func TestActorDeadLetters(t *testing.T) {
	k := kerneltest.New()
	root := actor.System(k).Root
	shown := make(chan *proto.DeadLetterEvent, 100)
	actor.System(k).EventStream.Subscribe(func(event any) {
		if d, ok := event.(*proto.DeadLetterEvent); ok {
			shown <- d
		}
	})
	_, wait := actorKernel(t, k, kerneltest.States{})
	var first kernel.ID
	require.NoError(t, k.Outside().Do(t.Context(), func(*kernel.Kernel) {
		first = kerneltest.Start(t, k, kerneltest.States{"_start": func(kernel.Event) { _ = k.AliasSet("first") }})
	}))
	pid := lookup(t, k, first)
	_, err := root.RequestFuture(pid, &actor.Message{Event: "no handler"}, soon).Result()
	require.ErrorIs(t, err, proto.ErrDeadLetter)
	require.Equal(t, pid.Id, (<-shown).PID.Id)
	require.NoError(t, root.StopFuture(pid).Wait())
	for range 3 {
		root.Send(pid, &actor.Message{Event: "late"})
		require.Equal(t, "late", (<-shown).Message.(*actor.Message).Event)
	}
	k.Outside().Post(kernel.Alias("held"), "quit")
	require.NoError(t, wait())
	assert.Equal(t, uint64(4), k.Stats().DeadLetters)
}

// Middleware sees what comes through the actor system, and what is in a
// message's header is there for the handler.
func TestActorMiddlewareAndHeaders(t *testing.T) {
	k, seen := kerneltest.New(), []string{}
	system := quietSystem()
	defer system.Shutdown()
	require.NoError(t, actor.Use(k, system, proto.WithReceiverMiddleware(func(next proto.ReceiverFunc) proto.ReceiverFunc {
		return func(c proto.ReceiverContext, e *proto.MessageEnvelope) {
			if m, ok := e.Message.(*actor.Message); ok {
				seen = append(seen, m.Event+" "+e.GetHeader("trace"))
			}
			next(c, e)
		}
	})))
	var trace string
	pid, wait := actorKernel(t, k, kerneltest.States{
		"note": func(e kernel.Event) {
			trace = actor.Context(e).MessageHeader().Get("trace")
			k.Yield("quit")
		},
	})
	envelope := proto.WrapEnvelope(&actor.Message{Event: "note"})
	envelope.SetHeader("trace", "a7")
	system.Root.Send(pid, envelope)
	require.NoError(t, wait())
	assert.Equal(t, "a7", trace)
	assert.Equal(t, []string{"note a7"}, seen)
}
