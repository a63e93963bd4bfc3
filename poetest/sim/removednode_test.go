package sim_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/poetest/sim"
	"github.com/gopoe/poe/session"
)

// A node is removed and added again. Its first data may overtake its sign of life: the
// answer waits for the key that comes with that, and is not lost.
func TestARemovedNodeIsAddedAgain(t *testing.T) {
	t.Parallel()
	const rounds = 20
	sim.Run(t, sim.Config{Seeds: 20, Duration: 30 * time.Second, Settle: 10 * time.Second, Net: sim.Net{Jitter: 5 * time.Millisecond}}, func(w *sim.World) {
		var answers []error
		w.Host("server", func(h *sim.Host) {
			n := startNode(t, h)
			_, err := session.Inline(h.Kernel, session.Funcs{
				"_start": func(e kernel.Event) {
					require.NoError(t, e.AliasSet("echo"))
					require.NoError(t, n.Expose("echo", "ask"))
				},
				"ask": func(e kernel.Event) { e.Return(true) },
			})
			require.NoError(t, err)
		})
		w.Host("client", func(h *sim.Host) {
			n := startNode(t, h)
			_, err := session.Inline(h.Kernel, session.Funcs{
				"_start": func(e kernel.Event) { require.NoError(t, e.Delay("ask", time.Second)) },
				"ask": func(kernel.Event) {
					require.NoError(t, n.AddPeer("server", "server:7700"))
					require.NoError(t, n.Call(node.Address{Node: "server", Alias: "echo"}, "ask", nil, "answer"))
				},
				"answer": func(e kernel.Event) {
					err, _ := e.Arg(1).(error)
					n.RemovePeer("server")
					if answers = append(answers, err); len(answers) < rounds {
						require.NoError(t, e.Delay("ask", 50*time.Millisecond))
					}
				},
			})
			require.NoError(t, err)
		})
		w.Eventually("each call is answered", func() error {
			if len(answers) != rounds {
				return fmt.Errorf("%d answers", len(answers))
			}
			return errors.Join(answers...)
		})
	})
}

func startNode(t *testing.T, h *sim.Host) *node.Node {
	h.MayEnd = true
	n, err := node.Start(h.Kernel, node.Config{Name: h.Name(), Listen: h.Name() + ":7700", Strangers: true, Network: h.Network()})
	require.NoError(t, err)
	return n
}
