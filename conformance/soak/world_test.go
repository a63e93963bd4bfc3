package soak

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"syscall"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// world is what the daemon lives in: clients, and the server upstream, with
// all the trouble that there is.
type world struct {
	*rand.Rand
	upstream *poetest.Listener
	intake   *poetest.Listener
	sockets  []*poetest.Socket // all that were ever made and are not closed
	made     int
	refuse   bool
	deaf     bool
	peaceful bool        // no more trouble
	got      map[int]int // batches by number
	again    int         // batches that came more than once
	resets   int
	clients  int
}

func newWorld(seed uint64) *world {
	return &world{
		Rand:     rand.New(rand.NewPCG(seed, 24)),
		upstream: poetest.Listen(netip.MustParseAddrPort("192.0.2.1:2003")),
		intake:   poetest.Listen(netip.MustParseAddrPort("127.0.0.1:2003")),
		got:      map[int]int{},
	}
}

// track remembers a connection, to see at the end that it was closed.
func (w *world) track(h *kernel.Handle) *kernel.Handle {
	w.made++
	kept := w.sockets[:0]
	for _, s := range append(w.sockets, poetest.SocketOf(h)) {
		if !s.Closed() {
			kept = append(kept, s)
		}
	}
	clear(w.sockets[min(len(kept), len(w.sockets)):])
	w.sockets = kept
	return h
}

// dial is how the daemon gets upstream.
func (w *world) dial() (*kernel.Handle, error) {
	if w.refuse {
		return nil, &kernel.OpError{Op: "connect", Err: syscall.ECONNREFUSED}
	}
	h, err := w.upstream.Dial()
	if err != nil {
		return nil, err
	}
	return w.track(h), nil
}

// startUpstream makes the server, and the trouble.
func (w *world) startUpstream(k *kernel.Kernel) error {
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			must(e.Kernel.AliasSet("upstream"))
			_, err := e.Kernel.Host().Own(w.upstream.Handle(), "upstream")
			must(err)
			must(e.Kernel.SelectRead(w.upstream.Handle(), "incoming"))
			must(e.Kernel.Delay("trouble", 10*time.Minute))
		},
		"_child": func(kernel.Event) {},
		"_stop":  func(kernel.Event) {},
		"incoming": func(e kernel.Event) {
			h, _, err := w.upstream.Handle().Accept()
			must(err)
			must(w.serve(e.Kernel, w.track(h)))
		},
		"trouble": func(e kernel.Event) {
			if !w.peaceful {
				w.trouble(e.Kernel)
				must(e.Kernel.Delay("trouble", time.Duration(5+w.IntN(20))*time.Minute))
			}
		},
		"accept again": func(kernel.Event) { w.refuse = false },
		"listen again": func(kernel.Event) { w.deaf = false },
	})
	return err
}

func (w *world) trouble(k *kernel.Kernel) {
	switch w.IntN(3) {
	case 0: // the cable is cut, and nobody answers for a while
		w.refuse = true
		must(k.Delay("accept again", time.Duration(1+w.IntN(240))*time.Second))
		fallthrough
	case 1:
		w.resets++
		for _, s := range w.sockets {
			if s.LocalAddr().String() == "192.0.2.1:2003" {
				s.Reset()
			}
		}
	case 2:
		w.deaf = true
		must(k.Delay("listen again", time.Duration(1+w.IntN(90))*time.Second))
	}
}

// serve answers one connection of the daemon's.
func (w *world) serve(k *kernel.Kernel, h *kernel.Handle) error {
	var c *wire
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			var err error
			c, err = open(e.Kernel, h, func(line string) { w.receive(c, line) }, func(error) { must(c.close()) })
			must(err)
		},
		"_stop":    func(kernel.Event) {},
		"readable": func(kernel.Event) { c.readable() },
		"writable": func(kernel.Event) { c.writable() },
	})
	return err
}

func (w *world) receive(c *wire, line string) {
	if w.deaf {
		return
	}
	var seq, total int
	if n, _ := fmt.Sscanf(line, "batch %d %d", &seq, &total); n == 2 {
		if _, twice := w.got[seq]; twice {
			w.again++
		}
		w.got[seq] = total
		if !w.peaceful && w.IntN(40) == 0 {
			must(c.close()) // and the daemon never learns that it arrived
			return
		}
		must(c.send(fmt.Sprintf("ack %d", seq)))
		return
	}
	must(c.send("pong"))
}

// startCrowd makes the session that makes the clients.
func (w *world) startCrowd(k *kernel.Kernel) error {
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			must(e.Kernel.AliasSet("crowd"))
			must(e.Kernel.Delay("next", time.Second))
		},
		"_child": func(kernel.Event) {},
		"_stop":  func(kernel.Event) {},
		"next": func(e kernel.Event) {
			must(e.Kernel.Delay("next", time.Duration(1+w.IntN(40))*time.Second))
			must(w.client(e.Kernel))
		},
		"enough": func(e kernel.Event) { must(e.Kernel.DelayClear("next")) },
	})
	return err
}

// client is one client: it sends some lines and ends in one of several ways.
func (w *world) client(k *kernel.Kernel) error {
	w.clients++
	h, err := w.intake.Dial()
	if err != nil {
		return err
	}
	w.track(h)
	left, end := 1+w.IntN(10), w.IntN(8)
	var c *wire
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			c, err = open(e.Kernel, h, func(string) {}, func(error) {
				must(e.Kernel.DelayClear("next"))
				must(c.close())
			})
			must(err)
			must(e.Kernel.Delay("next", 0))
		},
		"_stop":    func(kernel.Event) {},
		"readable": func(kernel.Event) { c.readable() },
		"writable": func(kernel.Event) { c.writable() },
		"next": func(e kernel.Event) {
			if left--; left >= 0 {
				must(c.send(fmt.Sprintf("m%d %d", w.IntN(5), 1+w.IntN(100))))
				must(e.Kernel.Delay("next", time.Duration(w.IntN(3000))*time.Millisecond))
				return
			}
			switch end {
			case 0:
				must(c.send("garbage")) // and wait to be thrown out
			case 1:
				poetest.SocketOf(h).Reset()
			case 2: // and be thrown out for saying nothing
			case 3:
				must(c.close())
			default:
				if err := c.finish(); err != nil && !errors.Is(err, syscall.ENOTSOCK) {
					must(err)
				}
			}
		},
	})
	return err
}
