package conformance

import (
	"io"
	"net/http"
	"strings"

	"github.com/gopoe/poe/filter/httpd"
)

func p319(p *port) {
	f := newHTTPD(p, httpd.Config{})
	put := func(label string, responses ...*http.Response) {
		recs := make([]any, len(responses))
		for i, r := range responses {
			recs[i] = r
		}
		raw, err := f.Put(recs...)
		if err != nil {
			p.Fatal(err)
		}
		words := []any{label + ":", len(raw)}
		for _, b := range raw {
			words = append(words, vis(b))
		}
		p.out(words...)
	}
	// response is HTTP::Response->new: a message that is not given stays empty.
	response := func(code int, message string, h http.Header, body string) *http.Response {
		return &http.Response{StatusCode: code, Status: strings.TrimSpace(text(code) + " " + message), Header: h,
			Body: io.NopCloser(strings.NewReader(body))}
	}
	put("bare", response(200, "OK", nil, ""))
	ok := func() *http.Response {
		return response(200, "OK", http.Header{"Content-Type": {"text/plain"}, "Content-Length": {"5"}}, "a\nb\r\n")
	}
	put("with body", ok())
	again := ok()
	again.Proto = "HTTP/1.1"
	put("protocol", again)
	put("custom message", response(200, "Fine", nil, ""))
	put("no message", response(404, "", nil, ""))
	put("unknown code", response(299, "Strange", nil, ""))
	put("unknown code, no message", response(299, "", nil, ""))
	put("headers in order", response(301, "Moved Permanently", http.Header{
		"X-Custom": {"c"}, "Content-Length": {"0"}, "Location": {"/new"}, "Date": {"Thu, 01 Jan 1970 00:00:00 GMT"},
		"Set-Cookie": {"a=1", "b=2"}, "Server": {"S"}, "Connection": {"close"}}, ""))
	put("newline in a header", response(200, "OK", http.Header{"X-Long": {"one\ntwo\n\n three \n"}}, ""))
	put("two responses", response(204, "No Content", nil, ""), response(500, "Internal Server Error", nil, "oops"))
	put("none")
}
