package conformance

import (
	"strings"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

func p505(p *port) {
	k := p.kernel()
	var port int
	var clients []*plain
	number := func(c *servertcp.Client) int { return c.Heap.(int) }
	driver := kernel.Alias("driver")
	server := p.server(k, servertcp.Config{
		Alias:   "server",
		Started: func(l *servertcp.Listener) { port = portOf(l.Addr()) },
		Stopped: func(l *servertcp.Listener) { p.out("Stopped", "connections", l.Connections) },
		ClientConnected: func(c *servertcp.Client) {
			c.Heap = len(clients)
			p.out("connected", number(c))
			if len(clients) == 2 {
				k.Post(driver, "ready")
			} else {
				clients = append(clients, p.dial(port))
			}
		},
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
			p.out("input from", number(c), line)
			c.Put("echo " + line)
		}),
		ClientFlushed: func(c *servertcp.Client) {
			got := strings.TrimSpace(clients[number(c)-1].read(100))
			p.out("client", number(c), "got", got)
			k.Post(driver, "after_"+strings.ReplaceAll(got, " ", "_"))
		},
		ClientDisconnected: func(c *servertcp.Client) {
			p.out("disconnected", number(c))
			if number(c) == 1 {
				k.Post(driver, "first_gone")
			}
		},
	})
	inline(k, states{
		"_start": func(kernel.Event) { k.AliasSet("driver"); clients = append(clients, p.dial(port)) },
		"ready": func(kernel.Event) {
			p.out("post shutdown", one(k.Post(kernel.Alias("server"), "shutdown")))
			k.Yield("check", 3)
		},
		"check": func(e kernel.Event) {
			if again(e) {
				return
			}
			p.out("alias", is(resolves(k, "server"), "still there", "gone"), "session", is(server.ID().Alive(), "alive", "gone"),
				"new connection", is(p.accepts(port), "accepted", "refused"))
			p.out("second shutdown by ID", one(k.Post(server.ID(), "shutdown")))
			clients[0].write("one\n")
		},
		"after_echo_one": func(kernel.Event) { clients[0].close() },
		"first_gone":     func(kernel.Event) { clients[1].write("two\n") },
		"after_echo_two": func(kernel.Event) { clients[1].close(); k.AliasRemove("driver") },
		"_stop":          func(kernel.Event) { p.out("driver _stop") },
	})
	k.Run()
	p.out("run returned")
}
