package ikc

import (
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// ClientConfig specifies which kernel to connect to.
type ClientConfig struct {
	// Address is the other kernel's address or host name, or the path of its
	// unix socket with that Domain. "address:port" is also a name of the kernel
	// in specifiers, in addition to its own names.
	Address string
	Port    int
	Domain  socketfactory.Domain
	// ConnectTimeout bounds an attempt to connect. If 0, the time limit of the
	// system applies.
	ConnectTimeout time.Duration
	// TLS encrypts the connection; Perl's IKC does not support it. If nil, the
	// connection is not encrypted.
	TLS *tls.Config
	// Backoff makes the client connect again by itself. The zero value disables
	// it.
	Backoff clienttcp.Backoff
	// Protocol selects how the negotiation begins; the zero value is IKC0.
	Protocol Protocol

	// Subscribe lists the sessions to subscribe to, see Responder.Subscribe, as
	// soon as there is a connection. If one is refused, the connection is
	// closed.
	Subscribe []string
	// OnConnect, if not nil, is called with the ID of the other kernel each
	// time that it has connected and accepted all subscriptions. It runs in a
	// session of this package.
	OnConnect func(kernel string)
	// OnError, if not nil, is called each time that this has failed.
	OnError func(err error)
}

// Client is a connection that this kernel makes.
type Client struct{ tcp *clienttcp.Client }

// Shutdown closes the connection once its pending output is written, and does
// not connect again.
func (c *Client) Shutdown() { c.tcp.Shutdown() }

// Connect begins to connect to another kernel. The outcome is reported to
// OnConnect, OnError and the monitors; the error that Connect returns is a
// *kernel.ConfigError or wraps ErrShutdown. POE: POE::Component::IKC::Client.
func (r *Responder) Connect(c ClientConfig) (*Client, error) {
	if r.closed {
		return nil, callError("Connect", c.Address, ErrShutdown)
	}
	if c.Protocol != IKC0 && c.Protocol != IKC {
		return nil, configError("Protocol", fmt.Errorf("%d is none", c.Protocol))
	}
	for _, spec := range c.Subscribe {
		if s, err := ParseSpecifier(spec); err != nil || s.Session == "" {
			return nil, configError("Subscribe", fmt.Errorf("%q: %w", spec, ErrSpecifier))
		}
	}
	tcp, err := clienttcp.New(r.k, clienttcp.Config{
		RemoteAddress: c.Address, RemotePort: c.Port, Domain: c.Domain,
		ConnectTimeout: c.ConnectTimeout, TLS: c.TLS, Backoff: c.Backoff, Filter: newLines,
		Started:   func(t *clienttcp.Client) { r.keep(t) },
		Connected: func(t *clienttcp.Client) { r.connected(t, &c) },
		ConnectError: func(t *clienttcp.Client, err *kernel.OpError) {
			r.problem(ErrorChannel, "*", err)
			c.failed(err)
		},
		ServerInput: clienttcp.Input(func(t *clienttcp.Client, record any) { connecting(t, func(ch *channel) { ch.received(record) }) }),
		ServerError: func(t *clienttcp.Client, err *kernel.OpError) {
			connecting(t, func(ch *channel) { ch.connectionError(err) })
		},
		Disconnected: func(t *clienttcp.Client) { connecting(t, func(ch *channel) { ch.over(ErrGone) }) },
	})
	var wrong *kernel.ConfigError
	if errors.As(err, &wrong) {
		return nil, configError(map[string]string{"RemoteAddress": "Address", "RemotePort": "Port"}[wrong.Field], wrong)
	}
	if err != nil {
		return nil, err
	}
	return &Client{tcp}, nil
}

// keep remembers a client while its session lives.
func (r *Responder) keep(t *clienttcp.Client) {
	r.clients = append(r.clients, t)
	if _, err := r.k.Host().Own(&kept{r, t}, "ikc client"); err != nil {
		r.k.Host().Logger().Warn("ikc: a client", "error", err)
	}
}

type kept struct {
	r *Responder
	t *clienttcp.Client
}

// Close is called by the kernel when the client's session has stopped.
func (e *kept) Close() error {
	e.r.clients = slices.DeleteFunc(e.r.clients, func(t *clienttcp.Client) bool { return t == e.t })
	return nil
}

func connecting(t *clienttcp.Client, f func(ch *channel)) {
	if ch, ok := t.Heap.(*channel); ok {
		f(ch)
	}
}

func (c *ClientConfig) failed(err error) {
	if c.OnError != nil {
		c.OnError(err)
	}
}

// connected takes a new connection on.
func (r *Responder) connected(t *clienttcp.Client, c *ClientConfig) {
	ch := &channel{
		wheel: t.Wheel, shutdown: t.Shutdown, peer: c.Address,
		ready: func(ch *channel) { r.welcome(ch, c) },
		fail:  func(_ *channel, err error) { c.failed(err) },
		// What has gone wrong is tried again, with Backoff.
		broken: func() { t.GotAnError = true },
	}
	if c.Domain != socketfactory.Unix {
		ch.peer += ":" + strconv.Itoa(c.Port)
	}
	t.Heap = nil
	if err := r.open(ch); err != nil {
		r.problem(ErrorChannel, "*", err)
		c.failed(err)
		t.Shutdown()
		return
	}
	t.Heap = ch
	r.negotiate(ch, true, c.Protocol)
}

// welcome reports that another kernel is there, when the subscriptions are, too.
func (r *Responder) welcome(ch *channel, c *ClientConfig) {
	done := func(accepted []string) {
		switch {
		case ch.ended && len(accepted) < len(c.Subscribe):
			c.failed(ErrGone)
		case len(accepted) < len(c.Subscribe):
			ch.failed(ErrRefused)
			c.failed(ErrRefused)
		case c.OnConnect != nil:
			c.OnConnect(ch.id)
		}
	}
	if len(c.Subscribe) == 0 {
		done(nil)
		return
	}
	r.subscribe(c.Subscribe, done)
}
