package node_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/internal/nodetest"
	"github.com/gopoe/poe/session"
)

// The tests with several nodes run each in a process of its own: this binary,
// started again with a role.
func TestMain(m *testing.M) {
	role := serve
	switch os.Getenv("NODE_TEST_ROLE") {
	case "":
		os.Exit(m.Run())
	case "sieve":
		role = beSieve
	case "swept":
		role = beSwept
	}
	if err := role(); err != nil {
		fmt.Fprintln(os.Stderr, "child:", err)
		os.Exit(1)
	}
}

// patient are settings with which a loaded machine is not taken for a dead
// node, unless a test is about just that and says how long it waits.
func patient(c node.Config) node.Config {
	c.Heartbeat, c.CallTimeout, c.Linger = 200*time.Millisecond, time.Minute, 30*time.Second
	if c.DeadAfter == 0 {
		c.DeadAfter = 20 * time.Second
	}
	return c
}

// hasty is how long tests of hung peers wait.
const hasty = 2 * time.Second

// serve is the child: a node with a session "echo", until its input ends.
func serve() error {
	deadAfter, _ := time.ParseDuration(os.Getenv("NODE_TEST_DEAD_AFTER"))
	config := patient(node.Config{DeadAfter: deadAfter, Name: os.Getenv("NODE_TEST_ROLE"), Listen: os.Getenv("NODE_TEST_LISTEN"), Advertise: os.Getenv("NODE_TEST_ADVERTISE"), Strangers: true})
	if dir := os.Getenv("NODE_TEST_TLS"); dir != "" {
		var err error
		if config.TLS, err = readTLS(dir, os.Getenv("NODE_TEST_CERT")); err != nil {
			return err
		}
	}
	k := kernel.New()
	n, err := node.Start(k, config)
	if err != nil {
		return err
	}
	if err := n.Expose("echo", "tick", "count", "add", "die", "stall", "big", "ping", "relay", "whoami"); err != nil {
		return err
	}
	if _, err = session.Create(k, &echo{n: n, inOrder: true}, echoStates); err != nil {
		return err
	}
	nodetest.Announce(n.Addr())
	go func() {
		nodetest.AwaitQuit()
		n.Shutdown()
		k.Outside().Stop()
	}()
	err = k.Run()
	<-n.Done()
	return err
}

type echo struct {
	n       *node.Node
	ticks   int64
	inOrder bool
}

var echoStates = session.States[echo]{
	"_start": func(_ *echo, e kernel.Event) { _ = e.Kernel.AliasSet("echo") },
	"tick": func(h *echo, e kernel.Event) {
		h.inOrder = h.inOrder && kernel.Arg[int64](e, 0) == h.ticks
		h.ticks = kernel.Arg[int64](e, 0) + 1
	},
	"count":  func(h *echo, e kernel.Event) { e.Return([]any{h.ticks, h.inOrder}) },
	"add":    func(_ *echo, e kernel.Event) { e.Return(kernel.Arg[int64](e, 0) + kernel.Arg[int64](e, 1)) },
	"die":    func(_ *echo, e kernel.Event) { _ = e.Kernel.AliasRemove("echo") },
	"stall":  func(_ *echo, e kernel.Event) { time.Sleep(time.Duration(kernel.Arg[int64](e, 0))) },
	"big":    func(_ *echo, e kernel.Event) { e.Return(make([]byte, kernel.Arg[int64](e, 0))) },
	"ping":   func(_ *echo, e kernel.Event) { _ = e.Kernel.Post(e.Sender, "pong", e.Args...) },
	"whoami": func(_ *echo, e kernel.Event) { e.Return(os.Getpid()) },
	// relay posts to the echo of a third node, which posts to its own sender.
	"relay": func(h *echo, e kernel.Event) {
		_ = h.n.AddPeer("third", kernel.Arg[string](e, 0))
		err := e.Kernel.Post(h.n.To(node.Address{Node: "third", Alias: "echo"}), "tick", int64(0))
		e.Return(err == nil)
	},
}

