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
//   - "cancel": a *http.Request to abandon; no response comes;
//   - "pending_requests_count", for calls;
//   - "shutdown": all pending requests get 408, and the component ends.
//
// A response event has POE's arguments, a list of the request and its tag and a
// list of the response and, with Streaming, one chunk; [ResultOf] gives the
// typed form. Response events are in the order in which the responses arrive.
// The asking session is kept alive until its last response has come.
//
// A failure is a response as well, as in POE: status 500 with the header
// X-PCCH-Errmsg, 408 after the time-out, 400 for a request that cannot be sent;
// [Result.Err] is its cause.
//
// The requests run on other goroutines and never block the kernel. A request
// must not be changed until its response has come.
package clienthttp

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/gopoe/poe/component/clienthttp/internal/turns"
	"github.com/gopoe/poe/component/internal/service"
	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
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

// Unlimited disables the limit of MaxSize, MaxOpen or MaxPerHost.
const Unlimited = -1

// Config configures a client. The zero value is valid.
type Config struct {
	// Alias is the component's alias; empty is DefaultAlias.
	Alias string
	// Agent is the User-Agent of requests without one, chosen at random if
	// there are several. If empty, it is "gopoe-clienthttp".
	Agent []string
	// From is the From header of requests without one; if empty, none is added.
	From string
	// Timeout bounds a request, from its arrival at the component, on the
	// kernel's clock. 0 is DefaultTimeout; if negative, there is no limit.
	Timeout time.Duration
	// MaxSize bounds the body of a response, in bytes, or with Streaming the
	// sum of the chunks. A longer one is truncated, as in POE, and
	// Result.Truncated is set. 0 is DefaultMaxSize; Unlimited disables the
	// limit.
	MaxSize int64
	// Streaming, if not 0, delivers the body in chunks of up to that many
	// bytes, one event each, and a last event without a chunk. The next chunk
	// is read after the event of the one before has been handled.
	Streaming int
	// NoTrace disables the headers traceparent and tracestate of the requesting
	// event, which are added to requests without them while the kernel is
	// observed.
	NoTrace bool
	// FollowRedirects bounds the redirects that are followed; 0 follows none,
	// as in POE.
	FollowRedirects int
	// Jar stores cookies. If nil, cookies are neither stored nor sent. POE:
	// CookieJar.
	Jar http.CookieJar
	// Proxy chooses the proxy of a request. If nil, the environment variables
	// HTTP_PROXY, HTTPS_PROXY and NO_PROXY do. See http.ProxyURL.
	Proxy func(*http.Request) (*url.URL, error)
	// BindAddr is the local address of connections; if it is the zero Addr, the
	// system chooses.
	BindAddr netip.Addr
	// TLS configures https. If nil, it is the system's roots and Go's defaults.
	TLS *tls.Config
	// Decompress requests gzip encoding and decodes it. POE leaves that to the
	// program. Encodings are decoded as well then, and preferred in their order;
	// package clienthttp/zstd has one.
	Decompress bool
	Encodings  []Encoding

	// MaxOpen bounds the requests in progress, MaxPerHost those to one host and
	// port; others wait in order. If 0, they are DefaultMaxOpen and
	// DefaultMaxPerHost; Unlimited disables a limit. POE: max_open and
	// max_per_host of Client::Keepalive.
	MaxOpen, MaxPerHost int
	// KeepAlive is how long an idle connection is kept. 0 is DefaultKeepAlive;
	// if negative, connections are closed after each request. POE: keep_alive.
	KeepAlive time.Duration
	// MaxPending bounds the requests that wait or are in progress; further ones
	// get 500 with ErrBusy at once. 0 is DefaultMaxPending.
	MaxPending int
	// Transport replaces the transport that the fields above configure, for
	// tests and other protocols. The component does not close it. If nil, the
	// component makes one.
	Transport http.RoundTripper
}

// Errors of a Result, besides those of net/http.
var (
	ErrTimeout  = errors.New("clienthttp: time-out")
	ErrShutdown = errors.New("clienthttp: the component has shut down")
	ErrBusy     = errors.New("clienthttp: too many pending requests")
	ErrRequest  = errors.New("clienthttp: the request cannot be sent")
)

// New creates a client, as a child of the active session. The error is a
// *kernel.ConfigError, or that of the alias.
func New(k *kernel.Kernel, config Config) (*Client, error) {
	if err := config.complete(); err != nil {
		return nil, err
	}
	c := &Client{k: k, service: service.New(k, "clienthttp", config.Alias), config: config, transactions: map[*http.Request]*transaction{}, replayed: map[uint64]*transaction{}, turns: turns.New[*transaction](config.MaxOpen, config.MaxPerHost)}
	transport := config.Transport
	if transport == nil {
		c.transport = newTransport(config)
		transport = c.transport
		if config.Decompress && len(config.Encodings) > 0 {
			transport = newDecoding(c.transport, config.Encodings)
		}
	}
	c.http = &http.Client{Transport: newDefaulting(transport, &c.config), Jar: config.Jar, CheckRedirect: c.checkRedirect}
	if err := service.Create(k, c, states); err != nil {
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
	case len(c.Encodings) > 0 && !c.Decompress:
		return configerror.New("clienthttp", "Encodings", "need Decompress")
	}
	for _, e := range c.Encodings {
		if e.Name == "" || e.NewReader == nil {
			return configerror.New("clienthttp", "Encodings", "need a Name and a NewReader")
		}
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
