package ikc_test

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/ikc"
	"github.com/gopoe/poe/filter/storable"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernel/observe"
)

// stranger is a connection in blocking style.
type stranger struct {
	net.Conn
	t *testing.T
	r *bufio.Reader
}

func (g *goKernel) stranger() *stranger {
	g.t.Helper()
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", g.port))
	require.NoError(g.t, err)
	g.t.Cleanup(func() { c.Close() })
	require.NoError(g.t, c.SetDeadline(time.Now().Add(testTimeout)))
	return &stranger{c, g.t, bufio.NewReader(c)}
}

func (s *stranger) send(text string) {
	s.t.Helper()
	_, err := s.Write([]byte(text))
	require.NoError(s.t, err)
}

func (s *stranger) line() string {
	s.t.Helper()
	line, err := s.r.ReadString('\n')
	require.NoError(s.t, err)
	return strings.TrimRight(line, "\r\n")
}

// wantEnd wants the connection to be closed; what comes before does not count.
func (s *stranger) wantEnd() {
	s.t.Helper()
	_, err := s.r.WriteTo(new(strings.Builder))
	var late net.Error
	require.False(s.t, errors.As(err, &late) && late.Timeout(), "it is still open")
}

func (s *stranger) message(value any) {
	s.t.Helper()
	data, err := storable.Marshal(value)
	require.NoError(s.t, err)
	s.send(fmt.Sprintf("%d\x00%s", len(data), data))
}

// ready is a stranger who has kept to the protocol so far.
func (g *goKernel) ready(name string) *stranger {
	s := g.stranger()
	s.send("SETUP KERNEL=" + name + "," + name + "-alias;FREEZER=Storable\r\n")
	require.True(g.t, strings.HasPrefix(s.line(), "SETUP KERNEL=Go-"))
	g.want("register " + name + "-alias")
	return s
}

var spoiltNegotiations = []struct{ name, lines, why string }{
	{"nonsense", "GET / HTTP/1.0\r\n", `"GET / HTTP/1.0" is out of place`},
	{"OK too early", "OK\r\n", `"OK" is out of place`},
	{"a name too early", "IAM Perl\r\n", `"IAM Perl" is out of place`},
	{"no name", "HELLO\r\nOK\r\nOK\r\nDONE\r\n", "the peer has no name"},
	{"an impossible name", "HELLO\r\nOK\r\nOK\r\nIAM *\r\n", `"*" is no name of a kernel`},
	{"too many names", "HELLO\r\nOK\r\nOK\r\n" + strings.Repeat("IAM Perl\r\n", 40), "more than MaxNames (32)"},
	{"too many lines", strings.Repeat("HELLO IKC7\r\n", 500), "more than MaxNames (32)"},
	{"no freezer", "HELLO\r\nOK\r\nOK\r\nIAM Perl\r\nDONE\r\nFREEZER Evil\r\nNONSENSE\r\n", `"NONSENSE" is out of place`},
	{"our own ID", "SETUP KERNEL=Go;FREEZER=Storable\r\n", "registered already"},
	{"a line without end", strings.Repeat("x", 2<<20), "MaxBuffer"},
	{"a long line", strings.Repeat("x", 100<<10) + "\r\n", "MaxLength"},
}

func TestSpoiltNegotiations(t *testing.T) {
	g := start(t, ikc.Config{})
	for _, c := range spoiltNegotiations {
		t.Run(c.name, func(t *testing.T) {
			g := *g
			g.t = t
			s := g.stranger()
			// The other side may have closed the connection already.
			_, _ = s.Write([]byte(c.lines))
			g.wantLike("error channel", c.why)
			s.wantEnd()
		})
	}
}

// TestRefusedSetup continues with the older form.
func TestRefusedSetup(t *testing.T) {
	g := start(t, ikc.Config{})
	for _, setup := range []string{"SETUP", "SETUP KERNEL=;FREEZER=Storable", "SETUP KERNEL=P;FREEZER=Evil", "SETUP KERNEL=P;COLOUR=red", "SETUP FREEZER=Storable"} {
		s := g.stranger()
		s.send(setup + "\r\n")
		require.Equal(t, "NOT", s.line(), setup)
		s.send("HELLO\r\n")
		require.True(t, strings.HasPrefix(s.line(), "IAM Go-"))
		s.Close()
	}
}

