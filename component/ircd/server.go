package ircd

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/xdg-go/scram"

	"github.com/gopoe/poe/component/irc/ircutil"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter"
	ircfilter "github.com/gopoe/poe/filter/irc"
	"github.com/gopoe/poe/kernel"
)

// Message is a message on the wire.
type Message = ircfilter.Message

// Server is an IRC server. Its methods belong to the kernel's goroutine.
type Server struct {
	k        *kernel.Kernel
	config   Config
	listener *servertcp.Listener
	started  time.Time
	casemap  ircutil.Casemapping

	users    map[string]*user    // by nick in lower case, registered or not
	channels map[string]*channel // by name in lower case
	unnamed  int                 // connections without a nick
	batches  int                 // that were opened, for their names
	stored   map[string]scram.StoredCredentials
}

// New starts a server, which listens when New returns. An invalid configuration
// is a *kernel.ConfigError; an address that cannot be bound is a
// *kernel.OpError.
func New(k *kernel.Kernel, c Config) (*Server, error) {
	if err := c.complete(); err != nil {
		return nil, err
	}
	s := &Server{k: k, config: c, started: k.Now(), users: map[string]*user{}, channels: map[string]*channel{}, stored: map[string]scram.StoredCredentials{}}
	var err error
	s.listener, err = servertcp.Listen(k, servertcp.Config{
		Alias: c.Alias, Address: c.Address, Port: c.Port, Listener: c.Listener, MaxClients: c.Limits.Users,
		TLS:      servertcp.TLS{Config: c.TLS},
		Timeouts: c.Timeouts,
		Limits: servertcp.Limits{
			PerPeer: c.Limits.PerPeer, Output: c.Limits.SendQueue, ReadRate: c.Limits.LineRate,
			Backpressure: servertcp.Unlimited,
		},
		OnPanic:            servertcp.PanicCloseClient,
		ClientFilter:       newFilter,
		ClientConnected:    s.connected,
		ClientInput:        servertcp.Input(s.input),
		ClientError:        s.failed,
		ClientKeepOnError:  true,
		ClientDisconnected: s.disconnected,
		ClientDrain:        func(cl *servertcp.Client) { s.userOf(cl).end("Server is shutting down") },
	})
	return s, err
}

// newFilter makes the filter of a connection: what it passes on is cut to size.
func newFilter() filter.Filter {
	f, err := ircfilter.New(ircfilter.Config{Truncate: true})
	if err != nil { // the zero limits are good
		panic(err)
	}
	return f
}

// Addr returns the address at which the server listens; the zero value if it
// does not listen, or not on TCP.
func (s *Server) Addr() netip.AddrPort {
	at, _ := netip.ParseAddrPort(fmt.Sprint(s.listener.Addr()))
	return at
}

// Shutdown ends the server: users are notified and dropped, and it stops
// listening.
func (s *Server) Shutdown() {
	for _, u := range s.sorted() {
		if !u.isService() {
			u.end("Server is shutting down")
		}
	}
	_ = s.k.Post(s.listener.ID(), "shutdown")
}

// Nicks returns the nicks of the registered users, services included, sorted.
func (s *Server) Nicks() []string {
	names := []string{}
	for _, u := range s.sorted() {
		if u.registered {
			names = append(names, u.nick)
		}
	}
	return names
}

func (s *Server) key(name string) string { return s.casemap.Lower(name) }

func (s *Server) user(nick string) *user {
	if u := s.users[s.key(nick)]; u != nil && u.registered {
		return u
	}
	return nil
}

func (s *Server) channel(name string) *channel { return s.channels[s.key(name)] }

func (s *Server) userOf(c *servertcp.Client) *user { return c.Heap.(*user) }

func (s *Server) connected(c *servertcp.Client) {
	u := &user{s: s, client: c, session: c.Session, host: c.RemoteIP, connected: s.k.Now(), heard: s.k.Now(), caps: map[string]bool{}, channels: map[string]*channel{}}
	if c.RemoteAddr.IsValid() {
		u.host = hostOf(c.RemoteAddr.Addr())
	}
	c.Heap = u
	s.unnamed++
	u.schedulePing()
}

// hostOf is the host of a user without a name for it. No parameter may begin with a
// colon, as an address may.
func hostOf(addr netip.Addr) string {
	host := addr.Unmap().String()
	if strings.HasPrefix(host, ":") {
		return "0" + host
	}
	return host
}

func (s *Server) input(c *servertcp.Client, m *Message) {
	if u := s.userOf(c); !u.gone {
		u.heard, u.pinged = s.k.Now(), false
		u.handle(m)
	}
}

// failed ends a connection, unless only a line was wrong.
func (s *Server) failed(c *servertcp.Client, err *kernel.OpError) {
	u, ok := c.Heap.(*user)
	if filter.Recoverable(err) {
		if ok && u.registered {
			u.numeric("417", "Input line was too long or no message")
		}
		return
	}
	if ok {
		u.quit(reasonOf(err))
	}
	c.GotAnError = true
	c.Shutdown()
}

func reasonOf(err *kernel.OpError) string {
	if err.Errno() == 0 {
		return "Connection closed"
	}
	return err.Text()
}

func (s *Server) disconnected(c *servertcp.Client) {
	if u, ok := c.Heap.(*user); ok {
		u.quit("Connection closed")
	}
}
