package sim_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/cluster"
	"github.com/gopoe/poe/poetest/sim"
	"github.com/gopoe/poe/session"
)

// clusterWorld are three nodes of a cluster which claim and release aliases, watch
// them, and publish news to each other.
type clusterWorld struct {
	w       *sim.World
	names   []string
	aliases []string
	hosts   map[string]*clusterHost // the present life of each
	news    map[string]int          // the last that came, by publisher, life and reader
	ticks   map[string]int          // that came in peace, by alias and host
	turns   map[string]uint64       // of each host, when it was looked at
	faults  []error

	taken, lost, twoOwners, heard bool
}

func (cw *clusterWorld) fail(format string, args ...any) {
	cw.faults = append(cw.faults, fmt.Errorf(format, args...))
}

// clusterHost is the program of a host, in one life.
type clusterHost struct {
	cw      *clusterWorld
	h       *sim.Host
	c       *cluster.Cluster
	key     string
	holds   map[string]bool          // aliases that a session here has claimed and not lost
	seen    map[string]cluster.Owner // what was told of the aliases
	printed int
}

func (cw *clusterWorld) start(h *sim.Host) {
	p := &clusterHost{cw: cw, h: h, key: fmt.Sprintf("%s.%d", h.Name(), h.Lives()), holds: map[string]bool{}, seen: map[string]cluster.Owner{}}
	cw.hosts[h.Name()] = p
	seeds := map[string]string{}
	for _, name := range cw.names {
		seeds[name] = name + ":7700"
	}
	n, err := node.Start(h.Kernel, node.Config{Name: h.Name(), Listen: seeds[h.Name()], Strangers: true, Network: h.Network(), Lost: func(node.Loss) {}})
	if err != nil {
		panic(err)
	}
	if p.c, err = cluster.Join(n, cluster.Config{Seeds: seeds}); err != nil {
		panic(err)
	}
	for _, alias := range cw.aliases {
		p.watcher(alias)
	}
	if _, err := session.Inline(h.Kernel, session.Funcs{
		"_start": func(e kernel.Event) {
			p.check(e.AliasSet("reader"))
			p.check(p.c.Subscribe("news", "paper"))
			p.check(e.Delay("print", p.soon(time.Second)))
		},
		"print": p.print, "paper": p.paper,
	}); err != nil {
		panic(err)
	}
}

func (p *clusterHost) check(err error) {
	if err != nil {
		p.cw.fail("%s: %v", p.key, err)
	}
}

func (p *clusterHost) soon(most time.Duration) time.Duration {
	return time.Duration(p.h.Kernel.Rand().Int64N(int64(most)))
}

// print publishes, and posts to the aliases.
func (p *clusterHost) print(e kernel.Event) {
	p.printed++
	_ = p.c.Publish("news", p.key, p.printed) // a node that is down gets none
	for _, alias := range p.cw.aliases {
		if p.cw.w.Now() > 70*time.Second {
			_ = e.Post(p.c.Alias(alias), "tick") // there may be no owner
		}
	}
	p.check(e.Delay("print", 100*time.Millisecond+p.soon(time.Second)))
}

func (p *clusterHost) paper(e kernel.Event) {
	from := kernel.Arg[string](e, 0)
	n, local := e.Arg(1).(int)
	if !local {
		n = int(kernel.Arg[int64](e, 1))
		p.cw.heard = true
	}
	way := from + " to " + p.key
	if last := p.cw.news[way]; n <= last {
		p.cw.fail("paper %d of %s comes after paper %d", n, way, last)
	}
	p.cw.news[way] = n
}

// watcher claims an alias now and then, and gives it up again.
func (p *clusterHost) watcher(alias string) {
	_, err := session.Inline(p.h.Kernel, session.Funcs{
		"_start": func(e kernel.Event) {
			p.check(p.c.WatchAlias(alias, "owner"))
			p.check(e.Delay("turn", p.soon(4*time.Second)))
		},
		"turn": func(e kernel.Event) {
			p.turn(e, alias)
			p.check(e.Delay("turn", p.soon(4*time.Second)))
		},
		"owner": func(e kernel.Event) {
			o := kernel.Arg[cluster.Owner](e, 0)
			if before := p.seen[alias]; o.Epoch < before.Epoch {
				p.cw.fail("%s: %v comes after %v", p.key, o, before)
			}
			p.seen[alias] = o
		},
		"lost": func(e kernel.Event) {
			p.cw.lost = true
			if !p.holds[alias] {
				p.cw.fail("%s loses %s, which it does not have", p.key, alias)
			}
			delete(p.holds, alias)
		},
		"tick": func(kernel.Event) { p.cw.ticks[alias+" on "+p.h.Name()]++ },
	})
	p.check(err)
}

