package clienttcp

import (
	"context"
	"crypto/tls"

	"github.com/gopoe/poe/kernel"
)

// handshake is a TLS handshake that goes on on a goroutine of its own.
type handshake struct {
	conn   *tls.Conn
	cancel context.CancelFunc
}

// secure begins the handshake on a connection that has been made; args are the
// arguments of Connected. ConnectTimeout bounds it, too: the timer goes on.
func (c *Client) secure(h *kernel.Handle, args []any) error {
	conn, err := h.NetConn(nil)
	if err != nil {
		return err
	}
	config := c.config.TLS
	if config.ServerName == "" && !config.InsecureSkipVerify {
		config = config.Clone()
		config.ServerName = c.config.RemoteAddress
	}
	ctx, cancel := context.WithCancel(context.Background())
	shake := &handshake{tls.Client(conn, config), cancel}
	c.handshake = shake
	if _, err := c.Kernel.RefcountIncrement(c.id, "handshake"); err != nil {
		return err
	}
	outside, id := c.Kernel.Outside(), c.id
	go func() {
		err := shake.conn.HandshakeContext(ctx)
		outside.Post(id, "client_tcp_secured", shake, err, args)
	}()
	return nil
}

// secured is the end of a handshake, of one that was given up perhaps.
func (c *Client) secured(e kernel.Event) {
	shake, ok := e.Arg(0).(*handshake)
	if !ok || shake != c.handshake {
		return
	}
	c.Event = e
	err, _ := e.Arg(1).(error)
	c.dropHandshake(err != nil)
	if err != nil {
		c.connectFailed(&kernel.OpError{Op: "handshake", Err: err})
		return
	}
	state := shake.conn.ConnectionState()
	c.TLS = &state
	e.Args, _ = e.Arg(2).([]any)
	c.begin(e, kernel.Conn(shake.conn))
}

// dropHandshake lets go of a handshake, and of its connection if that is not
// wanted.
func (c *Client) dropHandshake(unwanted bool) {
	shake := c.handshake
	if shake == nil {
		return
	}
	c.handshake = nil
	shake.cancel()
	if unwanted {
		_ = shake.conn.NetConn().Close() // nobody is left to hear of an error
	}
	// The count is this client's own; with the session it is gone.
	_, _ = c.Kernel.RefcountDecrement(c.id, "handshake")
}
