package main

import (
	"maps"
	"slices"

	"github.com/gopoe/poe/component/servertcp"
)

// chat is a room: what one says the others hear. The room is a map that only
// the kernel's goroutine touches, so it needs no lock.
var chat = demonstration{
	name:  "chat",
	about: "a chat room; the first line is your name",
	serve: func(show printer) servertcp.Config {
		room := map[string]*servertcp.Client{}
		tell := func(except, line string) {
			for _, name := range slices.Sorted(maps.Keys(room)) {
				if name != except {
					room[name].Put(line)
				}
			}
		}
		return servertcp.Config{
			ClientConnected: func(c *servertcp.Client) { c.Put("your name?") },
			ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
				name, known := c.Heap.(string)
				switch {
				case !known && (line == "" || room[line] != nil):
					c.Put("that name is taken; your name?")
				case !known:
					c.Heap = line
					tell("", line+" comes in")
					room[line] = c
					c.Put("welcome, " + line)
					show.event("chat", "joined", line)
				case line == "/quit":
					c.Put("goodbye")
					c.Shutdown()
				default:
					tell(name, name+": "+line)
				}
			}),
			ClientDisconnected: func(c *servertcp.Client) {
				if name, known := c.Heap.(string); known {
					delete(room, name)
					tell("", name+" leaves")
					show.event("chat", "left", name)
				}
			},
		}
	},
	visitors: []visitor{
		{name: "cleo", steps: []step{
			{"your name", "cleo"},
			{"eve comes in", "welcome, both of you"},
			{"eve:", "/quit"},
			{hears: "goodbye"},
		}},
		{name: "dan", after: "cleo", steps: []step{
			{"your name", "dan"},
			{"eve:", ""},
		}},
		{name: "eve", after: "dan", steps: []step{
			{"your name", "eve"},
			{"cleo: welcome", "glad to be here"},
			{"cleo leaves", "/quit"},
			{hears: "goodbye"},
		}},
	},
}
