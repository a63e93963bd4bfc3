package conformance

import (
	"time"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

func p950(p *port) {
	k := p.kernel()
	n := 0
	shutdown := func(c *servertcp.Client) int { return number(c.ShuttingDown) }
	server := kernel.Alias("server")
	l := p.server(k, servertcp.Config{
		Alias: "server", MaxClients: 1,
		ClientConnected: func(c *servertcp.Client) {
			n++
			c.Heap = n
			p.out("connected", n, "shutdown", shutdown(c))
		},
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
			p.out("input", c.Heap, line, "shutdown", shutdown(c))
			switch line {
			case "answer":
				c.Put("the answer")
				c.Shutdown()
				c.Shutdown()
			case "leave":
				c.Shutdown()
			}
		}),
		ClientFlushed:      func(c *servertcp.Client) { p.out("flushed", c.Heap, "shutdown", shutdown(c)) },
		ClientDisconnected: func(c *servertcp.Client) { p.out("disconnected", c.Heap, "shutdown", shutdown(c)) },
		Stopped:            func(l *servertcp.Listener) { p.out("Stopped", "connections", l.Connections) },
	})
	var clients []*plain
	runPlan(k, 20*time.Millisecond, 10,
		func() {
			for range 3 {
				clients = append(clients, p.dial(portOf(l.Addr())))
			}
		},
		func() { p.out("lines behind answer"); clients[0].write("answer\nafter\nlast\n") },
		func() { p.out("client 1 got", bars(clients[0].read(100))) },
		func() { p.out("two at once"); k.Post(server, "set_concurrency", 2) },
		func() { p.out("none more"); k.Post(server, "set_concurrency", 1) },
		func() { p.out("leave"); clients[1].write("leave\nbehind\n") },
		func() { k.Post(server, "shutdown"); clients[2].write("leave\n") },
	)
	k.Run()
}
