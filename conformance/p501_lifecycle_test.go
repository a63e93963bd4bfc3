package conformance

import (
	"strings"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

func p501(p *port) {
	k := p.kernel()
	var port int
	var client *plain
	wheel := func(c *servertcp.Client) string { return yesNo(c.Wheel != nil) }
	server := p.server(k, servertcp.Config{
		Alias:   "server",
		Started: func(l *servertcp.Listener) { port = portOf(l.Addr()); p.out("Started") },
		Stopped: func(*servertcp.Listener) { p.out("Stopped") },
		ClientPreConnect: func(c *servertcp.Client, h *kernel.Handle) *kernel.Handle {
			p.out("ClientPreConnect", is(c.Arg(0) == h, "socket", "no socket"), "wheel yet:", wheel(c))
			return h
		},
		ClientConnected: func(c *servertcp.Client) {
			p.out("ClientConnected", "argc", len(c.Args), "from", c.RemoteIP, "wheel yet:", wheel(c))
		},
		ClientInput: servertcp.Input(func(c *servertcp.Client, line any) {
			id := kernel.Arg[kernel.WheelID](c.Event, 1)
			p.out("ClientInput", "<"+line.(string)+">", "argc", len(c.Args), "wheel id", is(id == c.Wheel.ID(), "matches", "differs"))
			c.Put("you said " + line.(string))
		}),
		ClientFlushed: func(c *servertcp.Client) {
			p.out("ClientFlushed", "argc", len(c.Args))
			got := bars(client.read(100))
			p.out("client got", got)
			if strings.Contains(got, "two") {
				client.close()
			} else {
				client.write("two\r\n")
			}
		},
		ClientError: func(c *servertcp.Client, err *kernel.OpError) {
			p.out("ClientError", err.Op, int(err.Errno()), "<"+err.Text()+">", "argc", len(c.Args), "wheel there:", wheel(c))
		},
		ClientDisconnected: func(c *servertcp.Client) {
			p.out("ClientDisconnected", "wheel there:", wheel(c))
			k.Post(kernel.Alias("server"), "shutdown")
		},
	})
	named, _ := k.AliasResolve("server")
	p.out("new returned an ID:", yesNo(server.ID().Alive()), "alias is that session:", yesNo(named == server.ID()))
	client = p.dial(port)
	client.write("one\n")
	k.Run()
	p.out("run returned")
}
