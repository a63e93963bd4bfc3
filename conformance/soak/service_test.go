//go:build unix

package soak

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"time"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/followtail"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/run"
)

// service is the other program under test, made of components and wheels: a
// server that writes a log, clients that come back, a feeder, a watcher of the
// log, and a runner of jobs in child processes.
type service struct {
	*rand.Rand
	clock    *poetest.Clock
	listener *poetest.Listener
	log      string // path

	written  int            // lines of the log
	watched  int            // the same, as the watcher has seen them
	rotated  int            // how often the log was turned
	resets   int            // how often the watcher noticed
	fed      int            // connections of the feeder
	clients  int            // that were made
	connects int            // and connections of theirs
	trouble  map[string]int // at the server, by operation
	refused  map[string]int // at the clients, by the error's text
	jobs     []string       // what the children said
}

func newService(clock *poetest.Clock, log string) *service {
	return &service{
		Rand: rand.New(rand.NewPCG(1, 24)), clock: clock, log: log,
		listener: poetest.Listen(netip.MustParseAddrPort("192.0.2.1:2003")),
		trouble:  map[string]int{}, refused: map[string]int{},
	}
}

func (s *service) start(k *kernel.Kernel) error {
	for _, part := range []func(*kernel.Kernel) error{s.startServer, s.startWatcher, s.startFeeder, s.startRunner, s.startPlanner, s.startCrowd} {
		if err := part(k); err != nil {
			return err
		}
	}
	return nil
}

func (s *service) startServer(k *kernel.Kernel) error {
	_, err := servertcp.New(k, servertcp.Config{
		Alias: "server", Listener: s.listener.Handle(), MaxClients: 30,
		Timeouts: servertcp.Timeouts{Idle: 20 * time.Minute},
		OnPanic:  servertcp.PanicCloseClient,
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
			if line == "garbage" {
				panic(line)
			}
			must(s.write(line))
			c.Put("noted")
		}),
		ClientError: func(_ *servertcp.Client, err *kernel.OpError) { s.trouble[err.Op]++ },
	})
	return err
}

// write appends a line to the log, as a daemon that opens it each time.
func (s *service) write(line string) error {
	f, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	s.written++
	if _, err := fmt.Fprintln(f, line); err != nil {
		return err
	}
	return f.Close()
}

// startWatcher follows the log, which is turned every hour. In between the
// wheel is replaced by one that goes on where it was.
func (s *service) startWatcher(k *kernel.Kernel) error {
	var w *followtail.Wheel
	follow := func(k *kernel.Kernel, from int64) {
		next, err := followtail.New(k, followtail.Config{
			Filename: s.log, PollInterval: 10 * time.Second, PollOnly: true, Seek: &from,
			Events: followtail.Names{Input: "line", Reset: "reset"},
		})
		must(err)
		must(poe.Replace(&w, next))
	}
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			must(e.Kernel.AliasSet("watcher"))
			follow(e.Kernel, 0)
			must(e.Kernel.Delay("replace", 30*time.Minute))
			must(e.Kernel.Delay("rotate", time.Hour))
		},
		"_stop": func(kernel.Event) {},
		"line":  func(kernel.Event) { s.watched++ },
		"reset": func(kernel.Event) { s.resets++ },
		"replace": func(e kernel.Event) {
			must(e.Kernel.Delay("replace", time.Hour))
			follow(e.Kernel, w.Tell()-int64(w.Pending()))
		},
		"rotate": func(e kernel.Event) {
			must(e.Kernel.Delay("rotate", time.Hour))
			must(s.write("the last line of an hour"))
			s.rotated++
			must(os.Rename(s.log, s.log+".old"))
		},
	})
	return err
}

// startFeeder says something every five minutes, over a connection that it
// makes anew each time; some are cut before.
func (s *service) startFeeder(k *kernel.Kernel) error {
	var w *readwrite.Wheel
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.Yield("connect") },
		"_stop":  func(kernel.Event) {},
		"connect": func(e kernel.Event) {
			must(e.Kernel.Delay("connect", 5*time.Minute))
			h, err := s.listener.Dial()
			must(err)
			next, err := readwrite.New(e.Kernel, readwrite.Config{Handle: h, Events: readwrite.Names{Input: "noted", Error: "broken"}})
			must(err)
			must(poe.Replace(&w, next))
			s.fed++
			w.Put("fed")
			if s.IntN(4) == 0 {
				must(e.Kernel.Delay("cut", time.Minute))
			}
		},
		"cut":    func(kernel.Event) { poetest.SocketOf(w.InputHandle()).Reset() },
		"noted":  func(kernel.Event) {},
		"broken": func(kernel.Event) { must(poe.Replace(&w, nil)) },
	})
	return err
}

