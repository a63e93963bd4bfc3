// Package clienthttp is an HTTP client whose requests and responses are events:
// POE::Component::Client::HTTP with POE::Component::Client::Keepalive in Go, on
// net/http.
//
//	_, err := clienthttp.New(k, clienthttp.Config{Alias: "ua"})
//
//	// in a handler
//	e.Post(poe.Alias("ua"), "request", "got_page", request, "front page")
//
//	func (b *bot) gotPage(e poe.Event) {
//		r := clienthttp.ResultOf(e)
//		if r.Err != nil { ... }
//		fmt.Println(r.Tag, r.Response.StatusCode, len(r.Body))
//	}
//
// The component is a session with these events:
//
//   - "request": the name of the event that brings the response, a *http.Request,
//     and optionally a tag, the name of a progress event, and the URL of a proxy;
//   - "cancel": a *http.Request which is to be given up; no response comes;
//   - "pending_requests_count", for calls;
//   - "shutdown": all pending requests get 408, and the component ends.
//
// A response event has POE's arguments, a list of the request and its tag and a
// list of the response and, with Streaming, one chunk; [ResultOf] gives the typed
// form. Responses come as events in the order of their arrival. The asking
// session is kept alive until its last response has come.
//
// A failure is a response as well, as in POE: status 500 with the header
// X-PCCH-Errmsg, 408 after the time-out, 400 for a request that cannot be sent;
// [Result.Err] is its cause.
//
// The requests themselves run on other goroutines; nothing here blocks the
// kernel. A request must not be changed until its response has come.
package clienthttp

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Defaults of a Config.
const (
	DefaultAlias      = "weeble" // as in POE
	DefaultTimeout    = 180 * time.Second
	DefaultMaxSize    = 16 << 20
	DefaultMaxOpen    = 128
	DefaultMaxPerHost = 4
	DefaultKeepAlive  = 15 * time.Second
	DefaultMaxPending = 100_000
)

// Unlimited switches a limit off.
const Unlimited = -1

// Config configures a client. The zero value is valid.
type Config struct {
	// Alias is the component's alias; empty is DefaultAlias.
	Alias string
	// Agent is the User-Agent of requests that have none; one is chosen at
	// random if there are several. Empty is "gopoe-clienthttp".
	Agent []string
	// From is the From header of requests that have none.
	From string
	// Timeout bounds a request from the moment at which the component gets it,
	// on the kernel's clock; 0 is DefaultTimeout, negative none.
	Timeout time.Duration
	// MaxSize bounds the body of a response, in bytes. A longer one is cut, as in
	// POE, and Result.Truncated is set. 0 is DefaultMaxSize, Unlimited none; with
	// Streaming it bounds the sum of the chunks.
	MaxSize int64
	// Streaming delivers the body in chunks of up to so many bytes, one event
	// each, and a last event without a chunk. The next chunk is read when the
	// event of the one before has been handled.
	Streaming int
	// NoTrace leaves out the headers traceparent and tracestate, which requests
	// that have none get while the kernel is observed: of the event that has asked.
	NoTrace bool
	// FollowRedirects is how many redirects are followed; 0 is none, as in POE.
	FollowRedirects int
	// Jar keeps cookies; nil keeps none. POE: CookieJar.
	Jar http.CookieJar
	// Proxy chooses the proxy of a request; nil takes it from the environment
	// variables HTTP_PROXY, HTTPS_PROXY and NO_PROXY. See http.ProxyURL.
	Proxy func(*http.Request) (*url.URL, error)
	// BindAddr is the local address of connections; the zero value leaves it to
	// the system.
	BindAddr netip.Addr
	// TLS configures https; nil is the system's roots and Go's defaults.
	TLS *tls.Config
	// Decompress asks for gzip and decodes it. POE leaves that to the program.
	Decompress bool

	// MaxOpen bounds the requests under way, MaxPerHost those to one host and
	// port; others wait for their turn in order. 0 are the defaults, Unlimited
	// no bound. POE: max_open and max_per_host of Client::Keepalive.
	MaxOpen, MaxPerHost int
	// KeepAlive is how long an idle connection is kept; 0 is DefaultKeepAlive,
	// negative closes connections after each request. POE: keep_alive.
	KeepAlive time.Duration
	// MaxPending bounds the requests that wait or are under way; one more gets
	// 500 at once. 0 is DefaultMaxPending.
	MaxPending int
	// Transport replaces the one that is made of the fields above, for tests
	// and other protocols. The component does not close it.
	Transport http.RoundTripper
}

// Errors that a Result carries besides those of net/http.
var (
	ErrTimeout  = errors.New("clienthttp: time-out")
	ErrShutdown = errors.New("clienthttp: the component has shut down")
	ErrBusy     = errors.New("clienthttp: too many pending requests")
	ErrRequest  = errors.New("clienthttp: the request cannot be sent")
)

// New makes a client, as a child of the active session.
func New(k *kernel.Kernel, config Config) (*Client, error) {
	if err := config.complete(); err != nil {
		return nil, err
	}
	c := &Client{k: k, config: config, transactions: map[*http.Request]*transaction{}, replayed: map[uint64]*transaction{}, perHost: map[string]int{}}
	c.http = &http.Client{Transport: config.Transport, Jar: config.Jar, CheckRedirect: c.checkRedirect}
	if config.Transport == nil {
		c.transport = newTransport(config)
		c.http.Transport = c.transport
	}
	var failed error
	_, err := session.Create(k, c, states, &failed)
	if err == nil {
		err = failed
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// complete fills in defaults and refuses what cannot work.
func (c *Config) complete() error {
	switch {
	case c.MaxSize < Unlimited:
		return configerror.New("clienthttp", "MaxSize", "must not be negative")
	case c.Streaming < 0:
		return configerror.New("clienthttp", "Streaming", "must not be negative")
	case c.FollowRedirects < 0:
		return configerror.New("clienthttp", "FollowRedirects", "must not be negative")
	case c.MaxOpen < Unlimited:
		return configerror.New("clienthttp", "MaxOpen", "must not be negative")
	case c.MaxPerHost < Unlimited:
		return configerror.New("clienthttp", "MaxPerHost", "must not be negative")
	case c.MaxPending < 0:
		return configerror.New("clienthttp", "MaxPending", "must not be negative")
	}
	configerror.SetDefault(&c.Alias, DefaultAlias)
	configerror.SetDefault(&c.Timeout, DefaultTimeout)
	configerror.SetDefault(&c.MaxSize, DefaultMaxSize)
	configerror.SetDefault(&c.MaxOpen, DefaultMaxOpen)
	configerror.SetDefault(&c.MaxPerHost, DefaultMaxPerHost)
	configerror.SetDefault(&c.KeepAlive, DefaultKeepAlive)
	configerror.SetDefault(&c.MaxPending, DefaultMaxPending)
	if len(c.Agent) == 0 {
		c.Agent = []string{"gopoe-clienthttp"}
	}
	return nil
}
