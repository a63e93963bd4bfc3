package httpd_test

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/httpd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func body(s string) io.ReadCloser { return io.NopCloser(strings.NewReader(s)) }

func TestPut(t *testing.T) {
	head := &http.Request{Method: "HEAD"}
	for _, c := range []struct {
		name string
		resp *http.Response
		want string
	}{
		{"code alone", &http.Response{StatusCode: 404}, "HTTP/1.0 404 Not Found\r\n\r\n"},
		{"unknown code", &http.Response{StatusCode: 299}, "HTTP/1.0 299 \r\n\r\n"},
		{"own reason", &http.Response{StatusCode: 200, Status: "200 Fine"}, "HTTP/1.0 200 Fine\r\n\r\n"},
		{"no reason", &http.Response{StatusCode: 200, Status: "200"}, "HTTP/1.0 200 \r\n\r\n"},
		{"reason of two lines", &http.Response{StatusCode: 200, Status: "200 a\r\nB: c"}, "HTTP/1.0 200 a  B: c\r\n\r\n"},
		{"body", &http.Response{StatusCode: 200, Proto: "HTTP/1.1", Body: body("a\nb")}, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na\nb"},
		{"empty body", &http.Response{StatusCode: 200, Body: http.NoBody}, "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"},
		{"body with its length", &http.Response{StatusCode: 200, Body: body("ab"), Header: http.Header{"Content-Length": {"2"}}},
			"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab"},
		{"close", &http.Response{StatusCode: 200, Close: true}, "HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n"},
		{"close said", &http.Response{StatusCode: 200, Close: true, Header: http.Header{"Connection": {"x, Close"}}},
			"HTTP/1.0 200 OK\r\nConnection: x, Close\r\n\r\n"},
		{"order and spelling", &http.Response{StatusCode: 200, Header: http.Header{"X-B": {"1"}, "X-A": {"2", "3"}, "Content-Type": {"t"},
			"Etag": {"e"}, "Www-Authenticate": {"w"}, "Date": {"d"}, "te": {"x"}, "Allow": {"a"}}},
			"HTTP/1.0 200 OK\r\nDate: d\r\nTE: x\r\nETag: e\r\nWWW-Authenticate: w\r\nAllow: a\r\nContent-Type: t\r\nX-A: 2\r\nX-A: 3\r\nX-B: 1\r\n\r\n"},
		{"lines in a value", &http.Response{StatusCode: 200, Header: http.Header{"X": {" a\r\nB: c\n"}}}, "HTTP/1.0 200 OK\r\nX: a  B: c\r\n\r\n"},
		{"HEAD", &http.Response{StatusCode: 200, Request: head, Body: body("abc")}, "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\n"},
		{"HEAD of any length", &http.Response{StatusCode: 200, Request: head, Body: http.NoBody, Header: http.Header{"Content-Length": {"7"}}},
			"HTTP/1.0 200 OK\r\nContent-Length: 7\r\n\r\n"},
		{"204", &http.Response{StatusCode: 204, Body: body("x"), Header: http.Header{"Content-Length": {"1"}}}, "HTTP/1.0 204 No Content\r\n\r\n"},
		{"304", &http.Response{StatusCode: 304, Body: body("x"), Header: http.Header{"Content-Length": {"9"}}},
			"HTTP/1.0 304 Not Modified\r\nContent-Length: 9\r\n\r\n"},
		{"chunked", &http.Response{StatusCode: 200, Proto: "HTTP/1.1", TransferEncoding: []string{"chunked"}, Body: body("0123456789abcdef"),
			Header: http.Header{"Content-Length": {"16"}}, Trailer: http.Header{"T": {"1"}}},
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n0123456789abcdef\r\n0\r\nT: 1\r\n\r\n"},
		{"chunked, empty", &http.Response{StatusCode: 200, Proto: "HTTP/1.1", TransferEncoding: []string{"chunked"}, Body: http.NoBody},
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
		{"no chunks in HTTP/1.0", &http.Response{StatusCode: 200, Header: http.Header{"Transfer-Encoding": {"chunked"}}, Body: body("x")},
			"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx"},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, put(t, httpd.Config{}, c.resp))
		})
	}
}

