package ikc_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/ikc"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// pair is two Go kernels, the second connected to the first.
func pair(t *testing.T, c ikc.Config) (a, b *goKernel) {
	a = start(t, ikc.Config{Name: "A", Aliases: []string{"First"}})
	c.Name = "B"
	b = start(t, c)
	b.connect(a, ikc.ClientConfig{})
	b.want("connected")
	b.want("register A")
	b.want("register First")
	a.want("register B")
	return a, b
}

func (g *goKernel) connect(to *goKernel, c ikc.ClientConfig) {
	c.Address, c.Port = "127.0.0.1", to.port
	c.OnConnect = func(string) { g.tell("connected") }
	c.OnError = func(err error) { g.tell("no connection: %v", err) }
	g.do(func(*kernel.Kernel) {
		_, err := g.r.Connect(c)
		g.report(err)
	})
}

func TestNames(t *testing.T) {
	a, b := pair(t, ikc.Config{})
	b.do(func(k *kernel.Kernel) {
		names := b.r.Kernels()
		require.Len(t, names, 1)
		for id, others := range names {
			require.Equal(t, a.r.ID(), id)
			require.Equal(t, []string{"A", "First"}, others[:2])
		}
		require.ErrorIs(t, b.r.Register("Nobody", "X"), ikc.ErrNoKernel)
		require.ErrorIs(t, b.r.Register("A", "B"), ikc.ErrName, "our own")
		require.ErrorIs(t, b.r.Register("A", "*"), ikc.ErrSpecifier)
		b.report(b.r.Register("A", "Friend"))
		b.report(k.Post(ikc.URL("poe://Friend/chat"), "said", "by a new name"))
	})
	b.want("register Friend")
	a.want("said [by a new name]")
	b.do(func(k *kernel.Kernel) {
		b.report(b.r.Unregister("Friend"))
		require.ErrorIs(t, k.Post(ikc.URL("poe://Friend/chat"), "said", 1), ikc.ErrNoKernel)
		require.ErrorIs(t, b.r.Unregister("Friend"), ikc.ErrNoKernel)
		require.ErrorIs(t, b.r.Default("Friend"), ikc.ErrNoKernel)
		b.report(b.r.Default("A"))
		b.report(b.r.Unregister(a.r.ID()))
	})
	b.want("unregister Friend")
	b.want("unregister A")
	b.want("unregister First")
	a.want("unregister B")
}

func TestTheLocalKernel(t *testing.T) {
	g := start(t, ikc.Config{})
	g.do(func(k *kernel.Kernel) {
		require.ErrorIs(t, g.r.RegisterLocal("not a name"), kernel.ErrInvalid)
		g.report(g.r.RegisterLocal("Here"))
		g.report(k.Post(ikc.URL("poe://Here/chat"), "said", 1, 2))
		g.report(k.Post(ikc.URL("poe://"+g.r.ID()+"/chat"), "said", "by ID"))
		_, err := g.r.Call("poe://Go/chat/sum", []any{int64(1), int64(2)}, "answer")
		g.report(err)
		g.report(k.Post(ikc.URL("poe://Go/chat"), "ask", "myself"))
		g.report(k.Post(ikc.URL("poe://Go/chat"), "secret", 1))
		g.report(k.Post(ikc.URL("poe://Go/nobody"), "said", 1))
	})
	var got []string
	for range 6 {
		line := g.next()
		if strings.HasPrefix(line, "error") {
			line, _, _ = strings.Cut(line, ":")
		}
		got = append(got, line)
	}
	require.Equal(t, []string{"said [1 2]", "said [by ID]"}, got[:2])
	require.ElementsMatch(t, []string{"answer [3 <nil>]", "said [back myself]", "error local ikc", "error local ikc"}, got[2:])
}

func TestSenderIsTheRemoteSession(t *testing.T) {
	a, b := pair(t, ikc.Config{})
	a.do(func(k *kernel.Kernel) {
		g := a
		g.report(k.State("echo", func(e kernel.Event) {
			from, ok := ikc.SenderOf(e.Sender)
			g.tell("from %v %v", from == ikc.Specifier{Kernel: b.r.ID(), Session: "chat"}, ok)
		}))
	})
	b.do(func(k *kernel.Kernel) { b.report(k.Post(ikc.URL("poe://A/chat"), "echo", 1)) })
	a.want("from true true")
	b.do(func(k *kernel.Kernel) {
		b.r.Retract("chat")
		b.report(k.Post(ikc.URL("poe://A/chat"), "echo", 1))
		b.report(k.Post(ikc.URL("poe://A/chat"), "ask", 1))
	})
	a.want("from false false")
	a.wantLike("error local", "the sender has published nothing")
}

func TestPublishing(t *testing.T) {
	a, b := pair(t, ikc.Config{})
	a.do(func(*kernel.Kernel) {
		for _, name := range []string{"", "_stop", "IKC:proxy", "a\nb"} {
			require.ErrorIs(t, a.r.Publish("chat", name), kernel.ErrInvalid, name)
		}
		require.ErrorIs(t, a.r.Publish("IKC", "shutdown"), kernel.ErrInvalid)
		require.ErrorIs(t, a.r.Publish("chat"), kernel.ErrInvalid)
		a.r.Retract("chat", "said")
		require.NotContains(t, a.r.Published()["chat"], "said")
		a.report(a.r.Publish("later", "said"))
	})
	b.do(func(k *kernel.Kernel) {
		b.report(k.Post(ikc.URL("poe://A/chat"), "said", 1))
		b.report(k.Post(ikc.URL("poe://A/later"), "said", 1))
	})
	a.wantLike("error local", "not published", "chat/said")
	a.wantLike("error local", "unknown session", "later/said")
	b.wantLike("error remote", "not published")
	b.wantLike("error remote", "unknown session")
}

