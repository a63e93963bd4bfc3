package httpserver

import (
	"errors"
	"fmt"
	"maps"
	"net/http"

	"golang.org/x/net/http/httpguts"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter/httpd"
	"github.com/gopoe/poe/kernel"
)

// ErrEnded is returned by Upgrade and WebSocket if the response was begun or
// has ended, or its connection has ended.
var ErrEnded = errors.New("httpserver: the response has ended")

// Response is the answer to a request. The program sets Status, Header and Body
// and calls Done, or sends the body with Stream and then calls Done. Its
// methods belong to the kernel's goroutine. POE: HTTP::Response of SimpleHTTP.
type Response struct {
	// Request is the request. Its body is in memory: see httpd.Content.
	Request *http.Request
	// Pattern is the pattern of the matching route, empty if it has none.
	Pattern string
	// Status is the status code; it is initially 200.
	Status int
	// Header has the fields to be sent. Those which describe the length and the
	// connection are added.
	Header http.Header
	// Body is the complete body. It is ignored once Stream was called.
	Body []byte
	// Written is the number of bytes of the body that were queued for writing,
	// for Config.Log.
	Written int64

	conn     *connection
	refusal  *http.Response // of the codec's
	asked    kernel.ID      // who is kept alive
	alarm    kernel.AlarmID
	begun    bool // its head is out
	ended    bool
	isLost   bool   // the connection is gone
	closes   bool   // the connection ends with it
	cancel   func() // ends a handler's job
	whenLost []func()
	whenLow  []func()
}

func newResponse(c *connection, request *http.Request) *Response {
	return &Response{Request: request, Status: http.StatusOK, Header: http.Header{}, conn: c}
}

// ResponseOf returns the response of an event of a route. It panics with a
// kernel.ArgError for any other event.
func ResponseOf(e kernel.Event) *Response { return kernel.Arg[*Response](e, 1) }

// Client returns the connection, for its addresses and TLS state.
func (r *Response) Client() *servertcp.Client { return r.conn.client }

// Lost reports whether the connection ended before the response did. POE:
// $response->connection->dead.
func (r *Response) Lost() bool { return r.isLost }

// WhenLost calls f in the connection's session if the connection ends before
// the response does; immediately if that has happened already.
func (r *Response) WhenLost(f func()) {
	if r.isLost {
		f()
		return
	}
	r.whenLost = append(r.whenLost, f)
}

// Done sends the response, or ends the body that was streamed, and lets the
// connection's next request be answered. Further calls of Done, and of Stream,
// Event and Close, do nothing, nor do they once the connection has ended. POE:
// the event DONE.
func (r *Response) Done() {
	if r.ended {
		return
	}
	if !r.begun {
		r.begun = true
		h := httpd.NewResponse(r.Request, r.Status, r.Body)
		r.fill(h)
		r.Written = int64(len(r.Body))
		r.conn.client.Put(h)
	} else {
		r.conn.client.Put(httpd.End{})
	}
	r.end()
}

// Stream sends a piece of the body, before the first one also the head of the
// response. It reports whether so much output is pending that the program
// should pause until WhenLow calls back. The piece is copied. POE: the event
// STREAM.
func (r *Response) Stream(piece []byte) (high bool) {
	if r.ended {
		return false
	}
	r.head()
	if len(piece) == 0 {
		return false
	}
	r.Written += int64(len(piece))
	r.conn.high = r.conn.client.Put(httpd.Chunk(piece))
	return r.conn.high
}

// head sends the head of a response whose body follows in pieces.
func (r *Response) head() {
	if r.begun {
		return
	}
	r.begun = true
	h := httpd.NewResponse(r.Request, r.Status, nil)
	h.Body, h.ContentLength = nil, -1
	h.Header.Del("Content-Length")
	if r.Header.Get("Content-Length") == "" {
		if r.Request.ProtoAtLeast(1, 1) {
			h.TransferEncoding = []string{"chunked"}
		} else {
			h.Close = true
		}
	}
	r.fill(h)
	r.conn.client.Put(h)
}

