package servertcp_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

// A handler that Kernel.State sets in the listener's session gets the connections, and
// one that it sets in a connection's session gets what its wheel reports, at once.
func TestStateReplacesHandlers(t *testing.T) {
	r := run(t, servertcp.Config{
		Started: func(l *servertcp.Listener) {
			require.NoError(t, l.Kernel.State("tcp_server_got_connection", func(e kernel.Event) {
				h := kernel.Arg[*kernel.Handle](e, 0)
				_, err := h.Write([]byte("mine\r\n"))
				require.NoError(t, err)
				require.NoError(t, h.Close())
			}))
		},
	})
	p := r.dial()
	p.want("mine")
	p.wantEnd()
}

func TestStateReplacesHandlersOfAConnection(t *testing.T) {
	for name, set := range map[string]func(c *servertcp.Config, state func(*servertcp.Client)){
		"before the wheel is made": func(c *servertcp.Config, state func(*servertcp.Client)) {
			c.ClientPreConnect = func(c *servertcp.Client, h *kernel.Handle) *kernel.Handle { state(c); return h }
		},
		"when it is connected": func(c *servertcp.Config, state func(*servertcp.Client)) { c.ClientConnected = state },
	} {
		t.Run(name, func(t *testing.T) {
			flushed := 0
			config := servertcp.Config{ClientFlushed: func(*servertcp.Client) { flushed++ }}
			set(&config, func(c *servertcp.Client) {
				require.NoError(t, c.Kernel.State("tcp_server_got_input", func(e kernel.Event) {
					c.Put("mine: " + kernel.Arg[string](e, 0))
				}))
				require.NotContains(t, handlersOf(c), "session: handler changed")
			})
			r := run(t, config)
			p := r.dial()
			for _, line := range []string{"one", "two"} {
				p.send(line + "\n")
				p.want("mine: " + line)
			}
			require.NoError(t, p.Close())
			r.stop()
			require.Equal(t, 2, flushed, "the others stay")
		})
	}
}

func handlersOf(c *servertcp.Client) []string {
	return c.Session.Session().(interface{ Handlers() []string }).Handlers()
}
