package conformance

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/httpd"
)

// httpdPrograms are the ports of the programs about POE::Filter::HTTPD.
var httpdPrograms = map[string]func(*port){
	"316-filter-httpd-requests": p316,
	"318-filter-httpd-errors":   p318,
	"319-filter-httpd-put":      p319,
	"322-filter-httpd-quirks":   p322,
}

// httpdFeed is a filter with the bytes that wait for it.
type httpdFeed struct {
	filter.Filter
	buf []byte
}

// newHTTPD is POE::Filter::HTTPD->new: with all its quirks.
func newHTTPD(p *port, cfg httpd.Config) *httpdFeed {
	cfg.Quirks = true
	f, err := httpd.New(cfg)
	if err != nil {
		p.Fatal(err)
	}
	return &httpdFeed{Filter: f}
}

// get is POE's get(): all records that the bytes so far make.
func (h *httpdFeed) get(chunk string) ([]any, error) {
	h.buf = append(h.buf, chunk...)
	var recs []any
	for {
		rec, n, err := h.Decode(h.buf)
		h.buf = h.buf[n:]
		switch {
		case errors.Is(err, filter.ErrMore):
			return recs, nil
		case err != nil:
			return recs, err
		}
		recs = append(recs, rec)
	}
}

// pending is POE's get_pending.
func (h *httpdFeed) pending() any {
	if len(h.buf) == 0 {
		return nil
	}
	return h.buf
}

// httpdURI is $request->uri.
func httpdURI(r *http.Request) string { return r.URL.String() }

// httpdBody is $request->content.
func httpdBody(p *port, body io.Reader) string {
	b, err := io.ReadAll(body)
	if err != nil {
		p.Fatal(err)
	}
	return string(b)
}

// headerNames is `sort $r->headers->header_field_names`.
func headerNames(h http.Header) []string { return slices.Sorted(maps.Keys(h)) }

// httpdDetail is what POE writes into the page of an error response, up to a
// parenthesis.
func httpdDetail(r *http.Response) string {
	cause := httpd.Cause(r)
	switch {
	case errors.Is(cause, httpd.ErrRequestLine):
		return "Request line parse failure."
	case errors.Is(cause, httpd.ErrLength):
		return "Content-Length is not a number."
	case errors.Is(cause, httpd.ErrNoLength):
		return "No content length found."
	case cause != nil && cause.Limit == "MaxContent":
		return "Content of " + strconv.FormatInt(r.Request.ContentLength, 10) + " octets not accepted."
	}
	return cause.Error()
}

// httpdDied is what POE dies or croaks of.
func httpdDied(err error) string {
	var limit *filter.Error
	var config *filter.ConfigError
	switch {
	case errors.As(err, &limit) && limit.Limit == "MaxBuffer":
		return "Framing buffer exceeds the limit"
	case errors.As(err, &config) && config.Field == "MaxBuffer" && errors.Is(err, filter.ErrTooSmall):
		return "MaxBuffer is not large enough for MaxContent"
	}
	return err.Error()
}

// perlMessage is $response->message.
func perlMessage(r *http.Response) string {
	_, message, _ := strings.Cut(r.Status, " ")
	return message
}
