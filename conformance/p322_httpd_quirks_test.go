package conformance

import (
	"net/http"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/httpd"
)

func p322(p *port) {
	brief := func(f *filter.Buffer, data string) []any {
		list, err := f.Get([]byte(data))
		if err != nil {
			p.Fatal(err)
		}
		var words []any
		for _, rec := range list {
			switch r := rec.(type) {
			case *http.Response:
				words = append(words, "response "+text(r.StatusCode))
			case *http.Request:
				words = append(words, r.Method+" "+httpdURI(r)+" "+vis(httpdBody(p, r.Body)))
			}
		}
		return words
	}
	// line prints words, which may be lists themselves.
	line := func(parts ...any) {
		var words []any
		for _, part := range parts {
			if list, ok := part.([]any); ok {
				words = append(words, list...)
			} else {
				words = append(words, part)
			}
		}
		p.out(words...)
	}
	pending := func(f *filter.Buffer) []any {
		var words []any
		for _, part := range f.Pending() {
			words = append(words, vis(part))
		}
		return words
	}
	const head = "POST /p HTTP/1.1\r\nContent-Length: 4\r\n\r\n"
	for left := 4; left >= 0; left-- {
		f := newHTTPD(p, httpd.Config{})
		at := len(head) - left
		first := brief(f, head[:at])
		second := brief(f, head[at:]+"body")
		line("cut before the last", left, "octets of the head:", first, "|", second, "| pending", pending(f))
	}
	f := newHTTPD(p, httpd.Config{})
	line("no body:", brief(f, "GET /1 HTTP/1.0\r\n\r"), "|", brief(f, "\nGET /2 HTTP/1.0\r\n\r\n"))
	line("length 0:", brief(f, "POST /3 HTTP/1.1\r\nContent-Length: 0\r\n\r\nGET /lost HTTP/1.1\r\n\r\n"), "| pending", pending(f))
	line("then:", brief(f, "GET /4 HTTP/1.1\r\n\r\n"))
}
