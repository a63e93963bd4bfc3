// Package httpd is POE::Filter::HTTPD: the server's side of HTTP/1 as a filter,
// which decodes requests and encodes responses, in net/http's types.
//
// Records that come in are
//
//   - *[http.Request]: a request, its body in memory ([Content] gives it
//     without reading);
//   - *[http.Response]: the answer to a bad request. Put it unchanged, and shut
//     the connection down if its Close is set. [Cause] returns what was wrong;
//     its Request is the request as far as it was decoded, or nil. With
//     Config.ExpectContinue it may also be a 100 Continue, whose Close is not
//     set.
//   - with [Config.Streaming], []byte and [End]: pieces of the body of the last
//     request, and its end.
//
// Records that go out are *[http.Response], [Chunk] and [End].
//
// CONNECT and Upgrade are requests like any other here. A program that accepts
// one replaces the filter in the handler of the request, before the bytes that
// follow are decoded.
//
// # What a Request holds
//
// The fields are what [http.ReadRequest] makes of them: header names in
// canonical form whatever was sent, Host taken out of Header, chunked requests
// with TransferEncoding set and Trailer filled. The order of the header fields
// is not kept. As in POE, several slashes at the beginning of the path become
// one in URL; RequestURI is what was sent. Unlike with ReadRequest,
// ContentLength is the length of the body also if it arrived in chunks, Pragma
// does not become Cache-Control, and RemoteAddr is left to the owner of the
// connection.
//
// # POE's leniency, and where it ends
//
// Accepted as in POE: empty lines before a request, lines ending in LF alone,
// runs of spaces or tabs in the request line, folded header lines, and "GET
// /path" without a version as HTTP/0.9. Refused with 400, because other servers
// in the same chain could read them differently, or because RFC 9112 requires
// it: space before a header's colon, lines that are no header, control
// characters, a lone CR, Content-Length with Transfer-Encoding, lengths that
// differ, more than one Host, none in HTTP/1.1. After a bad request the
// beginning of the next one is unknown: all further input is dropped. With
// Config.Quirks the filter behaves as in POE instead.
package httpd

import (
	"fmt"
	"net/http"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/internal/http1"
)

// name is how errors call this filter.
const name = "HTTPD"

// The default limits.
const (
	DefaultMaxContent = 1 << 20   // bytes of one body (POE's)
	DefaultMaxBuffer  = 512 << 20 // bytes that may wait undecoded (POE's)
	DefaultMaxHeader  = 64 << 10  // bytes of one head
)

// Config configures a [Filter]. The zero value is strict HTTP/1.1 with the
// default limits.
type Config struct {
	// MaxContent is the most bytes of a request's body; beyond it the answer is
	// 413. It does not apply in Streaming mode. 0 means [DefaultMaxContent].
	MaxContent int

	// MaxBuffer is the most bytes that may wait undecoded; beyond it Decode
	// returns an error. As in POE it must be larger than MaxContent. 0 means
	// [DefaultMaxBuffer].
	MaxBuffer int

	// MaxHeader is the most bytes of a request's head (request line and
	// header), and of a trailer; beyond it the answer is 431 or 414. 0 means
	// [DefaultMaxHeader]; with Quirks 0 means that only MaxBuffer limits it, as
	// in POE.
	MaxHeader int

	// Streaming returns a request as soon as its head has arrived, with
	// [http.NoBody], and ContentLength -1 if the body is in chunks. The body
	// follows as []byte records, then one [End], also after a request without a
	// body.
	Streaming bool

	// ExpectContinue returns a 100 Continue response as a record, to be put,
	// when a client expects it before it sends the body. Without it such a
	// client sends the body after a pause. It excludes Streaming, in which the
	// program has the head and puts [Continue] itself.
	ExpectContinue bool

	// Quirks reads and writes as POE 1.370 does, faults included: anything like
	// "word word" is an HTTP/0.9 request, a bad header line silently ends the
	// header, CR LF CR ends the head (its LF becomes the body's first byte if
	// it comes later), Content-Length: 0 and refused requests drop what is
	// buffered, chunked bodies are not supported, there is no [End] record, and
	// Host stays in Header. Responses are HTTP/1.0 with no message "404 (Not
	// Found)" and another message "200 (OK) Fine", line ends in headers are
	// folded, and no field is ever added. The answers to bad requests are POE's
	// pages, with what the client sent in them, unescaped. It is for ports that
	// must behave exactly as the original.
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

// End ends a body. In Streaming mode Decode returns it after the last piece of
// a body. When it is put, it ends a response that was sent in [Chunk] records.
type End struct {
	Trailer http.Header // trailer fields of a chunked body, or nil
}

// Chunk is a piece of the body of the response put before it, which must have
// had a nil Body: in the chunked coding if that response has it and the
// client's version supports it, otherwise unchanged.
type Chunk []byte

// Content returns the whole body of a request that this package decoded, also
// if Body has been read. It is not a copy. It is nil if there is no body or it
// is streamed.
func Content(r *http.Request) []byte {
	if c, ok := r.Body.(*http1.Content); ok {
		return c.Data()
	}
	return nil
}
