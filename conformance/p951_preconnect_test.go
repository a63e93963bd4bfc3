package conformance

import (
	"time"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

func p951(p *port) {
	k := p.kernel()
	near, far, err := kernel.SocketPair()
	if err != nil {
		p.Fatal(err)
	}
	defer far.Close()
	seen := 0
	l := p.server(k, servertcp.Config{
		Alias: "server",
		ClientPreConnect: func(c *servertcp.Client, h *kernel.Handle) *kernel.Handle {
			seen++
			p.out("ClientPreConnect", seen, "connections", c.Listener().Connections, "ip", c.RemoteIP)
			switch seen {
			case 1:
				return nil
			case 2:
				return near
			}
			return h
		},
		ClientConnected: func(*servertcp.Client) { p.out("ClientConnected", seen) },
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
			p.out("ClientInput", line)
			c.Put("echo " + line)
			c.Shutdown()
		}),
		ClientDisconnected: func(*servertcp.Client) { p.out("ClientDisconnected", seen) },
		Stopped:            func(l *servertcp.Listener) { p.out("Stopped", "connections", l.Connections) },
	})
	var client *plain
	connect := func() { client = p.dial(portOf(l.Addr())) }
	runPlan(k, 20*time.Millisecond, 10,
		connect,
		func() { p.out("refused: read", len(client.read(10)), "connections", l.Connections) },
		func() { connect(); far.Write([]byte("through the pair\n")) },
		func() {
			buf := make([]byte, 100)
			n, _ := far.Read(buf)
			p.out("far end got", bars(string(buf[:n])))
		},
		func() { connect(); client.write("direct\n") },
		func() {
			p.out("client got", bars(client.read(100)))
			k.Post(kernel.Alias("server"), "shutdown")
		},
	)
	k.Run()
}
