//go:build unix

package poetests_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

type somni struct{ steps []string }

func (s *somni) step(format string, args ...any) {
	s.steps = append(s.steps, fmt.Sprintf(format, args...))
}

func (s *somni) test(e kernel.Event) { s.step("%s: %v", e.Name, e.Arg(0)) }

// top checks that a step is the next one, any that it is among those that are
// left. Both take it away.
func (s *somni) top(p *proof, want string) {
	p.must().NotEmpty(s.steps)
	p.is().Equal(want, s.steps[0])
	s.steps = s.steps[1:]
}

func (s *somni) any(p *proof, want string) {
	p.is().Contains(s.steps, want)
	if i := slices.Index(s.steps, want); i >= 0 {
		s.steps = slices.Delete(s.steps, i, i+1)
	}
}

// talk runs a server and the client that its Started makes, with the given
// configuration added to the server's.
func (s *somni) talk(p *proof, c servertcp.Config) {
	k := p.kernel()
	c.Address, c.Alias = "127.0.0.1", "server"
	tests := []string{"InlineStates_test", "ObjectStates_test"}
	c.Started = func(l *servertcp.Listener) {
		s.step("server started%s", typesOf(l.Args))
		s.client(p, l.Kernel, portOf(l.Addr()))
		for _, name := range tests {
			l.Kernel.Yield(name, "from server_started")
		}
	}
	c.ClientConnected = func(c *servertcp.Client) {
		s.step("client connected to server%s", typesOf(c.Args))
		c.Put("I will be serving you today!")
		for _, name := range tests {
			c.Kernel.Yield(name, "from server_client_connected")
		}
	}
	c.ClientInput = servertcp.Input(func(c *servertcp.Client, line string) {
		s.step("received from client: %s", line)
		c.Put("Go away.")
	})
	c.ClientDisconnected = func(c *servertcp.Client) {
		s.step("client disconnected")
		c.Kernel.Post(kernel.Alias("server"), "shutdown")
	}
	_, err := servertcp.New(k, c)
	p.ok(err)
	p.run(k)
}

func (s *somni) client(p *proof, k *kernel.Kernel, port int) {
	_, err := clienttcp.New(k, clienttcp.Config{
		RemoteAddress: "127.0.0.1", RemotePort: port,
		Started: func(*clienttcp.Client) { s.step("client started") },
		Connected: func(c *clienttcp.Client) {
			s.step("client connected")
			c.Put("I am your new client!")
		},
		ServerInput: clienttcp.Input(func(c *clienttcp.Client, line string) {
			s.step("received from server: %s", line)
			if line == "Go away." {
				c.Shutdown()
			}
		}),
		ServerFlushed: func(*clienttcp.Client) { s.step("client flushed") },
	})
	p.ok(err)
}

// typesOf tells what arguments are.
func typesOf(args []any) string {
	text := ""
	for _, a := range args {
		text += fmt.Sprintf(" %T", a)
	}
	return text
}

// t/90_regression/somni-poco-server-tcp: the steps of a conversation of
// Server::TCP and Client::TCP in their order, with arguments for both kinds of
// sessions, and with states of the program's own, which the connections'
// sessions have but not the listener's.
func TestRegressionSomniPocoServerTCP(t *testing.T) {
	perLoop(t, func(p *proof) {
		var own somni
		for _, c := range []struct {
			config             servertcp.Config
			started, connected string
			more               []string
		}{
			{},
			{config: servertcp.Config{Port: 0}},
			{
				config: servertcp.Config{
					ListenerArgs: []any{[]int{}, map[string]int{}, 1, ""},
					ClientArgs:   []any{"", 1, map[string]int{}, []int{}},
				},
				started: " []int map[string]int int string", connected: " string int map[string]int []int",
			},
			{
				config: servertcp.Config{InlineStates: states{
					"InlineStates_test": func(e kernel.Event) { own.test(e) },
					"ObjectStates_test": session.Bind(&own, (*somni).test),
				}},
				more: []string{
					"InlineStates_test: from server_client_connected", "ObjectStates_test: from server_client_connected",
				},
			},
		} {
			own = somni{}
			own.talk(p, c.config)
			for _, step := range slices.Concat([]string{
				"server started" + c.started, "client started", "client connected to server" + c.connected, "client connected",
			}, c.more, []string{"client flushed"}) {
				own.top(p, step)
			}
			own.any(p, "received from server: I will be serving you today!")
			own.any(p, "received from client: I am your new client!")
			own.top(p, "received from server: Go away.")
			own.top(p, "client disconnected")
			p.is().Empty(own.steps)
		}
	})
}
