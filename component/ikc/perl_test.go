package ikc_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/ikc"
	"github.com/gopoe/poe/kernel"
)

// meeting is a way in which a Go kernel and a Perl kernel come together.
type meeting struct {
	name       string
	goConnects bool
	perl       string // the newest protocol that it speaks
	protocol   ikc.Protocol
}

var meetings = []meeting{
	{"Perl connects with IKC0", false, "IKC0", 0},
	{"Perl connects with IKC", false, "IKC", 0},
	{"Go connects with IKC0", true, "IKC0", ikc.IKC0},
	{"Go connects with IKC", true, "IKC0", ikc.IKC},
	{"Go falls back to IKC", true, "IKC", ikc.IKC0},
}

func meet(t *testing.T, m meeting) (*goKernel, *perl) {
	g := start(t, ikc.Config{Aliases: []string{"Gopher"}})
	var p *perl
	if m.goConnects {
		p = runPerl(t, "server", "Perl", m.perl)
		port := p.port()
		g.do(func(*kernel.Kernel) {
			_, err := g.r.Connect(ikc.ClientConfig{Address: "127.0.0.1", Port: port, Protocol: m.protocol, OnConnect: func(string) { g.tell("connected") }})
			g.report(err)
		})
	} else {
		p = runPerl(t, "client", "Perl", m.perl, strconv.Itoa(g.port))
	}
	p.want("up Storable Go,Gopher")
	if m.goConnects {
		g.want("connected")
	}
	g.want("register Perl")
	return g, p
}

func TestPerlAndGo(t *testing.T) {
	for _, m := range meetings {
		t.Run(m.name, func(t *testing.T) {
			g, p := meet(t, m)
			t.Run("Go to Perl", func(t *testing.T) { goToPerl(t, g, p) })
			t.Run("Perl to Go", func(t *testing.T) { perlToGo(t, g, p) })
			p.send("close")
			g.want("unregister Perl")
		})
	}
}

func goToPerl(t *testing.T, g *goKernel, p *perl) {
	g.do(func(k *kernel.Kernel) {
		sent, err := g.r.Post("poe://Perl/chat/said", map[string]any{"n": 1, "list": []any{"a", nil}})
		require.NoError(t, err)
		require.Equal(t, 1, sent)
		g.report(k.Post(ikc.URL("poe://Perl/chat"), "said", "one", 2, []any{3}))
		g.report(k.Post(ikc.URL("poe://Perl/chat"), "said"))
		g.report(k.Post(ikc.URL("poe://Perl/chat/said"), "whatever", "named by the URL"))
		g.report(k.Post(ikc.URL("poe:/chat"), "said", "by default"))
		g.report(k.Post(kernel.Alias("IKC"), "post", "poe://*/chat/said", "to all"))
	})
	for _, line := range []string{"{list=[a undef] n=1}", "one 2 [3]", "", "named by the URL", "by default", "to all"} {
		if line != "" {
			line = " " + line
		}
		p.want("said" + line)
	}
	g.do(func(k *kernel.Kernel) {
		_, err := g.r.Call("poe://Perl/chat/sum", []any{1, 2, 39}, "answer", "extra")
		g.report(err)
		_, err = g.r.Call("poe://Perl/IKC/ping", nil, "answer")
		g.report(err)
		g.report(k.Post(kernel.Alias("IKC"), "call", "poe://Perl/chat/echo", "x", "poe:answer"))
	})
	g.want("answer [42 <nil> extra]")
	g.want("answer [PONG <nil>]")
	g.want("answer [x <nil>]")
	g.do(func(k *kernel.Kernel) { g.report(k.Post(ikc.URL("poe://Perl/chat"), "ask", "a question")) })
	g.want("heard [from Perl a question]")
	g.do(func(k *kernel.Kernel) { g.report(k.Post(ikc.URL("poe://Perl/chat"), "secret", 1)) })
	p.want("refused Session 'chat' has not published state 'secret'")
	g.wantLike("error remote", "has not published state 'secret'")
}

