// Looks up the addresses of all names on its standard input, some at a time. A
// question that is not answered is asked again, with more and more patience.
//
//	go run . SERVER PORT [LIMIT [MILLISECONDS]]
package main

import (
	"fmt"
	"log"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/socketfactory"
)

const tries = 3

// lookup is the heap of the one session.
type lookup struct {
	to       netip.AddrPort
	limit    int           // questions without an answer yet
	patience time.Duration // with the first try
	socket   *poe.Handle
	input    *readwrite.Wheel
	queue    []string
	asked    map[uint16]*question
	id       uint16
	names    int
	found    int
}

type question struct {
	name     string
	tries    int
	patience time.Duration
	timer    poe.AlarmID
}

var states = poe.States[lookup]{
	"_start":   (*lookup).start,
	"name":     (*lookup).name,
	"no_more":  (*lookup).noMore,
	"readable": (*lookup).readable,
	"late":     (*lookup).late,
}

func main() {
	l := &lookup{limit: 100, patience: time.Second, asked: map[uint16]*question{}}
	l.to = netip.MustParseAddrPort("127.0.0.53:53")
	if len(os.Args) > 2 {
		l.to = netip.MustParseAddrPort(os.Args[1] + ":" + os.Args[2])
	}
	if len(os.Args) > 3 {
		l.limit, _ = strconv.Atoi(os.Args[3])
	}
	if len(os.Args) > 4 {
		milliseconds, _ := strconv.Atoi(os.Args[4])
		l.patience = time.Duration(milliseconds) * time.Millisecond
	}
	k := poe.New()
	if _, err := poe.Create(k, l, states); err != nil {
		log.Fatal(err)
	}
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
}

func (l *lookup) start(e poe.Event) {
	var err error
	l.socket, err = socketfactory.Listen(socketfactory.Config{Type: socketfactory.Datagram, BindAddress: "0.0.0.0"})
	if err != nil {
		panic(err)
	}
	e.SelectRead(l.socket, "readable")
	stdin, err := poe.File(os.Stdin)
	if err != nil {
		panic(err)
	}
	l.input, err = readwrite.New(e.Kernel, readwrite.Config{
		Handle: stdin, // nothing is written
		Events: readwrite.Names{Input: "name", Error: "no_more"},
	})
	if err != nil {
		panic(err)
	}
}

func (l *lookup) name(e poe.Event) {
	l.names++
	l.queue = append(l.queue, poe.Arg[string](e, 0))
	l.fill(e.Kernel)
}

func (l *lookup) noMore(e poe.Event) {
	poe.Replace(&l.input, nil)
	l.fill(e.Kernel)
}

// fill asks as many names as may be asked. When there is nothing left to be
// done, the socket is all that keeps the session.
func (l *lookup) fill(k *poe.Kernel) {
	for len(l.queue) > 0 && len(l.asked) < l.limit {
		l.id++
		l.asked[l.id] = &question{name: l.queue[0], patience: l.patience}
		l.queue = l.queue[1:]
		l.ask(k, l.id)
	}
	if l.input != nil || len(l.asked) > 0 {
		return
	}
	l.socket.Close()
	fmt.Println(l.found, "of", l.names, "found")
}

func (l *lookup) ask(k *poe.Kernel, id uint16) {
	q := l.asked[id]
	q.tries++
	q.timer, _ = k.DelaySet("late", q.patience, id)
	q.patience *= 2
	packet, err := ask(id, q.name)
	if err != nil {
		return // no name can be like that: it will be late
	}
	l.socket.WriteTo(packet, l.to)
}

func (l *lookup) late(e poe.Event) {
	id := poe.Arg[uint16](e, 0)
	if l.asked[id].tries < tries {
		l.ask(e.Kernel, id)
		return
	}
	l.done(e.Kernel, id, fmt.Sprint("no answer after ", tries, " tries"))
}

func (l *lookup) readable(e poe.Event) {
	buf := make([]byte, 512)
	for {
		n, from, err := l.socket.ReadFrom(buf)
		if err != nil {
			return
		}
		id, addresses, err := answer(buf[:n])
		q := l.asked[id]
		if err != nil || from != l.to || q == nil { // or an answer that came late
			continue
		}
		e.AlarmRemove(q.timer)
		if len(addresses) == 0 {
			l.done(e.Kernel, id, "not found")
			continue
		}
		l.found++
		l.done(e.Kernel, id, strings.Join(addresses, " "))
	}
}

func (l *lookup) done(k *poe.Kernel, id uint16, result string) {
	fmt.Println(l.asked[id].name, result)
	delete(l.asked, id)
	l.fill(k)
}

// ask is the packet that asks for the addresses of a name.
func ask(id uint16, name string) ([]byte, error) {
	full, err := dnsmessage.NewName(strings.TrimSuffix(name, ".") + ".")
	if err != nil {
		return nil, err
	}
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: id, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: full, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}},
	}
	return m.Pack()
}

// answer is the number and the addresses of an answer.
func answer(packet []byte) (id uint16, addresses []string, err error) {
	var m dnsmessage.Message
	if err := m.Unpack(packet); err != nil {
		return 0, nil, err
	}
	for _, r := range m.Answers {
		if a, ok := r.Body.(*dnsmessage.AResource); ok {
			addresses = append(addresses, netip.AddrFrom4(a.A).String())
		}
	}
	return m.ID, addresses, nil
}
