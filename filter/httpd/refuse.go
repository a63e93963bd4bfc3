package httpd

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"net/http"
	"strconv"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/internal/http1"
	"github.com/gopoe/poe/filter/internal/limits"
)

// The errors about a request: the causes in the error that [Cause] returns.
// Another cause is filter.ErrLimit.
var (
	ErrRequestLine = errors.New("malformed request line")                     // 400
	ErrTarget      = errors.New("malformed request target")                   // 400
	ErrHeader      = errors.New("malformed header field")                     // 400
	ErrHost        = errors.New("no Host field, several, or a malformed one") // 400
	ErrLength      = errors.New("malformed Content-Length")                   // 400
	ErrFraming     = errors.New("contradictory message length")               // 400
	ErrChunk       = errors.New("malformed chunk or trailer")                 // 400
	ErrNoLength    = errors.New("encoded content without Content-Length")     // 411
	ErrExpect      = errors.New("unknown expectation")                        // 417
	ErrCoding      = errors.New("unknown transfer coding")                    // 501
	ErrVersion     = errors.New("HTTP version is not 1.x")                    // 505
)

// fault is a bad request: the status it is answered with and why.
type fault struct {
	status int
	err    *filter.Error
}

func refusal(status int, cause error) *fault {
	return &fault{status, &filter.Error{Filter: name, Op: "decode", Err: cause}}
}

func limited(status int, limit string, value int) *fault {
	return &fault{status, limits.Exceeded(name, "decode", limit, value)}
}

// tooLarge is the fault of a head that is larger than MaxHeader.
func (f *Filter) tooLarge(head []byte) *fault {
	status := http.StatusRequestHeaderFieldsTooLarge
	if i := bytes.IndexByte(head, '\n'); i < 0 || i > f.config.MaxHeader {
		status = http.StatusRequestURITooLong
	}
	return limited(status, "MaxHeader", f.config.MaxHeader)
}

// bodyFault is the fault of a chunked body that failed with err.
func (f *Filter) bodyFault(err error) *fault {
	if err == http1.ErrTrailerSize {
		return limited(http.StatusRequestHeaderFieldsTooLarge, "MaxHeader", f.config.MaxHeader)
	}
	return refusal(http.StatusBadRequest, ErrChunk)
}

// asOurs is this package's name for an error about a body's length.
func asOurs(err error) error {
	if err == http1.ErrLength {
		return ErrLength
	}
	return ErrFraming
}

// errorPage is the body of a response to a bad request.
type errorPage struct {
	*http1.Content
	cause *filter.Error
}

// Cause returns the error for which this package made r, the answer to a bad
// request: a *filter.Error, in which errors.Is finds the errors of this package
// or filter.ErrLimit. It returns nil for any other response.
func Cause(r *http.Response) error {
	if page, ok := r.Body.(errorPage); ok {
		return page.cause
	}
	return nil
}

// response is the record for a bad request: complete, to be put as it is.
// Nothing of what the client sent is in it.
func (bad *fault) response(r *http.Request) *http.Response {
	title := strconv.Itoa(bad.status) + " " + http.StatusText(bad.status)
	detail := bad.err.Err.Error()
	var limit *filter.LimitError
	if errors.As(bad.err, &limit) {
		detail = fmt.Sprintf("The limit is %d bytes", limit.Max)
	}
	page := []byte("<!DOCTYPE html>\n<html><head><title>" + title + "</title></head>\n<body><h1>" + title +
		"</h1>\n<p>" + html.EscapeString(detail) + ".</p></body></html>\n")
	resp := bad.withPage(r, title, page)
	resp.Proto, resp.ProtoMajor, resp.ProtoMinor = "HTTP/1.1", 1, 1
	return resp
}

// withPage is a response with that status and body.
func (bad *fault) withPage(r *http.Request, status string, page []byte) *http.Response {
	return &http.Response{
		Status: status, StatusCode: bad.status,
		Header: http.Header{
			"Content-Type":   {"text/html"},
			"Content-Length": {strconv.Itoa(len(page))},
		},
		Body:          errorPage{http1.NewContent(page), bad.err},
		ContentLength: int64(len(page)),
		Request:       r,
		Close:         true,
	}
}
