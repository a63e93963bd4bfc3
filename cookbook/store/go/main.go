// A key-value store that answers when it can: its session gets a postback with
// each request, and calls it at once or when a key that somebody waits for is set.
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

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/servertcp"
)

// store is the heap of its session.
type store struct {
	values  map[string]string
	waiting map[string][]waiter // by key
}

type waiter struct {
	who      poe.ID
	postback *poe.Postback
}

var storeStates = poe.States[store]{
	"_start": func(_ *store, e poe.Event) { e.AliasSet("store"); e.Sig("INT", "stop") },
	"set":    (*store).set,
	"get":    (*store).get,
	"wait":   (*store).wait,
	"forget": (*store).forget,
	"stop":   func(*store, poe.Event) {},
}

func main() {
	port := 4011
	if len(os.Args) > 1 {
		port, _ = strconv.Atoi(os.Args[1])
	}
	k := poe.New()
	server, err := servertcp.Listen(k, servertcp.Config{
		Address:            "127.0.0.1",
		Port:               port,
		ClientConnected:    func(c *servertcp.Client) { c.Heap = new(int) }, // requests
		ClientInput:        servertcp.Input(input),
		ClientError:        func(*servertcp.Client, *poe.OpError) {},
		ClientDisconnected: func(c *servertcp.Client) { c.Call(poe.Alias("store"), "forget") },
		InlineStates:       poe.Funcs{"answer": answer},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", server.Addr())
	s := &store{values: map[string]string{}, waiting: map[string][]waiter{}}
	if _, err := poe.Create(k, s, storeStates); err != nil {
		log.Fatal(err)
	}
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

// usage is how many words each command is.
var usage = map[string]int{"set": 3, "get": 2, "wait": 2, "quit": 1}

// input gives a postback away that remembers which request it is for.
func input(c *servertcp.Client, line string) {
	requests := c.Heap.(*int)
	*requests++
	words := strings.Fields(line)
	if len(words) == 0 || len(words) != usage[words[0]] {
		c.Put(fmt.Sprint(*requests, ": set KEY VALUE, get KEY, wait KEY or quit"))
		return
	}
	if words[0] == "quit" {
		c.Shutdown()
		return
	}
	c.Post(poe.Alias("store"), words[0], c.Session.Postback("answer", *requests), words[1:])
}

func answer(e poe.Event) {
	made, called := poe.Arg[[]any](e, 0), poe.Arg[[]any](e, 1)
	poe.Heap[servertcp.Client](e).Put(fmt.Sprint(made[0], ": ", called[0]))
}

// request is what the store's events have: a postback and words.
func request(e poe.Event) (*poe.Postback, []string) {
	return poe.Arg[*poe.Postback](e, 0), poe.Arg[[]string](e, 1)
}

// reply calls a postback that is of no use then.
func reply(p *poe.Postback, text string) {
	p.Post(text)
	p.Release()
}

func (s *store) set(e poe.Event) {
	postback, words := request(e)
	key, value := words[0], words[1]
	s.values[key] = value
	reply(postback, "ok")
	for _, w := range s.waiting[key] {
		reply(w.postback, key+" is "+value)
	}
	delete(s.waiting, key)
}

func (s *store) get(e poe.Event) {
	postback, words := request(e)
	value, there := s.values[words[0]]
	if !there {
		reply(postback, "there is no "+words[0])
		return
	}
	reply(postback, words[0]+" is "+value)
}

// wait keeps the postback. As long as it is there, so is the session that made
// it.
func (s *store) wait(e poe.Event) {
	postback, words := request(e)
	s.waiting[words[0]] = append(s.waiting[words[0]], waiter{e.Sender, postback})
	fmt.Println("somebody waits for", words[0])
}

// forget is why those of a visitor who has gone do not stay.
func (s *store) forget(e poe.Event) {
	for _, key := range slices.Sorted(maps.Keys(s.waiting)) {
		rest := slices.DeleteFunc(slices.Clone(s.waiting[key]), func(w waiter) bool {
			if w.who == e.Sender {
				w.postback.Release()
			}
			return w.who == e.Sender
		})
		if len(rest) < len(s.waiting[key]) {
			fmt.Println("somebody waits for", key, "no more")
		}
		s.waiting[key] = rest
	}
}
