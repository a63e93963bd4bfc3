package irc

import (
	"crypto/tls"
	"math"
	"strings"
	"time"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// Forever is a time-out that never ends.
const Forever time.Duration = math.MaxInt64

// Config is what New and the event "connect" are given. Every field is optional,
// but a Server, or Dial, is needed to connect. In "connect" a zero field keeps the
// value from before; Alias, Options, State and Limits count in New alone.
type Config struct {
	// Alias is the name of the client's session. POE: alias.
	Alias string
	// Options are options of the session.
	Options map[string]any

	// Server is the server's address or host name, Port its port: 0 is 6667, or
	// 6697 with TLS. Password is sent with PASS; empty sends none.
	Server   string
	Port     int
	Password string
	// TLS encrypts the connection; nil is in the clear. A Certificate in it logs
	// in by SASL EXTERNAL. POE: UseSSL, SSLCert, SSLKey, SSLCtx.
	TLS *tls.Config
	// LocalAddr and LocalPort are the near end's address; empty is any.
	LocalAddr string
	LocalPort int
	// Dial makes connections in place of a socket, as clienttcp.Config.Dial does:
	// in memory, through a proxy.
	Dial func(d *clienttcp.Dialing)

	// Nick is the nick to ask for; empty is "poebot". Username and RealName are
	// empty for the same. POE: nick, username, ircname.
	Nick     string
	Username string
	RealName string
	// Bitmode is the number in USER that asks for user modes: 0 is 8, invisible;
	// a negative one is none.
	Bitmode int
	// WebIRC gives a user's own address to a server that trusts this one.
	WebIRC *WebIRC
	// SASL logs in to an account before the connection is registered.
	SASL *SASL
	// Caps are the IRCv3 capabilities to ask for if the server has them; nil is
	// DefaultCaps, an empty list is none.
	Caps []string

	// Flood disables the flood control: lines go out at once.
	Flood bool
	// MessageLength is how many bytes a line may have, less those of the nick;
	// longer ones are cut. 0 is 450. POE: msg_length.
	MessageLength int
	// Raw adds the events raw and raw_out.
	Raw bool
	// DCC configures direct connections.
	DCC DCCConfig

	// State follows channels and users. POE: the class POE::Component::IRC::State.
	State bool
	// AwayPoll is how often WHO asks which members of a channel are away; 0 is
	// never. It is of no use with the capability away-notify.
	AwayPoll time.Duration
	// NoWhoJoiners stops asking WHO for everyone who joins a channel.
	// POE: WhoJoiners => 0.
	NoWhoJoiners bool

	Timeouts Timeouts
	Limits   Limits
}

// WebIRC are the arguments of the command WEBIRC.
type WebIRC struct{ Password, User, Host, IP string }

// Timeouts bound the waiting for a server. 0 is the default of each; Forever
// disables it.
type Timeouts struct {
	// Connect bounds a connection attempt and the TLS handshake: a minute. The
	// event is socketerr.
	Connect time.Duration
	// Login bounds the time from the connection to the reply 001: two minutes.
	// Then the client disconnects.
	Login time.Duration
	// Idle bounds the time without any line from the server: ten minutes. Then
	// the client disconnects. Servers send PING more often.
	Idle time.Duration
}

// Limits bound what a server can make the client keep. 0 is the default of each.
type Limits struct {
	// Line is how many bytes a line from the server may have, its tags not
	// counted: 8192. Longer ones are dropped.
	Line int
	// Queue is how many lines may wait for the flood control: 4096. Further ones
	// are dropped, with the event queue_full.
	Queue int
	// Channels is how many channels are followed: 20,000. Members is how many
	// members they may have in all: 1,000,000. Entries is how many entries each
	// list of a channel may have: 4096. What goes beyond is not followed, with the
	// event state_limit.
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
	return config
}
