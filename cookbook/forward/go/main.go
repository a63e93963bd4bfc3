// A port forwarder: each connection to a port of this host is joined with one
// to a port of another. What a client says before its other half is connected
// waits for it.
//
//	go run . PORT:HOST:PORT ...
package main

import (
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

func main() {
	if len(os.Args) < 2 {
		log.Fatalf("usage: %s PORT:HOST:PORT ...", os.Args[0])
	}
	k := kernel.New()
	for _, arg := range os.Args[1:] {
		forward(k, arg)
	}
	session.Inline(k, session.Funcs{
		"_start": func(kernel.Event) { k.AliasSet("control"); k.Sig("INT", "stop") },
		"stop":   func(kernel.Event) {},
	})
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

// near is the heap of the connection that was accepted.
type near struct {
	far     *clienttcp.Client
	ready   bool // far is connected
	waiting []string
}

func stream() filter.Filter { return filter.NewStream() }

func forward(k *kernel.Kernel, arg string) {
	port, to, _ := strings.Cut(arg, ":")
	host, toPort, _ := strings.Cut(to, ":")
	server, err := servertcp.Listen(k, servertcp.Config{
		Address:            "127.0.0.1",
		Port:               number(port),
		ClientFilter:       stream,
		ClientArgs:         []any{host, number(toPort)},
		ClientConnected:    nearConnected,
		ClientInput:        servertcp.Input(nearInput),
		ClientError:        func(*servertcp.Client, *kernel.OpError) {},
		ClientDisconnected: func(c *servertcp.Client) { c.Heap.(*near).far.Shutdown() },
		InlineStates: session.Funcs{
			"ready": nearReady,
			"hear":  func(e kernel.Event) { session.Heap[servertcp.Client](e).Put(e.Args...) },
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", server.Addr())
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		log.Fatal(err)
	}
	return n
}

// nearConnected makes the far half, a session of its own, which knows the near
// one by its ID.
func nearConnected(c *servertcp.Client) {
	host, to := kernel.Arg[string](c.Event, 0), kernel.Arg[int](c.Event, 1)
	id := c.Session
	far, err := clienttcp.New(c.Kernel, clienttcp.Config{
		RemoteAddress: host,
		RemotePort:    to,
		Filter:        stream,
		Connected:     func(f *clienttcp.Client) { f.Kernel.Post(id, "ready") },
		ServerInput:   clienttcp.Input(func(f *clienttcp.Client, data string) { f.Kernel.Post(id, "hear", data) }),
		ServerError:   func(*clienttcp.Client, *kernel.OpError) {},
		Disconnected:  func(f *clienttcp.Client) { f.Kernel.Post(id, "shutdown") },
		ConnectError: func(f *clienttcp.Client, err *kernel.OpError) {
			fmt.Printf("%s:%d: %s failed\n", host, to, err.Op)
			f.Kernel.Post(id, "shutdown")
		},
		InlineStates: session.Funcs{
			"hear": func(e kernel.Event) { session.Heap[clienttcp.Client](e).Put(e.Args...) },
		},
	})
	if err != nil {
		panic(err)
	}
	c.Heap = &near{far: far}
}

func nearInput(c *servertcp.Client, data string) {
	n := c.Heap.(*near)
	if !n.ready {
		n.waiting = append(n.waiting, data)
		return
	}
	c.Kernel.Post(n.far.ID(), "hear", data)
}

func nearReady(e kernel.Event) {
	n := session.Heap[servertcp.Client](e).Heap.(*near)
	for _, data := range n.waiting {
		e.Kernel.Post(n.far.ID(), "hear", data)
	}
	n.ready, n.waiting = true, nil
}
