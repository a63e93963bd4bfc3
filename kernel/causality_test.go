package kernel_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/internal/coroutine"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernel/observe"
	"github.com/gopoe/poe/session"
)

// spans is an observer that keeps what it is shown.
type spans struct {
	mu   sync.Mutex
	all  []observe.Span
	open int
}

func (o *spans) Begin(s *observe.Span) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = append(o.all, *s)
	o.open++
}

func (o *spans) End(*observe.Span) { o.open-- }

// named returns the only span of an event.
func (o *spans) named(t *testing.T, name string) (found observe.Span) {
	t.Helper()
	n := 0
	for _, s := range o.all {
		if s.Name == name {
			found = s
			n++
		}
	}
	require.Equal(t, 1, n, "events named %s", name)
	return found
}

// label is what the random programs name their events by; the model's cause of
// each is another label, or 0.
type label int

// random is a program of random sessions and the model of what causes what in it.
type random struct {
	t     *testing.T
	rng   *rand.Rand
	k     *kernel.Kernel
	last  label
	cause map[label]label
	ran   map[label]bool
	stack []label
	left  int // how many events it may still make
	alive []*actorModel
	work  sync.WaitGroup

	queued  map[label]*waiting
	backs   map[label]*kernel.Postback
	looks   map[*actorModel]label // sessions that the kernel will look at once, with what created them
	special map[specialKey]label  // labels of events that bring none
}

// specialKey names an event without a label of its own: _stop, with label 0, and
// that of a session which watches the signal with this label.
type specialKey struct {
	session uint64
	of      label
}

// actorModel is a session of the random program. refs counts its reasons to
// live, reason is the event after which it had none.
type actorModel struct {
	p        *random
	id       kernel.ID
	parent   *actorModel
	children []*actorModel
	refs     int
	reason   label
	stopped  bool
	timers   map[kernel.AlarmID]label
}

// waiting is a queued event: both sessions live for it.
type waiting struct{ to, from *actorModel }

func (p *random) current() label {
	if len(p.stack) == 0 {
		return 0
	}
	return p.stack[len(p.stack)-1]
}

// make makes a label which the running event causes.
func (p *random) make(cause label) label {
	p.last++
	p.cause[p.last] = cause
	return p.last
}

func (a *actorModel) hold() { a.refs++ }

func (a *actorModel) release() {
	if a.refs--; a.refs == 0 && !a.stopped {
		a.reason = a.p.current()
	}
}

func (p *random) queue(l label, to, from *actorModel) {
	to.hold()
	if from != nil && from != to {
		from.hold()
	}
	p.queued[l] = &waiting{to, from}
}

func (p *random) unqueue(l label) {
	w := p.queued[l]
	if w == nil {
		return
	}
	delete(p.queued, l)
	w.to.release()
	if w.from != nil && w.from != w.to {
		w.from.release()
	}
}

// looked releases the sessions at which the kernel has looked after their creation.
func (p *random) looked() {
	waiting := map[uint64]bool{}
	v := p.k.Host().Inspect()
	queue, next := v.Queue(make([]observe.Queued, 0, 10_000), 0)
	for next != 0 {
		queue, next = v.Queue(queue, next)
	}
	for _, x := range queue {
		waiting[x.To] = waiting[x.To] || x.Kind == observe.Look
	}
	for a, creator := range p.looks {
		if !waiting[a.id.Number()] {
			delete(p.looks, a)
			p.during(creator, a.release)
		}
	}
}

// during runs f as if it happened in the handler of an event.
func (p *random) during(l label, f func()) {
	p.stack = append(p.stack, l)
	f()
	p.stack = p.stack[:len(p.stack)-1]
}

// handle runs a handler of the program in the model as well.
func (a *actorModel) handle(do func(a *actorModel, e kernel.Event)) kernel.Handler {
	return func(e kernel.Event) {
		l := e.Args[len(e.Args)-1].(label)
		a.p.looked()
		if a.p.queued[l] != nil && e.Name == "woke" {
			a.p.during(l, func() { a.p.unqueue(l) })
		}
		if e.Name == "woke" {
			a.p.ran[l] = true
			sub := a.p.make(l)
			a.p.special[specialKey{a.id.Number(), l}] = sub
			l = sub
		}
		a.p.stack = append(a.p.stack, l)
		defer func() { a.p.stack = a.p.stack[:len(a.p.stack)-1] }()
		require.False(a.p.t, a.p.ran[l], "event %d ran twice", l)
		a.p.ran[l] = true
		a.p.during(l, func() { a.p.unqueue(l) })
		for id, of := range a.timers {
			if of == l {
				delete(a.timers, id)
				a.release()
			}
		}
		do(a, e)
	}
}

