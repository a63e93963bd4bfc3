package coroutine_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/internal/coroutine"
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
			c := coroutine.New(e.Kernel, func(pause func() bool) {
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
			c := kernel.Arg[*coroutine.Coroutine](e, 0)
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
			c := coroutine.New(e.Kernel, func(func() bool) { panic("boom") })
			assert.PanicsWithValue(t, "boom", func() { c.Resume() })
			assert.ErrorIs(t, k.Outside().Do(t.Context(), func(*kernel.Kernel) {}), kernel.ErrWouldDeadlock)
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
}

// A coroutine runs on a goroutine of its own, but only while the kernel's waits
// for it.
func ExampleCoroutine() {
	k := kernel.New()
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			countdown := coroutine.New(k, func(pause func() bool) {
				for n := 3; n > 0 && pause(); n-- {
					fmt.Println(n)
				}
			})
			e.Yield("step", countdown)
		},
		"step": func(e kernel.Event) {
			if kernel.Arg[*coroutine.Coroutine](e, 0).Resume() {
				e.Yield("step", e.Args...)
			}
		},
	})
	if err != nil {
		fmt.Println(err)
	}
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 3
	// 2
	// 1
}
