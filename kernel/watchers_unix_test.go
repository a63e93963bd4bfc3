//go:build unix

package kernel_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
)

func socketPair(t *testing.T) (near, far *kernel.Handle) {
	t.Helper()
	near, far, err := kernel.SocketPair()
	require.NoError(t, err)
	t.Cleanup(func() { near.Close(); far.Close() })
	return near, far
}

// readied is a handler for a handle that is ready. It cannot be compared.
type readied func(m kernel.Mode)

func (f readied) HandleReady(m kernel.Mode) { f(m) }

// comparable is one that can be.
type comparable struct{ readied }

// A handler that watches a handle in two modes, and stops in one of them, still watches
// the other, and can watch the first one again.
func TestOneHandlerInTwoModes(t *testing.T) {
	for name, handler := range map[string]func(f readied) kernel.ReadyHandler{
		"comparable":     func(f readied) kernel.ReadyHandler { return &comparable{f} },
		"not comparable": func(f readied) kernel.ReadyHandler { return f },
	} {
		t.Run(name, func(t *testing.T) {
			k := newKernel()
			h, far := socketPair(t)
			_, err := far.Write([]byte("x"))
			require.NoError(t, err)
			var seen log
			start(t, k, states{"_start": func(e kernel.Event) {
				host := k.Host()
				var ready kernel.ReadyHandler
				ready = handler(func(m kernel.Mode) {
					seen.Add(k.ActiveEvent())
					host.Unwatch(e.Session, h, m)
					if len(seen.All()) == 2 {
						require.False(t, k.SelectResumeRead(h))
						require.NoError(t, host.Watch(h, kernel.Read, "reads again", ready))
					}
				})
				require.NoError(t, host.Watch(h, kernel.Write, "writes", ready))
				require.NoError(t, host.Watch(h, kernel.Read, "reads", ready))
				require.Error(t, host.Watch(h, kernel.Read, "reads", ready))
				host.TryWrite(h)
			}})
			require.NoError(t, k.Run())
			assert.Equal(t, []string{"reads", "writes", "reads again"}, seen.All())
		})
	}
}

// Handlers and events of several sessions for one handle are run in the order in which
// they were registered in each mode.
func TestOrderOfWatchersInTwoModes(t *testing.T) {
	k := newKernel()
	h, far := socketPair(t)
	_, err := far.Write([]byte("x"))
	require.NoError(t, err)
	var seen log
	done := func(e kernel.Event) { seen.Add(e.Name); k.SelectClear(h, kernel.Arg[kernel.Mode](e, 1)) }
	start(t, k, states{
		"_start": func(e kernel.Event) {
			ready := &comparable{func(m kernel.Mode) {
				seen.Add(k.ActiveEvent())
				k.Host().Unwatch(e.Session, h, m)
			}}
			require.NoError(t, k.Host().Watch(h, kernel.Read, "first reads", ready))
			start(t, k, states{
				"_start":        func(kernel.Event) { require.NoError(t, k.Select(h, "second reads", "second writes", "")) },
				"second reads":  done,
				"second writes": done,
			})
			require.NoError(t, k.Host().Watch(h, kernel.Write, "first writes", ready))
		},
	})
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"first reads", "second reads", "second writes", "first writes"}, seen.All())
}
