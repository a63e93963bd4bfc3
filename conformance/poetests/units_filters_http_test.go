//go:build unix

package poetests_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/httpd"
)

// requests decodes chunks, each by a get of its own.
func (p *proof) requests(c httpd.Config, chunks ...string) (recs []any) {
	b := filter.NewBuffer(made(httpd.New(c)))
	for _, chunk := range chunks {
		some, err := b.Get([]byte(chunk))
		p.ok(err)
		recs = append(recs, some...)
	}
	return recs
}

// request decodes one request.
func (p *proof) request(c httpd.Config, text string) *http.Request {
	p.Helper()
	recs := p.requests(c, text)
	p.must().Len(recs, 1)
	p.must().IsType(&http.Request{}, recs[0])
	return recs[0].(*http.Request)
}

// answered decodes what is refused with a status.
func (p *proof) answered(c httpd.Config, status int, text string) *http.Response {
	p.Helper()
	recs := p.requests(c, text)
	p.must().NotEmpty(recs)
	p.must().IsType(&http.Response{}, recs[0], "%v", recs[0])
	r := recs[0].(*http.Response)
	p.is().Equal(status, r.StatusCode)
	return r
}

// crlf is a text with the network's line ends.
func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

// t/10_units/05_filters/03_http. POE's test makes most of its requests without
// a version, which HTTP/0.9 would not recognise with a header behind them:
// those are for POE's ways, Quirks. The rest is checked without.
func TestUnitsFiltersHTTP(t *testing.T) {
	once(t, func(p *proof) {
		for _, config := range []httpd.Config{{}, {Quirks: true}} {
			p.plainRequests(config)
			p.postedForms(config)
			p.inFragments(config)
			p.bodiesAndLimits(config)
			p.responsesPut(config)
		}
		p.oddRequests()
		p.whatTrails()
		p.streamedUpload()
		p.httpConfigs()
	})
}

func (p *proof) plainRequests(c httpd.Config) {
	for _, r := range []struct{ method, url, version string }{
		{"GET", "http://localhost/pie.mhtml", "HTTP/1.0"},
		{"HEAD", "http://localhost/foo.mhtml", "HTTP/1.0"},
		{"OPTIONS", "*", "HTTP/1.0"},
		{"GEt", "/", "HTTP/1.0"},
		{"ELEPHANT", "/", "HTTP/1.0"},
	} {
		got := p.request(c, crlf(fmt.Sprintf("%s %s %s\n\n", r.method, r.url, r.version)))
		p.is().Equal(r.method, got.Method)
		p.is().Equal(r.url, got.URL.String())
		p.is().Equal(r.version, got.Proto)
		p.is().Empty(httpd.Content(got))
	}
	got := p.request(c, "GET /foo.html HTTP/1.0\nUser-Agent: Wget/1.8.2\nHost: localhost:8080\nAccept: */*\nConnection: Keep-Alive\n\n")
	p.is().Equal("GET /foo.html", got.Method+" "+got.URL.String())
	for name, value := range map[string]string{"User-Agent": "Wget/1.8.2", "Accept": "*/*", "Connection": "Keep-Alive"} {
		p.is().Equal(value, got.Header.Get(name))
	}
	p.is().Equal("localhost:8080", got.Host)
	got = p.request(c, "GET /\r\n\r\n")
	p.is().Equal("GET / HTTP/0.9", got.Method+" "+got.URL.String()+" "+got.Proto)
	got = p.request(c, "GET\t/elephant.gif\n\n")
	p.is().Equal("GET /elephant.gif HTTP/0.9", got.Method+" "+got.URL.String()+" "+got.Proto)
}

// post writes a POST request.
func post(version, contentType, body string) string {
	return fmt.Sprintf("POST http://localhost/foo.mhtml %s\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
		version, contentType, len(body), body)
}

func (p *proof) postedForms(c httpd.Config) {
	form := "--xYzZY\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n&results;\nexit;\n\r\n--xYzZY--\r\n"
	for contentType, body := range map[string]string{
		"application/x-www-form-urlencoded": "I=like&tasty=pie", "multipart/form-data; boundary=xYzZY": form,
	} {
		got := p.request(c, post("HTTP/1.0", contentType, body))
		p.is().Equal("POST http://localhost/foo.mhtml HTTP/1.0", got.Method+" "+got.URL.String()+" "+got.Proto)
		p.is().Equal(body, string(httpd.Content(got)))
		p.is().Equal(int64(len(body)), got.ContentLength)
		p.is().Equal(contentType, got.Header.Get("Content-Type"))
	}
}

func (p *proof) inFragments(c httpd.Config) {
	const body = "I=like&honey=with+peas"
	text := post("HTTP/1.1", "text/plain", body)
	pieces := strings.Split(text, "") // by octets
	if c.Quirks {                     // where POE fails if the head's end comes in two pieces
		head := strings.TrimSuffix(text, body)
		pieces = append(strings.SplitAfter(strings.TrimSuffix(head, "\r\n"), " "), "\r\n")
		pieces = append(pieces, strings.Split(body, "")...)
	}
	b := filter.NewBuffer(made(httpd.New(c)))
	early := 0
	for _, piece := range pieces[:len(pieces)-1] {
		recs, err := b.Get([]byte(piece))
		p.ok(err)
		early += len(recs)
	}
	p.is().Zero(early, "nothing before the end")
	recs, err := b.Get([]byte(pieces[len(pieces)-1]))
	p.ok(err)
	p.must().Len(recs, 1)
	got, ok := recs[0].(*http.Request)
	p.must().True(ok)
	p.is().Equal("POST http://localhost/foo.mhtml", got.Method+" "+got.URL.String())
	p.is().Equal(body, string(httpd.Content(got)))
}