// A body may follow its head in pieces: in chunks, or as it is.
func TestPutPieces(t *testing.T) {
	for proto, want := range map[string]string{
		"HTTP/1.1": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nT: 1\r\n\r\n" + "HTTP/1.0 204 No Content\r\n\r\n",
		"HTTP/1.0": "HTTP/1.0 200 OK\r\n\r\nabc" + "HTTP/1.0 204 No Content\r\n\r\n",
	} {
		messages, err := filter.NewBuffer(maker(t, httpd.Config{})()).Put(
			&http.Response{StatusCode: 200, Proto: proto, TransferEncoding: []string{"chunked"}},
			httpd.Chunk("ab"), httpd.Chunk(""), httpd.Chunk("c"), httpd.End{Trailer: http.Header{"T": {"1"}, "Content-Length": {"9"}}},
			&http.Response{StatusCode: 204}, httpd.Chunk("x"))
		require.NoError(t, err)
		var all strings.Builder
		for _, m := range messages {
			all.Write(m)
		}
		assert.Equal(t, want, all.String())
	}
}

func TestPutErrors(t *testing.T) {
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		rec   any
		cause error
	}{
		"type":        {"text", nil},
		"nil":         {(*http.Response)(nil), nil},
		"status":      {&http.Response{}, httpd.ErrStatus},
		"field name":  {&http.Response{StatusCode: 200, Header: http.Header{"A b": {"x"}}}, httpd.ErrHeader},
		"length":      {&http.Response{StatusCode: 200, Header: http.Header{"Content-Length": {"1"}}, Body: body("xy")}, httpd.ErrBodyLength},
		"body":        {&http.Response{StatusCode: 200, Body: io.NopCloser(iotest.ErrReader(broken))}, broken},
		"line in end": {&http.Response{StatusCode: 200, Header: http.Header{"A\r\nB": {"x"}}}, httpd.ErrHeader},
	} {
		out, err := maker(t, httpd.Config{})().Append([]byte("before"), c.rec)
		var e *filter.Error
		require.ErrorAs(t, err, &e, name)
		assert.Equal(t, "HTTPD", e.Filter)
		assert.Equal(t, "put", e.Op)
		assert.Equal(t, "before", string(out), name)
		if c.cause != nil {
			assert.ErrorIs(t, err, c.cause)
			continue
		}
		var r *filter.RecordError
		assert.ErrorAs(t, err, &r, name)
	}
}

type closer struct {
	io.Reader
	closed bool
}

func (c *closer) Close() error {
	c.closed = true
	return nil
}

func TestPutReadsAndClosesBody(t *testing.T) {
	large := strings.Repeat("x", 200<<10)
	b := &closer{Reader: iotest.HalfReader(strings.NewReader(large))}
	f := maker(t, httpd.Config{})()
	out, err := f.Append(nil, &http.Response{StatusCode: 200, Body: b})
	require.NoError(t, err)
	assert.True(t, b.closed)
	assert.True(t, strings.HasSuffix(string(out), "\r\nContent-Length: 204800\r\n\r\n"+large))
	out, err = f.Append(nil, &http.Response{StatusCode: 200, Body: body("y")})
	require.NoError(t, err)
	assert.True(t, strings.HasSuffix(string(out), "\r\n\r\ny"))
}

func TestNewResponse(t *testing.T) {
	for request, want := range map[string]string{
		"GET / HTTP/1.1" + host + "\r\n":                           "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
		"GET / HTTP/1.1" + host + "Connection: close\r\n\r\n":      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi",
		"HEAD / HTTP/1.1" + host + "\r\n":                          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n",
		"GET / HTTP/1.0\r\n\r\n":                                   "HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi",
		"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n":         "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi",
		"GET /\r\n\r\n":                                            "HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi",
		"GET / HTTP/1.7" + host + "Connection: keep-alive\r\n\r\n": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
	} {
		r := one[*http.Request](t, httpd.Config{}, request)
		resp := httpd.NewResponse(r, 200, []byte("hi"))
		wire := put(t, httpd.Config{}, resp)
		assert.Equal(t, want, wire)
		back, err := http.ReadResponse(bufio.NewReader(strings.NewReader(wire)), r)
		require.NoError(t, err)
		assert.Equal(t, resp.Close, back.Close)
		assert.Equal(t, resp.ContentLength, back.ContentLength)
	}
}

