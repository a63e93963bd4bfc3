package servertcp

import (
	"github.com/gopoe/poe/kernel/observe"
)

// Role implements observe.Endpoint.
func (l *Listener) Role() string { return "server" }

// Describe implements observe.Endpoint: it returns the server's figures.
func (l *Listener) Describe() []observe.Field {
	s := l.stats // without the bytes of open connections, which would have to be gone through
	f := []observe.Field{
		{Name: "open", Value: l.Connections},
		{Name: "accepted", Value: s.Accepted},
		{Name: "refused", Value: s.Refused},
		{Name: "errors", Value: s.Errors},
		{Name: "held", Value: l.memory.total},
		{Name: "concurrency", Value: l.Concurrency},
	}
	if l.Wheel != nil {
		if addr := l.Wheel.LocalAddr(); addr != nil {
			f = append([]observe.Field{{Name: "address", Value: addr.String()}}, f...)
		}
	} else {
		f = append(f, observe.Field{Name: "state", Value: "does not listen"})
	}
	return f
}

// Role implements observe.Endpoint.
func (c *Client) Role() string { return "connection" }

// Describe implements observe.Endpoint: it returns the connection's figures.
func (c *Client) Describe() []observe.Field {
	peer := c.RemoteIP
	if c.RemoteAddr.IsValid() {
		peer = c.RemoteAddr.String()
	}
	f := []observe.Field{{Name: "peer", Value: peer}, {Name: "server", Value: c.listener.id.Number()}}
	if c.TLS != nil {
		f = append(f, observe.Field{Name: "tls", Value: c.TLS.ServerName})
	}
	if c.Wheel != nil {
		f = append(f, c.Wheel.Describe()[2:]...)
	}
	if c.ShuttingDown {
		f = append(f, observe.Field{Name: "state", Value: "shutting down"})
	}
	return f
}
