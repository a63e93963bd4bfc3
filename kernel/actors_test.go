package kernel_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/gopoe/poe/kernel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const soon = 10 * time.Second

func quietSystem() *actor.ActorSystem {
	return actor.NewActorSystem(actor.WithDeadLetterRequestLogging(false),
		actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return slog.New(slog.DiscardHandler) }))
}

// actorKernel runs a kernel with a held session, and returns its PID.
func actorKernel(t *testing.T, k *kernel.Kernel, s states) (pid *actor.PID, wait func() error) {
	held(t, k, s)
	wait = run(t, k)
	pid = k.Outside().PID(kernel.Alias("held"))
	require.NotNil(t, pid)
	return pid, wait
}

func TestActorSendsEventsInOrder(t *testing.T) {
	k := newKernel()
	system := k.ActorSystem()
	const n = 1000
	var got []int
	pid, wait := actorKernel(t, k, states{
		"note": func(e kernel.Event) {
			if got = append(got, kernel.Arg[int](e, 0)); len(got) == n {
				k.Yield("quit")
			}
		},
		"_message": func(e kernel.Event) { assert.Equal(t, "plain", e.Arg(0)) },
	})
	system.Root.Send(pid, "plain")
	for i := range n {
		system.Root.Send(pid, &kernel.Message{Event: "note", Args: []any{i}})
	}
	require.NoError(t, wait())
	require.Len(t, got, n)
	for i, v := range got {
		require.Equal(t, i, v)
	}
}

func TestActorRequests(t *testing.T) {
	k := newKernel()
	root := k.ActorSystem().Root
	pid, wait := actorKernel(t, k, states{
		"double": func(e kernel.Event) { e.Return(2 * kernel.Arg[int](e, 0)) },
		"none":   func(e kernel.Event) { e.Return() },
		"self":   func(e kernel.Event) { e.Return(kernel.ActorContext(e).Self().Id) },
	})
	ask := func(event string, args ...any) (any, error) {
		return root.RequestFuture(pid, &kernel.Message{Event: event, Args: args}, soon).Result()
	}
	v, err := ask("double", 21)
	require.NoError(t, err)
	assert.Equal(t, 42, v)
	v, err = ask("none")
	require.NoError(t, err)
	assert.Equal(t, kernel.NoValue{}, v)
	v, err = ask("self")
	require.NoError(t, err)
	assert.Equal(t, pid.Id, v)
	_, err = ask("no handler")
	assert.ErrorIs(t, err, actor.ErrDeadLetter)
	root.Send(pid, &kernel.Message{Event: "quit"})
	require.NoError(t, wait())
}

func TestActorWatchesASession(t *testing.T) {
	for name, end := range map[string]func(*actor.RootContext, *actor.PID){
		"stop":   func(root *actor.RootContext, pid *actor.PID) { root.Stop(pid) },
		"poison": func(root *actor.RootContext, pid *actor.PID) { root.Poison(pid) },
	} {
		t.Run(name, func(t *testing.T) {
			system := quietSystem()
			defer system.Shutdown()
			k := newKernel()
			require.NoError(t, k.UseActorSystem(system))
			assert.ErrorIs(t, k.UseActorSystem(system), kernel.ErrInvalid)
			var seen log
			pid, wait := actorKernel(t, k, states{
				"watch": func(kernel.Event) { _ = k.Sig("TERM", "term") },
				"term":  func(kernel.Event) { seen.add("term") },
				"_stop": func(kernel.Event) { seen.add("_stop") },
			})
			system.Root.Send(pid, &kernel.Message{Event: "watch"})
			watching, terminated := make(chan struct{}), make(chan struct{})
			system.Root.Spawn(actor.PropsFromFunc(func(c actor.Context) {
				switch m := c.Message().(type) {
				case *actor.Started:
					c.Watch(pid)
					close(watching)
				case *actor.Terminated:
					assert.Equal(t, pid.Id, m.Who.Id)
					close(terminated)
				}
			}))
			<-watching
			end(system.Root, pid)
			<-terminated
			k.Outside().Stop()
			require.NoError(t, wait())
			assert.Equal(t, map[string][]string{"stop": {"_stop"}, "poison": {"term", "_stop"}}[name], seen.all())
			_, err := system.Root.RequestFuture(pid, "too late", soon).Result()
			assert.ErrorIs(t, err, actor.ErrDeadLetter)
		})
	}
}

