package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/gopoe/poe/kernel"
)

// gather starts the other nodes.
func (d *director) gather() error {
	d.stage.title("Three nodes: this process is north, and starts two others.")
	if err := errors.Join(d.start("east"), d.start("south")); err != nil {
		return err
	}
	if err := d.until("three nodes to see each other", d.allSee(2)); err != nil {
		return err
	}
	d.stage.note("south was told of north alone, and so was east: north told them of each other")
	return nil
}

// open has the keepers open the rooms, by an event that all of them hear.
func (d *director) open() error {
	d.stage.title("North publishes under the topic %q. Each room opens on the node that its name hashes to.", opening)
	err := d.north.k.Outside().Do(context.Background(), func(k *kernel.Kernel) {
		if err := d.north.c.Publish(opening); err != nil {
			d.stage.note("%v", err)
		}
	})
	if err != nil {
		return err
	}
	if err := d.until("everybody to be in all rooms", d.allInAll); err != nil {
		return err
	}
	d.showRooms()
	return nil
}

func (d *director) showRooms() {
	for _, room := range rooms {
		d.stage.room(room, d.where["north"][room], d.inside["north"][room])
	}
}

func (d *director) chat() error {
	d.stage.title("They talk. Nobody names a node: the room's alias is enough.")
	return errors.Join(
		d.says("north", rooms[0], "hello from the north"),
		d.says("east", rooms[1], "who else is in here?"),
		d.says("south", rooms[2], "this room has no walls"),
	)
}

// murder kills the process of a node that has a room.
func (d *director) murder() error {
	victim := "east" // but one that has a room, if any
	for _, room := range rooms {
		if at := d.where["north"][room]; at != "north" {
			victim = at
			break
		}
	}
	d.stage.title("kill -9 %s.", victim)
	before := maps.Clone(d.where["north"])
	p := d.others[victim]
	delete(d.others, victim)
	for room, at := range before {
		for node := range d.inside {
			if at == victim {
				put(d.inside, node, room, "")
			}
		}
	}
	begin := time.Now()
	if err := p.kill(); err != nil {
		return err
	}
	if err := d.until("the others to notice", d.allSee(1)); err != nil {
		return err
	}
	d.stage.note("noticed by the others %s later", short(time.Since(begin)))
	err := d.until("the rooms to be open again, with everybody in them", func() bool {
		for room, at := range before {
			if at == victim && !d.allInside(room) {
				return false
			}
		}
		return d.roomsKnown()
	})
	if err != nil {
		return err
	}
	d.stage.note("its rooms open elsewhere, and everybody back in them, %s after the kill", short(time.Since(begin)))
	for _, room := range rooms {
		if before[room] == victim {
			d.stage.moved(room, victim, d.where["north"][room])
		}
	}
	d.stage.note("what %s's rooms remembered is gone with it; users heard of the new owner and entered again", victim)
	return nil
}

func (d *director) chatAgain() error {
	d.stage.title("The talk goes on, with the same two lines of code.")
	for _, node := range d.nodes() {
		for _, room := range rooms[:2] {
			if err := d.says(node, room, fmt.Sprintf("%s is still in %s", userOn(node), room)); err != nil {
				return err
			}
		}
	}
	return nil
}

// returns starts the dead node again.
func (d *director) returns() error {
	back := "east"
	if d.others[back] != nil {
		back = "south"
	}
	d.stage.title("%s is started again, knows nothing, and is told everything.", back)
	d.members[back], d.where[back], d.inside[back] = nil, nil, nil
	before := maps.Clone(d.where["north"])
	if err := d.start(back); err != nil {
		return err
	}
	if err := d.until("all to see each other again", d.allSee(2)); err != nil {
		return err
	}
	if err := d.until("everybody to be in all rooms again", d.allInAll); err != nil {
		return err
	}
	if !maps.Equal(before, d.where["north"]) {
		return fmt.Errorf("the rooms were %v and are %v", before, d.where["north"])
	}
	d.stage.note("rooms stay where they are: a session that owns an alias is not moved by nodes that come")
	return d.says(back, rooms[0], "what did I miss?")
}

// end takes all nodes down.
func (d *director) end() error {
	d.stage.title("The end.")
	var err error
	for _, p := range d.others {
		err = errors.Join(err, p.quit())
	}
	d.north.shutDown()
	for ended := false; !ended; {
		select {
		case <-d.news: // nobody listens any more
		case ranErr := <-d.ran:
			err, ended = errors.Join(err, ranErr), true
		}
	}
	if err == nil {
		d.stage.note("all nodes have ended in order")
	}
	return err
}

// short is a duration as people say it.
func short(d time.Duration) string { return d.Round(100 * time.Microsecond).String() }
