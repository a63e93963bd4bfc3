package conformance

import (
	"net"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/listenaccept"
	"github.com/gopoe/poe/wheel/socketfactory"
)

func p426(p *port) {
	k := p.kernel()
	server := must(socketfactory.Listen(socketfactory.Config{BindAddress: "127.0.0.1", ListenQueue: 5}))
	defer server.Close()
	var last *plain
	client := func() {
		last = p.dial(portOf(server.LocalAddr()))
	}
	var w *listenaccept.Wheel
	inline(k, states{
		"_start": func(kernel.Event) {
			// The program keeps the socket open, beside the wheel.
			w = must(listenaccept.New(k, listenaccept.Config{Handle: server, Borrow: true,
				Events: listenaccept.Names{Accept: "accepted", Error: "error"}}))
			client()
		},
		"accepted": func(e kernel.Event) {
			peer := addrPort(kernel.Arg[net.Addr](e, 1))
			p.out("accepted", peer.Addr(), "port matches", yesNo(int(peer.Port()) == last.port()),
				"my id", yesNo(e.Arg(2) == w.ID()), "argc", len(e.Args))
			p.syswrite(kernel.Arg[*kernel.Handle](e, 0), "welcome")
			p.out("client got", last.read(1000))
			w.SetEvents(listenaccept.Names{Accept: "again", Error: "error"})
			client()
		},
		"again": func(kernel.Event) {
			p.out("again")
			w.Close()
			client()
			p.out("socket still listens")
		},
		"error": func(e kernel.Event) { p.out(with(e.Args[:3], "error")...) },
		"_stop": func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
}
