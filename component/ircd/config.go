package ircd

import (
	"crypto/tls"
	"strings"
	"time"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
)

// Config configures a server. The zero value listens on any port.
type Config struct {
	// Alias is the name of the listening session; the event "shutdown" ends the
	// server.
	Alias string
	// Name is the server's name, "irc.localhost" if empty; Network the network's,
	// "localnet".
	Name, Network string
	// Address and Port are where to listen; port 0 lets the system choose. Listener
	// is a handle that listens already, in memory for example, in their place.
	Address  string
	Port     int
	Listener *kernel.Handle
	// TLS encrypts all connections; nil is in the clear.
	TLS *tls.Config

	// Password is what PASS must say; empty needs none.
	Password string
	// Accounts are the passwords of the accounts, for SASL PLAIN and SCRAM-SHA-256.
	Accounts map[string]string
	// Certificates are the accounts of certificates, for SASL EXTERNAL, by their
	// SHA-256 fingerprint in lower-case hexadecimal. TLS must ask for certificates:
	// its ClientAuth is tls.RequestClientCert.
	Certificates map[string]string
	// WebIRC is the password by which gateways give the addresses of their users;
	// empty refuses the command WEBIRC.
	WebIRC string
	// Operators are the passwords of OPER.
	Operators map[string]string
	// MOTD are the lines of the message of the day.
	MOTD []string
	// OnlyCaps are the capabilities to offer; nil is all of them, an empty list
	// makes a server that does not know CAP.
	OnlyCaps []string

	// PingInterval is how often a silent user is asked whether it is there; one
	// that has not answered by the next time is dropped. 0 is two minutes.
	PingInterval time.Duration
	Limits       Limits
	// Timeouts bound the waiting for connections; a Login of 0 is a minute.
	Timeouts servertcp.Timeouts
}

// Limits bound what users may have. 0 is the default of each.
type Limits struct {
	// Users is how many there may be: 1024. PerPeer is how many connections an
	// address may have: 0 is no limit.
	Users, PerPeer int
	// Channels is how many channels a user may be on: 50. Entries is how many
	// entries a list of a channel may have: 100.
	Channels, Entries int
	// Nick, Channel and Text are the most bytes of a nick, a channel's name and a
	// topic or other text: 30, 64 and 390.
	Nick, Channel, Text int
	// SendQueue is how many bytes may wait for a user that does not read: 1 MiB.
	// Then it is dropped.
	SendQueue int
	// LineRate is how many bytes a second a user may send: 0 is no limit.
	LineRate int
}

func orDefault[T comparable](value *T, or T) {
	var zero T
	if *value == zero {
		*value = or
	}
}

func (c *Config) complete() error {
	orDefault(&c.Name, "irc.localhost")
	orDefault(&c.Network, "localnet")
	orDefault(&c.PingInterval, 2*time.Minute)
	orDefault(&c.Timeouts.Login, time.Minute)
	l := &c.Limits
	for _, limit := range []*int{&l.Users, &l.PerPeer, &l.Channels, &l.Entries, &l.Nick, &l.Channel, &l.Text, &l.SendQueue, &l.LineRate} {
		if *limit < 0 {
			return c.wrong("Limits", "must not be negative; 0 is the default")
		}
	}
	orDefault(&l.Users, 1024)
	orDefault(&l.Channels, 50)
	orDefault(&l.Entries, 100)
	orDefault(&l.Nick, 30)
	orDefault(&l.Channel, 64)
	orDefault(&l.Text, 390)
	orDefault(&l.SendQueue, 1<<20)
	switch {
	case strings.ContainsAny(c.Name+c.Network, " \r\n\x00:"):
		return c.wrong("Name", "and Network must be words")
	case c.PingInterval < 0:
		return c.wrong("PingInterval", "is negative; 0 is the default")
	}
	return nil
}

func (c *Config) wrong(field, what string) error {
	return configerror.New("ircd", field, what)
}
