package httpd_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/filtertest"
	"github.com/gopoe/poe/filter/httpd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const host = "\r\nHost: h\r\n"

// bad are requests that are refused, with the status and the cause.
var bad = []struct {
	name, in string
	status   int
	cause    error
}{
	{"one word", "GET\r\n\r\n", 400, httpd.ErrRequestLine},
	{"four words", "GET / HTTP/1.1 x" + host + "\r\n", 400, httpd.ErrRequestLine},
	{"not a token", "G(T / HTTP/1.1" + host + "\r\n", 400, httpd.ErrRequestLine},
	{"not a version", "GET / FTP/1.0\r\n\r\n", 400, httpd.ErrRequestLine},
	{"a version of two digits", "GET / HTTP/1.10" + host + "\r\n", 400, httpd.ErrRequestLine},
	{"HTTP/0.9 is GET alone", "POST /\r\n\r\n", 400, httpd.ErrRequestLine},
	{"HTTP/0.9 has paths alone", "GET x\r\n\r\n", 400, httpd.ErrRequestLine},
	{"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, httpd.ErrVersion},
	{"no path", "GET nonsense HTTP/1.1" + host + "\r\n", 400, httpd.ErrTarget},
	{"bad escape", "GET /%zz HTTP/1.1" + host + "\r\n", 400, httpd.ErrTarget},
	{"control character in the target", "GET /\x01 HTTP/1.1" + host + "\r\n", 400, httpd.ErrTarget},
	{"no colon", "GET / HTTP/1.1" + host + "nonsense\r\n\r\n", 400, httpd.ErrHeader},
	{"no name", "GET / HTTP/1.1" + host + ": x\r\n\r\n", 400, httpd.ErrHeader},
	{"space before the colon", "GET / HTTP/1.1" + host + "A : x\r\n\r\n", 400, httpd.ErrHeader},
	{"first field folded", "GET / HTTP/1.1\r\n A: x" + host + "\r\n", 400, httpd.ErrHeader},
	{"lone CR", "GET / HTTP/1.1" + host + "A: x\ry\r\n\r\n", 400, httpd.ErrHeader},
	{"lone CR in a fold", "GET / HTTP/1.1" + host + "A: x\r\n \ry\r\n\r\n", 400, httpd.ErrHeader},
	{"NUL", "GET / HTTP/1.1" + host + "A: \x00\r\n\r\n", 400, httpd.ErrHeader},
	{"no host", "GET / HTTP/1.1\r\n\r\n", 400, httpd.ErrHost},
	{"two hosts", "GET / HTTP/1.0" + host + "Host: h\r\n\r\n", 400, httpd.ErrHost},
	{"bad host", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, httpd.ErrHost},
	{"length in words", "PUT / HTTP/1.1" + host + "Content-Length: ten\r\n\r\n", 400, httpd.ErrLength},
	{"negative length", "PUT / HTTP/1.1" + host + "Content-Length: -1\r\n\r\n", 400, httpd.ErrLength},
	{"signed length", "PUT / HTTP/1.1" + host + "Content-Length: +1\r\n\r\nx", 400, httpd.ErrLength},
	{"empty length", "PUT / HTTP/1.1" + host + "Content-Length:\r\n\r\n", 400, httpd.ErrLength},
	{"list of lengths", "PUT / HTTP/1.1" + host + "Content-Length: 1, 1\r\n\r\nx", 400, httpd.ErrLength},
	{"lengths differ", "PUT / HTTP/1.1" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxy", 400, httpd.ErrFraming},
	{"length and chunks", "PUT / HTTP/1.1" + host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, httpd.ErrFraming},
	{"chunks in HTTP/1.0", "PUT / HTTP/1.0" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, httpd.ErrFraming},
	{"chunked is not last", "PUT / HTTP/1.1" + host + "Transfer-Encoding: chunked, gzip\r\n\r\n", 400, httpd.ErrFraming},
	{"chunked twice", "PUT / HTTP/1.1" + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400, httpd.ErrFraming},
	{"other coding", "PUT / HTTP/1.1" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501, httpd.ErrCoding},
	{"vertical tab in the coding", "PUT / HTTP/1.1" + host + "Transfer-Encoding: \x0bchunked\r\n\r\n", 400, httpd.ErrHeader},
	{"encoded without length", "PUT / HTTP/1.1" + host + "Content-Encoding: gzip\r\n\r\n", 411, httpd.ErrNoLength},
	{"other expectation", "PUT / HTTP/1.1" + host + "Expect: tea\r\n\r\n", 417, httpd.ErrExpect},
	{"chunk without size", chunked + "x\r\n", 400, httpd.ErrChunk},
	{"signed chunk size", chunked + "+1\r\nx\r\n0\r\n\r\n", 400, httpd.ErrChunk},
	{"chunk size in 0x", chunked + "0x1\r\nx\r\n0\r\n\r\n", 400, httpd.ErrChunk},
	{"chunk size ends in LF", chunked + "1\nx\r\n0\r\n\r\n", 400, httpd.ErrChunk},
	{"chunk size of 2**64", chunked + "10000000000000000\r\nx", 400, httpd.ErrChunk},
	{"chunk without end", chunked + "1\r\nxy\r\n0\r\n\r\n", 400, httpd.ErrChunk},
	{"chunk extension without end", chunked + "1;" + strings.Repeat("x", 5000), 400, httpd.ErrChunk},
	{"mostly extensions", chunked + strings.Repeat("1;"+strings.Repeat("x", 1000)+"\r\ny\r\n", 20), 400, httpd.ErrChunk},
	{"length in the trailer", chunked + "0\r\nContent-Length: 1\r\n\r\n", 400, httpd.ErrChunk},
	{"trailer begins with LF", chunked + "0\r\n\nA: b\r\n\r\n", 400, httpd.ErrChunk},
}

const chunked = "PUT / HTTP/1.1" + host + "Transfer-Encoding: chunked\r\n\r\n"

func TestBadRequests(t *testing.T) {
	for _, c := range bad {
		t.Run(c.name, func(t *testing.T) {
			if len(c.in) < 2000 { // cutting takes time
				filtertest.Decode(t, maker(t, httpd.Config{}), []byte(c.in), decode(t, httpd.Config{}, c.in))
			}
			// What follows is never read: it could be anything.
			r := one[*http.Response](t, httpd.Config{}, c.in+"GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n")
			assert.Equal(t, c.status, r.StatusCode)
			assert.ErrorIs(t, httpd.Cause(r), c.cause)
			assert.True(t, r.Close)
		})
	}
}

// limits are requests that are larger than the limits allow.
var limits = []struct {
	name, in string
	status   int
	limit    string
}{
	{"content", "PUT / HTTP/1.1" + host + "Content-Length: 11\r\n\r\n", 413, "MaxContent"},
	{"content of 2**63", "PUT / HTTP/1.1" + host + "Content-Length: 9223372036854775808\r\n\r\n", 413, "MaxContent"},
	{"chunks", chunked + "6\r\n123456\r\n5\r\n78901\r\n0\r\n\r\n", 413, "MaxContent"},
	{"a chunk of 2**60", chunked + "FFFFFFFFFFFFFFF\r\n12345678901", 413, "MaxContent"},
	{"request line", "GET /" + strings.Repeat("x", 200), 414, "MaxHeader"},
	{"header", "GET / HTTP/1.1\r\nA: " + strings.Repeat("x", 200), 431, "MaxHeader"},
	{"whole header", "GET / HTTP/1.1\r\nA: " + strings.Repeat("x", 200) + "\r\n\r\n", 431, "MaxHeader"},
	{"trailer", chunked + "0\r\nA: " + strings.Repeat("x", 200), 431, "MaxHeader"},
}

func TestLimits(t *testing.T) {
	cfg := httpd.Config{MaxContent: 10, MaxHeader: 100}
	for _, c := range limits {
		t.Run(c.name, func(t *testing.T) {
			filtertest.Decode(t, maker(t, cfg), []byte(c.in), decode(t, cfg, c.in))
			r := one[*http.Response](t, cfg, c.in+"\r\n\r\nGET / HTTP/1.0\r\n\r\n")
			assert.Equal(t, c.status, r.StatusCode)
			var cause *filter.Error
			require.ErrorAs(t, httpd.Cause(r), &cause)
			var limit *filter.LimitError
			require.ErrorAs(t, cause, &limit)
			assert.Equal(t, c.limit, limit.Limit)
			assert.Equal(t, "HTTPD", cause.Filter)
		})
	}
	filtertest.Limit(t, maker(t, httpd.Config{MaxContent: 10, MaxBuffer: 100}), []byte("GET /"+strings.Repeat("x", 200)), "MaxBuffer")
	filtertest.Limit(t, maker(t, httpd.Config{MaxContent: 10, MaxBuffer: 100, Quirks: true}), []byte("GET /"+strings.Repeat("x", 200)), "MaxBuffer")
}

// A streamed body may be of any length that is one.
func TestStreamedLengths(t *testing.T) {
	cfg := httpd.Config{Streaming: true}
	r := one[*http.Request](t, cfg, "PUT / HTTP/1.1"+host+"Content-Length: 9223372036854775806\r\n\r\n")
	assert.EqualValues(t, 9223372036854775806, r.ContentLength)
	tooLong := one[*http.Response](t, cfg, "PUT / HTTP/1.1"+host+"Content-Length: 9223372036854775808\r\n\r\n")
	assert.Equal(t, http.StatusRequestEntityTooLarge, tooLong.StatusCode)
}

// The answer to a bad request is complete, and shows nothing of the request.
func TestAnswer(t *testing.T) {
	const evil = "<script>"
	r := one[*http.Response](t, httpd.Config{}, evil+" "+evil+"\r\n\r\n")
	wire := put(t, httpd.Config{}, r)
	assert.Equal(t, wire, put(t, httpd.Config{}, r), "it may be put again")
	assert.NotContains(t, wire, evil)
	back, err := http.ReadResponse(bufio.NewReader(strings.NewReader(wire)), nil)
	require.NoError(t, err)
	assert.Equal(t, "400 Bad Request", back.Status)
	assert.Equal(t, "text/html", back.Header.Get("Content-Type"))
	assert.True(t, back.Close)
	assert.Contains(t, content(back.Body), httpd.ErrRequestLine.Error())
	assert.Nil(t, r.Request)
	assert.NoError(t, httpd.Cause(back))

	known := one[*http.Response](t, httpd.Config{}, "PUT /x HTTP/1.1"+host+"Content-Length: x\r\n\r\n")
	assert.Equal(t, "/x", known.Request.RequestURI)
}