func (p *random) create(parent *actorModel) {
	a := &actorModel{p: p, parent: parent, timers: map[kernel.AlarmID]label{}}
	l := p.make(p.current())
	if parent != nil {
		parent.children = append(parent.children, a)
		parent.hold()
	}
	a.reason = p.current()
	p.alive = append(p.alive, a)
	work := a.handle((*actorModel).act)
	_, err := session.Inline(p.k, session.Funcs{
		"_start": func(e kernel.Event) { a.id = e.Session; a.handle((*actorModel).start)(e) },
		"_stop":  func(e kernel.Event) { a.stop() },
		"_child": func(kernel.Event) {}, "_parent": func(kernel.Event) {},
		"work": work, "later": work, "result": func(e kernel.Event) { a.result(e) },
		"back": func(e kernel.Event) {
			a.handle((*actorModel).back)(kernel.Event{Kernel: e.Kernel, Args: e.Args[1].([]any)})
		},
		"woke": a.handle(func(a *actorModel, e kernel.Event) { a.act(e) }),
		"died": func(e kernel.Event) { e.Kernel.SigHandled() },
	}, l)
	require.NoError(p.t, err)
	if !a.stopped {
		p.looks[a] = p.current()
		a.hold()
	}
}

func (a *actorModel) start(e kernel.Event) {
	require.NoError(a.p.t, e.Kernel.Sig("NOTE", "woke"))
	require.NoError(a.p.t, e.Kernel.Sig("DIE", "died"))
	for range 3 {
		a.act(e)
	}
}

// stop is what the kernel does as a session stops, in its order.
func (a *actorModel) stop() {
	p := a.p
	p.looked()
	l := p.make(a.reason)
	p.ran[l] = true
	p.stack = append(p.stack, a.reason)
	defer func() { p.stack = p.stack[:len(p.stack)-1] }()
	a.stopped = true
	p.special[specialKey{a.id.Number(), 0}] = l
	delete(p.looks, a)
	if a.parent != nil {
		a.parent.release()
	}
	for _, c := range a.children {
		if c.stopped {
			continue
		}
		if c.parent = a.parent; a.parent != nil {
			a.parent.children = append(a.parent.children, c)
			a.parent.hold()
		}
	}
	for l, w := range p.queued {
		if w.to == a || w.from == a {
			p.unqueue(l)
		}
	}
}

func (p *random) pick() *actorModel {
	for {
		if a := p.alive[p.rng.IntN(len(p.alive))]; !a.stopped {
			return a
		}
	}
}

// act does something at random that queues, calls or sets an event.
func (a *actorModel) act(e kernel.Event) {
	p := a.p
	for range p.rng.IntN(3) {
		if p.left--; p.left < 0 || a.stopped {
			return
		}
		switch p.rng.IntN(12) {
		case 0, 1:
			l := p.make(p.current())
			p.queue(l, a, a)
			e.Kernel.Yield("work", l)
		case 2, 3:
			to, l := p.pick(), p.make(p.current())
			p.queue(l, to, a)
			require.NoError(p.t, e.Kernel.Post(to.id, "work", l))
		case 4:
			if len(p.stack) < 8 {
				l := p.make(p.current())
				_, err := e.Kernel.Call(p.pick().id, "work", l)
				require.NoError(p.t, err)
			}
		case 5:
			l := p.make(p.current())
			id, err := e.Kernel.DelaySet("later", time.Duration(p.rng.IntN(3000))*time.Microsecond, l)
			require.NoError(p.t, err)
			a.timers[id] = l
			a.hold()
		case 6:
			for id := range a.timers {
				_, err := e.Kernel.AlarmRemove(id)
				require.NoError(p.t, err)
				delete(a.timers, id)
				a.release()
				break
			}
		case 7:
			p.create(a)
		case 8:
			a.offload(e)
		case 9:
			a.postback(e)
		case 10:
			c := coroutine.New(e.Kernel, func(pause func() bool) {
				l := p.make(p.current())
				p.queue(l, a, a)
				e.Kernel.Yield("work", l)
			})
			require.False(p.t, c.Resume())
		case 11:
			a.signal(e)
		}
	}
}

func (a *actorModel) offload(e kernel.Event) {
	l := a.p.make(a.p.current())
	a.hold()
	_, err := e.Kernel.Offload("result", func(context.Context) (any, error) { return nil, nil }, l)
	require.NoError(a.p.t, err)
}

