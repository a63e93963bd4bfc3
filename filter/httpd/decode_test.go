package httpd_test

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/filtertest"
	"github.com/gopoe/poe/filter/httpd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// good are streams that make requests, and what they are.
var good = []struct {
	name, in string
	want     []string
}{
	{"simple", "GET / HTTP/1.0\r\n\r\n", []string{`GET / HTTP/1.0 host= [] body="" length=0 close=true`}},
	{"host leaves the header", "GET /a?b=%20 HTTP/1.1\r\nHost: h:8\r\nX-a: 1 \r\nx-A:\t2\r\n\r\n",
		[]string{`GET /a?b=%20 HTTP/1.1 host=h:8 [X-A=1|2] body="" length=0 close=false`}},
	{"bare LF", "GET / HTTP/1.1\nHost: h\n\n", []string{`GET / HTTP/1.1 host=h [] body="" length=0 close=false`}},
	{"blank lines first", "\r\n\n \r\nGET / HTTP/1.0\r\n\r\n", []string{`GET / HTTP/1.0 host= [] body="" length=0 close=true`}},
	{"runs of space", "GET \t/  HTTP/1.0 \r\n\r\n", []string{`GET / HTTP/1.0 host= [] body="" length=0 close=true`}},
	{"HTTP/0.9", "GET /old\r\n\r\n", []string{`GET /old HTTP/0.9 host= [] body="" length=0 close=true`}},
	{"double slash", "GET //a//b HTTP/1.0\r\n\r\n", []string{`GET /a//b HTTP/1.0 host= [] body="" length=0 close=true`}},
	{"folded", "GET / HTTP/1.0\r\nA: x\r\n  y\r\n\t \r\n z\r\nB:\r\n b\r\n\r\n",
		[]string{`GET / HTTP/1.0 host= [A=x y  z B=b] body="" length=0 close=true`}},
	{"escaped path", "GET /%41%2f|x HTTP/1.0\r\n\r\n", []string{`GET /A/%7Cx HTTP/1.0 host= [] body="" length=0 close=true`}},
	{"absolute", "GET http://h/p HTTP/1.1\r\nHost: other\r\n\r\n", []string{`GET http://h/p HTTP/1.1 host=h [] body="" length=0 close=false`}},
	{"CONNECT", "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n", []string{`CONNECT //h:443 HTTP/1.1 host=h:443 [] body="" length=0 close=false`}},
	{"OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", []string{`OPTIONS * HTTP/1.1 host=h [] body="" length=0 close=false`}},
	{"keep-alive in 1.0", "GET / HTTP/1.0\r\nConnection: x, Keep-Alive\r\n\r\n",
		[]string{`GET / HTTP/1.0 host= [Connection=x, Keep-Alive] body="" length=0 close=false`}},
	{"close in 1.1", "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
		[]string{`GET / HTTP/1.1 host=h [Connection=close] body="" length=0 close=true`}},
	{"pipeline", "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcPOST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\nGET /3 HTTP/1.0\r\n\r\n",
		[]string{`POST /1 HTTP/1.1 host=h [Content-Length=3] body="abc" length=3 close=false`,
			`POST /2 HTTP/1.1 host=h [Content-Length=0] body="" length=0 close=false`,
			`GET /3 HTTP/1.0 host= [] body="" length=0 close=true`}},
	{"the same length twice", "PUT / HTTP/1.0\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab",
		[]string{`PUT / HTTP/1.0 host= [Content-Length=2|2] body="ab" length=2 close=true`}},
	{"chunked", "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n0A;x=y\r\n0123456789\r\n0\r\n\r\nGET / HTTP/1.0\r\n\r\n",
		[]string{`POST /c HTTP/1.1 host=h [] body="abc0123456789" length=13 close=false`,
			`GET / HTTP/1.0 host= [] body="" length=0 close=true`}},
	{"chunked, space behind the size", "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1 ; a=b\r\nx\r\n0 \r\n\r\n",
		[]string{`POST /c HTTP/1.1 host=h [] body="x" length=1 close=false`}},
	{"chunked, empty, trailer", "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n0\r\nX: y\r\n\r\n",
		[]string{`POST /c HTTP/1.1 host=h [] body="" length=0 close=false`}},
	{"encoded without length in 1.0", "POST / HTTP/1.0\r\nContent-Encoding: gzip\r\n\r\n",
		[]string{`POST / HTTP/1.0 host= [Content-Encoding=gzip] body="" length=0 close=true`}},
}

func TestRequests(t *testing.T) {
	for _, c := range good {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, rec := range decode(t, httpd.Config{}, c.in) {
				got = append(got, describe(rec))
			}
			assert.Equal(t, c.want, got)
		})
	}
}

// The same requests come however the stream is cut, in either mode.
func TestCuts(t *testing.T) {
	for _, c := range good {
		for _, cfg := range []httpd.Config{{}, {ExpectContinue: true}} {
			t.Run(c.name, func(t *testing.T) {
				filtertest.Decode(t, maker(t, cfg), []byte(c.in), decode(t, cfg, c.in))
			})
		}
	}
}

// What ReadRequest understands of these streams, this package does too.
func TestReadRequestAgrees(t *testing.T) {
	for _, c := range good {
		switch c.name {
		case "blank lines first", "runs of space", "HTTP/0.9", "double slash", "chunked, space behind the size":
			continue // ReadRequest takes none of these, or leaves the slashes
		}
		t.Run(c.name, func(t *testing.T) {
			in := bufio.NewReader(strings.NewReader(c.in))
			for _, rec := range decode(t, httpd.Config{}, c.in) {
				want, err := http.ReadRequest(in)
				require.NoError(t, err)
				sameRequest(t, want, rec.(*http.Request))
			}
			_, err := in.Peek(1)
			assert.Equal(t, io.EOF, err)
		})
	}
}

