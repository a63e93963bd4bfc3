package servertcp

import (
	"fmt"
	"time"

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

// Operations implements observe.Operator. "pause" accepts no more connections until
// "resume"; "stop listening" is the event "shutdown"; "drain" is the event of that
// name; "close" drains without waiting.
func (l *Listener) Operations() []string {
	switch {
	case l.Wheel == nil && l.first == nil:
		return nil
	case l.Wheel == nil:
		return []string{"drain", "close"}
	case l.paused != nil:
		return []string{"resume", "stop listening", "drain", "close"}
	case l.Concurrency == 0: // the program accepts none
		return []string{"stop listening", "drain", "close"}
	}
	return []string{"pause", "stop listening", "drain", "close"}
}

// Operate implements observe.Operator.
func (l *Listener) Operate(operation string) error {
	k := l.id.Kernel()
	switch operation {
	case "pause":
		limit := l.Concurrency
		l.paused = &limit
		return k.Post(l.id, "set_concurrency", 0)
	case "resume":
		limit := *l.paused
		l.paused = nil
		return k.Post(l.id, "set_concurrency", limit)
	case "stop listening":
		return k.Post(l.id, "shutdown")
	case "drain":
		return k.Post(l.id, "drain")
	case "close":
		return k.Post(l.id, "drain", time.Duration(0))
	}
	return fmt.Errorf("servertcp: no operation %q", operation)
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

// Operations implements observe.Operator. "close" is the event "shutdown".
func (c *Client) Operations() []string {
	if c.ShuttingDown || c.Kernel == nil {
		return nil
	}
	return []string{"close"}
}

// Operate implements observe.Operator.
func (c *Client) Operate(string) error {
	c.Shutdown()
	return nil
}
