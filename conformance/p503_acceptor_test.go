package conformance

import (
	"fmt"
	"strings"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

func p503(p *port) {
	k := p.kernel()
	var port int
	var clients []*plain
	var server *servertcp.Listener
	server = p.server(k, servertcp.Config{
		Alias:   "server",
		Started: func(l *servertcp.Listener) { port = portOf(l.Addr()) },
		Stopped: func(l *servertcp.Listener) { p.out("Stopped", "connections", l.Connections) },
		Acceptor: func(l *servertcp.Listener, s socketfactory.Socket) {
			c := clients[len(clients)-1]
			id := kernel.Arg[kernel.WheelID](l.Event, 3)
			p.out("Acceptor", s.Peer.Addr(), "port", is(int(s.Peer.Port()) == c.port(), "matches", "differs"),
				"wheel id", is(id == l.Wheel.ID(), "matches", "differs"), "argc", len(l.Args),
				"session", is(l.Session == server.ID(), "listener", "other"), "connections", l.Connections)
			fmt.Fprintf(s.Handle, "bye %d\n", l.Connections)
			s.Handle.Close()
			p.out("client got", strings.TrimSuffix(c.read(100), "\n"))
			if len(clients) < 3 {
				clients = append(clients, p.dial(port))
			} else {
				k.Yield("shutdown")
			}
		},
	})
	clients = append(clients, p.dial(port))
	k.Run()
	p.out("run returned")
}
