// Kernels on other goroutines.
package main

import (
	"context"

	"github.com/gopoe/poe"
)

func main() {
	k := poe.New()
	go func() {
		k.Post(poe.Alias("x"), "y")           // want `kernel.Kernel.Post is called on another goroutine`
		k.Outside().Post(poe.Alias("x"), "y") // a door
		k.Outside().Do(context.Background(), func(k *poe.Kernel) { k.Post(poe.Alias("x"), "y") })
	}()
	go func() {
		own := poe.New()
		own.Post(poe.Alias("x"), "y")
		own.Run()
	}()
}

type heap struct{ k *poe.Kernel }

func (h *heap) handler(e poe.Event) {
	p := e.Session.Postback("done")
	go func() {
		e.Yield("x")      // want `kernel.Kernel.Yield is called on another goroutine`
		h.k.AliasSet("x") // want `kernel.Kernel.AliasSet is called on another goroutine`
		p.Send("fine")
	}()
	e.Kernel.Offload("done", func(context.Context) (any, error) {
		e.Kernel.Delay("x", 1e9) // want `kernel.Kernel.Delay is called in a job`
		return e.Arg(0), nil
	})
}
