package conformance

import (
	"fmt"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

func p954(p *port) {
	k := p.kernel()
	options := map[string]any{"mine": "set"}
	option := func(e kernel.Event) any { return e.Session.Session().(*session.Session).Option("mine") }
	l := p.server(k, servertcp.Config{
		Alias: "server", ListenerOptions: options, ClientOptions: options,
		Started: func(l *servertcp.Listener) { p.out("listener option", option(l.Event), "state", l.Name) },
		Stopped: func(l *servertcp.Listener) { p.out("Stopped, state", l.Name) },
		ClientPreConnect: func(c *servertcp.Client, h *kernel.Handle) *kernel.Handle {
			p.out("preconnect state", c.Name)
			return h
		},
		ClientConnected: func(c *servertcp.Client) { p.out("connection option", option(c.Event), "state", c.Name) },
		ClientInput: servertcp.Input(func(c *servertcp.Client, _ string) {
			p.out("input state", c.Name)
			own, _ := k.Call(c.Session, "own", 1, 2)
			p.out("own state", own)
			c.Put("bye")
			p.out("call shutdown")
			k.Call(c.Session, "shutdown")
			p.out("wheel", is(c.Wheel != nil, "there", "gone"), "shutdown", number(c.ShuttingDown))
		}),
		ClientFlushed: func(c *servertcp.Client) { p.out("flushed state", c.Name) },
		ClientError:   func(c *servertcp.Client, _ *kernel.OpError) { p.out("error state", c.Name) },
		ClientDisconnected: func(c *servertcp.Client) {
			p.out("disconnected state", c.Name)
			k.Call(kernel.Alias("server"), "shutdown")
			p.out("alias", is(resolves(k, "server"), "there", "gone"))
		},
		InlineStates: states{"own": func(e kernel.Event) {
			e.Return(fmt.Sprint("own got ", e.Arg(0), " ", e.Arg(1)))
		}},
	})
	p.dial(portOf(l.Addr())).write("go\n")
	k.Run()
}
