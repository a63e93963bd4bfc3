package servertcp_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

// writeCertificate makes a certificate of a name that signs itself, in two
// files.
func writeCertificate(t *testing.T, dir, name string) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	require.NoError(t, os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), 0o600))
	require.NoError(t, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	return certFile, keyFile
}

// certificate makes one and loads it.
func certificate(t *testing.T, dir, name string) *servertcp.Certificate {
	t.Helper()
	c, err := servertcp.LoadCertificate(writeCertificate(t, dir, name))
	require.NoError(t, err)
	return c
}

// trusting is the configuration of a client that trusts what is in a file.
func trusting(t *testing.T, file, name string) *tls.Config {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(text))
	return &tls.Config{RootCAs: pool, ServerName: name}
}

func TestTLS(t *testing.T) {
	dir := t.TempDir()
	cert := certificate(t, dir, "first.test")
	states := make(chan *tls.ConnectionState, 2)
	r := run(t, servertcp.Config{
		TLS:             servertcp.TLS{Config: &tls.Config{GetCertificate: cert.Get}},
		ClientConnected: func(c *servertcp.Client) { states <- c.TLS; c.Put("hello") },
	})
	secure := func(name string) {
		conn, err := tls.Dial("tcp", r.addr, trusting(t, filepath.Join(dir, "cert.pem"), name))
		require.NoError(t, err)
		p := newPeer(t, conn)
		p.want("hello")
		require.True(t, (<-states).HandshakeComplete)
		long := strings.Repeat("a long line ", 10_000)
		p.send("one\n" + long + "\n")
		p.want("one")
		p.want(long)
		p.Close()
	}
	secure("first.test")
	writeCertificate(t, dir, "second.test")
	require.NoError(t, cert.Reload())
	secure("second.test")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "key.pem"), nil, 0o600))
	require.Error(t, cert.Reload())
	secure("second.test")
}

// Peers that talk no TLS, or nothing at all, are told to ClientError, and
// nobody waits for them.
func TestTLSHandshakeFails(t *testing.T) {
	dir := t.TempDir()
	c := servertcp.Config{
		TLS:                servertcp.TLS{Config: &tls.Config{GetCertificate: certificate(t, dir, "a.test").Get}},
		Timeouts:           servertcp.Timeouts{Handshake: 100 * time.Millisecond},
		ClientConnected:    func(*servertcp.Client) { t.Error("connected") },
		ClientDisconnected: func(*servertcp.Client) { t.Error("disconnected") },
	}
	told := errorsOf(&c)
	r := run(t, c)
	p := r.dial()
	p.send("GET / HTTP/1.0\r\n\r\n")
	err := <-told
	require.Equal(t, "handshake", err.Op)
	require.ErrorAs(t, err, new(tls.RecordHeaderError))

	r.dial()
	err = <-told
	require.Equal(t, "handshake", err.Op)
	require.ErrorIs(t, err, syscall.ETIMEDOUT)

	r.dial().Close()
	require.ErrorIs(t, <-told, io.EOF)
}

// A handshake that cannot begin is an error of that connection, not the end of
// the server.
func TestTLSHandshakeCannotBegin(t *testing.T) {
	c := servertcp.Config{
		TLS: servertcp.TLS{Config: &tls.Config{GetCertificate: certificate(t, t.TempDir(), "a.test").Get}},
		ClientPreConnect: func(_ *servertcp.Client, h *kernel.Handle) *kernel.Handle {
			h.Close()
			return h
		},
	}
	told := errorsOf(&c)
	r := run(t, c)
	for range 2 {
		r.dial().wantEnd()
		err := <-told
		require.Equal(t, "handshake", err.Op)
		require.ErrorIs(t, err, os.ErrClosed)
	}
}

// A connection that is no socket of the system can be encrypted as well.
func TestTLSOverAnything(t *testing.T) {
	dir := t.TempDir()
	cert := certificate(t, dir, "a.test")
	fars := make(chan net.Conn, 1)
	r := run(t, servertcp.Config{
		TLS: servertcp.TLS{Config: &tls.Config{GetCertificate: cert.Get}},
		ClientPreConnect: func(_ *servertcp.Client, h *kernel.Handle) *kernel.Handle {
			h.Close()
			near, far := net.Pipe()
			fars <- far
			return kernel.Conn(near)
		},
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) { c.Put("<" + line + ">") }),
	})
	r.dial().wantEnd()
	p := newPeer(t, tls.Client(<-fars, trusting(t, filepath.Join(dir, "cert.pem"), "a.test")))
	p.send("hello\n")
	p.want("<hello>")
}

// A StartTLS that cannot even begin ends the connection in order.
func TestStartTLSCannotBegin(t *testing.T) {
	gone := make(chan bool, 1)
	c := startTLS(t, certificate(t, t.TempDir(), "a.test"))
	c.ClientInput = servertcp.Input(func(c *servertcp.Client, line string) {
		require.NoError(t, c.Wheel.InputHandle().Close())
		require.Error(t, c.StartTLS())
	})
	c.ClientDisconnected = func(*servertcp.Client) { gone <- true }
	r := run(t, c)
	p := r.dial()
	p.send("STARTTLS\n")
	p.wantEnd()
	require.True(t, <-gone)
}

