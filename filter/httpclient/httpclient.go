// Package httpclient is the client's side of HTTP/1 as a filter: it encodes
// requests and decodes responses, in net/http's types. POE has no such filter;
// it is the counterpart of package httpd, for programs that use HTTP over a
// wheel of their own instead of net/http's client: pipelines, proxies, tests of
// servers.
//
// Records that go out are *[http.Request]. Records that come in are
// *[http.Response], its body in memory ([Content] gives it without reading)
// and Request set to the request that it answers; with [Config.Streaming]
// []byte and [End] as well.
//
// Fields are set as by http.ReadResponse, except that ContentLength is the
// length of a body that is in memory, also if it arrived in chunks or ended
// with the connection, that Pragma does not become Cache-Control, and that
// contents are never decompressed. An ambiguous response is an error:
// Content-Length with Transfer-Encoding, lengths that differ, space before a
// header's colon, a lone CR, control characters.
package httpclient

import (
	"net/http"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/internal/http1"
)

// name is how errors call this filter.
const name = "HTTPClient"

// The default limits.
const (
	DefaultMaxContent = 16 << 20 // bytes of one body
	DefaultMaxHeader  = 64 << 10 // bytes of one head
)

// Config configures a [Filter]. The zero value has the default limits.
type Config struct {
	// MaxContent is the most bytes of a body. It does not apply in Streaming
	// mode. 0 means [DefaultMaxContent].
	MaxContent int

	// MaxHeader is the most bytes of a head, and of a trailer. 0 means
	// [DefaultMaxHeader].
	MaxHeader int

	// Streaming returns a response as soon as its head has arrived, with
	// [http.NoBody], and ContentLength -1 if the length is not known. The body
	// follows as []byte records, then one [End], also after a response without
	// a body, but not after one that ends HTTP on the connection.
	Streaming bool

	// Informational makes responses 100 to 199 records, too; the final response
	// to the request follows. Otherwise they are skipped, except 101.
	Informational bool

	// Proxy sends requests in the form for a proxy, with the whole URL.
	Proxy bool
}

// Filter implements [filter.Filter], [filter.Cloner] and [filter.Rewinder]. It
// serves one connection and one goroutine at a time.
//
// It keeps the requests that were put, since the form of a response depends on
// its request. A response without a request is decoded as one to a GET.
type Filter struct {
	config Config

	sent    []*http.Request // without an answer yet, oldest first
	step    step
	seen    int            // bytes of the head under way that hold no end
	resp    *http.Response // whose body is under way
	toClose bool           // that body ends with the connection
	payload http1.Payload
	content []byte // the body so far, unless streaming
}

type step uint8

const (
	inHead   step = iota
	inBody        // of resp
	atEnd         // of a streamed body: End is due
	switched      // HTTP has ended: the bytes are for another filter
	failed        // a response was bad: nothing else is read
)

// New makes a filter. The error is a *[filter.ConfigError].
func New(config Config) (*Filter, error) {
	for _, l := range []struct {
		field string
		value *int
		def   int
	}{
		{"MaxContent", &config.MaxContent, DefaultMaxContent},
		{"MaxHeader", &config.MaxHeader, DefaultMaxHeader},
	} {
		switch {
		case *l.value < 0:
			return nil, &filter.ConfigError{Package: "httpclient", Field: l.field, Err: filter.ErrNegative}
		case *l.value == 0:
			*l.value = l.def
		}
	}
	return &Filter{config: config}, nil
}

// Clone makes a filter with the same settings, at the start of a connection.
func (f *Filter) Clone() filter.Filter { return &Filter{config: f.config} }

// Rewind resets how far an incomplete head was searched.
func (f *Filter) Rewind() { f.seen = 0 }

// Unanswered returns the requests whose responses are not complete, the oldest
// first: those to send again if the connection is lost.
func (f *Filter) Unanswered() []*http.Request {
	list := f.sent
	if f.resp != nil && f.resp.Request != nil {
		list = append([]*http.Request{f.resp.Request}, list...)
	}
	return append([]*http.Request(nil), list...)
}

// End ends a streamed body.
type End struct {
	Trailer http.Header // trailer fields of a chunked body, or nil
}

// Content returns the whole body of a response that this package decoded, also
// if Body has been read. It is not a copy. It is nil if there is no body or it
// is streamed.
func Content(r *http.Response) []byte {
	if c, ok := r.Body.(*http1.Content); ok {
		return c.Data()
	}
	return nil
}

// Append encodes a request as http.Request.Write does: Host, User-Agent and the
// body's length or coding are added, and the whole body is read and closed. It
// does not wait for a 100 Continue. A request with a line end or another
// control character in its method, target, host or fields is an error.
func (f *Filter) Append(dst []byte, rec any) ([]byte, error) {
	r, ok := rec.(*http.Request)
	if !ok || r == nil {
		return dst, putError(&filter.RecordError{Record: rec, Want: "*http.Request"})
	}
	if err := check(r, f.config.Proxy); err != nil {
		return dst, putError(err)
	}
	out := appender(dst)
	write := r.Write
	if f.config.Proxy {
		write = r.WriteProxy
	}
	if err := write(&out); err != nil {
		return dst, putError(err)
	}
	f.sent = append(f.sent, r)
	return out, nil
}

func putError(err error) error { return &filter.Error{Filter: name, Op: "put", Err: err} }

// appender is an io.Writer that appends.
type appender []byte

func (a *appender) Write(b []byte) (int, error) {
	*a = append(*a, b...)
	return len(b), nil
}

// WriteByte and WriteString spare http.Request a buffer of its own.
func (a *appender) WriteByte(c byte) error {
	*a = append(*a, c)
	return nil
}

func (a *appender) WriteString(s string) (int, error) {
	*a = append(*a, s...)
	return len(s), nil
}
