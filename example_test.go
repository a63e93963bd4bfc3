package poe_test

import (
	"fmt"
	"time"

	"github.com/gopoe/poe"
)

// counter is a heap; its methods are the handlers.
type counter struct{ left int }

func (c *counter) start(e poe.Event) { e.Yield("tick") }

func (c *counter) tick(e poe.Event) {
	fmt.Println(e.Name, c.left)
	if c.left--; c.left > 0 {
		e.Delay("tick", time.Millisecond)
	}
}

// A small session: an object whose methods are the handlers.
func Example() {
	k := poe.New()
	c := &counter{left: 3}
	poe.Inline(k, poe.Funcs{"_start": c.start, "tick": c.tick})
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// tick 3
	// tick 2
	// tick 1
}

// One table of handlers serves all sessions of a kind.
func ExampleCreate() {
	states := poe.States[counter]{
		"_start": (*counter).start,
		"tick":   (*counter).tick,
	}
	k := poe.New()
	poe.Create(k, &counter{left: 1}, states)
	poe.Create(k, &counter{left: 2}, states)
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// tick 1
	// tick 2
	// tick 1
}

// Two sessions: one posts to the other's alias and gets an answer.
func ExampleEvent_Post() {
	k := poe.New()
	poe.Inline(k, poe.Funcs{
		"_start": func(e poe.Event) { e.AliasSet("adder") },
		"add": func(e poe.Event) {
			a, b := poe.Args2[int, int](e)
			e.Post(e.Sender, "sum", a+b)
		},
	})
	poe.Inline(k, poe.Funcs{
		"_start": func(e poe.Event) { e.Post(poe.Alias("adder"), "add", 2, 3) },
		"sum":    func(e poe.Event) { fmt.Println("sum", poe.Arg[int](e, 0)) },
	})
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// sum 5
}

func ExampleArgs3() {
	k := poe.New()
	poe.Inline(k, poe.Funcs{
		"_start": func(e poe.Event) {
			name, port, wait := poe.Args3[string, int, time.Duration](e)
			fmt.Println(name, port, wait)
		},
	}, "localhost", 80, time.Second)
	// Output:
	// localhost 80 1s
}

// The synopsis of POE: sessions that count, each for itself and in turn.
func ExampleInline() {
	k := poe.New()
	for range 2 {
		count := 0
		poe.Inline(k, poe.Funcs{
			"_start": func(e poe.Event) {
				fmt.Println("Session", e.Session, "has started.")
				e.Yield("increment")
			},
			"increment": func(e poe.Event) {
				count++
				fmt.Println("Session", e.Session, "counted to", count)
				if count < 3 {
					e.Yield("increment")
				}
			},
			"_stop": func(e poe.Event) { fmt.Println("Session", e.Session, "has stopped.") },
		})
	}
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Session 1 has started.
	// Session 2 has started.
	// Session 1 counted to 1
	// Session 2 counted to 1
	// Session 1 counted to 2
	// Session 2 counted to 2
	// Session 1 counted to 3
	// Session 2 counted to 3
	// Session 2 has stopped.
	// Session 1 has stopped.
}
