package inspect_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/inspect"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// counter is a session that counts its events and never ends.
type counter struct {
	Steps int
	Notes []string
	quiet bool
}

var counterStates = session.States[counter]{
	"_start": func(c *counter, e kernel.Event) {
		_ = e.Kernel.AliasSet("counter")
		_, _ = e.Kernel.RefcountIncrement(e.Session, "the test")
		_ = e.Kernel.Sig("DIE", "died")
		if !c.quiet {
			e.Kernel.Yield("step")
		}
		_ = e.Kernel.Delay("far", time.Hour, "later")
	},
	"step": func(c *counter, e kernel.Event) {
		c.Steps++
		_ = e.Kernel.Delay("step", 100*time.Microsecond)
		_, _ = e.Kernel.Call(e.Session, "part", c.Steps)
	},
	"part":  func(*counter, kernel.Event) {},
	"note":  func(c *counter, e kernel.Event) { c.Notes = append(c.Notes, e.Args[0].(string)) },
	"sum":   func(c *counter, e kernel.Event) { e.Return(e.Args[0].(float64) + e.Args[1].(float64)) },
	"fails": func(*counter, kernel.Event) { panic("on purpose") },
	"died":  func(_ *counter, e kernel.Event) { e.Kernel.SigHandled() },
	"far":   func(c *counter, e kernel.Event) { c.Notes = append(c.Notes, "far") },
}

// log is where actions are logged.
type log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// program is a kernel that runs with an inspector.
type program struct {
	ended chan error // what Run returns; who receives it sends it again
	t     *testing.T
	k     *kernel.Kernel
	i     *inspect.Inspector
	url   string
	log   *log
	c     *counter
}

// start runs a program with a counter and whatever more does.
func start(t *testing.T, c inspect.Config, quiet bool, more ...func(k *kernel.Kernel)) *program {
	t.Helper()
	p := &program{t: t, log: &log{}, c: &counter{quiet: quiet}}
	c.Logger = slog.New(slog.NewTextHandler(p.log, nil))
	p.k = kernel.New(kernel.Options{Name: "tested", Logger: slog.New(slog.DiscardHandler)})
	_, err := session.Create(p.k, p.c, counterStates)
	require.NoError(t, err)
	for _, f := range more {
		f(p.k)
	}
	p.i, err = inspect.Listen(p.k, "127.0.0.1:0", c)
	require.NoError(t, err)
	p.url = "http://" + p.i.Addr().String()
	ended, began := make(chan error, 1), make(chan struct{})
	p.ended = ended
	p.k.Outside().DoAsync(func(*kernel.Kernel) { close(began) })
	go func() { ended <- p.k.Run() }()
	<-began // before that, calls from outside fail
	t.Cleanup(func() {
		require.NoError(t, p.i.Close())
		p.k.Outside().Stop()
		select {
		case err := <-ended:
			require.NoError(t, err)
		case <-time.After(20 * time.Second):
			t.Error("the program did not end")
		}
	})
	return p
}

// request makes a request with the token.
func (p *program) request(method, path, body string) *http.Response {
	p.t.Helper()
	r, err := http.NewRequest(method, p.url+path, strings.NewReader(body))
	require.NoError(p.t, err)
	r.Header.Set("Authorization", "Bearer "+p.i.Token())
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(r)
	require.NoError(p.t, err)
	p.t.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}

// get reads the answer to a path of the API into v.
func (p *program) get(path string, v any) {
	p.t.Helper()
	a := p.request("GET", "/api/"+path, "")
	text, err := io.ReadAll(a.Body)
	require.NoError(p.t, err)
	require.Equal(p.t, 200, a.StatusCode, "%s: %s", path, text)
	require.NoError(p.t, json.Unmarshal(text, v), "%s: %s", path, text)
}

// act does an action and returns its result.
func (p *program) act(a inspect.Action) (result any, status int) {
	p.t.Helper()
	body, err := json.Marshal(a)
	require.NoError(p.t, err)
	answer := p.request("POST", "/api/action", string(body))
	var v struct{ Result any }
	_ = json.NewDecoder(answer.Body).Decode(&v)
	return v.Result, answer.StatusCode
}

func (p *program) do(a inspect.Action) any {
	p.t.Helper()
	v, status := p.act(a)
	require.Equal(p.t, 200, status, "%+v", a)
	return v
}

// state is the answer to pause.
type state struct {
	Paused bool
	Why    string
	At     *struct {
		Event   string
		Session uint64
	}
	Args []any
	Heap map[string]any
}

// paused waits until the kernel is paused.
func (p *program) paused() (s state) {
	p.t.Helper()
	require.Eventually(p.t, func() bool {
		s = state{}
		p.get("pause", &s)
		return s.Paused
	}, 10*time.Second, time.Millisecond)
	return s
}

func (p *program) dispatched() uint64 { return p.i.Metrics().Snapshot().Dispatched }

func num(n uint64) string { return strconv.FormatUint(n, 10) }
