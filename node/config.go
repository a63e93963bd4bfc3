package node

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"time"
)

// Config configures a node. Name and Listen are required; all other fields are
// optional. Values that are negative, unless documented, are a
// *kernel.ConfigError.
type Config struct {
	// Name is the node's name, by which others send to it. The other nodes'
	// Peers must use the same one.
	Name string
	// Listen is the address to listen on, host:port. Port 0 lets the system
	// choose; Node.Addr returns which.
	Listen string
	// Advertise is the host:port at which other nodes reach this one; if empty,
	// it is the address listened on. It is required if Listen names no host,
	// and then Listen needs a port other than 0.
	Advertise string
	// Peers maps the names of the other nodes to their host:port. Only they may
	// connect, unless Strangers is set. Node.AddPeer adds more.
	Peers map[string]string
	// Strangers allows nodes that are not in Peers to connect. They are
	// answered at the address that they give.
	Strangers bool

	// TLS has the node's certificate (Certificates), the authorities of the
	// nodes that may connect (ClientCAs) and of those that this one connects to
	// (RootCAs); all are required. Both sides always present a certificate, and
	// the version is at least 1.3. Nil disables encryption and authentication,
	// which is an error on other than loopback addresses unless Insecure is
	// set.
	TLS *tls.Config
	// Authorize decides whether the holder of a verified certificate may act as
	// a node, in both directions; an error refuses the connection. If nil, the
	// node's name must be the certificate's common name or one of its DNS
	// names. It is called on several goroutines at once. It requires TLS.
	Authorize func(node string, cert *x509.Certificate) error
	// Insecure allows a node without TLS on any address.
	Insecure bool

	// Codec encodes arguments. If nil, it is NewCBOR(Types).
	Codec Codec
	// Types registers structs with the default codec. It must be empty if Codec
	// is set.
	Types Types

	// MaxMessage bounds the encoded arguments of an event, or an encoded
	// answer, in bytes. 0 is 1 MiB.
	MaxMessage int
	// MaxDecoded bounds the memory of the decoded values of one message, in
	// bytes. It needs a Codec that is a DecodedSizer; else it bounds their
	// encoded size. 0 is 8 times MaxMessage.
	MaxDecoded int
	// Window and WindowBytes bound what may be in transit to one node, in
	// events and in bytes; posts beyond return ErrBusy. An event is in transit
	// until the other kernel has received it. 0 is 8192 and 8 MiB.
	Window, WindowBytes int
	// MaxConns bounds the incoming connections; a peer has two. Connections of
	// one address that have not yet identified themselves as a peer's may be up
	// to a quarter of that, and are closed after twice DeadAfter. 0 is 256.
	MaxConns int
	// CallTimeout is how long Call waits for its answer. 0 is 10 seconds.
	CallTimeout time.Duration
	// Heartbeat is the interval at which a node in use is asked for a sign of
	// life; DeadAfter is how long it may be silent before it counts as down,
	// and must be the longer one. 0 is 1 second and 4 seconds.
	Heartbeat, DeadAfter time.Duration
	// Linger is how long Shutdown lets events in transit arrive. 0 is 1 second;
	// if negative, Shutdown drops them at once.
	Linger time.Duration

	// Network makes the connections, in place of the system, in a simulated world;
	// see package poetest/sim. Then Listen and Peers are addresses of that world,
	// and TLS, which must be nil, is not needed.
	Network Network

	// Lost is called on the kernel's goroutine for events that did not, or may
	// not, arrive. If nil, they are logged, at most once a second.
	Lost func(Loss)
	// Logger logs errors, and the warnings of the transport's libraries. If
	// nil, it is the kernel's.
	Logger *slog.Logger
}

// Loss reports events that were posted and have, or may have, reached no session.
type Loss struct {
	To    Address // without an Alias if Count is of events of any alias of that node
	Event string
	Count int
	// Err is the reason: ErrNotExposed, ErrNoSession, ErrBadValue sent by the
	// other node; ErrUnreachable if it went down before it had received them.
	Err error
}

