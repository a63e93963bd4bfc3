// Package poe has the names that most programs use, in one import: what a Perl
// program gets from "use POE".
//
//	     sockets, files, processes, timers, signals
//	                         │ readiness
//	┌────────────────────────▼─────────────────────────┐
//	│ kernel: one goroutine, one queue, one order       │◄── Outside, Postback.Send,
//	│   post, yield, call, delay, sig, select           │    Offload: ways in from other
//	└──────┬───────────────────┬───────────────────┬───┘    goroutines
//	       ▼ events            ▼                   ▼
//	   session             session             session      one heap, named handlers
//	       │ owns
//	   wheel + filter                                       bytes into records and back
//	       │ used by
//	   component                                            servers and clients behind callbacks
//
// A [Kernel] dispatches named events to sessions, one at a time and in one
// global order. A session is a heap with a table of handlers, and lives as long
// as something can still happen to it. Handlers run to completion on the
// kernel's goroutine, so that they need no locks.
//
// A small session is an object whose methods are its handlers:
//
//	type counter struct{ left int }
//
//	func (c *counter) start(e poe.Event) { e.Yield("tick") }
//
//	func (c *counter) tick(e poe.Event) {
//		fmt.Println(c.left)
//		if c.left--; c.left > 0 {
//			e.Delay("tick", time.Second)
//		}
//	}
//
//	k := poe.New()
//	c := &counter{left: 3}
//	poe.Inline(k, poe.Funcs{"_start": c.start, "tick": c.tick})
//	err := k.Run() // returns when the last session has stopped
//
// Programs that make many sessions of a kind share one table of [States] and
// make each session with [Create].
//
// Most types here are aliases of those of packages kernel and session, where their
// methods are documented: go doc github.com/gopoe/poe/kernel Kernel.Post. Servers and clients are in
// component/servertcp and component/clienttcp, wheels below wheel/, filters in
// package filter; the README has the list.
package poe
