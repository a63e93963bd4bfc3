// Follows files and sends what is added to them to whoever asks over TCP. A file
// is followed while somebody hears it; a pattern chooses the lines.
//
//	go run . PORT DIRECTORY
package main

import (
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/wheel/followtail"
)

func main() {
	port, dir := 4007, "/var/log"
	if len(os.Args) > 2 {
		port, _ = strconv.Atoi(os.Args[1])
		dir = os.Args[2]
	}
	k := poe.New()
	server, err := servertcp.Listen(k, servertcp.Config{
		Address:            "127.0.0.1",
		Port:               port,
		ClientConnected:    connected,
		ClientInput:        servertcp.Input(input),
		ClientError:        func(*servertcp.Client, *poe.OpError) {},
		ClientDisconnected: left,
		InlineStates:       poe.Funcs{"hear": hear},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", server.Addr())
	if _, err := poe.Create(k, &tails{k: k, dir: dir, files: map[string]*tail{}}, tailsStates); err != nil {
		log.Fatal(err)
	}
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

// follows is what a client hears: files, and of each the lines that match.
type follows map[string]*regexp.Regexp

var proper = regexp.MustCompile(`^[^./][^/]*$`)

func connected(c *servertcp.Client) {
	c.Heap = follows{}
	c.Put("follow FILE [PATTERN] or leave FILE")
}

func input(c *servertcp.Client, line string) {
	words := append(strings.SplitN(line, " ", 3), "", "", "") // there are three at least
	command, name, pattern := words[0], words[1], words[2]
	mine, tails := c.Heap.(follows), poe.Alias("tails")
	switch {
	case !proper.MatchString(name):
		c.Put("A file has a name without slashes.")
	case command == "follow":
		wanted, err := regexp.Compile(pattern)
		if err != nil {
			c.Put("That is no pattern.")
			return
		}
		c.Put("You follow " + name + ".")
		if mine[name] == nil {
			c.Call(tails, "follow", c.Session, name)
		}
		mine[name] = wanted
	case command == "leave" && mine[name] != nil:
		delete(mine, name)
		c.Call(tails, "leave", c.Session, name)
		c.Put("You have left " + name + ".")
	default:
		c.Put("follow FILE [PATTERN] or leave FILE")
	}
}

func left(c *servertcp.Client) {
	for _, name := range slices.Sorted(maps.Keys(c.Heap.(follows))) {
		c.Call(poe.Alias("tails"), "leave", c.Session, name)
	}
}

func hear(e poe.Event) {
	c := poe.Heap[servertcp.Client](e)
	name, text := poe.Arg[string](e, 0), poe.Arg[string](e, 1)
	if wanted := c.Heap.(follows)[name]; wanted != nil && wanted.MatchString(text) {
		c.Put(text)
	}
}

// tails is the session that has the wheels.
type tails struct {
	k     *poe.Kernel
	dir   string
	files map[string]*tail
}

type tail struct {
	wheel *followtail.Wheel
	heard []poe.ID // by whom
}

var tailsStates = poe.States[tails]{
	"_start": func(t *tails, _ poe.Event) { t.k.AliasSet("tails"); t.k.Sig("INT", "stop") },
	"follow": (*tails).follow,
	"leave":  (*tails).leave,
	"stop":   func(*tails, poe.Event) {},
}

// follow makes a wheel for the first who hears a file.
func (t *tails) follow(e poe.Event) {
	id, name := poe.Arg[poe.ID](e, 0), poe.Arg[string](e, 1)
	f := t.files[name]
	if f == nil {
		f = &tail{wheel: t.open(name)}
		t.files[name] = f
		fmt.Println(name, "is followed")
	}
	f.heard = append(f.heard, id)
}

func (t *tails) open(name string) *followtail.Wheel {
	wheel, err := followtail.New(t.k, followtail.Config{
		Filename:     filepath.Join(t.dir, name),
		PollInterval: 100 * time.Millisecond,
		Events: followtail.Funcs{
			Text:  func(_ *followtail.Wheel, line string) { t.tellAll(name, line) },
			Reset: func(*followtail.Wheel) { t.tellAll(name, "(from its beginning)") },
			Error: func(_ *followtail.Wheel, err *poe.OpError) {
				t.tellAll(name, fmt.Sprintf("(%s: %s)", err.Op, err.Text()))
			},
		},
	})
	if err != nil {
		panic(err)
	}
	return wheel
}

// leave ends the wheel of a file that nobody hears any more.
func (t *tails) leave(e poe.Event) {
	id, name := poe.Arg[poe.ID](e, 0), poe.Arg[string](e, 1)
	f := t.files[name]
	f.heard = slices.DeleteFunc(f.heard, func(h poe.ID) bool { return h == id })
	if len(f.heard) > 0 {
		return
	}
	f.wheel.Close()
	delete(t.files, name)
	fmt.Println(name, "is not followed any more")
}

func (t *tails) tellAll(name, text string) {
	for _, id := range t.files[name].heard {
		t.k.Post(id, "hear", name, name+": "+text)
	}
}
