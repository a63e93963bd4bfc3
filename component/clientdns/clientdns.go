// Package clientdns looks up names in the DNS without blocking:
// POE::Component::Client::DNS in Go. The codec is github.com/miekg/dns; sockets,
// time-outs, retries and the cache are the kernel's.
//
//	resolver, err := clientdns.New(k, clientdns.Config{})
//
//	// in a handler
//	e.Post(poe.Alias("resolver"), "resolve", clientdns.Request{Host: "example.com", Type: dns.TypeMX, Event: "got_mx"})
//
//	func (m *mailer) gotMX(e poe.Event) {
//		a := clientdns.AnswerOf(e)
//		if a.Err != nil { ... }
//		for _, mx := range a.MX() { ... }
//	}
//
// The component is a session with these events:
//
//   - "resolve": a [Request]; the sender gets the event that it names, with one
//     argument, an *[Answer];
//   - "shutdown": all pending questions are answered with [ErrShutdown], and the
//     component ends.
//
// The asking session is kept alive until its answer has come. Questions are asked
// over UDP, each from a port of its own, and over TCP if the answer was cut; with
// Config.TLS over TLS alone. Equal questions that are under way together are asked
// once. Answers are cached for as long as they allow.
package clientdns

import (
	"crypto/tls"
	"errors"
	"net/netip"
	"time"

	"github.com/miekg/dns"

	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Defaults of a Config.
const (
	DefaultAlias      = "resolver" // as in POE
	DefaultTimeout    = 90 * time.Second
	DefaultRetry      = 2 * time.Second
	DefaultMaxOpen    = 256
	DefaultMaxPending = 100_000
	DefaultCacheSize  = 10_000
	DefaultMaxTTL     = time.Hour
	DefaultUDPSize    = 1232 // bytes of an answer that are not fragmented on the way
)

// Unlimited switches a limit off, or the cache.
const Unlimited = -1

// Errors of answers, besides those of the network and [RcodeError].
var (
	ErrTimeout  = errors.New("clientdns: no name server has answered in time")
	ErrShutdown = errors.New("clientdns: the resolver has shut down")
	ErrBusy     = errors.New("clientdns: too many pending questions")
	ErrName     = errors.New("clientdns: not a name")
)

// Config configures a resolver. The zero value uses the system's name servers,
// search list and file of hosts.
type Config struct {
	// Alias is the component's alias; if empty, it is DefaultAlias. POE: Alias.
	Alias string
	// Nameservers are asked in turn. If empty, they are those of ResolvConf, with
	// its search list and options. POE: Nameservers.
	Nameservers []netip.AddrPort
	// ResolvConf is the file that names them; if empty, it is /etc/resolv.conf.
	ResolvConf string
	// HostsFile has names that are not asked; if empty, it is /etc/hosts. A file
	// that does not exist is none. It is read anew when it has changed. POE: Hosts.
	HostsFile string
	// Search are domains that are added to names with fewer than Ndots dots;
	// with Nameservers given there are none unless it is set. Ndots 0 is 1.
	Search []string
	Ndots  int
	// TLS, if not nil, asks over TLS (DoT). Its ServerName is required unless
	// the certificates have the addresses of the name servers.
	TLS *tls.Config
	// Timeout is how long a question may take in all, Retry how long a server
	// may take before the next one is asked; it doubles with every round. 0 are
	// the defaults. POE: Timeout.
	Timeout, Retry time.Duration
	// MaxOpen is how many questions are asked at the same time, each with a
	// socket, MaxPending how many may wait besides; one more gets ErrBusy. 0 are
	// the defaults.
	MaxOpen, MaxPending int
	// CacheSize is how many answers are kept, MaxTTL for how long at most. 0 are
	// the defaults; a CacheSize of Unlimited keeps none.
	CacheSize int
	MaxTTL    time.Duration
}

// Request is one question.
type Request struct {
	// Host is the name; an IP address is asked for its name (PTR) if Type is 0.
	// A name that ends with a dot is not looked for in the search list.
	Host string
	// Type and Class are what is asked for: dns.TypeA and dns.ClassINET if 0.
	Type, Class uint16
	// Event is the event that brings the answer.
	Event string
	// Context comes back with the answer.
	Context any
	// Timeout, if not 0, is used in place of Config.Timeout.
	Timeout time.Duration

	reply func(*Answer) // in place of the event
}

// Resolver is the component. Its methods belong to the kernel's goroutine.
type Resolver struct {
	k       *kernel.Kernel
	id      kernel.ID
	config  Config
	hosts   hosts
	cache   cache
	pending map[question]*lookup
	waiting []*lookup // for a socket
	open    int
	asked   int // requests without an answer
	server  int // the first to be asked next
	over    bool
}

// New makes a resolver, as a child of the active session.
func New(k *kernel.Kernel, config Config) (*Resolver, error) {
	if err := config.complete(); err != nil {
		return nil, err
	}
	r := &Resolver{k: k, config: config, pending: map[question]*lookup{}}
	r.cache.limit = config.CacheSize
	r.hosts.file = config.HostsFile
	var failed error
	_, err := session.Create(k, r, states, &failed)
	if err = errors.Join(err, failed); err != nil {
		return nil, err
	}
	return r, nil
}

var states = session.States[Resolver]{
	"_start": func(r *Resolver, e kernel.Event) {
		r.id = e.Session
		*kernel.Arg[*error](e, 0) = e.Kernel.AliasSet(r.config.Alias)
	},
	"_stop":    func(r *Resolver, e kernel.Event) { r.stop() },
	"resolve":  (*Resolver).resolveEvent,
	"shutdown": func(r *Resolver, _ kernel.Event) { r.Shutdown() },
}

// complete fills in defaults and refuses what cannot work.
func (c *Config) complete() error {
	for _, limit := range []struct {
		field    string
		negative bool
	}{
		{"Timeout", c.Timeout < 0}, {"Retry", c.Retry < 0}, {"MaxOpen", c.MaxOpen < 0}, {"MaxPending", c.MaxPending < 0},
		{"CacheSize", c.CacheSize < Unlimited}, {"MaxTTL", c.MaxTTL < 0}, {"Ndots", c.Ndots < 0},
	} {
		if limit.negative {
			return configError(limit.field, configerror.ErrNegative)
		}
	}
	configerror.SetDefault(&c.Alias, DefaultAlias)
	configerror.SetDefault(&c.HostsFile, "/etc/hosts")
	configerror.SetDefault(&c.Timeout, DefaultTimeout)
	configerror.SetDefault(&c.Retry, DefaultRetry)
	configerror.SetDefault(&c.MaxOpen, DefaultMaxOpen)
	configerror.SetDefault(&c.MaxPending, DefaultMaxPending)
	configerror.SetDefault(&c.CacheSize, DefaultCacheSize)
	configerror.SetDefault(&c.MaxTTL, DefaultMaxTTL)
	if err := c.readResolvConf(); err != nil {
		return err
	}
	configerror.SetDefault(&c.Ndots, 1)
	return nil
}

// readResolvConf fills in what the system's configuration says.
func (c *Config) readResolvConf() error {
	if len(c.Nameservers) > 0 {
		return nil
	}
	configerror.SetDefault(&c.ResolvConf, "/etc/resolv.conf")
	system, err := dns.ClientConfigFromFile(c.ResolvConf)
	if err != nil {
		return configError("ResolvConf", err)
	}
	port := uint16(53)
	if c.TLS != nil {
		port = 853
	}
	for _, server := range system.Servers {
		if addr, err := netip.ParseAddr(server); err == nil {
			c.Nameservers = append(c.Nameservers, netip.AddrPortFrom(addr, port))
		}
	}
	if len(c.Nameservers) == 0 {
		return configError("ResolvConf", errors.New(c.ResolvConf+" names no server"))
	}
	if c.Search == nil {
		c.Search = system.Search
	}
	configerror.SetDefault(&c.Ndots, system.Ndots)
	return nil
}

func configError(field string, err error) error {
	return &kernel.ConfigError{Package: "clientdns", Field: field, Err: err}
}