func TestNegotiationTakesTooLong(t *testing.T) {
	g := start(t, ikc.Config{NegotiationTimeout: time.Millisecond})
	s := g.stranger()
	g.want("error channel ikc: negotiation failed: ikc: no answer in time")
	s.wantEnd()
}

func TestTooManyKernels(t *testing.T) {
	g := start(t, ikc.Config{MaxKernels: 1})
	g.ready("id")
	s := g.stranger()
	g.want("error channel ikc: more than MaxKernels (1)")
	s.wantEnd()
}

var spoiltMessages = []struct {
	name  string
	value any
	why   string
}{
	{"no event", map[string]any{"params": 1}, "event"},
	{"an event of the wrong kind", map[string]any{"event": []any{1}}, "event"},
	{"an empty event", map[string]any{"event": map[string]any{}}, "event"},
	{"a reference for a name", map[string]any{"event": map[string]any{"session": []any{}, "state": "said"}}, "session is []interface {}"},
	{"an unreadable specifier", map[string]any{"event": "poe:/chat/said/more"}, "not a specifier"},
	{"a long name", map[string]any{"event": "poe:/chat/" + strings.Repeat("x", 2000)}, "not a specifier"},
	{"a bad rsvp", map[string]any{"event": "poe:/chat/said", "rsvp": []any{}}, "rsvp"},
	{"an rsvp to nobody", map[string]any{"event": "poe:/chat/echo", "params": 1, "rsvp": map[string]any{"kernel": "x"}}, "rsvp"},
	{"a bad from", map[string]any{"event": "poe:/chat/said", "from": map[string]any{"session": map[string]any{}}}, "from"},
	{"a proxy without a list", map[string]any{"event": "poe:/chat/IKC:proxy", "params": "x"}, "IKC:proxy needs"},
	{"a proxy without a name", map[string]any{"event": "poe:/chat/IKC:proxy", "params": []any{[]any{}, []any{}}}, "IKC:proxy needs"},
	{"a proxy with one argument", map[string]any{"event": "poe:/chat/IKC:proxy", "params": []any{"said", "x"}}, "not a list"},
	{"an unpublished event", map[string]any{"event": "poe:/chat/secret"}, "not published"},
	{"an unpublished event by proxy", map[string]any{"event": "poe:/chat/IKC:proxy", "params": []any{"secret", []any{}}}, "not published"},
	{"POE's own", map[string]any{"event": "poe:/chat/_stop"}, "not published"},
	{"another session", map[string]any{"event": "poe:/elsewhere/said"}, "not published"},
	{"IKC's own", map[string]any{"event": "poe:/IKC/shutdown"}, "not published"},
	{"IKC's own by proxy", map[string]any{"event": "poe:/IKC/IKC:proxy", "params": []any{"unregister", []any{"Go"}}}, "not published"},
	{"an answer that nobody waits for", map[string]any{"event": "poe:/IKC/answer1", "params": 1}, "not published"},
	{"a question about nothing", map[string]any{"event": "poe:/IKC/do_you_have", "params": []any{}}, "do_you_have"},
	{"an error", map[string]any{"event": "poe:/IKC/remote_error", "params": []any{"oh", "no"}}, "remote error: oh"},
	{"an error of a strange kind", map[string]any{"event": "poe:/IKC/remote_error", "params": map[string]any{}}, "map"},
	{"a malformed error", map[string]any{"event": "poe:/chat/secret", "is_error": 1}, "not published"},
}

// TestSpoiltMessages are refused, and the connection continues.
func TestSpoiltMessages(t *testing.T) {
	g := start(t, ikc.Config{})
	s := g.ready("id")
	for _, c := range spoiltMessages {
		t.Run(c.name, func(t *testing.T) {
			g := *g
			g.t = t
			s.message(c.value)
			g.wantLike("error", c.why)
			s.message(map[string]any{"event": "poe:/chat/said", "params": "still here"})
			g.want("said [still here]")
		})
	}
}

