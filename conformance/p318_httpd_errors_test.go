package conformance

import (
	"net/http"
	"strings"

	"github.com/gopoe/poe/filter/httpd"
)

func p318(p *port) {
	const n = "\r\n"
	feed := func(label, data string, cfg httpd.Config) {
		f := newHTTPD(p, cfg)
		p.out("-- " + label)
		list, err := f.Get([]byte(data))
		if err != nil {
			p.out("  died:", httpdDied(err))
			return
		}
		for _, rec := range list {
			switch r := rec.(type) {
			case *http.Request:
				words := append([]any{"  request", r.Method, httpdURI(r), r.Proto, "headers"}, strs(headerNames(r.Header))...)
				p.out(words...)
			case *http.Response:
				words := []any{"  response", r.StatusCode}
				if r.StatusCode != http.StatusRequestEntityTooLarge {
					words = append(words, perlMessage(r))
				}
				p.out(append(words, "- detail:", httpdDetail(r))...)
				known := "none"
				if r.Request != nil {
					known = r.Request.Method + " " + httpdURI(r.Request)
				}
				body := httpdBody(p, r.Body)
				p.out("    type", r.Header.Get("Content-Type"),
					"length right", yesNo(r.Header.Get("Content-Length") == text(len(body))),
					"request", known)
			}
		}
		if len(list) == 0 {
			p.out("  nothing yet")
		}
		p.out("  left over", len(pendingText(f)), "octets")
	}
	feed("garbage line", "complete nonsense, no slash"+n+n, httpd.Config{})
	feed("one word", "GET"+n+n, httpd.Config{})
	feed("bad method characters", "G-E-T / HTTP/1.0"+n+n, httpd.Config{})
	feed("bad line, then a good request", "?? ??"+n+n+"GET /ok HTTP/1.0"+n+n, httpd.Config{})
	feed("bad header line is ignored with what follows", "GET /h HTTP/1.0"+n+"Good: 1"+n+"no colon here"+n+"Late: 2"+n+n, httpd.Config{})
	feed("length is not a number", "POST /x HTTP/1.1"+n+"Content-Length: ten"+n+n+"body", httpd.Config{})
	feed("negative length", "POST /x HTTP/1.1"+n+"Content-Length: -5"+n+n+"body", httpd.Config{})
	feed("encoding without length, 1.1", "POST /x HTTP/1.1"+n+"Content-Encoding: gzip"+n+n+"data", httpd.Config{})
	feed("encoding without length, 1.0", "POST /x HTTP/1.0"+n+"Content-Encoding: gzip"+n+n+"data", httpd.Config{})
	feed("too large", "POST /x HTTP/1.1"+n+"Content-Length: 11"+n+n+"0123456789X", httpd.Config{MaxContent: 10})
	feed("just large enough", "POST /x HTTP/1.1"+n+"Content-Length: 10"+n+n+"0123456789", httpd.Config{MaxContent: 10})
	feed("buffer overrun", "GET /"+strings.Repeat("x", 200), httpd.Config{MaxContent: 10, MaxBuffer: 100})
	feed("odd protocol text", "GET /p FTP/1.0"+n+n, httpd.Config{})
	if _, err := httpd.New(httpd.Config{MaxContent: 10, MaxBuffer: 5, Quirks: true}); err != nil {
		p.out("croak: " + httpdDied(err))
	} else {
		p.out("ok")
	}
	p.notInGo("croak: POE::Filter::HTTPD requires an even number of parameters", "a Config has no odd number of parameters")
}
