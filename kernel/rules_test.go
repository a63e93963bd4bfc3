package kernel_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/stretchr/testify/assert"
)

// world is what a rule is shown in: a kernel under a clock that stands, and a
// place to write down what happens.
type world struct {
	*testing.T
	*kernel.Kernel
	clock *poetest.Clock
	seen  log
}

// session starts a session that writes down "NAME EVENT" for each event that
// is listed, with what events says is to be done.
func (w *world) session(name string, events states, listed ...string) kernel.ID {
	s := states{}
	for _, event := range append(listed, "_stop") {
		s[event] = func(kernel.Event) {}
	}
	for event, h := range events {
		s[event] = h
	}
	for event, h := range s {
		if event == "_start" {
			continue
		}
		s[event] = func(e kernel.Event) { w.note(name, e); h(e) }
	}
	return start(w.T, w.Kernel, s)
}

// note writes an event down; the sessions in its arguments by number.
func (w *world) note(name string, e kernel.Event) {
	words := []string{name, e.Name}
	for _, a := range e.Args {
		if x, ok := a.(*kernel.Exception); ok {
			a = plainText(x.Err)
		}
		words = append(words, fmt.Sprint(a))
	}
	w.seen.Add(strings.Join(words, " "))
}

// TestRules shows POE's rules where a reader of its manual would guess wrong.
// The programs of package conformance show them as well, under real POE.
func TestRules(t *testing.T) {
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			clock := &poetest.Clock{}
			w := &world{T: t, clock: clock, Kernel: newKernel(kernel.Options{Clock: clock, Name: kernelName})}
			r.show(w)
			if err := w.Kernel.Run(); err != nil {
				w.seen.Add("error:", plainText(err))
			}
			assert.Equal(t, strings.TrimSpace(strings.ReplaceAll(r.want, "\t", "")), strings.Join(w.seen.All(), "\n"))
		})
	}
}

const kernelName = "kernel"

type rule struct {
	name string
	show func(w *world)
	want string
}

