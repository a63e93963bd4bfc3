// Package httpserver is an HTTP server whose requests are events:
// POE::Component::Server::SimpleHTTP in Go, on servertcp and the codec of
// filter/httpd.
//
//	_, err := httpserver.Listen(k, httpserver.Config{
//		Server: servertcp.Config{Port: 8080},
//		Routes: []httpserver.Route{
//			{Pattern: regexp.MustCompile(`^/time$`), Session: poe.Alias("clock"), Event: "asked"},
//			{Handler: http.FileServer(http.Dir("www"))},
//		},
//	})
//
//	// in the session "clock"
//	func (c *clock) asked(e poe.Event) {
//		r := httpserver.ResponseOf(e)
//		r.Header.Set("Content-Type", "text/plain")
//		r.Body = []byte(e.Kernel.Now().String())
//		r.Done()
//	}
//
// A route's event has POE's arguments: the *http.Request, the *Response, and
// the pattern that has matched as a string. The response may be completed at
// any time later, by any session of the kernel; until then the connection's
// next request waits, and the session that received the event is kept alive.
//
// The component is a session with an alias and these events, named as in POE:
//
//   - "DONE": a *Response that is complete, as [Response.Done];
//   - "CLOSE": a *Response whose connection is closed instead, as [Response.Close];
//   - "STREAM": a *Response and []byte or string, as [Response.Stream];
//   - "GETHANDLERS": a destination and an event that gets the []Route; a call
//     returns them;
//   - "SETHANDLERS": a []Route, as [Server.SetRoutes]; a call returns the error;
//   - "STOPLISTEN", "STARTLISTEN": stops and resumes accepting connections;
//   - "SHUTDOWN": ends the server, as [Server.Shutdown]. Without an argument it
//     closes all connections, as in POE; with "GRACEFUL" the requests that have
//     arrived are still answered, and a time.Duration bounds that;
//   - "shutdown": the same as "SHUTDOWN" with "GRACEFUL".
package httpserver

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"time"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/httpd"
	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/readwrite"
)

// The defaults of [Config]. DefaultMaxBody is in bytes, DefaultMaxPipelined is a
// number of requests, and DefaultIdle is that of Config.Server.Timeouts.Idle.
const (
	DefaultAlias        = "HTTPD" // as in POE
	DefaultMaxBody      = 1 << 20
	DefaultMaxPipelined = 16
	DefaultTimeout      = 5 * time.Minute
	DefaultIdle         = time.Minute
)

// Forever disables Config.Timeout and MountConfig.Timeout, and is no limit for
// Server.Shutdown.
const Forever = time.Duration(-1)

// Route selects requests and what answers them. Exactly one of Event, Handle
// and Handler must be set.
type Route struct {
	// Pattern is matched against the path of a request; nil matches every path.
	// POE: DIR.
	Pattern *regexp.Regexp
	// Method, if not empty, is the method that a request must have. GET
	// includes HEAD.
	Method string
	// Session receives Event, once per request. POE: SESSION and EVENT.
	Session kernel.Dest
	Event   string
	// Handle is called in the connection's session instead.
	Handle func(r *Response)
	// Handler answers instead, as in net/http: it runs on a goroutine of its
	// own, as a job of Offload. It may block and may use http.Flusher; Write
	// blocks while the peer does not read.
	Handler http.Handler
}

// Config configures a server. Every field but Routes is optional.
type Config struct {
	// Alias is the component's alias; if empty, it is DefaultAlias. POE: ALIAS.
	Alias string
	// Server configures the listening addresses, limits, time-outs and TLS. Its
	// Alias, filters, Acceptor, Dialogue, and the callbacks ClientInput,
	// ClientDrain, ClientLow and ClientHigh must not be set, nor Timeouts.Read.
	// Timeouts.Idle bounds the time until a request has arrived completely,
	// counted from the connection or the end of the previous response; 0 means
	// DefaultIdle. The time that an answer takes does not count.
	Server servertcp.Config
	// Routes are tried in order. A request that matches none is answered with
	// 404, or with 405 if only its method differs. POE: HANDLERS.
	Routes []Route
	// Header is added to every response that has no field of that name. POE:
	// HEADERS.
	Header http.Header
	// MaxBody is the maximum length of the body of a request in bytes; longer
	// ones are answered with 413. 0 means DefaultMaxBody.
	MaxBody int
	// MaxPipelined is how many requests of one connection may wait while an
	// earlier one is answered; then nothing more is read. 0 means
	// DefaultMaxPipelined.
	MaxPipelined int
	// Timeout is how long it may take until a response is begun; when it
	// expires, the answer is 503, and a warning with the route is logged. 0
	// means DefaultTimeout; Forever means no limit.
	Timeout time.Duration
	// Log, if not nil, is called in the connection's session when a response has
	// ended. POE: LOG2HANDLER.
	Log func(r *Response)
}

