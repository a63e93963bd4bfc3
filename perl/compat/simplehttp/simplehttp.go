//go:build linux

// Package simplehttp is POE::Component::Server::SimpleHTTP for translated programs, on
// component/httpserver.
package simplehttp

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/component/httpserver"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/perl/compat"
	"github.com/gopoe/poe/session"
)

const class = "POE::Component::Server::SimpleHTTP"

func init() {
	perl.Package(class, perl.Subs{"new": newServer})
	perl.Native(func(*server) string { return class }, compat.Method(map[string]func(*server, []any) []any{
		"getsockname": (*server).getsockname,
		"session_id":  func(s *server, _ []any) []any { return perl.L(int(s.front.Number())) },
		"shutdown":    func(s *server, args []any) []any { s.tell("SHUTDOWN", args); return nil },
	}))
}

// server is the component as the program knows it.
type server struct {
	inner    *httpserver.Server
	front    kernel.ID
	alias    string
	base     string // of the URIs of requests
	handlers []handler
	header   http.Header
	keep     bool    // connections are kept after a response
	log      *target // before a request is handled
	log2     *target // after it
	pending  map[*compat.Message]*httpserver.Response
}

// target is a session and an event.
type target struct {
	session any
	event   string
}

// handler is one of HANDLERS.
type handler struct {
	target
	dir     string
	pattern *perl.Regexp
}

func newServer(_ perl.Want, args ...any) []any {
	c := compat.Options(class, args, "Alias Address Domain Port Hostname Headers Handlers KeepAlive LogHandler Log2Handler SetupHandler SSLKeyCert ProxyMode")
	s := &server{alias: "SimpleHTTP", header: http.Header{}, log: targetOf(c.Get("loghandler")), log2: targetOf(c.Get("log2handler")), pending: map[*compat.Message]*httpserver.Response{}}
	if v := c.Get("alias"); v != nil {
		s.alias = perl.Str(v)
	}
	if v := c.Get("headers"); v != nil {
		for _, name := range perl.H(v).Keys() {
			s.header.Set(perl.Str(name), perl.Str(perl.H(v).Get(perl.Str(name))))
		}
	}
	s.keep = perl.True(c.Get("keepalive"))
	s.setHandlers(c.Get("handlers"))
	config := httpserver.Config{Alias: s.alias + " (requests)", Timeout: httpserver.Forever, Server: servertcp.Config{
		Address: addressOf(c), Port: perl.Int(c.Get("port")), TLS: servertcp.TLS{Config: certificate(c.Get("sslkeycert"))},
	}}
	if setup := targetOf(c.Get("setuphandler")); setup != nil {
		config.Server.Started = func(l *servertcp.Listener) { s.post(l.Kernel, setup) }
	}
	config.Routes = []httpserver.Route{{Handle: s.request}}
	if perl.True(c.Get("proxymode")) {
		perl.Die("%s: the parameter PROXYMODE is not translated", class)
	}
	s.base = baseOf(c, config.Server.TLS.Config != nil)
	begin := func(k *kernel.Kernel) error { k.Yield("_listen"); return nil } // when the program's own sessions are there
	s.front = compat.FrontOf(s, s.alias, begin, session.Funcs{
		"_listen": func(e kernel.Event) {
			var err error
			if s.inner, err = httpserver.New(e.Kernel, config); err != nil {
				perl.Die("%s: %v", class, err)
			}
		},
		"_handle": func(e kernel.Event) { s.post(e.Kernel, e.Arg(0).(*target), e.Args[1:]...) },
		"DONE":    s.done, "CLOSE": s.close, "GETHANDLERS": s.getHandlers,
		"SETHANDLERS": func(e kernel.Event) { s.setHandlers(e.Arg(0)) },
		"STOPLISTEN":  s.pass, "STARTLISTEN": s.pass, "SHUTDOWN": s.shutdown,
		"STREAM":          func(kernel.Event) { perl.Die("%s: the event STREAM is not translated", class) },
		"SETCLOSEHANDLER": func(kernel.Event) { perl.Die("%s: the event SETCLOSEHANDLER is not translated", class) },
	})
	return perl.L(s)
}

// addressOf is the address to listen at: all of IPv4, with that domain alone.
func addressOf(c *perl.Hash) string {
	address, domain := perl.Str(c.Get("address")), c.Get("domain")
	switch {
	case domain != nil && perl.Int(domain) == unix.AF_UNIX:
		perl.Die("%s: sockets of the domain AF_UNIX are not translated", class)
	case address == "" && domain != nil && perl.Int(domain) == unix.AF_INET:
		return "0.0.0.0"
	}
	return address
}

// baseOf is what stands before the path in the URI of a request.
func baseOf(c *perl.Hash, encrypted bool) string {
	scheme, port := perl.If(encrypted, "https", "http"), perl.Int(c.Get("port"))
	host := perl.Str(c.Get("hostname"))
	if host == "" {
		host, _ = os.Hostname()
	}
	if port == 0 || port == 80 && !encrypted || port == 443 && encrypted {
		return scheme + "://" + host
	}
	return fmt.Sprintf("%s://%s:%d", scheme, host, port)
}

func certificate(v any) *tls.Config {
	if v == nil {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(perl.Str(perl.A(v).Get(1)), perl.Str(perl.A(v).Get(0)))
	if err != nil {
		perl.Die("%s: SSLKEYCERT: %v", class, err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}}
}

// targetOf is a hash with SESSION and EVENT, nil for undef.
func targetOf(v any) *target {
	if v == nil {
		return nil
	}
	h := perl.H(v)
	return &target{h.Get("SESSION"), perl.Str(h.Get("EVENT"))}
}

// post sends an event of the component to a target, if there is one.
func (s *server) post(k *kernel.Kernel, to *target, args ...any) {
	if to != nil {
		_ = k.Post(compat.Dest(to.session), to.event, args...)
	}
}

func (s *server) tell(event string, args []any) {
	_ = compat.Kernel().Post(s.front, event, args...)
}

func (s *server) pass(e kernel.Event) { _, _ = e.Kernel.Call(s.inner.ID(), e.Name, e.Args...) }

// shutdown closes what is open, or with GRACEFUL waits for what is asked.
func (s *server) shutdown(e kernel.Event) {
	_ = e.Kernel.AliasRemove(s.alias)
	if strings.EqualFold(perl.Str(e.Arg(0)), "GRACEFUL") {
		s.inner.Shutdown(httpserver.Forever)
		return
	}
	for _, r := range s.pending {
		r.Close()
	}
	s.inner.Shutdown(0)
}

func (s *server) getsockname([]any) []any {
	if s.inner == nil || s.inner.Addr() == nil {
		perl.Die("Can't call method \"getsockname\" on an undefined value")
	}
	return perl.L(perl.PackAddr(s.inner.Addr()))
}
