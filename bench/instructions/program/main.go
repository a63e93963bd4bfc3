// Command program runs the workloads whose instructions command instructions
// counts. It calls mark before the first of them and after each, and prints
// their names and how often each did what it does.
package main

import (
	"fmt"
	"log"

	"github.com/gopoe/poe/kernel"
)

func main() {
	for _, w := range workloads {
		w.run(w.n / 10) // so that what is made once is made
		fmt.Println(w.name, w.n)
		mark()
		w.run(w.n)
		mark()
	}
}

// mark is where the counts of workloads are told apart.
//
//go:noinline
func mark() {}

func (w workload) run(n int) {
	k := kernel.New()
	must(w.make(k, n))
	must(k.Run())
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
