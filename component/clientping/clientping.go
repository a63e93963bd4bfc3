// Package clientping pings hosts by ICMP without blocking:
// POE::Component::Client::Ping in Go. The codec is golang.org/x/net/icmp;
// sockets and time-outs are on the kernel's loop and clock.
//
//	clientping.New(k, clientping.Config{OneReply: true})
//
//	e.Post(poe.Alias("pinger"), "ping", clientping.Request{Addr: "192.0.2.1", Event: "pong"})
//
//	func (m *monitor) pong(e poe.Event) {
//		r := clientping.ReplyOf(e)
//		if r.Err != nil { ... }
//		fmt.Println(r.From, r.RoundTrip)
//	}
//
// The component is a session with these events:
//
//   - "ping": a [Request], or as in POE the event, or a list of it and a value
//     to return with replies, the address, and optionally the time-out and the
//     number of attempts;
//   - "clear": cancels the sender's pings to an address, or all of them,
//     without a reply;
//   - "shutdown": pending pings are answered with [ErrShutdown], and the
//     component ends.
//
// The event of a reply has POE's arguments, a list of address, time-out, time
// and value, and a list of the address that has replied, nil at the end, the
// round-trip time and the time, and a [*Reply]. Without Config.OneReply every
// reply is an event, and the end of the time-out another one. The asking
// session is kept alive until the last event of its pings.
//
// Sockets are unprivileged where the system allows it (on Linux by
// net.ipv4.ping_group_range), or else raw, which needs a privilege. The time to
// live of replies is not reported.
package clientping

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/gopoe/poe/component/internal/icmpecho"
	"github.com/gopoe/poe/component/internal/service"
	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Defaults of a Config.
const (
	DefaultAlias       = "pinger"    // as in POE
	DefaultTimeout     = time.Second // as in POE
	DefaultParallelism = 256
	DefaultMaxPending  = 100_000
	DefaultPayload     = 56
)

// Errors of replies.
var (
	ErrTimeout  = errors.New("clientping: no reply in time")
	ErrShutdown = errors.New("clientping: the component has shut down")
	ErrBusy     = errors.New("clientping: too many pending pings")
)

// Config configures the component. Every field is optional.
type Config struct {
	// Alias is the component's alias; empty is DefaultAlias.
	Alias string
	// Socket and Socket6 are sockets for ICMP and ICMPv6, which the component
	// then owns. If nil, one is opened when it is needed. Raw declares that
	// Socket is a raw one, whose datagrams begin with the IP header.
	Socket, Socket6 *kernel.Handle
	Raw             bool
	// Timeout is how long to wait for a reply; 0 is DefaultTimeout. Retry is
	// the number of attempts in all; 0 is one.
	Timeout time.Duration
	Retry   int
	// OneReply ends a ping with its first reply. POE: OneReply.
	OneReply bool
	// Parallelism bounds the pings in progress, at most 32768, and MaxPending
	// those that wait; further ones get ErrBusy. If 0, they are
	// DefaultParallelism and DefaultMaxPending.
	Parallelism, MaxPending int
	// Payload is the number of bytes of data in a ping, from 16 to 65,000. 0 is
	// DefaultPayload.
	Payload int
}

// Request is one ping.
type Request struct {
	// Addr is an IP address or a name, which is looked up first. Event is the
	// event of the asking session that brings the replies.
	Addr  string
	Event string
	// Timeout and Retry replace those of the configuration, unless 0.
	Timeout time.Duration
	Retry   int
	// Context is for the program's use; replies have it in Reply.Request.
	Context any
}

// Reply is a reply to a ping, or its end.
type Reply struct {
	Request Request
	// From is the address that has replied; the zero Addr in an event that only
	// ends the ping.
	From netip.Addr
	// RoundTrip is the time from the attempt's packet to the reply's.
	RoundTrip time.Duration
	// Attempt counts the attempts from 1.
	Attempt int
	// Replies is the number of replies so far.
	Replies int
	// Last reports whether this is the last event of the ping. Err is nil if
	// there was a reply, else ErrTimeout, ErrShutdown, ErrBusy or the reason
	// why the ping could not be sent.
	Last bool
	Err  error
}

