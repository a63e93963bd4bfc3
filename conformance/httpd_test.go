package conformance

import (
	"errors"
	"fmt"
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
	"316-filter-httpd-requests":  p316,
	"318-filter-httpd-errors":    p318,
	"319-filter-httpd-put":       p319,
	"322-filter-httpd-quirks":    p322,
	"323-filter-httpd-bodies":    p323,
	"324-filter-httpd-streaming": p324,
}

// newHTTPD is POE::Filter::HTTPD->new: with all its quirks.
func newHTTPD(p *port, cfg httpd.Config) *filter.Buffer {
	cfg.Quirks = true
	f, err := httpd.New(cfg)
	if err != nil {
		p.Fatal(err)
	}
	return filter.NewBuffer(f)
}

// pendingText is join ”, @{ $f->get_pending || [] }.
func pendingText(f *filter.Buffer) string {
	var s string
	for _, part := range f.Pending() {
		s += text(part)
	}
	return s
}

// httpdURI is $request->uri: Perl's URI escapes what RFC 2396 does not allow,
// in queries too.
func httpdURI(r *http.Request) string {
	const allowed = "-_.!~*'();/?:@&=+$,%#"
	var b strings.Builder
	for _, c := range []byte(r.URL.String()) {
		switch {
		case '0' <= c && c <= '9', 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', strings.IndexByte(allowed, c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

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
	case isLimit(cause, "MaxContent"):
		return "Content of " + strconv.FormatInt(r.Request.ContentLength, 10) + " octets not accepted."
	}
	return cause.Error()
}

// isLimit tells whether err is about this limit of a filter.
func isLimit(err error, limit string) bool {
	var e *filter.Error
	var l *filter.LimitError
	return errors.As(err, &e) && errors.As(err, &l) && l.Limit == limit
}

// httpdDied is what POE dies or croaks of.
func httpdDied(err error) string {
	var config *filter.ConfigError
	switch {
	case isLimit(err, "MaxBuffer"):
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