func TestSessionTalksToActors(t *testing.T) {
	k := newKernel()
	system := k.ActorSystem()
	echo := system.Root.Spawn(actor.PropsFromFunc(func(c actor.Context) {
		switch m := c.Message().(type) {
		case *kernel.Message:
			c.Send(c.Sender(), &kernel.Message{Event: "echoed", Args: m.Args})
		case string:
			c.Respond("heard " + m)
		}
	}))
	var seen log
	start(t, k, states{
		"_start": func(kernel.Event) {
			_ = k.AliasSet("talker")
			hold := k.Hold("the echo")
			_ = k.State("echoed", func(e kernel.Event) { seen.add(append([]any{e.Name}, e.Args...)...); hold.Release() })
			require.NoError(t, k.Post(kernel.ToActor(echo), "hello", 1, 2))
			require.NoError(t, k.Request(echo, "you", soon, "answered", "extra"))
			assert.ErrorIs(t, k.Request(nil, "you", soon, "answered"), kernel.ErrInvalid)
			assert.ErrorIs(t, k.Send(nil, "you"), kernel.ErrInvalid)
		},
		"answered": func(e kernel.Event) { seen.add(append([]any{e.Name}, e.Args...)...) },
	})
	require.NoError(t, k.Run())
	assert.ElementsMatch(t, []string{"echoed 1 2", "answered heard you <nil> extra"}, seen.all())
}

func TestRequestOfAnActorThatIsGone(t *testing.T) {
	k := newKernel()
	root := k.ActorSystem().Root
	gone := root.Spawn(actor.PropsFromFunc(func(actor.Context) {}))
	require.NoError(t, root.StopFuture(gone).Wait())
	var got error
	start(t, k, states{
		"_start":   func(kernel.Event) { require.NoError(t, k.Request(gone, "you", soon, "answered")) },
		"answered": func(e kernel.Event) { got = kernel.Arg[error](e, 1) },
	})
	require.NoError(t, k.Run())
	assert.ErrorIs(t, got, actor.ErrDeadLetter)
}

func TestNobodyWaitsForAnswersToAStoppedSession(t *testing.T) {
	noLeftovers(t, func() {
		k := newKernel()
		silent := k.ActorSystem().Root.Spawn(actor.PropsFromFunc(func(actor.Context) {}))
		start(t, k, states{
			"_start": func(kernel.Event) {
				require.NoError(t, k.Request(silent, "you", time.Hour, "answered"))
				k.Yield("end")
			},
			"end": func(e kernel.Event) {
				assert.Len(t, k.Wheels(e.Session), 1)
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
	var pids []*actor.PID
	var waits []func() error
	for i := range 2 {
		k := newKernel()
		require.NoError(t, k.UseActorSystem(system))
		pid, wait := actorKernel(t, k, states{"which": func(e kernel.Event) { e.Return(i); k.Yield("quit") }})
		pids, waits = append(pids, pid), append(waits, wait)
	}
	for i, pid := range pids {
		v, err := system.Root.RequestFuture(pid, &kernel.Message{Event: "which"}, soon).Result()
		require.NoError(t, err)
		assert.Equal(t, i, v)
		require.NoError(t, waits[i]())
	}
}

func TestPIDOfNobody(t *testing.T) {
	k := newKernel()
	assert.Nil(t, k.Outside().PID(kernel.Alias("nobody")))
	_, err := k.PID(k.ID())
	assert.ErrorIs(t, err, kernel.ErrNoSession)
	assert.Nil(t, kernel.ActorContext(kernel.Event{}))
}
