package httpclient_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/filtertest"
	"github.com/gopoe/poe/filter/httpclient"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// client is a filter that has sent requests of these methods.
func client(t testing.TB, cfg httpclient.Config, methods ...string) *httpclient.Filter {
	t.Helper()
	f, err := httpclient.New(cfg)
	require.NoError(t, err)
	for _, m := range methods {
		r, err := http.NewRequest(m, "http://h/"+m, nil)
		require.NoError(t, err)
		_, err = f.Append(nil, r)
		require.NoError(t, err)
	}
	return f
}

// feed gives the records that the chunks make, and the error.
func feed(f filter.Filter, chunks ...string) ([]any, error) {
	return feedBuffer(filter.NewBuffer(f), chunks...)
}

func feedBuffer(b *filter.Buffer, chunks ...string) ([]any, error) {
	var recs []any
	for _, c := range chunks {
		some, err := b.Get([]byte(c))
		if recs = append(recs, some...); err != nil {
			return recs, err
		}
	}
	return recs, nil
}

// describe says in a line what a record is.
func describe(rec any) string {
	switch r := rec.(type) {
	case *http.Response:
		to := "nothing"
		if r.Request != nil {
			to = r.Request.Method
		}
		return fmt.Sprintf("%s %s to %s %s body=%q length=%d close=%t", r.Proto, r.Status, to, fields(r.Header),
			httpclient.Content(r), r.ContentLength, r.Close)
	case []byte:
		return fmt.Sprintf("%q", r)
	case httpclient.End:
		return "end " + fields(r.Trailer)
	}
	return fmt.Sprintf("%T", rec)
}

func fields(h http.Header) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(h)) {
		list = append(list, name+"="+strings.Join(h[name], "|"))
	}
	return "[" + strings.Join(list, " ") + "]"
}

func describeAll(recs []any) []string {
	var list []string
	for _, rec := range recs {
		list = append(list, describe(rec))
	}
	return list
}

// good are streams that make responses, what they answer, and what they are.
var good = []struct {
	name, in string
	methods  string
	want     []string
}{
	{"length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-a: b \r\n\r\nhi", "GET",
		[]string{`HTTP/1.1 200 OK to GET [Content-Length=2 X-A=b] body="hi" length=2 close=false`}},
	{"pipeline", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na" + "\r\nHTTP/1.0 404 \r\nContent-Length: 0\r\n\r\n", "GET POST",
		[]string{`HTTP/1.1 200 OK to GET [Content-Length=1] body="a" length=1 close=false`,
			`HTTP/1.0 404  to POST [Content-Length=0] body="" length=0 close=true`}},
	{"no reason", "HTTP/1.1 200\nContent-Length: 0\n\n", "GET", []string{`HTTP/1.1 200 to GET [Content-Length=0] body="" length=0 close=false`}},
	{"chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x\r\nc\r\n0\r\nT: 1\r\n\r\n", "GET",
		[]string{`HTTP/1.1 200 OK to GET [] body="abc" length=3 close=false`}},
	{"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "HEAD HEAD HEAD",
		[]string{`HTTP/1.1 200 OK to HEAD [Content-Length=5] body="" length=5 close=false`,
			`HTTP/1.1 200 OK to HEAD [] body="" length=-1 close=false`,
			`HTTP/1.1 200 OK to HEAD [] body="" length=-1 close=false`}},
	{"204 and 304", "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "GET GET",
		[]string{`HTTP/1.1 204 No Content to GET [] body="" length=0 close=false`,
			`HTTP/1.1 304 Not Modified to GET [Content-Length=9] body="" length=0 close=false`}},
	{"informational", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "GET",
		[]string{`HTTP/1.1 200 OK to GET [Content-Length=0] body="" length=0 close=false`}},
	{"unasked", "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "",
		[]string{`HTTP/1.1 408 Request Timeout to nothing [Content-Length=0] body="" length=0 close=true`}},
}

func TestResponses(t *testing.T) {
	for _, c := range good {
		t.Run(c.name, func(t *testing.T) {
			f := client(t, httpclient.Config{}, strings.Fields(c.methods)...)
			recs, err := feed(f, c.in)
			require.NoError(t, err)
			assert.Equal(t, c.want, describeAll(recs))
			assert.Empty(t, f.Unanswered())
			_, err = f.Finish(nil)
			assert.Equal(t, io.EOF, err)
			for at := range len(c.in) {
				recs, err := feed(client(t, httpclient.Config{}, strings.Fields(c.methods)...), c.in[:at], c.in[at:])
				require.NoError(t, err)
				require.Equal(t, c.want, describeAll(recs), "cut at %d", at)
			}
		})
	}
}

