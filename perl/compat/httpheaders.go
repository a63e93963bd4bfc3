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

// headerCall calls a method that is about the fields of a message.
func (m *Message) headerCall(method string, w perl.Want, args []any) ([]any, bool) {
	switch method {
	case "header", "push_header", "init_header":
		if len(args) == 1 {
			if w == perl.List {
				return m.all(perl.Str(args[0])), true
			}
			return perl.L(m.get(perl.Str(args[0]))), true
		}
		for i := 0; i+1 < len(args); i += 2 {
			if method == "init_header" && m.get(perl.Str(args[i])) != nil {
				continue
			}
			m.set(perl.Str(args[i]), args[i+1], method == "header")
		}
		return nil, true
	case "remove_header":
		for _, a := range args {
			m.set(perl.Str(a), nil, true)
		}
		return nil, true
	case "headers":
		return perl.L(headersOf{m}), true
	case "headers_as_string":
		return perl.L(m.headers(end(args))), true
	case "authorization_basic":
		if len(args) == 0 {
			return m.basicAuthorization(w), true
		}
		r := http.Request{Header: http.Header{}}
		r.SetBasicAuth(perl.Str(args[0]), perl.Str(perl.At(args, 1)))
		m.set("Authorization", r.Header.Get("Authorization"), true)
		return nil, true
	case "header_field_names":
		var names []any
		for _, name := range m.fieldNames() {
			names = append(names, name)
		}
		return names, true
	case "content_type", "content_length", "server", "user_agent", "date", "last_modified", "authorization", "referer":
		return m.fieldCall(method, w, args), true
	}
	return nil, false
}

// fieldCall calls the method of one field, which returns its value until now.
func (m *Message) fieldCall(method string, w perl.Want, args []any) []any {
	old := m.get(method)
	if len(args) > 0 {
		m.set(method, args[0], true)
	}
	switch {
	case old == nil && method == "content_type":
		return perl.L("")
	case old == nil && w == perl.List && method != "date" && method != "last_modified":
		return nil
	}
	if method == "content_type" {
		first, parameters, found := strings.Cut(perl.Str(old), ";")
		if old = strings.ToLower(strings.TrimSpace(first)); w == perl.List && found {
			return perl.L(old, strings.TrimSpace(parameters))
		}
	}
	return perl.L(old)
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
