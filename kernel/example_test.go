package kernel_test

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// create makes a session of closures, for the examples.
func create(k *kernel.Kernel, states session.Funcs) kernel.ID {
	s, err := session.Inline(k, states)
	if err != nil {
		panic(err)
	}
	return s.ID()
}

// runToEnd runs a kernel until no session is left, for the examples.
func runToEnd(k *kernel.Kernel) {
	if err := k.Run(); err != nil {
		panic(err)
	}
}

// Events are handled in the order in which they were posted.
func ExampleKernel_Post() {
	k := kernel.New()
	create(k, session.Funcs{
		"_start": func(kernel.Event) { _ = k.AliasSet("printer") },
		"print":  func(e kernel.Event) { fmt.Println(e.Args...) },
	})
	create(k, session.Funcs{"_start": func(kernel.Event) {
		_ = k.Post(kernel.Alias("printer"), "print", "one")
		_ = k.Post(kernel.Alias("printer"), "print", "two", 2)
		err := k.Post(kernel.Alias("scanner"), "scan")
		fmt.Println(err)
	}})
	runToEnd(k)
	// Output:
	// kernel: Post(scanner): kernel: no such session
	// one
	// two 2
}

// A call overtakes everything that is queued, and returns what the handler gave
// to Return.
func ExampleKernel_Call() {
	k := kernel.New()
	create(k, session.Funcs{
		"_start": func(kernel.Event) { _ = k.AliasSet("adder") },
		"add":    func(e kernel.Event) { e.Return(kernel.Arg[int](e, 0) + kernel.Arg[int](e, 1)) },
	})
	create(k, session.Funcs{"_start": func(kernel.Event) {
		sum, err := k.Call(kernel.Alias("adder"), "add", 2, 3)
		fmt.Println(sum, err)
	}})
	runToEnd(k)
	// Output: 5 <nil>
}

// Arg is for arguments that must be there: what else there is, is a mistake of
// the program, and becomes the signal DIE. ArgOK is for the others.
func ExampleArg() {
	k := kernel.New()
	create(k, session.Funcs{
		"_start": func(kernel.Event) {
			k.Yield("sum", 1, 2)
			k.Yield("sum", 1, "two")
		},
		"sum": func(e kernel.Event) {
			first := kernel.Arg[int](e, 0)
			if text, ok := kernel.ArgOK[string](e, 1); ok {
				fmt.Printf("%d and the text %q\n", first, text)
			}
			fmt.Println(first + kernel.Arg[int](e, 1))
		},
	})
	var wrong *kernel.ArgError
	errors.As(k.Run(), &wrong)
	fmt.Println(wrong)
	// Output:
	// 3
	// 1 and the text "two"
	// kernel: event "sum" argument 1 is string, want int
}

// Delay has one timer for each name of an event: setting it again moves it.
// Under a test's clock no real time passes.
func ExampleKernel_Delay() {
	clock := new(poetest.Clock)
	k := kernel.New(kernel.Options{Clock: clock})
	started := k.Now()
	create(k, session.Funcs{
		"_start": func(kernel.Event) {
			_ = k.Delay("timeout", time.Hour)
			_ = k.Delay("timeout", 90*time.Second) // instead of the former
		},
		"timeout": func(kernel.Event) { fmt.Println("after", k.Now().Sub(started)) },
	})
	runToEnd(k)
	// Output: after 1m30s
}

// AlarmSet takes a time of day, and returns an ID with which the timer can be
// moved or removed.
func ExampleKernel_AlarmSet() {
	k := kernel.New(kernel.Options{Clock: new(poetest.Clock)})
	create(k, session.Funcs{
		"_start": func(kernel.Event) {
			at := k.Now().Add(time.Minute)
			_, _ = k.AlarmSet("first", at)
			second, _ := k.AlarmSet("second", at)
			third, _ := k.AlarmSet("third", at)
			_, _ = k.AlarmAdjust(second, -30*time.Second)
			_, _ = k.AlarmRemove(third)
		},
		"first":  func(e kernel.Event) { fmt.Println(e.Name) },
		"second": func(e kernel.Event) { fmt.Println(e.Name) },
		"third":  func(e kernel.Event) { fmt.Println(e.Name) },
	})
	runToEnd(k)
	// Output:
	// second
	// first
}

