package cluster_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/cluster"
	"github.com/gopoe/poe/node/internal/nodetest"
	"github.com/gopoe/poe/session"
)

// The tests with several nodes run all but one in processes of their own: this
// binary, started again with a role.
func TestMain(m *testing.M) {
	if os.Getenv("CLUSTER_TEST_NODE") == "" {
		os.Exit(m.Run())
	}
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "child:", err)
		os.Exit(1)
	}
}

// setup is the configuration of a child.
type setup struct {
	Name, Listen, Advertise string
	Seeds                   map[string]string
	Window                  int
	Closed                  bool // no strangers
	Liar                    bool // a node that says what it is told to the cluster of others
}

func (s setup) node() node.Config {
	return node.Config{
		Name: s.Name, Listen: s.Listen, Advertise: s.Advertise, Strangers: !s.Closed, Window: s.Window,
		Heartbeat: 200 * time.Millisecond, DeadAfter: 2 * time.Second,
	}
}

func (s setup) cluster() cluster.Config {
	return cluster.Config{
		Seeds: s.Seeds, Resync: 500 * time.Millisecond,
		Kinds: map[string]cluster.Kind{"counter": {Start: startCounter, Events: []string{"hit"}}},
	}
}

// startCounter makes a virtual session that counts.
func startCounter(k *kernel.Kernel, name string) (kernel.ID, error) {
	hits := int64(0)
	s, err := session.Inline(k, session.Funcs{
		"_start": func(kernel.Event) {},
		"hit": func(e kernel.Event) {
			hits++
			e.Return([]any{name, hits, os.Getpid()})
		},
	})
	return s.ID(), err
}

// serve is the child: a node with a session "control", until its input ends.
func serve() error {
	var s setup
	if err := json.Unmarshal([]byte(os.Getenv("CLUSTER_TEST_NODE")), &s); err != nil {
		return err
	}
	k := kernel.New()
	n, err := node.Start(k, s.node())
	if err != nil {
		return err
	}
	if err := n.Expose("control", node.AnyEvent); err != nil {
		return err
	}
	var left <-chan struct{}
	if s.Liar {
		closed := make(chan struct{})
		close(closed)
		left, err = closed, startLiar(k, n)
	} else {
		left, err = startMember(k, n, s)
	}
	if err != nil {
		return err
	}
	nodetest.Announce(n.Addr())
	go func() {
		nodetest.AwaitQuit()
		n.Shutdown()
	}()
	err = k.Run()
	<-n.Done()
	<-left
	return err
}

// startMember joins the cluster.
func startMember(k *kernel.Kernel, n *node.Node, s setup) (left <-chan struct{}, err error) {
	c, err := cluster.Join(n, s.cluster())
	if err != nil {
		return nil, err
	}
	_, err = session.Create(k, &control{c: c, heard: map[string]*track{}}, controlStates)
	return c.Done(), err
}

// startLiar makes a session that looks like a cluster's.
func startLiar(k *kernel.Kernel, n *node.Node) error {
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			_ = e.Kernel.AliasSet("cluster/poe")
			_ = e.Kernel.AliasSet("control")
		},
		"meet": func(e kernel.Event) {
			e.Return(text(n.AddPeer(kernel.Arg[string](e, 0), kernel.Arg[string](e, 1))))
		},
		"lie": func(e kernel.Event) {
			to := node.Address{Node: kernel.Arg[string](e, 0), Alias: "cluster/poe"}
			e.Return(text(n.Call(to, kernel.Arg[string](e, 1), e.Args[2:], "answer")))
		},
		"answer": func(kernel.Event) {},
	})
	return errors.Join(err, n.Expose("cluster/poe", node.AnyEvent))
}

// track counts what arrives, and whether it is in order without a gap. A probe
// is counted by itself.
type track struct {
	n, probes int64
	inOrder   bool
}

const probe = -1

func (t *track) take(e kernel.Event) {
	if kernel.Arg[int64](e, 0) == probe {
		t.probes++
		return
	}
	t.inOrder = t.inOrder && kernel.Arg[int64](e, 0) == t.n
	t.n = kernel.Arg[int64](e, 0) + 1
}

func (t *track) list() []any { return []any{t.n, t.inOrder} }

// control is the session by which a test has a child do things.
type control struct {
	c     *cluster.Cluster
	heard map[string]*track
	lost  []string
}

