package clienthttp_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienthttp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// answerWith serves connections by a function, which gets them when a request has
// come.
func answerWith(t *testing.T, answer func(c *net.TCPConn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
					answer(c.(*net.TCPConn))
				}
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

// A server that does not keep to the protocol is a failure of its request, and no more
// of it is kept than the limits allow.
func TestHostileServers(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\n"
	endless := func(text string) func(c *net.TCPConn) {
		return func(c *net.TCPConn) {
			for {
				if _, err := io.WriteString(c, text); err != nil {
					return
				}
			}
		}
	}
	for name, c := range map[string]struct {
		answer    func(c *net.TCPConn)
		status    int
		truncated bool
	}{
		"reset within the body": {answer: func(c *net.TCPConn) {
			_, _ = io.WriteString(c, head+"Content-Length: 100\r\n\r\nsome")
			_ = c.SetLinger(0)
		}, status: 200},
		"reset within the head": {answer: func(c *net.TCPConn) { _, _ = io.WriteString(c, head+"Content"); _ = c.SetLinger(0) }, status: 500},
		"a head without end": {answer: func(c *net.TCPConn) {
			_, _ = io.WriteString(c, head)
			endless("X: " + strings.Repeat("y", 1000) + "\r\n")(c)
		}, status: 500},
		"a line without end":        {answer: endless(strings.Repeat("y", 1000)), status: 500},
		"a body without end":        {answer: func(c *net.TCPConn) { _, _ = io.WriteString(c, head+"\r\n"); endless(strings.Repeat("y", 1000))(c) }, status: 200, truncated: true},
		"chunks that are none":      {answer: func(c *net.TCPConn) { _, _ = io.WriteString(c, head+"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc") }, status: 200},
		"a chunk without its end":   {answer: func(c *net.TCPConn) { _, _ = io.WriteString(c, head+"Transfer-Encoding: chunked\r\n\r\nff\r\nabc") }, status: 200},
		"a length that is negative": {answer: func(c *net.TCPConn) { _, _ = io.WriteString(c, head+"Content-Length: -1\r\n\r\n") }, status: 500},
		"nothing":                   {answer: func(*net.TCPConn) {}, status: 500},
	} {
		t.Run(name, func(t *testing.T) {
			r := exchange(t, clienthttp.Config{Timeout: 30 * time.Second, MaxSize: 10_000}, 1, get(t, answerWith(t, c.answer)))[0]
			assert.Equal(t, c.status, r.Response.StatusCode)
			assert.Equal(t, c.truncated, r.Truncated)
			if c.truncated {
				assert.NoError(t, r.Err)
			} else {
				assert.Error(t, r.Err)
			}
			assert.LessOrEqual(t, len(r.Body), 10_000)
		})
	}
}

// In memory and on virtual time: the limit of requests under way, and the order of
// those that wait.
func TestInMemory(t *testing.T) {
	k := poetest.New(t)
	server := poetest.RoundTripper(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.Path) }))
	c, err := clienthttp.New(k, clienthttp.Config{Alias: "ua", Transport: server, MaxOpen: 1})
	require.NoError(t, err)
	var got []string
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for i := range 5 {
				assert.NoError(t, c.Do(clienthttp.Request{HTTP: get(t, fmt.Sprint("http://memory.example/", i)), Event: "got"}))
			}
		},
		"got": func(e kernel.Event) {
			r := clienthttp.ResultOf(e)
			assert.NoError(t, r.Err)
			if got = append(got, string(r.Body)); len(got) == 5 {
				c.Shutdown()
			}
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"/0", "/1", "/2", "/3", "/4"}, got)
}
