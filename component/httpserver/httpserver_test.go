package httpserver_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/httpserver"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter/websocket"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// world is a server in memory on virtual time.
type world struct {
	t     *testing.T
	k     *kernel.Kernel
	clock *poetest.Clock
	at    *poetest.Listener
	s     *httpserver.Server
	log   []string
}

func start(t *testing.T, c httpserver.Config) *world {
	t.Helper()
	w := &world{t: t, clock: &poetest.Clock{}, at: poetest.Listen(netip.MustParseAddrPort("192.0.2.1:80"))}
	w.k = poetest.New(t, kernel.Options{Clock: w.clock, Logger: slog.New(slog.DiscardHandler)})
	c.Server.Listener = w.at.Handle()
	c.Log = func(r *httpserver.Response) {
		w.log = append(w.log, fmt.Sprintf("%s %v %d %d %v", r.Request.Method, r.Request.URL, r.Status, r.Written, r.Lost()))
	}
	var err error
	w.s, err = httpserver.New(w.k, c)
	require.NoError(t, err)
	t.Cleanup(w.end)
	return w
}

// end shuts the server down, which must end the kernel.
func (w *world) end() {
	w.s.Shutdown(0)
	if _, err := poetest.RunFor(w.k, w.clock, time.Minute); err != nil && !w.t.Failed() {
		w.t.Error(err)
	}
}

func (w *world) talk() *poetest.Conversation { return w.at.Talk(w.t, w.k, w.clock) }

// response reads one response with a Content-Length and returns status and body.
func response(c *poetest.Conversation) (status string, header http.Header, body string) {
	status = c.Line()
	header = http.Header{}
	for line := c.Line(); line != ""; line = c.Line() {
		name, value, _ := strings.Cut(line, ": ")
		header.Add(name, value)
	}
	for n := range header["Content-Length"] {
		var length int
		fmt.Sscan(header["Content-Length"][n], &length)
		for len(body) < length {
			body += c.Line() + "\n"
		}
	}
	return status, header, body
}

func text(body string) func(r *httpserver.Response) {
	return func(r *httpserver.Response) {
		r.Body = []byte(body + "\n")
		r.Done()
	}
}

func TestRoutes(t *testing.T) {
	w := start(t, httpserver.Config{Header: http.Header{"Server": {"test"}}, Routes: []httpserver.Route{
		{Pattern: regexp.MustCompile(`^/a$`), Method: "GET", Handle: text("a")},
		{Pattern: regexp.MustCompile(`^/a$`), Method: "PUT", Handle: text("put")},
		{Pattern: regexp.MustCompile(`^/b`), Handle: text("b")},
	}})
	for _, c := range []struct{ request, status, body, allow string }{
		{"GET /a", "200 OK", "a\n", ""},
		{"PUT /a", "200 OK", "put\n", ""},
		{"POST /a", "405 Method Not Allowed", "405 Method Not Allowed\n", "GET, PUT"},
		{"DELETE /bcd", "200 OK", "b\n", ""},
		{"GET /c", "404 Not Found", "404 Not Found\n", ""},
	} {
		talk := w.talk()
		talk.Send(c.request+" HTTP/1.1", "Host: x", "Content-Length: 0", "")
		status, header, body := response(talk)
		assert.Equal(t, "HTTP/1.1 "+c.status, status, c.request)
		assert.Equal(t, c.body, body, c.request)
		assert.Equal(t, c.allow, header.Get("Allow"), c.request)
		assert.Equal(t, "test", header.Get("Server"))
	}
	assert.Equal(t, "GET /a 200 2 false", w.log[0])
}

