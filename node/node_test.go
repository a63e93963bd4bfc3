package node_test

import (
	"errors"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/session"
)

// alone runs a kernel with one node and one session of the alias "main", which
// the handlers of funcs make up. The test ends when a handler shuts the node
// down, and the kernel with it.
func alone(t *testing.T, config node.Config, funcs func(n *node.Node) session.Funcs) {
	t.Helper()
	config.Name, config.Listen = "self", "127.0.0.1:0"
	k := kernel.New()
	n, err := node.Start(k, config)
	require.NoError(t, err)
	handlers := funcs(n)
	begin := handlers["_start"]
	handlers["_start"] = func(e kernel.Event) {
		require.NoError(t, e.Kernel.AliasSet("main"))
		if begin != nil {
			begin(e)
		}
	}
	_, err = session.Inline(k, handlers)
	require.NoError(t, err)
	require.NoError(t, k.Run())
	<-n.Done()
}

func self(alias string) node.Address { return node.Address{Node: "self", Alias: alias} }

func TestPostToOneself(t *testing.T) {
	var got []any
	alone(t, node.Config{}, func(n *node.Node) session.Funcs {
		require.NoError(t, n.Expose("main", "hello"))
		return session.Funcs{
			"_start": func(e kernel.Event) {
				require.NoError(t, e.Kernel.Post(n.To(self("main")), "hello", 1, "two"))
			},
			"hello": func(e kernel.Event) {
				got = e.Args
				from, ok := node.SenderOf(e.Sender)
				require.True(t, ok)
				require.Equal(t, self("main"), from)
				require.Equal(t, "poe://self/main", from.String())
				n.Shutdown()
			},
		}
	})
	require.Equal(t, []any{int64(1), "two"}, got)
}

func TestAnswerToSender(t *testing.T) {
	answered := false
	alone(t, node.Config{}, func(n *node.Node) session.Funcs {
		require.NoError(t, n.Expose("main", "ping", "pong"))
		return session.Funcs{
			"_start": func(e kernel.Event) { require.NoError(t, e.Kernel.Post(n.To(self("main")), "ping")) },
			"ping":   func(e kernel.Event) { require.NoError(t, e.Kernel.Post(e.Sender, "pong", 7)) },
			"pong": func(e kernel.Event) {
				answered = true
				require.Equal(t, int64(7), e.Arg(0))
				n.Shutdown()
			},
		}
	})
	require.True(t, answered)
}

func TestCallOneself(t *testing.T) {
	type answer struct {
		value any
		err   error
		extra any
	}
	var answers []answer
	asked := 0
	alone(t, node.Config{}, func(n *node.Node) session.Funcs {
		require.NoError(t, n.Expose("main", "add", "fail", "chan", "nothing"))
		require.NoError(t, n.Expose("ghost", "add"))
		return session.Funcs{
			"_start": func(e kernel.Event) {
				for i, c := range []struct{ alias, event string }{
					{"main", "add"}, {"main", "fail"}, {"main", "chan"}, {"main", "nothing"},
					{"ghost", "add"}, {"main", "secret"}, {"other", "add"},
				} {
					require.NoError(t, n.Call(self(c.alias), c.event, []any{40, 2}, "answer", i))
					asked++
				}
			},
			"add":  func(e kernel.Event) { e.Return(kernel.Arg[int64](e, 0) + kernel.Arg[int64](e, 1)) },
			"fail": func(e kernel.Event) { e.Return(syscall.EPIPE) },
			"chan": func(e kernel.Event) { e.Return(make(chan int)) },
			"answer": func(e kernel.Event) {
				err, _ := e.Arg(1).(error)
				answers = append(answers, answer{e.Arg(0), err, e.Arg(2)})
				if len(answers) == asked {
					n.Shutdown()
				}
			},
		}
	})
	require.Len(t, answers, 7)
	byCall := map[any]answer{}
	for _, a := range answers {
		byCall[a.extra] = a
	}
	require.Equal(t, int64(42), byCall[0].value)
	require.NoError(t, byCall[0].err)
	require.ErrorIs(t, byCall[1].value.(error), syscall.EPIPE)
	require.ErrorIs(t, byCall[2].err, node.ErrBadValue)
	require.Nil(t, byCall[3].value)
	require.NoError(t, byCall[3].err)
	require.ErrorIs(t, byCall[4].err, node.ErrNoSession)
	require.ErrorIs(t, byCall[4].err, kernel.ErrNoSession)
	require.ErrorIs(t, byCall[5].err, node.ErrNotExposed)
	require.ErrorIs(t, byCall[6].err, node.ErrNotExposed)
}

