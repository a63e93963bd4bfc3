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
	// Config is the server's side of it: certificates, or GetCertificate (see
	// [Certificate], which reloads), and with ClientAuth and ClientCAs the
	// certificates of clients. It must not be changed any more.
	Config *tls.Config
	// OnDemand leaves a connection in the clear until StartTLS is called.
	OnDemand bool
}

// ErrOutputWaits is what StartTLS returns while output in the clear waits.
var ErrOutputWaits = errors.New("servertcp: StartTLS: output waits to be written; call it in ClientFlushed")

// errNoTLS is what StartTLS returns if there is nothing to start.
var errNoTLS = errors.New("servertcp: StartTLS: Config.TLS is not set, or the connection is over or encrypted")

// StartTLS encrypts the rest of the conversation: what is put before is sent in
// the clear, and what the peer has sent behind the current record belongs to
// the handshake already. Until that is over the connection has no Wheel and Put
// does nothing; then ClientSecured is called, or ClientError, with the
// operation "handshake". If the handshake cannot even begin, for want of
// descriptors for example, its error is returned and the connection is over.
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
// again while the server runs. It is safe on any goroutine.
type Certificate struct {
	certFile, keyFile string
	loaded            atomic.Pointer[tls.Certificate]
}

// LoadCertificate loads a certificate from files in PEM.
func LoadCertificate(certFile, keyFile string) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile}
	return c, c.Reload()
}

// Reload loads the files again. With an error the former certificate stays.
func (c *Certificate) Reload() error {
	loaded, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return &kernel.ConfigError{Package: "servertcp", Field: "Certificate", Err: err}
	}
	c.loaded.Store(&loaded)
	return nil
}

// Get is for tls.Config.GetCertificate.
func (c *Certificate) Get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return c.loaded.Load(), nil
}
