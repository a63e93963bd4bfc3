// Command vet has a mistake that poe vet finds.
package main

import (
	"github.com/gopoe/poe"
)

func main() {
	k := poe.New()
	_, _ = poe.Inline(k, poe.Funcs{
		"_start": func(e poe.Event) { e.Yield("tick") },
		"tick": func(e poe.Event) {
			e.Delay("tick", 5)
		},
	})
	_ = k.Run()
}
