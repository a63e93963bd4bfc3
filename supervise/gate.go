package supervise

import (
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// gate is the heap of the session that owns a child's alias. Events that reach
// it are handled by the child's session at once, with their own sender, so that
// none is queued for a session that may end before its turn.
type gate struct {
	sup   *Supervisor
	child *child
	id    kernel.ID
	kept  []keptEvent
}

// keptEvent is an event that waits for the child's next session.
type keptEvent struct {
	from  kernel.ID
	event string
	args  []any
}

func ignore(*gate, kernel.Event) {}

var gateStates = session.States[gate]{
	"_start":          func(*gate, kernel.Event) {},
	"_stop":           ignore,
	"_child":          ignore,
	"_parent":         ignore,
	"_default":        (*gate).pass,
	"supervise_open":  (*gate).open,
	"supervise_close": (*gate).close,
	"supervise_flush": (*gate).flush,
}

// newGate makes the gate of a child.
func newGate(s *Supervisor, c *child) (*gate, error) {
	g := &gate{sup: s, child: c}
	return g, g.reopen()
}

// reopen sets the alias, in a session of the gate's own below the supervisor's.
// It has to be a new one after the alias was dropped: nothing else keeps it.
func (g *gate) reopen() error {
	if !g.id.Alive() {
		var made *session.Session
		var err error
		g.sup.in(func(kernel.Event) { made, err = session.Create(g.sup.k, g, gateStates) })
		if err != nil {
			return err
		}
		g.id = made.ID()
	}
	return g.call("supervise_open")
}

// call runs one of the gate's own handlers, which return an error or nil.
func (g *gate) call(event string) error {
	v, err := g.sup.k.Call(g.id, event)
	if err != nil {
		return err
	}
	failed, _ := v.(error)
	return failed
}

// open sets the alias, and passes on what was kept.
func (g *gate) open(e kernel.Event) {
	if err := e.AliasSet(g.child.spec.Alias); err != nil {
		e.Return(err)
		return
	}
	e.Yield("supervise_flush")
}

func (g *gate) close(e kernel.Event) { _ = e.AliasRemove(g.child.spec.Alias) }

func (g *gate) ready() bool {
	return (g.child.state == Running || g.child.state == Stopping) && !g.child.doomed
}

// pass handles an event for the child's alias.
func (g *gate) pass(e kernel.Event) {
	event := kernel.Arg[string](e, 0)
	args := kernel.Arg[[]any](e, 1)
	switch {
	case g.ready() && len(g.kept) == 0:
		if value, ok := g.deliver(e.Sender, event, args); ok {
			e.Return(value)
		}
	case g.child.spec.WhileDown != Keep, len(g.kept) >= g.limit():
		g.deadLetter(keptEvent{e.Sender, event, args})
	default:
		g.kept = append(g.kept, keptEvent{e.Sender, event, args})
	}
}

func (g *gate) limit() int {
	if g.child.spec.MaxKept > 0 {
		return g.child.spec.MaxKept
	}
	return DefaultMaxKept
}

// deliver runs the child's handler and reports whether there is a value.
func (g *gate) deliver(from kernel.ID, event string, args []any) (value any, ok bool) {
	value, threw, err := g.sup.k.Host().Deliver(g.child.id, from, event, args...)
	if err != nil {
		g.deadLetter(keptEvent{from, event, args})
		return nil, false
	}
	if threw {
		g.child.doomed = true // until the supervisor has seen the signal DIE
	}
	return value, !threw
}

// flush passes on what was kept, one event at a time: an exception in one has
// become DIE, and been dealt with, before the next.
func (g *gate) flush(e kernel.Event) {
	if !g.ready() || len(g.kept) == 0 {
		return
	}
	next := g.kept[0]
	g.kept = g.kept[1:]
	if len(g.kept) > 0 {
		e.Yield("supervise_flush")
	}
	g.deliver(next.from, next.event, next.args)
}

// down applies the rule for the time in which the child does not run; gone
// means that there will be no next session.
func (g *gate) down(gone bool) {
	if gone || g.child.spec.WhileDown == Refuse {
		_ = g.call("supervise_close")
	}
	if gone {
		for _, k := range g.kept {
			g.deadLetter(k)
		}
		g.kept = nil
	}
}

func (g *gate) deadLetter(k keptEvent) {
	g.sup.k.Host().DeadLetter(kernel.DeadLetter{To: kernel.Alias(g.child.spec.Alias), From: k.from, Event: k.event, Args: k.args})
}
