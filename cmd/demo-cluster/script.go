package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// waitLimit is how long the audience waits for anything before it goes home.
const waitLimit = time.Minute

// director leads the play: it knows what has happened so far.
type director struct {
	stage   *stage
	stderr  io.Writer
	north   *place
	ran     chan error
	others  map[string]*process
	news    chan report
	members map[string]map[string]bool   // as each node sees them
	where   map[string]map[string]string // the rooms, as each node sees them
	inside  map[string]map[string]string // how many are in the rooms, as each node has heard
	heard   map[string]bool              // node, room, who, text
}

// play is the whole demonstration.
func play(s *stage, stderr io.Writer) (err error) {
	d := &director{
		stage: s, stderr: &shared{w: stderr}, ran: make(chan error, 1), others: map[string]*process{}, news: make(chan report, 1000),
		members: map[string]map[string]bool{}, where: map[string]map[string]string{},
		inside: map[string]map[string]string{}, heard: map[string]bool{},
	}
	if d.north, err = newPlace("north", "", d.record); err != nil {
		return err
	}
	go func() { d.ran <- d.north.run() }()
	defer func() { err = errors.Join(err, d.end()) }()
	for _, act := range []func() error{d.gather, d.open, d.chat, d.actors, d.murder, d.chatAgain, d.returns} {
		if err := act(); err != nil {
			return err
		}
	}
	return nil
}

// record takes what happens on any node.
func (d *director) record(r report) { d.news <- r }

// until waits for something to have happened.
func (d *director) until(what string, done func() bool) error {
	deadline := time.After(waitLimit)
	for !done() {
		select {
		case r := <-d.news:
			d.note(r)
		case err := <-d.ran:
			d.ran <- err
			return fmt.Errorf("north ended while we waited for %s: %w", what, err)
		case <-deadline:
			return fmt.Errorf("waited %v for %s", waitLimit, what)
		}
	}
	return nil
}

// note remembers what happened, and shows what was heard.
func (d *director) note(r report) {
	switch r.Kind {
	case "member":
		put(d.members, r.Node, r.Who, r.Up)
	case "owner":
		put(d.where, r.Node, r.Room, r.Who)
	case "heard":
		d.heard[r.Node+" "+r.Room+" "+r.Who+" "+r.Text] = true
		if _, count, ok := strings.Cut(r.Text, roomCount); ok && r.Who == r.Room {
			put(d.inside, r.Node, r.Room, count)
			return
		}
		d.stage.heard(userOn(r.Node), r.Node, r.Room, r.Who, r.Text)
	}
}

func put[V any](m map[string]map[string]V, node, what string, v V) {
	if m[node] == nil {
		m[node] = map[string]V{}
	}
	m[node][what] = v
}

func (d *director) start(name string) error {
	p, err := startProcess(name, d.north.n.Addr(), d.stderr, d.record)
	if err == nil {
		d.others[name] = p
		d.stage.note("%s is process %d", name, p.cmd.Process.Pid)
	}
	return err
}

// allSee reports whether all nodes see so many others.
func (d *director) allSee(others int) func() bool {
	return func() bool {
		for _, name := range d.nodes() {
			n := 0
			for _, up := range d.members[name] {
				if up {
					n++
				}
			}
			if n != others {
				return false
			}
		}
		return true
	}
}

// nodes are the names of those that run.
func (d *director) nodes() []string {
	names := []string{"north"}
	for _, name := range []string{"east", "south"} {
		if d.others[name] != nil {
			names = append(names, name)
		}
	}
	return names
}

// roomsKnown reports whether all nodes agree on where the rooms are, none of them
// nowhere.
func (d *director) roomsKnown() bool {
	for _, room := range rooms {
		for _, name := range d.nodes() {
			if at := d.where[name][room]; at == "" || at != d.where["north"][room] {
				return false
			}
		}
	}
	return true
}

// allInside reports whether everybody is in a room.
func (d *director) allInside(room string) bool {
	for _, name := range d.nodes() {
		if d.inside[name][room] != fmt.Sprint(len(d.nodes())) {
			return false
		}
	}
	return true
}

// allInAll reports whether everybody is in all rooms.
func (d *director) allInAll() bool {
	for _, room := range rooms {
		if !d.allInside(room) {
			return false
		}
	}
	return d.roomsKnown()
}

// allHeard reports whether a text has come through a room to everybody.
func (d *director) allHeard(room, who, text string) func() bool {
	return func() bool {
		for _, name := range d.nodes() {
			if !d.heard[name+" "+room+" "+who+" "+text] {
				return false
			}
		}
		return true
	}
}

// says has a node's user say something, and waits until all have heard it.
func (d *director) says(node, room, text string) error {
	d.stage.said(userOn(node), node, room, text)
	if node == "north" {
		d.north.talk(room, text)
	} else if err := d.others[node].to.Encode(order{room, text}); err != nil {
		return err
	}
	return d.until(text, d.allHeard(room, userOn(node), text))
}
