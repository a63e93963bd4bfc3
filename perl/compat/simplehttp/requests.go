//go:build linux

package simplehttp

import (
	"maps"
	"net/http"
	"strings"

	"github.com/gopoe/poe/component/httpserver"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/perl/compat"
)

const responseClass = "POE::Component::Server::SimpleHTTP::Response"

func init() { perl.Inherit(responseClass, "HTTP::Response") }

// setHandlers is the event SETHANDLERS. It dies if one lacks a key.
func (s *server) setHandlers(v any) {
	if v == nil {
		perl.Die("HANDLERS is not defined")
	}
	var handlers []handler
	for _, one := range perl.A(v).All() {
		h := perl.H(one)
		for _, key := range []string{"a SESSION", "an EVENT", "a DIR"} {
			if h.Get(strings.Fields(key)[1]) == nil {
				perl.Die("HANDLER number %d does not have %s argument!", len(handlers), key)
			}
		}
		dir := perl.Str(h.Get("DIR"))
		handlers = append(handlers, handler{*targetOf(h), dir, perl.RE(dir, "")})
	}
	s.handlers = handlers
}

// getHandlers is the event GETHANDLERS: a session and an event.
func (s *server) getHandlers(e kernel.Event) {
	list := perl.NewArray()
	for _, h := range s.handlers {
		list.Push(perl.NewHash("DIR", h.dir, "SESSION", h.session, "EVENT", h.event))
	}
	s.post(e.Kernel, &target{e.Arg(0), perl.Str(e.Arg(1))}, list)
}

// request finds the handler of a request.
func (s *server) request(r *httpserver.Response) {
	k := r.Client().Kernel
	request := compat.RequestAt(r.Request, s.base+r.Request.RequestURI)
	s.post(k, s.log, request, r.Client().RemoteIP)
	for _, h := range s.handlers {
		if !h.pattern.Match(r.Request.URL.Path) {
			continue
		}
		connection := newConnection(r)
		response := compat.NewAnswer(responseClass, func(method string, _ []any) ([]any, bool) {
			if method == "connection" {
				return perl.L(connection), true
			}
			return nil, false
		})
		s.pending[response] = r
		r.WhenLost(func() { connection.Set("dead", 1) })
		_, _ = k.Call(s.front, "_handle", &h.target, request, response, h.dir)
		return
	}
	r.Status = http.StatusNotFound
	maps.Copy(r.Header, s.header)
	r.Header.Set("Content-Type", "text/plain")
	r.Body = []byte("404 Not Found")
	r.Done()
	notFound := compat.NewResponse(r.Status, "", request)
	notFound.SetContent(string(r.Body))
	s.post(k, s.log2, request, notFound)
}

// newConnection is what a response's connection is for the program.
func newConnection(r *httpserver.Response) *perl.Hash {
	c := r.Client()
	h := perl.NewHash("remote_ip", c.RemoteIP, "remote_port", c.RemotePort, "dead", 0, "ssl", perl.If(c.TLS != nil, 1, 0), "ID", idOf(c))
	perl.Bless(h, connectionClass)
	return h
}

func idOf(c *servertcp.Client) any {
	if c.Wheel == nil {
		return nil
	}
	return int(c.Wheel.ID())
}

const connectionClass = "POE::Component::Server::SimpleHTTP::Connection"

func init() {
	subs := perl.Subs{}
	for name := range strings.FieldsSeq("remote_ip remote_port dead ssl ID") {
		subs[name] = func(_ perl.Want, args ...any) []any { return perl.L(perl.H(args[0]).Get(name)) }
	}
	perl.Package(connectionClass, subs)
}

// taken is the response that an event names, nil if it was answered already.
func (s *server) taken(e kernel.Event) (*compat.Message, *httpserver.Response) {
	m, _ := e.Arg(0).(*compat.Message)
	r := s.pending[m]
	delete(s.pending, m)
	if r == nil {
		perl.WarnHere("%s: %s did not get a response that waits", class, e.Name)
	}
	return m, r
}

// done is the event DONE.
func (s *server) done(e kernel.Event) {
	m, r := s.taken(e)
	if r == nil {
		return
	}
	status, header, content := m.Answer()
	for name, values := range s.header {
		if header[name] == nil {
			header[name] = values
		}
	}
	if header["Content-Type"] == nil {
		header.Set("Content-Type", "text/plain")
	}
	if !s.keep {
		header.Set("Connection", "close")
	}
	maps.Copy(r.Header, header)
	r.Status, r.Body = status, []byte(content)
	r.Done()
	s.post(e.Kernel, s.log2, compat.RequestAt(r.Request, s.base+r.Request.RequestURI), m)
}

// close is the event CLOSE.
func (s *server) close(e kernel.Event) {
	if _, r := s.taken(e); r != nil {
		r.Close()
	}
}
