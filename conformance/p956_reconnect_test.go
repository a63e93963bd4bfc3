package conformance

import (
	"net"
	"time"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/kernel"
)

func p956(p *port) {
	k := p.kernel()
	first, firstPort := p.listen()
	second, secondPort := p.listen()
	names := map[int]string{firstPort: "first", secondPort: "second"}
	servers := map[int]net.Listener{firstPort: first, secondPort: second}
	plan := []func(*clienttcp.Client){
		func(c *clienttcp.Client) { c.ConnectTo(loopback, secondPort) },
		(*clienttcp.Client).Reconnect,
		(*clienttcp.Client).Shutdown,
		(*clienttcp.Client).Shutdown,
	}
	alias := func() string { return is(resolves(k, "client"), "there", "gone") }
	p.client(k, firstPort, clienttcp.Config{
		Alias: "client",
		Connected: func(c *clienttcp.Client) {
			to := kernel.Arg[int](c.Event, 2)
			p.out("Connected", names[to], "alias", alias())
			p.accept(servers[to]).write("hello\n")
		},
		ServerInput: clienttcp.Input(func(c *clienttcp.Client, line string) {
			p.out("ServerInput", line)
			next := plan[0]
			plan = plan[1:]
			next(c)
		}),
		Disconnected: func(c *clienttcp.Client) {
			p.out("Disconnected", "connected", number(c.Connected), "alias", alias())
			if len(plan) == 1 {
				k.Delay("reconnect", 10*time.Millisecond)
			}
		},
		InlineStates: states{"_stop": func(kernel.Event) { p.out("_stop") }},
	})
	k.Run()
	p.out("alias", alias())
}
