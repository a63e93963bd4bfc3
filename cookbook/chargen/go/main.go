// A character generator: it writes as many lines as a visitor asks for, or for
// ever, and makes no more of them than the visitor takes.
//
//	go run . PORT
package main

import (
	"fmt"
	"log"
	"os"
	"regexp"
	"strconv"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// generator is the heap of the one session.
type generator struct {
	port     int
	listener *socketfactory.Wheel
	count    int
	visitors map[poe.WheelID]*visitor
}

type visitor struct {
	wheel              *readwrite.Wheel
	number             int
	line, left, pauses int
	paused             bool
}

var states = poe.States[generator]{
	"_start":   (*generator).start,
	"accepted": (*generator).accepted,
	"failed":   func(_ *generator, e poe.Event) { panic(poe.OpErrorOf(e)) },
	"asked":    (*generator).asked,
	"low":      (*generator).low,
	"ended":    (*generator).ended,
	"stop":     func(*generator, poe.Event) {},
}

func main() {
	g := &generator{port: 19, visitors: map[poe.WheelID]*visitor{}}
	if len(os.Args) > 1 {
		g.port, _ = strconv.Atoi(os.Args[1])
	}
	k := poe.New()
	if _, err := poe.Create(k, g, states); err != nil {
		log.Fatal(err)
	}
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

func (g *generator) start(e poe.Event) {
	e.Sig("INT", "stop")
	var err error
	g.listener, err = socketfactory.New(e.Kernel, socketfactory.Config{
		BindAddress: "127.0.0.1",
		BindPort:    g.port,
		Reuse:       true,
		Events:      socketfactory.Names{Success: "accepted", Failure: "failed"},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println("listening on", g.listener.LocalAddr())
}

func (g *generator) accepted(e poe.Event) {
	wheel, err := readwrite.New(e.Kernel, readwrite.Config{
		Handle: poe.Arg[*poe.Handle](e, 0),
		Events: readwrite.Names{Input: "asked", Low: "low", Error: "ended"},
		Marks:  readwrite.Marks{High: 740, Low: 74}, // ten lines
	})
	if err != nil {
		panic(err)
	}
	g.count++
	g.visitors[wheel.ID()] = &visitor{wheel: wheel, number: g.count}
	fmt.Println(g.count, "is here")
}

var number = regexp.MustCompile(`^\d{1,9}$`)

// asked is told a number of lines; 0 is no end.
func (g *generator) asked(e poe.Event) {
	text, v := poe.Arg[string](e, 0), g.visitors[poe.Arg[poe.WheelID](e, 1)]
	if v == nil {
		return
	}
	if !number.MatchString(text) {
		v.wheel.Put("How many lines?")
		return
	}
	v.left, _ = strconv.Atoi(text)
	v.pauses = 0
	if v.left == 0 {
		v.left = -1
	}
	if !v.paused {
		v.generate()
	}
}

func (g *generator) low(e poe.Event) {
	v := g.visitors[poe.Arg[poe.WheelID](e, 0)]
	if v == nil {
		return
	}
	v.paused = false
	if v.left != 0 {
		v.generate()
	}
}

var characters = printable()

// printable is all of them twice, so that a line can begin with any.
func printable() string {
	var all []byte
	for c := byte(32); c <= 126; c++ {
		all = append(all, c)
	}
	return string(append(all, all...))
}

// generate writes until all is written or the output has reached its high mark.
func (v *visitor) generate() {
	for v.left != 0 {
		from := v.line % (len(characters) / 2)
		v.line++
		high := v.wheel.Put(characters[from : from+72])
		if v.left--; v.left == 0 || !high {
			continue
		}
		v.pauses++
		v.paused = true
		return
	}
	fmt.Printf("%d has all, after %d pauses\n", v.number, v.pauses)
}

func (g *generator) ended(e poe.Event) {
	id := poe.Arg[poe.WheelID](e, 3)
	v := g.visitors[id]
	if v == nil { // reading and writing may both fail
		return
	}
	delete(g.visitors, id)
	v.wheel.Close()
	fmt.Println(v.number, "has left")
}
