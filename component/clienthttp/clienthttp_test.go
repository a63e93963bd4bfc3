package clienthttp_test

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/await"
	"github.com/gopoe/poe/component/clienthttp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// serve starts a server for the time of a test.
func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func get(t *testing.T, url string) *http.Request {
	t.Helper()
	r, err := http.NewRequest("GET", url, nil)
	require.NoError(t, err)
	return r
}

// exchange runs a client and a session that posts requests; it returns the
// results in order, and ends when as many events came as were asked for.
func exchange(t *testing.T, config clienthttp.Config, events int, requests ...*http.Request) []*clienthttp.Result {
	t.Helper()
	k := kernel.New(kernel.Options{Logger: slog.New(slog.DiscardHandler)})
	_, err := clienthttp.New(k, config)
	require.NoError(t, err)
	alias := kernel.Alias("weeble")
	var results []*clienthttp.Result
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for i, r := range requests {
				assert.NoError(t, e.Post(alias, "request", "got", r, i))
			}
		},
		"got": func(e kernel.Event) {
			results = append(results, clienthttp.ResultOf(e))
			if len(results) == events {
				e.Post(alias, "shutdown")
			}
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Len(t, results, events)
	return results
}

func TestResponsesHavePOEsArguments(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Method, " ", r.UserAgent(), " ", r.Header.Get("From"))
	})
	k := kernel.New()
	_, err := clienthttp.New(k, clienthttp.Config{Alias: "ua", Agent: []string{"tester/1"}, From: "ann@example.org"})
	require.NoError(t, err)
	request := get(t, url)
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			e.Post(kernel.Alias("ua"), "request", "got", request, "the tag")
			e.Yield("count")
		},
		"count": func(e kernel.Event) {
			n, err := e.Call(kernel.Alias("ua"), "pending_requests_count")
			assert.NoError(t, err)
			assert.Equal(t, 1, n)
		},
		"got": func(e kernel.Event) {
			asked, came := kernel.Arg[[]any](e, 0), kernel.Arg[[]any](e, 1)
			assert.Same(t, request, asked[0])
			assert.Equal(t, "the tag", asked[1])
			response := came[0].(*http.Response)
			body, err := io.ReadAll(response.Body)
			assert.NoError(t, err)
			assert.Equal(t, "GET tester/1 ann@example.org", string(body))
			assert.Nil(t, came[1])
			assert.Empty(t, request.Header, "the program's request stays as it is")
			assert.Same(t, request, response.Request)
			e.Post(kernel.Alias("ua"), "shutdown")
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
}

// roundTripper is a function as an http.RoundTripper.
type roundTripper func(r *http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Requests do not share headers, whatever a program does with them or with those of
// responses.
func TestHeadersAreTheRequestsOwn(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.UserAgent(), " ", r.Header.Get("X-Mine"))
	})
	for name, c := range map[string]clienthttp.Config{
		"the component's transport": {}, "one that follows redirects": {FollowRedirects: 2},
		"another transport": {Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			response, err := http.DefaultTransport.RoundTrip(r)
			r.Header.Set("X-Mine", "left")
			return response, err
		})},
	} {
		t.Run(name, func(t *testing.T) {
			defer http.DefaultTransport.(*http.Transport).CloseIdleConnections()
			k := kernel.New()
			c.Alias, c.Agent = "ua", []string{"tester/1"}
			_, err := clienthttp.New(k, c)
			require.NoError(t, err)
			var bodies []string
			_, err = session.Inline(k, session.Funcs{
				"_start": func(e kernel.Event) {
					for range 3 {
						e.Post(kernel.Alias("ua"), "request", "got", get(t, url))
					}
				},
				"got": func(e kernel.Event) {
					r := clienthttp.ResultOf(e)
					assert.NoError(t, r.Err)
					r.Response.Request.Header.Set("X-Mine", "changed")
					r.Response.Request.Header.Set("User-Agent", "changed")
					if bodies = append(bodies, string(r.Body)); len(bodies) < 9 {
						e.Post(kernel.Alias("ua"), "request", "got", get(t, url))
					} else if len(bodies) == 11 {
						e.Post(kernel.Alias("ua"), "shutdown")
					}
				},
			})
			require.NoError(t, err)
			require.NoError(t, k.Run())
			assert.Equal(t, slices.Repeat([]string{"tester/1 "}, 11), bodies)
		})
	}
}

