// A door with a lock, as a state machine: what a command means depends on the
// state that the door is in. Visitors command it over TCP, and all hear of it.
//
//	go run . PORT CODE
package main

import (
	"fmt"
	"log"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/session/nfa"
)

// door is the machine's runstate.
type door struct {
	code     string
	wrong    int
	visitors []poe.ID
}

var doorStates = nfa.States[door]{
	"new":    {"start": (*door).start},
	"locked": inside(nfa.Handlers[door]{"unlock": (*door).unlock}),
	"closed": inside(nfa.Handlers[door]{
		"open": func(_ *door, e nfa.Event) { e.Machine.GotoState("open", "entered", e.Args...) },
		"lock": func(_ *door, e nfa.Event) { e.Machine.GotoState("locked", "entered") },
	}),
	"open": inside(nfa.Handlers[door]{
		"entered": (*door).opened,
		"shut":    func(_ *door, e nfa.Event) { e.Machine.GotoState("closed", "entered") },
		"leave":   func(_ *door, e nfa.Event) { e.DelayClear("shut") },
	}),
	"ringing": inside(nfa.Handlers[door]{
		"entered": func(d *door, e nfa.Event) { d.announce(e, "Alarm!") },
		"reset":   (*door).reset,
	}),
}

// inside adds what is the same in all states but the first.
func inside(own nfa.Handlers[door]) nfa.Handlers[door] {
	all := nfa.Handlers[door]{
		"entered":     func(d *door, e nfa.Event) { d.announce(e, "The door is "+e.State+".") },
		"enter":       (*door).enter,
		"quit":        (*door).quit,
		"kick":        func(_ *door, e nfa.Event) { e.Machine.CallState("calm", "ringing", "entered") },
		"calm":        func(d *door, e nfa.Event) { d.announce(e, "It is "+e.State+" as before.") },
		"interrupted": func(*door, nfa.Event) {}, // unhandled: it stops everything
		"_default":    func(_ *door, e nfa.Event) { answer(e, "Not while it is "+e.State+".") },
	}
	maps.Copy(all, own)
	return all
}

func (d *door) start(e nfa.Event) {
	e.AliasSet("door")
	e.Sig("INT", "interrupted")
	e.Machine.GotoState("locked", "entered")
}

func (d *door) enter(e nfa.Event) {
	d.visitors = append(d.visitors, e.Sender)
	answer(e, "It is "+e.State+".")
}

func (d *door) quit(e nfa.Event) {
	d.visitors = slices.DeleteFunc(d.visitors, func(v poe.ID) bool { return v == e.Sender })
}

func (d *door) unlock(e nfa.Event) {
	if e.Arg(0) == d.code {
		d.wrong = 0
		e.Machine.GotoState("closed", "entered")
		return
	}
	answer(e, "Wrong code.")
	if d.wrong++; d.wrong == 3 {
		e.Machine.CallState("calm", "ringing", "entered")
	}
}

func (d *door) opened(e nfa.Event) {
	d.announce(e, "The door is open.")
	milliseconds, err := strconv.ParseUint(poe.Arg[string](e.Event, 0), 10, 32)
	if err == nil {
		e.Delay("shut", time.Duration(milliseconds)*time.Millisecond)
	}
}

func (d *door) reset(e nfa.Event) {
	if e.Arg(0) != d.code {
		answer(e, "Wrong code.")
		return
	}
	d.wrong = 0
	e.Machine.ReturnState()
}

func answer(e nfa.Event, text string) { e.Post(e.Sender, "hear", text) }

func (d *door) announce(e nfa.Event, text string) {
	fmt.Println(text)
	for _, visitor := range d.visitors {
		e.Post(visitor, "hear", text)
	}
}

func main() {
	port, code := 4009, "0000"
	if len(os.Args) > 2 {
		port, _ = strconv.Atoi(os.Args[1])
		code = os.Args[2]
	}
	k := poe.New()
	server, err := servertcp.Listen(k, servertcp.Config{
		Address:            "127.0.0.1",
		Port:               port,
		ClientConnected:    func(c *servertcp.Client) { c.Post(poe.Alias("door"), "enter") },
		ClientInput:        servertcp.Input(input),
		ClientError:        func(*servertcp.Client, *poe.OpError) {},
		ClientDisconnected: func(c *servertcp.Client) { c.Call(poe.Alias("door"), "quit") },
		InlineStates: poe.Funcs{
			"hear": func(e poe.Event) { poe.Heap[servertcp.Client](e).Put(e.Args...) },
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", server.Addr())
	machine, err := nfa.Spawn(k, &door{code: code}, doorStates)
	if err != nil {
		log.Fatal(err)
	}
	machine.GotoState("new", "start")
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

var commands = strings.Fields("unlock open shut lock kick reset quit")

func input(c *servertcp.Client, line string) {
	command, word, _ := strings.Cut(line, " ")
	switch {
	case !slices.Contains(commands, command):
		c.Put("What is " + command + "?")
	case command == "quit":
		c.Shutdown()
	default:
		c.Post(poe.Alias("door"), command, word)
	}
}
