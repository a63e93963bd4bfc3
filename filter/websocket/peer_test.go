package websocket_test

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	peer "github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/websocket"
)

// end is one end of a connection with a filter of ours.
type end struct {
	t *testing.T
	net.Conn
	in  *bufio.Reader
	buf *filter.Buffer
}

// read returns the next record, or false at the end of the connection.
func (e *end) read() (any, bool) {
	chunk := make([]byte, 1000)
	for {
		recs, err := e.buf.GetOne()
		if !assert.NoError(e.t, err) {
			return nil, false
		}
		if len(recs) > 0 {
			return recs[0], true
		}
		n, err := e.in.Read(chunk)
		if err != nil {
			return nil, false
		}
		e.buf.GetOneStart(chunk[:n])
	}
}

func (e *end) put(recs ...any) {
	messages, err := e.buf.Put(recs...)
	assert.NoError(e.t, err)
	for _, message := range messages {
		e.Write(message)
	}
}

// TestLibraryClient serves the client of github.com/coder/websocket.
func TestLibraryClient(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	served := make(chan struct{})
	go func() {
		defer close(served)
		if accepted, err := listener.Accept(); err == nil {
			echo(t, accepted)
		}
	}()
	c, _, err := peer.Dial(ctx, "ws://"+listener.Addr().String()+"/", &peer.DialOptions{CompressionMode: peer.CompressionDisabled})
	require.NoError(t, err)
	c.SetReadLimit(1 << 20)
	for _, size := range []int{0, 1, 125, 126, 1000, 65535, 65536, 300_000} {
		text := strings.Repeat("a", size)
		for _, kind := range []peer.MessageType{peer.MessageText, peer.MessageBinary} {
			require.NoError(t, c.Write(ctx, kind, []byte(text)))
			gotKind, got, err := c.Read(ctx)
			require.NoError(t, err)
			assert.Equal(t, kind, gotKind)
			assert.Equal(t, text, string(got))
		}
	}
	w, err := c.Writer(ctx, peer.MessageText) // a fragment for each Write
	require.NoError(t, err)
	for _, part := range []string{"Hel", "lo ", "\xc3", "\xa9"} {
		_, err = w.Write([]byte(part))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	_, got, err := c.Read(ctx)
	require.NoError(t, err)
	assert.Equal(t, "Hello é", string(got))

	pinged := make(chan error, 1)
	go func() { pinged <- c.Ping(ctx) }()
	closed := make(chan error, 1)
	go func() {
		_, _, err := c.Read(ctx)
		closed <- err
	}()
	require.NoError(t, <-pinged)
	c.Write(ctx, peer.MessageText, []byte("close me"))
	err = <-closed
	assert.Equal(t, peer.StatusCode(4000), peer.CloseStatus(err), "%v", err)
	<-served
}

// echo upgrades and sends back what comes, in fragments.
func echo(t *testing.T, c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	request, err := http.ReadRequest(in)
	if !assert.NoError(t, err) {
		return
	}
	response, err := websocket.Upgrade(request)
	assert.NoError(t, err)
	assert.NoError(t, response.Write(c))
	e := &end{t, c, in, filter.NewBuffer(newFilter(websocket.Config{MaxFrame: 50_000})())}
	for {
		rec, ok := e.read()
		if !ok {
			return
		}
		switch v := rec.(type) {
		case websocket.Ping:
			e.put(websocket.Pong(v))
		case websocket.Text:
			if v == "close me" {
				e.put(websocket.Close{Code: 4000, Reason: "as asked"})
				continue
			}
			e.put(v)
		case websocket.Binary:
			e.put(v)
		case websocket.Close:
			assert.Equal(t, websocket.Code(4000), v.Code)
			return
		}
	}
}

// TestLibraryServer is a client of the server of github.com/coder/websocket.
func TestLibraryServer(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := peer.Accept(w, r, nil)
		if !assert.NoError(t, err) {
			return
		}
		for {
			kind, message, err := c.Read(ctx)
			if err != nil {
				assert.Equal(t, peer.StatusGoingAway, peer.CloseStatus(err))
				return
			}
			c.Write(ctx, kind, message)
		}
	}))
	defer server.Close()
	c, err := net.Dial("tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	defer c.Close()
	key := websocket.NewKey()
	request, err := http.NewRequest(http.MethodGet, server.URL, nil)
	require.NoError(t, err)
	request.Header.Set("Upgrade", "websocket")
	request.Header.Set("Connection", "Upgrade")
	request.Header.Set("Sec-WebSocket-Version", "13")
	request.Header.Set("Sec-WebSocket-Key", key)
	require.NoError(t, request.Write(c))
	in := bufio.NewReader(c)
	response, err := http.ReadResponse(in, request)
	require.NoError(t, err)
	require.Equal(t, http.StatusSwitchingProtocols, response.StatusCode)
	assert.Equal(t, websocket.AcceptKey(key), response.Header.Get("Sec-WebSocket-Accept"))

	e := &end{t, c, in, filter.NewBuffer(newFilter(websocket.Config{Client: true, MaxFrame: 1000})())}
	for _, rec := range []any{
		websocket.Text("é"), websocket.Binary("\xff\x00"), websocket.Text(strings.Repeat("x", 30_000)),
	} {
		e.put(rec)
		got, ok := e.read()
		require.True(t, ok)
		assert.Equal(t, rec, got)
	}
	e.put(websocket.Ping("p"))
	got, _ := e.read()
	assert.Equal(t, websocket.Pong("p"), got)
	e.put(websocket.Close{Code: websocket.CodeGoingAway, Reason: "bye"})
	got, ok := e.read()
	require.True(t, ok)
	assert.Equal(t, websocket.CodeGoingAway, got.(websocket.Close).Code)
}

