package conformance

import (
	"time"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

// runPlan runs steps one by one with turns and, unless it is 0, a delay
// between them.
func runPlan(k *kernel.Kernel, delay time.Duration, turns int, plan ...func()) {
	inline(k, states{
		"_start": func(kernel.Event) { k.Yield("step") },
		"step": func(kernel.Event) {
			if len(plan) == 0 {
				return
			}
			next := plan[0]
			plan = plan[1:]
			next()
			if delay > 0 {
				k.Delay("pause", delay, turns)
			} else {
				k.Yield("pause", turns)
			}
		},
		"pause": func(e kernel.Event) {
			if !again(e) {
				k.Yield("step")
			}
		},
		"_child": func(kernel.Event) {},
	})
}

func p507(p *port) {
	k := p.kernel()
	var clients []*plain
	numbers := map[int]int{}
	server := p.server(k, servertcp.Config{
		Alias:      "server",
		MaxClients: 2,
		Stopped:    func(*servertcp.Listener) { p.out("Stopped") },
		ClientConnected: func(c *servertcp.Client) {
			c.Heap = numbers[c.RemotePort]
			p.out("connected", c.Heap, "open", c.Listener().Connections)
		},
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
			p.out("input", line, "from", c.Heap)
			if line == "quit" {
				k.Yield("shutdown")
			}
		}),
		ClientDisconnected: func(c *servertcp.Client) {
			p.out("disconnected", c.Heap, "open", c.Listener().Connections)
		},
	})
	runPlan(k, 20*time.Millisecond, 15,
		func() {
			p.out("clients 1 to 4 connect")
			for n := 1; n <= 4; n++ {
				c := p.dial(portOf(server.Addr()))
				clients = append(clients, c)
				numbers[c.port()] = n
			}
		},
		func() { p.out("client 1 quits"); clients[0].write("quit\n") },
		func() { p.out("client 3 closes"); clients[2].close() },
		func() { p.out("client 2 quits"); clients[1].write("quit\n") },
		func() {
			p.out("client 4 quits, server shuts down")
			clients[3].write("quit\n")
			k.Post(kernel.Alias("server"), "shutdown")
		},
	)
	k.Run()
}