func (a *actorModel) result(e kernel.Event) {
	a.handle(func(a *actorModel, e kernel.Event) {
		a.release() // when the event was queued, but it has lived for that since
		a.act(e)
	})(e)
}

func (a *actorModel) postback(e kernel.Event) {
	p, to := a.p, a.p.pick()
	back := to.id.Postback("back")
	l := p.make(p.current()) // also when it is sent from outside: where it was made
	if p.rng.IntN(2) == 0 {
		p.queue(l, to, a)
		back.Post(l)
		back.Release()
		return
	}
	p.queue(l, to, nil)
	to.hold()
	p.backs[l] = back
	p.work.Go(func() { back.Send(l) })
}

// back is the event of a postback. One that was sent from another goroutine is
// released here, so that the model knows when.
func (a *actorModel) back(e kernel.Event) {
	l := a.p.current()
	if back := a.p.backs[l]; back != nil {
		delete(a.p.backs, l)
		back.Release()
		a.release()
	}
	a.act(e)
}

func (a *actorModel) signal(e kernel.Event) {
	p := a.p
	l := p.make(p.current())
	to := p.pick()
	p.queue(l, to, a)
	require.NoError(p.t, e.Kernel.Signal(to.id, "NOTE", l))
}

// Every event of random programs has the cause, and belongs to the trace, that
// the model says, and every cause is an event that was dispatched.
func TestCausesOfRandomPrograms(t *testing.T) {
	seeds := uint64(300)
	if testing.Short() {
		seeds = 30
	}
	total := 0
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { total += causesOf(t, seed) })
	}
	t.Logf("%d events", total)
}

func causesOf(t *testing.T, seed uint64) int {
	p := &random{
		t: t, rng: rand.New(rand.NewPCG(seed, 17)), k: kernel.New(kernel.Options{Logger: slog.New(slog.DiscardHandler)}),
		cause: map[label]label{}, ran: map[label]bool{}, queued: map[label]*waiting{}, left: 150,
		backs: map[label]*kernel.Postback{}, looks: map[*actorModel]label{}, special: map[specialKey]label{},
	}
	o := &spans{}
	stop := p.k.Host().Observe(o, 1)
	for range 3 {
		p.create(nil)
	}
	require.NoError(t, p.k.Run())
	p.work.Wait()
	stop()
	require.Zero(t, o.open, "every Begin has an End")

	byLabel, byID := map[label]observe.Span{}, map[observe.ID]observe.Span{}
	for _, s := range o.all {
		require.NotContains(t, byID, s.ID, "an ID is given once")
		byID[s.ID] = s
		l, ok := labelOf(s)
		switch {
		case s.Kind == observe.Stop:
			l, ok = p.special[specialKey{s.Session.Number, 0}]
			require.True(t, ok)
		case s.Name == "woke":
			l, ok = p.special[specialKey{s.Session.Number, l}]
			require.True(t, ok)
		}
		if ok {
			require.NotContains(t, byLabel, l, "one event, one dispatch")
			byLabel[l] = s
		}
	}
	for l := range p.ran {
		s, ok := byLabel[l]
		require.True(t, ok, "event %d was dispatched and not shown", l)
		want := p.cause[l]
		if want == 0 {
			require.Zero(t, s.Cause, "event %d, %s, begins a trace", l, s.Name)
			require.Equal(t, s.ID, s.Trace)
			continue
		}
		cause := byLabel[want]
		require.Equal(t, cause.ID, s.Cause, "event %d, %s of session %d: the model says %d, %s", l, s.Name, s.Session.Number, want, cause.Name)
		require.Equal(t, cause.Trace, s.Trace)
	}
	for _, s := range o.all {
		if s.Cause != 0 {
			require.Contains(t, byID, s.Cause, "the cause of %s was dispatched", s.Name)
			require.Less(t, s.Cause, s.ID)
		}
	}
	return len(o.all)
}

func labelOf(s observe.Span) (label, bool) {
	args := s.Args
	if s.Name == "back" {
		args = args[1].([]any)
	}
	if len(args) == 0 {
		return 0, false
	}
	l, ok := args[len(args)-1].(label)
	return l, ok
}

// What other tests do not reach of the rules: signals that stop sessions, failing
// handlers, output of wheels, other kernels, timers that are moved.

