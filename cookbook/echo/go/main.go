// An echo server on a unix socket: one session has all the connections, each a
// wheel that the heap knows by its ID.
//
//	go run . PATH
package main

import (
	"fmt"
	"log"
	"os"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// server is the heap of the one session.
type server struct {
	path     string
	listener *socketfactory.Wheel
	count    int
	clients  map[poe.WheelID]*client
}

type client struct {
	wheel         *readwrite.Wheel
	number, lines int
	leaving       bool
}

var states = poe.States[server]{
	"_start":   (*server).start,
	"accepted": (*server).accepted,
	"failed":   func(_ *server, e poe.Event) { panic(poe.OpErrorOf(e)) },
	"line":     (*server).line,
	"flushed":  (*server).flushed,
	"ended":    func(s *server, e poe.Event) { s.hangUp(poe.Arg[poe.WheelID](e, 3)) },
	"stop":     (*server).stop,
}

func main() {
	s := &server{path: "/tmp/echo.sock", clients: map[poe.WheelID]*client{}}
	if len(os.Args) > 1 {
		s.path = os.Args[1]
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

func (s *server) start(e poe.Event) {
	e.Sig("INT", "stop")
	os.Remove(s.path) // of a server that has crashed
	var err error
	s.listener, err = socketfactory.New(e.Kernel, socketfactory.Config{
		Domain:      socketfactory.Unix,
		BindAddress: s.path,
		Events:      socketfactory.Names{Success: "accepted", Failure: "failed"},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println("listening on", s.path)
}

func (s *server) accepted(e poe.Event) {
	wheel, err := readwrite.New(e.Kernel, readwrite.Config{
		Handle: poe.Arg[*poe.Handle](e, 0),
		Events: readwrite.Names{Input: "line", Flushed: "flushed", Error: "ended"},
	})
	if err != nil {
		panic(err)
	}
	s.count++
	s.clients[wheel.ID()] = &client{wheel: wheel, number: s.count}
	wheel.Put(fmt.Sprintf("You are number %d.", s.count))
}

func (s *server) line(e poe.Event) {
	line, id := poe.Arg[string](e, 0), poe.Arg[poe.WheelID](e, 1)
	c := s.clients[id]
	if c == nil {
		return // said after its "bye"
	}
	c.lines++
	c.wheel.Put(line)
	if line == "bye" {
		c.leaving = true
	}
}

// flushed tells that all that was put is written, the answer to "bye" as well.
func (s *server) flushed(e poe.Event) {
	if id := poe.Arg[poe.WheelID](e, 0); s.clients[id].leaving {
		s.hangUp(id)
	}
}

func (s *server) hangUp(id poe.WheelID) {
	c := s.clients[id]
	delete(s.clients, id)
	c.wheel.Close() // in Perl it goes with the entry
	fmt.Println("number", c.number, "said", c.lines, "lines")
}

// stop leaves no wheels: there is nothing to wait for then.
func (s *server) stop(e poe.Event) {
	e.SigHandled()
	e.SigClear("INT")
	s.listener.Close()
	for _, c := range s.clients {
		c.wheel.Close()
	}
	os.Remove(s.path)
}
