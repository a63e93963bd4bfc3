package servertcp

import (
	"crypto/tls"
	"errors"
	"sync/atomic"

	"github.com/gopoe/poe/component/internal/tcpconn"
	"github.com/gopoe/poe/kernel"
)

// TLS encrypts connections.
type TLS struct {
	// Config is the configuration of the server side: certificates, or
	// GetCertificate (see [Certificate], which can reload), and with ClientAuth
	// and ClientCAs the certificates of clients. If nil, connections are not
	// encrypted. It must not be changed while the server runs.
	Config *tls.Config
	// OnDemand leaves a connection unencrypted until StartTLS is called.
	OnDemand bool
}

// ErrOutputWaits is returned by StartTLS while unencrypted output waits to be
// written.
var ErrOutputWaits = errors.New("servertcp: StartTLS: output waits to be written; call it in ClientFlushed")

// errNoTLS is what StartTLS returns if there is nothing to start.
var errNoTLS = errors.New("servertcp: StartTLS: Config.TLS is not set, or the connection is over or encrypted")

// StartTLS encrypts the rest of the conversation. Earlier output must already
// be written: while some is pending, StartTLS returns ErrOutputWaits. What the
// peer has sent after the current record is part of the handshake. During the
// handshake the connection has no Wheel and Put does nothing; then
// ClientSecured is called, or ClientError, with the operation "handshake". If
// the handshake cannot begin, because no descriptors are available for example,
// its error is returned and the connection ends.
func (c *Client) StartTLS() error {
	if c.config().TLS.Config == nil || c.Wheel == nil || c.TLS != nil || c.ShuttingDown {
		return errNoTLS
	}
	if c.Wheel.Flush(); c.Wheel == nil || c.Wheel.OutOctets() > 0 {
		return ErrOutputWaits
	}
	h, wheel := c.Wheel.InputHandle(), c.Wheel
	c.dropWheel()
	err := c.secure(h, wheel.Detach())
	if err != nil {
		c.GotAnError = true
		c.Shutdown()
	}
	return err
}

// secure begins the handshake on a handle that the client owns; early is what
// has been read from it. The handle is closed if there is an error.
func (c *Client) secure(h *kernel.Handle, early []byte) error {
	conn, err := h.NetConn(early)
	if err != nil {
		return err
	}
	shake, err := tcpconn.StartHandshake(c.Session, tls.Server(conn, c.config().TLS.Config), c.handshakeTime(), "tcp_server_secured")
	if err != nil {
		conn.Close()
		return err
	}
	c.ensureCold().handshake = shake
	return nil
}

// secured is the end of the handshake.
func (c *Client) secured(e kernel.Event) {
	c.Event = e
	shake, _ := e.Arg(0).(*tcpconn.Handshake)
	if shake == nil || shake != c.cold().handshake {
		return
	}
	err, _ := e.Arg(1).(error)
	c.dropHandshake(err == nil && !c.ShuttingDown)
	switch {
	case c.ShuttingDown:
		c.finish(e)
	case err != nil:
		c.lost(e, &kernel.OpError{Op: "handshake", Err: err})
	default:
		state := shake.Conn.ConnectionState()
		c.TLS = &state
		c.begin(e, kernel.Conn(shake.Conn), c.config().TLS.OnDemand)
	}
}

// dropHandshake ends a handshake, and its connection unless that is used.
func (c *Client) dropHandshake(used bool) {
	c.cold().handshake.Drop(used)
	c.ensureCold().handshake = nil
}

// Certificate is a certificate and its key in two files, which can be loaded
// again while the server runs. Its methods may be called from any goroutine.
type Certificate struct {
	certFile, keyFile string
	loaded            atomic.Pointer[tls.Certificate]
}

// LoadCertificate loads a certificate and its key from two files in PEM. The
// error is a *kernel.ConfigError.
func LoadCertificate(certFile, keyFile string) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile}
	return c, c.Reload()
}

// Reload loads the files again; handshakes that begin later use the new
// certificate. If it returns an error, a *kernel.ConfigError, the previous
// certificate remains in use.
func (c *Certificate) Reload() error {
	loaded, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return &kernel.ConfigError{Package: "servertcp", Field: "Certificate", Err: err}
	}
	c.loaded.Store(&loaded)
	return nil
}

// Get returns the certificate that was loaded last. It is a function for
// tls.Config.GetCertificate and never fails.
func (c *Certificate) Get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return c.loaded.Load(), nil
}
