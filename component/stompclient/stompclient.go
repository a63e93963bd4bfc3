// Package stompclient is a client for message brokers that speak STOMP:
// POE::Component::Client::Stomp in Go. The codec is filter/stomp, the
// connection clienttcp's; versions 1.0 to 1.2 of the protocol are supported.
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
//   - "shutdown": sends the frames that wait, disconnects from the broker, and
//     ends.
//
// A broken connection is made again after pauses that grow, with all
// subscriptions. Frames wait meanwhile, up to Config.MaxPending. A receipt that
// was awaited when the connection broke has the error [ErrLost]: it is not
// known whether the broker has the message. Transactions end with their
// connection: their frames get ErrLost until the transaction has been aborted,
// or begun again.
//
// Subscriptions, registrations and awaited receipts keep their session alive.
// The component keeps the program running until "shutdown".
package stompclient

import (
	"cmp"
	"crypto/tls"
	"errors"
	"time"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/internal/backoff"
	"github.com/gopoe/poe/component/stompclient/internal/link"
	"github.com/gopoe/poe/component/stompclient/internal/outbox"
	"github.com/gopoe/poe/filter/stomp"
	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
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

// NoHeartBeat, as Config.HeartBeat, disables heart-beats in both directions.
const NoHeartBeat time.Duration = -1

// DefaultBackoff is the pause before a connection is made again. It must not be
// changed.
var DefaultBackoff = clienttcp.Backoff{Min: time.Second, Max: time.Minute}

// Errors of receipts, of Config.Error, and of calls of the events.
var (
	ErrLost      = outbox.ErrLost
	ErrTimeout   = link.ErrTimeout
	ErrHeartBeat = link.ErrHeartBeat
	ErrShutdown  = errors.New("stompclient: the component has shut down")
	ErrPending   = outbox.ErrPending
	ErrStale     = errors.New("stompclient: the message is of a connection that is over")
	ErrVersion   = stomp.ErrVersion
)

// ServerError is an ERROR frame of the broker, which then ends the connection.
type ServerError struct{ Frame *stomp.Frame }

// Error returns the message of the frame.
func (e *ServerError) Error() string {
	text, _ := e.Frame.Header("message")
	return "stompclient: the broker reports: " + text
}

// Config configures the component. Every field is optional.
type Config struct {
	// Alias is the component's alias; empty is DefaultAlias.
	Alias string
	// RemoteAddress and RemotePort are the broker's. If empty and 0, they are
	// DefaultAddress and DefaultPort.
	RemoteAddress string
	RemotePort    int
	// TLS encrypts the connection. If nil, it is in the clear. Dial, if not
	// nil, makes the connection instead, see clienttcp.Config.
	TLS  *tls.Config
	Dial func(d *clienttcp.Dialing)
	// Login and Passcode are the credentials for the broker; empty ones are not
	// sent. Host is the virtual host; if empty, it is RemoteAddress. Headers
	// are further headers of CONNECT.
	Login, Passcode, Host string
	Headers               []stomp.Header
	// HeartBeat is the interval of heart-beats that the client offers to send,
	// and requests from the broker, which may lengthen both; at least a
	// millisecond. 0 is DefaultHeartBeat, and NoHeartBeat disables them. A
	// connection on which nothing has arrived for twice the interval is closed
	// with ErrHeartBeat.
	HeartBeat time.Duration
	// Timeout bounds an attempt to connect, and the wait for a receipt. 0 is
	// DefaultTimeout.
	Timeout time.Duration
	// Backoff is the pause before a connection is made again. If its Min is 0,
	// it is DefaultBackoff.
	Backoff clienttcp.Backoff
	// MaxPending bounds the frames that wait for a connection, or to be
	// written, and likewise the awaited receipts. 0 is DefaultMaxPending.
	MaxPending int
	// Limits bounds incoming frames, see stomp.Config; its Heartbeats is
	// ignored.
	Limits stomp.Config
	// Connected, if not nil, is called with the frame CONNECTED of every
	// connection, in the component's session.
	Connected func(f *stomp.Frame)
	// Error is called with the errors of connections, in the component's
	// session. If nil, they are logged as warnings.
	Error func(err error)
}

// Ack is a mode in which messages of a subscription are acknowledged.
type Ack string

// The modes. A broker sends messages again that are not acknowledged when the
// connection ends.
const (
	Auto             Ack = ""                  // messages are acknowledged by being sent
	Client           Ack = "client"            // each "ack" is for all messages so far
	ClientIndividual Ack = "client-individual" // each "ack" is for one message; since 1.1
)

// Subscription is the argument of "subscribe". A second one of a session for the same
// destination replaces the first.
type Subscription struct {
	Destination string
	// Event is the event of the subscriber that brings the messages. If empty,
	// the registered sessions get them as handle_message.
	Event   string
	Ack     Ack
	Headers []stomp.Header // further headers, such as a selector
}

// Message is a message of a subscription.
type Message struct {
	*stomp.Frame
	Destination  string
	Subscription Subscription

	connection uint64 // its number
	id         string // the subscription's on the wire
}

// MessageOf returns the *Message that is the argument of a subscription's
// event. It panics with a kernel.ArgError for any other event.
func MessageOf(e kernel.Event) *Message { return kernel.Arg[*Message](e, 0) }

// Send is the argument of "send".
type Send struct {
	Destination string
	Body        []byte
	Headers     []stomp.Header
	Transaction string
	// Event, if not empty, requests a receipt, which comes as a *Receipt by
	// this event.
	Event string
	// Context is copied to Receipt.Context.
	Context any
}

// Receipt is the broker's receipt of a frame, or the reason why there is none.
type Receipt struct {
	Frame   *stomp.Frame // that was sent
	Context any
	Err     error
}

// ReceiptOf returns the *Receipt that is the argument of an event. It panics
// with a kernel.ArgError for any other event.
func ReceiptOf(e kernel.Event) *Receipt { return kernel.Arg[*Receipt](e, 0) }

// Stats are the statistics of a Broker.
type Stats struct {
	Connected        bool
	Connections      uint64 // that the broker has accepted
	Sent, Received   uint64 // frames, without heart-beats
	Pending, Awaited int    // frames that wait, and awaited receipts
}

func (c *Config) check() error {
	if c.HeartBeat < NoHeartBeat || c.HeartBeat > 0 && c.HeartBeat < time.Millisecond {
		return configerror.New("stompclient", "HeartBeat", "must be NoHeartBeat or at least a millisecond")
	}
	if err := cmp.Or(
		configerror.Port("stompclient", "RemotePort", c.RemotePort),
		backoff.Check("stompclient", c.Backoff.Min, c.Backoff.Max),
		configerror.NotNegative("stompclient", "Timeout", c.Timeout),
		configerror.NotNegative("stompclient", "MaxPending", c.MaxPending),
	); err != nil {
		return err
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
	if err := c.greeting().Check(); err != nil {
		return configerror.New("stompclient", "Headers", "and the credentials cannot be written: "+err.Error())
	}
	return nil
}

// greeting returns the frame that begins a connection.
func (c *Config) greeting() *stomp.Frame {
	f := stomp.Connect(c.Host, c.Login, c.Passcode, c.HeartBeat)
	f.Headers = append(f.Headers, c.Headers...)
	return f
}
