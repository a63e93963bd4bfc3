// A key-value service over UDP: a request and its answer are a datagram each,
// and entries can have a time to live.
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
	"github.com/gopoe/poe/wheel/socketfactory"
)

// service is the heap of the one session.
type service struct {
	port     int
	factory  *socketfactory.Wheel
	entries  map[string]entry
	requests int
}

type entry struct {
	value string
	timer poe.AlarmID // 0 for one that lives for ever
}

// commands are given the words of a request and return the answer; none means
// that the words are wrong.
var commands = map[string]func(s *service, k *poe.Kernel, words []string) string{
	"get": (*service).get, "set": (*service).set, "del": (*service).del,
	"keys": (*service).keys, "count": (*service).count,
}

var states = poe.States[service]{
	"_start":   (*service).start,
	"opened":   (*service).opened,
	"failed":   func(_ *service, e poe.Event) { panic(poe.OpErrorOf(e)) },
	"readable": (*service).readable,
	"expired":  (*service).expired,
	"stop":     func(*service, poe.Event) {},
}

func main() {
	s := &service{port: 4006, entries: map[string]entry{}}
	if len(os.Args) > 1 {
		s.port, _ = strconv.Atoi(os.Args[1])
	}
	k := poe.New()
	if _, err := poe.Create(k, s, states); err != nil {
		log.Fatal(err)
	}
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

func (s *service) start(e poe.Event) {
	e.Sig("INT", "stop")
	var err error
	s.factory, err = socketfactory.New(e.Kernel, socketfactory.Config{
		Protocol:    "udp",
		BindAddress: "127.0.0.1",
		BindPort:    s.port,
		Events:      socketfactory.Names{Success: "opened", Failure: "failed"},
	})
	if err != nil {
		panic(err)
	}
}

// opened has nothing to accept: the socket itself is what the factory makes.
func (s *service) opened(e poe.Event) {
	socket := poe.Arg[*poe.Handle](e, 0)
	s.factory.Close()
	e.SelectRead(socket, "readable")
	fmt.Println("listening on", socket.LocalAddr())
}

// readable reads all datagrams that are there, each whole. They need no wheel.
func (s *service) readable(e poe.Event) {
	socket := poe.Arg[*poe.Handle](e, 0)
	buf := make([]byte, 1500)
	for {
		n, from, err := socket.ReadFrom(buf)
		if err != nil {
			return
		}
		socket.WriteTo([]byte(s.answer(e.Kernel, string(buf[:n]))), from)
	}
}

func (s *service) answer(k *poe.Kernel, request string) string {
	s.requests++
	words := strings.Fields(request)
	if len(words) == 0 || commands[words[0]] == nil {
		return "error: no such command"
	}
	answer := commands[words[0]](s, k, words[1:])
	if answer == "" {
		return "error: " + words[0] + " with other words"
	}
	return answer
}

func (s *service) get(_ *poe.Kernel, words []string) string {
	if len(words) < 1 {
		return ""
	}
	entry, there := s.entries[words[0]]
	if !there {
		return "none"
	}
	return "value " + entry.value
}

// set KEY VALUE [MILLISECONDS]: the timer begins anew when an entry is set again.
func (s *service) set(k *poe.Kernel, words []string) string {
	if len(words) < 2 {
		return ""
	}
	var milliseconds uint64
	if len(words) > 2 {
		var err error
		if milliseconds, err = strconv.ParseUint(words[2], 10, 32); err != nil {
			return ""
		}
	}
	old := s.del(k, words) == "ok"
	key, entry := words[0], entry{value: words[1]}
	if milliseconds > 0 {
		entry.timer, _ = k.DelaySet("expired", time.Duration(milliseconds)*time.Millisecond, key)
	}
	s.entries[key] = entry
	if old {
		return "changed"
	}
	return "ok"
}

func (s *service) del(k *poe.Kernel, words []string) string {
	if len(words) < 1 {
		return ""
	}
	entry, there := s.entries[words[0]]
	if !there {
		return "none"
	}
	delete(s.entries, words[0])
	k.AlarmRemove(entry.timer)
	return "ok"
}

func (s *service) expired(e poe.Event) {
	key := poe.Arg[string](e, 0)
	delete(s.entries, key)
	fmt.Println(key, "has expired")
}

func (s *service) keys(*poe.Kernel, []string) string {
	return strings.Join(append([]string{"keys"}, slices.Sorted(maps.Keys(s.entries))...), " ")
}

func (s *service) count(*poe.Kernel, []string) string {
	return fmt.Sprint("count ", s.requests)
}
