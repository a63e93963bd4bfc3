// Package clienttcp is a TCP client behind a few callbacks:
// POE::Component::Client::TCP.
//
// A client is one session that connects, talks, and may connect again. All
// callbacks run in it and get a [Client], which is both the session's heap and
// the current event. Other sessions control it by its alias, with the events
// "connect" (with an address and a port, or none), "reconnect" and "shutdown".
package clienttcp

import (
	"crypto/tls"
	"errors"
	"net"
	"reflect"
	"time"

	"github.com/gopoe/poe/component/internal/backoff"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// Config configures a client. ServerInput is required, and so is either
// RemoteAddress with RemotePort or RemoteService (a unix socket needs no port)
// or Dial.
type Config struct {
	// Alias is the name by which other sessions reach the client. "shutdown"
	// removes it, and "reconnect" sets it again. If empty, no alias is set.
	Alias string
	// RemoteAddress is the server's address, host name, or path of a unix
	// socket.
	RemoteAddress string
	RemotePort    int
	RemoteService string // names the port instead of RemotePort
	Domain        socketfactory.Domain
	// Resolver looks up names; if nil, it is net.DefaultResolver. See
	// socketfactory.Config.
	Resolver *net.Resolver
	// BindAddress and BindPort are the local address and port; the system
	// chooses them if they are empty and 0.
	BindAddress string
	BindPort    int
	// Socket are options of the socket.
	Socket socketfactory.Options
	// ConnectTimeout bounds a connection attempt, the TLS handshake included;
	// when it expires, ConnectError gets syscall.ETIMEDOUT. If 0, the time
	// limit of the system applies.
	ConnectTimeout time.Duration
	// Timeouts bounds how long a connected server may keep the client waiting.
	Timeouts Timeouts
	// TLS encrypts the connection; Connected comes after the handshake, and a
	// handshake that fails is a ConnectError, with the operation "handshake".
	// If ServerName is empty and InsecureSkipVerify is not set, the server name
	// is the current RemoteAddress. If nil, the connection is not encrypted.
	TLS *tls.Config
	// Backoff makes the client connect again by itself. The zero value disables
	// it.
	Backoff Backoff
	// Dial, if not nil, makes the connections instead of a socketfactory wheel:
	// in memory, through a proxy, or over any other transport. It is called in
	// the client's session and must not block; Dialing.Complete delivers the
	// result, during the call or later. RemoteAddress and RemotePort are then
	// optional, and the fields from RemoteService to Socket must be empty.
	Dial func(d *Dialing)

	// Started, if not nil, is called in _start, before the client connects;
	// Args are the arguments of _start.
	Started func(c *Client)
	Args    []any
	// PreConnect, if not nil, is called when a connection has been made, before
	// it has a wheel. It returns the handle to use, the given one or another.
	// If it returns nil, the connection is closed and no further callback is
	// called until the client connects again. Unless it returns h, h is closed:
	// another handle must have taken over the connection by h.NetConn.
	PreConnect func(c *Client, h *kernel.Handle) *kernel.Handle
	// Connected is called when the connection has its wheel. Its Args are the
	// handle, the server's address, its port, and the ID of the connecting
	// wheel.
	Connected func(c *Client)
	// ConnectError is called with the reason why a connection could not be
	// made. It may call Reconnect or set a timer for "reconnect". If nil, the
	// error is logged.
	ConnectError func(c *Client, err *kernel.OpError)
	// Disconnected is called when a connection has ended; Client.Wheel is nil.
	Disconnected func(c *Client)
	// ServerInput is called with every record, see Input.
	ServerInput InputHandler
	// ServerFlushed is called when all pending output has been written.
	ServerFlushed func(c *Client)
	// ServerError is called with errors of the connection, and with the end of
	// its input: "read" with io.EOF. The connection is then shut down unless
	// Client.ShutdownOnError is false. If nil, errors are logged, io.EOF
	// included, and the connection is always shut down.
	ServerError func(c *Client, err *kernel.OpError)
	// ServerHigh and ServerLow are called when pending output reaches the mark
	// High and falls back to Low.
	ServerHigh func(c *Client)
	ServerLow  func(c *Client)
	// Marks are these marks, in bytes. Marks and both callbacks must be set
	// together.
	Marks readwrite.Marks
	// Backpressure are the marks of pending output, in bytes, between which
	// input stops: from High until no more than Low is pending, nothing is read
	// and no record is delivered. This bounds what the client holds for a
	// server which does not read; see readwrite.Config. The zero Marks never
	// stop input, as in POE. If client and server both stop reading, they wait
	// for each other forever: leave the marks zero if the client may send more
	// than High before it has read any answer.
	Backpressure readwrite.Marks
	// EagerOutput writes what ServerInput has put for the records of one read
	// as soon as it has returned for the last of them, see
	// readwrite.Config.EagerOutput. ServerFlushed is then called before events
	// that it has posted are dispatched.
	EagerOutput bool
	// Filter returns a new filter for a connection; if nil, connections have a
	// line filter.
	Filter func() filter.Filter

	// InlineStates are further handlers of the client's session; they replace
	// its own handlers of the same names. session.Bind makes them of the
	// methods of an object. POE: InlineStates, ObjectStates and PackageStates.
	InlineStates session.Funcs
	// Options are the options of the session. POE: SessionParams.
	Options map[string]any
	// SessionType, if not nil, wraps the session in a type of the program; see
	// session.Config.Type.
	SessionType func(s *session.Session) kernel.Session

	direct *readwrite.Funcs // how wheels report without events
}

// DefaultKeepAlive is how long a connection may be idle before TCP probes
// whether the server is still there, if Config.Socket.KeepAlive is 0. A
// negative KeepAlive disables the probes.
const DefaultKeepAlive = 2 * time.Minute

// New starts a client, which begins to connect in a later turn of the kernel.
// An invalid configuration is a *kernel.ConfigError. A failure to connect is
// reported to Config.ConnectError.
func New(k *kernel.Kernel, c Config) (*Client, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	c.setDirect()
	client := &Client{config: &c, ShutdownOnError: true}
	_, err := session.New(k, session.Config[Client]{
		Heap: client, States: clientStates, Funcs: c.InlineStates, Args: c.Args, Options: c.Options, Type: c.SessionType,
	})
	if err != nil {
		return nil, err
	}
	return client, nil
}

func (c *Config) check() error {
	wrong := func(field, what string) error {
		return &kernel.ConfigError{Package: "clienttcp", Field: field, Err: errors.New(what)}
	}
	set := 0
	for _, is := range []bool{c.Marks.High != 0, c.Marks.Low != 0, c.ServerHigh != nil, c.ServerLow != nil} {
		if is {
			set++
		}
	}
	switch {
	case c.ConnectTimeout < 0:
		return wrong("ConnectTimeout", "is negative; 0 leaves it to the system")
	case min(c.Timeouts.Idle, c.Timeouts.Read, c.Timeouts.Write) < 0:
		return wrong("Timeouts", "must not be negative; 0 is forever")
	case c.Dial != nil && c.RemoteService != "":
		return wrong("RemoteService", "excludes Dial")
	case c.Dial != nil && c.Domain != socketfactory.Inet:
		return wrong("Domain", "excludes Dial")
	case c.Dial != nil && (c.BindAddress != "" || c.BindPort != 0):
		return wrong("BindAddress", "excludes Dial")
	case c.Dial != nil && c.Resolver != nil:
		return wrong("Resolver", "excludes Dial")
	case c.Dial != nil && !reflect.ValueOf(c.Socket).IsZero():
		return wrong("Socket", "excludes Dial")
	case c.Dial == nil && c.RemoteAddress == "":
		return wrong("RemoteAddress", "is required")
	case c.Dial == nil && c.Domain != socketfactory.Unix && c.RemotePort == 0 && c.RemoteService == "":
		return wrong("RemotePort", "is required")
	case c.ServerInput == nil:
		return wrong("ServerInput", "is required")
	case set != 0 && set != 4:
		return wrong("Marks", "High, Low, ServerHigh and ServerLow need each other")
	case set == 4 && (c.Marks.High < 0 || c.Marks.Low < 0):
		return wrong("Marks", "High and Low must be above 0")
	case c.Backpressure != (readwrite.Marks{}) && (c.Backpressure.Low <= 0 || c.Backpressure.High <= c.Backpressure.Low):
		return wrong("Backpressure", "High must be above Low, and Low above 0")
	}
	if err := backoff.Check("clienttcp", c.Backoff.Min, c.Backoff.Max); err != nil {
		return err
	}
	var impossible *kernel.ConfigError
	if c.Dial == nil && errors.As(c.factory().Check(), &impossible) {
		return wrong(impossible.Field, impossible.Err.Error())
	}
	return nil
}
