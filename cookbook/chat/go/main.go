// A chat server: all who have given a name hear what the others say.
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

// chat is what the connections share.
type chat struct {
	k     *poe.Kernel
	users map[string]poe.ID // name to the connection's session
}

func main() {
	port := 4000
	if len(os.Args) > 1 {
		port, _ = strconv.Atoi(os.Args[1])
	}
	k := poe.New()
	ch := &chat{k: k, users: map[string]poe.ID{}}
	server, err := servertcp.Listen(k, servertcp.Config{
		Alias:              "chat",
		Address:            "127.0.0.1",
		Port:               port,
		ClientConnected:    func(c *servertcp.Client) { c.Put("Welcome. What is your name?") },
		ClientInput:        servertcp.Input(ch.input),
		ClientDisconnected: ch.left,
		ClientError:        func(*servertcp.Client, *poe.OpError) {},
		InlineStates:       poe.Funcs{"hear": hear},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", server.Addr())
	poe.Inline(k, poe.Funcs{
		"_start": func(poe.Event) { k.AliasSet("control"); k.Sig("INT", "stop") },
		"stop":   func(poe.Event) {}, // unhandled: it stops every session
	})
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

var (
	action  = regexp.MustCompile(`^/me (.+)`)
	private = regexp.MustCompile(`^/msg (\w+) (.+)`)
	proper  = regexp.MustCompile(`^[A-Za-z0-9]{1,16}$`)
)

func (ch *chat) input(c *servertcp.Client, line string) {
	name, named := c.Heap.(string)
	if !named {
		ch.join(c, line)
		return
	}
	if m := action.FindStringSubmatch(line); m != nil {
		ch.tellAll("* " + name + " " + m[1])
		return
	}
	if m := private.FindStringSubmatch(line); m != nil {
		if to, ok := ch.users[m[1]]; ok {
			ch.k.Post(to, "hear", "["+name+"] "+m[2])
		} else {
			c.Put("Nobody here is " + m[1] + ".")
		}
		return
	}
	switch {
	case line == "/quit":
		c.Put("Bye.")
		c.Shutdown()
	case line == "/who":
		c.Put("Here: " + strings.Join(slices.Sorted(maps.Keys(ch.users)), ", "))
	case strings.HasPrefix(line, "/"):
		c.Put("Commands: /who, /me TEXT, /msg NAME TEXT, /quit")
	default:
		ch.tellAll("<" + name + "> " + line)
	}
}

func (ch *chat) join(c *servertcp.Client, name string) {
	if !proper.MatchString(name) {
		c.Put("A name is 1 to 16 letters or digits.")
		return
	}
	if _, taken := ch.users[name]; taken {
		c.Put("That name is taken.")
		return
	}
	c.Heap = name
	ch.users[name] = c.Session
	ch.tellAll("* " + name + " has joined")
}

func (ch *chat) left(c *servertcp.Client) {
	name, named := c.Heap.(string)
	if !named {
		return
	}
	c.Heap = nil
	delete(ch.users, name)
	ch.tellAll("* " + name + " has left")
}

func (ch *chat) tellAll(text string) {
	for _, name := range slices.Sorted(maps.Keys(ch.users)) {
		ch.k.Post(ch.users[name], "hear", text)
	}
}

func hear(e poe.Event) { poe.Heap[servertcp.Client](e).Put(e.Args...) }
