package httpd

import (
	"net/http"
	"strconv"

	"github.com/gopoe/poe/filter/internal/http1"
)

// NewResponse returns a response to r with the given status and body, which it
// keeps. The response has the version of r and the length of the body, and
// Close is set if r requires that the connection ends with it. Once such a
// response has been put and flushed, the connection serves the next request
// unless Close is set. Header has Content-Length, except with a status that has
// no body, and Connection for HTTP/1.0 clients that keep the connection; the
// caller may add fields.
func NewResponse(r *http.Request, status int, body []byte) *http.Response {
	resp := answer(r, status)
	resp.Header = http.Header{}
	if status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified {
		resp.Header["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	resp.Body, resp.ContentLength, resp.Close = http1.NewContent(body), int64(len(body)), r.Close
	if !r.Close && !r.ProtoAtLeast(1, 1) {
		resp.Header["Connection"] = []string{"keep-alive"}
	}
	return resp
}

// Continue returns the response 100 Continue to r, which makes a client that
// has sent "Expect: 100-continue" send the body.
func Continue(r *http.Request) *http.Response {
	resp := answer(r, http.StatusContinue)
	resp.Header = http.Header{}
	return resp
}

func answer(r *http.Request, status int) *http.Response {
	resp := &http.Response{
		StatusCode: status, Status: strconv.Itoa(status) + " " + http.StatusText(status),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Request: r,
	}
	if !r.ProtoAtLeast(1, 1) {
		resp.Proto, resp.ProtoMinor = "HTTP/1.0", 0
	}
	return resp
}
