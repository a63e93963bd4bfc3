package conformance

import (
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
)

// maker makes the constructor of one configuration of a filter.
func maker[C any, F filter.Filter](p *port, make func(C) (F, error), c C) func() filter.Filter {
	return func() filter.Filter {
		f, err := make(c)
		if err != nil {
			p.Fatal(err)
		}
		return f
	}
}

func p512(p *port) {
	k := p.kernel()
	run := func(label, send string, c servertcp.Config) {
		if label != "" {
			p.out("-- " + label)
		}
		var client *plain
		c.Alias = "server"
		c.ClientConnected = func(c *servertcp.Client) {
			p.out("in", poeClass(c.Wheel.InputFilter()), "out", poeClass(c.Wheel.OutputFilter()))
		}
		c.ClientInput = servertcp.Input(func(c *servertcp.Client, record string) {
			p.out("input", vis(record))
			c.Put("re:" + record)
		})
		c.ClientFlushed = func(*servertcp.Client) {
			p.out("client got", vis(client.read(100)))
			k.Yield("shutdown")
			k.Post(kernel.Alias("server"), "shutdown")
		}
		l := p.server(k, c)
		client = p.dial(portOf(l.Addr()))
		client.write(send)
		k.Run()
	}
	block := func(size int) func() filter.Filter {
		return maker(p, filter.NewBlock, filter.BlockConfig{BlockSize: size})
	}
	// An object that holds something is cloned without it.
	object := filter.NewBuffer(must(filter.NewLine(filter.LineConfig{InputLiteral: ";", OutputLiteral: "!"})))
	object.Get([]byte("left over"))
	clone := func() filter.Filter { return object.Filter().(filter.Cloner).Clone() }
	run("default", "one\r\ntwo\n", servertcp.Config{})
	run("class name", "raw\n", servertcp.Config{ClientFilter: func() filter.Filter { return filter.NewStream() }})
	run("class and arguments", "abcdef", servertcp.Config{ClientFilter: block(3)})
	run("object", "a;b;", servertcp.Config{ClientFilter: clone})
	run("object again (left over data is not shared)", "c;", servertcp.Config{ClientFilter: clone})
	run("input and output filter", "abcd", servertcp.Config{ClientInputFilter: block(2), ClientOutputFilter: filter.Lines})
	p.out("-- unknown class")
	p.notInGo("warning: Failed to load [POE::Filter::NoSuchThing]", "a filter that does not exist does not compile")
	run("", "line\n", servertcp.Config{})
}
