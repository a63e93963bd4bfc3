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

// Config specifies how a node is set up. Name and Listen are needed; the rest has
// good values when it is zero.
type Config struct {
	// Name is the node's name, by which others send to it. The other nodes'
	// Peers must use the same one.
	Name string
	// Listen is the address to listen on, host:port. Port 0 lets the system
	// choose; Node.Addr returns which.
	Listen string
	// Advertise is where other nodes reach this one, if that is not Listen. It
	// is needed if Listen names no host.
	Advertise string
	// Peers are the other nodes: name to host:port. Only they may talk to this
	// node, unless Strangers is set. Node.AddPeer adds more.
	Peers map[string]string
	// Strangers lets nodes that are not in Peers talk to this one. It answers
	// them at the address that they give.
	Strangers bool

	// TLS is the node's certificate (Certificates), who may connect (ClientCAs)
	// and whom to believe (RootCAs). Both sides always show a certificate. Nil
	// is no encryption and no authentication at all, which is refused on other
	// than loopback addresses unless Insecure is set.
	TLS *tls.Config
	// Authorize decides whether the holder of a verified certificate may speak
	// for a node, in both directions; its error refuses that. If nil, the node's
	// name must be the certificate's common name or one of its DNS names. It is
	// called on several goroutines at once. It is only for TLS.
	Authorize func(node string, cert *x509.Certificate) error
	// Insecure allows a node without TLS on any address.
	Insecure bool

	// Codec encodes arguments; nil is NewCBOR(Types).
	Codec Codec
	// Types are the structs that may travel with the default codec.
	Types Types

	// MaxMessage is how long encoded arguments or answers may be, in bytes.
	// 0 is 1 MiB.
	MaxMessage int
	// MaxDecoded is how much memory the values of one message may take once they
	// are decoded, in bytes, as far as the Codec knows; see DecodedSizer. 0 is
	// 8 times MaxMessage.
	MaxDecoded int
	// Window and WindowBytes are how much may be on its way to one node, in
	// events and in bytes, before posts return ErrBusy. An event is on its way
	// until the other kernel has taken it. 0 is 8192 and 8 MiB.
	Window, WindowBytes int
	// MaxConns is how many connections others may have to this node at once; a
	// peer has two. Those that have not shown yet that they are a peer's may take
	// up a quarter of it from one address, and are closed after 2 times DeadAfter.
	// 0 is 256.
	MaxConns int
	// CallTimeout is how long Call waits for its answer. 0 is 10 seconds.
	CallTimeout time.Duration
	// Heartbeat is how often a node that is in use is asked for a sign of
	// life, DeadAfter how long it may stay silent before it counts as down. 0
	// is 1 second and 4 seconds.
	Heartbeat, DeadAfter time.Duration
	// Linger is how long Shutdown waits for what is on its way. 0 is 1 second,
	// negative does not wait.
	Linger time.Duration

	// Lost is called on the kernel's goroutine for events that did not arrive,
	// or may not have. If nil, they are logged, at most once a second.
	Lost func(Loss)
	// Logger gets what goes wrong, and the warnings of the libraries below. If
	// nil, it is the kernel's; slog.DiscardHandler is silence.
	Logger *slog.Logger
}

// Loss reports events that were posted and have, or may have, reached no session.
type Loss struct {
	To    Address // without an Alias if Count events to that node are meant
	Event string
	Count int
	// Err is the reason: ErrNotExposed, ErrNoSession, ErrBadValue sent by the
	// other node; ErrUnreachable if it went down before it had taken them.
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
	if c.TLS == nil && !c.Insecure && !local {
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
