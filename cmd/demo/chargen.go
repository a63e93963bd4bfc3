package main

import (
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/wheel/readwrite"
)

// chargen sends lines for ever, as fast as the other end reads them: it fills
// the output up to the high water mark and goes on at the low one.
var chargen = demonstration{
	name:  "chargen",
	about: "sends lines of characters for ever, no faster than they are read",
	serve: func(show printer) servertcp.Config {
		fill := func(c *servertcp.Client) {
			n, _ := c.Heap.(int)
			for full := false; !full; n++ {
				full = c.Put(characters(n))
			}
			c.Heap = n
		}
		return servertcp.Config{
			Marks:           readwrite.Marks{High: 8192, Low: 1024},
			ClientConnected: fill,
			ClientLow:       fill,
			ClientHigh:      func(*servertcp.Client) {},
			ClientInput:     servertcp.Input(func(c *servertcp.Client, _ string) {}), // whatever you say
			ClientDisconnected: func(c *servertcp.Client) {
				show.event("chargen", "disconnected", c.RemoteIP)
			},
		}
	},
	visitors: []visitor{{name: "bob", steps: []step{
		{hears: characters(0)}, {hears: characters(1)}, {hears: characters(2)},
	}}},
}

// characters is the n-th line: the printable ones, moved on by one each line.
func characters(n int) string {
	const first, count, width = '!', '~' - '!' + 1, 60
	line := make([]byte, width)
	for i := range line {
		line[i] = byte(first + (n+i)%count)
	}
	return string(line)
}
