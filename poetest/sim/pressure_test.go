package sim_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest/sim"
)

// pressureWorld is a server that answers with much more than it is asked, readers
// on thin links which pause now and then, and a drain.
type pressureWorld struct {
	w       *sim.World
	server  *sim.Host
	l       *servertcp.Listener
	conns   map[*servertcp.Client]bool
	faults  []error
	drained time.Duration // when the drain began, 0 before
	stood   time.Duration // for how long the server had stood still then
	over    time.Duration // when the listener had stopped
	readers []*reader
}

const (
	answerLine   = 1 << 10
	mostLines    = 150
	backpressure = 16 << 10
	memoryLimit  = 256 << 10
	accountStep  = 64 << 10 // output is counted in steps
	grace        = 4 * time.Second
)

func (p *pressureWorld) fail(format string, args ...any) {
	p.faults = append(p.faults, fmt.Errorf(format, args...))
}

func (p *pressureWorld) serve(h *sim.Host) {
	p.conns = map[*servertcp.Client]bool{}
	at, err := h.Listen(19)
	if err != nil {
		panic(err)
	}
	p.l, err = servertcp.New(h.Kernel, servertcp.Config{
		Alias: "pressure", Listener: at, ClientFilter: lines,
		Limits: servertcp.Limits{Backpressure: backpressure, Memory: memoryLimit},
		Error:  func(*servertcp.Listener, *kernel.OpError) {},
		Stopped: func(*servertcp.Listener) {
			p.over = p.w.Now()
			if p.drained == 0 {
				p.fail("the listener has stopped without a drain")
			}
		},
		ClientConnected: func(c *servertcp.Client) {
			p.conns[c] = true
			// The drain is an event, which begins with giving up the alias.
			if _, listens := h.Kernel.AliasResolve("pressure"); !listens {
				p.fail("a connection is served after the drain began")
			}
		},
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
			var n int
			if _, err := fmt.Sscanf(line, "get %d", &n); err != nil {
				p.fail("the request %q came", line)
			}
			if c.ShuttingDown {
				p.fail("input comes to a connection that shuts down")
			}
			for i := range n {
				c.PutText(fmt.Sprintf("%d of %d %s", i+1, n, strings.Repeat("x", answerLine-20)))
			}
		}),
		ClientError: func(_ *servertcp.Client, err *kernel.OpError) {
			if errors.Is(err.Err, servertcp.ErrDrained) {
				p.w.Sometimes("a drain cuts a connection", true)
			}
			p.w.Sometimes("the memory limit ends a connection", errors.Is(err.Err, servertcp.ErrMemory))
		},
		ClientDisconnected: func(c *servertcp.Client) { delete(p.conns, c) },
	})
	if err != nil {
		panic(err)
	}
}

// reader asks, and reads slowly.
type reader struct {
	p       *pressureWorld
	h       *sim.Host
	c       *clienttcp.Client
	asked   []int // lines of each answer that has not come whole
	got     int   // lines of the first
	answers int
}

func (r *reader) boot(h *sim.Host) {
	r.h = h
	var err error
	r.c, err = clienttcp.New(h.Kernel, clienttcp.Config{
		RemoteAddress: "server", RemotePort: 19, Filter: lines, ConnectTimeout: 5 * time.Second,
		Timeouts: clienttcp.Timeouts{Read: 10 * time.Second}, // the server may have crashed
		Backoff:  clienttcp.Backoff{Min: 100 * time.Millisecond, Max: 3 * time.Second},
		Dial:     func(d *clienttcp.Dialing) { h.Dial(d.Address, d.Port, d.Complete) },
		Started:  func(c *clienttcp.Client) { c.Kernel.Yield("ask") },
		Connected: func(c *clienttcp.Client) {
			r.asked, r.got = nil, 0
		},
		ConnectError: func(*clienttcp.Client, *kernel.OpError) {},
		ServerError:  func(*clienttcp.Client, *kernel.OpError) {},
		ServerInput: clienttcp.Input(func(c *clienttcp.Client, line string) {
			var i, n int
			if _, err := fmt.Sscanf(line, "%d of %d", &i, &n); err != nil || len(r.asked) == 0 || r.asked[0] != n || i != r.got+1 {
				r.p.fail("%s: %.12q came after line %d of the answers %v", h.Name(), line, r.got, r.asked)
				return
			}
			if len(line) < answerLine-20 {
				r.p.fail("%s: a line of %d bytes came", h.Name(), len(line))
			}
			if r.got++; r.got == n {
				r.asked, r.got = r.asked[1:], 0
				r.answers++
			}
		}),
		InlineStates: map[string]kernel.Handler{
			"ask": func(e kernel.Event) {
				random := e.Kernel.Rand()
				if r.c.Connected && len(r.asked) < 4 && !r.p.w.Peace() {
					n := 1 + random.IntN(mostLines)
					r.asked = append(r.asked, n)
					r.c.PutText(fmt.Sprintf("get %d", n))
				}
				if r.c.Connected && random.IntN(10) == 0 && !r.p.w.Peace() {
					r.c.Wheel.PauseInput()
					_, _ = e.Kernel.DelaySet("read on", time.Duration(random.IntN(5000))*time.Millisecond)
				}
				_, _ = e.Kernel.DelaySet("ask", time.Duration(50+random.IntN(1000))*time.Millisecond)
			},
			"read on": func(e kernel.Event) {
				if r.c.Connected {
					r.c.Wheel.ResumeInput()
				}
			},
		},
	})
	if err != nil {
		panic(err)
	}
}