func TestClientCertificate(t *testing.T) {
	dir, clientDir := t.TempDir(), t.TempDir()
	cert := certificate(t, dir, "server.test")
	certFile, keyFile := writeCertificate(t, clientDir, "alice")
	names := make(chan string, 1)
	c := servertcp.Config{
		TLS: servertcp.TLS{Config: &tls.Config{
			GetCertificate: cert.Get, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: trusting(t, certFile, "").RootCAs,
		}},
		ClientConnected: func(c *servertcp.Client) { names <- c.TLS.PeerCertificates[0].Subject.CommonName },
	}
	told := errorsOf(&c)
	r := run(t, c)
	config := trusting(t, filepath.Join(dir, "cert.pem"), "server.test")
	bare, err := tls.Dial("tcp", r.addr, config)
	if err == nil { // TLS 1.3 tells a client later
		newPeer(t, bare).wantEnd()
	}
	require.Equal(t, "handshake", (<-told).Op)

	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	require.NoError(t, err)
	config.Certificates = []tls.Certificate{pair}
	conn, err := tls.Dial("tcp", r.addr, config)
	require.NoError(t, err)
	defer conn.Close()
	require.Equal(t, "alice", <-names)
}

// startTLS is a server that encrypts when it is asked to.
func startTLS(t *testing.T, cert *servertcp.Certificate) servertcp.Config {
	return servertcp.Config{
		TLS: servertcp.TLS{Config: &tls.Config{GetCertificate: cert.Get}, OnDemand: true},
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
			if line != "STARTTLS" {
				c.Put(line)
				return
			}
			c.Put("go ahead")
			if err := c.StartTLS(); err != nil {
				t.Error(err)
			}
		}),
		ClientSecured: func(c *servertcp.Client) { c.Put("secured") },
	}
}

func TestStartTLS(t *testing.T) {
	dir := t.TempDir()
	r := run(t, startTLS(t, certificate(t, dir, "start.test")))
	p := r.dial()
	p.send("clear\nSTARTTLS\n")
	p.want("clear")
	p.want("go ahead")
	p = newPeer(t, tls.Client(p.Conn, trusting(t, filepath.Join(dir, "cert.pem"), "start.test")))
	p.send("one\n")
	p.want("secured")
	p.want("one")
	p.Close()
	for r.stats().Open > 0 { // until the server has noticed
	}
}

// What is smuggled in behind STARTTLS in the clear is no record: it spoils the
// handshake.
func TestStartTLSInjection(t *testing.T) {
	c := startTLS(t, certificate(t, t.TempDir(), "start.test"))
	over := make(chan bool, 1)
	c.ClientDisconnected = func(*servertcp.Client) { over <- true }
	told := errorsOf(&c)
	r := run(t, c)
	p := r.dial()
	p.send("STARTTLS\ninjected\n")
	require.Equal(t, "handshake", (<-told).Op)
	<-over
	p.want("go ahead")
	got, _ := io.ReadAll(p)
	require.NotContains(t, string(got), "injected")
}

// A shutdown in the middle of a handshake ends it.
func TestShutdownDuringHandshake(t *testing.T) {
	c := startTLS(t, certificate(t, t.TempDir(), "start.test"))
	c.ClientDisconnected = func(c *servertcp.Client) { c.Kernel.Post(kernel.Alias("server"), "shutdown") }
	r := run(t, c)
	p := r.dial()
	p.send("STARTTLS\n")
	p.want("go ahead")
	r.drain(time.Minute)
	r.wait()
	p.wantEnd()
}

func TestStartTLSWithoutTLS(t *testing.T) {
	errs := make(chan error, 1)
	r := run(t, servertcp.Config{ClientConnected: func(c *servertcp.Client) { errs <- c.StartTLS() }})
	r.dial()
	require.ErrorContains(t, <-errs, "Config.TLS is not set")
}

// openssl is the peer that everybody uses.
func TestOpenSSL(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("needs openssl; crypto/tls is the peer of the other tests")
	}
	dir := t.TempDir()
	r := run(t, servertcp.Config{
		TLS: servertcp.TLS{Config: &tls.Config{GetCertificate: certificate(t, dir, "open.test").Get}},
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
			c.Put("openssl said " + line)
			c.Shutdown()
		}),
	})
	_, port, err := net.SplitHostPort(r.addr)
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), openssl, "s_client", "-quiet", "-verify_return_error", "-CAfile", filepath.Join(dir, "cert.pem"),
		"-servername", "open.test", "-connect", "127.0.0.1:"+port)
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	defer in.Close()
	_, err = io.WriteString(in, "hello\n")
	require.NoError(t, err)
	out, _ := cmd.Output() // its exit code is about the end of the stream
	require.Contains(t, string(out), "openssl said hello\r\n")
}
