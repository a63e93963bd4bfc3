// A TCP proxy that logs what passes, and reads no faster than the other side
// takes it.
//
//	go run . PORT UPSTREAM_PORT
package main

import (
	"fmt"
	"log"
	"os"
	"strconv"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/socketfactory"
)

func main() {
	k := poe.New()
	p := &proxy{port: argument(1, 4002), upstream: argument(2, 80)}
	if _, err := poe.Create(k, p, proxyStates); err != nil {
		log.Fatal(err)
	}
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

func argument(i, otherwise int) int {
	if len(os.Args) <= i {
		return otherwise
	}
	n, _ := strconv.Atoi(os.Args[i])
	return n
}

// proxy is the session that listens.
type proxy struct {
	port, upstream, count int
	listener              *socketfactory.Wheel
}

var proxyStates = poe.States[proxy]{
	"_start":   (*proxy).start,
	"accepted": (*proxy).accepted,
	"failed":   func(_ *proxy, e poe.Event) { panic(poe.OpErrorOf(e)) },
	"stop":     func(*proxy, poe.Event) {},
}

func (p *proxy) start(e poe.Event) {
	e.Sig("INT", "stop")
	var err error
	p.listener, err = socketfactory.New(e.Kernel, socketfactory.Config{
		BindAddress: "127.0.0.1",
		BindPort:    p.port,
		Reuse:       true,
		Events:      socketfactory.Names{Success: "accepted", Failure: "failed"},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println("listening on", p.listener.LocalAddr())
}

func (p *proxy) accepted(e poe.Event) {
	p.count++
	l := &link{number: p.count, upstream: p.upstream, client: poe.Arg[*poe.Handle](e, 0)}
	poe.Create(e.Kernel, l, linkStates)
}

// link is a session with a wheel for each side. A side of a link that is over
// is nil.
type link struct {
	number, upstream int
	client           *poe.Handle // until both sides have a wheel
	factory          *socketfactory.Wheel
	sides            [2]*readwrite.Wheel
	bytes            [2]int
}

const (
	client = 0
	server = 1
)

var linkStates = poe.States[link]{
	"_start":    (*link).start,
	"connected": (*link).connected,
	"refused":   (*link).refused,
}

func (l *link) start(e poe.Event) {
	fmt.Println(l.number, "accepted")
	var err error
	l.factory, err = socketfactory.New(e.Kernel, socketfactory.Config{
		RemoteAddress: "127.0.0.1",
		RemotePort:    l.upstream,
		Events:        socketfactory.Names{Success: "connected", Failure: "refused"},
	})
	if err != nil {
		panic(err)
	}
}

func (l *link) refused(e poe.Event) {
	fmt.Println(l.number, poe.Arg[string](e, 0), "failed")
	l.factory.Close()
	l.client.Close()
}

func (l *link) connected(e poe.Event) {
	l.factory.Close()
	l.add(e.Kernel, client, l.client)
	l.add(e.Kernel, server, poe.Arg[*poe.Handle](e, 0))
}

func (l *link) add(k *poe.Kernel, side int, h *poe.Handle) {
	var err error
	l.sides[side], err = readwrite.New(k, readwrite.Config{
		Handle: h,
		Filter: filter.NewStream(),
		Marks:  readwrite.Marks{High: 65536, Low: 4096},
		Events: readwrite.Funcs{
			Input:   func(_ *readwrite.Wheel, data any) { l.got(side, data.(string)) },
			Low:     func(*readwrite.Wheel) { l.low(side) },
			High:    func(*readwrite.Wheel) {},
			Flushed: func(*readwrite.Wheel) { l.flushed() },
			Error:   func(*readwrite.Wheel, *poe.OpError) { l.ended(side) },
		},
	})
	if err != nil {
		panic(err)
	}
}

func (l *link) got(side int, data string) {
	to := l.sides[1-side]
	if to == nil {
		return
	}
	l.bytes[side] += len(data)
	if to.Put(data) {
		l.sides[side].PauseInput()
	}
}

func (l *link) low(side int) {
	if from := l.sides[1-side]; from != nil {
		from.ResumeInput()
	}
}

func (l *link) ended(side int) {
	poe.Replace(&l.sides[side], nil)
	if rest := l.sides[1-side]; rest == nil || rest.OutOctets() == 0 {
		l.finish()
	}
}

// flushed tells that what was put for one side is written: if that is the side
// that is left, the link is over.
func (l *link) flushed() {
	if l.sides[client] == nil || l.sides[server] == nil {
		l.finish()
	}
}

func (l *link) finish() {
	poe.Replace(&l.sides[client], nil)
	poe.Replace(&l.sides[server], nil)
	fmt.Printf("%d closed: %d bytes up, %d bytes down\n", l.number, l.bytes[client], l.bytes[server])
}
