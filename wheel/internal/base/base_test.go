package base_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/internal/base"
)

func TestNoSession(t *testing.T) {
	w := &wheel{}
	err := w.base.Init(kernel.New(), base.NewKind("test"), w)
	var wrong *kernel.ConfigError
	require.ErrorAs(t, err, &wrong)
	assert.Equal(t, "test", wrong.Package)
	assert.Equal(t, "Kernel", wrong.Field)
	assert.ErrorIs(t, err, kernel.ErrNoActiveSession)
}

// Everything runs in the session that made the wheel, whichever is active, and
// nothing once the wheel is closed or the session has stopped.
func TestOwner(t *testing.T) {
	clock := &poetest.Clock{}
	k := poetest.New(t, kernel.Options{Clock: clock})
	w := &wheel{}
	var owner kernel.ID
	var log []string
	in := func(what string) func() {
		return func() {
			assert.Equal(t, owner, k.ActiveSession(), what)
			log = append(log, what)
		}
	}
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			owner = e.Session
			require.NoError(t, w.base.Init(k, base.NewKind("test"), w))
			assert.EqualValues(t, w.base.ID(), w.base.IDArg())
			k.Delay("stop", time.Hour)
		},
		"event": func(e kernel.Event) { in("called")() },
		"stop":  func(e kernel.Event) {},
	})
	require.NoError(t, err)
	var timer kernel.AlarmID
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			k.AliasSet("other")
			w.base.InOwner(in("at once"))
			require.NoError(t, w.base.Call("event"))
			w.base.Later(in("later"))
			w.base.Delay("a timer", time.Minute, in("delayed"))
			timer = w.base.Delay("another", time.Minute, in("cancelled"))
			w.base.Cancel(&timer)
			assert.Zero(t, timer)
			w.base.Cancel(&timer)
			k.Delay("closing", time.Minute+time.Second)
			k.Delay("over", 2*time.Hour)
		},
		"closing": func(e kernel.Event) {
			w.base.Later(in("never"))
			assert.True(t, w.base.Close())
			assert.False(t, w.base.Close())
			assert.True(t, w.base.Closed())
			timer = w.base.Delay("too late", 3*time.Hour, in("never"))
		},
		"over": func(e kernel.Event) {
			w.base.InOwner(in("never"))
			w.base.Later(in("never"))
			assert.Zero(t, w.base.Delay("no", time.Second, in("never")))
			assert.Error(t, w.base.Call("event"))
			k.AliasRemove("other")
			k.Signal(owner, "KILL")
		},
	})
	require.NoError(t, err)
	// The owner is alive as long as its timer runs.
	_, err = poetest.RunFor(k, clock, 90*time.Minute)
	require.NoError(t, err)
	assert.Equal(t, []string{"at once", "called", "later", "delayed"}, log)
	k.Signal(owner, "KILL")
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"at once", "called", "later", "delayed"}, log)
}
