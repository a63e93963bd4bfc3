package inspect_test

import (
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/inspect"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// taker is a session whose handlers expect types that JSON does not have.
type taker struct {
	Got    []string
	Queued int
}

var takerStates = session.States[taker]{
	"_start": func(_ *taker, e kernel.Event) {
		_ = e.Kernel.AliasSet("taker")
		_, _ = e.Kernel.RefcountIncrement(e.Session, "the test")
		e.Kernel.Yield("take", 1, 2*time.Second, []string{"a"}, struct{ X, Y int }{1, 2}, uint8(7))
	},
	"take": func(c *taker, e kernel.Event) {
		c.Got = append(c.Got, fmt.Sprintf("%T %T %T %T %T", e.Args[0], e.Args[1], e.Args[2], e.Args[3], e.Args[4]))
	},
	"queue":    func(c *taker, e kernel.Event) { e.Kernel.Yield("queued", 1); e.Kernel.Yield("queued", 2) },
	"queued":   func(c *taker, e kernel.Event) { c.Queued += kernel.Arg[int](e, 0) },
	"accounts": func(c *taker, e kernel.Event) { c.Got = append(c.Got, e.Args[0].(string)) },
}

func startTaker(t *testing.T, more ...func(*kernel.Kernel)) (*program, *taker) {
	t.Helper()
	c := &taker{}
	return start(t, inspect.Config{Actions: true, Lease: time.Minute}, true, append(more, func(k *kernel.Kernel) {
		_, err := session.Create(k, c, takerStates)
		require.NoError(t, err)
	})...), c
}

// on runs f on the kernel's goroutine.
func (p *program) on(f func()) {
	p.t.Helper()
	require.NoError(p.t, p.k.Outside().Do(p.t.Context(), func(*kernel.Kernel) { f() }))
}

// Arguments from JSON have the types with which the event came before; what does not fit
// stays as it is.
func TestArgumentsHaveTheTypesOfBefore(t *testing.T) {
	p, c := startTaker(t)
	p.do(inspect.Action{Do: "call", To: "taker", Event: "take", Args: []any{3, "1.5s", []any{"b"}, map[string]any{"X": 1}, 9}})
	p.do(inspect.Action{Do: "call", To: "taker", Event: "take", Args: []any{3.5, "soon", 7, "x", 300}})
	p.on(func() {
		require.Equal(t, []string{
			"int time.Duration []string struct { X int; Y int } uint8",
			"int time.Duration []string struct { X int; Y int } uint8",
			"float64 string float64 string float64",
		}, c.Got)
	})
	var s struct {
		Session struct{ ArgTypes map[string][]string }
	}
	p.get("session?n=2", &s)
	require.Equal(t, "time.Duration", s.Session.ArgTypes["take"][1])
}

// A queued event is removed while the program is paused.
func TestDequeue(t *testing.T) {
	p, c := startTaker(t)
	p.do(inspect.Action{Do: "break", Break: &inspect.Breakpoint{Event: "queued"}})
	p.do(inspect.Action{Do: "post", To: "taker", Event: "queue"})
	p.paused()
	var q struct{ Queue []inspect.Item }
	p.get("queue", &q)
	require.Len(t, q.Queue, 1)
	text, err := q.Queue[0].ID.MarshalText()
	require.NoError(t, err)
	a := inspect.Action{Do: "dequeue", Slot: q.Queue[0].Slot, ID: string(text)}
	p.do(a)
	_, status := p.act(a)
	require.Equal(t, 404, status, "it is not there any more")
	_, status = p.act(inspect.Action{Do: "dequeue", ID: "!"})
	require.Equal(t, 400, status)
	p.do(inspect.Action{Do: "unbreak", BreakID: 1})
	p.do(inspect.Action{Do: "resume"})
	require.Eventually(t, func() bool {
		var o struct{ Paused bool }
		p.get("overview", &o)
		return !o.Paused
	}, time.Minute, time.Millisecond)
	p.on(func() { require.Equal(t, 1, c.Queued) })
}

// A dead letter shows the handler that was meant, and is sent to it.
func TestResend(t *testing.T) {
	p, c := startTaker(t)
	p.do(inspect.Action{Do: "post", To: "taker", Event: "acounts", Args: []any{"due"}})
	var problems struct{ Letters []inspect.Letter }
	require.Eventually(t, func() bool { p.get("problems", &problems); return len(problems.Letters) == 1 }, time.Minute, time.Millisecond)
	x := problems.Letters[0]
	require.Equal(t, "acounts", x.Event)
	require.Equal(t, "accounts", x.Nearest)
	require.Equal(t, `"due"`, x.Args)
	p.do(inspect.Action{Do: "resend", Letter: x.Number, Event: x.Nearest})
	require.Eventually(t, func() bool {
		done := false
		p.on(func() { done = len(c.Got) == 2 && c.Got[1] == "due" })
		return done
	}, time.Minute, time.Millisecond)
	p.do(inspect.Action{Do: "resend", Letter: x.Number})
	require.Eventually(t, func() bool { p.get("problems", &problems); return len(problems.Letters) == 2 }, time.Minute, time.Millisecond)
	p.do(inspect.Action{Do: "resend", Letter: x.Number, To: "counter", Event: "note"})
	require.Eventually(t, func() bool {
		done := false
		p.on(func() { done = len(p.c.Notes) == 1 })
		return done
	}, time.Minute, time.Millisecond)
	_, status := p.act(inspect.Action{Do: "resend", Letter: 1000})
	require.Equal(t, 404, status)
}

// An inspector that only shows keeps no dead letters.
func TestNoLettersWithoutActions(t *testing.T) {
	p := start(t, inspect.Config{}, true)
	p.on(func() { _ = p.k.Post(kernel.Alias("counter"), "unknown", "secret") })
	var problems struct {
		Letters   []inspect.Letter
		DeadTotal int
	}
	require.Eventually(t, func() bool { p.get("problems", &problems); return problems.DeadTotal == 1 }, time.Minute, time.Millisecond)
	require.Empty(t, problems.Letters)
}

// A server is told to pause, to go on, and to close.
func TestOperate(t *testing.T) {
	var address string
	p, _ := startTaker(t, func(k *kernel.Kernel) {
		l, err := servertcp.Listen(k, servertcp.Config{
			Alias: "echo", Address: "127.0.0.1",
			ClientInput: servertcp.Input(func(c *servertcp.Client, line string) { c.PutText(line) }),
		})
		require.NoError(t, err)
		address = l.Addrs()[0].String()
	})
	c, err := net.Dial("tcp", address)
	require.NoError(t, err)
	defer c.Close()
	var servers struct {
		Servers, Connections []struct {
			Number     uint64
			Operations []string
		}
	}
	require.Eventually(t, func() bool { p.get("servers", &servers); return len(servers.Connections) == 1 }, time.Minute, time.Millisecond)
	require.Equal(t, []string{"pause", "stop listening", "drain", "close"}, servers.Servers[0].Operations)
	require.Equal(t, []string{"close"}, servers.Connections[0].Operations)
	server := num(servers.Servers[0].Number)
	operations := func(want ...string) {
		require.Eventually(t, func() bool {
			p.get("servers", &servers)
			return len(servers.Servers) == 1 && fmt.Sprint(servers.Servers[0].Operations) == fmt.Sprint(want)
		}, time.Minute, time.Millisecond)
	}
	p.do(inspect.Action{Do: "operate", To: server, Event: "pause"})
	operations("resume", "stop listening", "drain", "close")
	_, status := p.act(inspect.Action{Do: "operate", To: server, Event: "pause"})
	require.Equal(t, 503, status, "it is paused")
	p.do(inspect.Action{Do: "operate", To: server, Event: "resume"})
	operations("pause", "stop listening", "drain", "close")
	p.do(inspect.Action{Do: "operate", To: num(servers.Connections[0].Number), Event: "close"})
	_, err = c.Read(make([]byte, 1))
	require.Error(t, err, "it is closed")
	p.do(inspect.Action{Do: "operate", To: server, Event: "close"})
	require.Eventually(t, func() bool { p.get("servers", &servers); return len(servers.Servers) == 0 }, time.Minute, time.Millisecond)
}

// A session is told to log its events, and not to any more.
func TestTraceOption(t *testing.T) {
	p, _ := startTaker(t)
	var s struct{ Session struct{ Traced bool } }
	p.do(inspect.Action{Do: "trace", To: "2"})
	p.get("session?n=2", &s)
	require.True(t, s.Session.Traced)
	p.do(inspect.Action{Do: "untrace", To: "2"})
	p.get("session?n=2", &s)
	require.False(t, s.Session.Traced)
}

// The rate of sampling changes while the program runs, and no number is lost.
func TestSampleRate(t *testing.T) {
	p, _ := startTaker(t)
	var s struct{ Session struct{ Events uint64 } }
	p.do(inspect.Action{Do: "call", To: "1", Event: "note", Args: []any{"x"}})
	p.get("session?n=1", &s)
	before := s.Session.Events
	require.Positive(t, before)
	require.EqualValues(t, 16, p.do(inspect.Action{Do: "sample", Every: 10}))
	var o struct{ Sample int }
	p.get("overview", &o)
	require.Equal(t, 16, o.Sample)
	p.get("session?n=1", &s)
	require.GreaterOrEqual(t, s.Session.Events, before)
	_, status := p.act(inspect.Action{Do: "sample"})
	require.Equal(t, 400, status)
}