// settle checks the configuration and fills in what is left out.
func (c *Config) settle() error {
	switch {
	case c.Name == "" || len(c.Name) > maxName:
		return configError("Name", fmt.Errorf("must have 1 to %d bytes", maxName))
	case c.Listen == "":
		return configError("Listen", errors.New("is missing"))
	}
	if err := c.settleAddress(); err != nil {
		return err
	}
	if err := c.settleTLS(); err != nil {
		return err
	}
	for _, n := range []struct {
		field  string
		value  *int
		preset int
	}{
		{"MaxMessage", &c.MaxMessage, 1 << 20}, {"Window", &c.Window, 8192},
		{"WindowBytes", &c.WindowBytes, 8 << 20}, {"MaxConns", &c.MaxConns, 256},
	} {
		if *n.value < 0 || *n.value > 1<<30 {
			return configError(n.field, fmt.Errorf("%d is out of range", *n.value))
		}
		if *n.value == 0 {
			*n.value = n.preset
		}
	}
	if c.MaxDecoded < 0 {
		return configError("MaxDecoded", fmt.Errorf("%d is negative", c.MaxDecoded))
	}
	if c.MaxDecoded == 0 {
		c.MaxDecoded = 8 * c.MaxMessage
	}
	if c.Authorize != nil && c.TLS == nil {
		return configError("Authorize", errors.New("is for TLS, which is not set"))
	}
	if err := c.settleTimes(); err != nil {
		return err
	}
	if c.Codec == nil {
		codec, err := NewCBOR(c.Types)
		if err != nil {
			return err
		}
		c.Codec = codec
	} else if len(c.Types) > 0 {
		return configError("Types", errors.New("are for the default codec, not for a Codec of your own"))
	}
	return nil
}

func (c *Config) settleTimes() error {
	for _, d := range []struct {
		field  string
		value  *time.Duration
		preset time.Duration
	}{
		{"CallTimeout", &c.CallTimeout, 10 * time.Second}, {"Heartbeat", &c.Heartbeat, time.Second},
		{"DeadAfter", &c.DeadAfter, 4 * time.Second},
	} {
		if *d.value < 0 {
			return configError(d.field, fmt.Errorf("%v is negative", *d.value))
		}
		if *d.value == 0 {
			*d.value = d.preset
		}
	}
	if c.DeadAfter <= c.Heartbeat {
		return configError("DeadAfter", fmt.Errorf("%v is not more than the Heartbeat of %v", c.DeadAfter, c.Heartbeat))
	}
	if c.Linger == 0 {
		c.Linger = time.Second
	}
	return nil
}

// settleAddress checks where to listen, and that others can find it.
func (c *Config) settleAddress() error {
	host, port, err := splitAddress(c.Listen)
	if err != nil {
		return configError("Listen", err)
	}
	ip := net.ParseIP(host)
	if c.Advertise == "" && (host == "" || ip.IsUnspecified()) {
		return configError("Advertise", fmt.Errorf("is needed with Listen %q", c.Listen))
	}
	if c.Advertise != "" {
		if _, _, err := splitAddress(c.Advertise); err != nil {
			return configError("Advertise", err)
		}
		if port == 0 {
			return configError("Listen", errors.New("needs a port to be advertised under another address"))
		}
	}
	local := host == "localhost" || ip.IsLoopback()
	if c.TLS == nil && !c.Insecure && !local && c.Network == nil {
		return configError("TLS", fmt.Errorf("is needed on %q, or Insecure", net.JoinHostPort(host, strconv.Itoa(port))))
	}
	for name, address := range c.Peers {
		if err := checkPeer(name, address); err != nil {
			return configError("Peers", err)
		}
	}
	return nil
}

func checkPeer(name, address string) error {
	if name == "" || len(name) > maxName {
		return fmt.Errorf("%q: a name must have 1 to %d bytes", name, maxName)
	}
	_, _, err := splitAddress(address)
	return err
}

func splitAddress(address string) (host string, port int, err error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, err
	}
	if len(address) > maxName {
		return "", 0, fmt.Errorf("address of %d bytes", len(address))
	}
	if port, err = strconv.Atoi(text); err != nil || port < 0 || port > 65535 {
		return "", 0, fmt.Errorf("address %q has no port number", address)
	}
	return host, port, nil
}

// settleTLS sees to it that both sides show certificates and check them.
func (c *Config) settleTLS() error {
	if c.TLS == nil {
		return nil
	}
	t := c.TLS.Clone()
	switch {
	case c.Network != nil:
		return configError("TLS", errors.New("is not for a Network"))
	case len(t.Certificates) == 0 && (t.GetCertificate == nil || t.GetClientCertificate == nil):
		return configError("TLS", errors.New("no Certificates"))
	case t.ClientCAs == nil:
		return configError("TLS", errors.New("no ClientCAs: who may connect?"))
	case t.RootCAs == nil:
		return configError("TLS", errors.New("no RootCAs: whom to believe?"))
	case t.InsecureSkipVerify && t.VerifyConnection == nil:
		return configError("TLS", errors.New("with InsecureSkipVerify and no VerifyConnection nothing is checked"))
	}
	t.ClientAuth = tls.RequireAndVerifyClientCert
	if t.MinVersion < tls.VersionTLS13 {
		t.MinVersion = tls.VersionTLS13
	}
	c.TLS = t
	return nil
}