// startRunner runs a child for whoever asks with a postback. The clock waits
// for it, for children live in real time.
func (s *service) startRunner(k *kernel.Kernel) error {
	var w *run.Wheel
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { must(e.Kernel.AliasSet("runner")) },
		"_stop":  func(kernel.Event) {},
		"run": func(e kernel.Event) {
			answer, said := kernel.Arg[*kernel.Postback](e, 0), ""
			hold := e.Kernel.Hold("a job")
			next, err := run.New(e.Kernel, run.Config{
				Program: []string{"/bin/sh", "-c", `read it; echo "did $it"; exit 3`},
				Events: run.Funcs{
					Stdout: func(_ *run.Wheel, record any) { said = record.(string) },
					Exit: func(_ *run.Wheel, status kernel.WaitStatus) {
						s.clock.Wait = 0
						answer.Post(said, status.ExitCode())
						answer.Release()
						hold.Release()
						must(poe.Replace(&w, nil))
					},
				},
			})
			must(err)
			must(poe.Replace(&w, next))
			s.clock.Wait = time.Minute
			w.Put(kernel.Arg[string](e, 1))
		},
	})
	return err
}

// startPlanner asks for a job every hour.
func (s *service) startPlanner(k *kernel.Kernel) error {
	hour := 0
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { must(e.Kernel.Delay("plan", 50*time.Minute)) },
		"_stop":  func(kernel.Event) {},
		"plan": func(e kernel.Event) {
			must(e.Kernel.Delay("plan", time.Hour))
			hour++
			must(e.Kernel.Post(kernel.Alias("runner"), "run", e.Session.Postback("done", hour), fmt.Sprintf("job %d", hour)))
		},
		"done": func(e kernel.Event) {
			s.jobs = append(s.jobs, fmt.Sprint(kernel.Arg[[]any](e, 0), kernel.Arg[[]any](e, 1)))
		},
	})
	return err
}

// startCrowd makes clients, about one a minute, until it is told "enough".
func (s *service) startCrowd(k *kernel.Kernel) error {
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			must(e.Kernel.AliasSet("crowd"))
			e.Kernel.Yield("next")
		},
		"_stop":  func(kernel.Event) {},
		"_child": func(kernel.Event) {},
		"next": func(e kernel.Event) {
			must(e.Kernel.Delay("next", time.Duration(1+s.IntN(120))*time.Second))
			must(s.client(e.Kernel))
		},
		"enough": func(e kernel.Event) { must(e.Kernel.DelayClear("next")) },
	})
	return err
}

// visit is what a client does with its connections.
type visit struct {
	*service
	left  int // connections that it still makes
	lines int // that it still sends over this one
}

// client makes a client, which connects some times and talks each time.
func (s *service) client(k *kernel.Kernel) error {
	s.clients++
	v := &visit{service: s, left: 1 + s.IntN(4)}
	_, err := clienttcp.New(k, clienttcp.Config{
		ConnectTimeout: time.Minute,
		Dial:           v.dial,
		Connected: func(c *clienttcp.Client) {
			s.connects++
			v.lines = 1 + s.IntN(5)
			c.Put("a line")
		},
		ConnectError: func(c *clienttcp.Client, err *kernel.OpError) {
			s.refused[err.Text()]++
			v.again(c)
		},
		ServerInput:  clienttcp.Input(v.answered),
		ServerError:  func(*clienttcp.Client, *kernel.OpError) {},
		Disconnected: v.again,
	})
	return err
}

// dial connects, or is refused, or nobody answers.
func (v *visit) dial(d *clienttcp.Dialing) {
	switch v.IntN(20) {
	case 0:
		d.Complete(nil, kernel.ErrWouldBlock)
	case 1: // for ever
	default:
		d.Complete(v.listener.Dial())
	}
}

// again connects once more, after a while.
func (v *visit) again(c *clienttcp.Client) {
	if v.left--; v.left > 0 {
		must(c.Kernel.Delay("reconnect", time.Duration(1+v.IntN(300))*time.Second))
	}
}

// answered sends the next line, and ends in one of several ways.
func (v *visit) answered(c *clienttcp.Client, _ string) {
	if v.lines--; v.lines > 0 {
		c.Put("a line")
		return
	}
	switch v.IntN(8) {
	case 0:
		c.Put("garbage")
	case 1:
		poetest.SocketOf(c.Wheel.InputHandle()).Reset()
	case 2: // and be thrown out for saying nothing
	default:
		c.Shutdown()
	}
}
