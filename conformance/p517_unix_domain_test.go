package conformance

import (
	"os"
	"path/filepath"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// twoLogs are the logs of programs whose two sides have no fixed order.
type twoLogs struct{ server, client [][]any }

func (l *twoLogs) print(p *port) {
	for _, words := range l.server {
		p.out(with(words, "server:")...)
	}
	for _, words := range l.client {
		p.out(with(words, "client:")...)
	}
}

func p517(p *port) {
	k := p.kernel()
	dir, err := os.MkdirTemp("", "poe")
	if err != nil {
		p.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "sock")
	var logs twoLogs
	server := func(words ...any) { logs.server = append(logs.server, words) }
	client := func(words ...any) { logs.client = append(logs.client, words) }
	p.server(k, servertcp.Config{
		Alias: "server", Domain: socketfactory.Unix, Address: path,
		Started: func(*servertcp.Listener) {
			server("Started, socket", is(p.isSocket(path), "exists", "missing"))
		},
		Stopped: func(*servertcp.Listener) { server("Stopped") },
		ClientConnected: func(c *servertcp.Client) {
			server("ClientConnected ip", c.RemoteIP, "port", is(c.RemotePort != 0, "set", "undef"))
			c.Put("hello")
		},
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
			server("ClientInput", line)
			c.Put("got " + line)
			k.Yield("shutdown")
		}),
		ClientDisconnected: func(*servertcp.Client) {
			server("ClientDisconnected")
			k.Post(kernel.Alias("server"), "shutdown")
		},
	})
	p.client(k, 0, clienttcp.Config{
		Domain: socketfactory.Unix, RemoteAddress: path,
		Connected: func(c *clienttcp.Client) {
			client("Connected address", is(c.Arg(1) == any(path), "is the path", "other"), "port", is(c.Arg(2) != nil, "set", "undef"))
		},
		ServerInput: clienttcp.Input(func(c *clienttcp.Client, line string) {
			client("ServerInput", line)
			if line == "hello" {
				c.Put("question")
			}
		}),
		ServerError:  func(_ *clienttcp.Client, err *kernel.OpError) { client("ServerError", err.Op, int(err.Errno())) },
		Disconnected: func(*clienttcp.Client) { client("Disconnected") },
	})
	k.Run()
	logs.print(p)
}