func TestSpoiltFrames(t *testing.T) {
	deep := any([]any{})
	for range 100 {
		deep = []any{deep}
	}
	wide := make([]any, 1000)
	loop := []any{nil}
	loop[0] = loop
	event := func(v any) any { return map[string]any{"event": "poe:/chat/said", "params": v} }
	for _, c := range []struct {
		name  string
		bytes string
		value any
		why   string
	}{
		{"not Storable", "5\x00hello", nil, "storable"},
		{"no length", strings.Repeat("hello\x00", 1<<17), nil, "MaxMessage (16384)"},
		{"a list", "", []any{1}, "not a hash"},
		{"too deep", "", event(deep), "MaxDepth"},
		{"too many values", "", event(wide), "MaxItems"},
		{"a cycle", "", event(loop), "cycle"},
		{"too long", "", event(strings.Repeat("x", 20<<10)), "MaxMessage (16384)"},
		{"a length without bytes", "99999999\x00" + strings.Repeat("x", 1<<20), nil, "MaxMessage (16384)"},
		{"an endless length", strings.Repeat("9", 1<<20), nil, "MaxMessage (16384)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := start(t, ikc.Config{MaxMessage: 16 << 10, MaxItems: 500, MaxDepth: 50})
			s := g.ready("id")
			if c.value != nil {
				s.message(c.value)
			} else {
				// The other side may have closed the connection already.
				_, _ = s.Write([]byte(c.bytes))
			}
			g.wantLike("error channel", c.why)
			g.want("unregister id-alias")
			s.wantEnd()
		})
	}
}

// TestStrangersCannotAnswerForOthers: an answer counts from the kernel that
// was asked.
func TestStrangersCannotAnswerForOthers(t *testing.T) {
	g := start(t, ikc.Config{})
	asked, other := g.ready("asked"), g.ready("other")
	g.do(func(*kernel.Kernel) {
		_, err := g.r.Call("poe://asked/x/y", 1, "answer")
		g.report(err)
	})
	answer := map[string]any{"event": map[string]any{"kernel": "", "session": "IKC", "state": "answer1"}, "params": "forged"}
	other.message(answer)
	g.wantLike("error local", "not published")
	answer["params"] = "true"
	asked.message(answer)
	g.want("answer [true <nil>]")
	asked.message(answer)
	g.wantLike("error local", "not published")
}

func TestManySenders(t *testing.T) {
	g := start(t, ikc.Config{MaxSenders: 3})
	s := g.ready("id")
	for i := range 10 {
		s.message(map[string]any{"event": "poe:/chat/said", "params": int64(i), "from": map[string]any{"kernel": "id", "session": fmt.Sprint(i)}})
		g.want(fmt.Sprintf("said [%d]", i))
	}
	g.do(func(k *kernel.Kernel) {
		id, _ := k.AliasResolve("IKC")
		children, _, ok := k.Host().Inspect().Children(make([]observe.SessionInfo, 0, 10), id.Number(), 0)
		require.True(t, ok)
		require.Len(t, children, 3)
	})
}

// TestPeerThatDoesNotRead has posts refused.
func TestPeerThatDoesNotRead(t *testing.T) {
	g := start(t, ikc.Config{MaxPending: 1 << 20, MaxMessage: 1 << 20})
	g.ready("id")
	g.do(func(*kernel.Kernel) {
		_, err := g.r.Post("poe://id/x/y", strings.Repeat("x", 2<<20))
		var limit *ikc.LimitError
		require.ErrorAs(t, err, &limit)
		require.Equal(t, "MaxMessage", limit.Field)
		_, err = g.r.Call("poe://id/x/y", make(chan int), "answer")
		require.Error(t, err)
		for err = nil; err == nil; {
			_, err = g.r.Post("poe://id/x/y", strings.Repeat("x", 1<<19))
		}
		require.ErrorIs(t, err, ikc.ErrBusy)
	})
}
