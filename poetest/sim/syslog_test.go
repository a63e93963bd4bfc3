package sim_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/syslogclient"
	"github.com/gopoe/poe/component/syslogserver"
	"github.com/gopoe/poe/filter/syslog"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest/sim"
	"github.com/gopoe/poe/session"
)

// logWorld is a server of logs and hosts that send to it.
type logWorld struct {
	w       *sim.World
	sent    map[string]int // messages by text, and how often they have come
	last    map[connectionOf]int
	faults  []error
	arrived uint64 // in the server's present life
	server  *syslogserver.Server
	host    *sim.Host
	datagrm bool
	sources []*logSource
}

// connectionOf is a connection of one life of a host: ports come again after a
// crash.
type connectionOf struct {
	from netip.AddrPort
	life int
}

const (
	logPending = 4 << 10
	logText    = 100
	quiet      = 20 * time.Second // until peace has come to all connections
)

func (lw *logWorld) fail(format string, args ...any) {
	lw.faults = append(lw.faults, fmt.Errorf(format, args...))
}

func (lw *logWorld) serve(h *sim.Host) {
	lw.arrived = 0
	kind, listen := "tcp", h.Listen
	if lw.datagrm {
		kind, listen = "udp", h.ListenPacket
	}
	at, err := listen(514)
	if err != nil {
		panic(err)
	}
	lw.server, err = syslogserver.New(h.Kernel, syslogserver.Config{
		Type: kind, Handle: at, Input: lw.input,
		Error: func(err *syslogserver.Error) {
			if lw.datagrm {
				lw.fail("a datagram cannot be read: %v", err)
			}
		},
	})
	if err != nil {
		panic(err)
	}
}

func (lw *logWorld) input(m *syslogserver.Message) {
	lw.arrived++
	n, known := lw.sent[m.Text]
	if !known {
		lw.fail("the message %q came, which was not sent", m.Text)
		return
	}
	lw.sent[m.Text] = n + 1
	if lw.datagrm {
		if n > 1 {
			lw.fail("%.20q came %d times", m.Text, n+1)
		}
		return
	}
	var name string
	var life, number int
	if _, err := fmt.Sscanf(m.Text, "%s %d %d", &name, &life, &number); err != nil {
		lw.fail("%q: %v", m.Text, err)
	}
	conn := connectionOf{m.From, life}
	if last := lw.last[conn]; number <= last {
		lw.fail("message %d of %s came after message %d over one connection", number, name, last)
	}
	lw.last[conn] = number
}

// logSource sends messages.
type logSource struct {
	lw       *logWorld
	h        *sim.Host
	c        *syslogclient.Client
	number   int // of the last message of this life
	accepted uint64
	refused  uint64
	late     []string // sent when all was quiet
}

func (s *logSource) boot(h *sim.Host) {
	s.h, s.number, s.accepted, s.refused, s.late = h, 0, 0, 0, nil
	var send func(text string) error
	if s.lw.datagrm {
		socket, err := h.ListenPacket(0)
		if err != nil {
			panic(err)
		}
		to := netip.AddrPortFrom(s.lw.host.Addr(), 514)
		send = func(text string) error {
			m := syslog.Message{Format: syslog.RFC5424, Facility: syslog.User, Severity: syslog.Info, Text: text}
			datagram, err := m.Append(nil)
			if err == nil {
				_, err = socket.WriteTo(datagram, to)
			}
			return err
		}
	} else {
		var err error
		s.c, err = syslogclient.New(h.Kernel, syslogclient.Config{
			Type: "tcp", RemoteAddress: "logs", Timeout: 5 * time.Second, MaxPending: logPending, Hostname: h.Name(), AppName: "sim.test", ProcID: "1",
			Backoff: clienttcp.Backoff{Min: 200 * time.Millisecond, Max: 3 * time.Second},
			Dial:    func(d *clienttcp.Dialing) { h.Dial(d.Address, 514, d.Complete) },
			Error:   func(err error) { s.lw.w.Sometimes("messages are dropped", errors.Is(err, syslogclient.ErrPending)) },
		})
		if err != nil {
			panic(err)
		}
		send = func(text string) error {
			return s.c.Send(syslog.Message{Facility: syslog.User, Severity: syslog.Info, Text: text})
		}
	}
	_, err := session.Inline(h.Kernel, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.Yield("next") },
		"next": func(e kernel.Event) {
			s.number++
			text := fmt.Sprintf("%s %d %d ", h.Name(), h.Lives(), s.number)
			text += strings.Repeat("x", logText-len(text))
			s.lw.sent[text] = 0
			switch err := send(text); {
			case err == nil:
				if s.accepted++; s.lw.quiet() {
					s.late = append(s.late, text)
				}
			case s.lw.datagrm, errors.Is(err, syslogclient.ErrPending):
				s.refused++
			default:
				s.lw.fail("a message is refused: %v", err)
			}
			e.Kernel.DelaySet("next", time.Duration(20+e.Kernel.Rand().IntN(500))*time.Millisecond)
		},
	})
	if err != nil {
		panic(err)
	}
}

