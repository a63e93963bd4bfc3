package main

import "github.com/gopoe/poe/component/servertcp"

// echo says what it hears: the shortest server there is.
var echo = demonstration{
	name:  "echo",
	about: "says what it hears, until it hears quit",
	serve: func(show printer) servertcp.Config {
		return servertcp.Config{
			ClientConnected: func(c *servertcp.Client) {
				c.Put("Smile from the server!")
			},
			ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
				if line == "quit" {
					c.Put("B'bye!")
					c.Shutdown()
					return
				}
				c.Put(line)
			}),
			ClientDisconnected: func(c *servertcp.Client) {
				show.event("echo", "disconnected", c.RemoteIP)
			},
		}
	},
	visitors: []visitor{{name: "ann", steps: []step{
		{"Smile", "hello, kernel"},
		{"hello", "quit"},
	}}},
}
