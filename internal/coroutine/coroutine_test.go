package kernel_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// A coroutine acts as the handler that resumes it, and is the kernel's
// goroutine for those outside.
func TestCoroutine(t *testing.T) {
	k := kernel.New()
	var log []string
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			c := e.Kernel.Coroutine(func(pause func() bool) {
				for _, word := range []string{"one", "two", "never"} {
					_, err := k.Outside().Call(context.Background(), e.Session, "word")
					assert.ErrorIs(t, err, kernel.ErrWouldDeadlock)
					e.Kernel.Yield("word", word)
					if !pause() {
						log = append(log, "stopped")
						return
					}
				}
			})
			e.Kernel.Yield("go", c)
		},
		"go": func(e kernel.Event) {
			c := kernel.Arg[*kernel.Coroutine](e, 0)
			assert.True(t, c.Resume())
			assert.ErrorIs(t, k.Outside().Do(t.Context(), func(*kernel.Kernel) {}), kernel.ErrWouldDeadlock)
			assert.True(t, c.Resume())
			c.Stop()
			assert.False(t, c.Resume())
		},
		"word": func(e kernel.Event) { log = append(log, kernel.Arg[string](e, 0)) },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"stopped", "one", "two"}, log)
	assert.ErrorIs(t, k.Outside().Do(t.Context(), func(*kernel.Kernel) {}), kernel.ErrNotRunning)
}

func TestCoroutineThrows(t *testing.T) {
	k := kernel.New()
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.Yield("go") },
		"go": func(e kernel.Event) {
			c := e.Kernel.Coroutine(func(func() bool) { panic("boom") })
			assert.PanicsWithValue(t, "boom", func() { c.Resume() })
			assert.ErrorIs(t, k.Outside().Do(t.Context(), func(*kernel.Kernel) {}), kernel.ErrWouldDeadlock)
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
}