// fill adds the program's fields, and the server's where those are silent.
func (r *Response) fill(h *http.Response) {
	maps.Copy(h.Header, r.Header)
	for name, values := range r.conn.server.config.Header {
		if _, set := h.Header[name]; !set {
			h.Header[name] = values
		}
	}
	if httpguts.HeaderValuesContainsToken(h.Header["Connection"], "close") {
		h.Header.Del("Connection") // the codec writes it
		h.Close = true
	}
	h.Close = h.Close || r.conn.closing && len(r.conn.queue) == 1
	r.closes = h.Close
}

// WhenLow calls f once in the connection's session when the pending output has
// fallen to Server.Marks.Low; immediately if the last Stream did not report
// high. Once the response has ended, f is not called.
func (r *Response) WhenLow(f func()) {
	if r.ended {
		return
	}
	if !r.conn.high {
		f()
		return
	}
	r.whenLow = append(r.whenLow, f)
}

func (r *Response) resume() {
	waiting := r.whenLow
	r.whenLow = nil
	for _, f := range waiting {
		f()
	}
}

// Event sends a server-sent event (text/event-stream), before the first one
// also the head of the response. The name may be empty. The result is that of
// Stream.
func (r *Response) Event(name, data string) (high bool) {
	if !r.begun {
		r.Header.Set("Content-Type", "text/event-stream")
		r.Header.Set("Cache-Control", "no-cache")
	}
	return r.Stream(serverSentEvent(name, data))
}

// Close closes the connection without an answer, or in the middle of one. POE:
// the event CLOSE.
func (r *Response) Close() {
	if r.ended {
		return
	}
	r.begun, r.closes = true, true
	r.end()
}

// fail answers with a status and its text.
func (r *Response) fail(status int) {
	r.Status = status
	r.Header.Set("Content-Type", "text/plain; charset=utf-8")
	r.Body = fmt.Appendf(nil, "%d %s\n", status, http.StatusText(status))
	r.Done()
}

// post sends the route's event.
func (r *Response) post(t *Route) {
	k := r.conn.client.Kernel
	if err := k.Post(t.Session, t.Event, r.Request, r, r.Pattern); err != nil {
		k.Host().Logger().Warn("httpserver: nobody answers", "route", t.describe(), "error", err)
		r.fail(http.StatusInternalServerError)
		return
	}
	if id, err := k.Host().Resolve(t.Session); err == nil {
		if _, err := k.RefcountIncrement(id, r.conn.server.tag()); err == nil {
			r.asked = id
		}
	}
}

// tag is the reference count that keeps those alive who are to answer.
func (s *Server) tag() string { return "httpserver " + s.config.Alias }

// end is the end of every response, however it comes.
func (r *Response) end() {
	r.finish()
	if log := r.conn.server.config.Log; log != nil {
		log(r)
	}
	r.conn.next(r.closes)
}

// finish releases what a response holds.
func (r *Response) finish() {
	r.ended = true
	k := r.conn.client.Kernel
	if r.asked != (kernel.ID{}) {
		_, _ = k.RefcountDecrement(r.asked, r.conn.server.tag()) // counted in post
		r.asked = kernel.ID{}
	}
	if r.alarm != 0 {
		id := r.alarm
		r.alarm = 0
		r.conn.in(func() { _, _ = k.AlarmRemove(id) }) // fired or set in limit
	}
	if r.cancel != nil {
		r.cancel()
	}
	r.whenLow = nil
}

// lost is the end of a response whose connection has gone.
func (r *Response) lost() {
	if r.ended {
		return
	}
	r.isLost = true
	r.finish()
	if log := r.conn.server.config.Log; log != nil {
		log(r)
	}
	for _, f := range r.whenLost {
		f()
	}
}
