package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	proto "github.com/asynkron/protoactor-go/actor"

	"github.com/gopoe/poe/actor"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node/cluster"
	"github.com/gopoe/poe/session"
)

// actors has an actor that knows nothing of sessions ask one of them.
func (d *director) actors() error {
	d.stage.title("A session is an actor, too: a plain protoactor actor asks one on north where the rooms are.")
	answers := make(chan string, len(rooms))
	var startErr error
	err := d.north.k.Outside().Do(context.Background(), func(k *kernel.Kernel) { startErr = startGuide(k, d.north.c, answers) })
	if err := errors.Join(err, startErr); err != nil {
		return err
	}
	for range rooms {
		select {
		case answer := <-answers:
			d.stage.note("the actor is told: %s", answer)
		case <-time.After(waitLimit):
			return errors.New("no answer to the actor")
		}
	}
	return nil
}

// startGuide makes the session that knows where the rooms are, and the actor
// that asks it by its PID.
func startGuide(k *kernel.Kernel, c *cluster.Cluster, answers chan<- string) (err error) {
	_, startErr := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			if err = k.AliasSet("guide"); err != nil {
				return
			}
			var guide *proto.PID
			if guide, err = actor.PID(k, e.Session); err != nil {
				return
			}
			actor.System(k).Root.Spawn(proto.PropsFromFunc(func(c proto.Context) {
				switch m := c.Message().(type) {
				case *proto.Started:
					for _, room := range rooms {
						c.Request(guide, &actor.Message{Event: "where", Args: []any{room}})
					}
				case string:
					answers <- m
				}
			}))
		},
		"where": func(e kernel.Event) {
			room := kernel.Arg[string](e, 0)
			e.Return(fmt.Sprintf("%s is on %s", room, c.Owner(room).Node))
		},
	})
	return errors.Join(err, startErr)
}