// quiet reports whether faults have been over for some time, and it is not the end
// yet.
func (lw *logWorld) quiet() bool {
	return lw.w.Now() > logConfig.Duration+quiet && lw.w.Now() < logConfig.Duration+logConfig.Settle-2*time.Second
}

var logConfig = sim.Config{
	Seeds: 10, Duration: 30 * time.Second, Settle: 40 * time.Second,
	Net:    sim.Net{Latency: 5 * time.Millisecond, Jitter: 20 * time.Millisecond, Loss: 0.02, Duplicate: 0.02, GiveUp: 10 * time.Second},
	Faults: sim.Hostile(),
}

func newLogWorld(w *sim.World, datagrams bool) {
	lw := &logWorld{w: w, sent: map[string]int{}, last: map[connectionOf]int{}, datagrm: datagrams}
	lw.host = w.Host("logs", lw.serve)
	for i := range 3 {
		s := &logSource{lw: lw}
		lw.sources = append(lw.sources, s)
		w.Host(fmt.Sprintf("source%d", i), s.boot)
	}
	w.Always("the server counts what has come", func() error {
		if got := lw.server.Stats(); lw.host.Up() && got.Received != lw.arrived {
			return fmt.Errorf("it counts %d messages, of %d", got.Received, lw.arrived)
		}
		return nil
	})
	if datagrams {
		w.Always("datagrams are what was sent, and come twice at most", func() error { return errors.Join(lw.faults...) })
		w.Sometimes("a datagram is lost", false)
		w.Sometimes("a datagram comes twice", false)
		w.Eventually("most of what is sent in peace arrives", func() error {
			came := 0
			for _, s := range lw.sources {
				for _, text := range s.late {
					came += min(1, lw.sent[text])
					w.Sometimes("a datagram is lost", lw.sent[text] == 0)
					w.Sometimes("a datagram comes twice", lw.sent[text] == 2)
				}
				if len(s.late) == 0 || came*2 < len(s.late) {
					return fmt.Errorf("%d of %d", came, len(s.late))
				}
				came = 0
			}
			return nil
		})
		return
	}
	w.Sometimes("messages are dropped", false)
	w.Always("messages are what was sent, and in order over each connection", func() error { return errors.Join(lw.faults...) })
	w.Always("a client's figures add up, and what waits is bounded", func() error {
		for _, s := range lw.sources {
			got := s.c.Stats()
			if got.Sent+uint64(got.Pending) > s.accepted || got.Dropped != s.refused {
				return fmt.Errorf("%s: %+v of %d, %d refused", s.h.Name(), got, s.accepted, s.refused)
			}
			if got.Pending*logText > logPending {
				return fmt.Errorf("%s: %d messages wait", s.h.Name(), got.Pending)
			}
		}
		return nil
	})
	w.Eventually("what is sent in peace arrives", func() error {
		for _, s := range lw.sources {
			for _, text := range s.late {
				if lw.sent[text] == 0 {
					return fmt.Errorf("%.20q has not come", text)
				}
			}
			if len(s.late) == 0 {
				return fmt.Errorf("%s has sent nothing", s.h.Name())
			}
		}
		return nil
	})
}

func TestLogs(t *testing.T) {
	t.Parallel()
	sim.Run(t, logConfig, func(w *sim.World) { newLogWorld(w, false) })
}

func TestDatagrams(t *testing.T) {
	t.Parallel()
	sim.Run(t, logConfig, func(w *sim.World) { newLogWorld(w, true) })
}
