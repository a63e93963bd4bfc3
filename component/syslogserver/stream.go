package syslogserver

import (
	"bytes"
	"errors"
	"io"
	"net"
	"syscall"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/syslog"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// stream receives from connections.
type stream struct {
	s *Server
	l *servertcp.Listener
}

func (s *Server) openStream() (socket, error) {
	c := &s.config
	t := &stream{s: s}
	made := servertcp.Config{
		Address: c.BindAddress, Port: c.BindPort, Listener: c.Handle,
		MaxClients: c.MaxClients, Limits: servertcp.Limits{PerPeer: c.PerPeer},
		Timeouts:     servertcp.Timeouts{Idle: max(0, c.IdleTimeout)},
		TLS:          servertcp.TLS{Config: c.TLS},
		ClientFilter: s.newFilter,
		ClientInput:  servertcp.Input(t.input),
		ClientError:  t.failed,
	}
	if c.Handle != nil {
		made.Address, made.Port = "", 0
	} else if c.unix() {
		made.Domain = socketfactory.Unix
	}
	var err error
	t.l, err = servertcp.Listen(s.k, made)
	return t, err
}

func (s *Server) newFilter() filter.Filter {
	f, err := syslog.New(syslog.Config{Framing: s.config.Framing, MaxLength: s.config.MaxLength, Now: s.k.Now})
	if err != nil {
		panic(err) // check has looked at it
	}
	return f
}

func (t *stream) input(c *servertcp.Client, m *syslog.Message) {
	got := &Message{Message: *m, From: c.RemoteAddr, TLS: c.TLS}
	t.s.service.In(func(kernel.Event) { t.s.deliver(got) })
}

// failed reports an error of a connection. A message that is wrong does not end it.
func (t *stream) failed(c *servertcp.Client, err *kernel.OpError) {
	c.ShutdownOnError = !filter.Recoverable(err.Err)
	switch {
	case err.Op == "read" && errors.Is(err, io.EOF):
		t.ended(c)
	case err.Op == "read" && errors.Is(err, syscall.ECONNRESET):
	default:
		t.report(c, err)
	}
}

func (t *stream) report(c *servertcp.Client, err error) {
	from := c.RemoteAddr
	t.s.service.In(func(kernel.Event) { t.s.fail(&Error{From: from, Err: err}) })
}

// ended looks at what a connection has left: a last line may be without its end,
// while a counted message is only a part.
func (t *stream) ended(c *servertcp.Client) {
	if c.Wheel == nil {
		return // it ends during the handshake
	}
	rest := c.Wheel.PendingInput()
	if len(rest) == 0 {
		return
	}
	if counted := rest[0] >= '0' && rest[0] <= '9'; counted && t.s.config.Framing != syslog.Lines || t.s.config.Framing == syslog.Counted {
		t.report(c, io.ErrUnexpectedEOF)
		return
	}
	m, err := syslog.Parse(bytes.TrimSuffix(rest, []byte("\r")), t.s.k.Now())
	if err != nil {
		t.report(c, err)
		return
	}
	t.input(c, m)
}

func (t *stream) addr() net.Addr { return t.l.Addr() }

func (t *stream) clients() int { return t.l.Connections }

func (t *stream) close() error {
	t.l.Drain(0)
	return nil
}
