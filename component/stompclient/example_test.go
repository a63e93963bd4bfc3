package stompclient_test

import (
	"fmt"
	"net/netip"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/component/stompclient"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/stomp"
	"github.com/gopoe/poe/poetest"
)

// A message is stored, and the broker's receipt comes as an event. The broker is one
// of a few lines, in memory.
func Example() {
	k := poe.New()
	network := poetest.Listen(netip.AddrPort{})
	listener, err := servertcp.New(k, servertcp.Config{
		Listener: network.Handle(),
		ClientFilter: func() filter.Filter {
			f, _ := stomp.New(stomp.Config{}) // the zero Config is valid
			return f
		},
		ClientInput: servertcp.Input(func(c *servertcp.Client, f *stomp.Frame) {
			if f.Command == "CONNECT" {
				c.Wheel.Put(&stomp.Frame{Command: "CONNECTED", Headers: []stomp.Header{{Key: "version", Value: "1.2"}}})
			}
			if id, ok := f.Header("receipt"); ok {
				c.Wheel.Put(&stomp.Frame{Command: "RECEIPT", Headers: []stomp.Header{{Key: "receipt-id", Value: id}}})
			}
		}),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	broker, err := stompclient.New(k, stompclient.Config{Dial: func(d *clienttcp.Dialing) { d.Complete(network.Dial()) }})
	if err != nil {
		fmt.Println(err)
		return
	}
	poe.Inline(k, poe.Funcs{
		"_start": func(e poe.Event) {
			e.Post(poe.Alias("stomp-client"), "send", stompclient.Send{Destination: "/queue/a", Body: []byte("hello"), Event: "stored"})
		},
		"stored": func(e poe.Event) {
			r := stompclient.ReceiptOf(e)
			fmt.Printf("%s %s %v\n", r.Frame.Command, r.Frame.Body, r.Err)
			broker.Shutdown()
			e.Post(listener.ID(), "shutdown")
		},
	})
	fmt.Println(k.Run())
	// Output:
	// SEND hello <nil>
	// <nil>
}
