package session_test

import (
	"fmt"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

type pinger struct{ left int }

var pingerStates = session.States[pinger]{
	"_start": (*pinger).start,
	"serve":  (*pinger).serve,
	"pong":   (*pinger).pong,
}

func (p *pinger) start(e kernel.Event) {
	p.left = kernel.Arg[int](e, 0)
	e.Kernel.Yield("serve")
}

func (p *pinger) serve(e kernel.Event) {
	if err := e.Kernel.Post(kernel.Alias("ponger"), "ping", p.left); err != nil {
		fmt.Println(err)
	}
}

func (p *pinger) pong(e kernel.Event) {
	score, _ := e.Kernel.Call(e.Sender, "score")
	fmt.Println("pong", kernel.Arg[int](e, 0), "score", score)
	if p.left--; p.left > 0 {
		e.Kernel.Delay("serve", time.Millisecond)
		return
	}
	e.Kernel.Post(e.Sender, "game_over")
}

// Two sessions play ping-pong: one with a typed heap, one of closures.
func Example() {
	k := kernel.New()
	score := 0
	session.Inline(k, session.Funcs{
		"_start":    func(e kernel.Event) { e.Kernel.AliasSet("ponger") },
		"ping":      func(e kernel.Event) { score++; e.Kernel.Post(e.Sender, "pong", e.Args...) },
		"score":     func(e kernel.Event) { e.Return(score) },
		"game_over": func(e kernel.Event) { e.Kernel.AliasRemove("ponger") },
	})
	session.Create(k, &pinger{}, pingerStates, 3)
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// pong 3 score 1
	// pong 2 score 2
	// pong 1 score 3
}

// The synopsis of POE::Session and POE::Kernel: one event that repeats itself
// every second, here three times and in virtual time.
func ExampleInline() {
	k := kernel.New(kernel.Options{Clock: &poetest.Clock{}})
	ticks := 0
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Yield("next") },
		"next": func(e kernel.Event) {
			fmt.Println("tick...")
			if ticks++; ticks < 3 {
				e.Delay("next", time.Second)
			}
		},
	})
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// tick...
	// tick...
	// tick...
}
