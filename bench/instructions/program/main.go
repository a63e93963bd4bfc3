// Command program runs the workloads whose instructions command instructions
// counts. It calls mark before the first of them and after each, and prints
// their names and how often each did what it does.
//
//	program [WORKLOAD N]
//
// With arguments it only runs one of them, to be profiled.
package main

import (
	"fmt"
	"log"
	"os"
	"strconv"

	"github.com/gopoe/poe/kernel"
)

func main() {
	if len(os.Args) == 3 {
		must(single(os.Args[1], os.Args[2]))
		return
	}
	for _, w := range workloads {
		w.run(w.n / 10) // so that what is made once is made
		fmt.Println(w.name, w.n)
		mark()
		w.run(w.n)
		mark()
	}
}

// single runs one workload.
func single(name, times string) error {
	n, err := strconv.Atoi(times)
	for _, w := range workloads {
		if w.name == name && err == nil {
			w.run(n)
			return nil
		}
	}
	return fmt.Errorf("no workload %q, or %w", name, err)
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
