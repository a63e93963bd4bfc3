package conformance

import (
	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/kernel"
)

func p958(p *port) {
	k := p.kernel()
	server, port := p.listen()
	var peer *plain
	run := func(label string, started, connected, input func(*clienttcp.Client)) {
		p.out("-- " + label)
		does := func(f func(*clienttcp.Client), c *clienttcp.Client) {
			if f != nil {
				f(c)
			}
		}
		p.client(k, port, clienttcp.Config{
			Alias:   "client",
			Started: func(c *clienttcp.Client) { p.out("Started"); does(started, c) },
			Connected: func(c *clienttcp.Client) {
				p.out("Connected")
				peer = p.accept(server)
				connected(c)
			},
			ConnectError: func(*clienttcp.Client, *kernel.OpError) { p.out("ConnectError") },
			ServerInput: clienttcp.Input(func(c *clienttcp.Client, line string) {
				p.out("ServerInput", line)
				does(input, c)
			}),
			ServerFlushed: func(*clienttcp.Client) { p.out("ServerFlushed") },
			Disconnected:  func(c *clienttcp.Client) { p.out("Disconnected", "shutdown", number(c.ShuttingDown)) },
			InlineStates:  states{"_stop": func(kernel.Event) { p.out("_stop") }},
		})
		k.Run()
	}
	got := func() {
		p.out("peer got", len(peer.readAll()))
		peer.close()
	}
	run("nothing waits", nil, (*clienttcp.Client).Shutdown, nil)
	got()
	run("output waits", nil, func(c *clienttcp.Client) { c.Put("a line"); c.Shutdown() }, nil)
	got()
	run("twice, output waits", nil, func(c *clienttcp.Client) {
		c.Put("a line")
		k.Call(c.Session, "shutdown")
		k.Call(c.Session, "shutdown")
	}, nil)
	got()
	run("in the middle of a chunk", nil, func(*clienttcp.Client) { peer.write("one\ntwo\n") }, (*clienttcp.Client).Shutdown)
	got()
	run("before it is connected", (*clienttcp.Client).Shutdown, func(*clienttcp.Client) { p.out("never") }, nil)
}
