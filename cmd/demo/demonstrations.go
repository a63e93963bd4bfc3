package main

import (
	"net"
	"strconv"
	"strings"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// demonstration is one server, with visitors to show it.
type demonstration struct {
	name     string
	about    string
	serve    func(show printer) servertcp.Config
	visitors []visitor
}

// visitor is a client that plays a script.
type visitor struct {
	name  string
	after string // the visitor that has to be in before this one comes
	steps []step
}

// step is one thing a visitor does: it waits for a line with certain words,
// and then says something. Without anything to say it leaves.
type step struct{ hears, says string }

var demonstrations = []*demonstration{&echo, &chargen, &chat, &challenge}

func find(name string) *demonstration {
	for _, d := range demonstrations {
		if d.name == name {
			return d
		}
	}
	return nil
}

// start starts the server of a demonstration. Its alias is its name.
func (d *demonstration) start(k *poe.Kernel, show printer, addr string) (*servertcp.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return nil, err
	}
	c := d.serve(show)
	c.Alias, c.Address, c.Port = d.name, host, n
	if strings.Contains(host, ":") {
		c.Domain = socketfactory.Inet6
	}
	return servertcp.Listen(k, c)
}

// ncArgs is an address as nc takes it.
func ncArgs(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	return host + " " + port
}