func TestCauseOfException(t *testing.T) {
	k := kernel.New(kernel.Options{Logger: slog.New(slog.DiscardHandler)})
	o := &spans{}
	k.Host().Observe(o, 1)
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			require.NoError(t, e.Kernel.Sig("DIE", "died"))
			e.Kernel.Yield("fails")
		},
		"fails": func(kernel.Event) { panic("on purpose") },
		"died":  func(e kernel.Event) { e.Kernel.SigHandled() },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	fails, died := o.named(t, "fails"), o.named(t, "died")
	var die observe.Span
	for _, s := range o.all {
		if s.Kind == observe.Exception && s.Name == "_signal" {
			die = s
		}
	}
	require.Equal(t, o.named(t, "_start").ID, fails.Cause)
	require.Equal(t, fails.ID, die.Cause)
	require.Equal(t, die.ID, died.Cause)
	require.Equal(t, fails.Trace, died.Trace)
}

func TestCauseOfOutput(t *testing.T) {
	k := kernel.New()
	o := &spans{}
	k.Host().Observe(o, 1)
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.Yield("asks") },
		"asks": func(e kernel.Event) {
			r, w := pipe(t)
			require.NoError(t, e.Kernel.Host().Watch(w, kernel.Write, "output", readyFunc(func(kernel.Mode) {
				_, err := w.Write([]byte("x"))
				require.NoError(t, err)
				e.Kernel.Host().Unwatch(e.Session, w, kernel.Write)
			})))
			require.NoError(t, e.Kernel.Host().Watch(r, kernel.Read, "input", readyFunc(func(kernel.Mode) {
				e.Kernel.Host().Unwatch(e.Session, r, kernel.Read)
				e.Kernel.Yield("done")
			})))
			e.Kernel.Host().TryWrite(w)
		},
		"done": func(kernel.Event) {},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	output, input, done := o.named(t, "output"), o.named(t, "input"), o.named(t, "done")
	require.Equal(t, o.named(t, "asks").ID, output.Cause)
	require.Zero(t, input.Cause, "what is read begins a trace")
	require.Equal(t, input.ID, done.Cause)
	require.Equal(t, input.ID, done.Trace)
}

func TestCauseInAnotherKernel(t *testing.T) {
	k, far := kernel.New(), kernel.New()
	o, there := &spans{}, &spans{}
	k.Host().Observe(o, 1)
	far.Host().Observe(there, 1)
	to, err := session.Inline(far, session.Funcs{
		"_start": func(e kernel.Event) { require.NoError(t, e.Kernel.AliasSet("far")); e.Kernel.Hold("the test") },
		"asked": func(e kernel.Event) {
			require.NoError(t, e.Kernel.Post(e.Sender, "answer"))
			e.Kernel.Stop()
		},
	})
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- far.Run() }()
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			_, err := e.Kernel.RefcountIncrement(e.Session, "answer")
			require.NoError(t, err)
			require.NoError(t, e.Kernel.Post(to.ID(), "asked"))
		},
		"answer": func(e kernel.Event) {
			_, err := e.Kernel.RefcountDecrement(e.Session, "answer")
			require.NoError(t, err)
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	<-ended
	var asked observe.Span
	for _, s := range there.all {
		if s.Name == "asked" {
			asked = s
		}
	}
	require.Equal(t, o.all[0].ID, asked.Cause)
	require.Equal(t, asked.ID, o.named(t, "answer").Cause)
	require.Equal(t, o.all[0].Trace, o.named(t, "answer").Trace)
}

// Of one event in N the times are taken, and an observer costs no memory.
func TestSamplingAllocatesNothing(t *testing.T) {
	k := kernel.New()
	n, sampled, called := 0, 0, [2]int{}
	o := &counting{begin: func(s *observe.Span) {
		if n++; s.Sampled {
			sampled++
		}
	}}
	stop := k.Host().Observe(o, 64)
	var allocs float64
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			allocs = testing.AllocsPerRun(10_000, func() {
				_, err := e.Kernel.Call(e.Session, "nothing")
				require.NoError(t, err)
			})
			n, sampled = 0, 0
			e.Kernel.Yield("next")
		},
		"nothing": func(kernel.Event) {},
		"next": func(e kernel.Event) {
			if n < 20_000 {
				e.Kernel.Yield("next")
			}
			before := sampled
			_, err := e.Kernel.Call(e.Session, "nothing")
			require.NoError(t, err)
			called[sampled-before]++
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Zero(t, allocs)
	n -= called[0] + called[1]
	sampled -= called[1]
	require.InDelta(t, called[1], sampled, 4, "what is called in a sampled event is sampled")
	require.InDelta(t, n/64, sampled, float64(n/64)/2)
	before := n
	stop()
	stop()
	_, err = session.Inline(k, session.Funcs{"_start": func(kernel.Event) {}})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Equal(t, before, n)
}

type counting struct{ begin func(*observe.Span) }

func (c *counting) Begin(s *observe.Span) { c.begin(s) }
func (c *counting) End(*observe.Span)     {}
