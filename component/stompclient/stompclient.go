// Package stompclient talks to message brokers by STOMP:
// POE::Component::Client::Stomp in Go. The codec is filter/stomp, the connection
// clienttcp's; versions 1.0 to 1.2 of the protocol are spoken.
//
//	stompclient.New(k, stompclient.Config{RemoteAddress: "mq.example.com", Login: "bot", Passcode: "secret"})
//
//	e.Post(poe.Alias("stomp-client"), "subscribe", stompclient.Subscription{Destination: "/queue/jobs", Event: "job", Ack: stompclient.Client})
//	e.Post(poe.Alias("stomp-client"), "send", stompclient.Send{Destination: "/queue/done", Body: body, Event: "stored"})
//
//	func (w *worker) job(e poe.Event) {
//		m := stompclient.MessageOf(e)
//		e.Post(poe.Alias("stomp-client"), "ack", m)
//	}
//
// The component is a session with these events:
//
//   - "subscribe": a [Subscription]; "unsubscribe": its destination;
//   - "send": a [Send];
//   - "ack", "nack": a [*Message], and optionally a transaction;
//   - "begin", "commit", "abort": the name of a transaction, and optionally an event
//     for the receipt;
//   - "register": the sender gets the events of POE's component from now on, each
//     with a *stomp.Frame: handle_connected, handle_message (of subscriptions without
//     an event), handle_receipt, handle_error; and connection_down with an error;
//     "unregister" ends that;
//   - "send_data": any *stomp.Frame, as in POE;
//   - "shutdown": sends what waits, says goodbye to the broker, and ends.
//
// A connection that breaks is made again after pauses that grow, with all
// subscriptions. What is asked for meanwhile waits, up to Config.MaxPending. A receipt
// that was under way when the connection broke is [ErrLost]: whether the broker has
// the message is not known. Transactions end with their connection: their frames are
// [ErrLost] until the transaction has been aborted, or begun again.
//
// Subscriptions, registrations and receipts that are awaited keep their session alive.
// The component keeps the program running until "shutdown".
package stompclient

