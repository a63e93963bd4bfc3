package cluster_test

import (
	"fmt"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/cluster"
	"github.com/gopoe/poe/session"
)

// A cluster of one node: what reaches sessions here by their names reaches them
// on other nodes as well.
func Example() {
	k := kernel.New()
	n, err := node.Start(k, node.Config{Name: "alone", Listen: "127.0.0.1:0"})
	if err != nil {
		fmt.Println(err)
		return
	}
	room := func(k *kernel.Kernel, name string) (kernel.ID, error) {
		s, err := session.Inline(k, session.Funcs{
			"_start": func(kernel.Event) {},
			"say":    func(e kernel.Event) { fmt.Println("in room", name, "somebody says", e.Arg(0)) },
		})
		return s.ID(), err
	}
	c, err := cluster.Join(n, cluster.Config{Kinds: map[string]cluster.Kind{"room": {Start: room, Events: []string{"say"}}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			if err := c.Claim("echo", "taken", "line"); err != nil {
				fmt.Println(err)
			}
			c.Subscribe("weather", "forecast")
			e.Kernel.Post(c.Alias("echo"), "line", "to whom it may concern")
			e.Kernel.Post(c.Alias("room/perl"), "say", "hello")
			c.Publish("weather", "rain")
			fmt.Println(e.Kernel.Post(c.Alias("nobody"), "line"))
		},
		"line":     func(e kernel.Event) { fmt.Println("echo gets", e.Arg(0)) },
		"forecast": func(e kernel.Event) { fmt.Println("there will be", e.Arg(0)); n.Shutdown() },
	})
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	<-c.Done()
	// Output:
	// cluster: Post(nobody): cluster: nobody has that alias: kernel: no such session
	// echo gets to whom it may concern
	// in room perl somebody says hello
	// there will be rain
}
