//go:build unix

package poetests_test

import (
	"net"
	"net/http"
	"net/netip"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/httpd"
	"github.com/gopoe/poe/kernel"
)

// askTwice is the program of two of POE's tests: a server for one HTTP request
// and two clients, of which the first says nothing and the second one line.
// The server shuts the connection down when it has seen the request; the end
// of that client kills the server. It returns what the server has seen, and how
// often the clients were connected and disconnected.
func (p *proof) askTwice(config httpd.Config, line string) (requests []*http.Request, seen numbers) {
	seen = numbers{}
	k := p.kernel()
	l, err := servertcp.New(k, servertcp.Config{
		Alias: "s0", Address: "127.0.0.1",
		ClientFilter: func() filter.Filter {
			f, err := httpd.New(config)
			p.ok(err)
			return f
		},
		ClientInput: servertcp.Input(func(c *servertcp.Client, r *http.Request) {
			requests = append(requests, r)
			c.Shutdown()
		}),
	})
	p.ok(err)
	for _, name := range []string{"c0", "c1"} {
		_, err := clienttcp.New(k, clienttcp.Config{
			Alias: name, RemoteAddress: "127.0.0.1", RemotePort: portOf(l.Addr()),
			Connected: func(c *clienttcp.Client) {
				seen[name+" connected"]++
				if name == "c1" {
					c.Put(line)
				}
			},
			Disconnected: func(c *clienttcp.Client) {
				seen[name+" disconnected"]++
				if name == "c1" {
					c.Kernel.Signal(kernel.Alias("s0"), "KILL")
				}
			},
			ServerInput: clienttcp.Input(func(_ *clienttcp.Client, line string) { p.Errorf("%s got %q", name, line) }),
			ServerError: func(*clienttcp.Client, *kernel.OpError) { seen[name+" ended"]++ },
		})
		p.ok(err)
	}
	p.run(k)
	return requests, seen
}

// portOf is the port of a TCP address.
func portOf(a net.Addr) int { return int(netip.MustParseAddrPort(a.String()).Port()) }

// bothEnd is what askTwice has seen if both clients came and went.
var bothEnd = numbers{
	"c0 connected": 1, "c0 ended": 1, "c0 disconnected": 1,
	"c1 connected": 1, "c1 ended": 1, "c1 disconnected": 1,
}
