package main

import (
	"bytes"
	"errors"
	"io"
	"net"

	"github.com/gopoe/poe/bench/internal/eventload"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
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
	{"yield", 500_000, 16 * mebi, alone(eventload.Yields)},
	{"post between two sessions", 500_000, 16 * mebi, alone(eventload.Posts)},
	{"call", 500_000, 16 * mebi, alone(eventload.Calls)},
	{"echo, 50 clients, 1 line of 64 bytes in flight", 50_000, 16 * mebi, echo(1)},
	{"echo, 50 clients, 32 lines in flight", 600_000, 16 * mebi, echo(32)},
	{"the same while the ring is filled", 400_000, 64 * mebi, echo(32)},
}

// alone is a workload for which no other goroutine does anything.
func alone(start func(k *kernel.Kernel, n int) error) func(k *kernel.Kernel, n int) (func() error, error) {
	return func(k *kernel.Kernel, n int) (func() error, error) {
		return func() error { return nil }, start(k, n)
	}
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
