package syslogclient_test

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/syslogclient"
	"github.com/gopoe/poe/component/syslogserver"
	"github.com/gopoe/poe/kernel"
)

// Encrypted, and with a server whose certificate is not trusted.
func TestTLS(t *testing.T) {
	certificates := httptest.NewTLSServer(nil) // for its certificate
	defer certificates.Close()
	trusted := x509.NewCertPool()
	trusted.AddCert(certificates.Certificate())
	k := kernel.New()
	var got []string
	var server *syslogserver.Server
	server, err := syslogserver.New(k, syslogserver.Config{
		Type: "tcp", BindAddress: "127.0.0.1", BindPort: syslogserver.AnyPort,
		TLS: &tls.Config{Certificates: certificates.TLS.Certificates},
		Input: func(m *syslogserver.Message) {
			assert.NotNil(t, m.TLS)
			got = append(got, m.Text)
			server.Shutdown()
		},
		Error: func(*syslogserver.Error) {},
	})
	require.NoError(t, err)
	port := server.Addr().(*net.TCPAddr).Port
	wary, err := syslogclient.New(k, syslogclient.Config{
		Alias: "wary", Type: "tcp", RemotePort: port, TLS: &tls.Config{RootCAs: x509.NewCertPool()}, ShutdownTimeout: 300 * time.Millisecond, Error: func(error) {},
	})
	require.NoError(t, err)
	client, err := syslogclient.New(k, syslogclient.Config{
		Type: "tcp", RemotePort: port, TLS: &tls.Config{RootCAs: trusted, ServerName: "example.com"},
	})
	require.NoError(t, err)
	require.NoError(t, wary.Send(line("never")))
	wary.Shutdown()
	require.NoError(t, client.Send(line("secret")))
	client.Shutdown()
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"secret"}, got)
	assert.Equal(t, uint64(1), wary.Stats().Dropped)
	assert.Equal(t, uint64(1), client.Stats().Sent)
}
