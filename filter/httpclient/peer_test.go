package httpclient_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/httpclient"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// net/http's server answers a pipeline of requests over one connection.
func TestGoServer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		switch r.URL.Path {
		case "/early":
			w.WriteHeader(http.StatusEarlyHints)
		case "/chunks":
			w.(http.Flusher).Flush()
		case "/none":
			w.WriteHeader(http.StatusNoContent)
			return
		case "/last":
			w.Header().Set("Connection", "close")
		}
		fmt.Fprintf(w, "%s %s %s", r.Method, r.URL.Path, body)
	}))
	defer server.Close()
	c, err := net.Dial("tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	defer c.Close()

	f := client(t, httpclient.Config{})
	b := filter.NewBuffer(f)
	for _, what := range []string{"GET /", "PUT /early", "HEAD /head", "POST /chunks", "DELETE /none", "GET /last"} {
		method, path, _ := strings.Cut(what, " ")
		r, err := http.NewRequest(method, server.URL+path, strings.NewReader("up"))
		require.NoError(t, err)
		out, err := b.Put(r)
		require.NoError(t, err)
		_, err = c.Write(out[0])
		require.NoError(t, err)
	}
	var got []string
	in := make([]byte, 100)
	for {
		n, err := c.Read(in)
		recs, decodeErr := b.Get(in[:n])
		require.NoError(t, decodeErr)
		for _, rec := range recs {
			r := rec.(*http.Response)
			got = append(got, fmt.Sprintf("%s: %d %q", r.Request.URL.Path, r.StatusCode, httpclient.Content(r)))
		}
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
	}
	assert.Equal(t, []string{`/: 200 "GET / up"`, `/early: 200 "PUT /early up"`, `/head: 200 ""`,
		`/chunks: 200 "POST /chunks up"`, `/none: 204 ""`, `/last: 200 "GET /last up"`}, got)
	last, err := b.Finish()
	assert.NoError(t, err)
	assert.Empty(t, last)
}
