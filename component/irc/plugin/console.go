package plugin

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

// Console is a server on the loopback network for inspecting a client: a peer
// that has sent the password as its first line sees all events, and may send
// commands, such as "join #perl". An argument that contains blanks begins with
// a colon and is the last.
//
// Its events are console_service with the address, console_connect with the peer's
// address, port and connection, console_authed and console_close with the
// connection, and console_rw_fail with address and port.
//
// POE: POE::Component::IRC::Plugin::Console.
type Console struct {
	// Password is required.
	Password string
	// Port is the port to listen on; if 0, the system chooses one.
	Port int
	// Listener, if not nil, is a handle that listens already, instead of Port;
	// the plugin owns it.
	Listener *kernel.Handle

	c        *irc.Client
	listener *servertcp.Listener
	authed   map[*servertcp.Client]bool
	over     bool
}

// The limits of consoles: how many there may be, how long one may take for its
// password, and how much may wait for one that does not read.
const (
	maxConsoles     = 16
	consoleLogin    = time.Minute
	consoleMaxQueue = 1 << 20
)

// Register implements [irc.Plugin]; the client calls it.
func (p *Console) Register(c *irc.Client) (err error) {
	if p.Password == "" {
		return errors.New("a Password is required")
	}
	p.c, p.authed = c, map[*servertcp.Client]bool{}
	config := servertcp.Config{
		Address: "127.0.0.1", Port: p.Port, Listener: p.Listener, MaxClients: maxConsoles,
		Timeouts:           servertcp.Timeouts{Login: consoleLogin},
		Limits:             servertcp.Limits{Output: consoleMaxQueue, Backpressure: servertcp.Unlimited},
		ClientConnected:    p.connected,
		ClientInput:        servertcp.Input(p.input),
		ClientError:        p.failed,
		ClientDisconnected: p.disconnected,
	}
	if p.Listener != nil {
		config.Address = ""
	}
	if p.listener, err = servertcp.Listen(c.Kernel(), config); err != nil {
		return err
	}
	c.Hook(p, irc.ServerHook, irc.Hooks{"all": watch(p.show("<<<"))})
	c.Hook(p, irc.UserHook, irc.Hooks{"all": watch(p.show(">>>"))})
	c.Emit("console_service", p.Addr())
	return nil
}

// Unregister implements [irc.Plugin]; the client calls it.
func (p *Console) Unregister(c *irc.Client) {
	p.over = true
	for client := range p.authed {
		client.Shutdown()
	}
	_ = c.Kernel().Post(p.listener.ID(), "shutdown")
}

// Addr returns the address at which the console listens. POE: getsockname.
func (p *Console) Addr() netip.AddrPort {
	at, _ := netip.ParseAddrPort(fmt.Sprint(p.listener.Addr()))
	return at
}

func (p *Console) connected(c *servertcp.Client) {
	p.c.Emit("console_connect", c.RemoteIP, c.RemotePort, c.Wheel.ID())
}

func (p *Console) failed(c *servertcp.Client, err *kernel.OpError) {
	if err.Op == "write" {
		p.c.Emit("console_rw_fail", c.RemoteIP, c.RemotePort)
	}
}

func (p *Console) disconnected(c *servertcp.Client) {
	delete(p.authed, c)
	if !p.over {
		p.c.Emit("console_close", c.Wheel.ID())
	}
}

func (p *Console) input(c *servertcp.Client, line string) {
	switch {
	case p.over:
	case p.authed[c]:
		p.command(line)
	case subtle.ConstantTimeCompare([]byte(line), []byte(p.Password)) == 1:
		p.authed[c] = true
		c.LoggedIn()
		c.PutText("* Welcome. Commands are those of the client.")
		p.c.Emit("console_authed", c.Wheel.ID())
	default:
		c.PutText("* Wrong password")
		c.Shutdown()
	}
}

// command gives the client a command.
func (p *Console) command(line string) {
	words, last, hasLast := strings.Cut(" "+strings.TrimSpace(line), " :")
	var args []any
	for _, word := range strings.Fields(words) {
		args = append(args, word)
	}
	if hasLast {
		args = append(args, last)
	}
	if len(args) > 0 && !strings.HasPrefix(args[0].(string), "_") {
		_ = p.c.Yield(strings.ToLower(args[0].(string)), args[1:]...)
	}
}

// show makes a function that shows events on all consoles.
func (p *Console) show(mark string) func(e *irc.Event) {
	return func(e *irc.Event) {
		if len(p.authed) == 0 {
			return
		}
		var line strings.Builder
		line.WriteString(mark + " " + e.Name)
		for _, arg := range e.Args {
			fmt.Fprintf(&line, " %q", fmt.Sprint(arg))
		}
		for client := range p.authed {
			client.PutText(line.String())
		}
	}
}
