package conformance

import (
	"net/http"
	"strings"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/httpd"
)

// visAll is map { vis($_) }.
func visAll(list []any) []any {
	words := make([]any, len(list))
	for i, v := range list {
		words[i] = vis(v)
	}
	return words
}

func p323(p *port) {
	const n = "\r\n"
	feed := func(label string, f *filter.Buffer, chunks ...string) {
		p.out("-- " + label)
		for _, chunk := range chunks {
			list, err := f.Get([]byte(chunk))
			if err != nil {
				p.Fatal(err)
			}
			for _, rec := range list {
				switch r := rec.(type) {
				case *http.Response:
					p.out("  response", r.StatusCode)
				case *http.Request:
					words := []any{"  request", r.Method, httpdURI(r), vis(httpd.Content(r))}
					for _, name := range headerNames(r.Header) {
						words = append(words, name+"="+vis(strings.Join(r.Header[name], ", ")))
					}
					p.out(words...)
				}
			}
			p.out(append([]any{"  pending"}, visAll(f.Pending())...)...)
		}
	}
	fresh := func() *filter.Buffer { return newHTTPD(p, httpd.Config{}) }
	small := func() *filter.Buffer { return newHTTPD(p, httpd.Config{MaxContent: 3}) }
	feed("in pieces", fresh(), "POST /a HTTP/1.1"+n+"Content-Length: 6"+n+n, "ab", "cde", "fGET /b HTTP/1.0", n+n)
	feed("behind GET and HEAD", fresh(), "GET /g HTTP/1.1"+n+"Content-Length: 3"+n+n+"gggHEAD /h HTTP/1.1"+n+"Content-Length: 2"+n+n+"hh")
	feed("blank lines behind a body", fresh(), "POST /1 HTTP/1.1"+n+"Content-Length: 1"+n+n+"x"+n+n+" \t",
		"POST /2 HTTP/1.1"+n+"Content-Length: 1"+n+n+"y")
	feed("line ends in a body", fresh(), "POST /l HTTP/1.1"+n+"Content-Length: 4"+n+n+n+n)
	feed("two lengths", fresh(), "POST /t HTTP/1.1"+n+"Content-Length: 2"+n+"Content-Length: 4"+n+n+"abcd"+n+n)
	feed("underscore", fresh(), "POST /u HTTP/1.1"+n+"Content_Length: 2"+n+"X_Y: z"+n+n+"abGET /v HTTP/1.0"+n+n)
	feed("space around the length", fresh(), "POST /s HTTP/1.1"+n+"Content-Length:   2  "+n+n+"ab")
	feed("chunked", fresh(), "POST /c HTTP/1.1"+n+"Transfer-Encoding: chunked"+n+n+"3"+n+"abc"+n+"0"+n+n)
	feed("encoded, with a length", fresh(), "POST /e HTTP/1.1"+n+"Content-Encoding: gzip"+n+"Content-Length: 2"+n+n+"zz")
	feed("larger than MaxContent, then another", small(), "POST /m HTTP/1.1"+n+"Content-Length: 4"+n+n+"abcd", "GET /n HTTP/1.0"+n+n)
	feed("a length of 2**64", small(), "POST /h HTTP/1.1"+n+"Content-Length: 18446744073709551616"+n+n+"abcd")
	feed("the buffer is for what is no body", newHTTPD(p, httpd.Config{MaxContent: 90, MaxBuffer: 100}),
		"POST /b HTTP/1.1"+n+"Content-Length: 90"+n+n, strings.Repeat("x", 50), strings.Repeat("y", 40))
}
