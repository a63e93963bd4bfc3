package actor_test

import (
	"log/slog"
	"testing"
	"time"

	proto "github.com/asynkron/protoactor-go/actor"
	"github.com/gopoe/poe/actor"
	"github.com/gopoe/poe/internal/kerneltest"
	"github.com/gopoe/poe/kernel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const soon = 10 * time.Second

func quietSystem() *proto.ActorSystem {
	return proto.NewActorSystem(proto.WithDeadLetterRequestLogging(false),
		proto.WithLoggerFactory(func(*proto.ActorSystem) *slog.Logger { return slog.New(slog.DiscardHandler) }))
}

// lookup finds a session's PID from the test's goroutine.
func lookup(t *testing.T, k *kernel.Kernel, of kernel.Dest) *proto.PID {
	t.Helper()
	pid, err := actor.Lookup(t.Context(), k, of)
	require.NoError(t, err)
	return pid
}

// actorKernel runs a kernel with a held session, and returns its PID.
func actorKernel(t *testing.T, k *kernel.Kernel, s kerneltest.States) (pid *proto.PID, wait func() error) {
	kerneltest.Held(t, k, s)
	wait = kerneltest.Run(t, k)
	pid = lookup(t, k, kernel.Alias("held"))
	require.NotNil(t, pid)
	return pid, wait
}

func TestActorSendsEventsInOrder(t *testing.T) {
	k := kerneltest.New()
	system := actor.System(k)
	const n = 1000
	var got []int
	pid, wait := actorKernel(t, k, kerneltest.States{
		"note": func(e kernel.Event) {
			if got = append(got, kernel.Arg[int](e, 0)); len(got) == n {
				k.Yield("quit")
			}
		},
		"_message": func(e kernel.Event) { assert.Equal(t, "plain", e.Arg(0)) },
	})
	system.Root.Send(pid, "plain")
	for i := range n {
		system.Root.Send(pid, &actor.Message{Event: "note", Args: []any{i}})
	}
	require.NoError(t, wait())
	require.Len(t, got, n)
	for i, v := range got {
		require.Equal(t, i, v)
	}
}

func TestActorRequests(t *testing.T) {
	k := kerneltest.New()
	root := actor.System(k).Root
	pid, wait := actorKernel(t, k, kerneltest.States{
		"double": func(e kernel.Event) { e.Return(2 * kernel.Arg[int](e, 0)) },
		"none":   func(e kernel.Event) { e.Return() },
		"self":   func(e kernel.Event) { e.Return(actor.Context(e).Self().Id) },
	})
	ask := func(event string, args ...any) (any, error) {
		return root.RequestFuture(pid, &actor.Message{Event: event, Args: args}, soon).Result()
	}
	v, err := ask("double", 21)
	require.NoError(t, err)
	assert.Equal(t, 42, v)
	v, err = ask("none")
	require.NoError(t, err)
	assert.Equal(t, actor.NoValue{}, v)
	v, err = ask("self")
	require.NoError(t, err)
	assert.Equal(t, pid.Id, v)
	_, err = ask("no handler")
	assert.ErrorIs(t, err, proto.ErrDeadLetter)
	root.Send(pid, &actor.Message{Event: "quit"})
	require.NoError(t, wait())
}

func TestActorWatchesASession(t *testing.T) {
	for name, end := range map[string]func(*proto.RootContext, *proto.PID){
		"stop":   func(root *proto.RootContext, pid *proto.PID) { root.Stop(pid) },
		"poison": func(root *proto.RootContext, pid *proto.PID) { root.Poison(pid) },
	} {
		t.Run(name, func(t *testing.T) {
			system := quietSystem()
			defer system.Shutdown()
			k := kerneltest.New()
			require.NoError(t, actor.Use(k, system))
			assert.ErrorIs(t, actor.Use(k, system), kernel.ErrInvalid)
			var seen kerneltest.Log
			pid, wait := actorKernel(t, k, kerneltest.States{
				"watch": func(kernel.Event) { _ = k.Sig("TERM", "term") },
				"term":  func(kernel.Event) { seen.Add("term") },
				"_stop": func(kernel.Event) { seen.Add("_stop") },
			})
			system.Root.Send(pid, &actor.Message{Event: "watch"})
			watching, terminated := make(chan struct{}), make(chan struct{})
			system.Root.Spawn(proto.PropsFromFunc(func(c proto.Context) {
				switch m := c.Message().(type) {
				case *proto.Started:
					c.Watch(pid)
					close(watching)
				case *proto.Terminated:
					assert.Equal(t, pid.Id, m.Who.Id)
					close(terminated)
				}
			}))
			<-watching
			end(system.Root, pid)
			<-terminated
			k.Outside().Stop()
			require.NoError(t, wait())
			assert.Equal(t, map[string][]string{"stop": {"_stop"}, "poison": {"term", "_stop"}}[name], seen.All())
			_, err := system.Root.RequestFuture(pid, "too late", soon).Result()
			assert.ErrorIs(t, err, proto.ErrDeadLetter)
		})
	}
}

func TestSessionTalksToActors(t *testing.T) {
	k := kerneltest.New()
	system := actor.System(k)
	echo := system.Root.Spawn(proto.PropsFromFunc(func(c proto.Context) {
		switch m := c.Message().(type) {
		case *actor.Message:
			c.Send(c.Sender(), &actor.Message{Event: "echoed", Args: m.Args})
		case string:
			c.Respond("heard " + m)
		}
	}))
	var seen kerneltest.Log
	kerneltest.Start(t, k, kerneltest.States{
		"_start": func(kernel.Event) {
			_ = k.AliasSet("talker")
			hold := k.Hold("the echo")
			_ = k.State("echoed", func(e kernel.Event) { seen.Add(append([]any{e.Name}, e.Args...)...); hold.Release() })
			require.NoError(t, k.Post(actor.ToActor(echo), "hello", 1, 2))
			require.NoError(t, actor.Request(k, echo, "you", soon, "answered", "extra"))
			assert.ErrorIs(t, actor.Request(k, nil, "you", soon, "answered"), kernel.ErrInvalid)
			assert.ErrorIs(t, actor.Send(k, nil, "you"), kernel.ErrInvalid)
		},
		"answered": func(e kernel.Event) { seen.Add(append([]any{e.Name}, e.Args...)...) },
	})
	require.NoError(t, k.Run())
	assert.ElementsMatch(t, []string{"echoed 1 2", "answered heard you <nil> extra"}, seen.All())
}

func TestRequestOfAnActorThatIsGone(t *testing.T) {
	k := kerneltest.New()
	root := actor.System(k).Root
	gone := root.Spawn(proto.PropsFromFunc(func(proto.Context) {}))
	require.NoError(t, root.StopFuture(gone).Wait())
	var got error
	kerneltest.Start(t, k, kerneltest.States{
		"_start":   func(kernel.Event) { require.NoError(t, actor.Request(k, gone, "you", soon, "answered")) },
		"answered": func(e kernel.Event) { got = kernel.Arg[error](e, 1) },
	})
	require.NoError(t, k.Run())
	assert.ErrorIs(t, got, proto.ErrDeadLetter)
}

func TestNobodyWaitsForAnswersToAStoppedSession(t *testing.T) {
	kerneltest.NoLeftovers(t, func() {
		k := kerneltest.New()
		silent := actor.System(k).Root.Spawn(proto.PropsFromFunc(func(proto.Context) {}))
		kerneltest.Start(t, k, kerneltest.States{
			"_start": func(kernel.Event) {
				require.NoError(t, actor.Request(k, silent, "you", time.Hour, "answered"))
				k.Yield("end")
			},
			"end": func(e kernel.Event) {
				detail, _ := k.Host().Inspect().Session(e.Session.Number())
				assert.Len(t, detail.Owned, 1)
				k.Stop()
			},
			"answered": func(kernel.Event) { t.Error("too late") },
		})
		require.NoError(t, k.Run())
	})
}

func TestTwoKernelsShareAnActorSystem(t *testing.T) {
	system := quietSystem()
	defer system.Shutdown()
	var pids []*proto.PID
	var waits []func() error
	for i := range 2 {
		k := kerneltest.New()
		require.NoError(t, actor.Use(k, system))
		pid, wait := actorKernel(t, k, kerneltest.States{"which": func(e kernel.Event) { e.Return(i); k.Yield("quit") }})
		pids, waits = append(pids, pid), append(waits, wait)
	}
	for i, pid := range pids {
		v, err := system.Root.RequestFuture(pid, &actor.Message{Event: "which"}, soon).Result()
		require.NoError(t, err)
		assert.Equal(t, i, v)
		require.NoError(t, waits[i]())
	}
}

func TestPIDOfNoSession(t *testing.T) {
	k := kerneltest.New()
	_, err := actor.Lookup(t.Context(), k, kernel.Alias("nobody"))
	assert.ErrorIs(t, err, kernel.ErrNotRunning)
	_, err = actor.PID(k, k.ID())
	assert.ErrorIs(t, err, kernel.ErrNoSession)
	_, err = actor.PID(k, kernel.Alias("nobody"))
	assert.ErrorIs(t, err, kernel.ErrNoSession)
	assert.Nil(t, actor.Context(kernel.Event{}))
	_, wait := actorKernel(t, k, kerneltest.States{"self": func(e kernel.Event) {
		here, err := actor.Lookup(t.Context(), k, e.Session) // on the kernel's own goroutine
		assert.NoError(t, err)
		same, err := actor.PID(k, e.Session)
		assert.NoError(t, err)
		assert.Same(t, same, here)
		k.Yield("quit")
	}})
	_, err = actor.Lookup(t.Context(), k, kernel.Alias("nobody"))
	assert.ErrorIs(t, err, kernel.ErrNoSession)
	k.Outside().Post(kernel.Alias("held"), "self")
	require.NoError(t, wait())
}

// A session that watches an actor lives until it has learned of the actor's end.
func TestSessionWatchesAnActor(t *testing.T) {
	k := kerneltest.New()
	root := actor.System(k).Root
	worker := root.Spawn(proto.PropsFromFunc(func(proto.Context) {}))
	ignored := root.Spawn(proto.PropsFromFunc(func(proto.Context) {}))
	never := proto.NewPID(worker.Address, "never spawned")
	var seen kerneltest.Log
	kerneltest.Start(t, k, kerneltest.States{
		"_start": func(kernel.Event) {
			assert.ErrorIs(t, actor.Watch(k, nil), kernel.ErrInvalid)
			for range 2 {
				assert.NoError(t, actor.Watch(k, worker))
			}
			assert.NoError(t, actor.Watch(k, never))
			assert.NoError(t, actor.Watch(k, ignored))
			assert.NoError(t, actor.Unwatch(k, ignored))
			assert.NoError(t, actor.Unwatch(k, ignored))
		},
		"_terminated": func(e kernel.Event) {
			pid, reason := kernel.Arg[*proto.PID](e, 0), kernel.Arg[proto.TerminatedReason](e, 1)
			seen.Add(pid.Id == worker.Id, reason)
			if pid.Id == never.Id {
				root.Stop(ignored)
				root.Stop(worker)
			}
		},
	})
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"false NotFound", "true Stopped"}, seen.All())
	assert.ErrorIs(t, actor.Watch(k, worker), kernel.ErrNoActiveSession)
}

// A panic in middleware is an exception of the session that the message was for.
func TestPanicInMiddleware(t *testing.T) {
	k := kerneltest.New()
	system := quietSystem()
	defer system.Shutdown()
	require.NoError(t, actor.Use(k, system, proto.WithReceiverMiddleware(func(next proto.ReceiverFunc) proto.ReceiverFunc {
		return func(c proto.ReceiverContext, e *proto.MessageEnvelope) {
			if e.Message == "bad" {
				panic("middleware")
			}
			next(c, e)
		}
	})))
	pid, wait := actorKernel(t, k, kerneltest.States{})
	system.Root.Send(pid, "bad")
	assert.ErrorContains(t, wait(), "middleware")
}
