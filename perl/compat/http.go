//go:build linux

package compat

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/gopoe/poe/filter/httpd"
	"github.com/gopoe/poe/perl"
)

// Message is an HTTP::Request or an HTTP::Response.
type Message struct {
	class   string
	method  any
	uri     any
	code    any
	message any
	proto   any
	header  [][2]string
	content string
	request any
	close   bool
	further func(method string, args []any) ([]any, bool) // methods of a class of its own
}

// PerlClass returns the name of the class in Perl.
func (m *Message) PerlClass() string { return m.class }

func request(r *http.Request) *Message {
	uri := r.RequestURI
	if strings.HasPrefix(uri, "//") { // which URI would take for a host
		uri = "/" + strings.TrimLeft(uri, "/")
	}
	m := &Message{class: "HTTP::Request", method: r.Method, uri: uri, proto: r.Proto, content: string(httpd.Content(r))}
	if r.Host != "" && r.Header.Get("Host") == "" {
		m.header = append(m.header, [2]string{"Host", r.Host})
	}
	m.addHeader(r.Header)
	return m
}

func responseObject(r *http.Response) *Message {
	m := &Message{class: "HTTP::Response", code: r.StatusCode, message: strings.TrimPrefix(r.Status, strconv.Itoa(r.StatusCode)+" "), proto: r.Proto, close: r.Close}
	if m.message == "" {
		m.message = http.StatusText(r.StatusCode)
	}
	m.addHeader(r.Header)
	if r.Request != nil {
		m.request = request(r.Request)
	}
	if r.Body != nil {
		body, _ := io.ReadAll(r.Body)
		m.content = string(body)
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return m
}

// response makes a message into one that the filter sends.
func response(v any) any {
	m, isMessage := v.(*Message)
	if !isMessage {
		return v
	}
	code := perl.Int(m.code)
	r := &http.Response{StatusCode: code, Status: strings.TrimSpace(strconv.Itoa(code) + " " + perl.Str(m.message)), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
		Body: io.NopCloser(strings.NewReader(m.content)), ContentLength: int64(len(m.content)), Close: m.close}
	if p := perl.Str(m.proto); !strings.HasSuffix(p, "1.1") {
		r.Proto, r.ProtoMinor = "HTTP/1.0", 0
	}
	for _, h := range m.header {
		r.Header.Add(h[0], h[1])
	}
	return r
}

// isRequest reports whether m is no response.
func (m *Message) isRequest() bool { return m.class == "HTTP::Request" }

func (m *Message) get(name string) any {
	var found []string
	for _, h := range m.header {
		if strings.EqualFold(h[0], strings.ReplaceAll(name, "_", "-")) {
			found = append(found, h[1])
		}
	}
	if found == nil {
		return nil
	}
	return strings.Join(found, ", ")
}

func (m *Message) all(name string) []any {
	var out []any
	for _, h := range m.header {
		if strings.EqualFold(h[0], strings.ReplaceAll(name, "_", "-")) {
			out = append(out, h[1])
		}
	}
	return out
}

func (m *Message) set(name string, v any, replace bool) {
	name = http.CanonicalHeaderKey(strings.ReplaceAll(name, "_", "-"))
	if replace {
		kept := m.header[:0:0]
		for _, h := range m.header {
			if !strings.EqualFold(h[0], name) {
				kept = append(kept, h)
			}
		}
		m.header = kept
	}
	if a, isList := v.(*perl.Array); isList {
		for _, x := range a.All() {
			m.header = append(m.header, [2]string{name, perl.Str(x)})
		}
	} else if v != nil {
		m.header = append(m.header, [2]string{name, perl.Str(v)})
	}
}

func accessor(p *any, args []any) []any {
	old := *p
	if len(args) > 0 {
		*p = args[0]
	}
	return perl.L(old)
}

// PerlCall calls a method of HTTP::Message by name and reports whether there is
// one.
func (m *Message) PerlCall(method string, w perl.Want, args []any) ([]any, bool) {
	if m.further != nil {
		if out, ok := m.further(method, args); ok {
			return out, true
		}
	}
	switch method {
	case "method":
		return accessor(&m.method, args), true
	case "uri", "url":
		if len(args) > 0 {
			m.uri = args[0]
		}
		return perl.L(uri(perl.Str(m.uri))), true
	case "code":
		return accessor(&m.code, args), true
	case "message":
		return accessor(&m.message, args), true
	case "protocol":
		return accessor(&m.proto, args), true
	case "request":
		return accessor(&m.request, args), true
	case "content", "decoded_content":
		old := m.content
		if len(args) > 0 && method == "content" {
			m.content = perl.Str(args[0])
		}
		return perl.L(old), true
	case "add_content":
		m.content += perl.Str(args[0])
		return nil, true
	case "as_string":
		return perl.L(m.asString(end(args))), true
	case "clone":
		copied := *m
		copied.header = append([][2]string(nil), m.header...)
		return perl.L(&copied), true
	case "is_success":
		return perl.L(perl.Int(m.code)/100 == 2), true
	case "is_error":
		return perl.L(perl.Int(m.code) >= 400), true
	case "is_redirect":
		return perl.L(perl.Int(m.code)/100 == 3), true
	case "status_line":
		return perl.L(m.statusLine()), true
	}
	return m.headerCall(method, w, args)
}

// uri is a URI: its string, and methods.
type uri string

// PerlString returns the text.
func (u uri) PerlString() string { return string(u) }

// PerlClass returns URI.
func (u uri) PerlClass() string { return "URI::http" }

// PerlCall calls a method of URI.
func (u uri) PerlCall(method string, _ perl.Want, args []any) ([]any, bool) {
	s := string(u)
	if i := strings.Index(s, "://"); i >= 0 {
		rest := s[i+3:]
		host, path, _ := strings.Cut(rest, "/")
		switch method {
		case "scheme":
			return perl.L(s[:i]), true
		case "host", "host_port", "authority":
			h, _, _ := strings.Cut(host, ":")
			if method != "host" {
				h = host
			}
			return perl.L(h), true
		case "port":
			_, p, has := strings.Cut(host, ":")
			if !has {
				p = "80"
			}
			return perl.L(perl.Int(p)), true
		}
		s = "/" + path
	}
	s, _, _ = strings.Cut(s, "#")
	path, query, has := strings.Cut(s, "?")
	switch method {
	case "path":
		return perl.L(path), true
	case "query":
		if !has {
			return perl.L(nil), true
		}
		return perl.L(query), true
	case "path_query":
		return perl.L(s), true
	case "as_string":
		return perl.L(string(u)), true
	case "query_form":
		var out []any
		for _, p := range strings.FieldsFunc(query, func(r rune) bool { return r == '&' || r == ';' }) {
			k, v, _ := strings.Cut(p, "=")
			out = append(out, perl.URIUnescape(strings.ReplaceAll(k, "+", " ")), perl.URIUnescape(strings.ReplaceAll(v, "+", " ")))
		}
		return out, true
	}
	return nil, false
}

func init() {
	headers := func(m *Message, v any) {
		switch v := v.(type) {
		case *perl.Array:
			l := v.All()
			for i := 0; i+1 < len(l); i += 2 {
				m.set(perl.Str(l[i]), l[i+1], false)
			}
		case *Message:
			m.header = append(m.header, v.header...)
		case headersOf:
			m.header = append(m.header, v.header...)
		}
	}
	perl.Package("HTTP::Response", perl.Subs{"new": func(_ perl.Want, args ...any) []any {
		m := &Message{class: "HTTP::Response", code: perl.At(args, 1), message: perl.At(args, 2), content: perl.Str(perl.At(args, 4))}
		headers(m, perl.At(args, 3))
		return perl.L(m)
	}})
	perl.Package("HTTP::Request", perl.Subs{"new": func(_ perl.Want, args ...any) []any {
		m := &Message{class: "HTTP::Request", method: perl.At(args, 1), uri: perl.At(args, 2), content: perl.Str(perl.At(args, 4))}
		headers(m, perl.At(args, 3))
		return perl.L(m)
	}})
	perl.Package("HTTP::Headers", perl.Subs{"new": func(_ perl.Want, args ...any) []any {
		m := &Message{class: "HTTP::Headers"}
		headers(m, perl.Copy(perl.From(args, 1)))
		return perl.L(m)
	}})
}
