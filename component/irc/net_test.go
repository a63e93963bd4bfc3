package irc_test

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

// network is a server and clients in memory, on virtual time.
type network struct {
	t     *testing.T
	clock *poetest.Clock
	k     *kernel.Kernel
	at    *poetest.Listener
	ircd  *ircd.Server
}

func newNetwork(t *testing.T, config ircd.Config) *network {
	t.Helper()
	n := &network{t: t, clock: &poetest.Clock{}, at: poetest.Listen(netip.MustParseAddrPort("192.0.2.1:6667"))}
	n.k = poetest.New(t, kernel.Options{Clock: n.clock})
	config.Name, config.Listener, config.Alias = "irc.example", n.at.Handle(), "ircd"
	var err error
	n.ircd, err = ircd.New(n.k, config)
	require.NoError(t, err)
	return n
}

// run lets virtual time pass.
func (n *network) run(d time.Duration) {
	n.t.Helper()
	_, err := poetest.RunFor(n.k, n.clock, d)
	require.NoError(n.t, err)
}

// end shuts everything down.
func (n *network) end(clients ...*watcher) {
	n.t.Helper()
	for _, w := range clients {
		w.irc.Shutdown("")
	}
	n.run(10 * time.Second)
	n.ircd.Shutdown()
	n.run(10 * time.Minute)
}

// dial connects to the server.
func (n *network) dial(d *clienttcp.Dialing) { d.Complete(n.at.Dial()) }

// watcher is a client with a session that notes its events.
type watcher struct {
	n     *network
	irc   *irc.Client
	lines []string
	on    map[string]func(e kernel.Event)
}

// client makes a client, which connects.
func (n *network) client(config irc.Config) *watcher {
	n.t.Helper()
	w := n.idle(config)
	w.irc.Connect(irc.Config{})
	return w
}

// idle makes a client that does not connect yet.
func (n *network) idle(config irc.Config) *watcher {
	n.t.Helper()
	w := &watcher{n: n, on: map[string]func(kernel.Event){}}
	if config.Dial == nil {
		config.Dial = n.dial
	}
	config.Server = "irc.example"
	_, err := session.Inline(n.k, session.Funcs{
		"_start": func(kernel.Event) {
			var err error
			w.irc, err = irc.New(n.k, config)
			require.NoError(n.t, err)
		},
		"_default": w.note,
		"_stop":    func(kernel.Event) {},
		"_child":   func(kernel.Event) {},
	})
	require.NoError(n.t, err)
	return w
}

func (w *watcher) note(e kernel.Event) {
	name, args := kernel.Arg[string](e, 0), kernel.Arg[[]any](e, 1)
	w.lines = append(w.lines, line(name, args))
	if f := w.on[name]; f != nil {
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

// take returns the events seen since the last time, without three-digit replies
// and others that are named.
func (w *watcher) take(without ...string) []string {
	lines := slices.DeleteFunc(w.lines, func(l string) bool {
		name, _, _ := strings.Cut(l, " ")
		return name[0] >= '0' && name[0] <= '9' || slices.Contains(without, name)
	})
	w.lines = nil
	return lines
}

// fixHosts gives all users the address of the server's network: sockets in memory
// have addresses of their own.
func fixHosts(lines []string) []string {
	for i, l := range lines {
		lines[i] = hosts.ReplaceAllString(l, "@192.0.2.1")
	}
	return lines
}

var hosts = regexp.MustCompile(`@(127|192)\.[0-9.]+`)
