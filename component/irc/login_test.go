package irc_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/component/irc/internal/testnet"
	"github.com/gopoe/poe/component/ircd"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// SCRAM, in which neither side says the password, and each proves that it knows it.
func TestSCRAM(t *testing.T) {
	n := testnet.New(t, ircd.Config{Accounts: map[string]string{"ann": "se,cr=et"}})
	login := func(nick, user, password, mechanism string) *testnet.Client {
		return n.Client(irc.Config{Nick: nick, SASL: &irc.SASL{User: user, Password: password, Mechanism: mechanism}})
	}
	best, named := login("best", "ann", "se,cr=et", ""), login("named", "ann", "se,cr=et", "SCRAM-SHA-256")
	wrong, nobody := login("wrong", "ann", "secret", "SCRAM-SHA-256"), login("nobody", "bob", "se,cr=et", "SCRAM-SHA-256")
	n.Run(20 * time.Second)
	for _, good := range []*testnet.Client{best, named} {
		assert.Contains(t, good.Take(), "sasl_ok SCRAM-SHA-256")
		assert.True(t, good.IRC.LoggedIn())
	}
	for _, bad := range []*testnet.Client{wrong, nobody} {
		assert.Contains(t, bad.Take(), "sasl_failed SCRAM-SHA-256 SASL authentication failed")
		assert.True(t, bad.IRC.LoggedIn(), "without an account")
	}
	best.IRC.WhoisNick("named")
	n.Run(20 * time.Second)
	assert.Contains(t, best.Lines, "330 irc.example named ann :is logged in as [named ann is logged in as]")
	n.End(best, named, wrong, nobody)
}

// A gateway gives the address of its user to a server that knows it.
func TestWebIRC(t *testing.T) {
	n := testnet.New(t, ircd.Config{WebIRC: "gate"})
	web := func(nick, password, host, ip string) *testnet.Client {
		return n.Client(irc.Config{Nick: nick, WebIRC: &irc.WebIRC{Password: password, User: "cgi", Host: host, IP: ip}})
	}
	named, numbered := web("named", "gate", "ann.example.org", "198.51.100.7"), web("numbered", "gate", "*bad*", "2001:db8::7")
	refused := web("refused", "door", "ann.example.org", "198.51.100.7")
	n.Run(20 * time.Second)
	assert.False(t, refused.IRC.LoggedIn())
	named.IRC.Join("#tea")
	n.Run(20 * time.Second)
	numbered.IRC.Join("#tea")
	n.Run(20 * time.Second)
	lines := named.Take()
	assert.Contains(t, lines, "join named!~poebot@ann.example.org #tea * named")
	assert.Contains(t, lines, "join numbered!~poebot@2001:db8::7 #tea * numbered")
	n.End(named, numbered, refused)
}

// certificate makes one that signs itself, and returns it with its fingerprint.
func certificate(t *testing.T, name string) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{name}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	require.NoError(t, err)
	sum := sha256.Sum256(der)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, hex.EncodeToString(sum[:])
}

// Over TLS, on real sockets: the client checks the server's certificate, and its own
// is the account's.
func TestTLSAndExternal(t *testing.T) {
	server, _ := certificate(t, "irc.example")
	known, fingerprint := certificate(t, "ann")
	unknown, _ := certificate(t, "eve")
	roots := x509.NewCertPool()
	leaf, err := x509.ParseCertificate(server.Certificate[0])
	require.NoError(t, err)
	roots.AddCert(leaf)

	for name, c := range map[string]struct {
		serverName string
		with       []tls.Certificate
		user       string
		want       []string
	}{
		"known":             {"irc.example", []tls.Certificate{known}, "", []string{"sasl_ok EXTERNAL", "in"}},
		"known by name":     {"irc.example", []tls.Certificate{known}, "ann", []string{"sasl_ok EXTERNAL", "in"}},
		"of another":        {"irc.example", []tls.Certificate{known}, "bob", []string{"sasl_failed EXTERNAL", "in"}},
		"unknown":           {"irc.example", []tls.Certificate{unknown}, "", []string{"sasl_failed EXTERNAL", "in"}},
		"none":              {"irc.example", nil, "", []string{"sasl_failed EXTERNAL", "in"}},
		"of another server": {"irc.elsewhere", []tls.Certificate{known}, "", []string{"socketerr"}},
	} {
		t.Run(name, func(t *testing.T) {
			k := kernel.New()
			s, err := ircd.New(k, ircd.Config{
				Address: "127.0.0.1", Certificates: map[string]string{fingerprint: "ann"},
				TLS: &tls.Config{Certificates: []tls.Certificate{server}, ClientAuth: tls.RequestClientCert},
			})
			require.NoError(t, err)
			var got []string
			note := func(e kernel.Event, text string) { got = append(got, text) }
			end := func(e kernel.Event) {
				irc.From(e).Shutdown("")
				s.Shutdown()
			}
			_, err = session.Inline(k, session.Funcs{
				"_start": func(kernel.Event) {
					client, err := irc.New(k, irc.Config{
						Nick: "ann", Server: "127.0.0.1", Port: int(s.Addr().Port()), SASL: &irc.SASL{Mechanism: "EXTERNAL", User: c.user},
						TLS: &tls.Config{RootCAs: roots, ServerName: c.serverName, Certificates: c.with},
					})
					require.NoError(t, err)
					client.Connect(irc.Config{})
				},
				"irc_sasl_ok":     func(e kernel.Event) { note(e, "sasl_ok "+kernel.Arg[string](e, 0)) },
				"irc_sasl_failed": func(e kernel.Event) { note(e, "sasl_failed "+kernel.Arg[string](e, 0)) },
				"irc_001":         func(e kernel.Event) { note(e, "in"); end(e) },
				"irc_socketerr":   func(e kernel.Event) { note(e, "socketerr"); end(e) },
			})
			require.NoError(t, err)
			require.NoError(t, k.Run())
			assert.Equal(t, c.want, got)
		})
	}
}
