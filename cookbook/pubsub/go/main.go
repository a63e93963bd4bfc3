// A publish/subscribe broker. Each topic is a session, which its alias names and
// keeps alive: the first subscriber makes it, the last one takes the alias away.
//
//	go run . PORT
package main

import (
	"fmt"
	"log"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/servertcp"
)

func main() {
	port := 4008
	if len(os.Args) > 1 {
		port, _ = strconv.Atoi(os.Args[1])
	}
	k := poe.New()
	server, err := servertcp.Listen(k, servertcp.Config{
		Address:            "127.0.0.1",
		Port:               port,
		ClientConnected:    func(c *servertcp.Client) { c.Heap = topics{} },
		ClientInput:        servertcp.Input(input),
		ClientError:        func(*servertcp.Client, *poe.OpError) {},
		ClientDisconnected: left,
		InlineStates: poe.Funcs{
			"hear": func(e poe.Event) { poe.Heap[servertcp.Client](e).Put(e.Args...) },
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", server.Addr())

	// The topics are children of this session, which hears of their ends.
	poe.Inline(k, poe.Funcs{
		"_start": func(poe.Event) { k.AliasSet("topics"); k.Sig("INT", "stop") },
		"create": create,
		"_child": func(e poe.Event) {
			if e.Arg(0) == "lose" {
				fmt.Println("topic", e.Arg(2), "is gone")
			}
		},
		"stop": func(poe.Event) {},
	})
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

// topics are what a client has subscribed to.
type topics map[string]bool

var word = regexp.MustCompile(`^\w+$`)

func input(c *servertcp.Client, line string) {
	words := append(strings.SplitN(line, " ", 3), "", "", "") // there are three at least
	command, name, text := words[0], words[1], words[2]
	mine, topic := c.Heap.(topics), poe.Alias("topic "+name)
	switch {
	case !word.MatchString(name):
		c.Put("error: subscribe, unsubscribe or publish a topic")
	case command == "subscribe" && mine[name]:
		c.Put("error: you have that")
	case command == "subscribe":
		mine[name] = true
		c.Put("subscribed " + name)
		if _, there := c.Kernel.AliasResolve(string(topic)); !there {
			c.Call(poe.Alias("topics"), "create", name)
		}
		c.Call(topic, "add", c.Session)
	case command == "unsubscribe" && !mine[name]:
		c.Put("error: you do not have that")
	case command == "unsubscribe":
		delete(mine, name)
		c.Call(topic, "remove", c.Session)
		c.Put("unsubscribed " + name)
	case command == "publish" && text != "":
		count, err := c.Call(topic, "publish", text)
		if err != nil {
			count = 0
		}
		c.Put(fmt.Sprint("published to ", count))
	default:
		c.Put("error: subscribe TOPIC, unsubscribe TOPIC, publish TOPIC TEXT")
	}
}

func left(c *servertcp.Client) {
	for _, name := range slices.Sorted(maps.Keys(c.Heap.(topics))) {
		c.Call(poe.Alias("topic "+name), "remove", c.Session)
	}
}

// topic is the heap of a topic's session.
type topic struct {
	name        string
	subscribers []poe.ID // in the order of their coming
	last        string
}

var topicStates = poe.States[topic]{
	"_start":  (*topic).start,
	"add":     (*topic).add,
	"remove":  (*topic).remove,
	"publish": (*topic).publish,
	"_stop":   func(t *topic, e poe.Event) { e.Return(t.name) }, // what _child shows
}

func create(e poe.Event) {
	poe.Create(e.Kernel, &topic{name: poe.Arg[string](e, 0)}, topicStates)
}

func (t *topic) start(e poe.Event) {
	e.AliasSet("topic " + t.name)
	fmt.Println("topic", t.name, "is new")
}

// add gives the last message to who subscribes late.
func (t *topic) add(e poe.Event) {
	id := poe.Arg[poe.ID](e, 0)
	t.subscribers = append(t.subscribers, id)
	if t.last != "" {
		e.Post(id, "hear", t.name+": "+t.last)
	}
}

func (t *topic) remove(e poe.Event) {
	id := poe.Arg[poe.ID](e, 0)
	t.subscribers = slices.DeleteFunc(t.subscribers, func(s poe.ID) bool { return s == id })
	if len(t.subscribers) == 0 {
		e.AliasRemove("topic " + t.name)
	}
}

func (t *topic) publish(e poe.Event) {
	t.last = poe.Arg[string](e, 0)
	for _, id := range t.subscribers {
		e.Post(id, "hear", t.name+": "+t.last)
	}
	e.Return(len(t.subscribers))
}
