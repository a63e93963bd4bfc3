package node_test

import (
	"fmt"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/session"
)

// counter is a session that does not know where its callers are: it answers
// the sender of an event.
type counter struct{ n int64 }

var counterStates = session.States[counter]{
	"_start": func(_ *counter, e kernel.Event) { e.Kernel.AliasSet("counter") },
	"add": func(c *counter, e kernel.Event) {
		c.n += kernel.Arg[int64](e, 0)
		e.Kernel.Post(e.Sender, "total", c.n)
	},
	"total": func(c *counter, e kernel.Event) { e.Return(c.n) },
}

// A front posts to a counter through an address. That the counter is on the
// same node here makes no difference to either.
func Example() {
	k := kernel.New()
	n, err := node.Start(k, node.Config{Name: "back", Listen: "127.0.0.1:0"})
	if err != nil {
		fmt.Println(err)
		return
	}
	address := node.Address{Node: "back", Alias: "counter"}
	_ = n.Expose("counter", "add", "total")
	_ = n.Expose("front", "total")
	session.Create(k, &counter{}, counterStates)
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			e.Kernel.AliasSet("front")
			if err := e.Kernel.Post(n.To(address), "add", 40); err != nil {
				fmt.Println(err)
			}
		},
		"total": func(e kernel.Event) {
			from, _ := node.SenderOf(e.Sender)
			fmt.Println(from, "has counted to", e.Arg(0))
			if err := n.Call(address, "total", nil, "answer"); err != nil {
				fmt.Println(err)
			}
		},
		"answer": func(e kernel.Event) {
			fmt.Println("asked, it says", e.Arg(0), e.Arg(1))
			n.Shutdown()
		},
	})
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	<-n.Done()
	// Output:
	// poe://back/counter has counted to 40
	// asked, it says 40 <nil>
}
