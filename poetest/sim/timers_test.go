package sim_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/gopoe/poe/component/pubsub"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest/sim"
	"github.com/gopoe/poe/session"
)

// timerWorld is hosts that do nothing but set timers and take them back, while their
// clocks jump, they stand still, and crash.
type timerWorld struct {
	w      *sim.World
	faults []error
	fired  int
	timers map[*sim.Host]map[kernel.AlarmID]*pendingTimer
}

type pendingTimer struct {
	due    time.Duration // by the world's time
	serial int
}

const timerPause = 4 * time.Second

func (tw *timerWorld) fail(format string, args ...any) {
	tw.faults = append(tw.faults, fmt.Errorf(format, args...))
}

func (tw *timerWorld) boot(h *sim.Host) {
	pending := map[kernel.AlarmID]*pendingTimer{}
	tw.timers[h] = pending
	serial := 0
	last := pendingTimer{due: -1}
	ran := tw.w.Now() // when a handler has run last, and at the latest time before
	before := ran
	set := func(e kernel.Event) {
		// Several are due at the same time.
		d := time.Duration(e.Kernel.Rand().IntN(40)) * 50 * time.Millisecond
		serial++
		id, err := e.Kernel.DelaySet("fire", d, serial)
		if err != nil {
			tw.fail("%v", err)
		}
		pending[id] = &pendingTimer{due: tw.w.Now() + d, serial: serial}
	}
	_, err := session.Inline(h.Kernel, session.Funcs{
		"_start": func(e kernel.Event) {
			for range 20 {
				set(e)
			}
		},
		"fire": func(e kernel.Event) {
			var id kernel.AlarmID
			for i, p := range pending {
				if p.serial == e.Arg(0) {
					id = i
				}
			}
			p := pending[id]
			if p == nil {
				tw.fail("timer %v fires, which was taken back", e.Arg(0))
				return
			}
			delete(pending, id)
			tw.fired++
			now := tw.w.Now()
			if now > ran {
				before, ran = ran, now
			}
			switch {
			case now < p.due:
				tw.fail("a timer fires %v early", p.due-now)
			case before > p.due: // the host has not stood still all the time since
				tw.fail("a timer fires %v late", now-p.due)
			}
			if p.due < last.due || p.due == last.due && p.serial < last.serial {
				tw.fail("a timer for %v fires after one for %v", p.due, last.due)
			}
			last = *p
			set(e)
			if random := e.Kernel.Rand(); random.IntN(4) == 0 {
				ids := slices.Sorted(keysOf(pending))
				id := ids[random.IntN(len(ids))]
				if _, err := e.Kernel.AlarmRemove(id); err != nil {
					tw.fail("taking a timer back: %v", err)
				}
				delete(pending, id)
				set(e)
			}
		},
	})
	if err != nil {
		panic(err)
	}
}