// ReplyOf returns the typed form of a reply's event. It panics with a
// kernel.ArgError for any other event.
func ReplyOf(e kernel.Event) *Reply { return kernel.Arg[*Reply](e, 2) }

// Pinger is the component. Its methods belong to the kernel's goroutine.
type Pinger struct {
	k        *kernel.Kernel
	service  service.Service
	config   Config
	sockets  [2]*icmpecho.Socket // for IPv4 and IPv6
	given    [2]bool             // by the program, and not opened again
	waiting  []*ping
	active   map[uint16]*ping // by their sequence number
	looked   map[*ping]bool   // whose names are looked up
	next     uint16
	serial   uint64 // of the last ping
	starting bool   // startNext is at work
	over     bool
}

// New creates the component, as a child of the active session. The error is a
// *kernel.ConfigError, or that of the alias or a socket.
func New(k *kernel.Kernel, c Config) (*Pinger, error) {
	if err := cmp.Or(
		configerror.NotNegative("clientping", "Timeout", c.Timeout),
		configerror.NotNegative("clientping", "Retry", c.Retry),
		configerror.NotNegative("clientping", "MaxPending", c.MaxPending),
	); err != nil {
		return nil, err
	}
	switch {
	case c.Parallelism < 0 || c.Parallelism > 32768:
		return nil, configerror.New("clientping", "Parallelism", "must be from 1 to 32768, or 0 for the default")
	case c.Payload != 0 && (c.Payload < tokenSize || c.Payload > 65_000):
		return nil, configerror.New("clientping", "Payload", "must be from 16 to 65000, or 0 for the default")
	}
	configerror.SetDefault(&c.Alias, DefaultAlias)
	configerror.SetDefault(&c.Timeout, DefaultTimeout)
	configerror.SetDefault(&c.Retry, 1)
	configerror.SetDefault(&c.Parallelism, DefaultParallelism)
	configerror.SetDefault(&c.MaxPending, DefaultMaxPending)
	configerror.SetDefault(&c.Payload, DefaultPayload)
	p := &Pinger{k: k, service: service.New(k, "clientping", c.Alias), config: c, active: map[uint16]*ping{}, looked: map[*ping]bool{}}
	if err := service.Create(k, p, states); err != nil {
		return nil, err
	}
	return p, nil
}

var states = session.States[Pinger]{
	"_start":   func(p *Pinger, e kernel.Event) { p.service.Start(e, "pings", p.close, p.start) },
	"_stop":    func(*Pinger, kernel.Event) {},
	"ping":     (*Pinger).pingEvent,
	"clear":    (*Pinger).clear,
	"timeout":  func(_ *Pinger, e kernel.Event) { kernel.Arg[*ping](e, 0).timeout() },
	"shutdown": func(p *Pinger, _ kernel.Event) { p.Shutdown() },
}

// start watches the sockets that were given.
func (p *Pinger) start(kernel.Event) (err error) {
	for i, h := range []*kernel.Handle{p.config.Socket, p.config.Socket6} {
		if h != nil && err == nil {
			p.given[i] = true
			p.sockets[i], err = icmpecho.New(p.k, h, i == 1, p.config.Raw && i == 0, p.receiver(i))
		}
	}
	return err
}

// receiver gives replies to the pings that wait for them, of IPv4 or IPv6.
func (p *Pinger) receiver(i int) func(from netip.Addr, seq uint16, data []byte) {
	return func(from netip.Addr, seq uint16, data []byte) {
		if g := p.active[seq]; g != nil && index(g.addr) == i {
			g.replied(from, data)
		}
	}
}

// socket returns the socket for an address, and opens it if there is none.
func (p *Pinger) socket(addr netip.Addr) (s *icmpecho.Socket, err error) {
	i := index(addr)
	if p.sockets[i] == nil {
		if s, err = icmpecho.Open(p.k, i == 1, p.receiver(i)); err != nil {
			return nil, err
		}
		p.sockets[i] = s
	}
	return p.sockets[i], nil
}

func index(addr netip.Addr) int {
	if addr.Is6() {
		return 1
	}
	return 0
}

