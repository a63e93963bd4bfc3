package httpserver_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/httpserver"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// get asks a server of net/http and returns the status and the body.
func get(t *testing.T, server *httptest.Server, path, body string) (int, string) {
	r, err := server.Client().Post(server.URL+path, "text/plain", strings.NewReader(body))
	if !assert.NoError(t, err) {
		return 0, ""
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	assert.NoError(t, err)
	return r.StatusCode, r.Header.Get("X-Path") + string(text)
}

// A session answers the requests of a server of net/http: at once, later, too late
// or not at all.
func TestMount(t *testing.T) {
	k := kernel.New(kernel.Options{Logger: slog.New(slog.DiscardHandler)})
	handler, err := httpserver.Mount(k, httpserver.MountConfig{Session: kernel.Alias("web"), Event: "asked", MaxBody: 10, Timeout: 500 * time.Millisecond})
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	defer server.Close()
	lost, running := false, make(chan struct{})
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			assert.NoError(t, e.AliasSet("web"))
			e.RefcountIncrement(e.Session, "test")
			e.RefcountIncrement(e.Session, "look")
			e.Yield("begin")
		},
		"begin": func(kernel.Event) { close(running) },
		"asked": func(e kernel.Event) {
			x := httpserver.ExchangeOf(e)
			switch x.Request.URL.Path {
			case "/late":
				_, _ = e.DelaySet("late", time.Millisecond, x)
				return
			case "/never":
				_, _ = e.DelaySet("look", 700*time.Millisecond, x)
				return
			case "/end":
				e.RefcountDecrement(e.Session, "test")
			}
			x.Header.Set("X-Path", x.Request.URL.Path)
			x.Status, x.Body = 201, append([]byte("got "), x.Content...)
			x.Done()
			x.Done()
		},
		"late": func(e kernel.Event) { httpserver.ExchangeOf(e).Done() },
		"look": func(e kernel.Event) {
			lost = httpserver.ExchangeOf(e).Lost()
			e.RefcountDecrement(e.Session, "look")
			httpserver.ExchangeOf(e).Done()
		},
	})
	require.NoError(t, err)
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			<-running
			status, text := get(t, server, fmt.Sprint("/", i), "tea")
			assert.Equal(t, 201, status)
			assert.Equal(t, fmt.Sprintf("/%dgot tea", i), text)
		})
	}
	all.Go(func() {
		<-running
		for path, want := range map[string]int{"/late": 200, "/never": 503, "/": 413} {
			status, _ := get(t, server, path, strings.Repeat("x", map[bool]int{true: 11, false: 10}[want == 413]))
			assert.Equal(t, want, status, path)
		}
	})
	go func() {
		all.Wait()
		status, _ := get(t, server, "/end", "")
		assert.Equal(t, 201, status)
	}()
	require.NoError(t, k.Run())
	assert.True(t, lost)
	status, _ := get(t, server, "/", "")
	assert.Equal(t, 503, status, "the kernel has ended")
}

func TestMountConfigErrors(t *testing.T) {
	for field, c := range map[string]httpserver.MountConfig{
		"MountConfig.Session": {}, "MountConfig.Event": {Session: kernel.Alias("x")},
		"MountConfig.MaxBody":    {Session: kernel.Alias("x"), Event: "x", MaxBody: -1},
		"MountConfig.Timeout":    {Session: kernel.Alias("x"), Event: "x", Timeout: -2},
		"MountConfig.MaxPending": {Session: kernel.Alias("x"), Event: "x", MaxPending: -1},
	} {
		_, err := httpserver.Mount(kernel.New(), c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong, field)
		assert.Equal(t, field, wrong.Field)
	}
}

// The access log has one line for each response, and nothing that a peer sends can
// make it two.
func TestAccessLog(t *testing.T) {
	var lines []string
	write := func(line string) { lines = append(lines, line) }
	for _, log := range []func(*httpserver.Response){httpserver.CommonLog(write), httpserver.CombinedLog(write)} {
		w := start(t, httpserver.Config{Routes: []httpserver.Route{{Handle: func(r *httpserver.Response) {
			r.Body = []byte("tea")
			log(r)
			r.Done()
			log(r)
		}}}})
		c := w.talk()
		c.Write([]byte("GET /a?b=%22c HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YSBiIjpj\r\nReferer: \"\\\r\nUser-Agent: t\xe9a\r\n\r\n"))
		c.ExpectMatch("200")
	}
	require.Len(t, lines, 4)
	at := ` - a\x20b\" [09/Sep/2001:01:46:40 +0000] "GET /a?b=%22c HTTP/1.1" 200 `
	for i, end := range []string{"-", "3", `- "\"\\" "t\xe9a"`, `3 "\"\\" "t\xe9a"`} {
		assert.Contains(t, lines[i], at+end)
		assert.True(t, strings.HasSuffix(lines[i], end), lines[i])
	}
}
