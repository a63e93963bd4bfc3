// Nothing is wrong here.
package main

import (
	"time"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/servertcp"
)

type bot struct{ left int }

func (b *bot) start(e poe.Event) {
	e.AliasSet("bot")
	e.Sig("INT", "stop")
	e.Yield("tick", 3)
	e.Post(poe.Alias("chat"), "shutdown")
}

func (b *bot) tick(e poe.Event) {
	if b.left = poe.Arg[int](e, 0); b.left > 0 {
		e.Delay("tick", time.Second, b.left-1)
	}
}

func (b *bot) stop(e poe.Event) { e.SigHandled() }

func main() {
	k := poe.New()
	b := &bot{}
	poe.Inline(k, poe.Funcs{"_start": b.start, "tick": b.tick, "stop": b.stop})
	if _, err := servertcp.Listen(k, servertcp.Config{Alias: "chat"}); err != nil {
		panic(err)
	}
	k.Run()
}
