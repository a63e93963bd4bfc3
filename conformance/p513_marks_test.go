package conformance

import (
	"strings"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

func p513(p *port) {
	k := p.kernel()
	const high, low = 8_000_000, 1000
	total := 0
	server := p.server(k, servertcp.Config{
		Alias:        "server",
		ClientFilter: func() filter.Filter { return filter.NewStream() },
		Marks:        readwrite.Marks{High: high, Low: low},
		ClientHigh:   func(*servertcp.Client) { p.out("ClientHigh (not reached: put() tells already)") },
		ClientLow: func(c *servertcp.Client) {
			p.out("ClientLow", "argc", len(c.Args), "id", is(c.Arg(0) == any(c.Wheel.ID()), "matches", "differs"),
				"at or below the mark", yesNo(c.Wheel.OutOctets() <= low))
		},
		ClientInput: servertcp.Input(func(c *servertcp.Client, _ string) {
			chunk := strings.Repeat("x", 1_000_000)
			n := 1
			for !c.Put(chunk) {
				n++
			}
			total = n * len(chunk)
			p.out("puts until true", n, "at or above the mark", yesNo(c.Wheel.OutOctets() >= high))
			k.Post(kernel.Alias("reader"), "go")
		}),
		ClientFlushed: func(c *servertcp.Client) {
			p.out("ClientFlushed", "argc", len(c.Args), "octets", c.Wheel.OutOctets())
			k.Yield("shutdown")
		},
		ClientDisconnected: func(*servertcp.Client) {
			p.out("ClientDisconnected")
			k.Post(kernel.Alias("server"), "shutdown")
		},
	})
	var client *kernel.Handle
	read, buf := 0, make([]byte, 262_144)
	inline(k, states{
		"_start": func(kernel.Event) {
			k.AliasSet("reader")
			client = p.dial(portOf(server.Addr())).handle()
			client.Write([]byte("go"))
		},
		"go": func(kernel.Event) { k.SelectRead(client, "readable") },
		"readable": func(kernel.Event) {
			n, _ := client.Read(buf)
			if read += n; n > 0 {
				return
			}
			p.out("client read everything:", yesNo(read == total))
			k.SelectClear(client, kernel.Read)
			k.AliasRemove("reader")
		},
	})
	k.Run()
}
