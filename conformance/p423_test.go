package conformance

import (
	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// recv is Perl's recv: a datagram and where it came from.
func (p *port) recv(h *kernel.Handle) (data string, from unix.Sockaddr) {
	buf := make([]byte, 100)
	n, from, err := unix.Recvfrom(h.Fd(), buf, 0)
	if err != nil {
		p.Fatal(err)
	}
	return string(buf[:n]), from
}

// send is Perl's send.
func (p *port) send(h *kernel.Handle, data string, to unix.Sockaddr) {
	if err := unix.Sendto(h.Fd(), []byte(data), 0, to); err != nil {
		p.Fatal(err)
	}
}

// localUDP is where a datagram socket is bound.
func (p *port) localUDP(h *kernel.Handle) *unix.SockaddrInet4 {
	return must(unix.Getsockname(h.Fd())).(*unix.SockaddrInet4)
}

// ipv4 shows an address as inet_ntoa does.
func ipv4(sa unix.Sockaddr) string { return netIP(sa.(*unix.SockaddrInet4).Addr) }

func p423(p *port) {
	k := p.kernel()
	serverPort := 0
	var factory *socketfactory.Wheel
	make := func() {
		factory = must(socketfactory.New(k, socketfactory.Config{Protocol: "udp", BindAddress: "127.0.0.1",
			Events: socketfactory.Names{Success: "ready", Failure: "failed"}}))
	}
	inline(k, states{
		"_start": func(kernel.Event) {
			make()
			p.out("new returned")
		},
		"ready": func(e kernel.Event) {
			h := kernel.Arg[*kernel.Handle](e, 0)
			p.out("ready", "address", e.Arg(1), "port", e.Arg(2), "my id", yesNo(e.Arg(3) == factory.ID()), "argc", len(e.Args))
			local := p.localUDP(h)
			p.out("bound to", ipv4(local), "port", either(local.Port > 0, "chosen", "none"))
			factory.Close()
			if serverPort == 0 {
				serverPort = local.Port
				k.SelectRead(h, "server_readable")
				make()
				return
			}
			k.SelectRead(h, "client_readable")
			p.send(h, "question", &unix.SockaddrInet4{Port: serverPort, Addr: [4]byte{127, 0, 0, 1}})
		},
		"server_readable": func(e kernel.Event) {
			h := kernel.Arg[*kernel.Handle](e, 0)
			data, from := p.recv(h)
			p.out("server received", data, "from", ipv4(from))
			p.send(h, "answer to "+data, from)
			k.SelectReadClear(h)
		},
		"client_readable": func(e kernel.Event) {
			h := kernel.Arg[*kernel.Handle](e, 0)
			data, _ := p.recv(h)
			p.out("client received", data)
			k.SelectReadClear(h)
		},
		"failed": func(e kernel.Event) { p.out(with(e.Args[:3], "failed")...) },
		"_stop":  func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
}
