package cron_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/cron"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
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

func virtual() *kernel.Kernel {
	return kernel.New(kernel.Options{Clock: &poetest.Clock{Start: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)}, Logger: slog.New(slog.DiscardHandler)})
}

// A job ends with its session at once, not when it would run next.
func TestForcedStopOfAJobsSession(t *testing.T) {
	k := virtual()
	c, err := cron.New(k, cron.Config{})
	require.NoError(t, err)
	began := k.Now()
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			_, err := c.Add(cron.Job{Spec: "0 0 1 1 *", Event: "tick"})
			assert.NoError(t, err)
			e.Yield("force")
		},
		"force": func(e kernel.Event) { assert.NoError(t, k.Host().StopSession(e.Session)) },
		"tick":  func(kernel.Event) { t.Error("a tick") },
	})
	require.NoError(t, err)
	end(t, k)
	assert.Empty(t, c.Jobs())
	assert.Less(t, k.Now().Sub(began), time.Hour)
}

// A component that is stopped, by force or because nothing is left for it,
// keeps no session alive and takes no more jobs.
func TestForcedStopOfTheComponent(t *testing.T) {
	k := virtual()
	c, err := cron.New(k, cron.Config{Alias: "cron"})
	require.NoError(t, err)
	id, _ := k.AliasResolve("cron")
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			_, err := c.Add(cron.Job{Spec: "@daily", Event: "tick"})
			assert.NoError(t, err)
			e.Yield("force")
		},
		"force": func(e kernel.Event) {
			assert.NoError(t, k.Host().StopSession(id))
			_, err := c.Add(cron.Job{Spec: "@daily", Event: "tick"})
			assert.ErrorIs(t, err, cron.ErrShutdown)
		},
		"tick": func(kernel.Event) { t.Error("a tick") },
	})
	require.NoError(t, err)
	end(t, k)
}

func TestDeleteOfWhatIsNoJob(t *testing.T) {
	k := virtual()
	_, err := cron.New(k, cron.Config{Alias: "cron"})
	require.NoError(t, err)
	_, err = session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
		for _, args := range [][]any{nil, {"one"}, {cron.JobID(7)}} {
			v, err := e.Call(kernel.Alias("cron"), "delete", args...)
			assert.NoError(t, err)
			failed, _ := v.(error)
			assert.ErrorIs(t, failed, cron.ErrNoJob)
		}
	}})
	require.NoError(t, err)
	end(t, k)
}
