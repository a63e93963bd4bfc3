//go:build unix

package poetests_test

import (
	"strings"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/driver"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// talk is a conversation of two lines over a socket, which three of POE's loop
// tests have: a client sends a line, the server sends it back turned by rot13,
// and so on until the line is itself again.
type talk struct {
	p                *proof
	clientErrs       int
	received         string
	put, flushed     int // by the server
	octets, messages int // buffered by the client at first
	ended            numbers
}

// slow is a wheel that reads ten octets at once.
func (t *talk) slow(k *kernel.Kernel, h *kernel.Handle) *readwrite.Wheel {
	w, err := readwrite.New(k, readwrite.Config{
		Handle: h, Driver: made(driver.New(driver.Config{BlockSize: 10})),
		Events: readwrite.Names{Input: "got_line", Error: "got_error", Flushed: "got_flush"},
	})
	t.p.ok(err)
	return w
}

// server makes the session of a connection that was accepted.
func (t *talk) server(k *kernel.Kernel, h *kernel.Handle) {
	var w *readwrite.Wheel
	t.p.start(k, states{
		"_start": func(e kernel.Event) { w = t.slow(e.Kernel, h) },
		"got_line": func(e kernel.Event) {
			w.Put(rot13(kernel.Arg[string](e, 0)))
			t.put++
		},
		"got_flush": func(kernel.Event) { t.flushed++ },
		"got_error": func(e kernel.Event) {
			t.p.is().Equal([]any{"read", 0}, e.Args[:2], "the end")
			w.Close()
		},
		"_stop": func(kernel.Event) { t.ended["server"]++ },
	})
}

// client makes the session that connects, and is told how.
func (t *talk) client(k *kernel.Kernel, c socketfactory.Config) {
	c.Events = socketfactory.Names{Success: "got_server", Failure: "got_error"}
	var factory *socketfactory.Wheel
	var w *readwrite.Wheel
	t.p.start(k, states{
		"_start": func(e kernel.Event) {
			var err error
			factory, err = socketfactory.New(e.Kernel, c)
			t.p.must().NoError(err)
		},
		"got_server": func(e kernel.Event) {
			t.p.is().NoError(factory.Close())
			w = t.slow(e.Kernel, kernel.Arg[*kernel.Handle](e, 0))
			w.Put("1: this is a test")
			t.octets, t.messages = w.OutOctets(), w.OutMessages()
		},
		"got_line": func(e kernel.Event) {
			line := kernel.Arg[string](e, 0)
			if rest, ok := strings.CutPrefix(line, "1: "); ok {
				w.Put("2: " + rest)
				return
			}
			t.received = line
			w.Close()
		},
		"got_flush": nothing,
		"got_error": func(e kernel.Event) { t.clientErrs++; t.p.Error(e.Args...) },
		"_stop":     func(kernel.Event) { t.ended["client"]++ },
	})
}

// proved checks what a talk has come to.
func (t *talk) proved() {
	t.p.is().Equal([]int{19, 1}, []int{t.octets, t.messages}, "buffered at first")
	t.p.is().Equal("2: this is a test", t.received)
	t.p.is().Equal(2, t.put)
	t.p.is().Equal(t.put, t.flushed, "all that was put is flushed")
	t.p.is().Equal(numbers{"client": 1, "server": 1}, t.ended)
	t.p.is().Zero(t.clientErrs)
}

// over runs a talk over TCP, with a server whose Acceptor takes the sockets.
func (t *talk) over(k *kernel.Kernel, address string) {
	var port int
	l, err := servertcp.New(k, servertcp.Config{
		Alias: "tcp_server", Address: address,
		Started: func(l *servertcp.Listener) { port = portOf(l.Addr()) },
		Acceptor: func(l *servertcp.Listener, s socketfactory.Socket) {
			t.p.is().Equal(address, s.Peer.Addr().String())
			t.server(l.Kernel, s.Handle)
			t.p.is().NoError(l.Kernel.Post(l.ID(), "shutdown"), "no more connections")
		},
	})
	t.p.must().NoError(err)
	t.p.is().Equal(port, portOf(l.Addr()))
	t.client(k, socketfactory.Config{RemoteAddress: address, RemotePort: port})
	t.p.run(k)
	t.proved()
}
