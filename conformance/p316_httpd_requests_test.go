package conformance

import (
	"net/http"

	"github.com/gopoe/poe/filter/httpd"
)

func p316(p *port) {
	f := newHTTPD(p, httpd.Config{})
	show := func(label, data string) {
		list, err := f.Get([]byte(data))
		if err != nil {
			p.Fatal(err)
		}
		p.out("-- "+label+":", len(list), "record(s)")
		for _, rec := range list {
			switch r := rec.(type) {
			case *http.Response:
				p.out("  response", r.StatusCode, perlMessage(r))
			case *http.Request:
				p.out("  request", r.Method, httpdURI(r), r.Proto, "body", "<"+httpdBody(p, r.Body)+">")
				for _, name := range headerNames(r.Header) {
					words := []any{"    " + name + ":"}
					for _, v := range r.Header[name] {
						words = append(words, "<"+v+">")
					}
					p.out(words...)
				}
			}
		}
	}
	const n = "\r\n"
	show("simple", "GET / HTTP/1.0"+n+n)
	show("headers", "GET /a/b?x=1&y=%20 HTTP/1.1"+n+"Host: example.org:8080"+n+"X-Multi: one"+n+"X-Multi:two"+n+"Accept :  */*  "+n+n)
	show("folded header", "GET /f HTTP/1.1"+n+"X-Long: first"+n+"  second"+n+"\tthird"+n+"After: 1"+n+n)
	show("two requests in one chunk", "GET /1 HTTP/1.1"+n+"Connection: keep-alive"+n+n+"HEAD /2 HTTP/1.1"+n+n)
	show("blank lines first", n+n+"  "+n+"GET /blank HTTP/1.0"+n+n)
	show("double slash", "GET //double//inner HTTP/1.0"+n+n)
	show("no protocol", "GET /old"+n+n)
	show("bare LF", "GET /lf HTTP/1.1\nHost: h\n\n")
	show("other method", "FROB /x HTTP/1.1"+n+n)
	show("tabs", "GET\t/tab\tHTTP/1.1"+n+n)
	show("incomplete", "GET /part HTTP/1.1"+n+"Ho")
	p.out("pending", len(pendingText(f)), "octets")
	show("rest", "st: later"+n+n)
	pending := f.Pending()
	p.out("pending", either[any](pending == nil, nil, pendingText(f)))
}
