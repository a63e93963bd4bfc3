// Sessions in a ring, each of which knows the next one alone. They elect a
// leader, which sends a token around and leaves; those that are left begin again.
//
//	go run . NUMBER...
package main

import (
	"fmt"
	"log"
	"os"
	"slices"
	"strconv"

	"github.com/gopoe/poe"
)

const rounds = 2

// node is the heap of a session.
type node struct {
	k            *poe.Kernel
	number, next int
}

var nodeStates = poe.States[node]{
	"_start":    func(n *node, _ poe.Event) { n.k.AliasSet(string(alias(n.number))) },
	"begin":     (*node).begin,
	"candidate": (*node).candidate,
	"token":     (*node).token,
	"farewell":  (*node).farewell,
	"_stop":     func(n *node, _ poe.Event) { fmt.Println(n.number, "is gone") },
}

func main() {
	numbers := []int{3, 7, 1, 9, 4}
	if len(os.Args) > 1 {
		numbers = nil
		for _, arg := range os.Args[1:] {
			number, _ := strconv.Atoi(arg)
			numbers = append(numbers, number)
		}
	}
	k := poe.New()
	for i, number := range numbers {
		n := &node{k: k, number: number, next: numbers[(i+1)%len(numbers)]}
		if _, err := poe.Create(k, n, nodeStates); err != nil {
			log.Fatal(err)
		}
	}
	k.Post(alias(numbers[0]), "begin", numbers[0])
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

func alias(number int) poe.Alias { return poe.Alias(fmt.Sprint("node ", number)) }

func (n *node) passOn(event string, args ...any) { n.k.Post(alias(n.next), event, args...) }

// begin makes all put themselves forward, from the first on.
func (n *node) begin(e poe.Event) {
	first := poe.Arg[int](e, 0)
	n.passOn("candidate", n.number, 1)
	if n.next != first {
		n.passOn("begin", first)
	}
}

// candidate is out if it comes to a greater one. Who comes back to itself has
// seen them all.
func (n *node) candidate(e poe.Event) {
	number, hops := poe.Arg[int](e, 0), poe.Arg[int](e, 1)
	switch {
	case number > n.number:
		n.passOn("candidate", number, hops+1)
	case number == n.number:
		fmt.Printf("%d leads a ring of %d\n", number, hops)
		n.passOn("token", number, 1, []int{number})
	}
}

// token collects who has had it.
func (n *node) token(e poe.Event) {
	leader, round, path := poe.Arg[int](e, 0), poe.Arg[int](e, 1), poe.Arg[[]int](e, 2)
	if leader != n.number {
		n.passOn("token", leader, round, append(slices.Clip(path), n.number))
		return
	}
	fmt.Printf("round %d: %s\n", round, words(path))
	if round < rounds {
		n.passOn("token", leader, round+1, []int{leader})
		return
	}
	if n.next != leader {
		n.passOn("farewell", leader, n.next)
	}
	n.k.AliasRemove(string(alias(leader)))
}

// farewell is for the one before the leader, which has to know.
func (n *node) farewell(e poe.Event) {
	leader, next := poe.Arg[int](e, 0), poe.Arg[int](e, 1)
	if n.next != leader {
		n.passOn("farewell", leader, next)
		return
	}
	n.next = next
	n.k.Yield("begin", n.number)
}

func words(numbers []int) string {
	text := fmt.Sprint(numbers)
	return text[1 : len(text)-1]
}
