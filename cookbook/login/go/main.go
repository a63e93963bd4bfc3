// A line server with a login: each user keeps notes. Who is idle for too long is
// disconnected.
//
//	go run . PORT
package main

import (
	"fmt"
	"log"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/servertcp"
)

// server is what the connections share.
type server struct {
	passwords map[string]string
	notes     map[string]map[string]string // by user and key
}

// visitor is the heap of a connection.
type visitor struct {
	*servertcp.Client
	*server
	meaning func(v *visitor, line string) // what a line means depends on the state
	user    string
	tries   int
	idle    time.Duration
}

func main() {
	port := 4001
	if len(os.Args) > 1 {
		port, _ = strconv.Atoi(os.Args[1])
	}
	s := &server{
		passwords: map[string]string{"ann": "apple", "bob": "banana"},
		notes:     map[string]map[string]string{},
	}
	k := poe.New()
	listener, err := servertcp.Listen(k, servertcp.Config{
		Address: "127.0.0.1",
		Port:    port,
		ClientConnected: func(c *servertcp.Client) {
			v := &visitor{Client: c, server: s, meaning: (*visitor).gotUser, idle: 300 * time.Second}
			c.Heap = v
			v.ask("User?")
		},
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
			v := c.Heap.(*visitor)
			v.meaning(v, line)
		}),
		ClientDisconnected: func(c *servertcp.Client) { c.DelayClear("idle") }, // else it would keep the session
		ClientError:        func(*servertcp.Client, *poe.OpError) {},
		InlineStates:       poe.Funcs{"idle": idle},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", listener.Addr())
	poe.Inline(k, poe.Funcs{
		"_start": func(poe.Event) { k.AliasSet("control"); k.Sig("INT", "stop") },
		"stop":   func(poe.Event) {},
	})
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

func (v *visitor) ask(text string) {
	v.Put(text)
	v.Delay("idle", v.idle)
}

func (v *visitor) gotUser(line string) {
	v.user, v.meaning = line, (*visitor).gotPassword
	v.ask("Password?")
}

func (v *visitor) gotPassword(line string) {
	if right, known := v.passwords[v.user]; known && right == line {
		v.meaning = (*visitor).gotCommand
		v.ask("Hello, " + v.user + ".")
		return
	}
	if v.tries++; v.tries == 3 {
		v.ask("Too many tries.")
		v.Shutdown()
		return
	}
	v.meaning = (*visitor).gotUser
	v.ask("Wrong. User?")
}

func (v *visitor) gotCommand(line string) {
	mine := v.notes[v.user]
	if mine == nil {
		mine = map[string]string{}
		v.notes[v.user] = mine
	}
	command, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	key, text, _ := strings.Cut(strings.TrimSpace(rest), " ")
	text = strings.TrimSpace(text)
	milliseconds, err := strconv.ParseUint(key, 10, 32)
	switch {
	case command == "set" && text != "":
		mine[key] = text
		v.ask("Noted.")
	case command == "get" && key != "":
		v.ask(orNothing(mine[key]))
	case command == "list":
		v.ask(orNothing(strings.Join(slices.Sorted(maps.Keys(mine)), " ")))
	case command == "idle" && err == nil:
		v.idle = time.Duration(milliseconds) * time.Millisecond
		v.ask("After " + key + " ms.")
	case command == "logout":
		v.meaning = (*visitor).gotUser
		v.ask("User?")
	case command == "quit":
		v.ask("Bye.")
		v.Shutdown()
	default:
		v.ask("Commands: set KEY TEXT, get KEY, list, idle MILLISECONDS, logout, quit")
	}
}

func orNothing(text string) string {
	if text == "" {
		return "Nothing."
	}
	return text
}

func idle(e poe.Event) {
	c := poe.Heap[servertcp.Client](e)
	c.Put("You were idle for too long.")
	c.Shutdown()
}
