package sim_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/poetest/sim"
	"github.com/gopoe/poe/session"
)

// nodeWorld are three nodes that post to each other, call each other and watch each
// other's sessions, each all others.
type nodeWorld struct {
	w       *sim.World
	names   []string
	nodes   map[string]*nodeHost // the present life of each
	handled map[string]int       // number of the last post, by sender, life and receiver
	called  map[string]bool      // calls that were carried out
	arrived map[string]int       // posts, by sender, life and receiver
	faults  []error

	busy, lost, failedCalls, gone bool
}

func (nw *nodeWorld) fail(format string, args ...any) {
	nw.faults = append(nw.faults, fmt.Errorf(format, args...))
}

// nodeHost is the program of a host, in one life.
type nodeHost struct {
	nw     *nodeWorld
	h      *sim.Host
	n      *node.Node
	key    string // name and life
	posted map[string]int
	lost   map[string]int
	waits  map[string]bool // for a free window
	up     map[string]bool
	calls  map[int]time.Duration // that wait for their answer, since when
	next   int
}

func (nw *nodeWorld) start(h *sim.Host) {
	p := &nodeHost{
		nw: nw, h: h, key: fmt.Sprintf("%s.%d", h.Name(), h.Lives()), posted: map[string]int{}, lost: map[string]int{},
		waits: map[string]bool{}, up: map[string]bool{}, calls: map[int]time.Duration{},
	}
	nw.nodes[h.Name()] = p
	peers := map[string]string{}
	for _, name := range nw.names {
		if name != h.Name() {
			peers[name] = name + ":7700"
		}
	}
	var err error
	p.n, err = node.Start(h.Kernel, node.Config{
		Name: h.Name(), Listen: h.Name() + ":7700", Peers: peers, Network: h.Network(), Window: 32,
		Lost: func(l node.Loss) {
			p.lost[l.To.Node] += l.Count
			nw.lost = true
		},
	})
	if err == nil {
		err = p.n.Expose("sink", "post", "call")
	}
	if err == nil {
		err = p.n.Expose("mayfly", "nothing")
	}
	if err == nil {
		_, err = session.Inline(h.Kernel, session.Funcs{
			"_start": p.begin, "post": p.post, "call": p.call, "send": p.send, "answer": p.answer, "node": p.node,
			"writable": p.writable, "gone": p.gone, "ask": p.ask, "hatch": p.hatch,
		})
	}
	if err != nil {
		panic(err)
	}
}

func (p *nodeHost) check(err error) {
	if err != nil {
		p.nw.fail("%s: %v", p.key, err)
	}
}

func (p *nodeHost) each(f func(name string)) {
	for _, name := range p.nw.names {
		if name != p.h.Name() {
			f(name)
		}
	}
}

func (p *nodeHost) soon(most time.Duration) time.Duration {
	return time.Duration(p.h.Kernel.Rand().Int64N(int64(most)))
}

func (p *nodeHost) begin(e kernel.Event) {
	p.check(e.AliasSet("sink"))
	p.each(func(name string) { p.check(p.n.WatchNode(name, "node")) })
	p.check(e.Delay("send", p.soon(100*time.Millisecond)))
	p.check(e.Delay("ask", p.soon(time.Second)))
	p.check(e.Delay("hatch", p.soon(time.Second)))
}

// send posts to the others, until there is peace for a while.
func (p *nodeHost) send(e kernel.Event) {
	p.each(func(name string) {
		for range 1 + p.h.Kernel.Rand().IntN(20) {
			if p.waits[name] {
				return
			}
			err := e.Post(p.n.To(node.Address{Node: name, Alias: "sink"}), "post", p.key, p.posted[name]+1)
			switch {
			case err == nil:
				p.posted[name]++
			case errors.Is(err, node.ErrBusy):
				p.nw.busy, p.waits[name] = true, true
				p.check(p.n.NotifyWritable(name, "writable"))
			case !errors.Is(err, node.ErrUnreachable):
				p.check(err)
			}
		}
	})
	if p.nw.w.Now() < 50*time.Second {
		p.check(e.Delay("send", p.soon(400*time.Millisecond)))
	}
}

func (p *nodeHost) writable(e kernel.Event) { delete(p.waits, kernel.Arg[string](e, 0)) }

func (p *nodeHost) post(e kernel.Event) {
	from, n := kernel.Arg[string](e, 0), int(kernel.Arg[int64](e, 1))
	way := from + " to " + p.h.Name()
	if last := p.nw.handled[way]; n <= last {
		p.nw.fail("post %d of %s comes after post %d", n, way, last)
	}
	p.nw.handled[way] = n
	p.nw.arrived[way]++
}

// ask calls the others.
func (p *nodeHost) ask(e kernel.Event) {
	p.each(func(name string) {
		p.next++
		err := p.n.Call(node.Address{Node: name, Alias: "sink"}, "call", []any{p.key, p.next}, "answer", p.next)
		switch {
		case err == nil:
			p.calls[p.next] = p.nw.w.Now()
		case !errors.Is(err, node.ErrUnreachable) && !errors.Is(err, node.ErrBusy):
			p.check(err)
		}
	})
	p.check(e.Delay("ask", p.soon(2*time.Second)))
}

