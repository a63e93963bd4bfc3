package sim_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest/sim"
)

// lineWorld is a server that acknowledges lines, and clients that send each line
// until it is acknowledged, over connections that they make again.
type lineWorld struct {
	w       *sim.World
	server  *sim.Host
	clients []*sender
	open    int // connections that the server's present life has
	l       *servertcp.Listener
	faults  []error // what broke a property inside of a handler

	received map[string]int  // lines of all connections, by name
	byes     map[string]bool // connections whose last line was answered
	slow     int             // lines come so much more seldom
}

const (
	maxClients = 4
	perPeer    = 2
	idleTime   = 10 * time.Second
)

// fail notes that a handler has seen what must not be.
func (lw *lineWorld) fail(format string, args ...any) {
	lw.faults = append(lw.faults, fmt.Errorf(format, args...))
}

// lines ends lines with LF alone: with filter.Lines, as in POE, a CR LF that comes
// in two parts is two ends.
func lines() filter.Filter {
	f, err := filter.NewLine(filter.LineConfig{Literal: "\n"})
	if err != nil {
		panic(err)
	}
	return f
}

// connection is what the server knows of one connection.
type connection struct {
	id   string // the client's name for the connection
	seq  int    // of the last line
	last time.Duration
}

func (lw *lineWorld) serve(h *sim.Host) {
	lw.open = 0
	listener, err := h.Listen(7)
	if err != nil {
		panic(err)
	}
	lw.l, err = servertcp.New(h.Kernel, servertcp.Config{
		Alias: "lines", Listener: listener, MaxClients: maxClients,
		Limits: servertcp.Limits{PerPeer: perPeer}, ClientFilter: lines,
		Timeouts: servertcp.Timeouts{Idle: idleTime, Write: 20 * time.Second},
		Error: func(_ *servertcp.Listener, err *kernel.OpError) {
			lw.w.Sometimes("accept fails", true)
			if servertcp.ClassOf(err) == servertcp.Fatal {
				lw.fail("the listener fails: %v", err)
			}
		},
		ClientConnected: func(c *servertcp.Client) {
			lw.open++
			c.Heap = &connection{last: lw.w.Now()}
		},
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) { lw.line(c, line) }),
		ClientError: func(c *servertcp.Client, err *kernel.OpError) {
			if !errors.Is(err, io.EOF) {
				lw.w.Sometimes("the server sees a broken connection", true)
			}
			lw.w.Sometimes("the server ends an idle connection", err.Op == "idle")
		},
		ClientDisconnected: func(c *servertcp.Client) { lw.open-- },
	})
	if err != nil {
		panic(err)
	}
}

// line takes one line in: NAME CONNECTION SEQUENCE NUMBER, or the number of all
// lines of the connection before it is closed.
func (lw *lineWorld) line(c *servertcp.Client, line string) {
	conn := servertcp.HeapOf[connection](c)
	conn.last = lw.w.Now()
	var name string
	var dial, seq, number int
	if n, err := fmt.Sscanf(line, "bye %s %d %d", &name, &dial, &seq); n == 3 && err == nil {
		if seq != conn.seq {
			lw.fail("connection %d of %s ends after %d lines, of which %d came", dial, name, seq, conn.seq)
		}
		lw.byes[fmt.Sprintf("%s %d", name, dial)] = !c.GotAnError // after one nothing is written any more
		c.Put(fmt.Sprintf("bye %d", conn.seq))
		c.Shutdown()
		return
	}
	if n, err := fmt.Sscanf(line, "%s %d %d %d", &name, &dial, &seq, &number); n != 4 || err != nil {
		lw.fail("the line %q came, which was not sent", line)
		return
	}
	id := fmt.Sprintf("%s %d", name, dial)
	if conn.id == "" {
		conn.id = id
	}
	if conn.id != id {
		lw.fail("a line of connection %s came over connection %s", id, conn.id)
	}
	if seq != conn.seq+1 {
		lw.fail("line %d of connection %s came after line %d", seq, id, conn.seq)
	}
	conn.seq = seq
	lw.received[fmt.Sprintf("%s %d", name, number)]++
	c.Put(fmt.Sprintf("ack %d", number))
}

// sender is a client.
type sender struct {
	lw      *lineWorld
	h       *sim.Host
	c       *clienttcp.Client
	number  int          // of the last line; kept over crashes, as a program keeps it on its disk
	waiting map[int]bool // not acknowledged
	order   []int
	life    int

	dial     int  // connections made
	seq      int  // lines of this connection
	acks     int  // that have come over it
	bid      bool // the last line of this connection is sent
	said     bool // and answered
	lastDial time.Duration
	dialled  bool
}

const (
	backoffMin = 200 * time.Millisecond
	backoffMax = 5 * time.Second
)

