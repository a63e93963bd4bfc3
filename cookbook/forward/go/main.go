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

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter"
)

func main() {
	if len(os.Args) < 2 {
		log.Fatalf("usage: %s PORT:HOST:PORT ...", os.Args[0])
	}
	k := poe.New()
	for _, arg := range os.Args[1:] {
		forward(k, arg)
	}
	poe.Inline(k, poe.Funcs{
		"_start": func(poe.Event) { k.AliasSet("control"); k.Sig("INT", "stop") },
		"stop":   func(poe.Event) {},
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

func forward(k *poe.Kernel, arg string) {
	port, to, _ := strings.Cut(arg, ":")
	host, toPort, _ := strings.Cut(to, ":")
	server, err := servertcp.Listen(k, servertcp.Config{
		Address:            "127.0.0.1",
		Port:               number(port),
		ClientFilter:       stream,
		ClientArgs:         []any{host, number(toPort)},
		ClientConnected:    nearConnected,
		ClientInput:        servertcp.Input(nearInput),
		ClientError:        func(*servertcp.Client, *poe.OpError) {},
		ClientDisconnected: func(c *servertcp.Client) { c.Heap.(*near).far.Shutdown() },
		InlineStates: poe.Funcs{
			"ready": nearReady,
			"hear":  func(e poe.Event) { poe.Heap[servertcp.Client](e).Put(e.Args...) },
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
	host, to := poe.Arg[string](c.Event, 0), poe.Arg[int](c.Event, 1)
	id := c.Session
	far, err := clienttcp.New(c.Kernel, clienttcp.Config{
		RemoteAddress: host,
		RemotePort:    to,
		Filter:        stream,
		Connected:     func(f *clienttcp.Client) { f.Post(id, "ready") },
		ServerInput:   clienttcp.Input(func(f *clienttcp.Client, data string) { f.Post(id, "hear", data) }),
		ServerError:   func(*clienttcp.Client, *poe.OpError) {},
		Disconnected:  func(f *clienttcp.Client) { f.Post(id, "shutdown") },
		ConnectError: func(f *clienttcp.Client, err *poe.OpError) {
			fmt.Printf("%s:%d: %s failed\n", host, to, err.Op)
			f.Post(id, "shutdown")
		},
		InlineStates: poe.Funcs{
			"hear": func(e poe.Event) { poe.Heap[clienttcp.Client](e).Put(e.Args...) },
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
	c.Post(n.far.ID(), "hear", data)
}

func nearReady(e poe.Event) {
	n := poe.Heap[servertcp.Client](e).Heap.(*near)
	for _, data := range n.waiting {
		e.Post(n.far.ID(), "hear", data)
	}
	n.ready, n.waiting = true, nil
}
