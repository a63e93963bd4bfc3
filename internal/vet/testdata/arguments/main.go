// Arguments that the handlers do not expect.
package main

import (
	"fmt"
	"time"

	"github.com/gopoe/poe"
)

type counter struct{}

func (c *counter) count(e poe.Event) {
	n := poe.Arg[int](e, 0)
	name, wait := poe.Arg[string](e, 1), poe.Arg[time.Duration](e, 2)
	fmt.Println(n, name, wait)
}

func (c *counter) pair(e poe.Event) {
	a, b := poe.Args2[int, string](e)
	fmt.Println(a, b)
}

func (c *counter) shown(e poe.Event) { fmt.Println(poe.Arg[fmt.Stringer](e, 0)) }

func (c *counter) maybe(e poe.Event) {
	if len(e.Args) > 0 {
		fmt.Println(poe.Arg[int](e, 0))
	}
}

func main() {
	k := poe.New()
	var unknown any = 7
	poe.Create(k, &counter{}, poe.States[counter]{
		"_start": func(_ *counter, e poe.Event) {
			e.Yield("count", 1, "one", time.Second)
			e.Yield("count", int64(1), "one", time.Second) // want `event "count": argument 0 is int64, and its handler wants int`
			e.Yield("count", 1, []byte("one"), 5)          // want `argument 1 is \[\]byte, and its handler wants string` `argument 2 is int, and its handler wants time.Duration`
			e.Yield("count", 1, "one")                     // want `posted with 2 arguments, and its handler wants argument 2`
			e.Delay("pair", time.Second, 1, "x")
			e.Delay("pair", time.Second, "x", 1) // want `argument 0 is string` `argument 1 is int`
			e.Post(e.Session, "pair", 1)         // want `posted with 1 arguments`
			e.Post(e.Session, "shown", time.Second)
			e.Post(e.Session, "shown", 7) // want `argument 0 is int, and its handler wants fmt.Stringer`
			e.Call(e.Session, "pair", unknown, "x")
			e.Yield("maybe")
			args := []any{1}
			e.Yield("pair", args...)
		},
		"count": (*counter).count,
		"pair":  (*counter).pair,
		"shown": (*counter).shown,
		"maybe": (*counter).maybe,
	})
}