// A session answers by events, later and in whatever order; the responses come in
// the order of the requests.
func TestEventsArePostponedAndOrdered(t *testing.T) {
	w := start(t, httpserver.Config{Alias: "web", Routes: []httpserver.Route{{Pattern: regexp.MustCompile("^/"), Session: kernel.Alias("handler"), Event: "asked"}}})
	var asked []string
	handler, err := session.Inline(w.k, session.Funcs{
		"_start": func(e kernel.Event) { require.NoError(t, e.Kernel.AliasSet("handler")) },
		"asked": func(e kernel.Event) {
			r := httpserver.ResponseOf(e)
			assert.Equal(t, "^/", kernel.Arg[string](e, 2))
			asked = append(asked, kernel.Arg[*http.Request](e, 0).URL.Path)
			require.NoError(t, e.Kernel.AliasRemove("handler"), "the request keeps the session alive")
			require.NoError(t, e.Kernel.AliasSet("handler"))
			_, err := e.Kernel.DelaySet("answer", time.Hour/60, r)
			require.NoError(t, err)
		},
		"answer": func(e kernel.Event) {
			r := kernel.Arg[*httpserver.Response](e, 0)
			r.Body = []byte(r.Request.URL.Path + "\n")
			require.NoError(t, e.Kernel.Post(kernel.Alias("web"), "DONE", r))
		},
	})
	require.NoError(t, err)
	c := w.talk()
	c.Timeout = time.Hour
	c.Send("GET /1 HTTP/1.1", "Host: x", "", "GET /2 HTTP/1.1", "Host: x", "", "GET /3 HTTP/1.1", "Host: x", "Connection: close", "")
	for _, want := range []string{"/1\n", "/2\n", "/3\n"} {
		_, _, body := response(c)
		assert.Equal(t, want, body)
	}
	assert.Equal(t, io.EOF, c.ExpectEnd())
	assert.Equal(t, []string{"/1", "/2", "/3"}, asked)
	assert.True(t, handler.ID().Alive())
}

func TestNobodyAnswers(t *testing.T) {
	w := start(t, httpserver.Config{Routes: []httpserver.Route{
		{Pattern: regexp.MustCompile("^/silent"), Handle: func(*httpserver.Response) {}},
		{Session: kernel.Alias("missing"), Event: "asked"},
	}})
	c := w.talk()
	c.Timeout = time.Hour
	c.Send("GET /missing HTTP/1.1", "Host: x", "")
	status, _, _ := response(c)
	assert.Equal(t, "HTTP/1.1 500 Internal Server Error", status)
	before := w.k.Now()
	c.Send("GET /silent HTTP/1.1", "Host: x", "")
	status, _, _ = response(c)
	assert.Equal(t, "HTTP/1.1 503 Service Unavailable", status)
	assert.GreaterOrEqual(t, w.k.Now().Sub(before), httpserver.DefaultTimeout)
}

func TestIdleConnectionsAreClosed(t *testing.T) {
	w := start(t, httpserver.Config{Routes: []httpserver.Route{{Handle: text("a")}}})
	c := w.talk()
	c.Timeout = time.Hour
	c.Send("GET / HTTP/1.1", "Host: x", "")
	response(c)
	c.ExpectSilence(httpserver.DefaultIdle - time.Second)
	c.ExpectEnd()
	slow := w.talk() // whose request never ends, however much of it comes
	slow.Timeout = time.Hour
	slow.Send("GET / HTTP/1.1")
	for range 5 {
		slow.ExpectSilence(httpserver.DefaultIdle / 6)
		slow.Send("X-Header: x")
	}
	slow.ExpectEnd()
}

func TestStreaming(t *testing.T) {
	w := start(t, httpserver.Config{Routes: []httpserver.Route{{Handle: func(r *httpserver.Response) {
		r.Event("tick", "one\ntwo")
		r.Event("", "three")
		r.Done()
		r.Stream([]byte("too late"))
	}}}})
	c := w.talk()
	c.Send("GET / HTTP/1.1", "Host: x", "")
	status, header, _ := response(c)
	assert.Equal(t, "HTTP/1.1 200 OK", status)
	assert.Equal(t, "text/event-stream", header.Get("Content-Type"))
	assert.Equal(t, "chunked", header.Get("Transfer-Encoding"))
	c.Expect("21", "event: tick", "data: one", "data: two", "", "", "d", "data: three", "", "", "0", "")
	c.Send("GET / HTTP/1.0", "") // ends with the connection
	_, header, _ = response(c)
	assert.Equal(t, "close", header.Get("Connection"))
	c.Expect("event: tick", "data: one", "data: two", "", "data: three", "")
	c.ExpectEnd()
}