// Where the client reads no body none of its pieces is sent, and the next
// response begins where the client looks for it.
func TestPutPiecesWithoutBody(t *testing.T) {
	head := &http.Request{Method: "HEAD"}
	for _, r := range []*http.Response{
		{StatusCode: 200, Proto: "HTTP/1.1", Request: head, TransferEncoding: []string{"chunked"}},
		{StatusCode: 200, Proto: "HTTP/1.1", Request: head, Header: http.Header{"Content-Length": {"4"}}},
		{StatusCode: 204, Proto: "HTTP/1.1"},
		{StatusCode: 304, Proto: "HTTP/1.1"},
	} {
		f := maker(t, httpd.Config{})()
		out, err := f.Append(nil, r)
		require.NoError(t, err)
		size := len(out)
		require.True(t, strings.HasSuffix(string(out), "\r\n\r\n"))
		for _, piece := range []any{httpd.Chunk("body"), httpd.End{Trailer: http.Header{"T": {"1"}}}} {
			out, err = f.Append(out, piece)
			require.NoError(t, err)
			assert.Len(t, out, size, "%d: %v", r.StatusCode, piece)
		}
		_, err = f.Append(out, httpd.Chunk("late"))
		assert.ErrorIs(t, err, httpd.ErrNoResponse)
	}
}

// A piece of a body has its place behind a head, and nowhere else.
func TestPutPiecesOutOfPlace(t *testing.T) {
	f := maker(t, httpd.Config{})()
	for _, piece := range []any{httpd.Chunk("x"), httpd.Chunk(""), httpd.End{}} {
		out, err := f.Append([]byte("before"), piece)
		assert.ErrorIs(t, err, httpd.ErrNoResponse)
		assert.Equal(t, "before", string(out))
	}
	_, err := f.Append(nil, &http.Response{StatusCode: 200, Body: body("whole")})
	require.NoError(t, err)
	_, err = f.Append(nil, httpd.Chunk("x"))
	assert.ErrorIs(t, err, httpd.ErrNoResponse)

	_, err = f.Append(nil, &http.Response{StatusCode: 200, Header: http.Header{"Content-Length": {"3"}}})
	require.NoError(t, err)
	_, err = f.Append(nil, httpd.Chunk("ab"))
	require.NoError(t, err)
	_, err = f.Append(nil, httpd.Chunk("cd"))
	assert.ErrorIs(t, err, httpd.ErrBodyLength)
	_, err = f.Append(nil, httpd.End{})
	assert.ErrorIs(t, err, httpd.ErrBodyLength)
	out, err := f.Append(nil, httpd.Chunk("c"))
	require.NoError(t, err)
	assert.Equal(t, "c", string(out))
	_, err = f.Append(nil, httpd.End{})
	require.NoError(t, err)

	_, err = f.Append(nil, &http.Response{StatusCode: 200, Proto: "HTTP/1.1\r\nX: 1"})
	assert.ErrorIs(t, err, httpd.ErrVersion)
}

// A status without a body has no Content-Length of the reply's making: of a 304
// it would be that of the document.
func TestNewResponseWithoutBody(t *testing.T) {
	r := &http.Request{Method: "GET", ProtoMajor: 1, ProtoMinor: 1}
	for status, want := range map[int]string{
		200: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
		204: "HTTP/1.1 204 No Content\r\n\r\n",
		304: "HTTP/1.1 304 Not Modified\r\n\r\n",
	} {
		assert.Equal(t, want, put(t, httpd.Config{}, httpd.NewResponse(r, status, nil)))
	}
}
