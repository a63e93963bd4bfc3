package httpd_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/httpd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// serve answers on a loopback address, which it returns, with what answer
// makes of each request, until the test ends.
func serve(t *testing.T, cfg httpd.Config, answer func(*http.Request) *http.Response) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	newFilter := maker(t, cfg)
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			stop := context.AfterFunc(t.Context(), func() { c.Close() })
			all.Go(func() {
				defer stop()
				defer c.Close()
				if err := converse(c, newFilter(), answer); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
					t.Log(err)
				}
			})
		}
	})
	t.Cleanup(func() { // t.Context has ended
		l.Close()
		all.Wait()
	})
	return l.Addr().String()
}

// converse is a connection's life: the shape that any program with this filter
// has.
func converse(c net.Conn, f filter.Filter, answer func(*http.Request) *http.Response) error {
	b := filter.NewBuffer(f)
	in := make([]byte, 4096)
	for {
		n, err := c.Read(in)
		if err != nil {
			return err
		}
		recs, err := b.Get(in[:n])
		if err != nil {
			return err
		}
		for _, rec := range recs {
			resp, ready := rec.(*http.Response)
			if !ready {
				resp = answer(rec.(*http.Request))
			}
			out, err := b.Put(resp)
			if err != nil {
				return err
			}
			if _, err := c.Write(out[0]); err != nil {
				return err
			}
			if resp.Close {
				return nil
			}
		}
	}
}

func echo(r *http.Request) *http.Response {
	resp := httpd.NewResponse(r, http.StatusOK, httpd.Content(r))
	resp.Header.Set("X-Method", r.Method)
	return resp
}

// net/http's client keeps its connection, uploads in chunks, and waits for 100
// Continue.
func TestGoClient(t *testing.T) {
	url := "http://" + serve(t, httpd.Config{ExpectContinue: true}, echo) + "/"
	tr := &http.Transport{ExpectContinueTimeout: 1 << 40}
	defer tr.CloseIdleConnections()
	reused, continued := 0, 0
	trace := &httptrace.ClientTrace{
		GotConn: func(i httptrace.GotConnInfo) {
			if i.Reused {
				reused++
			}
		},
		Got100Continue: func() { continued++ },
	}
	large := strings.Repeat("0123456789", 50_000)
	for _, c := range []struct {
		method, body string
		chunked      bool
		expect       bool
	}{
		{method: "GET"}, {method: "PUT", body: "small"}, {method: "HEAD"}, {method: "PUT", body: large},
		{method: "POST", body: large, chunked: true}, {method: "POST", body: "wait", expect: true}, {method: "DELETE"},
	} {
		var up io.Reader = strings.NewReader(c.body)
		if c.chunked {
			up = io.MultiReader(up)
		}
		r, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), c.method, url, up)
		require.NoError(t, err)
		if c.expect {
			r.Header.Set("Expect", "100-continue")
		}
		resp, err := tr.RoundTrip(r)
		require.NoError(t, err)
		assert.Equal(t, c.body, content(resp.Body))
		assert.NoError(t, resp.Body.Close())
		assert.Equal(t, c.method, resp.Header.Get("X-Method"))
	}
	assert.Equal(t, 6, reused, "one connection for all")
	assert.Equal(t, 1, continued)

	r, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), "PUT", url, strings.NewReader(large+large+large))
	require.NoError(t, err)
	r.Header.Set("Expect", "100-continue") // so that it reads the refusal first
	resp, err := tr.RoundTrip(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, http.StatusRequestEntityTooLarge, resp.StatusCode)
	assert.Equal(t, 1, continued)
}

// find looks for a program; without it there is nothing to test, which
// POE_REQUIRED does not put up with.
func find(t *testing.T, program string) string {
	path, err := exec.LookPath(program)
	if err != nil {
		if os.Getenv("POE_REQUIRED") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	return path
}

// curl does the same.
func TestCurl(t *testing.T) {
	curl := find(t, "curl")
	url := "http://" + serve(t, httpd.Config{ExpectContinue: true}, echo) + "/"
	run := func(stdin string, args ...string) string {
		cmd := exec.Command(curl, append([]string{"-sS", "--noproxy", "*", "--max-time", "60"}, args...)...)
		cmd.Stdin = strings.NewReader(stdin)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	large := strings.Repeat("x", 300_000)
	connects := run("", "-w", " %{num_connects}", url, url+"2")
	assert.Equal(t, " 1 0", connects, "the connection is kept")
	assert.Equal(t, large, run(large, "-T", "-", url), "chunked upload")
	assert.Equal(t, large, run(large, "--data-binary", "@-", "-H", "Expect: 100-continue", "--expect100-timeout", "30", url))
	assert.Equal(t, "hello", run("hello", "--http1.0", "--data-binary", "@-", url))
}

// pipeline is a script for wrk: eight requests in one piece, of which one has
// a body of chunks, and answers that are counted.
const pipeline = `
init = function(args)
  local r = {}
  for i = 1, 7 do r[i] = wrk.format("GET", "/" .. i) end
  r[8] = wrk.format("PUT", "/8", { ["Transfer-Encoding"] = "chunked", ["Host"] = "h" }, nil) .. "5\r\nhello\r\n0\r\n\r\n"
  all = table.concat(r)
end
request = function() return all end
done = function(summary)
  local e = summary.errors
  io.write(string.format("answers=%s errors=%d\n", summary.requests > 8 and "many" or summary.requests,
    e.connect + e.read + e.write + e.status + e.timeout))
end
`

// wrk keeps several connections busy and sends requests before the answers to
// the last ones have come.
func TestWrk(t *testing.T) {
	wrk := find(t, "wrk")
	var all, puts atomic.Int64
	url := "http://" + serve(t, httpd.Config{}, func(r *http.Request) *http.Response {
		all.Add(1)
		if r.Method == http.MethodPut {
			puts.Add(1)
			assert.Equal(t, "hello", string(httpd.Content(r)))
			assert.Equal(t, "/8", r.URL.Path)
		}
		return echo(r)
	}) + "/"
	script := filepath.Join(t.TempDir(), "pipeline.lua")
	require.NoError(t, os.WriteFile(script, []byte(pipeline), 0o600))
	out, err := exec.Command(wrk, "-t1", "-c4", "-d1s", "--timeout", "60s", "-s", script, url).CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), "answers=many errors=0", "%s", out)
	assert.InDelta(t, all.Load()/8, puts.Load(), 4, "all requests of a piece are seen")
}
