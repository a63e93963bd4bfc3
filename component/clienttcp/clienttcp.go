// Package clienttcp is a TCP client behind a few callbacks:
// POE::Component::Client::TCP.
//
// A client is one session that connects, talks, and may connect again. All
// callbacks run in it and get a [Client], the session's heap and the event at
// hand in one. It can be controlled from anywhere by its alias, with the
// events "connect" (with an address and a port, or none), "reconnect" and
// "shutdown".
package clienttcp

import (
	"crypto/tls"
	"errors"
	"net"
	"reflect"
	"time"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// Config configures a client. ServerInput is required, and RemoteAddress and a
// port, or Dial.
type Config struct {
	// Alias is the name by which other sessions reach the client. It goes with
	// "shutdown" and comes back with "reconnect".
	Alias string
	// RemoteAddress is the server's address, host name, or path of a unix
	// socket.
	RemoteAddress string
	RemotePort    int
	RemoteService string // names the port instead
	Domain        socketfactory.Domain
	// Resolver looks names up; nil is Go's default one. See socketfactory.Config.
	Resolver *net.Resolver
	// BindAddress and BindPort are the near end's address; empty is any.
	BindAddress string
	BindPort    int
	// Socket are options of the socket.
	Socket socketfactory.Options
	// ConnectTimeout bounds a connection attempt, the TLS handshake included;
	// ConnectError then gets
	// syscall.ETIMEDOUT. 0 leaves it to the system.
	ConnectTimeout time.Duration
	// Timeouts bound the waiting for a server that is connected.
	Timeouts Timeouts
	// TLS encrypts the connection; Connected comes after the handshake, and a
	// handshake that fails is a ConnectError, with the operation "handshake".
	// Without a ServerName that is RemoteAddress as New was given it, or as
	// "connect" has changed it. Nil is in the clear.
	TLS *tls.Config
	// Backoff connects again by itself.
	Backoff Backoff
	// Dial makes the connections instead of a socketfactory wheel: in memory,
	// through a proxy, over whatever transport. It is called in the client's
	// session and returns at once; the result comes by Dialing.Complete, then or
	// later. With it only RemoteAddress and RemotePort say where to, and
	// neither is required; the fields from RemoteService to Socket must be empty.
	Dial func(d *Dialing)

	// Started is called in _start, before the client connects; Args are the
	// arguments of _start.
	Started func(c *Client)
	Args    []any
	// PreConnect is called with a connection that has been made, before it has
	// a wheel. It returns the handle to use, nil for none.
	PreConnect func(c *Client, h *kernel.Handle) *kernel.Handle
	// Connected is called when the connection has its wheel. Its arguments are
	// the handle, the server's address, its port, and the connecting wheel's
	// ID.
	Connected func(c *Client)
	// ConnectError gets the reason why a connection could not be made. Nil warns.
	// It may call Reconnect or set a timer for "reconnect".
	ConnectError func(c *Client, err *kernel.OpError)
	// Disconnected is called when a connection is over; its wheel is gone.
	Disconnected func(c *Client)
	// ServerInput is called with every record, see Input.
	ServerInput InputHandler
	// ServerFlushed is called when all output is written.
	ServerFlushed func(c *Client)
	// ServerError gets the errors of the connection, and the end of
	// the input: "read" with io.EOF. Nil warns, about the end as well. Unless
	// Client.ShutdownOnError is cleared the connection is then shut down.
	ServerError func(c *Client, err *kernel.OpError)
	// ServerHigh and ServerLow are called at the water marks.
	ServerHigh func(c *Client)
	ServerLow  func(c *Client)
	// Marks are the water marks; both callbacks are needed with them.
	Marks readwrite.Marks
	// Backpressure are the marks of waiting output between which nothing is read
	// and no record comes, so that a server which does not read what it asks for
	// bounds what the client holds; see readwrite.Config. The zero Marks never
	// hold input, as in POE, since a client that waits so for a server which does
	// the same would wait forever: leave them zero if the client may send more
	// than High before it has read any answer.
	Backpressure readwrite.Marks
	// EagerOutput writes what ServerInput has put for the records of one read as
	// soon as it has returned for the last of them, see
	// readwrite.Config.EagerOutput. ServerFlushed then comes before events that it
	// has posted.
	EagerOutput bool
	// Filter makes the filter of a connection; nil makes lines.
	Filter func() filter.Filter

	// InlineStates are more handlers of the client's session; they win over its
	// own. Handlers of objects are made with session.Bind.
	// POE: InlineStates, ObjectStates and PackageStates.
	InlineStates session.Funcs
	// Options are options of the session. POE: SessionParams.
	Options map[string]any
	// SessionType makes a session of a type of one's own, see
	// session.Config.Type. Nil is a session as it is.
	SessionType func(s *session.Session) kernel.Session

	direct *readwrite.Funcs // how wheels report without events
}

// DefaultKeepAlive is how long a connection may be idle before TCP probes
// whether the server is still there, if Socket.KeepAlive is 0. A negative time
// disables that.
const DefaultKeepAlive = 2 * time.Minute

// New starts a client, which begins to connect. A configuration that makes no
// sense is a *kernel.ConfigError.
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
	case c.Backoff.Min < 0 || c.Backoff.Max < c.Backoff.Min:
		return wrong("Backoff", "needs 0 <= Min <= Max")
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
	var impossible *kernel.ConfigError
	if c.Dial == nil && errors.As(c.factory().Check(), &impossible) {
		return wrong(impossible.Field, impossible.Err.Error())
	}
	return nil
}
