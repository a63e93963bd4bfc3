package pubsub_test

import (
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/pubsub"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

const pub = kernel.Alias("pub")

// start makes a kernel with the component.
func start(t *testing.T) (*kernel.Kernel, *pubsub.PubSub) {
	t.Helper()
	k := kernel.New(kernel.Options{Logger: slog.New(slog.DiscardHandler)})
	p, err := pubsub.New(k, "pub")
	require.NoError(t, err)
	return k, p
}

// call calls an event of the component and returns its error.
func call(t *testing.T, e kernel.Event, event string, args ...any) error {
	t.Helper()
	v, err := e.Call(pub, event, args...)
	require.NoError(t, err)
	failed, _ := v.(error)
	return failed
}

func inline(t *testing.T, k *kernel.Kernel, states session.Funcs) {
	t.Helper()
	_, err := session.Inline(k, states)
	require.NoError(t, err)
}

func TestSubscribersGetWhatIsPublished(t *testing.T) {
	k, _ := start(t)
	var heard []string
	for i := range 3 {
		inline(t, k, session.Funcs{
			"_start": func(e kernel.Event) { e.Post(pub, "subscribe", "news", "heard") }, // before it is published
			"heard": func(e kernel.Event) {
				heard = append(heard, fmt.Sprint(i, e.Args))
				if i == 0 {
					assert.NoError(t, call(t, e, "cancel", "news"))
				}
			},
		})
	}
	inline(t, k, session.Funcs{
		"_start": func(e kernel.Event) { e.Post(pub, "publish", "news"); e.Yield("first") },
		"first":  func(e kernel.Event) { e.Post(pub, "news", "rain", 1); e.Yield("second") },
		"second": func(e kernel.Event) { e.Yield("third") },
		"third":  func(e kernel.Event) { e.Post(pub, "news", "sun"); e.Yield("fourth") },
		"fourth": func(e kernel.Event) { e.Yield("end") },
		"end":    func(e kernel.Event) { e.Post(pub, "destroy") },
	})
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"0 [rain 1]", "1 [rain 1]", "2 [rain 1]", "1 [sun]", "2 [sun]"}, heard)
}

func TestInputsReachTheirPublisher(t *testing.T) {
	k, p := start(t)
	var got []any
	inline(t, k, session.Funcs{
		"_start": func(e kernel.Event) { assert.NoError(t, call(t, e, "publish", "orders", pubsub.Input, "order")) },
		"order":  func(e kernel.Event) { got = append(got, e.Args...); p.Shutdown() },
	})
	inline(t, k, session.Funcs{"_start": func(e kernel.Event) {
		assert.ErrorIs(t, call(t, e, "subscribe", "orders", "x"), pubsub.ErrNotPublished)
		e.Post(pub, "orders", "tea")
	}})
	require.NoError(t, k.Run())
	assert.Equal(t, []any{"tea"}, got)
}

func TestMistakes(t *testing.T) {
	k, p := start(t)
	inline(t, k, session.Funcs{"_start": func(e kernel.Event) {
		assert.NoError(t, call(t, e, "publish", "mine"))
	}})
	inline(t, k, session.Funcs{
		"_start": func(e kernel.Event) {
			assert.ErrorIs(t, call(t, e, "publish", "mine"), pubsub.ErrPublished)
			assert.ErrorIs(t, call(t, e, "publish"), pubsub.ErrArguments)
			assert.ErrorIs(t, call(t, e, "publish", "_start"), pubsub.ErrArguments)
			assert.ErrorIs(t, call(t, e, "publish", "destroy"), pubsub.ErrArguments)
			assert.ErrorIs(t, call(t, e, "publish", "x", pubsub.Input), pubsub.ErrArguments)
			assert.ErrorIs(t, call(t, e, "publish", "x", pubsub.Output, "y"), pubsub.ErrArguments)
			assert.ErrorIs(t, call(t, e, "publish", "x", "what"), pubsub.ErrArguments)
			assert.ErrorIs(t, call(t, e, "rescind", "mine"), pubsub.ErrNotYours)
			assert.ErrorIs(t, call(t, e, "rescind", "none"), pubsub.ErrNotPublished)
			assert.ErrorIs(t, call(t, e, "subscribe", "mine"), pubsub.ErrArguments)
			assert.ErrorIs(t, call(t, e, "cancel", "mine"), pubsub.ErrNotSubscribed)
			assert.ErrorIs(t, call(t, e, "mine"), pubsub.ErrNotYours)
			assert.ErrorIs(t, call(t, e, "none"), pubsub.ErrNotPublished)
			list, err := e.Call(pub, "listing", "listed")
			assert.NoError(t, err)
			assert.Equal(t, []pubsub.Publication{{Event: "mine", Type: pubsub.Output}}, list)
		},
		"listed": func(e kernel.Event) {
			assert.Len(t, e.Arg(0), 1)
			p.Shutdown()
		},
	})
	require.NoError(t, k.Run())
}

// Sessions that are stopped by force are forgotten, with a warning for those who
// fire the event.
func TestStoppedSessionsAreForgotten(t *testing.T) {
	k, p := start(t)
	made, err := session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
		assert.NoError(t, call(t, e, "publish", "in", pubsub.Input, "x"))
		assert.NoError(t, call(t, e, "subscribe", "out", "x"))
	}})
	require.NoError(t, err)
	inline(t, k, session.Funcs{
		"_start": func(e kernel.Event) { assert.NoError(t, call(t, e, "publish", "out")); e.Yield("fire") },
		"fire": func(e kernel.Event) {
			assert.NoError(t, k.Host().StopSession(made.ID()))
			assert.NoError(t, call(t, e, "out"))
			assert.ErrorIs(t, call(t, e, "in"), pubsub.ErrNotPublished)
			assert.NoError(t, call(t, e, "rescind", "out"))
			assert.Empty(t, p.Listing())
			p.Shutdown()
		},
	})
	require.NoError(t, k.Run())
}

func Example() {
	k := kernel.New()
	pubsub.New(k, "pub")
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Post(pub, "subscribe", "news", "heard") },
		"heard":  func(e kernel.Event) { fmt.Println(e.Args...); e.Post(pub, "destroy") },
	})
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Post(pub, "publish", "news"); e.Post(pub, "news", "it rains") },
	})
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// it rains
}
