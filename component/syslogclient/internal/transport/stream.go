package transport

import (
	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/internal/service"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
)

// window is how many bytes are put into a connection before it must have written
// them.
const window = 64 << 10

// Stream sends over a connection.
type Stream struct {
	service *service.Service
	queue   *Queue
	tcp     *clienttcp.Client
	sent    [][]byte // since all was written
	done    bool
}

// NewStream begins to connect, as a configuration without callbacks describes it.
func NewStream(s *service.Service, q *Queue, c clienttcp.Config) (*Stream, error) {
	t := &Stream{service: s, queue: q}
	c.Filter = func() filter.Filter { return filter.NewStream() }
	c.Connected = func(*clienttcp.Client) { t.Flush() }
	c.ServerFlushed = func(*clienttcp.Client) { t.flushed() }
	c.ServerInput = clienttcp.Input(func(*clienttcp.Client, []byte) {}) // servers have nothing to say
	c.ServerError = func(_ *clienttcp.Client, err *kernel.OpError) { q.Fail(err) }
	c.ConnectError = c.ServerError
	c.Disconnected = func(*clienttcp.Client) { t.lost() }
	var err error
	t.tcp, err = clienttcp.New(s.Kernel, c)
	return t, err
}

// Flush puts as much as the connection may have.
func (t *Stream) Flush() {
	if !t.tcp.Connected || t.tcp.Wheel == nil || t.tcp.GotAnError {
		return
	}
	for t.queue.Len() > 0 && t.tcp.Wheel.OutOctets() < window {
		m := t.queue.take()
		t.sent = append(t.sent, m)
		t.tcp.Wheel.Put(m)
	}
}

// flushed is called when all has been written.
func (t *Stream) flushed() {
	t.queue.Sent += uint64(len(t.sent))
	t.sent = nil
	t.service.In(func(kernel.Event) {
		t.Flush()
		t.queue.Emptied()
	})
}

// lost has what was not written sent again.
func (t *Stream) lost() {
	if !t.done {
		t.queue.putBack(t.sent)
		t.sent = nil
	}
}

// Idle reports whether everything that was taken from the queue has been written.
func (t *Stream) Idle() bool { return len(t.sent) == 0 }

// Close ends the connection, whatever waits.
func (t *Stream) Close() {
	t.done = true
	if t.tcp == nil {
		return
	}
	t.tcp.Shutdown()
	if n := len(t.sent); n > 0 {
		t.sent = nil
		t.queue.drop(n)
		t.tcp.Shutdown() // a second one drops output
	}
}
