package conformance

import (
	"strings"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

func p534(p *port) {
	k := p.kernel()
	p.warned = func(message string, attrs map[string]any) { p.out("warning:", serverWarning(message, attrs)) }
	server, port := p.listen()
	var peer *plain
	run := func(label string, connected func(*clienttcp.Client), failed func(*clienttcp.Client, *kernel.OpError)) {
		p.out("-- " + label)
		p.client(k, port, clienttcp.Config{
			Connected: func(c *clienttcp.Client) {
				p.out("Connected", "shutdown_on_error", number(c.ShutdownOnError))
				peer = p.accept(server)
				connected(c)
				peer.close()
			},
			ServerInput: clienttcp.Input(func(_ *clienttcp.Client, line string) { p.out("ServerInput", line) }),
			Disconnected: func(c *clienttcp.Client) {
				p.out("Disconnected", "got_an_error", either[any](c.GotAnError, 1, nil))
			},
			ServerError: failed,
			InlineStates: states{
				"after": func(e kernel.Event) {
					if again(e) {
						return
					}
					c := session.Heap[clienttcp.Client](e)
					p.out("after: wheel", is(c.Wheel != nil, "there", "gone"), "connected", number(c.Connected))
					if c.Wheel != nil {
						k.Yield("shutdown")
					}
				},
				"_stop": func(kernel.Event) { p.out("_stop") },
			},
		})
		k.Run()
	}
	failed := func(_ *clienttcp.Client, err *kernel.OpError) {
		n := errnoName(int(err.Errno()))
		p.out("ServerError", err.Op, n)
		k.Yield("after", 3)
	}
	run("default handler", func(*clienttcp.Client) { peer.write("bye\n") }, nil)
	run("default handler, reset", func(*clienttcp.Client) { peer.reset() }, nil)
	run("own handler", func(*clienttcp.Client) { peer.write("line\npartial") }, failed)
	run("shutdown_on_error off", func(c *clienttcp.Client) { c.ShutdownOnError = false }, failed)
	run("output waiting", func(c *clienttcp.Client) {
		c.Put(strings.Repeat("x", 10_000_000))
		peer.reset()
	}, failed)
}
