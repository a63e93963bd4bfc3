package httpclient_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/httpclient"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A server reads what was put.
func TestPut(t *testing.T) {
	for _, c := range []struct {
		cfg  httpclient.Config
		body io.Reader
		line string
		want string
	}{
		{httpclient.Config{}, nil, "PUT /a?b HTTP/1.1\r\n", ""},
		{httpclient.Config{}, strings.NewReader("hello"), "PUT /a?b HTTP/1.1\r\n", "hello"},
		{httpclient.Config{}, io.MultiReader(strings.NewReader("hello")), "PUT /a?b HTTP/1.1\r\n", "hello"}, // chunked
		{httpclient.Config{Proxy: true}, nil, "PUT http://h:8/a?b HTTP/1.1\r\n", ""},
	} {
		r, err := http.NewRequest("PUT", "http://h:8/a?b", c.body)
		require.NoError(t, err)
		r.Header.Set("X-A", "1")
		f := client(t, c.cfg)
		out, err := f.Append([]byte("before"), r)
		require.NoError(t, err)
		assert.Equal(t, []*http.Request{r}, f.Unanswered())
		out, found := bytes.CutPrefix(out, []byte("before"))
		assert.True(t, found)
		assert.True(t, strings.HasPrefix(string(out), c.line), "%q", out)
		back, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(out)))
		require.NoError(t, err)
		body, err := io.ReadAll(back.Body)
		require.NoError(t, err)
		assert.Equal(t, c.want, string(body))
		assert.Equal(t, "h:8", back.Host)
		assert.Equal(t, "1", back.Header.Get("X-A"))
	}
}

func TestPutErrors(t *testing.T) {
	f := client(t, httpclient.Config{})
	broken := errors.New("broken")
	unreadable, err := http.NewRequest("PUT", "http://h/", iotest.ErrReader(broken))
	require.NoError(t, err)
	for _, rec := range []any{"text", (*http.Request)(nil), &http.Request{}, unreadable} {
		out, err := f.Append([]byte("before"), rec)
		var e *filter.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, "put", e.Op)
		assert.Equal(t, "before", string(out))
	}
	_, err = f.Append(nil, unreadable)
	assert.ErrorContains(t, err, broken.Error())
	assert.Empty(t, f.Unanswered())
}

// Nothing in a request may add a line to it, or another request.
func TestPutSplitting(t *testing.T) {
	const split = "x\r\nX-Evil: 1\r\n\r\nGET /evil HTTP/1.1"
	for name, test := range map[string]struct {
		change func(r *http.Request)
		want   error
	}{
		"method":        {func(r *http.Request) { r.Method = split }, httpclient.ErrMethod},
		"method, blank": {func(r *http.Request) { r.Method = "GET /x" }, httpclient.ErrMethod},
		"host":          {func(r *http.Request) { r.Host = split }, httpclient.ErrHost},
		"host, LF":      {func(r *http.Request) { r.Host = "h\nX: 1" }, httpclient.ErrHost},
		"URL's host":    {func(r *http.Request) { r.Host, r.URL.Host = "", split }, httpclient.ErrHost},
		"no host":       {func(r *http.Request) { r.Host, r.URL.Host = "", "" }, httpclient.ErrHost},
		"opaque":        {func(r *http.Request) { r.URL.Opaque = split }, httpclient.ErrTarget},
		"opaque, blank": {func(r *http.Request) { r.URL.Opaque = "/a HTTP/1.0" }, httpclient.ErrTarget},
		"query":         {func(r *http.Request) { r.URL.RawQuery = split }, httpclient.ErrTarget},
		"field":         {func(r *http.Request) { r.Header["X-A"] = []string{split} }, httpclient.ErrHeader},
		"field, NUL":    {func(r *http.Request) { r.Header["X-A"] = []string{"a\x00b"} }, httpclient.ErrHeader},
		"User-Agent":    {func(r *http.Request) { r.Header["User-Agent"] = []string{split} }, httpclient.ErrHeader},
		"name":          {func(r *http.Request) { r.Header[split] = []string{"1"} }, httpclient.ErrHeader},
		"trailer":       {func(r *http.Request) { r.Trailer = http.Header{"X": {split}} }, httpclient.ErrHeader},
		"trailer name":  {func(r *http.Request) { r.Trailer = http.Header{split: {"1"}} }, httpclient.ErrHeader},
	} {
		for _, proxy := range []bool{false, true} {
			r, err := http.NewRequest("PUT", "http://h:8/a?b", strings.NewReader("x"))
			require.NoError(t, err)
			test.change(r)
			f := client(t, httpclient.Config{Proxy: proxy})
			out, err := f.Append([]byte("before"), r)
			assert.ErrorIs(t, err, test.want, "%s", name)
			assert.Equal(t, "before", string(out), name)
			assert.Empty(t, f.Unanswered())
		}
	}
}