var controlStates = session.States[control]{
	"_start":   func(_ *control, e kernel.Event) { _ = e.Kernel.AliasSet("control") },
	"shutdown": func(_ *control, e kernel.Event) { _ = e.Kernel.AliasRemove("control") },
	"claim": func(h *control, e kernel.Event) {
		e.Return(text(h.startService(e.Kernel, kernel.Arg[string](e, 0))))
	},
	"claimWhenFree": func(h *control, e kernel.Event) {
		e.Return(text(h.c.WatchAlias(kernel.Arg[string](e, 0), "ownerChanged")))
	},
	"ownerChanged": func(h *control, e kernel.Event) {
		if o := kernel.Arg[cluster.Owner](e, 0); o.Node == "" && o.Epoch > 0 {
			_ = h.startService(e.Kernel, o.Alias)
		}
	},
	"owner": func(h *control, e kernel.Event) {
		o := h.c.Owner(kernel.Arg[string](e, 0))
		e.Return([]any{o.Node, int64(o.Epoch)})
	},
	"members": func(h *control, e kernel.Event) { e.Return(names(h.c.Members())) },
	"lost":    func(h *control, e kernel.Event) { e.Return(append([]string{}, h.lost...)) },
	"stall":   func(_ *control, e kernel.Event) { time.Sleep(time.Duration(kernel.Arg[int64](e, 0))) },
	"pid":     func(_ *control, e kernel.Event) { e.Return(os.Getpid()) },
	"post": func(h *control, e kernel.Event) {
		e.Return(text(e.Kernel.Post(h.c.Alias(kernel.Arg[string](e, 0)), kernel.Arg[string](e, 1), e.Args[2:]...)))
	},
	"publish": func(h *control, e kernel.Event) {
		e.Return(text(h.c.Publish(kernel.Arg[string](e, 0), e.Args[1:]...)))
	},
	"subscribe": func(h *control, e kernel.Event) {
		topic := kernel.Arg[string](e, 0)
		h.heard[topic] = &track{inOrder: true}
		e.Return(text(h.c.Subscribe(topic, "news", topic)))
	},
	"unsubscribe": func(h *control, e kernel.Event) { h.c.Unsubscribe(kernel.Arg[string](e, 0)) },
	"news":        func(h *control, e kernel.Event) { h.heard[kernel.Arg[string](e, 1)].take(e) },
	"heard":       func(h *control, e kernel.Event) { e.Return(h.heard[kernel.Arg[string](e, 0)].list()) },
	"probes":      func(h *control, e kernel.Event) { e.Return(h.heard[kernel.Arg[string](e, 0)].probes) },
	"leave":       func(h *control, e kernel.Event) { h.c.Leave() },
}

// startService makes a session that owns an alias and counts.
func (h *control) startService(k *kernel.Kernel, alias string) (err error) {
	t := &track{inOrder: true}
	_, startErr := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { err = h.c.Claim(alias, "taken", "tick", "count", "release") },
		"tick":   t.take,
		"count":  func(e kernel.Event) { e.Return(t.list()) },
		"release": func(e kernel.Event) {
			e.Return(text(h.c.Release(alias)))
		},
		"taken": func(e kernel.Event) { h.lost = append(h.lost, alias+" to "+kernel.Arg[cluster.Owner](e, 0).Node) },
	})
	return errors.Join(err, startErr)
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func names(members []cluster.Member) []string {
	list := []string{}
	for _, m := range members {
		list = append(list, m.Name)
	}
	return list
}

// child is such a process.
type child struct {
	*nodetest.Child
	name string
}

// spawn starts a child.
func spawn(t testing.TB, s setup) *child {
	t.Helper()
	if s.Listen == "" {
		s.Listen = nodetest.AnyPort
	}
	told, err := json.Marshal(s)
	require.NoError(t, err)
	return &child{Child: nodetest.Spawn(t, "CLUSTER_TEST_NODE="+string(told)), name: s.Name}
}

// client is a node in this process whose kernel runs on another goroutine. Its
// events come out of a channel.
type client struct {
	t      testing.TB
	k      *kernel.Kernel
	n      *node.Node
	c      *cluster.Cluster
	id     kernel.ID
	events chan kernel.Event
	ran    chan error
	closed bool
}

