package supervise_test

import (
	"fmt"
	"log/slog"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/supervise"
)

// A worker that crashes is started again; posts to its alias find the new one.
func Example() {
	k := poe.New(poe.Options{Logger: slog.New(slog.DiscardHandler)})
	worker := func(e poe.Event) (poe.ID, error) {
		fmt.Println("started")
		s, err := poe.Inline(k, poe.Funcs{
			"_start":   func(e poe.Event) { e.AliasSet("worker's own") },
			"divide":   func(e poe.Event) { a, b := poe.Args2[int, int](e); fmt.Println(a / b) },
			"shutdown": func(e poe.Event) { e.AliasRemove("worker's own") },
		})
		if err != nil {
			return poe.ID{}, err
		}
		return s.ID(), nil
	}
	_, err := supervise.New(k, supervise.Config{
		Alias:    "tree",
		Children: []supervise.Spec{{Name: "worker", Alias: "worker", Start: worker}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	poe.Inline(k, poe.Funcs{"_start": func(e poe.Event) {
		e.Post(poe.Alias("worker"), "divide", 6, 0)
		e.Post(poe.Alias("worker"), "divide", 6, 3)
		e.Delay("end", 0)
	}, "end": func(e poe.Event) {
		e.Delay("really", 0)
	}, "really": func(e poe.Event) { e.Post(poe.Alias("tree"), "shutdown") }})
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// started
	// started
	// 2
}
