package conformance

import (
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// serverAttempt makes a server, says what came of it, and stops it again.
func serverAttempt(p *port, k *kernel.Kernel, label string, c servertcp.Config) {
	p.out("-- " + label)
	c.Address = loopback
	l, err := servertcp.New(k, c)
	if err != nil {
		p.out("croak: " + poeSays(err))
		return
	}
	p.out("ok")
	k.Post(l.ID(), "shutdown")
}

func p504(p *port) {
	k := p.kernel()
	p.warned = func(message string, attrs map[string]any) { p.out("  warning:", serverWarning(message, attrs)) }
	attempt := func(label string, c servertcp.Config) { serverAttempt(p, k, label, c) }
	typed := func(label, says string) {
		p.out("-- " + label)
		p.notInGo("croak: "+says, "the field has a type: this does not compile")
	}
	acceptor := func(*servertcp.Listener, socketfactory.Socket) {}
	callback := func(*servertcp.Client) {}
	lines := filter.Lines
	with := func(change func(*servertcp.Config)) servertcp.Config {
		c := servertcp.Config{ClientInput: noInput()}
		change(&c)
		return c
	}
	typed("odd number", "POE::Component::Server::TCP->new() requires an even number of parameters")
	attempt("neither Acceptor nor ClientInput", servertcp.Config{})
	attempt("both", servertcp.Config{Acceptor: acceptor, ClientInput: noInput()})
	for _, field := range []string{"Acceptor", "Error", "ClientInput", "ClientPreConnect", "ClientConnected",
		"ClientDisconnected", "ClientError", "ClientFlushed", "ClientLow", "ClientHigh"} {
		typed(field+" not code", field+" must be a coderef")
	}
	attempt("ClientConnected with Acceptor", servertcp.Config{Acceptor: acceptor, ClientConnected: callback})
	attempt("one mark", with(func(c *servertcp.Config) { c.Marks.High = 10 }))
	attempt("three marks", with(func(c *servertcp.Config) {
		c.Marks, c.ClientHigh = readwrite.Marks{High: 10, Low: 1}, callback
	}))
	attempt("four marks", with(func(c *servertcp.Config) {
		c.Marks, c.ClientHigh, c.ClientLow = readwrite.Marks{High: 10, Low: 1}, callback, callback
	}))
	for _, field := range []string{"ListenerArgs", "ClientArgs", "SessionParams"} {
		typed(field, field+" must be an array reference")
	}
	typed("InlineStates", "InlineStates must be a hash reference")
	typed("PackageStates", "PackageStates must be a list or array reference")
	typed("ObjectStates", "ObjectsStates must be a list or array reference")
	attempt("ClientInputFilter alone", with(func(c *servertcp.Config) { c.ClientInputFilter = lines }))
	attempt("ClientOutputFilter alone", with(func(c *servertcp.Config) { c.ClientOutputFilter = lines }))
	attempt("three filters", with(func(c *servertcp.Config) {
		c.ClientFilter, c.ClientInputFilter, c.ClientOutputFilter = lines, lines, lines
	}))
	p.out("-- Args")
	const old = "the old name Args does not exist"
	p.notInGo("  warning: Args is deprecated but allowed for now.  Please use ClientArgs", old)
	p.notInGo("ok", old)
	p.out("-- Args and ClientArgs")
	p.notInGo("  warning: Args is deprecated, and ignored since ClientArgs is present", old)
	p.notInGo("ok", old)
	p.out("-- unknown")
	const unknown = "an unknown field does not compile"
	p.notInGo(`  warning: POE::Component::Server::TCP->new() doesn't recognize "Aardvark" as a parameter`, unknown)
	p.notInGo(`  warning: POE::Component::Server::TCP->new() doesn't recognize "Zebra" as a parameter`, unknown)
	p.notInGo("ok", unknown)
	k.Run()
}
