//go:build unix

package poetests_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// POE::Test::Loops::ses_session: sessions in all their forms. Where Perl counts
// sessions and objects that are destroyed, memory is the garbage collector's
// here; what is counted is who is alive.
func TestLoopsSesSession(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		const machines, events = 10, 5
		p.is().Equal(k.ID(), k.ActiveSession(), "before Run")
		alarms := p.alarmed(k, events)
		tasks := p.tasks(k, machines, events)
		p.postbacks(k)
		objects := p.objects(k, events)
		p.options(k)
		_, err := session.Inline(k, states{"foo": nothing})
		p.is().ErrorIs(err, kernel.ErrNoStart)
		p.run(k)
		p.is().Equal(k.ID(), k.ActiveSession(), "after Run")
		p.is().Equal(numbers{"ALRM": events, "PIPE": events}, alarms)
		for i, task := range tasks {
			p.is().Equal(&worker{id: i, count: events, own: events, defaults: events}, task)
		}
		for _, o := range objects {
			p.is().Equal(&counter{count: events, stopped: true}, o)
		}
		p.stoppedInside(k)
		p.again(k)
	})
}

// alarmed is sent two of the system's signals several times, each time when
// the ones before have arrived.
func (p *proof) alarmed(k *kernel.Kernel, times int) numbers {
	caught := numbers{}
	p.start(k, states{
		"_start": func(e kernel.Event) {
			p.is().NoError(e.Kernel.Sig("ALRM", "caught"))
			p.is().NoError(e.Kernel.Sig("PIPE", "caught"))
			e.Kernel.Delay("timeout", patience)
			e.Kernel.Yield("fire")
		},
		"fire": func(kernel.Event) {
			p.is().NoError(unix.Kill(unix.Getpid(), unix.SIGALRM))
			p.is().NoError(unix.Kill(unix.Getpid(), unix.SIGPIPE))
		},
		"caught": func(e kernel.Event) {
			caught[kernel.Arg[string](e, 0)]++
			e.Kernel.SigHandled()
			switch {
			case caught["ALRM"] != caught["PIPE"]:
			case caught["ALRM"] < times:
				e.Kernel.Yield("fire")
			default:
				e.Kernel.DelayClear("timeout")
			}
		},
		"timeout": func(kernel.Event) { p.Error("a signal is missing") },
	})
	return caught
}

// worker counts its own events, those it sent itself, and those that no
// handler took.
type worker struct{ id, count, own, defaults int }

func (p *proof) tasks(k *kernel.Kernel, machines, events int) (all []*worker) {
	table := session.States[worker]{
		"_start": func(w *worker, e kernel.Event) { e.Kernel.Yield("count", e.Arg(0)) },
		"count": func(w *worker, e kernel.Event) {
			if e.Sender == e.Session {
				w.own++
			}
			send := func(name string) { e.Kernel.Yield(name, w.id) }
			if w.count%2 == 0 {
				send = func(name string) { p.is().NoError(e.Kernel.Post(e.Session, name, w.id)) }
			}
			send("bogus")
			n, err := e.Kernel.Call(e.Session, "next_count", w.id)
			p.is().NoError(err)
			if n.(int) < events {
				send("count")
			}
		},
		"next_count": func(w *worker, e kernel.Event) { w.count++; e.Return(w.count) },
		"_default": func(w *worker, e kernel.Event) {
			if e.Name == "_default" && e.Arg(0) == "bogus" {
				w.defaults++
			}
		},
	}
	for i := range machines {
		w := &worker{id: i}
		all = append(all, w)
		_, err := session.Create(k, w, table, i)
		p.is().NoError(err)
	}
	return all
}

// postbacks asks a server with a postback and with a callback.
func (p *proof) postbacks(k *kernel.Kernel) {
	answers := 0
	p.start(k, states{
		"_start":     func(e kernel.Event) { e.Kernel.AliasSet("server") },
		"sync_query": func(e kernel.Event) { answers++; kernel.Arg[*kernel.Callback](e, 0).Call(answers) },
		"query":      func(e kernel.Event) { answers++; kernel.Arg[*kernel.Postback](e, 0).Post(answers) },
	})
	cookie, back := 0, false
	var self kernel.ID
	self = p.start(k, states{
		"_start": func(e kernel.Event) { e.Kernel.Yield("query") },
		"query": func(e kernel.Event) {
			cookie++
			p.is().NoError(e.Kernel.Post(kernel.Alias("server"), "query", e.Session.Postback("response", cookie)))
			cookie++
			back = false
			callback := e.Session.Callback("sync_response", cookie)
			_, err := e.Kernel.Call(kernel.Alias("server"), "sync_query", callback)
			p.is().NoError(err)
			p.is().True(back)
			callback.Release()
		},
		"sync_response": func(e kernel.Event) {
			back = true
			p.is().Equal(kernel.Arg[[]any](e, 0)[0].(int), kernel.Arg[[]any](e, 1)[0].(int)+1)
		},
		"response": func(e kernel.Event) {
			p.is().Equal(kernel.Arg[[]any](e, 0)[0].(int), kernel.Arg[[]any](e, 1)[0].(int)-1)
			if cookie < 5 {
				e.Kernel.Yield("query")
			} else {
				p.is().NoError(e.Kernel.Signal(e.Session, "TERM")) // its postbacks are for the server to release
			}
		},
		"_stop": func(e kernel.Event) {
			p.is().Equal(e.Session, e.Kernel.ActiveSession())
			p.is().Equal(self, e.Session)
		},
	})
}

