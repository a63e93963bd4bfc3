package httpd

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gopoe/poe/filter/internal/http1"
)

// goodPractice is the order of fields that HTTP/1.1 recommends, general ones
// first and those about the content last, with the spelling of its standard
// (RFC 2616, 4.5, 5.3, 6.2 and 7.1). Other fields come behind them.
const goodPractice = "Cache-Control Connection Date Pragma Trailer Transfer-Encoding Upgrade Via Warning " +
	"Accept Accept-Charset Accept-Encoding Accept-Language Authorization Expect From Host If-Match " +
	"If-Modified-Since If-None-Match If-Range If-Unmodified-Since Max-Forwards Proxy-Authorization Range " +
	"Referer TE User-Agent " +
	"Accept-Ranges Age ETag Location Proxy-Authenticate Retry-After Server Vary WWW-Authenticate " +
	"Allow Content-Encoding Content-Language Content-Length Content-Location Content-MD5 Content-Range " +
	"Content-Type Expires Last-Modified"

// place is where a field stands and how it is spelled.
type place struct {
	rank int
	name string
}

// places holds the fields of goodPractice by their canonical name; it is never
// written to.
var places = rankFields()

func rankFields() map[string]place {
	m := map[string]place{}
	for i, name := range strings.Fields(goodPractice) {
		m[http.CanonicalHeaderKey(name)] = place{i, name}
	}
	return m
}

// placed is one field on its way out.
type placed struct {
	place
	values []string
}

// find returns the place of a field.
func find(key string) place {
	p, known := places[key]
	if !known {
		if p, known = places[http.CanonicalHeaderKey(key)]; !known {
			p = place{len(places), key}
		}
	}
	return p
}

// sortFields puts list in the order of good practice.
func sortFields(list []placed) {
	slices.SortFunc(list, func(a, b placed) int {
		if c := cmp.Compare(a.rank, b.rank); c != 0 {
			return c
		}
		return strings.Compare(strings.ToLower(a.name), strings.ToLower(b.name))
	})
}

// appendFields appends the fields of h, less those about the length that are
// not true of what is sent, with those that plan adds.
func (f *Filter) appendFields(dst []byte, h http.Header, plan bodyPlan) ([]byte, error) {
	var space [16]placed
	var length [1]string
	list := space[:0]
	if plan.length >= 0 {
		length[0] = strconv.FormatInt(plan.length, 10)
		list = append(list, placed{places["Content-Length"], length[:]})
	}
	if plan.close {
		list = append(list, placed{places["Connection"], []string{"close"}})
	}
	if plan.chunked {
		list = append(list, placed{places["Transfer-Encoding"], []string{"chunked"}})
	}
	for key, values := range h {
		field := placed{find(key), values}
		if !http1.IsToken(field.name) {
			return dst, putError(ErrHeader)
		}
		if field.name == "Transfer-Encoding" || field.name == "Content-Length" && plan.noLength {
			continue
		}
		list = append(list, field)
	}
	sortFields(list)
	for _, field := range list {
		for _, v := range field.values {
			dst = append(dst, field.name...)
			dst = append(dst, ": "...)
			dst = appendValue(dst, v)
			dst = append(dst, "\r\n"...)
		}
	}
	return dst, nil
}

// appendValue appends v without space around it and without line ends, so that
// it stays one line.
func appendValue(dst []byte, v string) []byte {
	v = strings.TrimSpace(v)
	if !strings.ContainsAny(v, "\r\n") {
		return append(dst, v...)
	}
	for i := 0; i < len(v); i++ {
		c := v[i]
		if c == '\r' || c == '\n' {
			c = ' '
		}
		dst = append(dst, c)
	}
	return dst
}
