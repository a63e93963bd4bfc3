package soak

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest/sim"
	"github.com/gopoe/poe/session"
)

// simulated is the daemon in a simulated world: a host of its own, one upstream,
// and two with clients.
type simulated struct {
	w       *sim.World
	lives   []*daemon   // of the daemon, one for each start
	got     map[int]int // batches that have arrived, by number
	again   int
	clients int
	faults  []error
}

// batchesOfALife is how far the numbers of two lives' batches are apart.
const batchesOfALife = 1 << 20

func (s *simulated) daemon(h *sim.Host) {
	listener, err := h.Listen(2003)
	must(err)
	d := &daemon{
		listener: listener, first: h.Lives() * batchesOfALife, jumps: true,
		dial: func(done func(*kernel.Handle, error)) { h.Dial("upstream", 2003, done) },
	}
	s.lives = append(s.lives, d)
	must(d.start(h.Kernel))
}

// upstream takes batches and acknowledges them. What it has got survives.
func (s *simulated) upstream(h *sim.Host) {
	listener, err := h.Listen(2003)
	must(err)
	_, err = session.Inline(h.Kernel, session.Funcs{
		"_start": func(e kernel.Event) { must(e.Kernel.SelectRead(listener, "incoming")) },
		"_child": func(kernel.Event) {},
		"incoming": func(e kernel.Event) {
			if c, _, err := listener.Accept(); err == nil {
				must(talk(e.Kernel, c, s.receive, nil))
			}
		},
	})
	must(err)
}

func (s *simulated) receive(c *wire, line string) {
	var seq, total int
	if n, _ := fmt.Sscanf(line, "batch %d %d", &seq, &total); n != 2 {
		must(c.send("pong"))
		return
	}
	if before, twice := s.got[seq]; twice {
		if s.again++; before != total {
			s.faults = append(s.faults, fmt.Errorf("batch %d comes with %d, then with %d", seq, before, total))
		}
	}
	s.got[seq] = total
	must(c.send(fmt.Sprintf("ack %d", seq)))
}

// talk makes a session that has a connection until it ends. Its own events are in
// more, and get the connection.
func talk(k *kernel.Kernel, h *kernel.Handle, line func(*wire, string), more map[string]func(kernel.Event, *wire)) error {
	var c *wire
	funcs := session.Funcs{
		"_start": func(e kernel.Event) {
			var err error
			c, err = open(e.Kernel, h, func(text string) { line(c, text) }, func(error) {
				must(e.Kernel.DelayClear("next"))
				must(c.close())
			})
			must(err)
			if more != nil {
				must(e.Kernel.Delay("next", 0))
			}
		},
		"_stop":    func(kernel.Event) {},
		"readable": func(kernel.Event) { c.readable() },
		"writable": func(kernel.Event) { c.writable() },
	}
	for name, f := range more {
		funcs[name] = func(e kernel.Event) {
			if c.h != nil {
				f(e, c)
			}
		}
	}
	_, err := session.Inline(k, funcs)
	return err
}

// crowd makes a client now and then.
func (s *simulated) crowd(h *sim.Host) {
	_, err := session.Inline(h.Kernel, session.Funcs{
		"_start": func(e kernel.Event) { must(e.Kernel.Delay("next", time.Second)) },
		"_child": func(kernel.Event) {},
		"next": func(e kernel.Event) {
			if !s.w.Peace() {
				h.Dial("daemon", 2003, func(c *kernel.Handle, err error) {
					if err == nil {
						must(s.client(h.Kernel, c))
					}
				})
			}
			must(e.Kernel.Delay("next", time.Duration(1+h.Kernel.Rand().IntN(40))*time.Second))
		},
	})
	must(err)
}

// client sends some lines and ends in one of several ways.
func (s *simulated) client(k *kernel.Kernel, h *kernel.Handle) error {
	s.clients++
	r := k.Rand()
	left, end := 1+r.IntN(10), r.IntN(8)
	return talk(k, h, func(*wire, string) {}, map[string]func(kernel.Event, *wire){
		"next": func(e kernel.Event, c *wire) {
			if left--; left >= 0 {
				must(c.send(fmt.Sprintf("m%d %d", r.IntN(5), 1+r.IntN(100))))
				must(e.Kernel.Delay("next", time.Duration(r.IntN(3000))*time.Millisecond))
				return
			}
			switch end {
			case 0:
				must(c.send("garbage")) // and wait to be thrown out
			case 1: // and be thrown out for saying nothing
			case 2:
				must(c.close())
			default:
				must(c.finish())
			}
		},
	})
}

// delivered compares what a life has taken in with what has arrived of it.
func (s *simulated) delivered(life int) (took, arrived int) {
	for seq, total := range s.got {
		if seq/batchesOfALife == life+1 {
			arrived += total
		}
	}
	return s.lives[life].took, arrived
}

// TestSimulatedDay runs the daemon for 24 hours in a world with faults: the network
// splits, connections are reset, calls fail, hosts crash, stand still and have
// their clocks set.
func TestSimulatedDay(t *testing.T) {
	began := time.Now()
	const day = 24 * time.Hour
	var s *simulated
	sim.Run(t, sim.Config{
		Seeds: 1, First: 1, Check: -1, Shrink: -1, Duration: day, Settle: 10 * time.Minute,
		Net: sim.Net{Jitter: 10 * time.Millisecond, Loss: 0.005},
		Faults: sim.Faults{
			Partitions: 10 * time.Minute, Resets: 2 * time.Minute, Crashes: 30 * time.Minute, Pauses: 20 * time.Minute,
			ClockJumps: 2 * time.Hour, Errors: 0.0005, Short: 0.05, Longest: 4 * time.Minute,
		},
	}, func(w *sim.World) {
		s = &simulated{w: w, got: map[int]int{}}
		daemon := w.Host("daemon", s.daemon)
		w.Host("upstream", s.upstream)
		w.Host("clients", s.crowd)
		w.Host("more clients", s.crowd)
		w.Always("batches that come again are the same, and no life delivers more than it has taken", func() error {
			return errors.Join(s.faults...)
		})
		w.Always("what is alive are the parts and a few connections", func() error {
			if n := daemon.Kernel.Stats(); daemon.Up() && (n.Sessions > 100 || n.Handles > 100 || n.Queued > 400) {
				return fmt.Errorf("%+v", n)
			}
			return nil
		})
		w.Eventually("everything has arrived, once", func() error {
			last := len(s.lives) - 1
			for life := range s.lives {
				took, arrived := s.delivered(life)
				if arrived > took || life == last && arrived != took {
					return fmt.Errorf("life %d of %d has taken %d; %d have arrived", life+1, last+1, took, arrived)
				}
			}
			return nil
		})
		w.Eventually("the day was not a quiet one", func() error {
			var dull []string
			for what, is := range map[string]bool{
				"few clients": s.clients < 3000, "few lives": len(s.lives) < 5, "no batch came again": s.again == 0, "few faults": w.Faults() < 500,
			} {
				if is {
					dull = append(dull, what)
				}
			}
			if dull != nil {
				return errors.New(strings.Join(dull, ", "))
			}
			return nil
		})
		t.Cleanup(func() {
			t.Logf("%v with %d faults, %d clients, %d batches, %d of them again, %d lives of the daemon took %v",
				day, w.Faults(), s.clients, len(s.got), s.again, len(s.lives), time.Since(began).Round(time.Millisecond))
		})
	})
	require.NotNil(t, s)
}
