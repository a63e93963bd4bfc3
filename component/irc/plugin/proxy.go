package plugin

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"

	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter"
	ircfilter "github.com/gopoe/poe/filter/irc"
	"github.com/gopoe/poe/kernel"
)

// Proxy lets other IRC programs use the client's connection: it listens while
// the client is connected, and a program that has sent the password is on the
// client's channels with the client's nick, which it cannot change. It needs
// irc.Config.State.
//
// Its events are proxy_up and proxy_down with the address, proxy_connect,
// proxy_authed, proxy_close and proxy_rw_fail with the connection.
//
// POE: POE::Component::IRC::Plugin::Proxy.
type Proxy struct {
	// Password is required.
	Password string
	// Address and Port are where to listen: an empty Address means 127.0.0.1,
	// and if Port is 0, the system chooses one.
	Address string
	Port    int
	// Listen, if not nil, returns the listening handle instead of Address and
	// Port; the plugin owns it.
	Listen func() (*kernel.Handle, error)

	c        *irc.Client
	listener *servertcp.Listener
	users    map[kernel.WheelID]*proxyUser
	welcome  []*irc.Message // what the server has said at the beginning
}

// proxyUser is a program at the proxy.
type proxyUser struct {
	client       *servertcp.Client
	pass         bool
	nick, user   bool
	since        time.Time
	authed, over bool
}

// ProxyUser describes a connection, see Proxy.Users.
type ProxyUser struct {
	ID     kernel.WheelID
	Addr   netip.AddrPort
	Since  time.Time
	Authed bool
}

// The limits of a proxy, as those of a console.
const (
	maxProxyUsers  = 64
	proxyLogin     = time.Minute
	proxyMaxQueue  = 1 << 20
	maxWelcome     = 64
	proxyMaxLength = 8192
)

// Register implements [irc.Plugin]; the client calls it.
func (p *Proxy) Register(c *irc.Client) error {
	switch {
	case !c.FollowsState():
		return errNeedsState
	case p.Password == "":
		return errors.New("a Password is required")
	}
	orDefault(&p.Address, "127.0.0.1")
	p.c, p.users = c, map[kernel.WheelID]*proxyUser{}
	c.RawEvents(true)
	c.Hook(p, irc.ServerHook, irc.Hooks{
		"connected":    watch(func(*irc.Event) { p.welcome = nil }),
		"raw":          watch(func(e *irc.Event) { p.fromServer(e.Message) }),
		"disconnected": watch(func(*irc.Event) { p.down() }),
	})
	up := func(*irc.Event) {
		if p.listener == nil && c.LoggedIn() {
			p.up()
		}
	}
	hook(c, p, watch(up), "376", "422")
	return nil
}

// Unregister implements [irc.Plugin]; the client calls it.
func (p *Proxy) Unregister(*irc.Client) { p.down() }

// Addr returns the address at which the proxy listens, the zero value while it
// does not listen. POE: getsockname.
func (p *Proxy) Addr() netip.AddrPort {
	if p.listener == nil {
		return netip.AddrPort{}
	}
	at, _ := netip.ParseAddrPort(fmt.Sprint(p.listener.Addr()))
	return at
}

// Users returns the open connections. POE: list_wheels and wheel_info.
func (p *Proxy) Users() []ProxyUser {
	var list []ProxyUser
	for _, id := range slices.Sorted(maps.Keys(p.users)) {
		u := p.users[id]
		list = append(list, ProxyUser{id, u.client.RemoteAddr, u.since, u.authed})
	}
	return list
}

// up begins to listen.
func (p *Proxy) up() {
	address, port := p.Address, p.Port
	var handle *kernel.Handle
	var err error
	if p.Listen != nil {
		address, port = "", 0
		if handle, err = p.Listen(); err != nil {
			p.c.Kernel().Host().Logger().Warn("irc: the proxy cannot listen", "error", err)
			return
		}
	}
	p.listener, err = servertcp.Listen(p.c.Kernel(), servertcp.Config{
		Address: address, Port: port, Listener: handle, MaxClients: maxProxyUsers,
		Timeouts: servertcp.Timeouts{Login: proxyLogin},
		Limits:   servertcp.Limits{Output: proxyMaxQueue, Backpressure: servertcp.Unlimited},
		ClientFilter: func() filter.Filter {
			f, err := ircfilter.New(ircfilter.Config{MaxLength: proxyMaxLength})
			if err != nil { // the limit is a constant
				panic(err)
			}
			return f
		},
		ClientConnected: p.connected, ClientInput: servertcp.Input(p.input),
		ClientError: p.failed, ClientDisconnected: p.disconnected,
	})
	if err != nil {
		p.listener = nil
		p.c.Kernel().Host().Logger().Warn("irc: the proxy cannot listen", "error", err)
		return
	}
	p.c.Emit("proxy_up", p.Addr())
}

// down ends the listener and the connections.
func (p *Proxy) down() {
	if p.listener == nil {
		return
	}
	at := p.Addr()
	for _, id := range slices.Sorted(maps.Keys(p.users)) {
		u := p.users[id]
		u.over = true
		u.put(&irc.Message{Command: "ERROR", Params: []string{"Closing Link: the proxy is disconnected"}})
		u.client.Shutdown()
	}
	_ = p.c.Kernel().Post(p.listener.ID(), "shutdown")
	p.listener = nil
	p.c.Emit("proxy_down", at)
}

func (u *proxyUser) put(m *irc.Message) { _, _ = u.client.TryPut(m) }

func (p *Proxy) connected(c *servertcp.Client) {
	u := &proxyUser{client: c, since: p.c.Now()}
	c.Heap = u
	p.users[c.Wheel.ID()] = u
	p.c.Emit("proxy_connect", c.Wheel.ID())
}

func (p *Proxy) failed(c *servertcp.Client, err *kernel.OpError) {
	if err.Op == "write" {
		p.c.Emit("proxy_rw_fail", c.Wheel.ID())
	}
}

func (p *Proxy) disconnected(c *servertcp.Client) {
	delete(p.users, c.Wheel.ID())
	p.c.Emit("proxy_close", c.Wheel.ID())
}

// input is a message from a program.
func (p *Proxy) input(c *servertcp.Client, m *irc.Message) {
	u := c.Heap.(*proxyUser)
	if u.over {
		return
	}
	switch command := upper(m.Command); command {
	case "PASS":
		u.pass = subtle.ConstantTimeCompare([]byte(m.Param(0)), []byte(p.Password)) == 1
	case "NICK":
		u.nick = true
	case "USER":
		u.user = true
	case "CAP":
		p.capabilities(u, m)
	case "PING":
		u.put(&irc.Message{Source: p.c.ServerName(), Command: "PONG", Params: append([]string{p.c.ServerName()}, m.Params...)})
	case "PONG":
	case "QUIT":
		c.Shutdown()
	default:
		if u.authed {
			m.Tags, m.Source = nil, ""
			p.c.Raw(m.String())
		}
	}
	if !u.authed && u.nick && u.user {
		p.admit(u)
	}
}

// capabilities says that the proxy has none.
func (p *Proxy) capabilities(u *proxyUser, m *irc.Message) {
	switch upper(m.Param(0)) {
	case "LS", "LIST":
		u.put(&irc.Message{Command: "CAP", Params: []string{"*", upper(m.Param(0)), ""}})
	case "REQ":
		u.put(&irc.Message{Command: "CAP", Params: []string{"*", "NAK", m.Param(1)}})
	}
}
