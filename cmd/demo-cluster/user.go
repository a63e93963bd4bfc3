package main

import (
	"errors"
	"fmt"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/cluster"
	"github.com/gopoe/poe/session"
)

// user is somebody in all rooms. The rooms are aliases of the cluster; where
// they are is shown to the audience and matters to nobody else.
type user struct {
	name string
	n    *node.Node
	c    *cluster.Cluster
	tell func(report)
}

var userStates = session.States[user]{
	"_start": (*user).start,
	"member": (*user).member,
	"owner":  (*user).owner,
	"talk":   (*user).talk,
	"heard":  (*user).heard,
}

func (h *user) start(e kernel.Event) {
	err := errors.Join(e.Kernel.AliasSet("user"), h.n.Expose("user", "heard"), h.c.WatchMembers("member"))
	for _, room := range rooms {
		err = errors.Join(err, h.c.WatchAlias(alias(room), "owner", room))
	}
	if err != nil {
		panic(err)
	}
	h.tell(report{Kind: "ready", Text: h.n.Addr()})
}

func (h *user) member(e kernel.Event) {
	m := kernel.Arg[cluster.Member](e, 0)
	h.tell(report{Kind: "member", Who: m.Name, Up: m.Up})
}

// owner enters a room that is somewhere else now, as it has nobody yet.
func (h *user) owner(e kernel.Event) {
	o, room := kernel.Arg[cluster.Owner](e, 0), kernel.Arg[string](e, 1)
	if o.Node != "" {
		h.post(e.Kernel, room, "enter", h.name)
	}
	if o.Epoch > 0 {
		h.tell(report{Kind: "owner", Room: room, Who: o.Node, Text: fmt.Sprint(o.Epoch)})
	}
}

func (h *user) talk(e kernel.Event) {
	h.post(e.Kernel, kernel.Arg[string](e, 0), "say", kernel.Arg[string](e, 1))
}

func (h *user) post(k *kernel.Kernel, room, event, text string) {
	if err := k.Post(h.c.Alias(alias(room)), event, text); err != nil {
		h.tell(report{Kind: "heard", Room: room, Who: "nobody", Text: err.Error()})
	}
}

func (h *user) heard(e kernel.Event) {
	room, _ := kernel.ArgOK[string](e, 0)
	who, _ := kernel.ArgOK[string](e, 1)
	text, _ := kernel.ArgOK[string](e, 2)
	h.tell(report{Kind: "heard", Room: room, Who: who, Text: text})
}