func perlToGo(t *testing.T, g *goKernel, p *perl) {
	p.send("post poe://Go/chat/said 'plain'")
	p.send("text poe://Gopher/chat/said {n=>1}")
	p.send("proxy poe://Go/chat/said [1,'two',[3]]")
	p.send("post poe:/chat/said undef")
	g.want("said [plain]")
	g.want("said [map[n:1]]")
	g.want("said [1 two [3]]")
	g.want("said [<nil>]")
	p.send("call poe://Go/chat/sum [1,2,39]")
	p.want("answer 42")
	p.send("list poe://Go/chat/list [1,2]")
	p.want("answer [1 2]")
	p.send("call poe://Go/chat/nothing")
	p.send("call poe://Go/IKC/ping 'PING'")
	p.want("answer PONG")
	p.send("post poe://Go/chat/ask 'why'")
	p.want("said back why")
	p.send("call poe://Go/chat/secret 1")
	g.wantLike("error local", "not published", "chat/secret")
	require.Contains(t, p.next(), "remote_error ikc: not published: request poe://Go/chat/secret")
	p.send("proxy poe://Go/chat/secret [1]")
	g.wantLike("error local", "not published")
	require.Contains(t, p.next(), "not published")
	p.send("post poe://Go/IKC/shutdown 1")
	g.wantLike("error local", "not published", "IKC/shutdown")
	require.Contains(t, p.next(), "not published")
}

func TestSubscribing(t *testing.T) {
	for _, m := range meetings[1:3] {
		t.Run(m.name, func(t *testing.T) {
			g, p := meet(t, m)
			p.send("have poe://Go/chat")
			p.want("subscribed chat")
			p.send("have poe://Go/chat/said")
			p.want("subscribed chat")
			p.send("have poe://Go/chat/secret")
			p.want("Refused subscription poe://Go/chat/secret")
			p.send("have poe://Go/IKC")
			p.want("Refused subscription poe://Go/IKC")
			g.do(func(*kernel.Kernel) {
				g.report(g.r.Subscribe([]string{"poe://Perl/chat", "poe://Perl/nobody", "poe://Perl/chat/secret", "poe://Nobody/chat"}, "answer", "over"))
			})
			g.wantLike("error local", "unknown kernel", "Nobody")
			g.want("subscribe poe://Perl/chat")
			g.wantLike("error remote", "subscription refused", "nobody")
			g.wantLike("error remote", "subscription refused", "chat/secret")
			g.want("answer [[poe://Perl/chat] over]")
			g.do(func(k *kernel.Kernel) {
				g.report(k.Post(kernel.Alias("poe://Perl/chat"), "said", "through", "the proxy"))
				g.report(k.Post(kernel.Alias("poe://Perl/chat"), "ask", "and back"))
			})
			p.want("said through the proxy")
			g.want("heard [from Perl and back]")
			g.do(func(*kernel.Kernel) { g.r.Unsubscribe("poe://Perl/chat") })
			g.want("unsubscribe poe://Perl/chat")
			g.do(func(k *kernel.Kernel) {
				require.ErrorIs(t, k.Post(kernel.Alias("poe://Perl/chat"), "said"), kernel.ErrNoSession)
			})
		})
	}
}

// TestPeerThatGoesAway ends what waits for it.
func TestPeerThatGoesAway(t *testing.T) {
	for _, m := range meetings[1:3] {
		t.Run(m.name, func(t *testing.T) {
			g, p := meet(t, m)
			g.do(func(k *kernel.Kernel) {
				g.report(g.r.Subscribe([]string{"poe://Perl/chat"}, ""))
			})
			g.want("subscribe poe://Perl/chat")
			g.do(func(*kernel.Kernel) {
				_, err := g.r.Call("poe://Perl/chat/nothing", nil, "answer")
				g.report(err)
				_, err = g.r.Call("poe://Perl/chat/sum", []any{1}, "answer")
				g.report(err)
			})
			g.want("answer [1 <nil>]")
			p.send("close")
			g.want("unregister Perl")
			g.wantLike("answer [<nil> ikc: the connection has ended")
			g.want("unsubscribe poe://Perl/chat")
			g.do(func(k *kernel.Kernel) {
				require.ErrorIs(t, k.Post(ikc.URL("poe://Perl/chat"), "said", 1), ikc.ErrNoKernel)
				_, err := g.r.Post("poe://Perl/chat/said", 1)
				require.ErrorIs(t, err, ikc.ErrNoKernel)
				require.Empty(t, g.r.Kernels())
			})
		})
	}
}

func TestNoAnswer(t *testing.T) {
	g, _ := meet(t, meetings[0])
	g.do(func(*kernel.Kernel) {
		_, err := g.r.CallWithin(1, "poe://Perl/chat/nothing", nil, "answer")
		g.report(err)
	})
	g.want("answer [<nil> ikc: no answer in time]")
}

func TestLargeMessages(t *testing.T) {
	g, p := meet(t, meetings[2])
	g.do(func(*kernel.Kernel) {
		_, err := g.r.Call("poe://Perl/chat/big", 100_000, "answer")
		g.report(err)
	})
	require.Contains(t, g.next(), "99999 100000] <nil>]")
	p.send("call poe://Go/chat/echo 'x' x 300000")
	require.Len(t, p.next(), len("answer ")+300_000)
}
