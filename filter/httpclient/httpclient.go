// Package httpclient is the client's side of HTTP/1 as a filter: requests out
// and responses in, in net/http's types. POE has none of its own; it is the
// counterpart of package httpd, for programs that speak HTTP over a wheel of
// their own instead of net/http's client: pipelines, proxies, tests of servers.
//
// Records that go out are *[http.Request]. Records that come in are
// *[http.Response], its body in memory ([Content] gives it without reading)
// and Request set to the request that it answers; with [Config.Streaming]
// []byte and [End] as well.
//
// Fields are what [http.ReadResponse] makes of them, save that ContentLength is
// the length of a body that is in memory, also if it came in chunks or ended
// with the connection, that Pragma does not become Cache-Control, and that
// contents are never decompressed. A response that could be read in two ways
// is an error: Content-Length with Transfer-Encoding, lengths that differ,
// space before a header's colon, a lone CR, control characters.
package httpclient

import (
	"net/http"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/internal/http1"
)

// name is how errors call this filter.
const name = "HTTPClient"

// Limits that hold unless the configuration says otherwise.
const (
	DefaultMaxContent = 16 << 20 // bytes of one body
	DefaultMaxHeader  = 64 << 10 // bytes of one head
)

// Config specifies how a [Filter] works. The zero value is ready for use.
type Config struct {
	// MaxContent is the largest body in bytes. It does not hold in Streaming
	// mode. 0 means [DefaultMaxContent].
	MaxContent int

	// MaxHeader is the largest head and, by itself, the largest trailer, in
	// bytes. 0 means [DefaultMaxHeader].
	MaxHeader int

	// Streaming hands a response over as soon as its head is there, with
	// [http.NoBody] and ContentLength -1 if the length is not known. The body
	// follows as []byte records, then one [End], also behind a response without
	// body; but not behind one that ends HTTP on the connection.
	Streaming bool

	// Informational makes responses 100 to 199 records too: the one for the
	// request itself is still to come. Otherwise they are skipped, save 101.
	Informational bool

	// Proxy sends requests in the form that a proxy wants: with the whole URL.
	Proxy bool
}

// Filter implements [filter.Filter], [filter.Cloner] and [filter.Rewinder]. It
// serves one connection and one goroutine at a time.
//
// It remembers the requests put, since what a response looks like depends on
// what it answers. A response that answers none is taken as one to a GET.
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

// Rewind forgets how far the head under way has been searched.
func (f *Filter) Rewind() { f.seen = 0 }

// Unanswered returns the requests that have been put and not been answered in
// full, oldest first: those to send again if the connection is lost.
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

// Content returns the body of a response that this package decoded, whatever
// has been read from it: not a copy. It is nil if there is no body or it is
// streamed.
func Content(r *http.Response) []byte {
	if c, ok := r.Body.(*http1.Content); ok {
		return c.Data()
	}
	return nil
}

// Append encodes a request as [http.Request.Write] does: Host, User-Agent and
// the body's length or coding are added, the body is read whole and closed. It
// does not wait for a 100 Continue. A request with a line end or another control
// character in its method, target, host or fields is refused.
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