// Responses without a request, cut in every way filtertest knows.
func TestCuts(t *testing.T) {
	for _, c := range good {
		if strings.Contains(c.methods, "HEAD") {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			f := client(t, httpclient.Config{})
			want, err := feed(f.Clone(), c.in)
			require.NoError(t, err)
			filtertest.Decode(t, f.Clone, []byte(c.in), want)
		})
	}
}

// What ReadResponse understands of these streams, this package does too.
func TestReadResponseAgrees(t *testing.T) {
	for _, c := range good {
		if c.name == "informational" || c.name == "pipeline" {
			continue // ReadResponse hands these over, and takes no empty line
		}
		t.Run(c.name, func(t *testing.T) {
			recs, err := feed(client(t, httpclient.Config{}, strings.Fields(c.methods)...), c.in)
			require.NoError(t, err)
			in := bufio.NewReader(strings.NewReader(c.in))
			for _, rec := range recs {
				got := rec.(*http.Response)
				want, err := http.ReadResponse(in, got.Request)
				require.NoError(t, err)
				sameResponse(t, want, got)
			}
		})
	}
}

// sameResponse compares a response with what ReadResponse made of it.
func sameResponse(t *testing.T, want, got *http.Response) {
	t.Helper()
	body, err := io.ReadAll(want.Body)
	require.NoError(t, err)
	assert.Equal(t, string(body), string(httpclient.Content(got)))
	if want.ContentLength < 0 && got.ContentLength >= 0 {
		want.ContentLength = int64(len(body))
	}
	for name, values := range want.Trailer {
		if values == nil {
			delete(want.Trailer, name) // announced, and did not come
		}
	}
	if got.Header.Get("Cache-Control") == "" && got.Header.Get("Pragma") != "" {
		want.Header.Del("Cache-Control")
	}
	if len(got.Header["Content-Length"]) > 1 {
		got.Header["Content-Length"] = got.Header["Content-Length"][:1]
	}
	assert.Equal(t, want.Status, got.Status)
	assert.Equal(t, want.StatusCode, got.StatusCode)
	assert.Equal(t, want.Proto, got.Proto)
	assert.Equal(t, want.Header, got.Header)
	assert.Equal(t, want.ContentLength, got.ContentLength)
	assert.Equal(t, want.TransferEncoding, got.TransferEncoding)
	assert.Equal(t, want.Close, got.Close)
	if len(want.Trailer)+len(got.Trailer) > 0 {
		assert.Equal(t, want.Trailer, got.Trailer)
	}
}

