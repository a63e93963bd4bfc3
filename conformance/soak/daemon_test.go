package soak

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/session/nfa"
)

// must ends a handler with an exception if something failed that never should.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// daemon is the program under test. Its parts are sessions with these aliases:
// intake, which listens; aggregate, which adds up; uplink, which forwards; and
// health, a state machine.
type daemon struct {
	listener *kernel.Handle
	dial     func(done func(*kernel.Handle, error)) // upstream
	first    int                                    // what batches are numbered from
	jumps    bool                                   // the time of day may be set
	took     int                                    // the sum of what came in
	rotated  int                                    // how often the log was turned
	reloads  int
	killed   int // connections that were closed for what they sent
	downs    int // how often health went down
	refused  int // connections upstream that were refused
	failed   int // calls of accept
}

func (d *daemon) start(k *kernel.Kernel) error {
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			must(e.Kernel.AliasSet("daemon"))
			must(e.Kernel.Sig("HUP", "reload"))
			d.startHealth(e.Kernel)
			for _, start := range []func(*kernel.Kernel) error{d.startAggregate, d.startUplink, d.startIntake} {
				must(start(e.Kernel))
			}
		},
		"_child": func(kernel.Event) {},
		"reload": func(e kernel.Event) { d.reloads++; e.Kernel.SigHandled() },
	})
	return err
}

// intake listens.
type intake struct {
	*daemon
	connections int
}

var intakeStates = session.States[intake]{
	"_start":   (*intake).start,
	"_child":   (*intake).child,
	"incoming": (*intake).incoming,
	"died":     (*intake).died,
	"count":    func(i *intake, e kernel.Event) { e.Return(i.connections) },
	"_stop":    func(*intake, kernel.Event) {},
}

func (d *daemon) startIntake(k *kernel.Kernel) error {
	_, err := session.Create(k, &intake{daemon: d}, intakeStates)
	return err
}

func (i *intake) start(e kernel.Event) {
	must(e.Kernel.AliasSet("intake"))
	must(e.Kernel.Sig("DIE", "died"))
	_, err := e.Kernel.Host().Own(i.listener, "the listener")
	must(err)
	must(e.Kernel.SelectRead(i.listener, "incoming"))
}

func (i *intake) incoming(e kernel.Event) {
	for {
		h, _, err := i.listener.Accept()
		if err != nil {
			if !errors.Is(err, kernel.ErrWouldBlock) {
				i.failed++
			}
			return
		}
		_, err = session.Create(e.Kernel, &connection{daemon: i.daemon}, connectionStates, h)
		must(err)
	}
}

func (i *intake) child(e kernel.Event) {
	switch e.Arg(0) {
	case "create":
		i.connections++
	case "lose":
		i.connections--
	}
}

// died closes the one connection whose handler has thrown.
func (i *intake) died(e kernel.Event) {
	x := kernel.Arg[*kernel.Exception](e, 1)
	if x.Dest == e.Session {
		return
	}
	i.killed++
	e.Kernel.SigHandled()
	must(e.Kernel.Signal(x.Dest, "TERM"))
}

// connection is one client's.
type connection struct {
	*daemon
	w *wire
}

var connectionStates = session.States[connection]{
	"_start":   (*connection).start,
	"_stop":    func(*connection, kernel.Event) {},
	"readable": func(c *connection, _ kernel.Event) { c.w.readable() },
	"writable": func(c *connection, _ kernel.Event) { c.w.writable() },
	"idle":     func(c *connection, _ kernel.Event) { must(c.w.close()) },
}

func (c *connection) start(e kernel.Event) {
	line := func(text string) {
		must(e.Kernel.Delay("idle", time.Minute))
		c.metric(e.Kernel, text)
	}
	gone := func(error) {
		must(e.Kernel.DelayClear("idle"))
		must(c.w.close())
	}
	var err error
	c.w, err = open(e.Kernel, kernel.Arg[*kernel.Handle](e, 0), line, gone)
	must(err)
	must(e.Kernel.Delay("idle", time.Minute))
}

// metric takes a line "name value"; anything else is thrown.
func (c *connection) metric(k *kernel.Kernel, line string) {
	name, number, _ := strings.Cut(line, " ")
	value, err := strconv.Atoi(number)
	if err != nil {
		panic(fmt.Errorf("bad line %q: %w", line, err))
	}
	c.took += value
	must(k.Post(kernel.Alias("aggregate"), "metric", name, value))
	must(c.w.send("ok"))
}

// aggregate adds up and hands on once a minute.
type aggregate struct {
	*daemon
	sums map[string]int
}

var aggregateStates = session.States[aggregate]{
	"_start": (*aggregate).start,
	"_stop":  func(*aggregate, kernel.Event) {},
	"metric": func(a *aggregate, e kernel.Event) { a.sums[kernel.Arg[string](e, 0)] += kernel.Arg[int](e, 1) },
	"flush":  (*aggregate).flush,
	"rotate": (*aggregate).rotate,
}

func (d *daemon) startAggregate(k *kernel.Kernel) error {
	_, err := session.Create(k, &aggregate{daemon: d, sums: map[string]int{}}, aggregateStates)
	return err
}

func (a *aggregate) start(e kernel.Event) {
	must(e.Kernel.AliasSet("aggregate"))
	must(e.Kernel.Delay("flush", time.Minute))
	a.nextMidnight(e.Kernel)
}

func (a *aggregate) flush(e kernel.Event) {
	must(e.Kernel.Delay("flush", time.Minute))
	total := 0
	for _, sum := range a.sums {
		total += sum
	}
	clear(a.sums)
	if total > 0 {
		must(e.Kernel.Post(kernel.Alias("uplink"), "batch", total))
	}
}

func (a *aggregate) nextMidnight(k *kernel.Kernel) {
	midnight := k.Now().Truncate(24 * time.Hour).Add(24 * time.Hour)
	must(k.Alarm("rotate", midnight))
}

func (a *aggregate) rotate(e kernel.Event) {
	a.rotated++
	if at := e.Kernel.Now(); !a.jumps && (at.Hour() != 0 || at.Minute() != 0) {
		panic(fmt.Errorf("midnight at %v", at))
	}
	a.nextMidnight(e.Kernel)
}

// startHealth makes the state machine that knows whether the uplink is up.
func (d *daemon) startHealth(k *kernel.Kernel) {
	ignore := func(*daemon, nfa.Event) {}
	to := func(state, entry string) func(*daemon, nfa.Event) {
		return func(_ *daemon, e nfa.Event) { must(e.Machine.GotoState(state, entry)) }
	}
	m, err := nfa.Spawn(k, d, nfa.States[daemon]{
		"down": {
			"setup": func(_ *daemon, e nfa.Event) { must(e.Kernel.AliasSet("health")) },
			"enter": func(d *daemon, e nfa.Event) { d.downs++; must(e.Kernel.Delay("alert", 5*time.Minute)) },
			"alert": ignore,
			"leave": func(_ *daemon, e nfa.Event) { must(e.Kernel.DelayClear("alert")) },
			"up":    to("up", ""),
			"down":  ignore,
		},
		"up": {"down": to("down", "enter"), "up": ignore, "alert": ignore},
	})
	must(err)
	must(m.GotoState("down", "setup"))
}
