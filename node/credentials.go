package node

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// peerCredentials does the handshakes of a node's connections. With TLS it
// checks that the certificate on the other side is that of a node which this one
// knows.
type peerCredentials struct {
	credentials.TransportCredentials
	n *Node
}

// newCredentials makes the credentials of both directions.
func (n *Node) newCredentials() credentials.TransportCredentials {
	if n.config.TLS == nil {
		return peerCredentials{insecure.NewCredentials(), n}
	}
	return peerCredentials{credentials.NewTLS(n.config.TLS), n}
}

// connInfo describes the connection of a stream.
type connInfo struct {
	credentials.AuthInfo
	conn *trackedConn
	cert *x509.Certificate // nil without TLS
}

// ServerHandshake does that of an inbound connection.
func (c peerCredentials) ServerHandshake(raw net.Conn) (net.Conn, credentials.AuthInfo, error) {
	conn, info, err := c.TransportCredentials.ServerHandshake(raw)
	if err != nil {
		c.n.log.Debug("node: a handshake failed", "from", raw.RemoteAddr(), "error", err)
		return nil, nil, err
	}
	tracked, ok := raw.(*trackedConn)
	if !ok {
		return nil, nil, errors.Join(errors.New("node: a connection past the listener"), conn.Close())
	}
	mine := connInfo{AuthInfo: info, conn: tracked, cert: certificateOf(info)}
	if mine.cert != nil && !c.n.config.Strangers && !c.n.knows(mine.cert, "") {
		c.n.warn("node: a certificate names no peer", "from", raw.RemoteAddr(), "subject", mine.cert.Subject.String())
		return nil, nil, errors.Join(errors.New("node: the certificate names no peer"), conn.Close())
	}
	return conn, mine, nil
}

// ClientHandshake does that of an outbound connection. Its authority is the node's
// address, without the number that an endpoint begins with.
func (c peerCredentials) ClientHandshake(ctx context.Context, _ string, raw net.Conn) (net.Conn, credentials.AuthInfo, error) {
	tracked, ok := raw.(*trackedConn)
	if !ok {
		return nil, nil, errors.Join(errors.New("node: a connection past the dialer"), raw.Close())
	}
	address := tracked.link.address
	conn, info, err := c.TransportCredentials.ClientHandshake(ctx, address, raw)
	if err != nil {
		return nil, nil, err
	}
	if cert := certificateOf(info); cert != nil && !c.n.knows(cert, address) {
		c.n.warn("node: another node's certificate", "address", address, "subject", cert.Subject.String())
		return nil, nil, errors.Join(fmt.Errorf("node: the certificate at %s is another node's", address), conn.Close())
	}
	return conn, info, nil
}

// Clone returns a copy.
func (c peerCredentials) Clone() credentials.TransportCredentials {
	return peerCredentials{c.TransportCredentials.Clone(), c.n}
}

// certificateOf returns the verified certificate of the other side, nil without
// TLS.
func certificateOf(info credentials.AuthInfo) *x509.Certificate {
	t, ok := info.(credentials.TLSInfo)
	if !ok || len(t.State.PeerCertificates) == 0 {
		return nil
	}
	return t.State.PeerCertificates[0]
}

// knows reports whether a certificate is that of a node which this one knows,
// at an address if that is not empty.
func (n *Node) knows(cert *x509.Certificate, address string) bool {
	for _, l := range n.allLinks() {
		if (address == "" || l.address == address) && n.authorize(l.name, cert) == nil {
			return true
		}
	}
	return false
}

// authorize decides whether the holder of a certificate may speak for a node.
func (n *Node) authorize(node string, cert *x509.Certificate) error {
	if n.config.Authorize != nil {
		return n.config.Authorize(node, cert)
	}
	if cert.Subject.CommonName == node || slices.Contains(cert.DNSNames, node) {
		return nil
	}
	return fmt.Errorf("node: the certificate of %q is not that of node %q", cert.Subject.CommonName, node)
}
