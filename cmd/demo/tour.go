package main

import (
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
)

// guide leads the tour: a session that shows one demonstration after the
// other, all on one kernel.
type guide struct {
	show     printer
	servers  map[string]*servertcp.Listener
	at       int       // which demonstration is being shown
	waiting  []visitor // who have not come yet
	visiting int
	seen     map[string]bool
}

var guideStates = poe.States[guide]{
	"_start": (*guide).start,
	"next":   (*guide).next,
	"in":     (*guide).in,
	"out":    (*guide).out,
	"_child": func(*guide, poe.Event) {},
}

// tour shows all demonstrations and returns when every session has stopped.
func tour(show printer) error {
	k := poe.New()
	show.say("One kernel, one goroutine, and %d servers on real sockets.", len(demonstrations))
	g := &guide{show: show, servers: map[string]*servertcp.Listener{}, at: -1}
	for _, d := range demonstrations {
		l, err := d.start(k, show, "127.0.0.1:0")
		if err != nil {
			return err
		}
		g.servers[d.name] = l
		show.event(d.name, "listening", l.Addr().String())
	}
	if _, err := poe.Create(k, g, guideStates); err != nil {
		return err
	}
	if err := k.Run(); err != nil {
		return err
	}
	s := k.Stats()
	show.say("Every session has stopped: %d alive, %d events queued, %d handles watched.", s.Sessions, s.Queued, s.Handles)
	return nil
}

func (g *guide) start(e poe.Event) {
	check(e.AliasSet("guide"))
	e.Yield("next")
}

// next goes on to the next demonstration, and at the end closes all servers.
func (g *guide) next(e poe.Event) {
	if g.at++; g.at == len(demonstrations) {
		g.close(e)
		return
	}
	d := demonstrations[g.at]
	g.show.title(d)
	g.waiting, g.seen = d.visitors, map[string]bool{"": true}
	g.admit(e.Kernel)
}

// close tells every server by its alias to shut down.
func (g *guide) close(e poe.Event) {
	g.show.say("The tour is over: post(alias, \"shutdown\") to every server.")
	for _, d := range demonstrations {
		check(e.Post(poe.Alias(d.name), "shutdown"))
		g.show.event(d.name, "shutdown", "posted")
	}
	check(e.AliasRemove("guide"))
}

// admit lets those in who wait for nobody.
func (g *guide) admit(k *poe.Kernel) {
	for len(g.waiting) > 0 && g.seen[g.waiting[0].after] {
		v := g.waiting[0]
		g.waiting = g.waiting[1:]
		g.visiting++
		d := demonstrations[g.at]
		at := g.servers[d.name].Addr()
		if at == nil { // it has logged why
			panic(fmt.Errorf("%s does not listen any more", d.name))
		}
		_, err := clienttcp.New(k, v.client(d.name, g.show, at))
		check(err)
	}
}

// in is told that a visitor is where the next one may come.
func (g *guide) in(e poe.Event) {
	g.seen[poe.Arg[string](e, 0)] = true
	g.admit(e.Kernel)
}

// out is told that a visitor has gone.
func (g *guide) out(e poe.Event) {
	g.seen[poe.Arg[string](e, 0)] = true
	g.admit(e.Kernel)
	if g.visiting--; g.visiting == 0 {
		e.Yield("next")
	}
}

// client is a client that plays the visitor's script.
func (v visitor) client(server string, show printer, at net.Addr) clienttcp.Config {
	steps, lost := v.steps, error(io.EOF)
	to := at.(*net.TCPAddr)
	tell := func(c *clienttcp.Client, event string) {
		check(c.Post(poe.Alias("guide"), event, v.name))
	}
	return clienttcp.Config{
		RemoteAddress: to.IP.String(), RemotePort: to.Port,
		ServerInput: clienttcp.Input(func(c *clienttcp.Client, line string) {
			show.heard(server, v.name, line)
			if len(steps) == 0 {
				return
			}
			if !strings.Contains(line, steps[0].hears) {
				return
			}
			now := steps[0]
			steps = steps[1:]
			if now.says != "" {
				show.said(server, v.name, now.says)
				c.Put(now.says)
			}
			if len(steps) == len(v.steps)-1 {
				tell(c, "in")
			}
			if len(steps) == 0 && now.says == "" {
				c.Shutdown()
			}
		}),
		ServerError: func(_ *clienttcp.Client, err *poe.OpError) {
			if err.Errno() != 0 { // else the server has closed
				lost = err
			}
		},
		Disconnected: func(c *clienttcp.Client) {
			if len(steps) > 0 {
				panic(fmt.Errorf("%s has lost the connection to %s: %w", v.name, server, lost))
			}
			tell(c, "out")
		},
		ConnectError: func(c *clienttcp.Client, err *poe.OpError) {
			panic(fmt.Errorf("%s cannot reach %s: %w", v.name, server, err))
		},
	}
}