func TestFailuresAreResponses(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	closed := "http://" + l.Addr().String()
	require.NoError(t, l.Close())
	stalls := serve(t, func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	garbage := listen(t, "HTTP/1.1 what\r\n\r\n")
	cut := listen(t, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour")
	smuggled := get(t, closed)
	smuggled.Header = http.Header{"X": {"a\r\nHost: b"}}
	for _, c := range []struct {
		name    string
		request *http.Request
		status  int
		err     error
		text    string
	}{
		{"refused", get(t, closed), 500, nil, "connection refused"},
		{"time-out", get(t, stalls), 408, clienthttp.ErrTimeout, ""},
		{"garbage", get(t, garbage), 500, nil, "malformed"},
		{"no host", get(t, "/path"), 400, clienthttp.ErrRequest, "absolute"},
		{"scheme", get(t, "ftp://host/"), 400, clienthttp.ErrRequest, "http or https"},
		{"header with a line end", smuggled, 500, nil, "invalid header"},
		{"cut off", get(t, cut), 200, io.ErrUnexpectedEOF, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := exchange(t, clienthttp.Config{Timeout: 200 * time.Millisecond}, 1, c.request)[0]
			assert.Equal(t, c.status, r.Response.StatusCode)
			require.Error(t, r.Err)
			if c.err != nil {
				assert.ErrorIs(t, r.Err, c.err)
			}
			assert.ErrorContains(t, r.Err, c.text)
			if c.status != 200 {
				assert.Equal(t, r.Err.Error(), r.Response.Header.Get("X-PCCH-Errmsg"))
			}
		})
	}
}

// listen answers each connection with the same bytes.
func listen(t *testing.T, answer string) string {
	t.Helper()
	return answerWith(t, func(c *net.TCPConn) { _, _ = io.WriteString(c, answer) })
}

func TestMaxSizeCuts(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Repeat("x", 100_000)) })
	for _, c := range []struct {
		max  int64
		want int
	}{{1000, 1000}, {100_000, 100_000}, {clienthttp.Unlimited, 100_000}} {
		r := exchange(t, clienthttp.Config{MaxSize: c.max}, 1, get(t, url))[0]
		assert.NoError(t, r.Err)
		assert.Len(t, r.Body, c.want)
		assert.Equal(t, c.want < 100_000, r.Truncated)
	}
}

func TestStreaming(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Repeat("0123456789", 10)) })
	results := exchange(t, clienthttp.Config{Streaming: 30}, 5, get(t, url))
	var all string
	for i, r := range results {
		assert.NoError(t, r.Err)
		all += string(r.Body)
		assert.Equal(t, i == 4, r.Body == nil)
	}
	assert.Equal(t, strings.Repeat("0123456789", 10), all)
}

// A handler that is slow holds up the server, and not the program's memory.
func TestStreamingWaitsForTheHandler(t *testing.T) {
	var written atomic.Int64
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for {
			n, err := w.Write(make([]byte, 64<<10))
			written.Add(int64(n))
			if err != nil {
				return
			}
		}
	})
	k := kernel.New()
	c, err := clienthttp.New(k, clienthttp.Config{Streaming: 64 << 10, MaxSize: clienthttp.Unlimited})
	require.NoError(t, err)
	request := get(t, url)
	chunks := 0
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Post(kernel.Alias("weeble"), "request", "got", request) },
		"got": func(e kernel.Event) {
			if chunks++; chunks == 20 {
				c.Cancel(request)
				c.Shutdown()
			}
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, 20, chunks)
	assert.Less(t, written.Load(), int64(64<<20))
}

func TestProgress(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100000")
		fmt.Fprint(w, strings.Repeat("x", 100_000))
	})
	k := kernel.New()
	c, err := clienthttp.New(k, clienthttp.Config{})
	require.NoError(t, err)
	var last int64
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Post(kernel.Alias("weeble"), "request", "got", get(t, url), 7, "progress") },
		"progress": func(e kernel.Event) {
			figures := kernel.Arg[[]any](e, 1)
			assert.Equal(t, 7, kernel.Arg[[]any](e, 0)[1])
			assert.Greater(t, figures[0].(int64), last)
			last = figures[0].(int64)
			assert.Equal(t, int64(100_000), figures[1])
		},
		"got": func(kernel.Event) { c.Shutdown() },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, int64(100_000), last)
}

