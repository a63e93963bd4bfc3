// Package clientdns looks up names in the DNS without blocking:
// POE::Component::Client::DNS in Go. The codec is github.com/miekg/dns;
// sockets, time-outs, retries and the cache are on the kernel's loop and clock.
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
//   - "shutdown": all pending requests are answered with [ErrShutdown], and the
//     component ends.
//
// The asking session is kept alive until its answer has come. Questions are
// sent over UDP, each from a port of its own, and over TCP if the answer was
// truncated; with Config.TLS only over TLS. Equal questions that are pending at
// the same time are sent once. Answers are cached for their time to live.
package clientdns

import (
	"crypto/tls"
	"errors"
	"net/netip"
	"time"

	"github.com/miekg/dns"

	"github.com/gopoe/poe/component/clienttcp"
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

// Unlimited, as Config.CacheSize, disables the cache. No other field accepts
// it.
const Unlimited = -1

// Errors of an Answer, besides those of the network and *RcodeError.
var (
	ErrTimeout  = errors.New("clientdns: no name server has answered in time")
	ErrShutdown = errors.New("clientdns: the resolver has shut down")
	ErrBusy     = errors.New("clientdns: too many pending questions")
	ErrName     = errors.New("clientdns: not a name")
)

// Config configures a resolver. The zero value uses the system's name servers,
// search list and hosts file.
type Config struct {
	// Alias is the component's alias; if empty, it is DefaultAlias. POE: Alias.
	Alias string
	// Nameservers are asked in turn. If empty, they are those of ResolvConf, with
	// its search list and options. POE: Nameservers.
	Nameservers []netip.AddrPort
	// ResolvConf is the path of the file that has them; if empty, it is
	// /etc/resolv.conf.
	ResolvConf string
	// HostsFile is the path of the file of names that are known without a
	// question; if empty, it is /etc/hosts. A missing file counts as empty. It
	// is read again when it has changed. POE: Hosts.
	HostsFile string
	// Search are the domains that are appended to names with fewer than Ndots
	// dots. If Nameservers is set, there are none by default. An Ndots of 0 is
	// 1.
	Search []string
	Ndots  int
	// TLS, if not nil, sends questions over TLS (DoT, RFC 7858). Its ServerName
	// is required unless the certificates name the addresses of the name
	// servers.
	TLS *tls.Config
	// Socket, if not nil, makes the socket for a question to a name server in
	// place of the system's, for networks in memory for example; the component
	// owns it. Dial, if not nil, makes the connections for TCP and TLS, see
	// clienttcp.Config.
	Socket func(to netip.AddrPort) (*kernel.Handle, error)
	Dial   func(d *clienttcp.Dialing)
	// Timeout bounds a request in all; Retry is how long a server may take
	// before the next one is asked, which doubles with every round. If 0, they
	// are DefaultTimeout and DefaultRetry. POE: Timeout.
	Timeout, Retry time.Duration
	// MaxOpen bounds the questions that are sent at the same time, each on a
	// socket of its own, and MaxPending those that wait; further requests get
	// ErrBusy. If 0, they are DefaultMaxOpen and DefaultMaxPending.
	MaxOpen, MaxPending int
	// CacheSize bounds the cached answers, and MaxTTL how long they are kept.
	// If 0, they are DefaultCacheSize and DefaultMaxTTL; a CacheSize of
	// Unlimited disables the cache.
	CacheSize int
	MaxTTL    time.Duration
}

// Request is one question.
type Request struct {
	// Host is the name. If it is an IP address and Type is 0, its names (PTR)
	// are looked up. The search list is not applied to a name that ends with a
	// dot.
	Host string
	// Type and Class select the records; if 0, they are dns.TypeA and
	// dns.ClassINET.
	Type, Class uint16
	// Event is the event of the asking session that brings the answer.
	Event string
	// Context is copied to Answer.Context.
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

// New creates a resolver, as a child of the active session. The error is a
// *kernel.ConfigError, or that of the alias.
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
		_, err := e.Kernel.Host().Own(closer{r}, "requests")
		if err == nil {
			err = e.Kernel.AliasSet(r.config.Alias)
		}
		*kernel.Arg[*error](e, 0) = err
	},
	"_stop":    func(r *Resolver, e kernel.Event) { r.closeLookups() },
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
