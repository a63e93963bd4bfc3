package main

import (
	"bytes"
	"errors"
	"io"
	"net"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// workload does something n times.
type workload struct {
	name string
	n    int
	ring int // its size in bytes
	// start makes the sessions. What it returns is called on another goroutine while
	// the kernel runs.
	start func(k *kernel.Kernel, n int) (load func() error, err error)
}

var workloads = []workload{
	{"yield", 500_000, 16 * mebi, yields},
	{"post between two sessions", 500_000, 16 * mebi, posts},
	{"call", 500_000, 16 * mebi, calls},
	{"echo, 50 clients, 1 line of 64 bytes in flight", 50_000, 16 * mebi, echo(1)},
	{"echo, 50 clients, 32 lines in flight", 600_000, 16 * mebi, echo(32)},
	{"the same while the ring is filled", 400_000, 64 * mebi, echo(32)},
}

func nothing() error { return nil }

// yields is a session that posts to itself.
func yields(k *kernel.Kernel, n int) (func() error, error) {
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.Yield("next") },
		"next": func(e kernel.Event) {
			if n--; n > 0 {
				e.Kernel.Yield("next")
			}
		},
	})
	return nothing, err
}

// posts is two sessions that answer each other, so that no event is like the one
// before it.
func posts(k *kernel.Kernel, n int) (func() error, error) {
	answer := func(e kernel.Event) {
		if n--; n > 0 {
			_ = e.Kernel.Post(e.Sender, "ball")
		}
	}
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			other, err := session.Inline(k, session.Funcs{"_start": func(kernel.Event) {}, "ball": answer})
			if err == nil {
				_ = k.Post(other.ID(), "ball")
			}
		},
		"_child": func(kernel.Event) {},
		"ball":   answer,
	})
	return nothing, err
}

// calls is a session that calls another one.
func calls(k *kernel.Kernel, n int) (func() error, error) {
	callee, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.Yield("last") },
		"last":   func(kernel.Event) {},
		"add":    func(e kernel.Event) { e.Return(1) },
	})
	if err != nil {
		return nil, err
	}
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.Yield("calls") },
		"calls": func(e kernel.Event) {
			for range n {
				_, _ = e.Kernel.Call(callee.ID(), "add")
			}
		},
	})
	return nothing, err
}

// clients is how many connections an echo server has.
const clients = 50

// echo is a server whose clients, on goroutines, send so many lines at once and wait
// until all have come back.
func echo(flight int) func(k *kernel.Kernel, n int) (func() error, error) {
	return func(k *kernel.Kernel, n int) (func() error, error) {
		l, err := servertcp.Listen(k, servertcp.Config{
			Alias: "echo", Address: "127.0.0.1",
			ClientInput: servertcp.Input(func(c *servertcp.Client, line []byte) { c.PutBytes(line) }),
		})
		if err != nil {
			return nil, err
		}
		address, outside := l.Addr().String(), k.Outside()
		return func() error {
			failed := make(chan error)
			for range clients {
				go func() { failed <- talk(address, flight, n/clients/flight) }()
			}
			var err error
			for range clients {
				err = errors.Join(err, <-failed)
			}
			outside.Post(kernel.Alias("echo"), "shutdown")
			return err
		}, nil
	}
}

// talk is one client.
func talk(address string, flight, times int) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	out := bytes.Repeat(append(bytes.Repeat([]byte("x"), 62), "\r\n"...), flight)
	in := make([]byte, len(out))
	for range times {
		if _, err := conn.Write(out); err != nil {
			return err
		}
		if _, err := io.ReadFull(conn, in); err != nil {
			return err
		}
	}
	return nil
}