func TestRedirects(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if n := len(r.URL.Path); n < 4 {
			http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
			return
		}
		fmt.Fprint(w, "there")
	})
	for follow, status := range []int{302, 302, 302, 200} {
		r := exchange(t, clienthttp.Config{FollowRedirects: follow}, 1, get(t, url+"/"))[0]
		assert.Equal(t, status, r.Response.StatusCode, follow)
	}
}

func TestCookies(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie("seen"); err == nil {
			fmt.Fprint(w, c.Value)
		}
		http.SetCookie(w, &http.Cookie{Name: "seen", Value: "yes"})
	})
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	results := exchange(t, clienthttp.Config{Jar: jar, MaxOpen: 1}, 2, get(t, url), get(t, url))
	assert.Equal(t, "", string(results[0].Body))
	assert.Equal(t, "yes", string(results[1].Body))
}

func TestProxies(t *testing.T) {
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "proxy for ", r.URL) })
	at, err := url.Parse(proxy)
	require.NoError(t, err)
	r := exchange(t, clienthttp.Config{Proxy: http.ProxyURL(at)}, 1, get(t, "http://far.example/x"))[0]
	assert.Equal(t, "proxy for http://far.example/x", string(r.Body))

	k := kernel.New()
	c, err := clienthttp.New(k, clienthttp.Config{})
	require.NoError(t, err)
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			e.Post(kernel.Alias("weeble"), "request", "got", get(t, "http://far.example/y"), nil, "", proxy)
		},
		"got": func(e kernel.Event) {
			assert.Equal(t, "proxy for http://far.example/y", string(clienthttp.ResultOf(e).Body))
			c.Shutdown()
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
}

func TestLimitsOfRequestsUnderWay(t *testing.T) {
	var now, most atomic.Int32
	h := func(w http.ResponseWriter, _ *http.Request) {
		n := now.Add(1)
		for {
			m := most.Load()
			if n <= m || most.CompareAndSwap(m, n) {
				break
			}
		}
		time.Sleep(time.Millisecond) // for others to come, if they may
		now.Add(-1)
	}
	one, two := serve(t, h), serve(t, h)
	var requests []*http.Request
	for range 20 {
		requests = append(requests, get(t, one), get(t, two))
	}
	exchange(t, clienthttp.Config{MaxPerHost: 2}, len(requests), requests...)
	assert.LessOrEqual(t, most.Load(), int32(4))
	most.Store(0)
	requests = requests[:0]
	for range 40 {
		requests = append(requests, get(t, one))
	}
	exchange(t, clienthttp.Config{MaxOpen: 1}, len(requests), requests...)
	assert.Equal(t, int32(1), most.Load())
}

func TestShutdownAnswersAll(t *testing.T) {
	stalls := serve(t, func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	k := kernel.New()
	c, err := clienthttp.New(k, clienthttp.Config{MaxOpen: 1})
	require.NoError(t, err)
	var tags []any
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for i := range 3 {
				e.Post(kernel.Alias("weeble"), "request", "got", get(t, stalls), i)
			}
			e.Post(kernel.Alias("weeble"), "shutdown")
			e.Yield("late")
		},
		"late": func(e kernel.Event) {
			assert.NoError(t, c.Do(clienthttp.Request{HTTP: get(t, stalls), Event: "got", Tag: "late"}))
		},
		"got": func(e kernel.Event) {
			r := clienthttp.ResultOf(e)
			assert.ErrorIs(t, r.Err, clienthttp.ErrShutdown)
			assert.Equal(t, 408, r.Response.StatusCode)
			tags = append(tags, r.Tag)
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []any{0, 1, 2, "late"}, tags)
}

func TestFetchInATask(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.Path) })
	k := kernel.New()
	c, err := clienthttp.New(k, clienthttp.Config{})
	require.NoError(t, err)
	var got []string
	_, err = session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
		await.Async(e, func(task *await.Task) {
			for _, path := range []string{"/a", "/b"} {
				r, err := await.Await(task, c.Fetch(clienthttp.Request{HTTP: get(t, url+path)}))
				assert.NoError(t, err)
				got = append(got, string(r.Body))
			}
			_, err := await.Await(task, c.Fetch(clienthttp.Request{HTTP: get(t, "x")}))
			assert.ErrorIs(t, err, clienthttp.ErrRequest)
			c.Shutdown()
		})
	}})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"/a", "/b"}, got)
}

