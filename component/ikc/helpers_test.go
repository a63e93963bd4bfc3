package ikc_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/ikc"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// testTimeout ends a test that hangs.
const testTimeout = 60 * time.Second

// goKernel is a kernel with IKC that runs on a goroutine of its own until the
// test ends.
type goKernel struct {
	t    *testing.T
	k    *kernel.Kernel
	r    *ikc.Responder
	port int
	over chan error
	// said is what happens in it.
	said chan string
	hold *kernel.Hold
}

// start makes a kernel that listens, with a session "chat".
func start(t *testing.T, c ikc.Config) *goKernel {
	t.Helper()
	g := &goKernel{t: t, over: make(chan error, 1), said: make(chan string, 1000)}
	g.k = kernel.New(kernel.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if c.Name == "" {
		c.Name = "Go"
	}
	var err error
	g.r, err = ikc.Start(g.k, c)
	require.NoError(t, err)
	server, err := g.r.Listen(ikc.ServerConfig{Address: "127.0.0.1"})
	require.NoError(t, err)
	g.port = server.Addr().(*net.TCPAddr).Port
	running := make(chan struct{})
	g.chat(func() { close(running) })
	g.hold = g.k.Hold("test")
	over := g.over
	go func() { over <- g.k.Run() }()
	<-running
	t.Cleanup(g.stop)
	return g
}

func (g *goKernel) tell(format string, args ...any) { g.said <- fmt.Sprintf(format, args...) }

// chat is the session that others reach.
func (g *goKernel) chat(running func()) {
	_, err := session.Inline(g.k, session.Funcs{
		"_start": func(e kernel.Event) {
			require.NoError(g.t, e.Kernel.AliasSet("chat"))
			require.NoError(g.t, g.r.Monitor("*", ikc.Watch{Register: "notice", Unregister: "notice", Subscribe: "notice", Unsubscribe: "notice", Error: "notice", Shutdown: "notice"}))
			e.Kernel.Yield("running")
		},
		"running": func(kernel.Event) { running() },
		"said":    func(e kernel.Event) { g.tell("said %v", e.Args) },
		"sum": func(e kernel.Event) {
			n := int64(0)
			list, _ := kernel.ArgOK[[]any](e, 0)
			for _, v := range list {
				i, _ := v.(int64)
				n += i
			}
			e.Return(n)
		},
		"list":    func(e kernel.Event) { list, _ := kernel.ArgOK[[]any](e, 0); e.Return(list...) },
		"nothing": func(kernel.Event) {},
		"echo":    func(e kernel.Event) { e.Return(e.Arg(0)) },
		"args":    func(e kernel.Event) { e.Return(e.Args) },
		"ask":     func(e kernel.Event) { g.report(e.Kernel.Post(e.Sender, "said", "back", e.Arg(0))) },
		"heard":   func(e kernel.Event) { g.tell("heard %v", e.Args) },
		"secret":  func(e kernel.Event) { g.tell("SECRET"); e.Return("SECRET") },
		"answer":  func(e kernel.Event) { g.tell("answer %v", e.Args) },
		"notice":  func(e kernel.Event) { g.notice(kernel.Arg[ikc.Notice](e, 0)) },
	})
	require.NoError(g.t, err)
	require.NoError(g.t, g.r.Publish("chat", "said", "sum", "list", "nothing", "echo", "args", "ask", "heard"))
}

func (g *goKernel) report(err error) {
	if err != nil {
		g.tell("failed %v", err)
	}
}

func (g *goKernel) notice(n ikc.Notice) {
	switch {
	case n.Op == ikc.OpError:
		if n.Real || n.Kernel == "*" || n.Kernel == g.r.ID() {
			g.tell("error %s %v", n.Where, n.Err)
		}
	case n.Op == ikc.OpShutdown:
		g.tell("shutdown")
	case n.Session.Session != "":
		g.tell("%s %s", n.Op, n.Session)
	case !n.Real && !strings.Contains(n.Kernel, ":"): // an address is a name as well
		g.tell("%s %s", n.Op, n.Kernel)
	}
}

// do runs f in the session chat, on the kernel's goroutine.
func (g *goKernel) do(f func(k *kernel.Kernel)) {
	g.t.Helper()
	ctx, cancel := context.WithTimeout(g.t.Context(), testTimeout)
	defer cancel()
	require.NoError(g.t, g.k.Outside().Do(ctx, func(k *kernel.Kernel) {
		id, ok := k.AliasResolve("chat")
		if !ok {
			g.tell("no chat")
			return
		}
		g.report(k.Host().CallFunc(id, "test", func(kernel.Event) { f(k) }))
	}))
}

// want waits for what happens next.
func (g *goKernel) want(what string) {
	g.t.Helper()
	require.Equal(g.t, what, g.next())
}

// wantLike waits for something with these words in it.
func (g *goKernel) wantLike(words ...string) {
	g.t.Helper()
	got := g.next()
	for _, word := range words {
		require.Contains(g.t, got, word)
	}
}

func (g *goKernel) next() string {
	g.t.Helper()
	select {
	case got := <-g.said:
		return got
	case <-time.After(testTimeout):
		g.t.Fatal("nothing happens")
		return ""
	}
}

// stop ends the kernel, which then has nothing left.
func (g *goKernel) stop() {
	if g.over == nil {
		return
	}
	over := g.over
	g.over = nil
	g.k.Outside().Post(kernel.Alias("IKC"), "shutdown")
	g.hold.Release()
	select {
	case err := <-over:
		require.NoError(g.t, err)
		require.Zero(g.t, g.k.Stats().Sessions)
	case <-time.After(testTimeout):
		g.t.Error("the kernel does not end")
		g.k.Outside().Stop()
	}
}

// perl is the independent kernel of testdata/peer.pl.
type perl struct {
	t   *testing.T
	cmd *exec.Cmd
	in  io.Writer
	out chan string
}

// runPerl starts it. Without POE the test is skipped, unless POE_REQUIRED says
// that it must be there.
func runPerl(t *testing.T, args ...string) *perl {
	t.Helper()
	if err := exec.Command("perl", "-MPOE", "-e", "1").Run(); err != nil {
		if os.Getenv("POE_REQUIRED") != "" {
			t.Fatal("POE is required and not there:", err)
		}
		t.Skip("needs perl with POE")
	}
	p := &perl{t: t, cmd: exec.CommandContext(t.Context(), "perl", append([]string{"testdata/peer.pl"}, args...)...), out: make(chan string, 1000)}
	p.cmd.Stderr = os.Stderr
	in, err := p.cmd.StdinPipe()
	require.NoError(t, err)
	p.in = in
	out, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())
	read := make(chan struct{})
	go func() {
		defer close(read)
		defer close(p.out)
		s := bufio.NewScanner(out)
		for s.Buffer(nil, 1<<20); s.Scan(); {
			p.out <- s.Text()
		}
	}()
	t.Cleanup(func() {
		in.Close()
		<-read
		p.cmd.Wait()
	})
	return p
}

func (p *perl) send(format string, args ...any) {
	p.t.Helper()
	_, err := fmt.Fprintf(p.in, format+"\n", args...)
	require.NoError(p.t, err)
}

func (p *perl) next() string {
	p.t.Helper()
	select {
	case line, ok := <-p.out:
		require.True(p.t, ok, "perl has ended")
		return line
	case <-time.After(testTimeout):
		p.t.Fatal("perl says nothing")
		return ""
	}
}

func (p *perl) want(line string) {
	p.t.Helper()
	require.Equal(p.t, line, p.next())
}

func (p *perl) port() int {
	p.t.Helper()
	port, err := strconv.Atoi(p.next())
	require.NoError(p.t, err)
	return port
}
