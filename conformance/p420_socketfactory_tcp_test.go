package conformance

import (
	"net/netip"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// waitReadable is Perl's select with a time-out of two seconds.
func (p *port) waitReadable(h *kernel.Handle) {
	p.asks("waits", func() error {
		_, err := unix.Poll([]unix.PollFd{{Fd: int32(h.Fd()), Events: unix.POLLIN}}, 2000)
		return err
	})
}

func p420(p *port) {
	k := p.kernel()
	var listener, client *socketfactory.Wheel
	var local netip.AddrPort
	var keep []*kernel.Handle
	var accepted, connected []any
	var clientPort, peerPort int
	port := func() int { return int(local.Port()) }
	both := func() {
		if len(keep) == 2 && accepted != nil && connected != nil {
			k.Yield("both")
		}
	}
	inline(k, states{
		"_start": func(kernel.Event) {
			listener = must(socketfactory.New(k, socketfactory.Config{BindAddress: "127.0.0.1",
				Events: socketfactory.Names{Success: "accepted", Failure: "failed"}}))
			local = addrPort(listener.LocalAddr())
			p.out("listening on", local.Addr(), "port chosen", yesNo(port() > 0))
			k.Yield("connect")
		},
		"connect": func(kernel.Event) {
			client = must(socketfactory.New(k, socketfactory.Config{RemoteAddress: "127.0.0.1", RemotePort: port(),
				Events: socketfactory.Names{Success: "connected", Failure: "failed"}}))
			p.out("ids differ", yesNo(client.ID() != listener.ID()))
		},
		"connected": func(e kernel.Event) {
			h := kernel.Arg[*kernel.Handle](e, 0)
			connected = []any{"connected", "argc", len(e.Args), e.Arg(1), "server port", yesNo(e.Arg(2) == port()),
				"client id", yesNo(e.Arg(3) == client.ID())}
			clientPort = portOf(h.LocalAddr())
			keep = append(keep, h)
			both()
		},
		"accepted": func(e kernel.Event) {
			accepted = []any{"accepted", "argc", len(e.Args), e.Arg(1), "listener id", yesNo(e.Arg(3) == listener.ID())}
			peerPort = kernel.Arg[int](e, 2)
			keep = append(keep, kernel.Arg[*kernel.Handle](e, 0))
			both()
		},
		"both": func(kernel.Event) {
			p.out(accepted...)
			p.out(connected...)
			p.out("peer port is the client port", yesNo(peerPort == clientPort))
			client.Close()
			p.syswrite(keep[0], "ping")
			p.waitReadable(keep[1])
			p.out("still connected:", p.sysread(keep[1]))
			k.Yield("wait", 3)
		},
		"wait": settled("wait", func(kernel.Event) {
			p.out("drop the listener")
			listener.Close()
		}),
		"failed": func(e kernel.Event) { p.out(with(e.Args[:3], "failed")...) },
		"_stop":  func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
}
