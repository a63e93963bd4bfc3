package sim_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest/sim"
)

// relayWorld is a chain: callers, a relay that connects to the server for each of
// them, and the server, which echoes lines.
type relayWorld struct {
	w       *sim.World
	faults  []error
	relay   *sim.Host
	legs    int // connections that the relay has, of both sides
	trips   int // lines that have come back
	callers []*caller
}

func (rw *relayWorld) fail(format string, args ...any) {
	rw.faults = append(rw.faults, fmt.Errorf(format, args...))
}

func (rw *relayWorld) echo(h *sim.Host) {
	at, err := h.Listen(7)
	if err != nil {
		panic(err)
	}
	_, err = servertcp.New(h.Kernel, servertcp.Config{
		Listener: at, ClientFilter: lines, Error: func(*servertcp.Listener, *kernel.OpError) {},
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) { c.PutText(line) }),
		ClientError: func(*servertcp.Client, *kernel.OpError) {},
		Timeouts:    servertcp.Timeouts{Idle: 20 * time.Second},
	})
	if err != nil {
		panic(err)
	}
}

// leg is the relay's connection to the server on behalf of a caller.
type leg struct {
	near  *servertcp.Client
	far   *clienttcp.Client
	early []string // lines before there was a connection
	over  bool
}

func (rw *relayWorld) serve(h *sim.Host) {
	rw.legs = 0
	at, err := h.Listen(7)
	if err != nil {
		panic(err)
	}
	_, err = servertcp.New(h.Kernel, servertcp.Config{
		Listener: at, ClientFilter: lines, Error: func(*servertcp.Listener, *kernel.OpError) {},
		ClientConnected: func(c *servertcp.Client) {
			rw.legs++
			c.Heap = rw.connect(h, c)
		},
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
			if l := servertcp.HeapOf[leg](c); l.far.Connected {
				l.far.PutText(line)
			} else {
				l.early = append(l.early, line)
			}
		}),
		ClientError: func(*servertcp.Client, *kernel.OpError) {},
		ClientDisconnected: func(c *servertcp.Client) {
			rw.legs--
			if l := servertcp.HeapOf[leg](c); !l.over {
				l.over = true
				l.far.Shutdown()
			}
		},
		Timeouts: servertcp.Timeouts{Idle: 20 * time.Second},
	})
	if err != nil {
		panic(err)
	}
}

// connect makes the far end of a leg.
func (rw *relayWorld) connect(h *sim.Host, near *servertcp.Client) *leg {
	l := &leg{near: near}
	end := func() {
		if !l.over {
			l.over = true
			l.near.Shutdown()
			l.far.Shutdown()
		}
	}
	var err error
	l.far, err = clienttcp.New(h.Kernel, clienttcp.Config{
		RemoteAddress: "server", RemotePort: 7, Filter: lines, ConnectTimeout: 5 * time.Second,
		Timeouts: clienttcp.Timeouts{Idle: 20 * time.Second},
		Dial:     func(d *clienttcp.Dialing) { h.Dial(d.Address, d.Port, d.Complete) },
		Connected: func(c *clienttcp.Client) {
			for _, line := range l.early {
				c.PutText(line)
			}
			l.early = nil
		},
		ConnectError: func(*clienttcp.Client, *kernel.OpError) {
			rw.w.Sometimes("the relay cannot connect", true)
			end()
		},
		ServerError:  func(*clienttcp.Client, *kernel.OpError) {},
		Disconnected: func(*clienttcp.Client) { end() },
		ServerInput: clienttcp.Input(func(_ *clienttcp.Client, line string) {
			if !l.over {
				l.near.PutText(line)
			}
		}),
	})
	if err != nil {
		panic(err)
	}
	return l
}

// caller sends lines and expects them back.
type caller struct {
	rw         *relayWorld
	h          *sim.Host
	c          *clienttcp.Client
	dial       int
	sent, came int // of this connection
	trips      int // in peace
}

func (c *caller) boot(h *sim.Host) {
	c.h = h
	var err error
	c.c, err = clienttcp.New(h.Kernel, clienttcp.Config{
		RemoteAddress: "relay", RemotePort: 7, Filter: lines, ConnectTimeout: 5 * time.Second,
		Timeouts: clienttcp.Timeouts{Read: 8 * time.Second},
		Backoff:  clienttcp.Backoff{Min: 200 * time.Millisecond, Max: 3 * time.Second},
		Dial:     func(d *clienttcp.Dialing) { h.Dial(d.Address, d.Port, d.Complete) },
		Started:  func(t *clienttcp.Client) { t.Kernel.Yield("say") },
		Connected: func(*clienttcp.Client) {
			c.dial++
			c.sent, c.came = 0, 0
		},
		ConnectError: func(*clienttcp.Client, *kernel.OpError) {},
		ServerError:  func(*clienttcp.Client, *kernel.OpError) {},
		ServerInput: clienttcp.Input(func(_ *clienttcp.Client, line string) {
			c.came++
			if want := c.line(c.came); line != want || c.came > c.sent {
				c.rw.fail("%q comes back where %q should, of %d lines", line, want, c.sent)
			}
			if c.rw.trips++; c.rw.w.Peace() {
				c.trips++
			}
		}),
		InlineStates: map[string]kernel.Handler{
			"say": func(e kernel.Event) {
				if c.c.Connected && c.sent-c.came < 50 {
					c.sent++
					c.c.PutText(c.line(c.sent))
				}
				_, _ = e.Kernel.DelaySet("say", time.Duration(10+e.Kernel.Rand().IntN(400))*time.Millisecond)
			},
		},
	})
	if err != nil {
		panic(err)
	}
}

func (c *caller) line(n int) string { return fmt.Sprintf("%s %d %d", c.h.Name(), c.dial, n) }

func TestRelay(t *testing.T) {
	t.Parallel()
	config := sim.Config{
		Seeds: 10, Duration: 25 * time.Second, Settle: 40 * time.Second,
		Net:    sim.Net{Latency: 5 * time.Millisecond, Jitter: 20 * time.Millisecond, Loss: 0.01, GiveUp: 10 * time.Second},
		Faults: sim.Hostile(),
	}
	sim.Run(t, config, func(w *sim.World) {
		rw := &relayWorld{w: w}
		w.Host("server", rw.echo)
		rw.relay = w.Host("relay", rw.serve)
		for i := range 3 {
			c := &caller{rw: rw}
			rw.callers = append(rw.callers, c)
			w.Host(fmt.Sprintf("caller%d", i), c.boot)
		}
		w.Sometimes("the relay cannot connect", false)
		w.Always("what comes back is what was sent, in order, over the same connection", func() error { return errors.Join(rw.faults...) })
		w.Always("the relay keeps two sessions for a connection at most, and those that end", func() error {
			// Legs whose caller is gone close after what they still have to write.
			if n := rw.relay.Kernel.Stats().Sessions; rw.relay.Up() && n > 1+2*rw.legs+12 {
				return fmt.Errorf("%d sessions for %d connections", n, rw.legs)
			}
			return nil
		})
		w.Eventually("lines go round, and nothing is left of connections that ended", func() error {
			for _, c := range rw.callers {
				if c.trips == 0 {
					return fmt.Errorf("nothing comes back to %s", c.h.Name())
				}
			}
			if n := rw.relay.Kernel.Stats().Sessions; n > 1+2*len(rw.callers) {
				return fmt.Errorf("%d sessions for %d callers", n, len(rw.callers))
			}
			return nil
		})
	})
}