// sameRequest compares a request with what ReadRequest made of it.
func sameRequest(t *testing.T, want, got *http.Request) {
	t.Helper()
	body, err := io.ReadAll(want.Body)
	require.NoError(t, err)
	assert.Equal(t, string(body), string(httpd.Content(got)))
	if want.ContentLength < 0 {
		want.ContentLength = int64(len(body))
	}
	if want.Header.Get("Pragma") != "" && got.Header.Get("Cache-Control") == "" {
		want.Header.Del("Cache-Control")
	}
	for name, values := range want.Trailer {
		if values == nil {
			delete(want.Trailer, name) // announced, and did not come
		}
	}
	if len(want.Header["Content-Length"]) == 1 && len(got.Header["Content-Length"]) > 1 {
		got.Header["Content-Length"] = got.Header["Content-Length"][:1]
	}
	assert.Equal(t, want.Method, got.Method)
	assert.Equal(t, want.RequestURI, got.RequestURI)
	assert.Equal(t, want.Proto, got.Proto)
	assert.Equal(t, want.ProtoMajor, got.ProtoMajor)
	assert.Equal(t, want.ProtoMinor, got.ProtoMinor)
	assert.Equal(t, want.Host, got.Host)
	assert.Equal(t, want.Header, got.Header)
	assert.Equal(t, want.ContentLength, got.ContentLength)
	assert.Equal(t, want.TransferEncoding, got.TransferEncoding)
	assert.Equal(t, want.Close, got.Close)
	if len(want.Trailer)+len(got.Trailer) > 0 {
		assert.Equal(t, want.Trailer, got.Trailer)
	}
	if !strings.HasPrefix(want.RequestURI, "//") {
		assert.Equal(t, want.URL, got.URL)
	}
}

func TestStreaming(t *testing.T) {
	cfg := httpd.Config{Streaming: true, MaxContent: 2}
	in := []string{"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nab", "cdef" + "GET /b HTTP/1.0\r\n\r\n",
		"POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nx", "yz\r\n0\r\nT: 1\r\n\r\n"}
	var got []string
	for _, rec := range decode(t, cfg, in...) {
		got = append(got, describe(rec))
	}
	assert.Equal(t, []string{
		`POST /a HTTP/1.1 host=h [Content-Length=6] body="" length=6 close=false`, `"ab"`, `"cdef"`, "end []",
		`GET /b HTTP/1.0 host= [] body="" length=0 close=true`, "end []",
		`POST /c HTTP/1.1 host=h [] body="" length=-1 close=false`, `"x"`, `"yz"`, "end [T=1]",
	}, got)
}

// A streamed body may turn out bad when its request has long been handed over.
func TestStreamingRefusal(t *testing.T) {
	recs := decode(t, httpd.Config{Streaming: true}, chunked, "1\r\nx\r\n", "nonsense\r\n", "more")
	require.Len(t, recs, 3)
	r := recs[2].(*http.Response)
	assert.ErrorIs(t, httpd.Cause(r), httpd.ErrChunk)
	assert.Same(t, recs[0], r.Request)
}

// A streamed body is whole, however it is cut.
func TestStreamingCuts(t *testing.T) {
	const in = "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nxyz\r\n2\r\n00\r\n0\r\n\r\n" +
		"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabcdef"
	for at := range len(in) {
		var bodies strings.Builder
		for _, rec := range decode(t, httpd.Config{Streaming: true}, in[:at], in[at:]) {
			switch r := rec.(type) {
			case *http.Request:
				bodies.WriteString(r.RequestURI + ":")
			case []byte:
				bodies.Write(r)
			case httpd.End:
				bodies.WriteString(".")
			}
		}
		require.Equal(t, "/c:xyz00./a:abcdef.", bodies.String(), "cut at %d", at)
	}
}

func TestExpectContinue(t *testing.T) {
	const head = "POST /up HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n"
	recs := decode(t, httpd.Config{ExpectContinue: true}, head, "ab")
	require.Len(t, recs, 2)
	first := recs[0].(*http.Response)
	assert.False(t, first.Close)
	assert.NoError(t, httpd.Cause(first), "this is no refusal")
	assert.Equal(t, "/up", first.Request.RequestURI)
	assert.Equal(t, "HTTP/1.1 100 Continue\r\n\r\n", put(t, httpd.Config{}, first))
	assert.Equal(t, "ab", string(httpd.Content(recs[1].(*http.Request))))

	assert.Len(t, decode(t, httpd.Config{ExpectContinue: true}, head+"ab"), 1, "the body is there")
	assert.Len(t, decode(t, httpd.Config{}, head, "ab"), 1, "not asked for")
	large := decode(t, httpd.Config{ExpectContinue: true, MaxContent: 1}, head)
	assert.Equal(t, http.StatusRequestEntityTooLarge, large[0].(*http.Response).StatusCode)
}

func TestConfigErrors(t *testing.T) {
	for field, cfg := range map[string]httpd.Config{
		"MaxContent":     {MaxContent: -1},
		"MaxBuffer":      {MaxContent: 10, MaxBuffer: 12},
		"MaxHeader":      {MaxHeader: -1},
		"ExpectContinue": {ExpectContinue: true, Streaming: true},
	} {
		_, err := httpd.New(cfg)
		var c *filter.ConfigError
		require.True(t, errors.As(err, &c), field)
		assert.Equal(t, field, c.Field)
		assert.Equal(t, "httpd", c.Package)
	}
	_, err := httpd.New(httpd.Config{MaxContent: 10, MaxBuffer: 13})
	assert.NoError(t, err)
}
