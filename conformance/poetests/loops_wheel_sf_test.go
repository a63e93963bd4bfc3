//go:build unix

package poetests_test

import (
	"net"
	"path/filepath"
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// POE::Test::Loops::wheel_sf_tcp
func TestLoopsWheelSFTCP(t *testing.T) {
	perLoop(t, func(p *proof) {
		(&talk{p: p, ended: numbers{}}).over(p.kernel(), "127.0.0.1")
	})
}

// POE::Test::Loops::wheel_sf_ipv6. A system without IPv6 has the same talk over
// IPv4 once more.
func TestLoopsWheelSFIPv6(t *testing.T) {
	perLoop(t, func(p *proof) {
		address := "::1"
		if l, err := net.Listen("tcp6", "[::1]:0"); err != nil {
			address = "127.0.0.1"
		} else {
			l.Close()
		}
		(&talk{p: p, ended: numbers{}}).over(p.kernel(), address)
	})
}

// POE::Test::Loops::wheel_sf_unix
func TestLoopsWheelSFUnix(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		path := filepath.Join(p.TempDir(), "s")
		conversation := &talk{p: p, ended: numbers{}}
		var listener *socketfactory.Wheel
		clients := 0
		var child any
		p.start(k, states{
			"_start": func(e kernel.Event) {
				var err error
				listener, err = socketfactory.New(e.Kernel, socketfactory.Config{
					Domain: socketfactory.Unix, BindAddress: path,
					Events: socketfactory.Names{Success: "got_client", Failure: "got_error"},
				})
				p.must().NoError(err)
			},
			"got_client": func(e kernel.Event) {
				clients++
				conversation.server(e.Kernel, kernel.Arg[*kernel.Handle](e, 0))
			},
			"got_error": func(e kernel.Event) { p.Error(e.Args...) },
			"_child": func(e kernel.Event) {
				if e.Arg(0) == "create" {
					child = e.Arg(1)
					return
				}
				p.is().Equal(child, e.Arg(1), "the child that was made")
				listener.Close()
			},
		})
		conversation.client(k, socketfactory.Config{Domain: socketfactory.Unix, RemoteAddress: path})
		p.run(k)
		p.is().Equal(1, clients)
		conversation.proved()
	})
}

// POE::Test::Loops::wheel_sf_udp: two datagram sockets play ball, ten times
// each.
func TestLoopsWheelSFUDP(t *testing.T) {
	perLoop(t, func(p *proof) {
		const times = 10
		k := p.kernel()
		sent := map[string]int{}
		sockets := map[string]*kernel.Handle{}
		wheels := map[string]*socketfactory.Wheel{}
		addr := func(h *kernel.Handle) *net.UDPAddr {
			return net.UDPAddrFromAddrPort(h.LocalAddr().(*net.UDPAddr).AddrPort())
		}
		got := func(name, other string) func(e kernel.Event) {
			return func(e kernel.Event) {
				h := kernel.Arg[*kernel.Handle](e, 0)
				p.is().NoError(wheels[name].Close())
				sockets[name] = h
				p.is().NoError(e.Kernel.SelectRead(h, "input", name))
				if sockets[other] != nil {
					sent[name]++
					_, err := h.WriteTo([]byte("1: this is a test"), addr(sockets[other]).AddrPort())
					p.is().NoError(err)
				}
			}
		}
		p.start(k, states{
			"_start": func(e kernel.Event) {
				for _, name := range []string{"a", "b"} {
					var err error
					wheels[name], err = socketfactory.New(e.Kernel, socketfactory.Config{
						BindAddress: "127.0.0.1", Protocol: "udp", Reuse: true,
						Events: socketfactory.Names{Success: "socket_" + name, Failure: "error"},
					})
					p.must().NoError(err)
				}
				e.Kernel.Delay("timeout", patience)
			},
			"socket_a": got("a", "b"), "socket_b": got("b", "a"),
			"error": func(e kernel.Event) { p.Error(e.Args...) },
			"input": func(e kernel.Event) {
				name := kernel.Arg[string](e, 2)
				buf := make([]byte, 1024)
				n, from, err := sockets[name].ReadFrom(buf)
				p.is().NoError(err)
				if sent[name] < times {
					sent[name]++
					_, err = sockets[name].WriteTo([]byte(rot13(string(buf[:n]))), from)
					p.is().NoError(err)
					return
				}
				e.Kernel.DelayClear("timeout")
				for _, h := range sockets {
					e.Kernel.SelectClear(h)
				}
			},
			"timeout": func(kernel.Event) { p.Error("a datagram is lost") },
		})
		p.run(k)
		p.is().Equal(map[string]int{"a": times, "b": times}, sent)
		for _, h := range sockets {
			p.is().NoError(h.Close())
		}
	})
}
