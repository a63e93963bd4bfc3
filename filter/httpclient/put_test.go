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
