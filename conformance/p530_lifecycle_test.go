package conformance

import (
	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/kernel"
)

// serverWheel is the class of $_[HEAP]{server}.
func serverWheel(c *clienttcp.Client) any {
	switch {
	case c.Wheel != nil:
		return "POE::Wheel::ReadWrite"
	case c.Factory != nil:
		return "POE::Wheel::SocketFactory"
	}
	return nil
}

func p530(p *port) {
	k := p.kernel()
	server, port := p.listen()
	var peer *plain
	inHeap := func(c *clienttcp.Client) string { return yesNo(serverWheel(c) != nil) }
	client := p.client(k, port, clienttcp.Config{
		Alias: "client", Args: []any{"x", "y"},
		Started: func(c *clienttcp.Client) {
			p.out(with(append(c.Args, "state", c.Name, "server in heap:", inHeap(c)), "Started")...)
		},
		PreConnect: func(c *clienttcp.Client, h *kernel.Handle) *kernel.Handle {
			p.out("PreConnect", is(c.Arg(0) == any(h), "socket", "none"), "connected", number(c.Connected), "argc", len(c.Args))
			return h
		},
		Connected: func(c *clienttcp.Client) {
			p.out("Connected", c.Arg(1), "port", is(c.Arg(2) == any(port), "matches", "differs"), "argc", len(c.Args),
				"connected", number(c.Connected), "wheel", serverWheel(c))
			peer = p.accept(server)
			peer.write("hello\r\n")
		},
		ServerInput: clienttcp.Input(func(c *clienttcp.Client, line any) {
			p.out("ServerInput", line, "argc", len(c.Args), "wheel id", is(c.Arg(1) == any(c.Wheel.ID()), "matches", "differs"))
			c.Put("hi there")
		}),
		ServerFlushed: func(c *clienttcp.Client) {
			p.out("ServerFlushed", "argc", len(c.Args))
			p.out("server got", bars(peer.read(100)))
			peer.close()
		},
		ServerError: func(c *clienttcp.Client, err *kernel.OpError) {
			p.out("ServerError", err.Op, int(err.Errno()), "<"+err.Text()+">", "argc", len(c.Args), "connected", number(c.Connected))
		},
		Disconnected: func(c *clienttcp.Client) {
			p.out("Disconnected", "connected", number(c.Connected), "server in heap:", inHeap(c),
				"alias", is(resolves(k, "client"), "set", "gone"))
		},
		ConnectError: func(*clienttcp.Client, *kernel.OpError) { p.out("ConnectError (not reached)") },
	})
	named, _ := k.AliasResolve("client")
	p.out("new returned the ID of the alias:", yesNo(named == client.ID()))
	k.Run()
	p.out("run returned, alias", is(resolves(k, "client"), "set", "gone"))
}