// A signal visits all sessions. A terminal one stops them, unless one of them
// has handled it.
func ExampleKernel_Sig() {
	k := kernel.New()
	create(k, session.Funcs{
		"_start": func(e kernel.Event) {
			_ = k.Sig("TERM", "shutdown")
			_ = k.AliasSet("server")
			_ = k.Signal(k.ID(), "TERM")
		},
		"shutdown": func(e kernel.Event) {
			fmt.Println("got", e.Arg(0))
			k.SigHandled()
			_ = k.AliasRemove("server") // nothing keeps it alive then
		},
		"_stop": func(kernel.Event) { fmt.Println("stopped") },
	})
	runToEnd(k)
	// Output:
	// got TERM
	// stopped
}

// Work that blocks runs on another goroutine; its result comes back as an event.
func ExampleKernel_Offload() {
	k := kernel.New()
	create(k, session.Funcs{
		"_start": func(kernel.Event) {
			_, _ = k.Offload("looked_up", func(ctx context.Context) (any, error) {
				return "192.0.2.1", ctx.Err() // anything that takes its time
			}, "example.org")
		},
		"looked_up": func(e kernel.Event) { fmt.Println(e.Arg(2), "is", e.Arg(0), "error", e.Arg(1)) },
	})
	runToEnd(k)
	// Output: example.org is 192.0.2.1 error <nil>
}

// A postback is handed to code that knows neither the session nor the event.
func ExampleID_Postback() {
	k := kernel.New()
	create(k, session.Funcs{
		"_start": func(e kernel.Event) {
			done := e.Session.Postback("done", "job 1")
			go func() { // Send and Release are for any goroutine
				done.Send("all is well")
				done.Release()
			}()
		},
		"done": func(e kernel.Event) {
			made, used := kernel.Arg[[]any](e, 0), kernel.Arg[[]any](e, 1)
			fmt.Println(made[0], used[0])
		},
	})
	runToEnd(k)
	// Output: job 1 all is well
}

// A session that has only an alias does not keep the kernel running. A hold
// says that events are to come from elsewhere.
func ExampleKernel_Hold() {
	k := kernel.New()
	var hold *kernel.Hold
	create(k, session.Funcs{
		"_start": func(kernel.Event) {
			_ = k.AliasSet("receiver")
			hold = k.Hold("a message from another goroutine")
		},
		"message": func(e kernel.Event) {
			fmt.Println(e.Arg(0))
			hold.Release()
		},
	})
	go k.Outside().Post(kernel.Alias("receiver"), "message", "hello")
	runToEnd(k)
	// Output: hello
}

// WhyAlive answers why a program does not end.
func ExampleKernel_WhyAlive() {
	k := kernel.New(kernel.Options{Clock: new(poetest.Clock)})
	id := create(k, session.Funcs{
		"_start": func(kernel.Event) {
			_ = k.AliasSet("worker")
			_ = k.Delay("work", time.Minute)
		},
		"work": func(kernel.Event) {},
	})
	if _, err := k.RunOneTimeslice(); err != nil { // in which the event of its creation goes
		panic(err)
	}
	for _, reason := range k.WhyAlive(id) {
		fmt.Println(reason)
	}
	k.Stop()
	runToEnd(k)
	// Output:
	// timer work
	// alias worker
}

// OpErrorOf returns the error of an error event, here of one that the program
// has made itself.
func ExampleOpErrorOf() {
	k := kernel.New()
	create(k, session.Funcs{
		"_start": func(kernel.Event) {
			k.Yield("failed", "connect", int(syscall.ECONNREFUSED), "connection refused", kernel.WheelID(1))
		},
		"failed": func(e kernel.Event) {
			err := kernel.OpErrorOf(e)
			fmt.Println(err, "|", err.Errno() == syscall.ECONNREFUSED)
		},
	})
	runToEnd(k)
	// Output: connect: connection refused | true
}
