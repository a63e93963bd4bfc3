package actor_test

import (
	"fmt"
	"time"

	proto "github.com/asynkron/protoactor-go/actor"

	"github.com/gopoe/poe/actor"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// A session sends to an actor, and the actor sends an event back: the sender of
// what a session sends is the session's PID.
func ExampleSend() {
	k := kernel.New()
	upper := actor.System(k).Root.Spawn(proto.PropsFromFunc(func(c proto.Context) {
		if text, ok := c.Message().(string); ok {
			c.Send(c.Sender(), &actor.Message{Event: "heard", Args: []any{text + "!"}})
		}
	}))
	var hold *kernel.Hold
	_, _ = session.Inline(k, session.Funcs{
		"_start": func(kernel.Event) {
			hold = k.Hold("the actor's answer") // a message to an actor keeps no session alive
			_ = k.AliasSet("caller")
			_ = actor.Send(k, upper, "hello")
		},
		"heard": func(e kernel.Event) {
			fmt.Println(kernel.Arg[string](e, 0))
			hold.Release()
		},
	})
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output: hello!
}

// A request keeps its session alive until the answer has come.
func ExampleRequest() {
	k := kernel.New()
	length := actor.System(k).Root.Spawn(proto.PropsFromFunc(func(c proto.Context) {
		if text, ok := c.Message().(string); ok {
			c.Respond(len(text))
		}
	}))
	_, _ = session.Inline(k, session.Funcs{
		"_start": func(kernel.Event) { _ = actor.Request(k, length, "seven ch", time.Minute, "answer", "the length") },
		"answer": func(e kernel.Event) { fmt.Println(e.Args...) },
	})
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output: 8 <nil> the length
}

// A session learns of the end of an actor.
func ExampleWatch() {
	k := kernel.New()
	root := actor.System(k).Root
	worker := root.Spawn(proto.PropsFromFunc(func(proto.Context) {}))
	_, _ = session.Inline(k, session.Funcs{
		"_start": func(kernel.Event) {
			_ = actor.Watch(k, worker)
			k.Yield("dismiss")
		},
		"dismiss":     func(kernel.Event) { root.Poison(worker) },
		"_terminated": func(e kernel.Event) { fmt.Println("the worker has ended:", e.Arg(1)) },
	})
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output: the worker has ended: Stopped
}

// A session can be used by actors that know nothing of it: it answers their
// requests with Return, and what is posted to ToActor reaches them.
func Example_plainActors() {
	k, sum := kernel.New(), 0
	root := actor.System(k).Root
	_, _ = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			_ = k.AliasSet("counter")
			hold := k.Hold("the actor's requests")
			self, _ := actor.PID(k, e.Session)
			root.Spawn(proto.PropsFromFunc(func(c proto.Context) {
				switch m := c.Message().(type) {
				case *proto.Started:
					c.Request(self, &actor.Message{Event: "add", Args: []any{2}})
					c.Request(self, &actor.Message{Event: "add", Args: []any{3}})
				case int:
					fmt.Println("the sum is", m)
					if m == 5 {
						c.Send(self, &actor.Message{Event: "done", Args: []any{c.Self()}})
					}
				case *actor.Message:
					fmt.Println("posted to the actor:", m.Event, m.Args)
					hold.Release()
				}
			}))
		},
		"add": func(e kernel.Event) {
			sum += kernel.Arg[int](e, 0)
			e.Return(sum)
		},
		"done": func(e kernel.Event) { _ = k.Post(actor.ToActor(kernel.Arg[*proto.PID](e, 0)), "thanks", sum) },
	})
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// the sum is 2
	// the sum is 5
	// posted to the actor: thanks [5]
}
