package pubsub_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/pubsub"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// end runs the kernel, which must end by itself.
func end(t *testing.T, k *kernel.Kernel) {
	t.Helper()
	watch := time.AfterFunc(10*time.Second, func() {
		k.Outside().Do(context.Background(), func(k *kernel.Kernel) { t.Error("the kernel does not end"); k.Stop() })
	})
	defer watch.Stop()
	require.NoError(t, k.Run())
}

// What comes behind a shutdown keeps no session alive.
func TestSubscribeBehindShutdown(t *testing.T) {
	k, _ := start(t)
	inline(t, k, session.Funcs{"_start": func(e kernel.Event) {
		e.Post(pub, "destroy")
		e.Post(pub, "subscribe", "news", "heard")
		e.Post(pub, "publish", "other")
	}})
	end(t, k)
}

// A component that is stopped by force lets its subscribers end.
func TestForcedStopOfTheComponent(t *testing.T) {
	k, _ := start(t)
	id, _ := k.AliasResolve(string(pub))
	inline(t, k, session.Funcs{
		"_start": func(e kernel.Event) {
			e.Post(pub, "publish", "news")
			e.Post(pub, "subscribe", "news", "heard")
			e.Yield("force")
		},
		"force": func(kernel.Event) { assert.NoError(t, k.Host().StopSession(id)) },
	})
	end(t, k)
}

// The name of a publisher that was stopped by force is free again.
func TestForcedStopOfThePublisher(t *testing.T) {
	k, p := start(t)
	first, err := session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
		assert.NoError(t, call(t, e, "publish", "news"))
	}})
	require.NoError(t, err)
	inline(t, k, session.Funcs{"_start": func(e kernel.Event) {
		require.NoError(t, k.Host().StopSession(first.ID()))
		assert.Empty(t, p.Listing())
		assert.NoError(t, call(t, e, "publish", "news"))
		assert.Equal(t, []pubsub.Publication{{Event: "news", Type: pubsub.Output}}, p.Listing())
		p.Shutdown()
		p.Shutdown()
	}})
	end(t, k)
}
