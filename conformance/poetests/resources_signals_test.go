//go:build unix

package poetests_test

import (
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
)

// heard is a session that notes the signals it gets, with all their arguments.
type heard struct {
	id   kernel.ID
	got  [][]any
	over bool
}

func (p *proof) hearing(k *kernel.Kernel, handles bool, watch func(k *kernel.Kernel)) *heard {
	h := &heard{}
	note := func(e kernel.Event) {
		h.got = append(h.got, append([]any{e.Name}, e.Args...))
		if handles {
			e.Kernel.SigHandled()
		}
	}
	h.id = p.start(k, states{
		"_start":  func(e kernel.Event) { watch(e.Kernel); e.Kernel.Delay("end", time.Hour) },
		"end":     nothing,
		"clear":   func(e kernel.Event) { e.Kernel.SigClear(kernel.Arg[string](e, 0)) },
		"event-1": note, "event-2": note, "event-3": note,
		"_stop": func(kernel.Event) { h.over = true },
	})
	return h
}

// t/20_resources/00_base/signals: who watches what with which arguments, the
// classes of signals, and what becomes of the sessions that one has visited.
func TestResourcesSignals(t *testing.T) {
	perLoop(t, func(p *proof) {
		p.signalWatchers()
		for _, c := range []struct {
			signal         string
			handled, stops bool
		}{
			{"nonexistent", false, false}, {"nonexistent", true, false},
			{"QUIT", false, true}, {"QUIT", true, false},
			{"INT", false, true}, {"INT", true, false},
			{"UIDESTROY", false, true}, {"UIDESTROY", true, true},
			{"ZOMBIE", false, true}, {"ZOMBIE", true, true},
		} {
			p.signalEnds(c.signal, c.handled, c.stops)
		}
	})
}

func (p *proof) signalWatchers() {
	k := p.virtual()
	one := p.hearing(k, true, func(k *kernel.Kernel) {
		p.is().NoError(k.Sig("signal-1", "event-1", 1, 2, 3))
		p.is().NoError(k.Sig("signal-2", "event-2", 4, 5, 6))
	})
	two := p.hearing(k, true, func(k *kernel.Kernel) { p.is().NoError(k.Sig("signal-2", "event-3")) })
	send := func(signal string) {
		p.is().NoError(k.Signal(k.ID(), signal))
		_, err := k.RunOneTimeslice()
		p.ok(err)
	}
	send("signal-0")
	p.is().Empty(one.got)
	p.is().Empty(two.got)
	send("signal-1")
	send("signal-2")
	p.is().Equal([][]any{{"event-1", "signal-1", 1, 2, 3}, {"event-2", "signal-2", 4, 5, 6}}, one.got)
	p.is().Equal([][]any{{"event-3", "signal-2"}}, two.got)
	_, err := k.Call(one.id, "clear", "signal-2")
	p.is().NoError(err)
	_, err = k.Call(one.id, "clear", "never watched")
	p.is().NoError(err)
	send("signal-2")
	send("signal-1")
	p.is().Len(one.got, 3)
	p.is().Len(two.got, 2)
	p.is().NoError(k.Host().StopSession(one.id))
	send("signal-1")
	send("signal-2")
	p.is().Len(one.got, 3, "it has ended")
	p.is().Len(two.got, 3)
	k.Stop()
	p.run(k)
}

// signalEnds sends a signal that a session handles, or not.
func (p *proof) signalEnds(signal string, handled, stops bool) {
	k := p.virtual()
	h := p.hearing(k, handled, func(k *kernel.Kernel) { k.Sig(signal, "event-1") })
	if signal == "UIDESTROY" {
		k.UIDestroy()
	} else {
		p.is().NoError(k.Signal(h.id, signal))
	}
	for range 3 {
		_, err := k.RunOneTimeslice()
		p.ok(err)
		if len(h.got) > 0 {
			break
		}
	}
	p.is().Equal([][]any{{"event-1", signal}}, h.got)
	p.is().Equal(stops, h.over, "%s, handled: %v", signal, handled)
	k.Stop()
	p.run(k)
}
