package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gopoe/poe/component/servertcp"
)

// dialogue is one connection's place in the talk: each step is a method, and
// the field says which one hears the next line.
type dialogue struct {
	next  func(d *dialogue, c *servertcp.Client, line string)
	nonce int
	user  string
	sum   int
}

// challenge is a dialogue of several steps: who are you, prove it, and then
// commands.
var challenge = demonstration{
	name:  "challenge",
	about: "a challenge-response login, then sums: add N, quit",
	serve: func(show printer) servertcp.Config {
		served := 0
		return servertcp.Config{
			ClientConnected: func(c *servertcp.Client) {
				served++
				c.Heap = &dialogue{next: (*dialogue).login, nonce: 7 * served}
				c.Put("user?")
			},
			ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
				d := c.Heap.(*dialogue)
				d.next(d, c, line)
			}),
			ClientDisconnected: func(c *servertcp.Client) {
				show.event("challenge", "disconnected", c.Heap.(*dialogue).user)
			},
		}
	},
	visitors: []visitor{
		{name: "mallory", steps: []step{
			{"user?", "mallory"},
			{"twice 7", "13"},
			{hears: "denied"},
		}},
		{name: "frank", after: "mallory", steps: []step{
			{"user?", "frank"},
			{"twice 14", "28"},
			{"welcome", "add 2"},
			{"sum 2", "add 40"},
			{"sum 42", "quit"},
			{hears: "bye"},
		}},
	},
}

func (d *dialogue) login(c *servertcp.Client, line string) {
	d.user, d.next = line, (*dialogue).prove
	c.Put(fmt.Sprintf("what is twice %d?", d.nonce))
}

func (d *dialogue) prove(c *servertcp.Client, line string) {
	if answer, err := strconv.Atoi(line); err != nil || answer != 2*d.nonce {
		c.Put("denied")
		c.Shutdown()
		return
	}
	d.next = (*dialogue).command
	c.Put("welcome, " + d.user)
}

func (d *dialogue) command(c *servertcp.Client, line string) {
	verb, rest, _ := strings.Cut(line, " ")
	n, err := strconv.Atoi(rest)
	switch {
	case verb == "add" && err == nil:
		d.sum += n
		c.Put(fmt.Sprintf("sum %d", d.sum))
	case verb == "quit":
		c.Put("bye, " + d.user)
		c.Shutdown()
	default:
		c.Put("unknown: " + line)
	}
}
