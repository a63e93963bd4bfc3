// A relay: a datagram that comes in goes out to all who are connected by TCP and
// have joined its channel. Who joins late gets the last ones as well.
//
//	go run . UDP_PORT TCP_PORT
package main

import (
	"fmt"
	"log"
	"os"
	"regexp"
	"slices"
	"strconv"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/wheel/socketfactory"
)

const keep = 3

// relay is the heap of the session that has the socket for datagrams.
type relay struct {
	k       *poe.Kernel
	port    int
	members map[string][]poe.ID // by channel
	last    map[string][]string
	count   int
}

var relayStates = poe.States[relay]{
	"_start":   (*relay).start,
	"readable": (*relay).readable,
	"join":     (*relay).join,
	"leave":    (*relay).leave,
	"stop":     func(*relay, poe.Event) {},
}

func main() {
	k := poe.New()
	r := &relay{k: k, port: 4016, members: map[string][]poe.ID{}, last: map[string][]string{}}
	port := 4017
	if len(os.Args) > 2 {
		r.port, _ = strconv.Atoi(os.Args[1])
		port, _ = strconv.Atoi(os.Args[2])
	}
	if _, err := poe.Create(k, r, relayStates); err != nil {
		log.Fatal(err)
	}
	server, err := servertcp.Listen(k, servertcp.Config{
		Address:            "127.0.0.1",
		Port:               port,
		ClientInput:        servertcp.Input(input),
		ClientError:        func(*servertcp.Client, *poe.OpError) {},
		ClientDisconnected: func(c *servertcp.Client) { c.Call(poe.Alias("relay"), "leave") },
		InlineStates: poe.Funcs{
			"hear": func(e poe.Event) { poe.Heap[servertcp.Client](e).Put(e.Args...) },
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", server.Addr())
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

func (r *relay) start(poe.Event) {
	r.k.AliasSet("relay")
	r.k.Sig("INT", "stop")
	socket, err := socketfactory.Listen(socketfactory.Config{
		Type: socketfactory.Datagram, BindAddress: "127.0.0.1", BindPort: r.port,
	})
	if err != nil {
		panic(err)
	}
	r.k.SelectRead(socket, "readable")
	fmt.Println("listening on", socket.LocalAddr())
}

// message is a channel's name and a text; anything else is dropped.
var message = regexp.MustCompile(`^(\w+) ([^\r\n]+)`)

func (r *relay) readable(e poe.Event) {
	socket := poe.Arg[*poe.Handle](e, 0)
	buf := make([]byte, 1500)
	for {
		n, _, err := socket.ReadFrom(buf)
		if err != nil {
			return
		}
		m := message.FindSubmatch(buf[:n])
		if m == nil {
			fmt.Println("dropped", n, "bytes")
			continue
		}
		r.count++
		channel, text := string(m[1]), fmt.Sprintf("%d %s %s", r.count, m[1], m[2])
		last := append(r.last[channel], text)
		r.last[channel] = last[max(0, len(last)-keep):]
		for _, id := range r.members[channel] {
			r.k.Post(id, "hear", text)
		}
	}
}

var command = regexp.MustCompile(`^(join|leave) (\w+)$`)

func input(c *servertcp.Client, line string) {
	m := command.FindStringSubmatch(line)
	if m == nil {
		c.Put("join CHANNEL or leave CHANNEL")
		return
	}
	c.Call(poe.Alias("relay"), m[1], m[2])
	c.Put(m[1] + ": " + m[2])
}

func (r *relay) join(e poe.Event) {
	channel := poe.Arg[string](e, 0)
	if !slices.Contains(r.members[channel], e.Sender) {
		r.members[channel] = append(r.members[channel], e.Sender)
	}
	for _, text := range r.last[channel] {
		r.k.Post(e.Sender, "hear", text)
	}
}

// leave is for one channel, or for all.
func (r *relay) leave(e poe.Event) {
	only, one := poe.ArgOK[string](e, 0)
	for channel, members := range r.members {
		if one && channel != only {
			continue
		}
		r.members[channel] = slices.DeleteFunc(members, func(id poe.ID) bool { return id == e.Sender })
	}
}
