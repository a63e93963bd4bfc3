package ircd

import (
	"crypto/tls"
	"strings"
	"time"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
)

// Config configures a server. The zero value listens on all addresses, at a
// port chosen by the system.
type Config struct {
	// Alias is the alias of the listening session; its event "shutdown" stops
	// listening, see Server.Shutdown.
	Alias string
	// Name is the server's name, "irc.localhost" if empty; Network is the
	// network's name, "localnet" if empty.
	Name, Network string
	// Address and Port are where to listen; if Port is 0, the system chooses
	// one. Listener, if not nil, is a handle that listens already, in memory
	// for example, and is used instead; the server owns it.
	Address  string
	Port     int
	Listener *kernel.Handle
	// TLS encrypts all connections; if nil, they are not encrypted.
	TLS *tls.Config

	// Password is the password that users must send with PASS; if empty, none
	// is needed.
	Password string
	// Accounts maps accounts to their passwords, for SASL PLAIN and
	// SCRAM-SHA-256.
	Accounts map[string]string
	// Certificates maps the SHA-256 fingerprints of certificates, in lower-case
	// hexadecimal, to accounts, for SASL EXTERNAL. TLS must ask for
	// certificates: its ClientAuth is tls.RequestClientCert.
	Certificates map[string]string
	// WebIRC is the password with which gateways announce the addresses of
	// their users; if empty, the command WEBIRC is refused.
	WebIRC string
	// Operators maps the names that OPER accepts to their passwords.
	Operators map[string]string
	// MOTD are the lines of the message of the day.
	MOTD []string
	// OnlyCaps are the capabilities to offer; nil means all of them, and with
	// an empty list the server does not support CAP.
	OnlyCaps []string

	// PingInterval is how often a silent user is sent a PING; one that has not
	// answered by the next is dropped. 0 means two minutes.
	PingInterval time.Duration
	Limits       Limits
	// Timeouts are those of servertcp; a Login of 0 means one minute.
	Timeouts servertcp.Timeouts
}

// Limits bounds the resources that users may use. 0 means the default of the
// field; negative values are an error.
type Limits struct {
	// Users is how many users there may be: 1024 by default. PerPeer is how
	// many connections one IP address may have: 0 means no limit.
	Users, PerPeer int
	// Channels is how many channels a user may join: 50 by default. Entries is
	// how many entries a list of a channel may have: 100 by default.
	Channels, Entries int
	// Nick, Channel and Text are the maximum lengths in bytes of a nick, a
	// channel's name, and a topic or other text: 30, 64 and 390 by default.
	Nick, Channel, Text int
	// SendQueue is how many bytes may be pending for a user, who is dropped
	// beyond that: 1 MiB by default.
	SendQueue int
	// LineRate is how many bytes per second are read from a user: 0 means no
	// limit.
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
