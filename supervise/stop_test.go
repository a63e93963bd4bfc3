package supervise_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/supervise"
)

// A supervisor that is stopped by force leaves no children behind, which would be
// there twice once it is started again.
func TestForcedStopLeavesNoChildren(t *testing.T) {
	k := kernel.New()
	starts, ends := 0, 0
	inner := func(kernel.Event) (kernel.ID, error) {
		s, err := session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) { starts++; e.RefcountIncrement(e.Session, "stays") },
			"_stop":  func(kernel.Event) { ends++ },
		})
		return s.ID(), err
	}
	var ids []kernel.ID
	outer, err := supervise.New(k, supervise.Config{Children: []supervise.Spec{{Name: "inner", Start: func(e kernel.Event) (kernel.ID, error) {
		s, err := supervise.New(k, supervise.Config{Children: []supervise.Spec{
			{Name: "a", Alias: "a", Start: inner}, {Name: "b", Start: inner},
		}})
		ids = append(ids, s.ID())
		return s.ID(), err
	}}}})
	require.NoError(t, err)
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Yield("kill") },
		"kill": func(e kernel.Event) {
			require.NoError(t, k.Host().StopSession(ids[0]))
			assert.Equal(t, 2, ends)
			e.Delay("end", 10*time.Millisecond)
		},
		"end": func(kernel.Event) { outer.Shutdown() },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Len(t, ids, 2)
	assert.Equal(t, 4, starts)
	assert.Equal(t, 4, ends)
}

// A supervisor that waits for the restart of a child stops at once.
func TestShutdownDuringBackoff(t *testing.T) {
	w := newWorld(t)
	began := w.k.Now()
	s, err := supervise.New(w.k, supervise.Config{
		Backoff:  supervise.Backoff{Min: 24 * time.Hour},
		Children: []supervise.Spec{{Name: "a", Start: w.worker("a")}},
	})
	require.NoError(t, err)
	_, err = session.Inline(w.k, session.Funcs{
		"_start": func(e kernel.Event) {
			e.Post(kernel.Alias("a"), "crash")
			e.Delay("stop", time.Second)
		},
		"stop": func(kernel.Event) { s.Shutdown() },
	})
	require.NoError(t, err)
	require.NoError(t, w.k.Run())
	assert.Less(t, w.k.Now().Sub(began), time.Hour)
}
