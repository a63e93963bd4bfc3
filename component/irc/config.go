package irc

import (
	"crypto/tls"
	"math"
	"net"
	"strings"
	"time"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// Forever, as a time-out, means no limit.
const Forever time.Duration = math.MaxInt64

// Config is the argument of New and of the event "connect". Every field is
// optional, but Server or Dial is required to connect. In "connect", a zero
// field keeps its previous value; Alias, Options, State and Limits are used by
// New only.
type Config struct {
	// Alias is the name of the client's session. POE: alias.
	Alias string
	// Options are the options of the client's session.
	Options map[string]any

	// Server is the server's address or host name, Port its port: 0 means 6667,
	// or 6697 with TLS. Password is sent with PASS; if empty, PASS is not sent.
	Server   string
	Port     int
	Password string
	// TLS encrypts the connection; if nil, it is not encrypted. Its client
	// certificate is used for SASL EXTERNAL. POE: UseSSL, SSLCert, SSLKey,
	// SSLCtx.
	TLS *tls.Config
	// LocalAddr and LocalPort are the local address and port; the system
	// chooses them if they are empty and 0.
	LocalAddr string
	LocalPort int
	// Resolver looks up the server's name; if nil, it is net.DefaultResolver.
	// clientdns has one that stays in the kernel, Resolver.NetResolver.
	Resolver *net.Resolver
	// Dial, if not nil, makes the connections instead of a socket, see
	// clienttcp.Config.Dial: in memory or through a proxy, for example. LocalAddr,
	// LocalPort and Resolver are then not used.
	Dial func(d *clienttcp.Dialing)

	// Nick is the nick to ask for. Nick and Username are "poebot" if empty; an
	// empty RealName means Nick. POE: nick, username, ircname.
	Nick     string
	Username string
	RealName string
	// Bitmode is the number in USER that asks for user modes: 0 means 8,
	// invisible; a negative number asks for none.
	Bitmode int
	// WebIRC, if not nil, sends the command WEBIRC, with which a gateway
	// announces a user's own address to a server that trusts it.
	WebIRC *WebIRC
	// SASL, if not nil, logs in to an account before the client registers with
	// the server.
	SASL *SASL
	// Caps are the IRCv3 capabilities to request if the server offers them; nil
	// means DefaultCaps, an empty list none.
	Caps []string

	// Flood disables the flood control: lines are sent immediately.
	Flood bool
	// MessageLength is the maximum length in bytes of a line and the nick
	// together; longer lines are truncated. 0 means 450. POE: msg_length.
	MessageLength int
	// Raw enables the events raw and raw_out.
	Raw bool
	// Debug logs every line to and from the server. It may have passwords. The
	// event "debug" changes it.
	Debug bool
	// DCC configures direct connections.
	DCC DCCConfig

	// State makes the client track channels and users. POE: the class
	// POE::Component::IRC::State.
	State bool
	// AwayPoll is the interval at which WHO asks which members of a channel are
	// away; 0 means never. It is unnecessary with the capability away-notify.
	AwayPoll time.Duration
	// NoWhoJoiners disables the WHO request for each user who joins a channel.
	// POE: WhoJoiners => 0.
	NoWhoJoiners bool

	Timeouts Timeouts
	Limits   Limits
}

// WebIRC has the arguments of the command WEBIRC. They must not contain blanks.
type WebIRC struct{ Password, User, Host, IP string }

// Timeouts bounds how long a server may keep the client waiting. 0 means the
// default of the field; Forever means no limit.
type Timeouts struct {
	// Connect bounds a connection attempt and the TLS handshake: one minute by
	// default. Then the event socketerr is sent.
	Connect time.Duration
	// Login bounds the time from the connection to the reply 001: two minutes
	// by default. Then the client disconnects.
	Login time.Duration
	// Idle bounds the time without any line from the server: ten minutes by
	// default. Then the client disconnects. Servers send PING more often.
	Idle time.Duration
}

// Limits bounds what a server can make the client store. 0 means the default of
// the field; negative values are an error.
type Limits struct {
	// Line is the maximum length in bytes of a line from the server, without
	// its tags: 8192 by default. Longer ones are dropped.
	Line int
	// Queue is how many lines the flood control may hold back: 4096 by default.
	// Further ones are dropped, with the event queue_full.
	Queue int
	// Channels is how many channels are tracked: 20,000 by default. Members is
	// how many members they may have in total: 1,000,000 by default. Entries is
	// how many entries each list of a channel may have: 4096 by default.
	// Anything beyond is not tracked, with the event state_limit.
	Channels, Members, Entries int
}

func orDefault[T comparable](value *T, or T) {
	var zero T
	if *value == zero {
		*value = or
	}
}

// complete sets the defaults.
func (c *Config) complete() {
	orDefault(&c.Nick, "poebot")
	orDefault(&c.Username, "poebot")
	orDefault(&c.RealName, c.Nick)
	orDefault(&c.Bitmode, 8)
	orDefault(&c.MessageLength, 450)
	orDefault(&c.Timeouts.Connect, time.Minute)
	orDefault(&c.Timeouts.Login, 2*time.Minute)
	orDefault(&c.Timeouts.Idle, 10*time.Minute)
	orDefault(&c.Limits.Line, 8192)
	orDefault(&c.Limits.Queue, 4096)
	orDefault(&c.Limits.Channels, 20_000)
	orDefault(&c.Limits.Members, 1_000_000)
	orDefault(&c.Limits.Entries, 4096)
	if c.Caps == nil {
		c.Caps = DefaultCaps
	}
}

// port is the port to connect to.
func (c *Config) port() int {
	switch {
	case c.Port != 0:
		return c.Port
	case c.TLS != nil:
		return 6697
	}
	return 6667
}

func (c *Config) check() error {
	wrong := func(field, what string) error {
		return configerror.New("irc", field, what)
	}
	for field, value := range map[string]string{
		"Nick": c.Nick, "Username": c.Username, "Password": c.Password, "Server": c.Server,
	} {
		if strings.ContainsAny(value, " \r\n\x00") {
			return wrong(field, "has a blank, a line break or a NUL")
		}
	}
	switch {
	case strings.ContainsAny(c.RealName, "\r\n\x00"):
		return wrong("RealName", "has a line break or a NUL")
	case c.Port < 0 || c.Port > 65535:
		return wrong("Port", "must be from 1 to 65535, or 0 for the default")
	case c.MessageLength < 0:
		return wrong("MessageLength", "is negative; 0 is the default")
	case min(c.Timeouts.Connect, c.Timeouts.Login, c.Timeouts.Idle, c.AwayPoll) < 0:
		return wrong("Timeouts", "must not be negative; 0 is the default, Forever none")
	case min(c.Limits.Line, c.Limits.Queue, c.Limits.Channels, c.Limits.Members, c.Limits.Entries) < 0:
		return wrong("Limits", "must not be negative; 0 is the default")
	case c.WebIRC != nil && strings.ContainsAny(c.WebIRC.Password+c.WebIRC.User+c.WebIRC.Host+c.WebIRC.IP, " \r\n\x00"):
		return wrong("WebIRC", "has a blank, a line break or a NUL")
	case c.SASL != nil && c.SASL.check() != nil:
		return wrong("SASL", c.SASL.check().Error())
	case c.DCC.check() != nil:
		return wrong("DCC", c.DCC.check().Error())
	}
	return nil
}

// limited returns a time-out as clienttcp wants it, where 0 is forever.
func limited(d time.Duration) time.Duration {
	if d == Forever {
		return 0
	}
	return d
}

// tcp is the configuration of the connection.
func (c *Config) tcp() clienttcp.Config {
	config := clienttcp.Config{
		RemoteAddress: c.Server, RemotePort: c.port(), TLS: c.TLS,
		ConnectTimeout: limited(c.Timeouts.Connect), Timeouts: clienttcp.Timeouts{Idle: limited(c.Timeouts.Idle)},
	}
	if c.Dial != nil {
		config.Dial = c.Dial
		return config
	}
	config.BindAddress, config.BindPort, config.Domain = c.LocalAddr, c.LocalPort, socketfactory.Inet
	config.Resolver = c.Resolver
	return config
}
