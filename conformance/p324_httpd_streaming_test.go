package conformance

import (
	"net/http"

	"github.com/gopoe/poe/filter/httpd"
)

func p324(p *port) {
	const n = "\r\n"
	brief := func(recs []any) []any {
		words := make([]any, 0, len(recs)+1)
		for _, rec := range recs {
			switch r := rec.(type) {
			case []byte:
				words = append(words, vis(r))
			case *http.Response:
				words = append(words, "response "+text(r.StatusCode))
			case *http.Request:
				w := "request " + r.Method + " " + httpdURI(r) + " body " + vis(httpdBody(p, r.Body)) + " length"
				if r.Header["Content-Length"] != nil {
					w += " " + text(r.ContentLength)
				}
				words = append(words, w)
			}
		}
		return words
	}
	feed := func(label string, chunks ...string) {
		f := newHTTPD(p, httpd.Config{Streaming: true, MaxContent: 4})
		p.out("-- " + label)
		for _, chunk := range chunks {
			if err := f.GetOneStart([]byte(chunk)); err != nil {
				p.Fatal(err)
			}
			for {
				one, err := f.GetOne()
				if err != nil {
					p.Fatal(err)
				}
				p.out(append([]any{"  one:"}, brief(one)...)...)
				if len(one) == 0 {
					break
				}
			}
			p.out(append([]any{"  pending"}, visAll(f.Pending())...)...)
		}
	}
	feed("in pieces", "POST /a HTTP/1.1"+n+"Content-Length: 6"+n+n, "ab", "cd", "efGET /b HTTP/1.1", n+"Content-Length: 0"+n+n)
	feed("at once", "POST /a HTTP/1.1"+n+"Content-Length: 6"+n+n+"abcdef")
	feed("some of it with the head", "POST /a HTTP/1.1"+n+"Content-Length: 6"+n+n+"abc", "def")
	feed("two in one chunk", "POST /a HTTP/1.1"+n+"Content-Length: 2"+n+n+"ab"+n+n+"PUT /c HTTP/1.1"+n+"Content-Length: 1"+n+n+"cGET /d")
	feed("no length", "POST /a HTTP/1.1"+n+"X: 1"+n+n)
	feed("bad length", "POST /a HTTP/1.1"+n+"Content-Length: x"+n+n+"abc")
}
