//go:build linux

package compat

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/gopoe/poe/perl"
)

// headerOrder is the order in which HTTP::Headers lists fields: general ones, those of
// requests, of responses, and of the content; others follow by name.
var headerOrder = strings.Fields(`Cache-Control Connection Date Pragma Trailer Transfer-Encoding Upgrade Via Warning
	Accept Accept-Charset Accept-Encoding Accept-Language Authorization Expect From Host If-Match If-Modified-Since If-None-Match If-Range
	If-Unmodified-Since Max-Forwards Proxy-Authorization Range Referer TE User-Agent
	Accept-Ranges Age ETag Location Proxy-Authenticate Retry-After Server Vary WWW-Authenticate
	Allow Content-Encoding Content-Language Content-Length Content-Location Content-MD5 Content-Range Content-Type Expires Last-Modified`)

// fieldNames are the names of a message's fields, each once.
func (m *Message) fieldNames() []string {
	var names []string
	for _, h := range m.header {
		if !slices.Contains(names, h[0]) {
			names = append(names, h[0])
		}
	}
	place := func(name string) int {
		i := slices.IndexFunc(headerOrder, func(known string) bool { return strings.EqualFold(known, name) })
		if i < 0 {
			return len(headerOrder)
		}
		return i
	}
	slices.SortStableFunc(names, func(a, b string) int {
		if d := place(a) - place(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return names
}

// headers is the text of the fields, each line with its end.
func (m *Message) headers(end string) string {
	var text strings.Builder
	for _, name := range m.fieldNames() {
		for _, v := range m.all(name) {
			text.WriteString(name + ": " + perl.Str(v) + end)
		}
	}
	return text.String()
}

// asString is the whole message.
func (m *Message) asString(end string) string {
	first := strings.TrimSpace(perl.Str(m.method)+" "+perl.Str(m.uri)+" "+perl.Str(m.proto)) + end
	switch {
	case m.class == "HTTP::Headers":
		return m.headers(end)
	case !m.isRequest():
		first = strings.TrimSpace(perl.Str(m.proto)+" "+m.statusLine()) + end
	}
	text := first + m.headers(end) + end + m.content
	if m.content != "" && !strings.HasSuffix(m.content, "\n") && end == "\n" {
		text += "\n"
	}
	return text
}

func (m *Message) statusLine() string {
	text := m.message
	if text == nil {
		text = http.StatusText(perl.Int(m.code))
	}
	return strings.TrimSpace(perl.Str(m.code) + " " + perl.Str(text))
}

// basicAuthorization returns user and password of the field of that name, nothing if
// there is none.
func (m *Message) basicAuthorization(w perl.Want) []any {
	r := &http.Request{Header: http.Header{"Authorization": {perl.Str(m.get("Authorization"))}}}
	user, password, ok := r.BasicAuth()
	switch {
	case !ok:
		return nil
	case w == perl.List:
		return []any{user, password}
	}
	return perl.L(user + ":" + password)
}

// addHeader adds the fields of a header, by name.
func (m *Message) addHeader(header http.Header) {
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, v := range header[name] {
			m.header = append(m.header, [2]string{name, v})
		}
	}
}

// end is the argument of as_string.
func end(args []any) string {
	if len(args) > 0 {
		return perl.Str(args[0])
	}
	return "\n"
}

// headersOf are the fields of a message as an object: HTTP::Headers.
type headersOf struct{ *Message }

// PerlClass returns HTTP::Headers.
func (h headersOf) PerlClass() string { return "HTTP::Headers" }

// PerlCall calls a method of HTTP::Headers by name and reports whether there is one.
func (h headersOf) PerlCall(method string, w perl.Want, args []any) ([]any, bool) {
	if method == "as_string" {
		return perl.L(h.headers(end(args))), true
	}
	return h.Message.PerlCall(method, w, args)
}
