//go:build unix

package socketfactory_test

import (
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/internal/wheeltest"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// As in POE one connection is accepted in a turn, and then the queue runs;
// batches are for those who ask for them.
func TestOrderOfAccepting(t *testing.T) {
	for want, batch := range map[string]int{
		"accepted after accepted after accepted after": 0,
		"accepted accepted after after accepted after": 2,
	} {
		var log []string
		var w *socketfactory.Wheel
		wheeltest.InSession(t, func(k *kernel.Kernel) {
			h, err := socketfactory.Listen(socketfactory.Config{BindAddress: "127.0.0.1"})
			require.NoError(t, err)
			for range 3 {
				c, err := net.Dial("tcp", h.LocalAddr().String())
				require.NoError(t, err)
				t.Cleanup(func() { c.Close() })
			}
			w = newWheel(t, k, socketfactory.Config{Listener: h, Batch: batch, Events: socketfactory.Names{Success: "accepted", Failure: "failed"}})
		}, session.Funcs{
			"accepted": func(e kernel.Event) {
				log = append(log, "accepted")
				kernel.Arg[*kernel.Handle](e, 0).Close()
				e.Kernel.Yield("after")
			},
			"after": func(kernel.Event) {
				if log = append(log, "after"); len(log) == 6 {
					w.Close()
				}
			},
		})
		assert.Equal(t, want, strings.Join(log, " "))
	}
}

// The address of a socket is known at once, whatever it is for.
func TestLocalAddrAtOnce(t *testing.T) {
	port := server(t)
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		for name, c := range map[string]socketfactory.Config{
			"datagrams":  {Protocol: "udp", BindAddress: "127.0.0.1"},
			"connecting": {RemoteAddress: "127.0.0.1", RemotePort: port},
		} {
			c.Events = &socketfactory.Names{Success: "s", Failure: "f"}
			w := newWheel(t, k, c)
			if assert.NotNil(t, w.LocalAddr(), name) {
				assert.Contains(t, w.LocalAddr().String(), "127.0.0.1:", name)
			}
			w.Close()
			assert.Nil(t, w.LocalAddr(), name)
			assert.True(t, w.Closed())
		}
	}, nil)
}
