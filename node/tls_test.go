package node_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/internal/nodetest"
)

// authority signs certificates for nodes on loopback.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return &authority{cert, key}
}

// issue writes a certificate and its key into dir.
func (a *authority) issue(t *testing.T, dir, name string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	write := func(name, kind string, data []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data}), 0o600))
	}
	write(name+".crt", "CERTIFICATE", der)
	write(name+".key", "PRIVATE KEY", secret)
}

func readTLS(dir, name string) (*tls.Config, error) {
	cert, err := tls.LoadX509KeyPair(filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key"))
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(dir, "ca.crt"))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, errors.New("no authority")
	}
	return &tls.Config{Certificates: []tls.Certificate{cert}, RootCAs: pool, ClientCAs: pool}, nil
}

func TestTLS(t *testing.T) {
	dir := t.TempDir()
	ours, theirs := newAuthority(t), newAuthority(t)
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ours.cert.Raw})
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ca.crt"), text, 0o600))
	ours.issue(t, dir, "server")
	ours.issue(t, dir, "client")
	theirs.issue(t, dir, "wrong")
	server := spawn(t, "server", nodetest.AnyPort, "NODE_TEST_TLS="+dir, "NODE_TEST_CERT=server")
	peers := map[string]string{"server": server.Addr}

	for name, works := range map[string]bool{"client": true, "wrong": false, "": false} {
		config := node.Config{Peers: peers}
		if name != "" {
			var err error
			config.TLS, err = readTLS(dir, name)
			require.NoError(t, err)
		}
		c := dial(t, config)
		sum, err := c.call("server", "add", 40, 2)
		if works {
			require.NoError(t, err)
			require.Equal(t, int64(42), sum)
		} else {
			require.ErrorIs(t, err, node.ErrUnreachable, name)
		}
		c.close()
	}

	impostor := spawn(t, "server", nodetest.AnyPort, "NODE_TEST_TLS="+dir, "NODE_TEST_CERT=wrong")
	config := node.Config{Peers: map[string]string{"server": impostor.Addr}}
	var err error
	config.TLS, err = readTLS(dir, "client")
	require.NoError(t, err)
	_, err = dial(t, config).call("server", "add", 40, 2)
	require.ErrorIs(t, err, node.ErrUnreachable)
}

func TestTLSConfigErrors(t *testing.T) {
	dir := t.TempDir()
	ca := newAuthority(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ca.crt"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.cert.Raw}), 0o600))
	ca.issue(t, dir, "a")
	for _, spoil := range []func(*tls.Config){
		func(c *tls.Config) { c.Certificates = nil },
		func(c *tls.Config) { c.RootCAs = nil },
		func(c *tls.Config) { c.ClientCAs = nil },
		func(c *tls.Config) { c.InsecureSkipVerify = true },
	} {
		config, err := readTLS(dir, "a")
		require.NoError(t, err)
		spoil(config)
		_, err = node.Start(kernel.New(), node.Config{Name: "a", Listen: nodetest.AnyPort, TLS: config})
		var ce *kernel.ConfigError
		require.ErrorAs(t, err, &ce)
		require.Equal(t, "TLS", ce.Field)
	}
}
