//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// lf has lines that end in a line feed.
func lf() filter.Filter { return made(filter.NewLine(filter.LineConfig{Literal: "\n"})) }

// POE::Test::Loops::comp_tcp: a server with an Acceptor and one with callbacks,
// each with a client that is told the same: every callback comes once.
func TestLoopsCompTCP(t *testing.T) {
	perLoop(t, func(p *proof) {
		p.clientConfigs()
		k := p.kernel()
		seen := numbers{}
		acceptor := p.acceptorServer(k, seen)
		callbacks, err := servertcp.New(k, servertcp.Config{
			Address: "127.0.0.1", Alias: "input_server", ClientFilter: lf,
			ClientPreConnect: func(_ *servertcp.Client, h *kernel.Handle) *kernel.Handle {
				seen["server pre-connect"]++
				p.is().NotNil(h.RemoteAddr())
				return h
			},
			ClientConnected: func(*servertcp.Client) { seen["server connected"]++ },
			ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
				seen["server input "+line]++
				c.Put("echo: " + line)
				c.Shutdown()
			}),
			ClientFlushed:      func(*servertcp.Client) { seen["server flushed"]++ },
			ClientDisconnected: func(*servertcp.Client) { seen["server disconnected"]++ },
		})
		p.must().NoError(err)
		p.echoClient(k, seen, "acceptor_server", portOf(acceptor.Addr()), nil)
		p.echoClient(k, seen, "input_server", portOf(callbacks.Addr()), lf)
		p.run(k)
		want := numbers{
			"acceptor connected": 1, "acceptor input quit": 1, "acceptor flushed": 1, "acceptor stopped": 1,
			"server pre-connect": 1, "server connected": 1, "server input quit": 1, "server flushed": 1, "server disconnected": 1,
		}
		for _, of := range []string{"acceptor_server", "input_server"} {
			for _, what := range []string{" pre-connect", " connected", " flushed", " input echo: quit", " ended", " disconnected"} {
				want[of+what] = 1
			}
		}
		p.is().Equal(want, seen)
	})
}

// acceptorServer makes the connections' sessions itself.
func (p *proof) acceptorServer(k *kernel.Kernel, seen numbers) *servertcp.Listener {
	l, err := servertcp.New(k, servertcp.Config{
		Address: "127.0.0.1", Alias: "acceptor_server",
		Acceptor: func(l *servertcp.Listener, s socketfactory.Socket) {
			var w *readwrite.Wheel
			p.start(l.Kernel, states{
				"_start": func(e kernel.Event) {
					seen["acceptor connected"]++
					var err error
					w, err = readwrite.New(e.Kernel, readwrite.Config{
						Handle: s.Handle, Events: readwrite.Names{Input: "input", Error: "error", Flushed: "flushed"},
					})
					p.ok(err)
				},
				"input": func(e kernel.Event) {
					seen["acceptor input "+kernel.Arg[string](e, 0)]++
					w.Put("echo: " + kernel.Arg[string](e, 0))
				},
				"flushed": func(kernel.Event) { seen["acceptor flushed"]++; w.Close() },
				"error":   func(e kernel.Event) { p.Error(e.Args...) },
				"_stop":   func(kernel.Event) { seen["acceptor stopped"]++ },
			})
		},
	})
	p.must().NoError(err)
	return l
}

// echoClient says quit and shuts the server down when the connection is over.
func (p *proof) echoClient(k *kernel.Kernel, seen numbers, server string, port int, with func() filter.Filter) {
	_, err := clienttcp.New(k, clienttcp.Config{
		RemoteAddress: "127.0.0.1", RemotePort: port, Filter: with,
		PreConnect: func(_ *clienttcp.Client, h *kernel.Handle) *kernel.Handle {
			seen[server+" pre-connect"]++
			p.is().NotNil(h.RemoteAddr())
			return h
		},
		Connected:     func(c *clienttcp.Client) { seen[server+" connected"]++; c.Put("quit") },
		ConnectError:  func(_ *clienttcp.Client, err *kernel.OpError) { p.Error(err) },
		ServerFlushed: func(*clienttcp.Client) { seen[server+" flushed"]++ },
		ServerInput:   clienttcp.Input(func(_ *clienttcp.Client, line string) { seen[server+" input "+line]++ }),
		ServerError: func(_ *clienttcp.Client, err *kernel.OpError) {
			p.is().Equal("read", err.Op)
			p.is().Zero(err.Errno())
			seen[server+" ended"]++
		},
		Disconnected: func(c *clienttcp.Client) {
			seen[server+" disconnected"]++
			p.is().NoError(c.Kernel.Post(kernel.Alias(server), "shutdown"))
		},
	})
	p.must().NoError(err)
}