// A slow reader holds up the producer, and nothing else.
func TestStreamWaitsForTheReader(t *testing.T) {
	pieces, high := 0, false
	var more func(r *httpserver.Response)
	more = func(r *httpserver.Response) {
		for ; pieces < 1000; pieces++ {
			if r.Stream([]byte(strings.Repeat("x", 1023) + "\n")) {
				high = true
				pieces++
				r.WhenLow(func() { more(r) })
				return
			}
		}
		r.Done()
	}
	w := start(t, httpserver.Config{Routes: []httpserver.Route{{Handle: more}}})
	w.at.SetBuffer(4096)
	c := w.talk()
	c.Send("GET / HTTP/1.0", "")
	_, err := poetest.RunFor(w.k, w.clock, time.Second)
	require.NoError(t, err)
	assert.True(t, high)
	assert.Less(t, pieces, 100)
	response(c)
	for range 1000 {
		c.Line()
	}
	c.ExpectEnd()
}

func TestLostConnections(t *testing.T) {
	lost := 0
	w := start(t, httpserver.Config{Routes: []httpserver.Route{{Handle: func(r *httpserver.Response) {
		r.WhenLost(func() { lost++ })
	}}}})
	c := w.talk()
	c.Send("GET /1 HTTP/1.1", "Host: x", "", "GET /2 HTTP/1.1", "Host: x", "")
	c.ExpectSilence(time.Second)
	c.Reset()
	_, err := poetest.RunFor(w.k, w.clock, time.Second)
	require.NoError(t, err)
	assert.Equal(t, 1, lost)
	assert.Equal(t, []string{"GET /1 200 0 true", "GET /2 200 0 true"}, w.log)
}

// What was asked before the end of the input is answered.
// A response that says that the connection closes is its end.
func TestHeaderCloses(t *testing.T) {
	w := start(t, httpserver.Config{Routes: []httpserver.Route{{Handle: func(r *httpserver.Response) {
		r.Header.Set("Connection", "Close")
		text("bye")(r)
	}}}})
	c := w.talk()
	c.Send("GET / HTTP/1.1", "Host: x", "")
	_, header, body := response(c)
	assert.Equal(t, []string{"close"}, header["Connection"])
	assert.Equal(t, "bye\n", body)
	c.ExpectEnd()
}

func TestHalfClose(t *testing.T) {
	w := start(t, httpserver.Config{Routes: []httpserver.Route{{Handle: func(r *httpserver.Response) {
		k := r.Client().Kernel
		_, err := k.Host().DelayFunc("later", time.Second, func(kernel.Event) { text("late")(r) })
		require.NoError(t, err)
	}}}})
	c := w.talk()
	c.Send("GET / HTTP/1.1", "Host: x", "")
	c.CloseWrite()
	_, _, body := response(c)
	assert.Equal(t, "late\n", body)
	c.ExpectEnd()
}

func TestBadRequests(t *testing.T) {
	w := start(t, httpserver.Config{MaxBody: 10, Routes: []httpserver.Route{{Handle: text("a")}}})
	for request, want := range map[string]string{
		"nonsense\r\n\r\n": "400 Bad Request",
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n01234567890":                            "413 Request Entity Too Large",
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n": "400 Bad Request",
		"GET / HTTP/1.1\r\n\r\n":            "400 Bad Request",
		"GET / HTTP/3.1\r\nHost: x\r\n\r\n": "505 HTTP Version Not Supported",
	} {
		c := w.talk()
		c.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n" + request))
		_, _, body := response(c)
		assert.Equal(t, "a\n", body, "the request before is answered")
		assert.Equal(t, "HTTP/1.1 "+want, strings.TrimSpace(c.Line()), request)
	}
}

