package syslogclient

import (
	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// window is how many bytes are put into a connection before it must have written
// them.
const window = 64 << 10

// stream sends over a connection.
type stream struct {
	c    *Client
	tcp  *clienttcp.Client
	sent [][]byte // since all was written
	done bool
}

func (c *Client) newStream() (transport, error) {
	s := &stream{c: c}
	made := clienttcp.Config{
		RemoteAddress: c.config.RemoteAddress, RemotePort: c.config.RemotePort, TLS: c.config.TLS, Dial: c.config.Dial,
		ConnectTimeout: c.config.Timeout, Timeouts: clienttcp.Timeouts{Write: c.config.Timeout}, Backoff: c.config.Backoff,
		Filter:        func() filter.Filter { return filter.NewStream() },
		Connected:     func(*clienttcp.Client) { s.flush() },
		ServerFlushed: func(*clienttcp.Client) { s.flushed() },
		ServerInput:   clienttcp.Input(func(*clienttcp.Client, []byte) {}), // servers have nothing to say
		ServerError:   func(_ *clienttcp.Client, err *kernel.OpError) { c.fail(err) },
		ConnectError:  func(_ *clienttcp.Client, err *kernel.OpError) { c.fail(err) },
		Disconnected:  func(*clienttcp.Client) { s.lost() },
	}
	if c.config.Type == "unix" && c.config.Dial == nil {
		made.Domain = socketfactory.Unix
	}
	var err error
	s.tcp, err = clienttcp.New(c.k, made)
	return s, err
}

// flush puts as much as the connection may have.
func (s *stream) flush() {
	if !s.tcp.Connected || s.tcp.Wheel == nil || s.tcp.GotAnError {
		return
	}
	for len(s.c.pending) > 0 && s.tcp.Wheel.OutOctets() < window {
		m := s.c.take()
		s.sent = append(s.sent, m)
		s.tcp.Wheel.Put(m)
	}
}

// flushed is called when all has been written.
func (s *stream) flushed() {
	s.c.stats.Sent += uint64(len(s.sent))
	s.sent = nil
	s.c.service.In(func(kernel.Event) {
		s.flush()
		s.c.finish()
	})
}

// lost has what was not written sent again.
func (s *stream) lost() {
	if s.done {
		return
	}
	for _, m := range s.sent {
		s.c.octets += len(m)
	}
	s.c.pending = append(s.sent, s.c.pending...)
	s.sent = nil
}

func (s *stream) idle() bool { return len(s.sent) == 0 }

// close ends the connection, whatever waits.
func (s *stream) close() {
	s.done = true
	if s.tcp == nil {
		return
	}
	s.tcp.Shutdown()
	if n := len(s.sent); n > 0 {
		s.sent = nil
		s.c.dropped(n)
		s.tcp.Shutdown() // a second one drops output
	}
}