func (p *clusterHost) turn(e kernel.Event, alias string) {
	if p.holds[alias] {
		if p.h.Kernel.Rand().IntN(3) == 0 && p.cw.w.Now() < 50*time.Second {
			p.check(p.c.Release(alias))
			delete(p.holds, alias)
		}
		return
	}
	switch err := p.c.Claim(alias, "lost", "tick"); {
	case err == nil:
		p.holds[alias] = true
	case errors.Is(err, cluster.ErrTaken):
		p.cw.taken = true
	case !errors.Is(err, kernel.ErrAliasInUse): // by a session that is about to be told that it has lost it
		p.check(err)
	}
}

// owns checks that whoever is the owner in its own eyes has the alias. That the alias
// is lost is told by an event.
func (cw *clusterWorld) owns() error {
	changed := false
	for _, name := range cw.names {
		p := cw.hosts[name]
		if !p.h.Up() || p.h.Turns() == cw.turns[name] {
			continue // it has what it had
		}
		changed, cw.turns[name] = true, p.h.Turns()
		for _, alias := range cw.aliases {
			_, here := p.h.Kernel.AliasResolve(alias)
			if mine := p.c.Owner(alias).Node == name; mine != here {
				return fmt.Errorf("%s: owner of %s: %v, has the alias: %v", p.key, alias, p.c.Owner(alias), here)
			}
		}
	}
	if !changed {
		return nil
	}
	for _, alias := range cw.aliases {
		owners := 0
		for _, name := range cw.names {
			if p := cw.hosts[name]; p.h.Up() && p.holds[alias] {
				owners++
			}
		}
		cw.twoOwners = cw.twoOwners || owners > 1
	}
	return nil
}

// healed checks that all see all, that each alias has one owner, on which all agree
// and on its epoch, and that posts reach it.
func (cw *clusterWorld) healed() error {
	cw.hope()
	for _, name := range cw.names {
		p := cw.hosts[name]
		var members []string
		for _, m := range p.c.Members() {
			members = append(members, m.Name)
		}
		if !slices.Equal(members, cw.names) {
			return fmt.Errorf("%s sees %v", p.key, members)
		}
	}
	for _, alias := range cw.aliases {
		want := cw.hosts[cw.names[0]].c.Owner(alias)
		for _, name := range cw.names {
			p := cw.hosts[name]
			if o := p.c.Owner(alias); o != want || p.seen[alias] != o {
				return fmt.Errorf("%s: owner of %s: %v, was told %v; %s: %v", p.key, alias, o, p.seen[alias], cw.names[0], want)
			}
			if p.holds[alias] != (name == want.Node) {
				return fmt.Errorf("%s holds %s: %v; the owner is %v", p.key, alias, p.holds[alias], want)
			}
		}
		if want.Node == "" || cw.ticks[alias+" on "+want.Node] == 0 {
			return fmt.Errorf("nothing has reached %s, of %v", alias, want)
		}
	}
	return nil
}

func (cw *clusterWorld) hope() {
	cw.w.Sometimes("an alias is taken", cw.taken)
	cw.w.Sometimes("a session loses an alias", cw.lost)
	cw.w.Sometimes("an alias has two owners for a while", cw.twoOwners)
	cw.w.Sometimes("news come of another node", cw.heard)
}

func TestCluster(t *testing.T) {
	t.Parallel()
	config := sim.Config{Seeds: 10, Duration: 45 * time.Second, Settle: 45 * time.Second, Net: sim.Net{Jitter: 5 * time.Millisecond, Loss: 0.002}, Faults: sim.Hostile()}
	sim.Run(t, config, func(w *sim.World) {
		cw := &clusterWorld{
			w: w, names: []string{"east", "north", "west"}, aliases: []string{"throne", "ledger", "bell"},
			hosts: map[string]*clusterHost{}, news: map[string]int{}, ticks: map[string]int{}, turns: map[string]uint64{},
		}
		for _, name := range cw.names {
			w.Host(name, cw.start)
		}
		cw.hope()
		w.Always("news come in order and once; epochs of an alias never go back; only what is held is lost", func() error {
			return errors.Join(cw.faults...)
		})
		w.Always("the owner in its own eyes has the alias", cw.owns)
		w.Eventually("all see all, each alias has one owner and one epoch for all, and posts reach it", cw.healed)
	})
}