func TestCallErrorsAtOnce(t *testing.T) {
	alone(t, node.Config{MaxMessage: 100}, func(n *node.Node) session.Funcs {
		return session.Funcs{"_start": func(e kernel.Event) {
			require.ErrorIs(t, n.Call(node.Address{Node: "mars", Alias: "x"}, "e", nil, "r"), node.ErrNoNode)
			require.ErrorIs(t, n.Call(self("main"), "e", []any{make([]byte, 200)}, "r"), node.ErrTooLarge)
			require.ErrorIs(t, n.Call(self("main"), "e", []any{e.Session}, "r"), node.ErrBadValue)
			require.ErrorIs(t, n.Call(self("main"), "", nil, "r"), kernel.ErrInvalid)
			require.ErrorIs(t, n.Call(self("main"), "e", nil, ""), kernel.ErrInvalid)
			require.ErrorIs(t, n.CallTimeout(0, self("main"), "e", nil, "r"), kernel.ErrInvalid)
			require.ErrorIs(t, e.Kernel.Post(n.To(self("")), "e"), kernel.ErrInvalid)
			_, err := e.Kernel.Call(n.To(self("main")), "e")
			require.ErrorIs(t, err, kernel.ErrNoSession)
			n.Shutdown()
		}}
	})
}

func TestOutsideOfASession(t *testing.T) {
	k := kernel.New()
	n, err := node.Start(k, node.Config{Name: "self", Listen: "127.0.0.1:0"})
	require.NoError(t, err)
	require.ErrorIs(t, n.Call(self("main"), "e", nil, "r"), kernel.ErrNoActiveSession)
	_, err = n.Watch(self("main"), "e")
	require.ErrorIs(t, err, kernel.ErrNoActiveSession)
	n.Shutdown()
	require.NoError(t, k.Run())
	<-n.Done()
	require.ErrorIs(t, k.Post(n.To(self("main")), "e"), node.ErrClosed)
}

func TestPostFromAnotherGoroutine(t *testing.T) {
	arrived := false
	alone(t, node.Config{}, func(n *node.Node) session.Funcs {
		require.NoError(t, n.Expose("main", "hello"))
		return session.Funcs{
			"_start": func(e kernel.Event) {
				out := e.Kernel.Outside()
				go out.Post(n.To(self("main")), "hello")
			},
			"hello": func(kernel.Event) { arrived = true; n.Shutdown() },
		}
	})
	require.True(t, arrived)
}

func TestLostPosts(t *testing.T) {
	var lost []node.Loss
	var n *node.Node
	config := node.Config{Lost: func(l node.Loss) {
		if lost = append(lost, l); len(lost) == 2 {
			n.Shutdown()
		}
	}}
	alone(t, config, func(it *node.Node) session.Funcs {
		n = it
		require.NoError(t, n.Expose("ghost", node.AnyEvent))
		return session.Funcs{"_start": func(e kernel.Event) {
			require.NoError(t, e.Kernel.Post(n.To(self("main")), "secret"))
			require.NoError(t, e.Kernel.Post(n.To(self("ghost")), "boo"))
		}}
	})
	require.Equal(t, "secret", lost[0].Event)
	require.ErrorIs(t, lost[0].Err, node.ErrNotExposed)
	require.Equal(t, self("ghost"), lost[1].To)
	require.ErrorIs(t, lost[1].Err, node.ErrNoSession)
}

func TestExpose(t *testing.T) {
	alone(t, node.Config{}, func(n *node.Node) session.Funcs {
		for _, bad := range [][]string{{""}, {"a"}, {"a", ""}, {"a", "_stop"}, {"a", "ok", "_signal"}} {
			require.ErrorIs(t, n.Expose(bad[0], bad[1:]...), kernel.ErrInvalid, "%q", bad)
		}
		require.NoError(t, n.Expose("main", node.AnyEvent))
		require.NoError(t, n.Expose("part", "a", "b"))
		n.Unexpose("part", "a")
		var errs []error
		return session.Funcs{
			"_start": func(e kernel.Event) {
				require.NoError(t, e.Kernel.AliasSet("part"))
				require.NoError(t, n.Call(self("main"), "_stop", nil, "answer"))
				require.NoError(t, n.Call(self("main"), "any", nil, "answer"))
				require.NoError(t, n.Call(self("part"), "a", nil, "answer"))
				require.NoError(t, n.Call(self("part"), "b", nil, "answer"))
			},
			"answer": func(e kernel.Event) {
				err, _ := e.Arg(1).(error)
				if errs = append(errs, err); len(errs) < 4 {
					return
				}
				require.ErrorIs(t, errs[0], node.ErrNotExposed)
				require.NoError(t, errs[1])
				require.ErrorIs(t, errs[2], node.ErrNotExposed)
				require.NoError(t, errs[3])
				n.Shutdown()
			},
		}
	})
}