// pingEvent handles "ping".
func (p *Pinger) pingEvent(e kernel.Event) {
	r, ok := kernel.ArgOK[Request](e, 0)
	if !ok {
		r, ok = oldRequest(e)
	}
	if !ok || r.Event == "" {
		p.k.Host().Logger().Warn("clientping: ping needs a Request with an event", "sender", e.Sender, "args", e.Args)
		return
	}
	p.begin(e.Sender, r)
}

// oldRequest reads the arguments of POE: event or [event, value], address, time-out,
// attempts.
func oldRequest(e kernel.Event) (r Request, ok bool) {
	switch v := e.Arg(0).(type) {
	case string:
		r.Event = v
	case []any:
		if len(v) > 0 {
			r.Event, _ = v[0].(string)
		}
		if len(v) > 1 {
			r.Context = v[1]
		}
	}
	switch v := e.Arg(1).(type) {
	case string:
		r.Addr = v
	case netip.Addr:
		r.Addr = v.String()
	}
	switch v := e.Arg(2).(type) {
	case time.Duration:
		r.Timeout = v
	case float64:
		r.Timeout = time.Duration(v * float64(time.Second))
	case int:
		r.Timeout = time.Duration(v) * time.Second
	}
	r.Retry, _ = kernel.ArgOK[int](e, 3)
	return r, r.Addr != ""
}

// Ping pings for the active session. The error is kernel.ErrInvalid outside of
// any session and for a request without an event; other errors are reported by
// a reply.
func (p *Pinger) Ping(r Request) error {
	id := p.k.ActiveSession()
	if id == p.k.ID() || r.Event == "" {
		return fmt.Errorf("clientping: Ping: %w", kernel.ErrInvalid)
	}
	p.begin(id, r)
	return nil
}

// begin takes a ping on.
func (p *Pinger) begin(asker kernel.ID, r Request) {
	if err := p.service.Keep(asker); err != nil {
		return // it has stopped meanwhile
	}
	p.serial++
	g := &ping{p: p, asker: asker, request: r, asked: p.k.Now(), serial: p.serial}
	configerror.SetDefault(&g.request.Timeout, p.config.Timeout)
	configerror.SetDefault(&g.request.Retry, p.config.Retry)
	addr, err := netip.ParseAddr(r.Addr)
	switch {
	case p.over:
		g.end(ErrShutdown)
	case len(p.waiting)+len(p.looked) >= p.config.MaxPending:
		g.end(ErrBusy)
	case err != nil:
		p.lookUp(g)
	default:
		p.queue(g, addr)
	}
}

// lookUp finds the address of a name.
func (p *Pinger) lookUp(g *ping) {
	p.looked[g] = true
	var err error
	p.service.In(func(kernel.Event) {
		_, err = p.k.Host().OffloadFunc(nil, "clientping: look up", func(ctx context.Context) (any, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", g.request.Addr)
		}, func(_ kernel.Event, found any, err error) {
			if !p.looked[g] {
				return // it was cleared
			}
			delete(p.looked, g)
			if addrs, _ := found.([]netip.Addr); err == nil && len(addrs) > 0 {
				p.queue(g, addrs[0])
				return
			}
			g.end(err)
		})
	})
	if err != nil {
		delete(p.looked, g)
		g.end(err)
	}
}

func (p *Pinger) queue(g *ping, addr netip.Addr) {
	g.addr = addr.Unmap()
	p.waiting = append(p.waiting, g)
	p.service.In(func(kernel.Event) { p.startNext() })
}

// startNext sends pings as far as there may be more. A ping that ends while it is
// sent calls it again, which leaves the rest to the loop that runs already.
func (p *Pinger) startNext() {
	if p.starting {
		return
	}
	p.starting = true
	defer func() { p.starting = false }()
	for len(p.waiting) > 0 && len(p.active) < p.config.Parallelism {
		g := p.waiting[0]
		p.waiting[0] = nil
		p.waiting = p.waiting[1:]
		g.begin()
	}
}

// Pending returns the number of pings that have not ended.
func (p *Pinger) Pending() int { return len(p.looked) + len(p.waiting) + len(p.active) }
