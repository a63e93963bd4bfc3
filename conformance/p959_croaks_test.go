package conformance

import (
	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/wheel/readwrite"
)

func p959(p *port) {
	k := p.kernel()
	input := clienttcp.Input(func(*clienttcp.Client, string) {})
	attempt := func(label string, change func(*clienttcp.Config)) {
		p.out("-- " + label)
		c := clienttcp.Config{RemoteAddress: loopback, RemotePort: 9, ServerInput: input}
		change(&c)
		client, err := clienttcp.New(k, c)
		if err != nil {
			p.out("croak: " + poeSays(err))
			return
		}
		p.out("ok")
		k.Post(client.ID(), "shutdown")
	}
	typed := func(label, says string) {
		p.out("-- " + label)
		p.notInGo("croak: "+says, "the field has a type: this does not compile")
	}
	callback := func(*clienttcp.Client) {}
	typed("odd number", "POE::Component::Client::TCP->new() requires an even number of parameters")
	attempt("no RemoteAddress", func(c *clienttcp.Config) { c.RemoteAddress = "" })
	attempt("no RemotePort", func(c *clienttcp.Config) { c.RemotePort = 0 })
	attempt("no ServerInput", func(c *clienttcp.Config) { c.ServerInput = nil })
	for _, field := range []string{"ServerInput", "Connected", "ConnectError", "Disconnected", "ServerError", "ServerFlushed", "PreConnect", "Started"} {
		typed(field+" not code", field+" must be a coderef")
	}
	attempt("one mark", func(c *clienttcp.Config) { c.Marks.High = 10 })
	attempt("four marks", func(c *clienttcp.Config) {
		c.Marks, c.ServerHigh, c.ServerLow = readwrite.Marks{High: 10, Low: 1}, callback, callback
	})
	typed("Args", "Args must be an array reference")
	typed("InlineStates", "InlineStates must be a hash reference")
	typed("ObjectStates", "ObjectStates must be a list or array reference")
	typed("PackageStates", "PackageStates must be a list or array reference")
	typed("SessionParams", "SessionParams must be an array reference")
	p.out("-- unknown")
	const unknown = "an unknown field does not compile"
	p.notInGo(`  warning: POE::Component::Client::TCP->new() doesn't recognize "Zebra" as a parameter`, unknown)
	p.notInGo("ok", unknown)
	k.Run()
}