func TestWatchASession(t *testing.T) {
	var told []any
	alone(t, node.Config{}, func(n *node.Node) session.Funcs {
		require.NoError(t, n.Expose("victim", "die"))
		require.NoError(t, n.Expose("ghost", "die"))
		gone := 0
		return session.Funcs{
			"_start": func(e kernel.Event) {
				_, err := session.Inline(e.Kernel, session.Funcs{
					"_start": func(e kernel.Event) { require.NoError(t, e.Kernel.AliasSet("victim")) },
					"die":    func(e kernel.Event) { require.NoError(t, e.Kernel.AliasRemove("victim")) },
				})
				require.NoError(t, err)
				for _, alias := range []string{"victim", "ghost", "main"} {
					_, err := n.Watch(self(alias), "gone", alias)
					require.NoError(t, err)
				}
				id, err := n.Watch(self("victim"), "never")
				require.NoError(t, err)
				n.Unwatch(id)
				require.NoError(t, e.Kernel.Post(n.To(self("victim")), "die"))
			},
			"never": func(kernel.Event) { t.Error("an ended watch told of something") },
			"gone": func(e kernel.Event) {
				require.Equal(t, self(e.Arg(2).(string)), e.Arg(0))
				told = append(told, e.Arg(2), e.Arg(1))
				if gone++; gone == 3 {
					n.Shutdown()
				}
			},
		}
	})
	require.Len(t, told, 6)
	require.Equal(t, "ghost", told[0])
	require.ErrorIs(t, told[1].(error), node.ErrNoSession)
	require.Equal(t, "main", told[2])
	require.ErrorIs(t, told[3].(error), node.ErrNotExposed)
	require.Equal(t, []any{"victim", nil}, told[4:])
}

func TestShutdownAnswersCalls(t *testing.T) {
	var got error
	alone(t, node.Config{}, func(n *node.Node) session.Funcs {
		require.NoError(t, n.AddPeer("silent", silentPort(t)))
		return session.Funcs{
			"_start": func(e kernel.Event) {
				require.NoError(t, n.Call(node.Address{Node: "silent", Alias: "x"}, "e", nil, "answer"))
				n.Shutdown()
				n.Shutdown()
			},
			"answer": func(e kernel.Event) { got = e.Arg(1).(error) },
		}
	})
	require.ErrorIs(t, got, node.ErrClosed)
}

func TestTimeoutOfASilentPeer(t *testing.T) {
	var errs []error
	config := node.Config{Heartbeat: 100 * time.Millisecond, DeadAfter: 500 * time.Millisecond, Linger: -1}
	alone(t, config, func(n *node.Node) session.Funcs {
		require.NoError(t, n.AddPeer("silent", silentPort(t)))
		silent := node.Address{Node: "silent", Alias: "x"}
		return session.Funcs{
			"_start": func(e kernel.Event) {
				require.NoError(t, n.CallTimeout(50*time.Millisecond, silent, "e", nil, "answer"))
				require.NoError(t, n.Call(silent, "e", nil, "answer"))
			},
			"answer": func(e kernel.Event) {
				if errs = append(errs, e.Arg(1).(error)); len(errs) == 2 {
					require.ErrorIs(t, e.Kernel.Post(n.To(silent), "e"), node.ErrUnreachable)
					n.Shutdown()
				}
			},
		}
	})
	require.ErrorIs(t, errs[0], node.ErrTimeout)
	require.ErrorIs(t, errs[1], node.ErrUnreachable)
	require.ErrorIs(t, errs[1], syscall.EHOSTUNREACH)
}

// silentPort accepts connections and says nothing.
func silentPort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l.Addr().String()
}

func TestConfigErrors(t *testing.T) {
	type config = node.Config
	cases := []struct {
		field string
		c     config
	}{
		{"Name", config{Listen: "127.0.0.1:0"}},
		{"Listen", config{Name: "a"}},
		{"Listen", config{Name: "a", Listen: "nonsense"}},
		{"Listen", config{Name: "a", Listen: "127.0.0.1:http"}},
		{"Advertise", config{Name: "a", Listen: ":0", Insecure: true}},
		{"Advertise", config{Name: "a", Listen: "127.0.0.1:0", Advertise: "x"}},
		{"TLS", config{Name: "a", Listen: "192.0.2.1:0"}},
		{"Peers", config{Name: "a", Listen: "127.0.0.1:0", Peers: map[string]string{"b": "nowhere"}}},
		{"Window", config{Name: "a", Listen: "127.0.0.1:0", Window: -1}},
		{"MaxMessage", config{Name: "a", Listen: "127.0.0.1:0", MaxMessage: 1 << 40}},
		{"Heartbeat", config{Name: "a", Listen: "127.0.0.1:0", Heartbeat: -1}},
		{"DeadAfter", config{Name: "a", Listen: "127.0.0.1:0", Heartbeat: time.Minute}},
		{"Types", config{Name: "a", Listen: "127.0.0.1:0", Types: node.Types{50000: 3}}},
		{"Types", config{Name: "a", Listen: "127.0.0.1:0", Types: node.Types{1: point{}}}},
	}
	for _, c := range cases {
		_, err := node.Start(kernel.New(), c.c)
		var ce *kernel.ConfigError
		require.ErrorAs(t, err, &ce, "%+v", c.c)
		require.Equal(t, c.field, ce.Field)
		require.Equal(t, "node", ce.Package)
	}
}

func TestPortInUse(t *testing.T) {
	k := kernel.New()
	_, err := node.Start(k, node.Config{Name: "a", Listen: silentPort(t)})
	require.ErrorIs(t, err, syscall.EADDRINUSE)
	var ce *kernel.ConfigError
	require.False(t, errors.As(err, &ce))
	require.NoError(t, k.Run(), "nothing is left of it")
}