func (p *nodeHost) call(e kernel.Event) {
	id := fmt.Sprintf("%s %d", e.Arg(0), e.Arg(1))
	if p.nw.called[id] {
		p.nw.fail("call %s is carried out twice", id)
	}
	p.nw.called[id] = true
	e.Return(kernel.Arg[int64](e, 1))
}

func (p *nodeHost) answer(e kernel.Event) {
	n := kernel.Arg[int](e, 2)
	if _, pending := p.calls[n]; !pending {
		p.nw.fail("%s: a second answer to call %d", p.key, n)
	}
	delete(p.calls, n)
	if e.Arg(1) != nil {
		p.nw.failedCalls = true
		return
	}
	if e.Arg(0) != int64(n) {
		p.nw.fail("%s: call %d is answered with %v", p.key, n, e.Arg(0))
	}
}

func (p *nodeHost) node(e kernel.Event) {
	s := kernel.Arg[node.NodeState](e, 0)
	p.up[s.Node] = s.Up
}

// hatch starts a session that lives for a moment, and watches those of the others.
func (p *nodeHost) hatch(e kernel.Event) {
	if _, taken := e.AliasResolve("mayfly"); !taken {
		_, err := session.Inline(p.h.Kernel, session.Funcs{
			"_start": func(e kernel.Event) {
				p.check(e.AliasSet("mayfly"))
				p.check(e.Delay("die", p.soon(3*time.Second)))
			},
			"die": func(e kernel.Event) { p.check(e.AliasRemove("mayfly")) },
		})
		p.check(err)
	}
	p.each(func(name string) {
		seen, seconds := false, 0
		_, err := session.Inline(p.h.Kernel, session.Funcs{
			"_start": func(e kernel.Event) {
				if _, err := p.n.Watch(node.Address{Node: name, Alias: "mayfly"}, "gone"); err == nil {
					p.check(e.Delay("late", time.Second))
				}
			},
			"gone": func(e kernel.Event) {
				if seen {
					p.nw.fail("%s is told twice of one end", p.key)
				}
				if seen = true; e.Arg(1) == nil {
					p.nw.gone = true
				}
			},
			"late": func(e kernel.Event) { // a second in which the host did not stand still
				if seconds++; !seen && seconds < 20 {
					p.check(e.Delay("late", time.Second))
				} else if !seen {
					p.nw.fail("%s is not told of an end on %s", p.key, name)
				}
			},
		})
		p.check(err)
	})
	p.check(e.Delay("hatch", p.soon(4*time.Second)))
}

func (p *nodeHost) gone(kernel.Event) {}

func TestNodes(t *testing.T) {
	t.Parallel()
	config := sim.Config{Seeds: 10, Duration: 40 * time.Second, Settle: 40 * time.Second, Net: sim.Net{Jitter: 5 * time.Millisecond, Loss: 0.002}, Faults: sim.Hostile()}
	sim.Run(t, config, func(w *sim.World) {
		nw := &nodeWorld{
			w: w, names: []string{"alpha", "beta", "gamma"}, nodes: map[string]*nodeHost{}, handled: map[string]int{},
			called: map[string]bool{}, arrived: map[string]int{},
		}
		for _, name := range nw.names {
			w.Host(name, nw.start)
		}
		w.Always("posts come in order and once, calls are carried out once and answered once, ends are told once", func() error {
			return errors.Join(nw.faults...)
		})
		w.Always("no call waits for longer than its time", func() error { return nw.overdue() })
		w.Eventually("nodes see each other, and nobody waits for a window", nw.connected)
		w.Eventually("what has not arrived was reported as lost", nw.accounted)
		nw.hope()
	})
}

// hope notes what the worlds should come to.
func (nw *nodeWorld) hope() {
	nw.w.Sometimes("a window is full", nw.busy)
	nw.w.Sometimes("posts are lost", nw.lost)
	nw.w.Sometimes("calls fail", nw.failedCalls)
	nw.w.Sometimes("the end of a session is told", nw.gone)
}

// overdue looks for calls whose time is over. A host that stood still has to catch
// up first.
func (nw *nodeWorld) overdue() error {
	for _, name := range nw.names {
		p := nw.nodes[name]
		for n, since := range p.calls {
			if p.h.Up() && nw.w.Now() > since+25*time.Second {
				return fmt.Errorf("%s waits for the answer to call %d since %v", p.key, n, since)
			}
		}
	}
	return nil
}

func (nw *nodeWorld) connected() error {
	nw.hope()
	for _, name := range nw.names {
		p := nw.nodes[name]
		for _, other := range nw.names {
			if other != name && !p.up[other] {
				return fmt.Errorf("%s does not see %s", p.key, other)
			}
			if p.waits[other] {
				return fmt.Errorf("%s waits for a window to %s", p.key, other)
			}
		}
	}
	return nil
}

func (nw *nodeWorld) accounted() error {
	for _, name := range nw.names {
		p := nw.nodes[name]
		for _, other := range nw.names {
			way := p.key + " to " + other
			if missing := p.posted[other] - nw.arrived[way]; missing > p.lost[other] {
				return fmt.Errorf("%s: %d posts, %d have arrived, %d are reported as lost", way, p.posted[other], nw.arrived[way], p.lost[other])
			}
		}
	}
	return nil
}