// No more than MaxPipelined requests are read ahead.
func TestPipeliningIsBounded(t *testing.T) {
	var first *httpserver.Response
	w := start(t, httpserver.Config{MaxPipelined: 4, Routes: []httpserver.Route{{Handle: func(r *httpserver.Response) {
		if first == nil {
			first = r
			return
		}
		text(r.Request.URL.Path)(r)
	}}}})
	c := w.talk()
	for i := range 2000 {
		c.Write(fmt.Appendf(nil, "GET /%d HTTP/1.1\r\nHost: x\r\nX-Filler: %s\r\n\r\n", i, strings.Repeat("x", 100)))
		if i == 200 {
			break
		}
	}
	c.ExpectSilence(time.Second)
	text("first")(first)
	for i := range 201 {
		_, _, body := response(c)
		if i > 0 {
			require.Equal(t, fmt.Sprintf("/%d\n", i), body)
		}
	}
}

func TestWebSocket(t *testing.T) {
	w := start(t, httpserver.Config{Routes: []httpserver.Route{{Handle: func(r *httpserver.Response) {
		_ = r.WebSocket(websocket.Config{}, func(c *servertcp.Client, message any) {
			switch message := message.(type) {
			case websocket.Text:
				c.Put("echo " + message)
			case websocket.Close:
				c.Put(message)
				c.Shutdown()
			}
		})
	}}}})
	c := w.talk()
	c.Send("GET / HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "")
	status, header, _ := response(c)
	assert.Equal(t, "HTTP/1.1 101 Switching Protocols", status)
	assert.Equal(t, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", header.Get("Sec-Websocket-Accept"))
	c.Write([]byte{0x81, 0x83, 0, 0, 0, 0, 'h', 'i', '\n'})
	c.ExpectMatch("echo hi$")
	c.Write([]byte{0x88, 0x80, 0, 0, 0, 0})
	bad := w.talk()
	bad.Send("GET / HTTP/1.1", "Host: x", "")
	status, _, _ = response(bad)
	assert.Equal(t, "HTTP/1.1 426 Upgrade Required", status)
}

func TestHandlersEventsAndShutdown(t *testing.T) {
	w := start(t, httpserver.Config{Alias: "web", Routes: []httpserver.Route{{Handle: text("old")}}})
	routes, err := w.k.Call(kernel.Alias("web"), "GETHANDLERS")
	require.NoError(t, err)
	assert.Len(t, routes, 1)
	wrong, err := w.k.Call(kernel.Alias("web"), "SETHANDLERS", []httpserver.Route{{}})
	require.NoError(t, err)
	assert.ErrorContains(t, wrong.(error), "Routes[0]")
	_, err = w.k.Call(kernel.Alias("web"), "SETHANDLERS", []httpserver.Route{{Handle: text("new")}})
	require.NoError(t, err)
	c := w.talk()
	c.Send("GET / HTTP/1.1", "Host: x", "")
	_, _, body := response(c)
	assert.Equal(t, "new\n", body)
	require.NoError(t, w.k.Post(kernel.Alias("web"), "SHUTDOWN", "GRACEFUL"))
	c.ExpectEnd()
	_, err = poetest.RunFor(w.k, w.clock, time.Second)
	require.NoError(t, err)
	_, found := w.k.AliasResolve("web")
	assert.False(t, found)
}

// SHUTDOWN closes connections whose requests have no answer, as in POE, and also after
// one with GRACEFUL, which waits for them.
func TestShutdownWithoutAnArgument(t *testing.T) {
	for name, graceful := range map[string]bool{"at once": false, "after GRACEFUL": true} {
		t.Run(name, func(t *testing.T) {
			lost := 0
			w := start(t, httpserver.Config{Alias: "web", Timeout: httpserver.Forever, Routes: []httpserver.Route{{Handle: func(r *httpserver.Response) {
				r.WhenLost(func() { lost++ })
			}}}})
			c := w.talk()
			c.Send("GET / HTTP/1.1", "Host: x", "")
			_, err := poetest.RunFor(w.k, w.clock, time.Second)
			require.NoError(t, err)
			if graceful {
				require.NoError(t, w.k.Post(kernel.Alias("web"), "SHUTDOWN", "GRACEFUL"))
				_, err = poetest.RunFor(w.k, w.clock, time.Minute)
				require.NoError(t, err)
				assert.Zero(t, lost)
			}
			require.NoError(t, w.k.Post(kernel.Alias("web"), "SHUTDOWN"))
			c.ExpectEnd()
			_, err = poetest.RunFor(w.k, w.clock, time.Second)
			require.NoError(t, err)
			assert.Equal(t, 1, lost)
			_, found := w.k.AliasResolve("web")
			assert.False(t, found)
		})
	}
}

func TestConfigErrors(t *testing.T) {
	k := poetest.New(t)
	handle := []httpserver.Route{{Handle: text("")}}
	for field, c := range map[string]httpserver.Config{
		"Routes":               {},
		"Routes[0]":            {Routes: []httpserver.Route{{Event: "x"}}},
		"MaxBody":              {Routes: handle, MaxBody: -1},
		"MaxPipelined":         {Routes: handle, MaxPipelined: -1},
		"Timeout":              {Routes: handle, Timeout: -2},
		"Server":               {Routes: handle, Server: servertcp.Config{Alias: "x"}},
		"Server.Timeouts.Read": {Routes: handle, Server: servertcp.Config{Timeouts: servertcp.Timeouts{Read: 1}}},
	} {
		_, err := httpserver.New(k, c)
		var wrong *kernel.ConfigError
		if assert.ErrorAs(t, err, &wrong, field) {
			assert.Equal(t, field, wrong.Field)
		}
	}
}

// A handler of net/http runs as a job, with a real client from outside.
func TestHandler(t *testing.T) {
	k := kernel.New(kernel.Options{Logger: slog.New(slog.DiscardHandler)})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /big", func(w http.ResponseWriter, _ *http.Request) {
		line := []byte(strings.Repeat("y", 1023) + "\n")
		for range 4096 {
			if _, err := w.Write(line); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("POST /echo", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Seen", r.Header.Get("X-Sent"))
		w.WriteHeader(http.StatusCreated)
		_, _ = io.Copy(w, r.Body)
	})
	mux.HandleFunc("GET /panic", func(http.ResponseWriter, *http.Request) { panic("no") })
	s, err := httpserver.Listen(k, httpserver.Config{Server: servertcp.Config{Address: "127.0.0.1"}, Routes: []httpserver.Route{{Handler: mux}}})
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() { done <- k.Run() }()
	url := "http://" + s.Addr().String()
	get, err := http.Get(url + "/big")
	require.NoError(t, err)
	n := 0
	for lines := bufio.NewScanner(get.Body); lines.Scan(); n++ {
	}
	get.Body.Close()
	assert.Equal(t, 4096, n)
	request, err := http.NewRequest("POST", url+"/echo", strings.NewReader("hello"))
	require.NoError(t, err)
	request.Header.Set("X-Sent", "yes")
	posted, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	body, err := io.ReadAll(posted.Body)
	require.NoError(t, err)
	posted.Body.Close()
	assert.Equal(t, "201 hello yes", fmt.Sprint(posted.StatusCode, " ", string(body), " ", posted.Header.Get("X-Seen")))
	for path, want := range map[string]int{"/panic": 500, "/missing": 404} {
		r, err := http.Get(url + path)
		require.NoError(t, err)
		r.Body.Close()
		assert.Equal(t, want, r.StatusCode, path)
	}
	http.DefaultClient.CloseIdleConnections()
	require.NoError(t, k.Outside().Do(context.Background(), func(*kernel.Kernel) { s.Shutdown(time.Second) }))
	require.NoError(t, <-done)
}
