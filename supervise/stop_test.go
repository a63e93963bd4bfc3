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
