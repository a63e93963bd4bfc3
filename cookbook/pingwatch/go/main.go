// It pings the hosts whose addresses come by standard input, again and again, and says
// when one of them answers no more, or again. The end of the input ends it, once every
// host has been asked as often as it must be.
//
//	go run . [MILLISECONDS [FAILURES [TIMES]]]
package main

import (
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/clientping"
	"github.com/gopoe/poe/wheel/readwrite"
)

// monitor is the heap of the one session.
type monitor struct {
	pause    time.Duration
	failures int // before a host counts as down
	times    int // 0 is without an end
	input    *readwrite.Wheel
	hosts    map[string]*host
}

type host struct {
	state         string
	failed, asked int
}

var states = poe.States[monitor]{
	"_start": (*monitor).start,
	"host":   (*monitor).host,
	"ended":  func(m *monitor, _ poe.Event) { m.input.Close() },
	"check":  (*monitor).check,
	"pong":   (*monitor).pong,
}

func main() {
	m := &monitor{pause: 10 * time.Second, failures: 3, hosts: map[string]*host{}}
	for i, field := range os.Args[1:] {
		n, err := strconv.Atoi(field)
		if err != nil {
			log.Fatal(err)
		}
		switch i {
		case 0:
			m.pause = time.Duration(n) * time.Millisecond
		case 1:
			m.failures = n
		case 2:
			m.times = n
		}
	}
	k := poe.New()
	if _, err := clientping.New(k, clientping.Config{Alias: "pinger", Timeout: 5 * time.Second, OneReply: true}); err != nil {
		log.Fatal(err)
	}
	if _, err := poe.Create(k, m, states); err != nil {
		log.Fatal(err)
	}
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

func (m *monitor) start(e poe.Event) {
	stdin, err := poe.File(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	m.input, err = readwrite.New(e.Kernel, readwrite.Config{ // nothing is written
		Handle: stdin, Events: readwrite.Names{Input: "host", Error: "ended"},
	})
	if err != nil {
		log.Fatal(err)
	}
}

func (m *monitor) host(e poe.Event) {
	addr := poe.Arg[string](e, 0)
	if m.hosts[addr] != nil {
		return
	}
	m.hosts[addr] = &host{state: "unknown"}
	e.Yield("check", addr)
}

func (m *monitor) check(e poe.Event) {
	addr := poe.Arg[string](e, 0)
	m.hosts[addr].asked++
	e.Post(poe.Alias("pinger"), "ping", clientping.Request{Addr: addr, Event: "pong"})
}

func (m *monitor) pong(e poe.Event) {
	r := clientping.ReplyOf(e)
	addr := r.Request.Addr
	h := m.hosts[addr]
	h.failed++
	if r.Err == nil {
		h.failed = 0
	}
	state := h.state
	if h.failed == 0 {
		state = "up"
	} else if h.failed >= m.failures {
		state = "down"
	}
	if state != h.state {
		h.state = state
		fmt.Printf("%s is %s\n", addr, state)
	}
	if m.times > 0 && h.asked >= m.times {
		fmt.Printf("%s: asked %d times\n", addr, h.asked)
		return
	}
	e.DelayAdd("check", m.pause, addr)
}