// Server is an HTTP server. Its methods belong to the kernel's goroutine.
type Server struct {
	k        *kernel.Kernel
	config   Config
	id       kernel.ID
	listener *servertcp.Listener
	accepts  int // MaxClients while it listens, for STARTLISTEN
	over     bool
}

// New starts a server, as a child of the active session. Errors of the
// listening socket are passed to Config.Server.Error. An invalid configuration
// is a *kernel.ConfigError; an alias that is in use is an error too.
func New(k *kernel.Kernel, config Config) (*Server, error) { return start(k, config, servertcp.New) }

// Listen is New, but listens before it returns, and returns the error, a
// *kernel.OpError, if that fails.
func Listen(k *kernel.Kernel, config Config) (*Server, error) {
	return start(k, config, servertcp.Listen)
}

func start(k *kernel.Kernel, config Config, listen func(*kernel.Kernel, servertcp.Config) (*servertcp.Listener, error)) (*Server, error) {
	if err := config.complete(); err != nil {
		return nil, err
	}
	s := &Server{k: k, config: config, accepts: config.Server.MaxClients}
	if s.accepts == 0 {
		s.accepts = -1
	}
	tcp := config.Server
	tcp.ClientFilter = s.newFilter
	tcp.ClientConnected = s.connected
	tcp.ClientInput = servertcp.Input(s.input)
	tcp.ClientError = s.clientError
	tcp.ClientDrain = s.drain
	tcp.ClientDisconnected = s.disconnected
	tcp.ClientKeepOnError = true // what was asked is still answered
	tcp.ClientLow = func(c *servertcp.Client) { connectionOf(c).low() }
	tcp.ClientHigh = func(*servertcp.Client) {}
	tcp.Timeouts.Idle = 0 // see connection.idle
	tcp.Stopped = s.stopped
	var failed error
	_, err := session.Create(k, s, states, &failed, func() (err error) {
		s.listener, err = listen(k, tcp)
		return err
	})
	if err = errors.Join(err, failed); err != nil {
		return nil, err
	}
	return s, nil
}

// complete fills in defaults and refuses what cannot work.
func (c *Config) complete() error {
	t := &c.Server
	switch {
	case t.Alias != "", t.ClientFilter != nil, t.ClientInputFilter != nil, t.ClientOutputFilter != nil,
		t.ClientInput != nil, t.Dialogue != nil, t.Acceptor != nil, t.ClientDrain != nil, t.ClientLow != nil, t.ClientHigh != nil:
		return configerror.New("httpserver", "Server", "has an alias, a filter or a callback that the component sets itself")
	case t.Timeouts.Read != 0:
		return configerror.New("httpserver", "Server.Timeouts.Read", "would end a connection while it is answered")
	case c.MaxBody < 0:
		return configerror.New("httpserver", "MaxBody", "is negative")
	case c.MaxPipelined < 0:
		return configerror.New("httpserver", "MaxPipelined", "is negative")
	case c.Timeout < Forever:
		return configerror.New("httpserver", "Timeout", "is negative")
	case len(c.Routes) == 0:
		return configerror.New("httpserver", "Routes", "is empty")
	}
	if err := checkRoutes(c.Routes); err != nil {
		return err
	}
	configerror.SetDefault(&c.Alias, DefaultAlias)
	configerror.SetDefault(&c.MaxBody, DefaultMaxBody)
	configerror.SetDefault(&c.MaxPipelined, DefaultMaxPipelined)
	configerror.SetDefault(&c.Timeout, DefaultTimeout)
	configerror.SetDefault(&t.Timeouts.Idle, DefaultIdle)
	if t.Marks == (readwrite.Marks{}) {
		t.Marks = readwrite.Marks{High: 64 << 10, Low: 16 << 10}
	}
	return nil
}

func checkRoutes(routes []Route) error {
	for i, r := range routes {
		field := fmt.Sprintf("Routes[%d]", i)
		ways := 0
		for _, set := range []bool{r.Event != "", r.Handle != nil, r.Handler != nil} {
			if set {
				ways++
			}
		}
		switch {
		case ways != 1:
			return configerror.New("httpserver", field, "needs one of Event, Handle and Handler")
		case r.Event != "" && r.Session == nil:
			return configerror.New("httpserver", field, "has an Event and no Session")
		}
	}
	return nil
}

// newFilter makes the codec of a connection. The configuration was checked.
func (s *Server) newFilter() filter.Filter {
	f, err := httpd.New(httpd.Config{MaxContent: s.config.MaxBody, MaxBuffer: s.config.MaxBody + 2*httpd.DefaultMaxHeader, ExpectContinue: true})
	if err != nil {
		panic(err) // cannot happen: the limits are positive
	}
	return f
}

// ID returns the component's session.
func (s *Server) ID() kernel.ID { return s.id }

// Addr returns the address at which the server listens, nil while it does not
// listen.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Stats returns the figures of the server's connections.
func (s *Server) Stats() servertcp.Stats { return s.listener.Stats() }
