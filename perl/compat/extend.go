//go:build linux

package compat

import (
	"cmp"
	"io"
	"net/http"
	"strings"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/session"
)

// What follows is for the packages below this one, which are components of CPAN: a
// session in front of a component of the module, which translates between the two.

// Front makes the session with the alias by which the program knows a component, which
// begin makes as its child. It dies if that fails.
func Front(alias string, begin func(k *kernel.Kernel) error, states session.Funcs) kernel.ID {
	return FrontOf(nil, alias, begin, states)
}

// FrontOf is Front for a component whose object is the session's heap for the program.
// The alias may be empty.
func FrontOf(object any, alias string, begin func(k *kernel.Kernel) error, states session.Funcs) kernel.ID {
	states["_start"] = func(e kernel.Event) {
		var err error
		if alias != "" {
			err = e.Kernel.AliasSet(alias)
		}
		if err == nil {
			err = begin(e.Kernel)
		}
		if err != nil {
			perl.Die("%v", err)
		}
	}
	states["_child"], states["_stop"] = func(kernel.Event) {}, func(kernel.Event) {}
	s, err := session.New(Kernel(), session.Config[box]{Heap: &box{heap: object}, Funcs: states})
	if err != nil {
		failed(err)
	}
	return s.ID()
}

// FilterOf returns the filter of a POE::Filter object of the program, or of the name of
// a class.
func FilterOf(v any) filter.Filter { return filterOf(v) }

// Options returns the arguments of a class method as a hash. It dies if they are no
// pairs, or if one is none of the known names, which are separated by spaces.
func Options(class string, args []any, known string) *perl.Hash {
	c := pairs(args, class+"->spawn() requires an even number of parameters")
	names := strings.Fields(known)
	for _, key := range c.Keys() {
		found := false
		for _, name := range names {
			found = found || strings.EqualFold(name, perl.Str(key))
		}
		if !found {
			perl.Die("%s: the parameter %s is not translated", class, perl.Str(key))
		}
	}
	return LowerKeys(c)
}

// LowerKeys returns a copy of a hash with its keys in lower case.
func LowerKeys(c *perl.Hash) *perl.Hash {
	lower := perl.NewHash().Borrow()
	for _, key := range c.Keys() {
		lower.Set(strings.ToLower(perl.Str(key)), c.Get(perl.Str(key)))
	}
	return lower
}

// Method finds the method of an object in a table; it is for Native.
func Method[T any](table map[string]func(T, []any) []any) func(T, string, perl.Want, []any) ([]any, bool) {
	return func(obj T, method string, _ perl.Want, args []any) ([]any, bool) {
		f, ok := table[method]
		if !ok {
			return nil, false
		}
		return f(obj, args), true
	}
}

// Request returns the request which an HTTP::Request describes.
func (m *Message) Request() (*http.Request, error) {
	r, err := http.NewRequest(perl.Str(m.method), perl.Str(m.uri), strings.NewReader(m.content))
	if err != nil {
		return nil, err
	}
	for _, h := range m.header {
		if strings.EqualFold(h[0], "Host") {
			r.Host = h[1]
			continue
		}
		r.Header.Add(h[0], h[1])
	}
	return r, nil
}

// ResponseTo returns the HTTP::Response of a response, whose body is given, to a
// request of the program.
func ResponseTo(r *http.Response, body []byte, request any) *Message {
	copied := *r
	copied.Body = io.NopCloser(strings.NewReader(string(body)))
	m := responseObject(&copied)
	m.request = request
	return m
}

// RequestAt returns the HTTP::Request of a request to a server whose URI is given.
func RequestAt(r *http.Request, uri string) *Message {
	m := request(r)
	m.uri = uri
	return m
}

// NewAnswer returns a response of a class that inherits from HTTP::Response, to a
// request of a peer; method calls those methods that the class has of its own, and
// reports whether it has one of that name.
func NewAnswer(class string, method func(name string, args []any) ([]any, bool)) *Message {
	return &Message{class: class, further: method}
}

// Answer returns what a response says. Its status is 200 if it has none.
func (m *Message) Answer() (status int, header http.Header, content string) {
	header = http.Header{}
	for _, h := range m.header {
		header.Add(h[0], h[1])
	}
	return cmp.Or(perl.Int(m.code), http.StatusOK), header, m.content
}

// SetContent sets the content of a message.
func (m *Message) SetContent(content string) { m.content = content }

// NewResponse returns the HTTP::Response to a request that a component answers itself.
func NewResponse(code int, message string, request any) *Message {
	return &Message{class: "HTTP::Response", code: code, message: message, request: request}
}
