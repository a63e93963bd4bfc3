// It looks up the addresses of the names on its standard input, some at a time, by
// the component for it. Program dnsbulk does so by hand.
//
//	go run . SERVER PORT [LIMIT]
package main

import (
	"fmt"
	"log"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/clientdns"
	"github.com/gopoe/poe/wheel/readwrite"
)

type lookup struct {
	resolver            *clientdns.Resolver
	input               *readwrite.Wheel // nil at its end
	limit               int
	asked, names, found int
}

var states = poe.States[lookup]{
	"_start":  (*lookup).start,
	"name":    (*lookup).name,
	"no_more": func(l *lookup, _ poe.Event) { poe.Replace(&l.input, nil); l.done() },
	"answer":  (*lookup).answer,
}

func main() {
	if len(os.Args) < 3 {
		log.Fatal("lookup SERVER PORT [LIMIT]")
	}
	server, err := netip.ParseAddrPort(os.Args[1] + ":" + os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	l := &lookup{limit: 100}
	if len(os.Args) > 3 {
		l.limit, _ = strconv.Atoi(os.Args[3])
	}
	k := poe.New()
	if l.resolver, err = clientdns.New(k, clientdns.Config{Nameservers: []netip.AddrPort{server}}); err != nil {
		log.Fatal(err)
	}
	if _, err := poe.Create(k, l, states); err != nil {
		log.Fatal(err)
	}
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
}

func (l *lookup) start(e poe.Event) {
	stdin, err := poe.File(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	l.input, err = readwrite.New(e.Kernel, readwrite.Config{ // nothing is written
		Handle: stdin, Events: readwrite.Names{Input: "name", Error: "no_more"},
	})
	if err != nil {
		log.Fatal(err)
	}
}

func (l *lookup) name(e poe.Event) {
	l.names++
	if l.asked++; l.asked == l.limit {
		l.input.PauseInput()
	}
	name := poe.Arg[string](e, 0)
	e.Post(poe.Alias("resolver"), "resolve", clientdns.Request{Host: name, Type: dns.TypeA, Event: "answer", Context: name})
}

func (l *lookup) answer(e poe.Event) {
	a := clientdns.AnswerOf(e)
	var addresses []string
	for _, addr := range a.Addrs() {
		addresses = append(addresses, addr.String())
	}
	text := strings.Join(addresses, " ")
	if text == "" {
		text = "not found"
	} else {
		l.found++
	}
	fmt.Println(a.Context, text)
	if l.asked--; l.input != nil {
		l.input.ResumeInput()
	}
	l.done()
}

// done ends the program when there is nothing left to be done.
func (l *lookup) done() {
	if l.input == nil && l.asked == 0 {
		fmt.Println(l.found, "of", l.names, "found")
		l.resolver.Shutdown()
	}
}