import (
	"crypto/tls"
	"errors"
	"time"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/filter/stomp"
	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Defaults of a Config.
const (
	DefaultAlias      = "stomp-client" // as in POE
	DefaultAddress    = "127.0.0.1"
	DefaultPort       = 61613
	DefaultHeartBeat  = 10 * time.Second
	DefaultTimeout    = 30 * time.Second
	DefaultMaxPending = 10_000
)

// NoHeartBeat is the HeartBeat that neither sends nor wants any.
const NoHeartBeat time.Duration = -1

// DefaultBackoff is the time before a connection is made again.
var DefaultBackoff = clienttcp.Backoff{Min: time.Second, Max: time.Minute}

// Errors of receipts, and of calls of the events.
var (
	ErrLost      = errors.New("stompclient: the connection was lost")
	ErrTimeout   = errors.New("stompclient: no answer of the broker in time")
	ErrHeartBeat = errors.New("stompclient: the broker is silent")
	ErrShutdown  = errors.New("stompclient: the component has shut down")
	ErrPending   = errors.New("stompclient: too many frames wait")
	ErrStale     = errors.New("stompclient: the message is of a connection that is over")
	ErrVersion   = errors.New("stompclient: the broker's version of the protocol does not have this")
)

// ServerError is an ERROR frame of the broker, which then ends the connection.
type ServerError struct{ Frame *stomp.Frame }

// Error returns the broker's words.
func (e *ServerError) Error() string {
	text, _ := e.Frame.Header("message")
	return "stompclient: the broker reports: " + text
}

// Config configures the component. Every field is optional.
type Config struct {
	// Alias is the component's alias; empty is DefaultAlias.
	Alias string
	// RemoteAddress and RemotePort are the broker's; empty and 0 are the defaults.
	RemoteAddress string
	RemotePort    int
	// TLS encrypts the connection; nil is in the clear. Dial makes it instead, see
	// clienttcp.Config.
	TLS  *tls.Config
	Dial func(d *clienttcp.Dialing)
	// Login and Passcode are for the broker; empty are none. Host is the virtual
	// host; empty is RemoteAddress. Headers are more headers of CONNECT.
	Login, Passcode, Host string
	Headers               []stomp.Header
	// HeartBeat is how often the client is ready to send a sign of life, and how often
	// it wants one; the broker may make both longer. 0 is DefaultHeartBeat. A
	// connection on which nothing has come for twice as long is given up.
	HeartBeat time.Duration
	// Timeout bounds the making of a connection, and the wait for a receipt; 0 is
	// DefaultTimeout.
	Timeout time.Duration
	// Backoff is the time before a connection is made again; the zero value is
	// DefaultBackoff.
	Backoff clienttcp.Backoff
	// MaxPending is how many frames may wait for a connection, or to be written, and
	// how many receipts may be awaited; 0 is DefaultMaxPending.
	MaxPending int
	// Limits are those of frames that come, see stomp.Config; its Heartbeats is not
	// used.
	Limits stomp.Config
	// Connected gets the frame CONNECTED of every connection, in the component's
	// session.
	Connected func(f *stomp.Frame)
	// Error gets the errors of connections, in the component's session; nil warns.
	Error func(err error)
}

// Ack is how messages of a subscription are acknowledged.
type Ack string

// The ways. A broker sends messages again that were not acknowledged when the
// connection ends.
const (
	Auto             Ack = ""                  // by being sent
	Client           Ack = "client"            // each "ack" is for all messages so far
	ClientIndividual Ack = "client-individual" // each "ack" is for one message; since 1.1
)

// Subscription is the argument of "subscribe". A second one of a session for the same
// destination replaces the first.
type Subscription struct {
	Destination string
	// Event gets the messages; without one the registered sessions get them as
	// handle_message.
	Event   string
	Ack     Ack
	Headers []stomp.Header // more of them: a selector
}

// Message is a message of a subscription.
type Message struct {
	*stomp.Frame
	Destination  string
	Subscription Subscription

	connection *connection
	id         string // the subscription's on the wire
}

// MessageOf returns the message of a subscription's event. It panics with a
// kernel.ArgError for any other event.
func MessageOf(e kernel.Event) *Message { return kernel.Arg[*Message](e, 0) }

// Send is the argument of "send".
type Send struct {
	Destination string
	Body        []byte
	Headers     []stomp.Header
	Transaction string
	// Event, if not empty, asks the broker for a receipt, which comes by this event.
	Event string
	// Context comes back with it.
	Context any
}

// Receipt is what has become of a frame.
type Receipt struct {
	Frame   *stomp.Frame // that was sent
	Context any
	Err     error
}

// ReceiptOf returns the receipt of an event that was asked for. It panics with a
// kernel.ArgError for any other event.
func ReceiptOf(e kernel.Event) *Receipt { return kernel.Arg[*Receipt](e, 0) }

// Stats are the figures of a client.
type Stats struct {
	Connected        bool
	Connections      uint64 // that the broker has accepted
	Sent, Received   uint64 // frames, without signs of life
	Pending, Awaited int    // frames that wait, and receipts
}

// Broker is the component: the broker as the program sees it. Its methods belong to
// the kernel's goroutine.
type Broker struct {
	k             *kernel.Kernel
	id            kernel.ID
	config        Config
	connection    *connection // nil while there is none
	pending       []*outgoing // oldest first
	awaited       map[string]*outgoing
	subscriptions []*subscribed
	registered    []kernel.ID
	transactions  map[string]bool // whether it is lost
	serial        uint64
	wait          time.Duration // before the last attempt
	timer         kernel.AlarmID
	stats         Stats
	over, ended   bool
}

// subscribed is a subscription of a session.
type subscribed struct {
	Subscription
	by kernel.ID
	id string
}

// New makes the component, as a child of the active session, and begins to connect.
// The error is a *kernel.ConfigError, or that of the alias.
func New(k *kernel.Kernel, c Config) (*Broker, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	b := &Broker{k: k, config: c, awaited: map[string]*outgoing{}, transactions: map[string]bool{}}
	var failed error
	_, err := session.Create(k, b, states, &failed)
	if err = errors.Join(err, failed); err != nil {
		return nil, err
	}
	return b, nil
}

func (c *Config) check() error {
	switch {
	case c.RemotePort < 0 || c.RemotePort > 65535:
		return configerror.New("stompclient", "RemotePort", "is no port")
	case c.HeartBeat < NoHeartBeat:
		return configerror.New("stompclient", "HeartBeat", "must not be negative, but for NoHeartBeat")
	case c.HeartBeat > 0 && c.HeartBeat < time.Millisecond:
		return configerror.New("stompclient", "HeartBeat", "is less than a millisecond")
	case c.Timeout < 0:
		return configerror.New("stompclient", "Timeout", "must not be negative")
	case c.MaxPending < 0:
		return configerror.New("stompclient", "MaxPending", "must not be negative")
	case c.Backoff.Min < 0 || c.Backoff.Max < c.Backoff.Min:
		return configerror.New("stompclient", "Backoff", "needs 0 <= Min <= Max")
	}
	c.Limits.Heartbeats = false
	if _, err := stomp.New(c.Limits); err != nil {
		return configerror.New("stompclient", "Limits", err.Error())
	}
	configerror.SetDefault(&c.Alias, DefaultAlias)
	configerror.SetDefault(&c.RemoteAddress, DefaultAddress)
	configerror.SetDefault(&c.RemotePort, DefaultPort)
	configerror.SetDefault(&c.Host, c.RemoteAddress)
	configerror.SetDefault(&c.HeartBeat, DefaultHeartBeat)
	configerror.SetDefault(&c.Timeout, DefaultTimeout)
	configerror.SetDefault(&c.MaxPending, DefaultMaxPending)
	if c.Backoff.Min == 0 {
		c.Backoff = DefaultBackoff
	}
	return nil
}

// Stats returns the figures.
func (b *Broker) Stats() Stats {
	b.stats.Connected = b.connection != nil && b.connection.ready
	b.stats.Pending, b.stats.Awaited = len(b.pending), len(b.awaited)
	return b.stats
}

// fail reports an error of a connection.
func (b *Broker) fail(err error) {
	if b.config.Error != nil {
		b.config.Error(err)
	} else {
		b.k.Host().Logger().Warn("stompclient: the connection failed", "broker", b.config.RemoteAddress, "error", err)
	}
	b.broadcast("connection_down", err)
}

// broadcast posts an event to all who have registered.
func (b *Broker) broadcast(event string, record any) {
	for _, id := range b.registered {
		_ = b.k.Post(id, event, record) // it may have stopped by force
	}
}

// tag is the reference count that keeps askers alive.
func (b *Broker) tag() string { return "stompclient " + b.config.Alias }

// in runs f in the component's session.
func (b *Broker) in(f kernel.Handler) { _ = b.k.Host().CallFunc(b.id, "stompclient", f) }
