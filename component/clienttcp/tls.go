package clienttcp

import (
	"crypto/tls"

	"github.com/gopoe/poe/component/internal/tcpconn"
	"github.com/gopoe/poe/kernel"
)

// secure begins the TLS handshake on a connection that has been made; args are
// the arguments of Connected. ConnectTimeout bounds it, too: the timer continues.
// The connection is closed if there is an error.
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
	shake, err := tcpconn.StartHandshake(c.id, tls.Client(conn, config), 0, "client_tcp_secured", args)
	if err != nil {
		conn.Close()
		return err
	}
	c.handshake = shake
	return nil
}

// secured is the end of a handshake, of one that was given up perhaps.
func (c *Client) secured(e kernel.Event) {
	shake, ok := e.Arg(0).(*tcpconn.Handshake)
	if !ok || shake != c.handshake {
		return
	}
	c.Event = e
	err, _ := e.Arg(1).(error)
	c.dropHandshake(err == nil)
	if err != nil {
		c.connectFailed(&kernel.OpError{Op: "handshake", Err: err})
		return
	}
	state := shake.Conn.ConnectionState()
	c.TLS = &state
	e.Args, _ = e.Arg(2).([]any)
	c.begin(e, kernel.Conn(shake.Conn))
}

// dropHandshake ends a handshake, and its connection unless that is used.
func (c *Client) dropHandshake(used bool) {
	if shake := c.handshake; shake != nil {
		c.handshake = nil
		shake.Drop(used)
	}
}
