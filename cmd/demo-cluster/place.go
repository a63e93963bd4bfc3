package main

import (
	"errors"
	"log/slog"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/cluster"
	"github.com/gopoe/poe/session"
)

// rooms are those that there are; each is the alias of a session somewhere.
var rooms = [...]string{"perl", "unix", "go"}

// alias is a room's name in the cluster.
func alias(room string) string { return "room " + room }

// opening is the topic under which the rooms are opened.
const opening = "opening"

// users says who is on which node.
func userOn(name string) string {
	return map[string]string{"north": "ann", "east": "bob", "south": "eve"}[name]
}

// report is what happens on a node, for the audience.
type report struct {
	Node string // where it was seen
	Kind string // "ready", "member", "owner", "heard"
	Room string
	Who  string // who said it; which member
	Text string
	Up   bool // of a member
}

// place is one node of the cluster with all that is on it.
type place struct {
	k *kernel.Kernel
	n *node.Node
	c *cluster.Cluster
}

// newPlace makes a node. The seed is where another one listens; the first has
// none. What happens is told to tell, on the kernel's goroutine.
func newPlace(name, seed string, tell func(report)) (*place, error) {
	k := kernel.New()
	n, err := node.Start(k, node.Config{
		Name: name, Listen: "127.0.0.1:0", Strangers: true,
		Logger:    slog.New(slog.DiscardHandler),                       // one node is killed in the course of the play, which says so
		Heartbeat: 500 * time.Millisecond, DeadAfter: 10 * time.Second, // a busy machine is slow, not dead
	})
	if err != nil {
		return nil, err
	}
	config := cluster.Config{Name: "chat"}
	if seed != "" {
		config.Seeds = map[string]string{"north": seed}
	}
	c, err := cluster.Join(n, config)
	if err != nil {
		return nil, err
	}
	mine := func(r report) { r.Node = name; tell(r) }
	_, keeperErr := session.Create(k, &keeper{n: n, c: c}, keeperStates)
	_, userErr := session.Create(k, &user{name: userOn(name), n: n, c: c, tell: mine}, userStates)
	if err := errors.Join(keeperErr, userErr); err != nil {
		return nil, err
	}
	return &place{k, n, c}, nil
}

// talk has the node's user say something.
func (p *place) talk(room, text string) { p.k.Outside().Post(kernel.Alias("user"), "talk", room, text) }

// run runs the node until it is shut down.
func (p *place) run() error {
	err := p.k.Run()
	<-p.n.Done()
	<-p.c.Done()
	return err
}

// shutDown ends the node, from any goroutine. Sessions that only have aliases
// end with it.
func (p *place) shutDown() { p.n.Shutdown() }