// keysOf yields the keys of a map.
func keysOf[K comparable, V any](m map[K]V) func(yield func(K) bool) {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func TestTimers(t *testing.T) {
	t.Parallel()
	config := sim.Config{Seeds: 10, Duration: 20 * time.Second, Settle: 15 * time.Second, Faults: sim.Faults{
		Pauses: 5 * time.Second, ClockJumps: 3 * time.Second, Crashes: 10 * time.Second, Longest: timerPause,
	}}
	sim.Run(t, config, func(w *sim.World) {
		tw := &timerWorld{w: w, timers: map[*sim.Host]map[kernel.AlarmID]*pendingTimer{}}
		for i := range 2 {
			w.Host(fmt.Sprintf("host%d", i), tw.boot)
		}
		w.Always("timers fire in order, never early, never when taken back; jumps of the clock do not move them", func() error {
			return errors.Join(tw.faults...)
		})
		w.Always("as many timers are pending as were set", func() error {
			for h, pending := range tw.timers {
				// A kernel that has started while its host stands still has its first event besides.
				if n := h.Kernel.Stats().Queued; h.Up() && (n < len(pending) || n > len(pending)+1) {
					return fmt.Errorf("%s has %d timers, of %d", h.Name(), n, len(pending))
				}
			}
			return nil
		})
		w.Eventually("nothing is overdue", func() error {
			for h, pending := range tw.timers {
				for _, p := range pending {
					if p.due < w.Now() {
						return fmt.Errorf("a timer of %s has been due for %v", h.Name(), w.Now()-p.due)
					}
				}
			}
			if tw.fired < 100 {
				return fmt.Errorf("%d timers have fired", tw.fired)
			}
			return nil
		})
	})
}

// newsWorld is a kernel with a pubsub whose subscribers come and go, and stop by
// force.
type newsWorld struct {
	published int
	faults    []error
	got       int
}

func (nw *newsWorld) fail(format string, args ...any) {
	nw.faults = append(nw.faults, fmt.Errorf(format, args...))
}

func (nw *newsWorld) boot(h *sim.Host) {
	k := h.Kernel
	if _, err := pubsub.New(k, "news"); err != nil {
		panic(err)
	}
	news := kernel.Alias("news")
	nw.published = 0
	check := func(_ any, err error) {
		if err != nil {
			nw.fail("%v", err)
		}
	}
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			check(k.Call(news, "publish", "paper"))
			k.Delay("print", time.Millisecond)
			k.Delay("reader", time.Millisecond)
		},
		"_child": func(kernel.Event) {},
		"print": func(e kernel.Event) {
			nw.published++
			if err := k.Post(news, "paper", nw.published); err != nil {
				nw.fail("%v", err)
			}
			k.Delay("print", time.Duration(k.Rand().IntN(200))*time.Millisecond)
		},
		"reader": func(e kernel.Event) {
			nw.reader(k)
			k.Delay("reader", time.Duration(k.Rand().IntN(1000))*time.Millisecond)
		},
	})
	if err != nil {
		panic(err)
	}
}

// reader subscribes for some time.
func (nw *newsWorld) reader(k *kernel.Kernel) {
	news := kernel.Alias("news")
	last, first := 0, true
	cancelled := -1 // what was published by then
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			if _, err := k.Call(news, "subscribe", "paper", "heard"); err != nil {
				nw.fail("subscribing: %v", err)
			}
			last = nw.published
			k.Delay("enough", time.Duration(k.Rand().IntN(3000))*time.Millisecond)
		},
		"heard": func(e kernel.Event) {
			n := kernel.Arg[int](e, 0)
			// The first may have been printed before, and passed on only now.
			if n != last+1 && !(first && n == last) {
				nw.fail("paper %d comes after paper %d", n, last)
			}
			first = false
			if cancelled >= 0 && n > cancelled {
				nw.fail("paper %d comes to one who has cancelled after paper %d", n, cancelled)
			}
			last = n
			nw.got++
		},
		"enough": func(e kernel.Event) {
			if last < nw.published-1 {
				nw.fail("paper %d has not come, only %d", nw.published-1, last)
			}
			if k.Rand().IntN(3) == 0 { // an end by force
				k.Signal(e.Session, "KILL")
				return
			}
			if _, err := k.Call(news, "cancel", "paper"); err != nil {
				nw.fail("cancelling: %v", err)
			}
			cancelled = nw.published // what was fired before is still delivered
			k.Delay("gone", 500*time.Millisecond)
		},
		"gone": func(kernel.Event) {},
	})
	if err != nil {
		nw.fail("%v", err)
	}
}

func TestNews(t *testing.T) {
	t.Parallel()
	config := sim.Config{Seeds: 10, Duration: 20 * time.Second, Settle: 5 * time.Second, Faults: sim.Faults{
		Pauses: 5 * time.Second, Crashes: 8 * time.Second, Longest: 2 * time.Second,
	}}
	sim.Run(t, config, func(w *sim.World) {
		nw := &newsWorld{}
		h := w.Host("press", nw.boot)
		w.Always("a subscriber gets each paper once, in order, and none after it has cancelled", func() error { return errors.Join(nw.faults...) })
		w.Always("subscribers that are gone leave nothing", func() error {
			if n := h.Kernel.Stats().Sessions; h.Up() && n > 40 {
				return fmt.Errorf("%d sessions", n)
			}
			return nil
		})
		w.Eventually("papers are read", func() error {
			if nw.got < 20 {
				return fmt.Errorf("%d were", nw.got)
			}
			return nil
		})
	})
}