func TestInformational(t *testing.T) {
	recs, err := feed(client(t, httpclient.Config{Informational: true}, "GET"),
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	require.NoError(t, err)
	assert.Equal(t, []string{`HTTP/1.1 100 Continue to GET [] body="" length=0 close=false`,
		`HTTP/1.1 200 OK to GET [Content-Length=0] body="" length=0 close=false`}, describeAll(recs))
}

// A body without a length ends with the connection.
func TestUntilClose(t *testing.T) {
	const in = "HTTP/1.0 200 OK\r\n\r\nsome"
	f := client(t, httpclient.Config{}, "GET")
	recs, err := feed(f, in, " more")
	require.NoError(t, err)
	assert.Empty(t, recs)
	assert.Len(t, f.Unanswered(), 1)
	rec, err := f.Finish(nil)
	require.NoError(t, err)
	assert.Equal(t, `HTTP/1.0 200 OK to GET [] body="some more" length=9 close=true`, describe(rec))
	_, err = f.Finish(nil)
	assert.Equal(t, io.EOF, err)

	f = client(t, httpclient.Config{Streaming: true}, "GET")
	recs, err = feed(f, in, " more")
	require.NoError(t, err)
	rec, err = f.Finish(nil)
	require.NoError(t, err)
	assert.Equal(t, []string{`HTTP/1.0 200 OK to GET [] body="" length=-1 close=true`, `"some"`, `" more"`, "end []"},
		describeAll(append(recs, rec)))
}

func TestCutOff(t *testing.T) {
	for _, in := range []string{"HTTP/1.1 2", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"} {
		for _, streaming := range []bool{false, true} {
			b := filter.NewBuffer(client(t, httpclient.Config{Streaming: streaming}, "GET"))
			_, err := feedBuffer(b, in)
			require.NoError(t, err)
			_, err = b.Finish()
			var e *filter.Error
			require.ErrorAs(t, err, &e, in)
			assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
		}
	}
}

func TestStreaming(t *testing.T) {
	recs, err := feed(client(t, httpclient.Config{Streaming: true, MaxContent: 1}, "GET", "HEAD", "GET"),
		"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", "cHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nT: 1\r\n\r\n")
	require.NoError(t, err)
	assert.Equal(t, []string{
		`HTTP/1.1 200 OK to GET [Content-Length=3] body="" length=3 close=false`, `"ab"`, `"c"`, "end []",
		`HTTP/1.1 200 OK to HEAD [Content-Length=3] body="" length=3 close=false`, "end []",
		`HTTP/1.1 200 OK to GET [] body="" length=-1 close=false`, `"x"`, "end [T=1]"}, describeAll(recs))
}

// Behind 101, and a good answer to CONNECT, the bytes are another filter's.
func TestSwitch(t *testing.T) {
	for method, head := range map[string]string{
		"GET":     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
		"CONNECT": "HTTP/1.1 200 Established\r\nContent-Length: 3\r\n\r\n",
	} {
		f := client(t, httpclient.Config{MaxHeader: 100}, method)
		b := filter.NewBuffer(f)
		recs, err := b.Get([]byte(head + "other"))
		require.NoError(t, err)
		assert.Len(t, recs, 1)
		assert.Equal(t, "other", string(b.Bytes()))
		_, err = b.Get([]byte(strings.Repeat("x", 200)))
		assert.ErrorIs(t, err, filter.ErrLimit, "nobody took them")
		_, err = f.Finish(nil)
		assert.Equal(t, io.EOF, err)
	}
}

// bad are streams that are no responses.
var bad = []struct {
	name, in string
	cause    error
}{
	{"no version", "200 OK\r\n\r\n", httpclient.ErrStatusLine},
	{"no code", "HTTP/1.1\r\n\r\n", httpclient.ErrStatusLine},
	{"code of two digits", "HTTP/1.1 20 OK\r\n\r\n", httpclient.ErrStatusLine},
	{"code below 100", "HTTP/1.1 099 OK\r\n\r\n", httpclient.ErrStatusLine},
	{"control character", "HTTP/1.1 200 O\x00\r\n\r\n", httpclient.ErrStatusLine},
	{"HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", httpclient.ErrVersion},
	{"header", "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", httpclient.ErrHeader},
	{"lengths differ", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", httpclient.ErrFraming},
	{"length and chunks", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", httpclient.ErrFraming},
	{"length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", httpclient.ErrLength},
	{"length of 2**63", "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n", filter.ErrLimit},
	{"coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: br\r\n\r\n", httpclient.ErrCoding},
	{"chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n", httpclient.ErrChunk},
}

func TestBadResponses(t *testing.T) {
	for _, c := range bad {
		f := client(t, httpclient.Config{}, "GET", "GET")
		_, err := feed(f, c.in)
		var e *filter.Error
		require.ErrorAs(t, err, &e, c.name)
		assert.Equal(t, "HTTPClient", e.Filter)
		assert.ErrorIs(t, err, c.cause, c.name)
		recs, err := feed(f, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		assert.NoError(t, err, "nothing else is read")
		assert.Empty(t, recs)
	}
}

func TestLimits(t *testing.T) {
	f := client(t, httpclient.Config{MaxContent: 3, MaxHeader: 100})
	const chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	for limit, streams := range map[string][]string{
		"MaxContent": {"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nabcd", chunks + "2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n"},
		"MaxHeader":  {"HTTP/1.1 200 " + strings.Repeat("x", 100), chunks + "0\r\nT: " + strings.Repeat("x", 100)},
	} {
		for _, in := range streams {
			filtertest.Limit(t, f.Clone, []byte(in), limit)
		}
	}
}

// Without MaxContent a length that no number can hold is malformed.
func TestHugeLength(t *testing.T) {
	for _, method := range []string{"GET", "HEAD"} {
		_, err := feed(client(t, httpclient.Config{Streaming: true}, method), "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n")
		assert.ErrorIs(t, err, httpclient.ErrLength)
	}
}

func TestConfigErrors(t *testing.T) {
	for field, cfg := range map[string]httpclient.Config{"MaxContent": {MaxContent: -1}, "MaxHeader": {MaxHeader: -1}} {
		_, err := httpclient.New(cfg)
		var c *filter.ConfigError
		require.True(t, errors.As(err, &c))
		assert.Equal(t, field, c.Field)
	}
}