func join(t testing.TB, s setup, change ...func(*cluster.Config)) *client {
	t.Helper()
	c := &client{t: t, k: kernel.New(), events: make(chan kernel.Event, 100_000), ran: make(chan error, 1)}
	if s.Listen == "" {
		s.Listen = nodetest.AnyPort
	}
	var err error
	c.n, err = node.Start(c.k, s.node())
	require.NoError(t, err)
	config := s.cluster()
	config.Kinds = nil
	for _, f := range change {
		f(&config)
	}
	c.c, err = cluster.Join(c.n, config)
	require.NoError(t, err)
	main, err := session.Inline(c.k, session.Funcs{
		"_start":   func(e kernel.Event) { require.NoError(t, e.Kernel.AliasSet("main")) },
		"shutdown": func(kernel.Event) {},
		"_default": func(e kernel.Event) {
			if name, _ := e.Arg(0).(string); !strings.HasPrefix(name, "_") {
				c.events <- kernel.Event{Name: name, Args: e.Arg(1).([]any), Sender: e.Sender}
			}
		},
		"answer": func(e kernel.Event) { e.Args[2].(chan kernel.Event) <- e },
	})
	require.NoError(t, err)
	require.NoError(t, c.n.Expose("main", "pong"))
	c.id = main.ID()
	go func() { c.ran <- c.k.Run() }()
	t.Cleanup(c.close)
	return c
}

func (c *client) close() {
	if !c.closed {
		c.closed = true
		c.n.Shutdown()
		require.NoError(c.t, <-c.ran)
		<-c.n.Done()
		<-c.c.Done()
	}
}

// do runs f in the session, when the kernel runs.
func (c *client) do(f func()) {
	c.t.Helper()
	for {
		err := c.k.Outside().Do(context.Background(), func(k *kernel.Kernel) {
			_ = k.Host().CallFunc(c.id, "do", func(kernel.Event) { f() })
		})
		if !errors.Is(err, kernel.ErrNotRunning) {
			require.NoError(c.t, err)
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// wait waits for an event of that name.
func (c *client) wait(name string) kernel.Event {
	c.t.Helper()
	for {
		select {
		case e := <-c.events:
			if e.Name == name {
				return e
			}
		case <-time.After(30 * time.Second):
			require.Fail(c.t, "no event "+name)
		}
	}
}

// ask has a child do something.
func (c *client) ask(child *child, event string, args ...any) any {
	c.t.Helper()
	answers := make(chan kernel.Event, 1)
	c.do(func() {
		require.NoError(c.t, c.n.Call(node.Address{Node: child.name, Alias: "control"}, event, args, "answer", answers))
	})
	e := <-answers
	require.Nil(c.t, e.Arg(1), "%s asks %s for %s", c.n.Name(), child.name, event)
	return e.Arg(0)
}

// call calls an alias of the cluster.
func (c *client) call(alias, event string, args ...any) (value any, err error) {
	c.t.Helper()
	answers := make(chan kernel.Event, 1)
	c.do(func() { err = c.c.Call(alias, event, args, "answer", answers) })
	if err != nil {
		return nil, err
	}
	e := <-answers
	err, _ = e.Arg(1).(error)
	return e.Arg(0), err
}

func (c *client) post(alias, event string, args ...any) (err error) {
	c.do(func() { err = c.k.Post(c.c.Alias(alias), event, args...) })
	return err
}

func (c *client) owner(alias string) (o cluster.Owner) {
	c.do(func() { o = c.c.Owner(alias) })
	return o
}

// eventually waits until something holds.
func eventually(t testing.TB, holds func() bool, what string) {
	t.Helper()
	for until := time.Now().Add(30 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(until) {
			require.Fail(t, "never", what)
		}
	}
}

// meet waits until the client and the children see each other.
func (c *client) meet(children ...*child) {
	c.t.Helper()
	want := []string{c.n.Name()}
	for _, ch := range children {
		want = append(want, ch.name)
	}
	slices.Sort(want)
	eventually(c.t, func() bool {
		var have []string
		c.do(func() { have = names(c.c.Members()) })
		return slices.Equal(have, want)
	}, "the client sees all")
	for _, ch := range children {
		eventually(c.t, func() bool { return fmt.Sprint(c.ask(ch, "members")) == fmt.Sprint(want) }, ch.name+" sees all")
	}
}
