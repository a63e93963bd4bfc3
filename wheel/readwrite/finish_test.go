//go:build unix

package readwrite_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/httpclient"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/wheeltest"
	"github.com/gopoe/poe/wheel/readwrite"
)

// dialServer connects to a server of HTTP that answers one request with says,
// and closes.
func dialServer(t *testing.T, says string) *kernel.Handle {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan struct{})
	go func() {
		defer close(served)
		c, err := l.Accept()
		if !assert.NoError(t, err) {
			return
		}
		defer c.Close()
		_, err = http.ReadRequest(bufio.NewReader(c))
		assert.NoError(t, err)
		_, err = io.WriteString(c, says)
		assert.NoError(t, err)
	}()
	t.Cleanup(func() { l.Close(); <-served })
	conn, err := net.Dial("tcp4", l.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	file, err := conn.(*net.TCPConn).File()
	require.NoError(t, err)
	h, err := kernel.File(file)
	require.NoError(t, err)
	return h
}

func clientFilter(t *testing.T, cfg httpclient.Config) filter.Filter {
	f, err := httpclient.New(cfg)
	require.NoError(t, err)
	return f
}

// A response that ends with its connection is delivered when that ends, before
// the end itself; one that was cut off is an error of the filter.
func TestResponseUntilClose(t *testing.T) {
	const head = "HTTP/1.0 200 OK\r\n\r\n"
	const short = "HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\n"
	name := func(rec any) any {
		switch r := rec.(type) {
		case *http.Response:
			return "response " + string(httpclient.Content(r))
		case []byte:
			return "piece " + string(r)
		}
		return "end"
	}
	named, err := filter.NewMap(filter.MapConfig{Get: filter.Each(name), Put: filter.Each(func(rec any) any { return rec })})
	require.NoError(t, err)
	stack, err := filter.NewStack(clientFilter(t, httpclient.Config{}), named)
	require.NoError(t, err)
	for _, c := range []struct {
		name, says string
		filter     filter.Filter
		want       []any
	}{
		{"whole", head + "body", clientFilter(t, httpclient.Config{}), []any{"response body", "read EOF"}},
		{"streamed", head + "body", clientFilter(t, httpclient.Config{Streaming: true}), []any{"response ", "piece body", "end", "read EOF"}},
		{"in a stack", head + "body", stack, []any{"response body", "read EOF"}},
		{"with a length", short + "body long", clientFilter(t, httpclient.Config{}), []any{"response body long", "read EOF"}},
		{"cut off", short + "body", clientFilter(t, httpclient.Config{}), []any{"filter unexpected EOF"}},
		{"no head", "HTTP/1.0", clientFilter(t, httpclient.Config{}), []any{"filter unexpected EOF"}},
		{"nothing", "", clientFilter(t, httpclient.Config{}), []any{"read EOF"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			request, err := http.NewRequest(http.MethodGet, "http://localhost/", nil)
			require.NoError(t, err)
			var log []any
			wheeltest.InSession(t, func(k *kernel.Kernel) {
				w := newWheel(t, k, readwrite.Config{Handle: dialServer(t, c.says), Filter: c.filter, Events: readwrite.Funcs{
					Input: func(_ *readwrite.Wheel, rec any) {
						if _, ok := rec.(string); !ok {
							rec = name(rec)
						}
						log = append(log, rec)
					},
					Error: func(w *readwrite.Wheel, failure *kernel.OpError) {
						cause := io.EOF
						if errors.Is(failure, io.ErrUnexpectedEOF) {
							cause = io.ErrUnexpectedEOF
						}
						assert.ErrorIs(t, failure, cause)
						log = append(log, failure.Op+" "+cause.Error())
						w.Close()
					},
				}})
				w.Put(request)
			}, nil)
			assert.Equal(t, c.want, log)
		})
	}
}

// A wheel that is closed with the last record tells nothing more, and what is
// waiting for a filter that does not finish is left to Detach.
func TestCloseAtTheEnd(t *testing.T) {
	request, err := http.NewRequest(http.MethodGet, "http://localhost/", nil)
	require.NoError(t, err)
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		w := newWheel(t, k, readwrite.Config{Handle: dialServer(t, "HTTP/1.0 200 OK\r\n\r\nbody"), Filter: clientFilter(t, httpclient.Config{}), Events: readwrite.Funcs{
			Input: func(w *readwrite.Wheel, rec any) { w.Close() },
			Error: func(w *readwrite.Wheel, failure *kernel.OpError) { t.Error(failure) },
		}})
		w.Put(request)
	}, nil)

	near, far := pair(t)
	rest := ""
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		newWheel(t, k, readwrite.Config{Handle: near, Events: readwrite.Funcs{
			Text:  func(w *readwrite.Wheel, line string) {},
			Error: func(w *readwrite.Wheel, failure *kernel.OpError) { rest = string(w.Detach()) },
		}})
		write(t, far, "line\nunfinished")
		far.Close()
	}, nil)
	assert.Equal(t, "unfinished", rest)
}