// Thousands of requests in flight at once: each is answered, once.
func TestManyInFlight(t *testing.T) {
	const n = 1000
	var waiting sync.WaitGroup
	waiting.Add(n)
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		waiting.Done()
		waiting.Wait() // all of them are here
	})
	var requests []*http.Request
	for range n {
		requests = append(requests, get(t, url))
	}
	seen := map[any]bool{}
	for _, r := range exchange(t, clienthttp.Config{MaxOpen: clienthttp.Unlimited, MaxPerHost: clienthttp.Unlimited}, n, requests...) {
		assert.NoError(t, r.Err)
		assert.False(t, seen[r.Tag])
		seen[r.Tag] = true
	}
}

// Figures of progress do not pile up, however a server sends its body.
func TestProgressOfASlowBody(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for range 3000 {
			fmt.Fprint(w, "x")
			w.(http.Flusher).Flush()
		}
	})
	k := kernel.New()
	c, err := clienthttp.New(k, clienthttp.Config{})
	require.NoError(t, err)
	figures, last := 0, int64(0)
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Post(kernel.Alias("weeble"), "request", "got", get(t, url), nil, "progress") },
		"progress": func(e kernel.Event) {
			figures++
			last = kernel.Arg[[]any](e, 1)[0].(int64)
			time.Sleep(10 * time.Millisecond) // longer than the server needs for many bytes
		},
		"got": func(kernel.Event) { c.Shutdown() },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, int64(3000), last)
	assert.Less(t, figures, 1000)
}

// body is a request's body that knows whether it was closed.
type body struct {
	io.Reader
	closed int
}

func (b *body) Close() error { b.closed++; return nil }

// Bodies of requests that are not sent are closed, as those that are.
func TestBodiesOfRefusedRequests(t *testing.T) {
	var bodies []*body
	var requests []*http.Request
	for _, url := range []string{"ftp://x/", "http:///nowhere", "http://127.0.0.1:1/", "http://127.0.0.1:1/"} {
		b := &body{Reader: strings.NewReader("text")}
		r, err := http.NewRequest("POST", url, b)
		require.NoError(t, err)
		bodies, requests = append(bodies, b), append(requests, r)
	}
	for _, r := range exchange(t, clienthttp.Config{MaxPending: 1}, len(requests), requests...) {
		assert.Error(t, r.Err)
	}
	for i, b := range bodies {
		assert.Positive(t, b.closed, i)
	}
}

// panics is a Transport that throws an exception.
type panics struct{}

func (panics) RoundTrip(*http.Request) (*http.Response, error) { panic("transport") }

// What a program gives for the exchange may panic: that is a failure of the
// request, and not the program's end.
func TestPanicInATransport(t *testing.T) {
	r := exchange(t, clienthttp.Config{Transport: panics{}}, 1, get(t, "http://x/"))
	assert.ErrorContains(t, r[0].Err, "panic: transport")
	assert.Equal(t, http.StatusInternalServerError, r[0].Response.StatusCode)
}

func TestMistakes(t *testing.T) {
	for field, c := range map[string]clienthttp.Config{
		"MaxSize": {MaxSize: -2}, "Streaming": {Streaming: -1}, "FollowRedirects": {FollowRedirects: -1},
		"MaxOpen": {MaxOpen: -2}, "MaxPerHost": {MaxPerHost: -2}, "MaxPending": {MaxPending: -1},
	} {
		_, err := clienthttp.New(kernel.New(), c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, field, wrong.Field)
	}
	k := kernel.New()
	c, err := clienthttp.New(k, clienthttp.Config{})
	require.NoError(t, err)
	assert.ErrorIs(t, c.Do(clienthttp.Request{HTTP: get(t, "http://x/"), Event: "got"}), kernel.ErrInvalid, "there is no session to answer")
	_, err = clienthttp.New(k, clienthttp.Config{})
	assert.ErrorIs(t, err, syscall.EEXIST, "the alias is taken")
	k.Stop()
}
