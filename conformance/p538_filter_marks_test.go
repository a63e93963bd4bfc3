package conformance

import (
	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/wheel/readwrite"
)

func p538(p *port) {
	k := p.kernel()
	server, port := p.listen()
	run := func(label, send string, c clienttcp.Config) {
		p.out("-- " + label)
		var peer *plain
		inputs := 0
		c.Connected = func(c *clienttcp.Client) {
			peer = p.accept(server)
			p.out("filter", poeClass(c.Wheel.InputFilter()), "from", peer.peer())
			peer.write(send)
		}
		c.ServerInput = clienttcp.Input(func(c *clienttcp.Client, record string) {
			p.out("input", vis(record))
			p.out("put", is(c.Put("re "+record), "true", "false"))
			if inputs++; inputs == 2 {
				k.Yield("shutdown")
			}
		})
		c.ServerFlushed = func(*clienttcp.Client) { p.out("ServerFlushed") }
		c.Disconnected = func(*clienttcp.Client) { p.out("server got", vis(peer.read(100))) }
		p.client(k, port, c)
		k.Run()
	}
	run("default", "one\r\ntwo\r\n", clienttcp.Config{})
	run("class and arguments", "aaabbb", clienttcp.Config{Filter: maker(p, filter.NewBlock, filter.BlockConfig{BlockSize: 3})})
	object := filter.NewBuffer(must(filter.NewLine(filter.LineConfig{Literal: "|"})))
	object.Get([]byte("stale"))
	clone := func() filter.Filter { return object.Filter().(filter.Cloner).Clone() }
	run("object", "x|y|", clienttcp.Config{Filter: clone, BindAddress: loopback})
	run("marks", "1\n2\n", clienttcp.Config{
		Marks:      readwrite.Marks{High: 9, Low: 2},
		ServerHigh: func(*clienttcp.Client) { p.out("ServerHigh") },
		ServerLow:  func(c *clienttcp.Client) { p.out("ServerLow", "argc", len(c.Args)) },
	})
}
