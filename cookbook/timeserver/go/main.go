// The time of day, by the protocols daytime and time, each at a port of its own.
// A third port starts, stops and lists the servers, and can hold the clock.
//
//	go run . PORT
package main

import (
	"encoding/binary"
	"fmt"
	"log"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter"
)

// protocols are what each server says, after which it hangs up. Time counts from
// 1900.
var protocols = map[string]func(now time.Time) string{
	"daytime": func(now time.Time) string { return now.UTC().Format("Mon Jan _2 15:04:05 2006\r\n") },
	"time": func(now time.Time) string {
		return string(binary.BigEndian.AppendUint32(nil, uint32(now.Unix()+2_208_988_800)))
	},
}

// clock is what the servers share.
type clock struct{ held time.Time } // the zero time if it goes

func (c *clock) now() time.Time {
	if c.held.IsZero() {
		return time.Now()
	}
	return c.held
}

func main() {
	port := 4015
	if len(os.Args) > 1 {
		port, _ = strconv.Atoi(os.Args[1])
	}
	k := poe.New()
	c := &clock{}
	control, err := servertcp.Listen(k, servertcp.Config{
		Alias:       "control",
		Address:     "127.0.0.1",
		Port:        port,
		ClientInput: servertcp.Input(c.input),
		ClientError: func(*servertcp.Client, *poe.OpError) {},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", control.Addr())
	poe.Inline(k, poe.Funcs{
		"_start": func(poe.Event) { k.AliasSet("servers"); k.Sig("INT", "stop") },
		"serve":  c.serve,
		"leave":  func(poe.Event) { k.AliasRemove("servers") },
		"stop":   func(poe.Event) {},
	})
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

// serve makes a server: a session that its alias names.
func (c *clock) serve(e poe.Event) {
	name := poe.Arg[string](e, 0)
	server, err := servertcp.Listen(e.Kernel, servertcp.Config{
		Alias:        name,
		Address:      "127.0.0.1",
		ClientFilter: func() filter.Filter { return filter.NewStream() },
		ClientConnected: func(client *servertcp.Client) {
			client.Put(protocols[name](c.now()))
			client.Shutdown()
		},
		ClientInput: servertcp.Input(func(*servertcp.Client, string) {}),
		ClientError: func(*servertcp.Client, *poe.OpError) {},
		Stopped:     func(*servertcp.Listener) { fmt.Println(name, "has stopped") },
	})
	if err != nil {
		panic(err)
	}
	fmt.Println("listening on", server.Addr())
}

var seconds = regexp.MustCompile(`^\d{1,10}$`)

func (c *clock) input(client *servertcp.Client, line string) {
	words := append(strings.Fields(line), "", "") // there are two at least
	command, word := words[0], words[1]
	switch {
	case command == "status":
		for _, name := range slices.Sorted(maps.Keys(protocols)) {
			client.Put(name + " " + status(client.Kernel, name))
		}
	case command == "hold" && seconds.MatchString(word):
		held, _ := strconv.ParseInt(word, 10, 64)
		c.held = time.Unix(held, 0)
		client.Put("The clock is held.")
	case command == "go":
		c.held = time.Time{}
		client.Put("The clock goes.")
	case command == "quit":
		quit(client)
	case command == "start" && protocols[word] != nil:
		start(client, word)
	case command == "stop" && protocols[word] != nil:
		stop(client, word)
	default:
		client.Put("status, start NAME, stop NAME, hold SECONDS, go or quit")
	}
}

func runs(k *poe.Kernel, name string) bool {
	_, there := k.AliasResolve(name)
	return there
}

func status(k *poe.Kernel, name string) string {
	if runs(k, name) {
		return "runs"
	}
	return "does not run"
}

func start(client *servertcp.Client, name string) {
	if runs(client.Kernel, name) {
		client.Put(name + " runs already.")
		return
	}
	client.Call(poe.Alias("servers"), "serve", name)
	client.Put(name + " has started.")
}

func stop(client *servertcp.Client, name string) {
	if !runs(client.Kernel, name) {
		client.Put(name + " does not run.")
		return
	}
	client.Post(poe.Alias(name), "shutdown")
	client.Put(name + " stops.")
}

// quit ends the program without a signal: nothing is left that keeps it.
func quit(client *servertcp.Client) {
	for _, name := range slices.Sorted(maps.Keys(protocols)) {
		client.Post(poe.Alias(name), "shutdown")
	}
	client.Post(poe.Alias("control"), "shutdown")
	client.Post(poe.Alias("servers"), "leave")
	client.Put("Bye.")
	client.Shutdown()
}
