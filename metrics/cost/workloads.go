package main

import (
	"bytes"
	"io"
	"net"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// yield is a session that posts to itself.
func yield(k *kernel.Kernel, size int, m *meter) error {
	n := 0
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.Yield("next") },
		"next": func(e kernel.Event) {
			if n++; n%size != 0 || m.tick() {
				e.Kernel.Yield("next")
			}
		},
	})
	return err
}

// post is two sessions that answer each other.
func post(k *kernel.Kernel, size int, m *meter) error {
	n := 0
	answer := func(e kernel.Event) {
		if n++; n%size != 0 || m.tick() {
			must(e.Kernel.Post(e.Sender, "ball"))
		}
	}
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			s, err := session.Inline(e.Kernel, session.Funcs{"_start": func(kernel.Event) {}, "ball": answer})
			must(err)
			must(e.Kernel.Post(s.ID(), "ball"))
		},
		"_child": func(kernel.Event) {},
		"ball":   answer,
	})
	return err
}

// call is a session that calls another one a thousand times for each of its events.
func call(k *kernel.Kernel, size int, m *meter) error {
	var other kernel.ID
	n := 0
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			s, err := session.Inline(e.Kernel, session.Funcs{
				"_start": func(e kernel.Event) { must(e.Kernel.AliasSet("called")) },
				"add":    func(e kernel.Event) {},
			})
			must(err)
			other = s.ID()
			e.Kernel.Yield("next")
		},
		"_child": func(kernel.Event) {},
		"next": func(e kernel.Event) {
			for range 1000 {
				_, err := e.Kernel.Call(other, "add")
				must(err)
			}
			if n += 1000; n%size != 0 || m.tick() {
				e.Kernel.Yield("next")
			}
		},
	})
	return err
}

// clients is how many connections echo has, each with one line in flight.
const clients = 50

// echo is a server of lines, and a session that sends a line on every connection
// once it has all answers to the last ones. The clients' time does not count.
func echo(k *kernel.Kernel, size int, m *meter) error {
	answered := 0
	l, err := servertcp.Listen(k, servertcp.Config{
		Alias: "echo", Address: "127.0.0.1",
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
			c.PutText(line)
			if answered++; answered%clients == 0 {
				must(k.Post(kernel.Alias("clients"), "answered"))
			}
		}),
	})
	if err != nil {
		return err
	}
	all := &connections{}
	if err := all.dial(l.Addr().String()); err != nil {
		return err
	}
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			must(e.Kernel.AliasSet("clients"))
			m.uncounted(all.ask)
		},
		"answered": func(e kernel.Event) { e.Kernel.Yield("written") }, // by the next turn
		"written": func(e kernel.Event) {
			m.uncounted(all.read)
			if answered%size != 0 || m.tick() {
				m.uncounted(all.ask)
				return
			}
			all.close()
			must(e.Kernel.Post(kernel.Alias("echo"), "shutdown"))
			must(e.Kernel.AliasRemove("clients"))
		},
	})
	return err
}

// connections are the clients' ends.
type connections []net.Conn

var line = append(bytes.Repeat([]byte("x"), 62), "\r\n"...)

func (all *connections) dial(addr string) error {
	for range clients {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return err
		}
		*all = append(*all, c)
	}
	return nil
}

func (all *connections) ask() {
	for _, c := range *all {
		_, err := c.Write(line)
		must(err)
	}
}

func (all *connections) read() {
	back := make([]byte, len(line))
	for _, c := range *all {
		_, err := io.ReadFull(c, back)
		must(err)
	}
}

func (all *connections) close() {
	for _, c := range *all {
		must(c.Close())
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
