package plugin

import (
	"strconv"
	"time"

	"github.com/gopoe/poe/component/irc"
)

// Connector keeps a client connected: it connects again when the connection is
// lost, and sends PING to a silent server. In contrast to the original, it
// disconnects from a server that does not answer.
//
// POE: POE::Component::IRC::Plugin::Connector.
type Connector struct {
	// Delay is the interval at which a silent server is sent a PING: 0 means
	// five minutes. Reconnect is the delay before the client connects again: 0
	// means one minute. Timeout bounds the time from the connection to the
	// reply 001: 0 means one minute.
	Delay, Reconnect, Timeout time.Duration
	// Servers are the servers to connect to in turn; if empty, the client's own
	// server is used.
	Servers []Server

	c       *irc.Client
	lag     time.Duration
	asked   []time.Time // the pings without an answer
	traffic bool        // there was a message since the last look
	ping    timer
	wait    timer // for the server to let the client in
	pause   timer // before connecting again
	next    int
}

// Server is an entry of Connector.Servers; if Port is 0, the port of the
// client's configuration is used.
type Server struct {
	Address string
	Port    int
}

// Register implements [irc.Plugin]; the client calls it.
func (p *Connector) Register(c *irc.Client) error {
	orDefault(&p.Delay, 5*time.Minute)
	orDefault(&p.Reconnect, time.Minute)
	orDefault(&p.Timeout, time.Minute)
	p.c = c
	c.Hook(p, irc.ServerHook, irc.Hooks{
		"connected": watch(func(*irc.Event) { p.pause.stop(); p.wait.set(c, p.Timeout, c.Disconnect) }),
		"001":       watch(func(*irc.Event) { p.traffic = true; p.begin() }),
		"pong":      watch(p.pong),
		"all":       watch(func(e *irc.Event) { p.traffic = p.traffic || e.Message != nil }),
	})
	hook(c, p, watch(func(*irc.Event) { p.lost() }), "disconnected", "error", "socketerr")
	if c.LoggedIn() {
		p.begin()
	}
	return nil
}

// Unregister implements [irc.Plugin]; the client calls it.
func (p *Connector) Unregister(*irc.Client) {
	p.stop()
	p.pause.stop()
}

// Lag returns the time between the last PING that was answered and its answer,
// 0 before the first answer.
func (p *Connector) Lag() time.Duration { return p.lag }

func (p *Connector) begin() {
	p.wait.stop()
	p.asked = nil
	p.ping.set(p.c, p.Delay, p.look)
}

// look asks a server that has been silent since the last look.
func (p *Connector) look() {
	if p.traffic {
		p.asked = nil
	}
	switch {
	case len(p.asked) > 0:
		p.c.Disconnect()
		return
	case !p.traffic:
		now := p.c.Now()
		p.asked = append(p.asked, now)
		_ = p.c.Yield("ping", strconv.FormatInt(now.Unix(), 10))
	}
	p.traffic = false
	p.ping.set(p.c, p.Delay, p.look)
}

func (p *Connector) pong(*irc.Event) {
	p.traffic = true
	if len(p.asked) > 0 {
		p.lag = p.c.Now().Sub(p.asked[0])
		p.asked = p.asked[1:]
	}
}

func (p *Connector) stop() {
	p.ping.stop()
	p.wait.stop()
	p.asked = nil
}

// lost sets the timer to connect again.
func (p *Connector) lost() {
	p.stop()
	p.pause.set(p.c, p.Reconnect, func() {
		config := irc.Config{}
		if len(p.Servers) > 0 {
			at := p.Servers[p.next%len(p.Servers)]
			p.next++
			config.Server, config.Port = at.Address, at.Port
		}
		p.c.Connect(config)
	})
}
