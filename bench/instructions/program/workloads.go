package main

import (
	"bytes"
	"net"
	"strings"
	"time"

	"github.com/gopoe/poe/bench/internal/eventload"
	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// workload does something n times, on one goroutine, so that nothing depends on
// when threads run.
type workload struct {
	name string
	n    int
	make func(k *kernel.Kernel, n int) error
}

var workloads = []workload{
	{"yields", 10_000, eventload.Yields},
	{"posts", 10_000, eventload.Posts},
	{"calls", 10_000, eventload.Calls},
	{"timers", 1000, timers},
	{"sessions", 1000, sessions},
	{"lines", 1000, lines},
	{"byte-lines", 1000, byteLines},
	{"long-lines", 200, longLines},
	{"connections", 200, connections},
}

// timers is a session that sets timers for the past, which all fire.
func timers(k *kernel.Kernel, n int) error {
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			past := e.Kernel.Now().Add(-time.Hour)
			for i := range n {
				_, err := e.Kernel.AlarmSet("fired", past.Add(time.Duration(i*7919%n)*time.Microsecond))
				must(err)
			}
		},
		"fired": func(kernel.Event) {},
	})
	return err
}

// sessions is a session that makes others, which have nothing to live for.
func sessions(k *kernel.Kernel, n int) error {
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.Yield("next") },
		"_child": func(kernel.Event) {},
		"next": func(e kernel.Event) {
			_, err := session.Inline(e.Kernel, session.Funcs{"_start": func(kernel.Event) {}})
			must(err)
			if n--; n > 0 {
				e.Kernel.Yield("next")
			}
		},
	})
	return err
}

const shortLine = 62 // with its end as long as the lines of bench/compare

// lines is a server and a client of it, one line at a time.
func lines(k *kernel.Kernel, n int) error { return echo(k, n, shortLine) }

// longLines has lines of 16 KiB.
func longLines(k *kernel.Kernel, n int) error { return echo(k, n, 16<<10-2) }

func echo(k *kernel.Kernel, n, size int) error {
	line := strings.Repeat("x", size)
	port, err := listen(k, servertcp.Input(func(c *servertcp.Client, line string) { c.PutText(line) }))
	if err != nil {
		return err
	}
	_, err = clienttcp.New(k, clienttcp.Config{
		RemoteAddress: "127.0.0.1", RemotePort: port,
		Connected: func(c *clienttcp.Client) { c.PutText(line) },
		ServerInput: clienttcp.Input(func(c *clienttcp.Client, line string) {
			if n--; n > 0 {
				c.PutText(line)
				return
			}
			must(c.Kernel.Post(kernel.Alias("echo"), "shutdown"))
			c.Shutdown()
		}),
	})
	return err
}

// byteLines is lines with records that are bytes.
func byteLines(k *kernel.Kernel, n int) error {
	line := bytes.Repeat([]byte("x"), shortLine)
	port, err := listen(k, servertcp.Input(func(c *servertcp.Client, line []byte) { c.PutBytes(line) }))
	if err != nil {
		return err
	}
	_, err = clienttcp.New(k, clienttcp.Config{
		RemoteAddress: "127.0.0.1", RemotePort: port,
		Connected: func(c *clienttcp.Client) { c.PutBytes(line) },
		ServerInput: clienttcp.Input(func(c *clienttcp.Client, line []byte) {
			if n--; n > 0 {
				c.PutBytes(line)
				return
			}
			must(c.Kernel.Post(kernel.Alias("echo"), "shutdown"))
			c.Shutdown()
		}),
	})
	return err
}

// connections is a server, and a client that says one line on each of its
// connections.
func connections(k *kernel.Kernel, n int) error {
	port, err := listen(k, servertcp.Input(func(c *servertcp.Client, line string) { c.PutText(line) }))
	if err != nil {
		return err
	}
	_, err = clienttcp.New(k, clienttcp.Config{
		Alias: "client", RemoteAddress: "127.0.0.1", RemotePort: port,
		Connected: func(c *clienttcp.Client) { c.PutText("line") },
		ServerInput: clienttcp.Input(func(c *clienttcp.Client, line string) {
			if n--; n > 0 {
				c.Reconnect()
				return
			}
			must(c.Kernel.Post(kernel.Alias("echo"), "shutdown"))
			c.Shutdown()
		}),
	})
	return err
}

// listen starts a server and returns its port.
func listen(k *kernel.Kernel, input servertcp.InputHandler) (port int, err error) {
	l, err := servertcp.Listen(k, servertcp.Config{Alias: "echo", Address: "127.0.0.1", ClientInput: input})
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, nil
}