func (s *sender) boot(h *sim.Host) {
	s.life++
	s.h, s.dialled = h, false
	var err error
	s.c, err = clienttcp.New(h.Kernel, clienttcp.Config{
		Alias: "client", RemoteAddress: "server", RemotePort: 7,
		ConnectTimeout: 10 * time.Second, Filter: lines,
		Timeouts: clienttcp.Timeouts{Idle: 2 * idleTime, Write: 15 * time.Second},
		Backoff:  clienttcp.Backoff{Min: backoffMin, Max: backoffMax},
		Dial: func(d *clienttcp.Dialing) {
			if now := s.lw.w.Now(); s.dialled && now-s.lastDial < backoffMin/2 {
				s.lw.fail("%s connects again after only %v", h.Name(), now-s.lastDial)
			}
			s.lastDial, s.dialled = s.lw.w.Now(), true
			h.Dial(d.Address, d.Port, d.Complete)
		},
		Connected: func(c *clienttcp.Client) {
			s.dial++
			s.seq, s.acks, s.bid, s.said = 0, 0, false, false
			s.lw.w.Sometimes("a client comes back", s.dial > 1)
			for _, n := range s.order {
				s.send(c, n)
			}
		},
		ConnectError: func(_ *clienttcp.Client, err *kernel.OpError) { s.lw.w.Sometimes("a connection is not made", true) },
		ServerInput:  clienttcp.Input(func(c *clienttcp.Client, line string) { s.answer(line) }),
		ServerError: func(_ *clienttcp.Client, err *kernel.OpError) {
			if errors.Is(err, io.EOF) && !s.said && s.lw.byes[fmt.Sprintf("%s %d", h.Name(), s.dial)] {
				s.lw.fail("the server has put its last line to %s, and the stream ended without it", h.Name())
			}
		},
		InlineStates: map[string]kernel.Handler{
			"next": func(e kernel.Event) { s.next(e) },
		},
		Started: func(c *clienttcp.Client) { c.Kernel.Yield("next") },
	})
	if err != nil {
		panic(err)
	}
}

// next makes a line, now and then a long one.
func (s *sender) next(e kernel.Event) {
	if s.lw.w.Peace() {
		return
	}
	s.number++
	s.waiting[s.number] = true
	s.order = append(s.order, s.number)
	if s.c.Connected && !s.bid {
		s.send(s.c, s.number)
	}
	if e.Kernel.Rand().IntN(30) == 0 {
		s.bye()
	}
	_, _ = e.Kernel.DelaySet("next", time.Duration(max(1, s.lw.slow)*(10+e.Kernel.Rand().IntN(900)))*time.Millisecond)
}

func (s *sender) send(c *clienttcp.Client, n int) {
	s.seq++
	line := fmt.Sprintf("%s %d %d %d", s.h.Name(), s.dial, s.seq, n)
	if n%7 == 0 {
		line += " " + strings.Repeat("x", 3000)
	}
	c.Put(line)
}

func (s *sender) answer(line string) {
	var n int
	if c, err := fmt.Sscanf(line, "bye %d", &n); c == 1 && err == nil {
		s.said = true
		if n != s.seq || s.acks != s.seq {
			s.lw.fail("%s has sent %d lines, the server counts %d and acknowledges %d", s.h.Name(), s.seq, n, s.acks)
		}
		return
	}
	if c, err := fmt.Sscanf(line, "ack %d", &n); c != 1 || err != nil {
		s.lw.fail("the answer %q came, which was not sent", line)
		return
	}
	s.acks++
	if s.lw.received[fmt.Sprintf("%s %d", s.h.Name(), n)] == 0 {
		s.lw.fail("%s got an acknowledgement of line %d, which did not arrive", s.h.Name(), n)
	}
	if s.acks > s.seq {
		s.lw.fail("%s got %d acknowledgements of %d lines", s.h.Name(), s.acks, s.seq)
	}
	if s.waiting[n] {
		delete(s.waiting, n)
		for i, m := range s.order {
			if m == n {
				s.order = append(s.order[:i:i], s.order[i+1:]...)
				break
			}
		}
	}
}

// bye puts the last line of a connection: the server must have got all before it,
// and puts its own last line and closes at once.
func (s *sender) bye() {
	if !s.c.Connected || s.bid {
		return
	}
	s.bid = true
	s.c.Put(fmt.Sprintf("bye %s %d %d", s.h.Name(), s.dial, s.seq))
	s.lw.w.Sometimes("a client says good-bye with lines on their way", len(s.waiting) > 0)
}

func newLineWorld(w *sim.World) *lineWorld {
	lw := &lineWorld{w: w, received: map[string]int{}, byes: map[string]bool{}}
	for _, name := range []string{"accept fails", "the server sees a broken connection", "the server ends an idle connection", "a client comes back", "a connection is not made", "a client says good-bye with lines on their way"} {
		w.Sometimes(name, false)
	}
	lw.server = w.Host("server", lw.serve)
	for i := range 3 + w.Rand().IntN(3) {
		s := &sender{lw: lw, waiting: map[int]bool{}}
		lw.clients = append(lw.clients, s)
		w.Host(fmt.Sprintf("client%d", i), s.boot)
	}
	w.Always("lines and acknowledgements are whole, in order, and of their own connection; back-off waits", func() error { return errors.Join(lw.faults...) })
	w.Always("limits hold", func() error {
		if lw.server.Up() && lw.open > maxClients {
			return fmt.Errorf("%d connections are open, of %d", lw.open, maxClients)
		}
		return nil
	})
	w.Eventually("every line is acknowledged", func() error {
		for _, s := range lw.clients {
			if len(s.waiting) > 0 {
				return fmt.Errorf("%s: %d of %d lines are not", s.h.Name(), len(s.waiting), s.number)
			}
		}
		return nil
	})
	return lw
}

func TestLines(t *testing.T) {
	t.Parallel()
	sim.Run(t, sim.Config{
		Seeds: 20, Duration: 30 * time.Second, Settle: 45 * time.Second,
		Net:    sim.Net{Latency: 5 * time.Millisecond, Jitter: 30 * time.Millisecond, Loss: 0.01, Buffer: 8 << 10, GiveUp: 20 * time.Second},
		Faults: sim.Hostile(),
	}, func(w *sim.World) { newLineWorld(w) })
}
