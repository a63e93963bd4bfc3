// It passes the messages of a queue from one message broker to another. A message is
// acknowledged to the first when the second has it; what was under way when the second
// was lost is sent again.
//
//	go run . SOURCE TARGET QUEUE
package main

import (
	"errors"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/stompclient"
	"github.com/gopoe/poe/filter/stomp"
)

// relay is the heap of the one session.
type relay struct{ queue string }

var states = poe.States[relay]{
	"_start":  (*relay).start,
	"message": (*relay).message,
	"stored":  (*relay).stored,
	"stop":    (*relay).stop,
}

func main() {
	source, target := 61613, 61614
	r := &relay{queue: "/queue/jobs"}
	if len(os.Args) > 3 {
		source, _ = strconv.Atoi(os.Args[1])
		target, _ = strconv.Atoi(os.Args[2])
		r.queue = os.Args[3]
	}
	k := poe.New()
	if err := errors.Join(connect(k, "source", source), connect(k, "target", target)); err != nil {
		log.Fatal(err)
	}
	if _, err := poe.Create(k, r, states); err != nil {
		log.Fatal(err)
	}
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

// connect makes a component that says when its broker comes and goes.
func connect(k *poe.Kernel, name string, port int) error {
	up := false
	_, err := stompclient.New(k, stompclient.Config{
		Alias: name, RemotePort: port, Login: "relay", Passcode: "secret",
		Backoff: clienttcp.Backoff{Min: 100 * time.Millisecond, Max: 5 * time.Second},
		Connected: func(*stomp.Frame) {
			up = true
			fmt.Println(name, "is up")
		},
		Error: func(error) {
			if up {
				fmt.Println(name, "is lost")
			}
			up = false
		},
	})
	return err
}

func (r *relay) start(e poe.Event) {
	e.Sig("INT", "stop")
	e.Post(poe.Alias("source"), "subscribe", stompclient.Subscription{Destination: r.queue, Event: "message", Ack: stompclient.Client})
}

func (r *relay) message(e poe.Event) { r.forward(e, stompclient.MessageOf(e)) }

func (r *relay) forward(e poe.Event, m *stompclient.Message) {
	e.Post(poe.Alias("target"), "send", stompclient.Send{Destination: r.queue, Body: m.Body, Event: "stored", Context: m})
}

func (r *relay) stored(e poe.Event) {
	receipt := stompclient.ReceiptOf(e)
	m := receipt.Context.(*stompclient.Message)
	switch {
	case receipt.Err == nil:
		fmt.Printf("relayed %s\n", m.Body)
		e.Post(poe.Alias("source"), "ack", m) // a source that was lost sends it again
	case !errors.Is(receipt.Err, stompclient.ErrShutdown):
		r.forward(e, m)
	}
}

func (r *relay) stop(e poe.Event) {
	e.SigHandled()
	e.SigClear("INT")
	e.Post(poe.Alias("source"), "shutdown")
	e.Post(poe.Alias("target"), "shutdown")
}
