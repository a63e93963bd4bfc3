package browser_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/inspect"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// An order is what the program's sessions work on.
type order struct {
	ID       int
	Customer string
	Items    []string
	Total    float64
	State    string
	Updated  time.Time
	history  map[string]int
}

var orderStates = session.States[order]{
	"_start": func(o *order, e kernel.Event) {
		must(e.Kernel.AliasSet(fmt.Sprintf("order-%d", o.ID)))
		must(e.Kernel.Sig("DIE", "failed"))
		must(e.Kernel.Delay("review", time.Duration(50+o.ID*7%90)*time.Millisecond, o.ID))
		must(e.Kernel.DelayAdd("expire", time.Hour, "unpaid"))
	},
	"review": func(o *order, e kernel.Event) {
		o.Updated = e.Kernel.Now()
		o.history[o.State]++
		_, err := e.Kernel.Call(e.Session, "price", o.Items)
		must(err)
		must(e.Kernel.Post(kernel.Alias("stock"), "reserve", o.ID, o.Items[0]))
		must(e.Kernel.Delay("review", time.Duration(50+o.ID*7%90)*time.Millisecond, o.ID))
	},
	"price":    func(o *order, e kernel.Event) { o.Total = float64(len(o.Items)) * 19.9; e.Return(o.Total) },
	"reserved": func(o *order, e kernel.Event) { o.State = "reserved" },
	"expire":   func(o *order, e kernel.Event) { o.State = "expired" },
	"failed":   func(_ *order, e kernel.Event) { e.Kernel.SigHandled() },
	"break":    func(o *order, _ kernel.Event) { panic(fmt.Sprintf("order %d has no price list", o.ID)) },
}

type stock struct {
	Reserved map[string]int
	Missing  int
}

var stockStates = session.States[stock]{
	"_start": func(s *stock, e kernel.Event) {
		must(e.Kernel.AliasSet("stock"))
		must(e.Kernel.Delay("grind", 5*time.Millisecond))
	},
	"reserve": func(s *stock, e kernel.Event) {
		s.Reserved[e.Args[1].(string)]++
		must(e.Kernel.Post(e.Sender, "reserved", e.Args[0]))
		if s.Reserved[e.Args[1].(string)]%5 == 0 {
			_, err := e.Kernel.Offload("audited", func(context.Context) (any, error) { return "ok", nil })
			must(err)
		}
	},
	"grind": func(s *stock, e kernel.Event) {
		sum := sha256.Sum256(nil)
		for range 1000 {
			sum = sha256.Sum256(sum[:])
		}
		must(e.Kernel.Delay("grind", 5*time.Millisecond))
	},
	"audited": func(s *stock, e kernel.Event) {
		if s.Missing++; s.Missing%4 == 0 {
			must(e.Kernel.Post(e.Session, "reorder", "bolts"))
		}
	},
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// program is a shop: orders, a stock, and an echo server with connections.
type program struct {
	t       *testing.T
	k       *kernel.Kernel
	i       *inspect.Inspector
	addr    string // of the echo server
	clients []net.Conn
}

func startProgram(t *testing.T, crowd int) *program {
	p := &program{t: t, k: kernel.New(kernel.Options{Name: "shop", Logger: slog.New(slog.DiscardHandler)})}
	_, err := session.Create(p.k, &stock{Reserved: map[string]int{}}, stockStates)
	require.NoError(t, err)
	startPayments(p.k)
	names := []string{"Ada", "Grace", "Edsger", "Barbara", "Tony", "Niklaus"}
	_, err = session.Inline(p.k, session.Funcs{
		"_start": func(e kernel.Event) {
			must(e.Kernel.AliasSet("orders"))
			for n := range 24 {
				_, err := session.Create(e.Kernel, &order{ID: n + 1, Customer: names[n%len(names)], Items: []string{"bolts", "nuts", "gears"}[:1+n%3], State: "new", history: map[string]int{}}, orderStates)
				must(err)
			}
		},
		"_child": func(kernel.Event) {},
	})
	require.NoError(t, err)
	if crowd > 0 {
		_, err = session.Inline(p.k, session.Funcs{
			"_start": func(e kernel.Event) {
				must(e.Kernel.AliasSet("crowd"))
				for range crowd {
					_, err := session.Inline(e.Kernel, session.Funcs{"_start": func(e kernel.Event) {
						_, err := e.Kernel.RefcountIncrement(e.Session, "crowd")
						must(err)
					}})
					must(err)
				}
			},
			"_child": func(kernel.Event) {},
		})
		require.NoError(t, err)
	}
	l, err := servertcp.Listen(p.k, servertcp.Config{
		Alias: "echo", Address: "127.0.0.1",
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) { c.Put(line) }),
	})
	require.NoError(t, err)
	p.addr = l.Addrs()[0].String()
	p.i, err = inspect.Listen(p.k, "127.0.0.1:0", inspect.Config{Actions: true, Lease: 3 * time.Second})
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- p.k.Run() }()
	done := make(chan struct{})
	for range 8 {
		c, err := net.Dial("tcp", p.addr)
		require.NoError(t, err)
		p.clients = append(p.clients, c)
		go talk(c, done)
	}
	t.Cleanup(func() {
		close(done)
		require.NoError(t, p.i.Close())
		p.k.Outside().Stop()
		require.NoError(t, <-ended)
		for _, c := range p.clients {
			_ = c.Close()
		}
	})
	return p
}

// talk sends lines and reads them back.
func talk(c net.Conn, done chan struct{}) {
	r := bufio.NewReader(c)
	for n := 0; ; n++ {
		select {
		case <-done:
			return
		case <-time.After(10 * time.Millisecond):
		}
		if _, err := fmt.Fprintf(c, "line %d\n", n); err != nil {
			return
		}
		if _, err := r.ReadString('\n'); err != nil {
			return
		}
	}
}
