package httpd

import (
	"net/http"
	"strconv"

	"github.com/gopoe/poe/filter/internal/http1"
)

// NewResponse makes the answer to r with the given status and body, which it
// keeps: of r's version, with the length of the body, and with Close set if the
// connection ends with it, as r asks for. Once such a response has been put
// and flushed, the connection serves the next request unless Close is set.
// Header has Content-Length, save with a status that has no body, and, for HTTP/1.0 clients that want to keep the
// connection, Connection; fields are the caller's to add.
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

// Continue is the response 100 Continue to r: the client, which has asked with
// "Expect: 100-continue", may send the body of r.
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
