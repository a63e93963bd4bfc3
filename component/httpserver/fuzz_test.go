package httpserver_test

import (
	"io"
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/httpserver"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter/websocket"
	"github.com/gopoe/poe/poetest"
)

// FuzzServer lets a client send anything to a server with all kinds of routes: it
// neither panics, nor does anything stay behind.
func FuzzServer(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /stream HTTP/1.0\r\n\r\n"))
	f.Add([]byte("POST /handler HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\nHEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
	f.Add([]byte("GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n\x81\x85abcd\x09\x07\x0f\x08\x0e\x88\x80abcd"))
	f.Add([]byte("GET /sse HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\nTraceparent: 00-0-0-0\r\n\r\nabc"))
	f.Fuzz(func(t *testing.T, said []byte) {
		w := start(t, httpserver.Config{MaxBody: 1000, Timeout: 10 * time.Second, Routes: []httpserver.Route{
			{Pattern: regexp.MustCompile("^/stream"), Handle: func(r *httpserver.Response) { r.Stream([]byte("a")); r.Done() }},
			{Pattern: regexp.MustCompile("^/sse"), Handle: func(r *httpserver.Response) { r.Event("a", "b\nc"); r.Done() }},
			{Pattern: regexp.MustCompile("^/never"), Handle: func(*httpserver.Response) {}},
			{Pattern: regexp.MustCompile("^/ws"), Handle: func(r *httpserver.Response) {
				_ = r.WebSocket(websocket.Config{}, func(c *servertcp.Client, message any) { c.Put(message) })
			}},
			{Pattern: regexp.MustCompile("^/handler"), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(w, r.Body)
			})},
			{Handle: text("a")},
		}})
		c := w.talk()
		c.Write(said)
		for range 2 {
			_, err := poetest.RunFor(w.k, w.clock, time.Minute)
			require.NoError(t, err)
			c.Close()
		}
	})
}