// clientConfigs tries configurations that miss something. What is no function
// or no list does not compile.
func (p *proof) clientConfigs() {
	k := p.kernel()
	input := clienttcp.Input(func(*clienttcp.Client, string) {})
	mark := func(*clienttcp.Client) {}
	full := clienttcp.Config{RemoteAddress: "127.0.0.1", RemotePort: 31401, ServerInput: input}
	for field, change := range map[string]func(c *clienttcp.Config){
		"RemoteAddress": func(c *clienttcp.Config) { c.RemoteAddress = "" },
		"RemotePort":    func(c *clienttcp.Config) { c.RemotePort = 0 },
		"ServerInput":   func(c *clienttcp.Config) { c.ServerInput = nil },
		"ServerHigh":    func(c *clienttcp.Config) { c.Marks, c.ServerLow = readwrite.Marks{High: 256, Low: 64}, mark },
		"ServerLow":     func(c *clienttcp.Config) { c.Marks, c.ServerHigh = readwrite.Marks{High: 256, Low: 64}, mark },
		"Marks":         func(c *clienttcp.Config) { c.ServerLow, c.ServerHigh = mark, mark },
	} {
		c := full
		change(&c)
		_, err := clienttcp.New(k, c)
		p.is().Error(err, field)
	}
	p.run(k)
}

// POE::Test::Loops::comp_tcp_concurrent: servers with a limit of one and of
// four connections serve nine clients each and never more at once.
func TestLoopsCompTCPConcurrent(t *testing.T) {
	perLoop(t, func(p *proof) {
		const clients = 9
		k := p.kernel()
		for _, limit := range []int{1, 4} {
			open, most, served, ended := 0, 0, 0, 0
			l, err := servertcp.New(k, servertcp.Config{
				Address: "127.0.0.1", MaxClients: limit,
				ClientConnected: func(*servertcp.Client) { open++; most = max(most, open) },
				ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
					served++
					c.Put("echo: " + line)
				}),
				ClientDisconnected: func(c *servertcp.Client) {
					if open--; served == clients && open == 0 {
						c.Kernel.Post(c.Listener().ID(), "shutdown")
					}
				},
			})
			p.must().NoError(err)
			for range clients {
				_, err := clienttcp.New(k, clienttcp.Config{
					RemoteAddress: "127.0.0.1", RemotePort: portOf(l.Addr()),
					Connected:    func(c *clienttcp.Client) { c.Put("hello") },
					ServerInput:  clienttcp.Input(func(c *clienttcp.Client, _ string) { c.Shutdown() }),
					Disconnected: func(*clienttcp.Client) { ended++ },
				})
				p.ok(err)
			}
			p.run(k)
			p.is().Equal([]int{clients, clients, 0}, []int{served, ended, open})
			p.is().LessOrEqual(most, limit)
			p.is().Positive(most)
		}
	})
}

// POE::Test::Loops::connect_errors: nobody listens, ConnectError says so, and
// the program ends.
func TestLoopsConnectErrors(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		failed := 0
		_, err := clienttcp.New(k, clienttcp.Config{
			Alias: "client", RemoteAddress: "127.0.0.1", RemotePort: p.unusedPort(),
			Connected: func(*clienttcp.Client) { p.Error("connected") },
			ConnectError: func(_ *clienttcp.Client, err *kernel.OpError) {
				failed++
				p.is().Equal("connect", err.Op)
				p.is().NotZero(err.Errno())
			},
			ServerInput: clienttcp.Input(func(*clienttcp.Client, string) { p.Error("input") }),
		})
		p.must().NoError(err)
		p.is().NoError(p.end(k))
		p.is().Equal(1, failed)
	})
}

// POE::Test::Loops::z_rt53302_fh_watchers: five clients that put and shut down
// and a server that does the same at once: each callback comes five times.
func TestLoopsZRT53302FHWatchers(t *testing.T) {
	perLoop(t, func(p *proof) {
		const clients = 5
		k := p.kernel()
		server, client := numbers{}, numbers{}
		l, err := servertcp.New(k, servertcp.Config{
			Alias: "server", Address: "127.0.0.1", // a name would be looked up while the program runs
			ClientConnected: func(*servertcp.Client) { server["connected"]++ },
			ClientInput: servertcp.Input(func(c *servertcp.Client, _ string) {
				server["input"]++
				c.Put("from server")
				c.Shutdown()
			}),
			ClientFlushed: func(*servertcp.Client) { server["flushed"]++ },
			ClientDisconnected: func(c *servertcp.Client) {
				if server["disconnected"]++; server["disconnected"] == clients {
					_, err := c.Kernel.Call(kernel.Alias("server"), "shutdown")
					p.is().NoError(err)
				}
			},
		})
		p.must().NoError(err)
		for range clients {
			_, err := clienttcp.New(k, clienttcp.Config{
				RemoteAddress: "localhost", RemotePort: portOf(l.Addr()), ConnectTimeout: patience,
				Connected:     func(c *clienttcp.Client) { client["connected"]++; c.Put("from client") },
				Disconnected:  func(*clienttcp.Client) { client["disconnected"]++ },
				ServerInput:   clienttcp.Input(func(c *clienttcp.Client, _ string) { client["input"]++; c.Kernel.Delay("shutdown", 0) }),
				ServerError:   func(*clienttcp.Client, *kernel.OpError) {},
				ServerFlushed: func(*clienttcp.Client) { client["flushed"]++ },
			})
			p.ok(err)
		}
		p.run(k)
		want := numbers{"connected": clients, "input": clients, "flushed": clients, "disconnected": clients}
		p.is().Equal(want, server)
		p.is().Equal(want, client)
	})
}
