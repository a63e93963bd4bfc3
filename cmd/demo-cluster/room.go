package main

import (
	"errors"
	"fmt"
	"maps"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/cluster"
	"github.com/gopoe/poe/session"
)

// keeper sees to it that there is one session for each room in the cluster. All
// nodes have one; for each room they all choose the same node.
type keeper struct {
	n *node.Node
	c *cluster.Cluster
}

var keeperStates = session.States[keeper]{
	"_start": func(h *keeper, e kernel.Event) {
		// The alias keeps the session alive as long as the node is.
		if err := errors.Join(e.Kernel.AliasSet("keeper"), h.c.Subscribe(opening, "open")); err != nil {
			panic(err)
		}
	},
	"open":   (*keeper).open,
	"owner":  func(h *keeper, e kernel.Event) { h.look(e.Kernel) },
	"member": func(h *keeper, e kernel.Event) { h.look(e.Kernel) },
}

// open begins to look after the rooms.
func (h *keeper) open(e kernel.Event) {
	for _, room := range rooms {
		if err := h.c.WatchAlias(alias(room), "owner"); err != nil {
			panic(err)
		}
	}
	if err := h.c.WatchMembers("member"); err != nil {
		panic(err)
	}
}

// look starts the rooms that nobody has and that this node is to have.
func (h *keeper) look(k *kernel.Kernel) {
	for _, room := range rooms {
		if h.c.Owner(alias(room)).Node != "" || h.c.Choose(alias(room)) != h.n.Name() {
			continue
		}
		if _, err := session.Create(k, &chat{name: room, c: h.c, inside: map[kernel.ID]string{}}, roomStates); err != nil {
			panic(err)
		}
	}
}

// chat is a room: it knows who is inside, and nothing of where they are.
type chat struct {
	name   string
	c      *cluster.Cluster
	inside map[kernel.ID]string
}

var roomStates = session.States[chat]{
	"_start": (*chat).start,
	"enter":  (*chat).enter,
	"say":    (*chat).say,
	// Another node's room is the one that counts: this one has lost its alias,
	// which kept it alive.
	"taken": func(*chat, kernel.Event) {},
}

func (h *chat) start(e kernel.Event) {
	if err := h.c.Claim(alias(h.name), "taken", "enter", "say"); err != nil {
		e.Return(err) // another node was faster: this session has nothing to live for
	}
}

// roomCount stands before how many are in a room.
const roomCount = ", which makes "

// enter takes somebody in. The sender is the user's session, or what stands for
// it here: what is posted to it arrives at the user's node.
func (h *chat) enter(e kernel.Event) {
	name, ok := kernel.ArgOK[string](e, 0)
	if !ok {
		return
	}
	maps.DeleteFunc(h.inside, func(id kernel.ID, _ string) bool { return !id.Alive() }) // their nodes are gone
	h.inside[e.Sender] = name
	h.tell(e.Kernel, h.name, fmt.Sprintf("%s is here%s%d", name, roomCount, len(h.inside)))
}

func (h *chat) say(e kernel.Event) {
	text, ok := kernel.ArgOK[string](e, 0)
	if name, known := h.inside[e.Sender]; known && ok {
		h.tell(e.Kernel, name, text)
	}
}

func (h *chat) tell(k *kernel.Kernel, who, text string) {
	for id := range h.inside {
		if err := k.Post(id, "heard", h.name, who, text); err != nil {
			delete(h.inside, id)
		}
	}
}