func (p *proof) bodiesAndLimits(c httpd.Config) {
	trap := post("HTTP/1.1", "text/plain", "HONK HONK\n")
	for _, method := range []string{"GET", "HEAD"} {
		got := p.request(c, fmt.Sprintf("%s / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", method, len(trap), trap))
		p.is().Equal(method+" / HTTP/1.1", got.Method+" "+got.URL.String()+" "+got.Proto)
		p.is().Equal(trap, string(httpd.Content(got)), "it's a trap")
	}
	encoded := p.answered(c, http.StatusLengthRequired, "ELEPHANT http://localhost/ HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: mussa\r\n\r\n")
	p.must().NotNil(encoded.Request)
	p.is().Equal("ELEPHANT http://localhost/ HTTP/1.1",
		encoded.Request.Method+" "+encoded.Request.URL.String()+" "+encoded.Request.Proto)
	upload := func(length, body string) string {
		return "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: " + length + "\r\n\r\n" + body
	}
	p.answered(c, http.StatusRequestEntityTooLarge, upload("1073741824", "Nothing much"))
	c.MaxContent = 10
	p.is().Equal("honk\n", string(httpd.Content(p.request(c, upload("5", "honk\n")))))
	p.answered(c, http.StatusRequestEntityTooLarge, upload("15", "honk honk honk\n"))
	p.answered(c, http.StatusBadRequest, upload("fifteen", "honk honk honk\n"))
	p.answered(c, http.StatusBadRequest, "ELEPHANT\n\r\n")
}

// responsesPut checks that headers become bytes and contents stay as they are.
func (p *proof) responsesPut(c httpd.Config) {
	content := "\x00\xC3\xE7\xFF\x00"
	r := &http.Response{
		StatusCode: 200, ProtoMajor: 1, ProtoMinor: 0, ContentLength: int64(len(content)),
		Header: http.Header{"X-Subject": {"En \xe9t\xe9"}}, Body: io.NopCloser(strings.NewReader(content)),
	}
	out, err := filter.NewBuffer(made(httpd.New(c))).Put(r)
	p.is().NoError(err)
	p.must().Len(out, 1)
	p.is().Contains(string(out[0]), "X-Subject: En \xe9t\xe9\r\n")
	p.is().True(strings.HasSuffix(string(out[0]), "\r\n\r\n"+content), "%q", out[0])
	out, err = filter.NewBuffer(made(httpd.New(c))).Put(&http.Response{StatusCode: 404, ProtoMajor: 1})
	p.is().NoError(err)
	p.is().Contains(string(out[0]), " 404 ")
}

// oddRequests are those that only POE's ways accept: a header behind a request
// without a version.
func (p *proof) oddRequests() {
	quirks := httpd.Config{Quirks: true}
	got := p.request(quirks, "GET http://localhost/pie.mhtml\n\n")
	p.is().Equal("GET http://localhost/pie.mhtml HTTP/0.9", got.Method+" "+got.URL.String()+" "+got.Proto)
	got = p.request(quirks, "ELEPHANT /\n\n")
	p.is().Equal("ELEPHANT / HTTP/0.9", got.Method+" "+got.URL.String()+" "+got.Proto)
	got = p.request(quirks, "GEt /\n\n")
	p.is().Equal("GEt / HTTP/0.9", got.Method+" "+got.URL.String()+" "+got.Proto)
}

// whatTrails checks what may follow a request.
func (p *proof) whatTrails() {
	const request = "GET http://localhost:1234/foobar.html HTTP/1.0\r\n\r\n"
	for _, c := range []httpd.Config{{}, {Quirks: true}} {
		for _, trail := range [][]string{{request + "\r\n  \r\n\n"}, {request + "GARBAGE!"}, {request, "\r\n"}, {request, "\r\n", "\n"}} {
			recs := p.requests(c, trail...)
			p.must().NotEmpty(recs, "%q", trail)
			got, ok := recs[0].(*http.Request)
			p.must().True(ok)
			p.is().Equal("GET http://localhost:1234/foobar.html", got.Method+" "+got.URL.String())
		}
		p.is().Empty(p.requests(c, "\r\n", "\n"), "empty lines are no request")
		recs := p.requests(c, request, "GARBAGE!\r\n\r\n")
		p.must().Len(recs, 2)
		p.is().IsType(&http.Request{}, recs[0])
		p.is().IsType(&http.Response{}, recs[1])
	}
}

func (p *proof) streamedUpload() {
	recs := p.requests(httpd.Config{Streaming: true}, post("HTTP/1.1", "text/plain", "Nothing much\n"))
	p.must().GreaterOrEqual(len(recs), 2)
	p.must().IsType(&http.Request{}, recs[0])
	p.is().Empty(httpd.Content(recs[0].(*http.Request)))
	p.is().Equal([]byte("Nothing much\n"), recs[1], "the content comes next")
}

func (p *proof) httpConfigs() {
	for field, c := range map[string]httpd.Config{
		"MaxBuffer:": {MaxContent: 10, MaxBuffer: 5}, "MaxContent:": {MaxContent: -1}, "MaxBuffer": {MaxBuffer: -1},
	} {
		f, err := httpd.New(c)
		p.refused(err, strings.TrimSuffix(field, ":"))
		p.is().Nil(f)
	}
	b := filter.NewBuffer(made(httpd.New(httpd.Config{MaxBuffer: 10, MaxContent: 5})))
	_, err := b.Get([]byte("This line is going to be to long for our filter\n"))
	p.is().ErrorIs(err, filter.ErrLimit)
	p.is().ErrorContains(err, "MaxBuffer")
}
