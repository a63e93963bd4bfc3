package conformance

import (
	"net/netip"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// recv is Perl's recv: a datagram and where it came from.
func (p *port) recv(h *kernel.Handle) (data string, from netip.AddrPort) {
	buf := make([]byte, 100)
	n, from, err := h.ReadFrom(buf)
	if err != nil {
		p.Fatal(err)
	}
	return string(buf[:n]), from
}

// send is Perl's send.
func (p *port) send(h *kernel.Handle, data string, to netip.AddrPort) {
	if _, err := h.WriteTo([]byte(data), to); err != nil {
		p.Fatal(err)
	}
}

func p423(p *port) {
	k := p.kernel()
	var server netip.AddrPort
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
			local := addrPort(h.LocalAddr())
			p.out("bound to", local.Addr(), "port", either(local.Port() > 0, "chosen", "none"))
			factory.Close()
			if !server.IsValid() {
				server = local
				k.SelectRead(h, "server_readable")
				make()
				return
			}
			k.SelectRead(h, "client_readable")
			p.send(h, "question", server)
		},
		"server_readable": func(e kernel.Event) {
			h := kernel.Arg[*kernel.Handle](e, 0)
			data, from := p.recv(h)
			p.out("server received", data, "from", from.Addr())
			p.send(h, "answer to "+data, from)
			k.SelectClear(h, kernel.Read)
		},
		"client_readable": func(e kernel.Event) {
			h := kernel.Arg[*kernel.Handle](e, 0)
			data, _ := p.recv(h)
			p.out("client received", data)
			k.SelectClear(h, kernel.Read)
		},
		"failed": func(e kernel.Event) { p.out(with(e.Args[:3], "failed")...) },
		"_stop":  func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
}
