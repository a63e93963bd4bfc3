package httpd_test

import (
	"net/http"
	"testing"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/httpd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What POE takes and this package refuses otherwise.
func TestQuirksDecode(t *testing.T) {
	cfg := httpd.Config{Quirks: true, MaxContent: 9}
	for _, c := range []struct {
		name   string
		chunks []string
		want   []string
	}{
		{"any two words", []string{"complete nonsense, really\r\n\r\n"}, []string{`complete nonsense, HTTP/0.9 host= [] body="" length=0 close=true`}},
		{"junk behind the version", []string{"G_T /%zz HTTP/1.1x y\r\n\r\n"}, []string{`G_T /%zz HTTP/1.1 host= [] body="" length=0 close=false`}},
		{"long version", []string{"GET HTTP://h/ HTTP/10.22\r\n\r\n"}, []string{`GET HTTP://h/ HTTP/10.22 host= [] body="" length=0 close=false`}},
		{"header", []string{"GET / HTTP/1.1\r\n lost\r\nHost: h\r\nA_b : x \r\n  y\r\n0: x\r\nnonsense\r\nLate: 1\r\n\r\n"},
			[]string{`GET / HTTP/1.1 host=h [A-B=x  y Host=h] body="" length=0 close=false`}},
		{"CR CR, and a line that has no LF", []string{"GET / HTTP/1.1\nA: 1\nB: 2\r\rGET"}, []string{`GET / HTTP/1.1 host= [A=1] body="" length=0 close=false`}},
		{"CR LF CR", []string{"PUT / HTTP/1.1\r\nContent-Length: 2\r\n\r", "\nab"}, []string{`PUT / HTTP/1.1 host= [Content-Length=2] body="\na" length=2 close=false`}},
		{"no LF at all", []string{"GET / HTTP/1.0\r\rGET / HTTP/1.0\r\n\r\n"}, []string{`400 filter: HTTPD: decode: malformed request line`,
			`GET / HTTP/1.0 host= [] body="" length=0 close=true`}},
		{"nothing behind a length of 0", []string{"PUT / HTTP/1.1\r\nContent-Length: 0\r\n\r\nlost", "GET / HTTP/1.0\r\n\r\n"},
			[]string{`PUT / HTTP/1.1 host= [Content-Length=0] body="" length=0 close=false`, `GET / HTTP/1.0 host= [] body="" length=0 close=true`}},
		{"goes on after 413", []string{"PUT / HTTP/1.1\r\nContent-Length: 10\r\n\r\nlost", "GET / HTTP/1.0\r\n\r\n"},
			[]string{`413 filter: HTTPD: decode: more than MaxContent 9 allows`, `GET / HTTP/1.0 host= [] body="" length=0 close=true`}},
	} {
		var got []string
		for _, rec := range decode(t, cfg, c.chunks...) {
			got = append(got, describe(rec))
		}
		assert.Equal(t, c.want, got, c.name)
	}
}

// One step gives a streamed request with what is there of its body.
func TestQuirksStep(t *testing.T) {
	b := filter.NewBuffer(maker(t, httpd.Config{Quirks: true, Streaming: true})())
	require.NoError(t, b.GetOneStart([]byte("PUT / HTTP/1.1\r\nContent-Length: 4\r\n\r\nab")))
	recs, err := b.GetOne()
	require.NoError(t, err)
	assert.Len(t, recs, 2)
	recs, err = b.Get([]byte("cdGET / HTTP/1.0\r\n\r\n"))
	require.NoError(t, err)
	assert.Len(t, recs, 2, "no End")
}

func TestQuirksPut(t *testing.T) {
	for want, resp := range map[string]*http.Response{
		"HTTP/1.0 404 (Not Found)\r\n\r\n":                {StatusCode: 404},
		"HTTP/1.0 200 (OK) Fine\r\n\r\nbody":              {StatusCode: 200, Status: "200 Fine", Body: body("body")},
		"HTTP/1.1 204 No Content\r\n\r\nbody":             {StatusCode: 204, Status: "204 No Content", Proto: "HTTP/1.1", Body: body("body")},
		"HTTP/1.0 299 (Unknown Error)\r\n\r\n":            {StatusCode: 299, Close: true},
		"HTTP/1.0 413 (Payload Too Large)\r\n\r\n":        {StatusCode: 413},
		"HTTP/1.0 414 (URI Too Long)\r\n\r\n":             {StatusCode: 414},
		"HTTP/1.0 416 (Range Not Satisfiable)\r\n\r\n":    {StatusCode: 416},
		"HTTP/1.0 449 (Retry with)\r\n\r\n":               {StatusCode: 449},
		"HTTP/1.0 509 (Bandwidth Limit Exceeded)\r\n\r\n": {StatusCode: 509},
		"HTTP/1.0 200 OK\r\nDate: d\r\nETag: e\r\nX-A-B2: a\r\n b\r\n\tc\r\n\r\n": {StatusCode: 200, Status: "200 OK",
			Header: http.Header{"etag": {"e"}, "x_a-b2": {"a\nb\n\r\n\tc \n"}, "Date": {"d"}}},
	} {
		assert.Equal(t, want, put(t, httpd.Config{Quirks: true}, resp))
	}
}