func TestUpgradeRefuses(t *testing.T) {
	good := func() *http.Request {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Connection", "keep-alive, Upgrade")
		r.Header.Set("Upgrade", "WebSocket")
		r.Header.Set("Sec-WebSocket-Version", "13")
		r.Header.Set("Sec-WebSocket-Key", websocket.NewKey())
		return r
	}
	response, err := websocket.Upgrade(good())
	require.NoError(t, err)
	assert.Equal(t, "101 Switching Protocols", response.Status)
	for _, test := range []struct {
		what   string
		spoil  func(r *http.Request)
		status int
		header string
	}{
		{"method", func(r *http.Request) { r.Method = http.MethodPost }, 405, "Allow"},
		{"HTTP/1.0", func(r *http.Request) { r.ProtoMinor = 0 }, 400, ""},
		{"connection", func(r *http.Request) { r.Header.Del("Connection") }, 426, "Sec-WebSocket-Version"},
		{"upgrade", func(r *http.Request) { r.Header.Set("Upgrade", "h2c") }, 426, "Upgrade"},
		{"version", func(r *http.Request) { r.Header.Set("Sec-WebSocket-Version", "8") }, 426, "Sec-WebSocket-Version"},
		{"no key", func(r *http.Request) { r.Header.Del("Sec-WebSocket-Key") }, 400, ""},
		{"two keys", func(r *http.Request) { r.Header.Add("Sec-WebSocket-Key", websocket.NewKey()) }, 400, ""},
		{"short key", func(r *http.Request) { r.Header.Set("Sec-WebSocket-Key", "YWJj") }, 400, ""},
	} {
		r := good()
		test.spoil(r)
		response, err := websocket.Upgrade(r)
		var refused *websocket.HandshakeError
		require.ErrorAs(t, err, &refused, test.what)
		assert.Equal(t, test.status, response.StatusCode, test.what)
		if test.header != "" {
			assert.NotEmpty(t, response.Header.Get(test.header), test.what)
		}
	}
}
