package conformance

import (
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

func p510(p *port) {
	k := p.kernel()
	run := func(args ...any) {
		var port int
		var clients []*plain
		connect := func() {
			c := p.dial(port)
			clients = append(clients, c)
			c.write("x\n")
		}
		p.server(k, servertcp.Config{
			Alias: "server", ClientArgs: args,
			Started: func(l *servertcp.Listener) { port = portOf(l.Addr()); p.out("Started", "argc", len(l.Args)) },
			ClientPreConnect: func(c *servertcp.Client, h *kernel.Handle) *kernel.Handle {
				p.out("ClientPreConnect", "argc", len(c.Args), "["+joined(kernel.Arg[[]any](c.Event, 1))+"]")
				return h
			},
			ClientConnected: func(c *servertcp.Client) {
				p.out(with(c.Args, "ClientConnected", "argc", len(c.Args))...)
				if len(c.Args) > 0 {
					c.Args[0] = "changed"
				}
			},
			ClientInput: servertcp.Input(func(c *servertcp.Client, _ any) {
				p.out("ClientInput", "argc", len(c.Args))
				k.Yield("shutdown")
			}),
			ClientDisconnected: func(c *servertcp.Client) {
				p.out("ClientDisconnected", "argc", len(c.Args))
				if len(clients) < 2 {
					connect()
				} else {
					k.Post(kernel.Alias("server"), "shutdown")
				}
			},
		})
		connect()
		k.Run()
	}
	p.out("-- none")
	run()
	p.out("-- ClientArgs")
	run("one", "two")
	p.out("-- Args")
	p.notInGo("warning: Args is deprecated but allowed for now.  Please use ClientArgs", "the old name Args does not exist")
	run("old")
}