// counter is an object whose methods are handlers.
type counter struct {
	count   int
	stopped bool
}

func (c *counter) start(e kernel.Event) { e.Kernel.Yield("count", e.Args...) }
func (c *counter) stop(kernel.Event)    { c.stopped = true }

func (c *counter) next(e kernel.Event) {
	if c.count++; c.count < kernel.Arg[int](e, 0) {
		e.Kernel.Yield("count", e.Args...)
	}
}

// objects makes sessions of an object's methods: as the heap, and bound.
func (p *proof) objects(k *kernel.Kernel, events int) []*counter {
	heap, bound := &counter{}, &counter{}
	_, err := session.Create(k, heap, session.States[counter]{
		"_start": (*counter).start, "count": (*counter).next, "_stop": (*counter).stop,
	}, events)
	p.is().NoError(err)
	p.start(k, states{
		"_start": session.Bind(bound, (*counter).start), "count": session.Bind(bound, (*counter).next),
		"_stop": session.Bind(bound, (*counter).stop),
	}, events)
	return []*counter{heap, bound}
}

func (p *proof) options(k *kernel.Kernel) {
	s, err := session.New(k, session.Config[int]{
		Options: map[string]any{"default": 1}, Funcs: states{"_start": nothing},
	})
	p.must().NoError(err)
	p.is().Equal(1, s.SetOption("default", "off"))
	p.is().Equal(0, s.Option("default"))
	p.is().Equal(0, s.SetOption("default", 1))
	p.is().Equal(1, s.Option("default"))
}

// stoppedInside stops the kernel in a handler of the eldest of four
// generations.
func (p *proof) stoppedInside(k *kernel.Kernel) {
	seen := numbers{}
	var generation func(e kernel.Event, n int)
	generation = func(e kernel.Event, n int) {
		p.is().NoError(e.Kernel.Delay("never", time.Hour))
		p.is().NoError(e.Kernel.AliasSet(fmt.Sprint("test", n)))
		if n == 4 {
			return
		}
		p.start(e.Kernel, states{
			"_start":  func(e kernel.Event) { generation(e, n+1) },
			"_stop":   func(kernel.Event) { seen["stop"]++ },
			"_parent": func(kernel.Event) { seen["parent"]++ },
			"_child":  func(e kernel.Event) { seen["child "+kernel.Arg[string](e, 0)]++ },
			"never":   nothing,
		})
	}
	p.start(k, states{
		"_start": func(e kernel.Event) { generation(e, 1); e.Kernel.Yield("stop") },
		"_stop":  func(kernel.Event) { seen["stop"]++ },
		"_child": func(e kernel.Event) { seen["child "+kernel.Arg[string](e, 0)]++ },
		"never":  nothing,
		"stop": func(e kernel.Event) {
			e.Kernel.Stop()
			p.is().Zero(e.Kernel.Stats().Sessions)
			p.is().Zero(e.Kernel.EventCount())
		},
	})
	p.run(k)
	p.is().Equal(numbers{"stop": 4, "child create": 3, "child lose": 3}, seen, "nobody gets a new parent")
}

// again runs a session after all that.
func (p *proof) again(k *kernel.Kernel) {
	var steps []string
	step := func(e kernel.Event) { steps = append(steps, e.Name) }
	_, err := session.New(k, session.Config[int]{
		Options: map[string]any{"trace": 1, "default": 1, "debug": 1},
		Funcs: states{
			"_start": func(e kernel.Event) {
				step(e)
				e.Kernel.Yield("woot")
				p.is().NoError(e.Kernel.Delay("narf", time.Millisecond))
			},
			"woot": step, "narf": step, "_stop": step,
		},
	})
	p.is().NoError(err)
	p.run(k)
	p.is().Equal("_start woot narf _stop", strings.Join(steps, " "))
}