func newPressureWorld(w *sim.World, drain bool) {
	p := &pressureWorld{w: w}
	p.server = w.Host("server", p.serve)
	for i := range 4 {
		r := &reader{p: p}
		p.readers = append(p.readers, r)
		h := w.Host(fmt.Sprintf("reader%d", i), r.boot)
		w.SetLink(p.server, h, sim.Net{Latency: 20 * time.Millisecond, Bandwidth: 20000 + w.Rand().IntN(100000), Buffer: 16 << 10})
	}
	w.Always("answers are whole and in order; a drain lets nobody in", func() error { return errors.Join(p.faults...) })
	w.Always("back-pressure bounds the output of a connection", func() error {
		for c := range p.conns {
			if c.Wheel != nil && c.Wheel.OutOctets() > backpressure+mostLines*(answerLine+1) && p.server.Up() {
				return fmt.Errorf("%d bytes wait", c.Wheel.OutOctets())
			}
		}
		return nil
	})
	w.Always("the memory limit holds", func() error {
		if p.server.Up() && p.over == 0 && p.l.Stats().Held > memoryLimit*3/2+len(p.conns)*accountStep {
			return fmt.Errorf("connections hold %d bytes", p.l.Stats().Held)
		}
		return nil
	})
	w.Always("connections and sessions are counted right", func() error {
		if !p.server.Up() || p.over > 0 {
			return nil
		}
		if open := p.l.Stats().Open; open != len(p.conns) {
			return fmt.Errorf("%d connections are counted, of %d", open, len(p.conns))
		}
		if s := p.server.Kernel.Stats().Sessions; s != 1+len(p.conns) && p.drained == 0 {
			return fmt.Errorf("%d sessions are there for %d connections", s, len(p.conns))
		}
		return nil
	})
	if !drain {
		w.Eventually("readers get what they ask for", func() error {
			for _, r := range p.readers {
				w.Sometimes("readers get answers", r.answers > 0)
				if r.c.Connected && len(r.asked) > 0 {
					return fmt.Errorf("%s got %d answers and waits for %v", r.h.Name(), r.answers, r.asked)
				}
			}
			return nil
		})
		return
	}
	w.Sometimes("a drain cuts a connection", false)
	w.Sometimes("a drain ends early", false)
	p.server.Stable, p.server.MayEnd = true, true
	w.After(time.Duration(5+w.Rand().IntN(15))*time.Second, func() {
		p.drained, p.stood = w.Now(), p.server.StoodStill()
		p.l.Drain(grace)
	})
	w.Always("a drain ends within its time", func() error {
		if p.over == 0 && p.drained > 0 && w.Now() > p.drained+grace+p.server.StoodStill()-p.stood+time.Second {
			return fmt.Errorf("the server has not stopped %v after the drain began", w.Now()-p.drained)
		}
		if p.over > 0 {
			w.Sometimes("a drain ends early", p.over < p.drained+grace)
		}
		return nil
	})
	w.Eventually("nothing is left after a drain", func() error {
		if s := p.server.Kernel.Stats(); p.over == 0 || s.Sessions > 0 || s.Handles > 0 || s.Queued > 0 || s.Holds > 0 || len(p.conns) > 0 {
			return fmt.Errorf("%+v, %d connections, stopped at %v", s, len(p.conns), p.over)
		}
		return nil
	})
}

// longest is how long the server may stand still.
const longest = 3 * time.Second

func pressureConfig() sim.Config {
	f := sim.Hostile()
	f.Longest, f.Pauses = longest, time.Minute
	return sim.Config{Seeds: 10, Duration: 20 * time.Second, Settle: 40 * time.Second, Net: sim.Net{Loss: 0.005}, Faults: f}
}

func TestPressure(t *testing.T) {
	t.Parallel()
	sim.Run(t, pressureConfig(), func(w *sim.World) { newPressureWorld(w, false) })
}

func TestDrain(t *testing.T) {
	t.Parallel()
	sim.Run(t, pressureConfig(), func(w *sim.World) { newPressureWorld(w, true) })
}