var rules = []rule{
	{"_start and _child run inside of Create", func(w *world) {
		w.session("parent", states{"_start": func(kernel.Event) {
			w.session("kid", states{"_start": func(e kernel.Event) { w.seen.Add("kid _start"); e.Return("v") }})
			w.seen.Add("created")
		}, "_child": nothing})
		w.seen.Add("now run")
	}, `kid _start
		parent _child create 2 v
		created
		now run
		kid _stop
		parent _child lose 2 <nil>
		parent _stop`},

	{"idle sessions wait for the sweep, which goes backwards", func(w *world) {
		for _, name := range []string{"a", "b", "c"} {
			w.session(name, states{"_start": func(kernel.Event) { w.Yield("tick") }}, "tick")
		}
	}, `a tick
		b tick
		c tick
		c _stop
		b _stop
		a _stop`},

	{"a sweep follows the handles, before the queue is looked at", func(w *world) {
		near, far, err := kernel.Pipe()
		assert.NoError(w, err)
		w.Cleanup(func() { near.Close(); far.Close() })
		w.session("other", states{"_start": func(kernel.Event) { w.Yield("tick") },
			"tick": func(kernel.Event) { w.Yield("tock") }}, "tock")
		w.session("reader", states{"_start": func(kernel.Event) { w.Yield("watch") },
			"watch":    func(kernel.Event) { _ = w.SelectRead(near, "readable") },
			"readable": func(kernel.Event) { w.SelectClear(near) }})
		_, err = far.Write([]byte("x"))
		assert.NoError(w, err)
	}, `other tick
		reader watch
		reader readable pipe (read) read
		reader _stop
		other tock
		other _stop`},

	{"a queued event keeps its sender", func(w *world) {
		to := w.session("to", states{"_start": alias("to")}, "note")
		w.session("from", states{"_start": func(kernel.Event) { w.Yield("go") }, "go": func(kernel.Event) { _ = w.Post(to, "note") }})
	}, `from go
		to note
		from _stop
		to _stop`},

	{"sig watchers, handlers and heaps keep nothing", func(w *world) {
		w.session("watcher", states{"_start": func(kernel.Event) { _ = w.Sig("FOO", "foo"); _ = w.State("bar", nothing) }})
	}, `watcher _stop`},

	{"IDLE without SigHandled stops in spite of new work", func(w *world) {
		w.session("svc", states{"_start": func(kernel.Event) { _ = w.AliasSet("svc"); _ = w.Sig("IDLE", "idle") },
			"idle": func(kernel.Event) { w.Yield("work") }}, "work")
	}, `svc idle IDLE
		svc _stop`},

	{"handled IDLE comes again, then ZOMBIE ends it", func(w *world) {
		left := 1
		w.session("svc", states{
			"_start": func(kernel.Event) { _ = w.AliasSet("svc"); _ = w.Sig("IDLE", "idle"); _ = w.Sig("ZOMBIE", "zombie") },
			"idle": func(kernel.Event) {
				w.SigHandled()
				if left--; left >= 0 {
					w.Yield("work")
				}
			},
			"zombie": func(kernel.Event) { w.SigHandled() },
		}, "work")
	}, `svc idle IDLE
		svc work
		svc idle IDLE
		svc zombie ZOMBIE
		svc _stop`},

	{"_stop still sees the aliases", func(w *world) {
		w.session("svc", states{"_start": alias("svc"), "_stop": func(kernel.Event) {
			_, ok := w.AliasResolve("svc")
			w.seen.Add("resolves", ok)
		}})
	}, `svc _stop
		resolves true`},

	{"a session made in _stop goes to the grandparent in silence", func(w *world) {
		w.session("grand", states{"_start": func(kernel.Event) {
			w.session("mid", states{"_child": nothing, "_stop": func(kernel.Event) {
				w.session("late", states{"_start": func(kernel.Event) { w.Yield("work") }, "_parent": nothing}, "work")
			}})
		}, "_child": nothing})
	}, `grand _child create 2 <nil>
		mid _stop
		mid _child create 3 <nil>
		grand _child lose 2 <nil>
		late work
		late _stop
		grand _child lose 3 <nil>
		grand _stop`},

	{"DetachChild tells both at once", func(w *world) {
		w.session("parent", states{"_start": func(kernel.Event) {
			kid := w.session("kid", states{"_start": func(kernel.Event) { w.Yield("work") }, "_parent": nothing}, "work")
			w.seen.Add(w.DetachChild(kid) == nil)
			w.seen.Add(w.DetachChild(kid))
			w.seen.Add(w.DetachMyself())
		}, "_child": nothing})
	}, `parent _child create 2 <nil>
		parent _child lose 2 <nil>
		kid _parent 1 ` + kernelName + `
		true
		kernel: DetachChild(2): kernel: belongs to another session
		kernel: DetachMyself: kernel: belongs to another session
		kid work
		parent _stop
		kid _stop`},

	{"detaching in _start leaves neither create nor lose", func(w *world) {
		w.session("parent", states{"_start": func(kernel.Event) {
			w.session("kid", states{"_start": func(kernel.Event) { w.seen.Add(w.DetachMyself()) }, "_parent": nothing})
		}, "_child": nothing})
	}, `kid _parent 1 ` + kernelName + `
		<nil>
		parent _stop
		kid _stop`},

	{"calling oneself is a function call", func(w *world) {
		w.session("me", states{"_start": func(kernel.Event) { w.Yield("go") },
			"go": func(e kernel.Event) {
				_, _ = w.Call(e.Session, "inner")
				func() {
					defer func() { w.seen.Add("recovered", recover()) }()
					_, _ = w.Call(e.Session, "throws")
				}()
			},
			"inner":  func(e kernel.Event) { w.seen.Add(w.ActiveEvent(), e.Caller) },
			"throws": func(kernel.Event) { panic("mine") },
		})
	}, `me go
		me inner
		go go
		me throws
		recovered mine
		me _stop`},

	{"_default gets _stop, and answers calls", func(w *world) {
		id := start(w.T, w.Kernel, states{
			"_start":   func(kernel.Event) { w.Yield("wait") },
			"_default": func(e kernel.Event) { w.note(w.ActiveEvent(), e); e.Return(1) },
		})
		v, err := w.Call(id, "asked", "x")
		w.seen.Add(v, err)
	}, `asked _default asked [x]
		1 <nil>
		wait _default wait []
		_stop _default _stop []`},

	{"handlers are looked up when the event is delivered", func(w *world) {
		w.session("s", states{"_start": func(kernel.Event) {
			w.Yield("ev")
			w.Yield("gone")
			_ = w.State("ev", func(kernel.Event) { w.seen.Add("new") })
			_ = w.State("gone", nil)
		}, "gone": nothing}, "ev")
	}, `new
		s _stop`},

	{"what is queued in _stop is thrown away, a call works", func(w *world) {
		to := w.session("to", states{"_start": func(kernel.Event) { w.Delay("end", time.Second) }}, "note", "end")
		w.session("s", states{"_stop": func(kernel.Event) {
			_ = w.Post(to, "note", "posted")
			_, _ = w.Call(to, "note", "called")
			w.Yield("never")
			w.Delay("never", 0)
		}}, "never")
	}, `s _stop
		to note called
		to end
		to _stop`},

	{"a killed session takes along what it had queued for others", func(w *world) {
		to := w.session("to", states{"_start": alias("to")}, "note")
		w.session("s", states{"_start": func(kernel.Event) { w.Yield("go") }, "go": func(e kernel.Event) {
			_ = w.Post(to, "note", "before")
			_ = w.Signal(e.Session, "KILL")
			_ = w.Post(to, "note", "after")
		}})
	}, `s go
		to note before
		s _stop
		to _stop`},

	{"a session that StopSession ends takes along what it had queued for others", func(w *world) {
		to := w.session("to", states{"_start": alias("to")}, "note")
		w.session("s", states{"_start": func(kernel.Event) { w.Yield("go") }, "go": func(e kernel.Event) {
			_ = w.Post(to, "note", "before")
			_, _ = w.Call(to, "note", "called")
			_ = w.Host().StopSession(e.Session)
			_ = w.Post(to, "note", "after")
		}})
	}, `s go
		to note called
		s _stop
		to note after
		to _stop`},

	{"Stop lets the handler go on, as nobody", func(w *world) {
		w.session("s", states{"_start": func(kernel.Event) { w.Yield("go") }, "go": func(e kernel.Event) {
			w.Yield("never")
			w.Stop()
			w.seen.Add(w.ActiveSession() == w.ID(), e.Session.Alive())
		}}, "never")
	}, `s go
		s _stop
		true false`},

	{"a name clears all timers of that name, but no events", func(w *world) {
		w.session("s", states{"_start": func(kernel.Event) {
			_, _ = w.DelaySet("t", time.Second, "set")
			_ = w.DelayAdd("t", time.Second, "added")
			_ = w.AlarmAdd("t", w.clock.Wall(), "alarm")
			w.Yield("t", "posted")
			_ = w.Delay("t", time.Minute, "only")
		}}, "t")
	}, `s t posted
		s t only
		s _stop`},

	{"a timer in the past overtakes, 0 queues, order of setting breaks ties", func(w *world) {
		w.session("s", states{"_start": func(kernel.Event) {
			w.Yield("t", "yield 1")
			_ = w.DelayAdd("t", 0, "zero")
			_ = w.DelayAdd("t", time.Second, "first")
			_ = w.AlarmAdd("t", w.clock.Wall().Add(time.Second), "second")
			_ = w.AlarmAdd("t", w.clock.Wall().Add(-time.Second), "past")
			_ = w.AlarmAdd("t", w.clock.Wall().Add(-time.Minute), "far past")
			w.Yield("t", "yield 2")
		}}, "t")
	}, `s t far past
		s t past
		s t yield 1
		s t zero
		s t yield 2
		s t first
		s t second
		s _stop`},

	{"events carry the time at which they were queued", func(w *world) {
		w.session("s", states{"_start": func(kernel.Event) {
			_ = w.DelayAdd("t", 20*time.Millisecond, "timer 20")
			w.Yield("t", "queued at 0")
			w.clock.Pass(50 * time.Millisecond)
			w.Yield("t", "queued at 50")
		}}, "t")
	}, `s t queued at 0
		s t timer 20
		s t queued at 50
		s _stop`},

	{"in its handler a timer's ID is unknown", func(w *world) {
		var id kernel.AlarmID
		w.session("s", states{"_start": func(kernel.Event) { id, _ = w.DelaySet("t", 1) },
			"t": func(kernel.Event) { _, err := w.AlarmRemove(id); w.seen.Add(err != nil) }})
	}, `s t
		true
		s _stop`},

	{"a signal's arguments are those of Signal before those of Sig", func(w *world) {
		w.session("s", states{"_start": func(e kernel.Event) {
			_ = w.Sig("FOO", "foo", "old")
			_ = w.Signal(e.Session, "FOO", "sent")
			_ = w.Sig("FOO", "foo", "watched")
		}}, "foo")
	}, `s foo FOO sent watched
		s _stop`},

	{"one SigHandled saves all, and each signal starts anew", func(w *world) {
		w.session("top", states{"_start": func(e kernel.Event) {
			_ = w.AliasSet("top")
			_ = w.Sig("TERM", "term")
			w.session("kid", states{"_start": func(kernel.Event) { _ = w.AliasSet("kid"); _ = w.Sig("TERM", "term") },
				"term": func(e kernel.Event) {
					if e.Arg(1) == "first" {
						w.SigHandled()
					}
				}})
			_ = w.Signal(e.Session, "TERM", "first")
			_ = w.Signal(e.Session, "TERM", "second")
		}}, "term")
	}, `kid term TERM first
		top term TERM first
		kid term TERM second
		top term TERM second
		kid _stop
		top _stop`},

	{"the receivers of a signal are fixed when its delivery begins", func(w *world) {
		top := w.session("top", states{"_start": func(kernel.Event) {
			_ = w.AliasSet("top")
			_ = w.Sig("FOO", "foo")
		}, "have a kid": func(e kernel.Event) {
			w.session("kid", states{"_start": func(kernel.Event) { _ = w.Sig("FOO", "foo"); _ = w.Signal(w.ID(), "FOO") },
				"foo": func(kernel.Event) { _, _ = w.Call(e.Session, "stop watching") }})
		}, "stop watching": func(kernel.Event) { w.SigClear("FOO") }}, "foo")
		_, _ = w.Call(top, "have a kid")
	}, `top have a kid
		kid foo FOO
		top stop watching
		top foo FOO
		kid _stop
		top _stop`},

	{"nonmaskable signals stop in any case", func(w *world) {
		w.session("s", states{"_start": func(e kernel.Event) {
			_ = w.AliasSet("s")
			_ = w.Sig("ZOMBIE", "zombie")
			_ = w.Signal(e.Session, "ZOMBIE")
		}, "zombie": func(kernel.Event) { w.SigHandled() }})
	}, `s zombie ZOMBIE
		s _stop`},

	{"DIE is queued: what was queued before still runs", func(w *world) {
		w.session("s", states{"_start": func(kernel.Event) { w.Yield("boom"); w.Yield("next") },
			"boom": func(kernel.Event) { panic("boom") }}, "next")
		w.session("other", states{"_start": alias("other")})
	}, `s boom
		s next
		s _stop
		other _stop
		error: boom`},

	{"a panic in a called handler does not reach the caller", func(w *world) {
		other := w.session("other", states{"_start": func(kernel.Event) { _ = w.AliasSet("o"); _ = w.Sig("DIE", "died") },
			"boom": func(kernel.Event) { panic("boom") },
			"died": func(kernel.Event) { w.SigHandled() }})
		start(w.T, w.Kernel, states{"_start": func(kernel.Event) {
			v, err := w.Call(other, "boom")
			w.seen.Add("goes on with", v, err)
		}})
	}, `other boom
		goes on with <nil> <nil>
		other died DIE boom
		other _stop`},

	{"the kernel as a destination", func(w *world) {
		w.seen.Add(w.Post(w.ID(), "x"))
		v, err := w.Call(w.ID(), "x")
		w.seen.Add(v, err)
	}, `<nil>
		0 <nil>`},
}

func nothing(kernel.Event) {}

// plainText is the text of what was thrown, without the place.
func plainText(err error) string {
	if h, ok := err.(*kernel.HandlerError); ok {
		return h.Text()
	}
	return err.Error()
}
