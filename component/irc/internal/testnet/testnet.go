// Package testnet is an IRC network in memory, on virtual time, for the tests of
// the client and its plugins.
package testnet

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/component/ircd"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// Network is a server and clients in memory, on virtual time.
type Network struct {
	t     *testing.T
	Clock *poetest.Clock
	K     *kernel.Kernel
	At    *poetest.Listener
	IRCD  *ircd.Server
}

// New starts a server in memory, on a virtual clock.
func New(t *testing.T, config ircd.Config) *Network {
	t.Helper()
	n := &Network{t: t, Clock: &poetest.Clock{}, At: poetest.Listen(netip.MustParseAddrPort("192.0.2.1:6667"))}
	n.K = poetest.New(t, kernel.Options{Clock: n.Clock})
	config.Name, config.Listener, config.Alias = "irc.example", n.At.Handle(), "ircd"
	var err error
	n.IRCD, err = ircd.New(n.K, config)
	require.NoError(t, err)
	return n
}

// Run lets virtual time pass.
func (n *Network) Run(d time.Duration) {
	n.t.Helper()
	_, err := poetest.RunFor(n.K, n.Clock, d)
	require.NoError(n.t, err)
}

// End shuts everything down.
func (n *Network) End(clients ...*Client) {
	n.t.Helper()
	for _, w := range clients {
		w.IRC.Shutdown("")
	}
	n.Run(10 * time.Second)
	n.IRCD.Shutdown()
	n.Run(10 * time.Minute)
}

// dial connects to the server.
func (n *Network) dial(d *clienttcp.Dialing) { d.Complete(n.At.Dial()) }

// Client is a client with a session that notes its events.
type Client struct {
	n     *Network
	IRC   *irc.Client
	Lines []string
	On    map[string]func(e kernel.Event)
}

// Client makes a client, which connects.
func (n *Network) Client(config irc.Config) *Client {
	n.t.Helper()
	w := n.Idle(config)
	w.IRC.Connect(irc.Config{})
	return w
}

// Idle makes a client that does not connect yet.
func (n *Network) Idle(config irc.Config) *Client {
	n.t.Helper()
	w := &Client{n: n, On: map[string]func(kernel.Event){}}
	if config.Dial == nil {
		config.Dial = n.dial
	}
	config.Server = "irc.example"
	_, err := session.Inline(n.K, session.Funcs{
		"_start": func(kernel.Event) {
			var err error
			w.IRC, err = irc.New(n.K, config)
			require.NoError(n.t, err)
		},
		"_default": w.note,
		"_stop":    func(kernel.Event) {},
		"_child":   func(kernel.Event) {},
	})
	require.NoError(n.t, err)
	return w
}

func (w *Client) note(e kernel.Event) {
	name, args := kernel.Arg[string](e, 0), kernel.Arg[[]any](e, 1)
	w.Lines = append(w.Lines, line(name, args))
	if f := w.On[name]; f != nil {
		e.Name, e.Args = name, args
		f(e)
	}
}

// line shows an event.
func line(name string, args []any) string {
	words := []string{strings.TrimPrefix(name, "irc_")}
	for _, arg := range args {
		switch v := arg.(type) {
		case []string:
			words = append(words, "["+strings.Join(v, " ")+"]")
		case *irc.Client, *irc.ISupport, *irc.User, *irc.Batch, *irc.DCCOffer:
			words = append(words, fmt.Sprintf("%T", v))
		default:
			words = append(words, fmt.Sprint(v))
		}
	}
	return strings.Join(words, " ")
}

// Take returns the events seen since the last time, without three-digit replies
// and others that are named.
func (w *Client) Take(without ...string) []string {
	lines := slices.DeleteFunc(w.Lines, func(l string) bool {
		name, _, _ := strings.Cut(l, " ")
		return name[0] >= '0' && name[0] <= '9' || slices.Contains(without, name)
	})
	w.Lines = nil
	return lines
}

// FixHosts gives all users the address of the server's network: sockets in memory
// have addresses of their own.
func FixHosts(lines []string) []string {
	for i, l := range lines {
		lines[i] = hosts.ReplaceAllString(l, "@192.0.2.1")
	}
	return lines
}

var hosts = regexp.MustCompile(`@(127|192)\.[0-9.]+`)