func TestSubscribingWhileConnecting(t *testing.T) {
	a, b := start(t, ikc.Config{Name: "A"}), start(t, ikc.Config{Name: "B"})
	b.connect(a, ikc.ClientConfig{Subscribe: []string{"poe://A/chat/said"}})
	a.want("register B")
	b.want("register A")
	b.want("connected")
	b.want("subscribe poe://A/chat")
	b.do(func(k *kernel.Kernel) { b.report(k.Post(kernel.Alias("poe://A/chat"), "said", 1)) })
	a.want("said [1]")
	c := start(t, ikc.Config{Name: "C"})
	c.connect(a, ikc.ClientConfig{Subscribe: []string{"poe://A/chat/secret"}})
	for got := ""; got != "no connection: ikc: subscription refused"; got = c.next() {
		require.NotEqual(t, "connected", got)
	}
}

func TestAskingAll(t *testing.T) {
	a, b := pair(t, ikc.Config{})
	c := start(t, ikc.Config{Name: "C"})
	c.connect(a, ikc.ClientConfig{Protocol: ikc.IKC})
	a.want("register C")
	a.do(func(*kernel.Kernel) {
		sent, err := a.r.Call("poe://*/chat/sum", []any{1, 2}, "answer")
		require.NoError(t, err)
		require.Equal(t, 2, sent)
	})
	a.want("answer [3 <nil>]")
	a.want("answer [3 <nil>]")
	b.do(func(*kernel.Kernel) { b.r.Shutdown() })
	a.want("unregister B")
}

func TestOneNameTwice(t *testing.T) {
	a, _ := pair(t, ikc.Config{})
	twin := start(t, ikc.Config{Name: "B"})
	twin.connect(a, ikc.ClientConfig{})
	twin.want("connected")
	a.do(func(*kernel.Kernel) {
		require.Len(t, a.r.Kernels(), 2)
		require.NotContains(t, a.r.Kernels()[twin.r.ID()], "B", "the first keeps the name")
	})
	self := start(t, ikc.Config{Name: "Self"})
	self.connect(self, ikc.ClientConfig{})
	self.wantLike("that kernel is registered already")
}

func TestConnectingAgain(t *testing.T) {
	a, b := start(t, ikc.Config{Name: "A"}), start(t, ikc.Config{Name: "B"})
	b.connect(a, ikc.ClientConfig{Backoff: clienttcp.Backoff{Min: time.Millisecond, Max: time.Millisecond}})
	a.want("register B")
	b.want("connected")
	b.want("register A")
	a.do(func(*kernel.Kernel) { a.report(a.r.Unregister(b.r.ID())) })
	a.want("unregister B")
	b.want("unregister A")
	a.want("register B")
	b.want("connected")
}

func TestShutdown(t *testing.T) {
	a, b := pair(t, ikc.Config{})
	b.do(func(k *kernel.Kernel) {
		_, err := b.r.Call("poe://A/chat/nothing", nil, "answer")
		b.report(err)
		b.report(k.Post(ikc.URL("poe://A/chat"), "said", "last words"))
		b.r.Shutdown()
		require.ErrorIs(t, k.Post(ikc.URL("poe://A/chat"), "said", 1), ikc.ErrNotStarted)
		_, err = b.r.Listen(ikc.ServerConfig{Address: "127.0.0.1"})
		require.ErrorIs(t, err, ikc.ErrShutdown)
		_, err = b.r.Connect(ikc.ClientConfig{Address: "127.0.0.1", Port: a.port})
		require.ErrorIs(t, err, ikc.ErrShutdown)
	})
	b.want("shutdown")
	b.want("unregister A")
	b.want("unregister First")
	b.wantLike("answer [<nil> ", "shut down")
	a.want("said [last words]")
	a.want("unregister B")
}

func TestConfig(t *testing.T) {
	for field, c := range map[string]ikc.Config{
		"Name": {}, "Aliases": {Name: "a", Aliases: []string{"b c"}}, "MaxMessage": {Name: "a", MaxMessage: -1},
		"MaxNames": {Name: "a", MaxNames: -1}, "CallTimeout": {Name: "a", CallTimeout: -1}, "Freezers": {Name: "a", Freezers: []ikc.Freezer{{Name: "X"}}},
	} {
		_, err := ikc.Start(kernel.New(), c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, "ikc", wrong.Package)
		require.Equal(t, field, wrong.Field)
	}
	k := kernel.New()
	r, err := ikc.Start(k, ikc.Config{Name: "a"})
	require.NoError(t, err)
	_, err = ikc.Start(k, ikc.Config{Name: "a"})
	require.ErrorContains(t, err, "IKC")
	_, err = r.Listen(ikc.ServerConfig{})
	require.ErrorContains(t, err, "Address")
	_, err = r.Connect(ikc.ClientConfig{Port: 1})
	require.ErrorContains(t, err, "Address")
	_, err = r.Connect(ikc.ClientConfig{Address: "x", Port: 1, Subscribe: []string{"poe:x"}})
	require.ErrorContains(t, err, "Subscribe")
	require.NoError(t, k.Run())
}

func TestPostWithoutResponder(t *testing.T) {
	k := kernel.New()
	_, err := session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
		require.ErrorIs(t, e.Kernel.Post(ikc.URL("poe://A/chat"), "said"), ikc.ErrNotStarted)
	}})
	require.NoError(t, err)
	require.NoError(t, k.RunContext(context.Background()))
}