// spawn starts a child; listen may be an address that one had before.
func spawn(t testing.TB, name, listen string, env ...string) *nodetest.Child {
	t.Helper()
	return nodetest.Spawn(t, append(env, "NODE_TEST_ROLE="+name, "NODE_TEST_LISTEN="+listen)...)
}

// client is a node in this process whose kernel runs on another goroutine. Its
// events come out of a channel.
type client struct {
	t      testing.TB
	k      *kernel.Kernel
	n      *node.Node
	id     kernel.ID
	events chan kernel.Event
	lost   chan node.Loss
	ran    chan error
}

func dial(t testing.TB, config node.Config) *client {
	t.Helper()
	c := &client{t: t, k: kernel.New(), events: make(chan kernel.Event, 1000), lost: make(chan node.Loss, 1000), ran: make(chan error, 1)}
	if config.Name == "" {
		config.Name = "client"
	}
	if config.Listen == "" {
		config.Listen = nodetest.AnyPort
	}
	config.Lost = func(l node.Loss) { c.lost <- l }
	var err error
	c.n, err = node.Start(c.k, patient(config))
	require.NoError(t, err)
	require.NoError(t, c.n.Expose("main", "pong", "add"))
	runs := make(chan struct{})
	s, err := session.Inline(c.k, session.Funcs{
		"_start": func(e kernel.Event) {
			require.NoError(t, e.Kernel.AliasSet("main"))
			e.Kernel.Yield("runs")
		},
		"runs":     func(kernel.Event) { close(runs) },
		"_default": func(kernel.Event) {},
		"add":      func(e kernel.Event) { e.Return(kernel.Arg[int64](e, 0) + kernel.Arg[int64](e, 1)) },
		"pong":     func(e kernel.Event) { c.events <- e },
		"answer":   func(e kernel.Event) { e.Args[2].(chan kernel.Event) <- e },
		"gone":     func(e kernel.Event) { c.events <- e },
		"state":    func(e kernel.Event) { c.events <- e },
		"room":     func(e kernel.Event) { c.events <- e },
	})
	require.NoError(t, err)
	c.id = s.ID()
	go func() { c.ran <- c.k.Run() }()
	t.Cleanup(c.close)
	<-runs
	return c
}

func (c *client) close() {
	c.n.Shutdown()
	<-c.n.Done()
	require.NoError(c.t, <-c.ran)
	c.ran <- nil // for a second close
}

// do runs f in the session.
func (c *client) do(f func()) {
	c.t.Helper()
	require.NoError(c.t, c.k.Outside().Do(context.Background(), func(k *kernel.Kernel) {
		_ = k.Host().CallFunc(c.id, "do", func(kernel.Event) { f() })
	}))
}

// call calls and waits for the answer.
func (c *client) call(to, event string, args ...any) (value any, err error) {
	c.t.Helper()
	answers := make(chan kernel.Event, 1)
	c.do(func() { err = c.n.Call(node.Address{Node: to, Alias: "echo"}, event, args, "answer", answers) })
	if err != nil {
		return nil, err
	}
	e := <-answers
	err, _ = e.Arg(1).(error)
	return e.Arg(0), err
}

func (c *client) post(to, event string, args ...any) (err error) {
	c.do(func() { err = c.k.Post(c.n.To(node.Address{Node: to, Alias: "echo"}), event, args...) })
	return err
}

// reach calls a node until it answers, after it has come up again: the other
// side may find out later that it was gone, and begin anew.
func (c *client) reach(to string) {
	c.t.Helper()
	for {
		sum, err := c.call(to, "add", 40, 2)
		if err == nil {
			require.Equal(c.t, int64(42), sum)
			return
		}
		require.ErrorIs(c.t, err, node.ErrUnreachable)
		c.comesUp()
	}
}

// comesUp waits until a node that is watched is up.
func (c *client) comesUp() {
	for !c.state().Up { // it may try more than once
	}
}

// state waits for a node's next change.
func (c *client) state() node.NodeState {
	for e := range c.events {
		if s, ok := e.Arg(0).(node.NodeState); ok {
			return s
		}
	}
	return node.NodeState{}
}
