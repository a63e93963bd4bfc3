// Package httpd is POE::Filter::HTTPD: the server's side of HTTP/1, requests
// in and responses out, in net/http's types.
//
// Records that come in are
//
//   - *[http.Request]: a request, its body in memory ([Content] gives it
//     without reading);
//   - *[http.Response]: the answer to a bad request. Put it back as it is, and
//     shut the connection down if its Close is set. [Cause] says what was wrong,
//     its Request is the request as far as it was understood, or nil. With
//     [Config.ExpectContinue] a 100 Continue may come as well: Close is not set.
//   - with [Config.Streaming], []byte and [End]: pieces of the body of the last
//     request, and its end.
//
// Records that go out are *[http.Response], [Chunk] and [End].
//
// CONNECT and Upgrade are requests like any other here. Who agrees to one
// replaces the filter in the handler of the request, before what follows is
// decoded.
//
// # What a Request holds
//
// The fields are what [http.ReadRequest] makes of them: header names in
// canonical form whatever was sent, Host taken out of Header, chunked requests
// with TransferEncoding set and Trailer filled. The order of the header fields
// is not kept. As in POE, slashes at the front of the path are one in URL;
// RequestURI is what was sent. Unlike ReadRequest, ContentLength is the length
// of the body also if it came in chunks, Pragma does not become Cache-Control,
// and RemoteAddr is for the owner of the connection to fill in.
//
// # POE's leniency, and where it ends
//
// Taken as POE takes them: empty lines before a request, lines ending in LF
// alone, runs of spaces or tabs in the request line, folded header lines, and
// "GET /path" without a version as HTTP/0.9. Refused with 400, because peers
// in the same chain could read them otherwise, or because RFC 9112 demands it:
// space before a header's colon, lines that are no header, control characters,
// a lone CR, Content-Length with Transfer-Encoding, lengths that differ, more
// than one Host, none in HTTP/1.1. After a bad request nothing is certain: the
// rest of what comes in is dropped. [Config.Quirks] has POE's ways instead.
package httpd

import (
	"fmt"
	"net/http"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/internal/http1"
)

// name is how errors call this filter.
const name = "HTTPD"

// Limits that hold unless the configuration says otherwise.
const (
	DefaultMaxContent = 1 << 20   // bytes of one body (POE's)
	DefaultMaxBuffer  = 512 << 20 // bytes that may wait undecoded (POE's)
	DefaultMaxHeader  = 64 << 10  // bytes of one head
)

// Config specifies how a [Filter] reads. The zero value is a careful HTTP/1.1
// server's reading with the default limits.
type Config struct {
	// MaxContent is the largest body of a request in bytes; 413 beyond it. It
	// does not hold in Streaming mode. 0 means [DefaultMaxContent].
	MaxContent int

	// MaxBuffer is how many bytes may wait undecoded; Decode fails beyond it.
	// As in POE it must be larger than MaxContent. 0 means [DefaultMaxBuffer].
	MaxBuffer int

	// MaxHeader is the largest head of a request (request line and header) and,
	// by itself, the largest trailer, in bytes; 431 or 414 beyond it. 0 means
	// [DefaultMaxHeader]; with Quirks, MaxBuffer alone, as in POE.
	MaxHeader int

	// Streaming hands a request over as soon as its head is there, with
	// [http.NoBody] and ContentLength -1 if it comes in chunks. The body follows
	// as []byte records, then one [End], also behind a request without body.
	Streaming bool

	// ExpectContinue makes a 100 Continue response a record when a request
	// expects it before it sends its body. Without it such a client sends its
	// body after a pause. In Streaming mode the owner, which has the head, answers
	// with [Continue] himself: both together are an error.
	ExpectContinue bool

	// Quirks reads and writes as POE 1.370 does, faults included: anything like
	// "word word" is an HTTP/0.9 request, a bad header line silently ends the
	// header, CR LF CR ends the head (its LF becomes the body's first byte if it
	// comes later), Content-Length: 0 and refused requests drop what is
	// buffered, chunked bodies are unknown, no [End] is sent, Host stays in
	// Header. Responses are HTTP/1.0 with no message "404 (Not Found)" and
	// another message "200 (OK) Fine", line ends in headers are folded, and no
	// field is ever added. The answers to bad requests are POE's pages, with
	// what the client sent in them, unescaped. For programs that must behave as they did.
	Quirks bool
}

// Filter implements [filter.Filter], [filter.Cloner], [filter.Limiter],
// [filter.Rewinder] and [filter.Stepper]. It serves one connection and one
// goroutine at a time.
type Filter struct {
	config Config

	step    step
	seen    int           // bytes of the head under way that hold no end
	req     *http.Request // the request whose body is under way
	payload http1.Payload
	content []byte // the body so far, unless streaming

	sending sending // what may follow the response that was put last
	left    int64   // with inLength: bytes of its body that have not been put
	scratch []byte  // body of the response being put
}

type step uint8

const (
	inHead  step = iota
	inBody       // of req
	atEnd        // of a streamed body: End is due
	refused      // a bad request came: nothing else is read
)

// New makes a filter. The error is a *[filter.ConfigError].
func New(config Config) (*Filter, error) {
	for _, l := range []struct {
		field string
		value *int
		def   int
	}{
		{"MaxContent", &config.MaxContent, DefaultMaxContent},
		{"MaxBuffer", &config.MaxBuffer, DefaultMaxBuffer},
		{"MaxHeader", &config.MaxHeader, DefaultMaxHeader},
	} {
		if *l.value < 0 {
			return nil, &filter.ConfigError{Package: "httpd", Field: l.field, Err: filter.ErrNegative}
		}
		if *l.value > 0 {
			continue
		}
		if *l.value = l.def; config.Quirks && l.field == "MaxHeader" {
			*l.value = config.MaxBuffer
		}
	}
	// POE wants space for the length's digits and one more byte.
	if digits := len(fmt.Sprint(config.MaxContent)); config.MaxBuffer-digits <= config.MaxContent {
		return nil, &filter.ConfigError{Package: "httpd", Field: "MaxBuffer",
			Err: fmt.Errorf("%w for MaxContent %d", filter.ErrTooSmall, config.MaxContent)}
	}
	if config.ExpectContinue && (config.Streaming || config.Quirks) {
		return nil, &filter.ConfigError{Package: "httpd", Field: "ExpectContinue", Err: filter.ErrConflict}
	}
	return &Filter{config: config}, nil
}

// Clone makes a filter with the same settings, at the start of a connection.
func (f *Filter) Clone() filter.Filter { return &Filter{config: f.config} }

// End ends a body. In Streaming mode it comes in as a record after the last
// piece. Put, it ends a response that was sent in [Chunk] records.
type End struct {
	Trailer http.Header // trailer fields of a chunked body, or nil
}

// Chunk is a piece of the body of the response put before it, which must have
// had a nil Body: in the chunked coding if that response said so and the client
// understands it, else as it is.
type Chunk []byte

// Content returns the body of a request that this package decoded, whatever
// has been read from it: not a copy. It is nil if there is no body or it is
// streamed.
func Content(r *http.Request) []byte {
	if c, ok := r.Body.(*http1.Content); ok {
		return c.Data()
	}
	return nil
}
