package servertcp_test

import (
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

// With PanicCloseClient a panic in any callback of a connection ends that
// connection and nothing else.
func TestPanicCloseClient(t *testing.T) {
	for name, set := range map[string]func(*servertcp.Config){
		"ClientPreConnect": func(c *servertcp.Config) {
			c.ClientPreConnect = func(*servertcp.Client, *kernel.Handle) *kernel.Handle { panic("a bug") }
		},
		"ClientConnected": func(c *servertcp.Config) {
			c.ClientConnected = func(*servertcp.Client) { panic("a bug") }
		},
		"ClientInput": func(c *servertcp.Config) {
			c.ClientInput = servertcp.Input(func(*servertcp.Client, string) { panic("a bug") })
		},
		"ClientFlushed": func(c *servertcp.Config) {
			c.ClientFlushed = func(*servertcp.Client) { panic("a bug") }
		},
		"ClientError": func(c *servertcp.Config) {
			c.ClientError = func(*servertcp.Client, *kernel.OpError) { panic("a bug") }
		},
		"ClientDisconnected": func(c *servertcp.Config) {
			c.ClientDisconnected = func(*servertcp.Client) { panic("a bug") }
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := servertcp.Config{OnPanic: servertcp.PanicCloseClient}
			set(&c)
			r := run(t, c)
			p := r.dial()
			_, _ = io.WriteString(p, "hello\n") // may be closed already
			_ = p.Conn.(*net.TCPConn).CloseWrite()
			_, _ = io.Copy(io.Discard, p) // comes back only if the server closes
			r.stop()
		})
	}
}

// A connection whose ClientPreConnect panics is closed even though the panic
// ends the program.
func TestPanicInPreConnect(t *testing.T) {
	r := run(t, servertcp.Config{
		ClientPreConnect: func(*servertcp.Client, *kernel.Handle) *kernel.Handle { panic("a bug") },
	})
	p := r.dial()
	p.wantEnd()
	require.ErrorContains(t, <-r.over, "a bug")
	r.over = nil
}

// A program that ends itself in ClientPreConnect ends without an error.
func TestStopInPreConnect(t *testing.T) {
	r := run(t, servertcp.Config{
		ClientPreConnect: func(c *servertcp.Client, h *kernel.Handle) *kernel.Handle {
			c.Kernel.Stop()
			return h
		},
	})
	p := r.dial()
	p.wantEnd()
	r.wait()
}
