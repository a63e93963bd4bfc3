package conformance

import (
	"fmt"
	"strings"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

func p540(p *port) {
	k := p.kernel()
	var logs twoLogs
	server := func(words ...any) { logs.server = append(logs.server, words) }
	note := func(words ...any) { logs.client = append(logs.client, words) }
	var port int
	var client func(how string)
	count := 0
	defer func() { logs.print(p) }()
	client = func(how string) {
		p.client(k, port, clienttcp.Config{
			Connected: func(*clienttcp.Client) { note(how, "connected") },
			ServerInput: clienttcp.Input(func(c *clienttcp.Client, line string) {
				note("input", line)
				switch {
				case strings.HasPrefix(line, "number"):
					c.Put(either(how == "is left", "quit now", "ab"))
				case line == "a":
					k.Yield("shutdown")
				}
			}),
			ServerError: func(_ *clienttcp.Client, err *kernel.OpError) { note("error", err.Op, int(err.Errno())) },
			Disconnected: func(*clienttcp.Client) {
				note(how, "disconnected")
				switch how {
				case "leaves first":
					client("is left")
				case "is left":
					client("last")
				}
			},
		})
	}
	p.server(k, servertcp.Config{
		Alias: "server", MaxClients: 1,
		Started: func(l *servertcp.Listener) { port = portOf(l.Addr()); client("leaves first") },
		Stopped: func(*servertcp.Listener) { server("Stopped") },
		ClientConnected: func(c *servertcp.Client) {
			count++
			c.Heap = count
			server("connection", count)
			c.Put(fmt.Sprint("number ", count))
		},
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
			server(c.Heap, "input", line)
			if strings.HasPrefix(line, "quit") {
				k.Yield("shutdown")
				return
			}
			for i := len(line); i > 0; i-- {
				c.Put(line[i-1 : i])
			}
		}),
		ClientError: func(c *servertcp.Client, err *kernel.OpError) { server(c.Heap, "error", err.Op, int(err.Errno())) },
		ClientDisconnected: func(c *servertcp.Client) {
			server(c.Heap, "disconnected")
			if c.Heap == 3 {
				k.Post(kernel.Alias("server"), "shutdown")
			}
		},
	})
	k.Run()
}
