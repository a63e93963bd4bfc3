package clientping_test

import (
	"fmt"

	"golang.org/x/net/icmp"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/clientping"
	"github.com/gopoe/poe/kernel"
)

// A monitor of a host, on a network in memory.
func Example() {
	k := poe.New()
	net := newNetwork(func(n *network, m *icmp.Message, _ []byte) { n.reply(m, func(*icmp.Echo) {}) })
	pinger, err := clientping.New(k, clientping.Config{Socket: kernel.PacketConn(net), OneReply: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	poe.Inline(k, poe.Funcs{
		"_start": func(e poe.Event) {
			e.Post(poe.Alias("pinger"), "ping", clientping.Request{Addr: "192.0.2.1", Event: "pong", Context: "router"})
		},
		"pong": func(e poe.Event) {
			r := clientping.ReplyOf(e)
			fmt.Println(r.Request.Context, r.From, r.Err)
			pinger.Shutdown()
		},
	})
	fmt.Println(k.Run())
	// Output:
	// router 192.0.2.1 <nil>
	// <nil>
}
