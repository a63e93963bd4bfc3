package cluster

import (
	"errors"
	"log/slog"

	"github.com/fxamacker/cbor/v2"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
)

// Cluster is a node's membership of a cluster. Its methods belong to the
// kernel's goroutine, unless documented otherwise.
type Cluster struct {
	n      *node.Node
	k      *kernel.Kernel
	id     kernel.ID // the cluster's session on this node
	alias  string    // its alias
	config Config
	log    *slog.Logger
	boot   uint64
	reader cbor.DecMode
	finder finder

	journal  journal
	flushing bool
	told     int // see some
	peers    map[string]*peer

	names  map[string]*name    // the directory
	mine   map[string]*holding // what sessions here own
	idle   int                 // names of which only the epoch is remembered
	ring   *ring
	active map[string]*activation

	topics  map[string][]*subscription
	viewers []*memberWatch

	ended  bool
	unhook func()        // of Node.OnClosing
	done   chan struct{} // closed when the provider is shut down as well
}

// The events of the cluster's session. Those of other nodes come first.
const (
	eventUpdate = "update" // what a node says about itself
	eventNews   = "news"   // of a topic
	eventBye    = "bye"    // a node leaves

	eventAnswer   = "answer" // to an update
	eventNode     = "node"   // up or down
	eventTopology = "topology"
	eventTick     = "tick"
	eventFlush    = "flush"
	eventLeave    = "leave"
)

// Join makes a node a member of a cluster until Leave, or until the node is
// shut down. It waits for the provider, if there is one, but not for other
// nodes: WatchMembers reports them. It may be called before Run or in a
// handler. The error is a *kernel.ConfigError, or the provider's.
func Join(n *node.Node, config Config) (*Cluster, error) {
	if n == nil {
		return nil, configError("Node", errors.New("is nil"))
	}
	if err := config.settle(); err != nil {
		return nil, err
	}
	if config.Logger == nil {
		config.Logger = n.Kernel().Host().Logger()
	}
	reader, err := newReader()
	if err != nil {
		return nil, err
	}
	c := &Cluster{
		n: n, k: n.Kernel(), alias: "cluster/" + config.Name, config: config, log: config.Logger,
		boot: uint64(n.Kernel().Now().UnixNano()), reader: reader, journal: newJournal(),
		peers: map[string]*peer{}, names: map[string]*name{}, mine: map[string]*holding{},
		active: map[string]*activation{}, topics: map[string][]*subscription{},
		unhook: func() {}, done: make(chan struct{}),
	}
	if _, taken := c.k.AliasResolve(c.alias); taken {
		return nil, configError("Name", errors.New("this node has joined that cluster already"))
	}
	if _, err := c.k.Host().Start(&clusterSession{c}); err != nil {
		return nil, err
	}
	if err := c.begin(); err != nil {
		c.leave(err)
		return nil, err
	}
	c.unhook = n.OnClosing(func() { _ = c.k.Post(c.id, eventLeave) }) // unless it has left
	return c, nil
}

// begin opens the node for the others and looks for them.
func (c *Cluster) begin() (err error) {
	if err := c.n.Expose(c.alias, eventUpdate, eventNews, eventBye); err != nil {
		return err
	}
	if err := c.offerKinds(); err != nil {
		return err
	}
	if c.finder = newSeeds(c); c.config.Provider != nil {
		c.finder = newHost(c)
	}
	return c.finder.start()
}

// finder finds the other nodes, and reports them by eventTopology.
type finder interface {
	start() error
	stop() // on any goroutine
	// admits reports whether a node may be in the cluster. learn notes a node that
	// another one has named, and forget gives a node up.
	admits(name, address string) bool
	learn(name, address string)
	forget(name string)
}

// Leave removes the node from the cluster: sessions that own an alias lose it
// and are notified, virtual sessions are stopped, and the other nodes are
// notified. The node itself continues. Leave does not wait; Done is closed at
// the end. Further calls do nothing. Any goroutine may call it.
func (c *Cluster) Leave() { c.k.Outside().Post(c.id, eventLeave) }

// Done returns a channel that is closed when the node has left the cluster, the
// provider is shut down, and the cluster's goroutines have ended. Any goroutine
// may call it.
func (c *Cluster) Done() <-chan struct{} { return c.done }

// leave ends the membership, once.
func (c *Cluster) leave(why error) {
	if c.ended {
		return
	}
	c.ended = true
	for _, p := range c.sortedPeers() {
		if p.up {
			_ = c.k.Post(p.dest, eventBye) // a hint: it finds out anyway
		}
	}
	c.withdrawKinds()
	for _, alias := range sortedKeys(c.mine) {
		if h := c.mine[alias]; h != nil {
			c.lose(alias, h, Owner{Alias: alias})
		}
	}
	for _, p := range c.sortedPeers() {
		c.removePeer(p, why)
	}
	c.n.Unexpose(c.alias)
	c.inside(c.release)
	c.unhook()
	go c.end()
}

// end shuts the provider down, which may take its time.
func (c *Cluster) end() {
	defer close(c.done)
	if c.finder != nil {
		c.finder.stop()
	}
}

// keepAlive makes the session live as long as the membership does.
func (c *Cluster) keepAlive() {
	if parent, err := c.k.Parent(c.id); err == nil && parent != c.k.ID() {
		if err := c.k.DetachMyself(); err != nil {
			c.log.Warn("cluster: detaching", "error", err)
		}
	}
	if err := c.k.AliasSet(c.alias); err != nil {
		c.log.Warn("cluster: alias", "error", err)
	}
	c.wait()
}

// release takes settleIn back.
func (c *Cluster) release() {
	if err := c.k.AlarmClear(eventTick); err != nil {
		c.log.Debug("cluster: alarm", "error", err)
	}
	if err := c.k.AliasRemove(c.alias); err != nil {
		c.log.Debug("cluster: alias", "error", err)
	}
}

// wait sets the alarm for the next comparison.
func (c *Cluster) wait() {
	if err := c.k.Delay(eventTick, c.config.Resync); err != nil {
		c.log.Warn("cluster: alarm", "error", err)
	}
}

// dispatchRemote takes an event from another node's session of the same name.
func (c *Cluster) dispatchRemote(e kernel.Event) {
	if e.Name == eventNews {
		c.receiveNews(e)
		return
	}
	from, ok := node.SenderOf(e.Sender)
	if !ok || from.Alias != c.alias {
		return
	}
	switch e.Name {
	case eventUpdate:
		data, _ := kernel.ArgOK[[]byte](e, 0)
		e.Return(c.receiveUpdate(from.Node, data))
	case eventBye:
		if p := c.peers[from.Node]; p != nil {
			c.peerDown(p, ErrLeft)
		}
	}
}

// dispatchOwn takes an event of this node's.
func (c *Cluster) dispatchOwn(e kernel.Event) {
	switch e.Name {
	case eventAnswer:
		c.answered(e)
	case eventNode:
		c.nodeChanged(e.Arg(0).(node.NodeState))
	case eventTopology:
		c.topology(e.Arg(0).([]candidate))
	case eventTick:
		c.tick()
	case eventFlush:
		c.flushing = false
		c.rebalance()
		for _, p := range c.sortedPeers() {
			c.send(p)
		}
	}
}

// changed sees to it that the other nodes are notified, after what happens now.
func (c *Cluster) changed() {
	if !c.flushing && !c.ended {
		c.flushing = c.k.Post(c.id, eventFlush) == nil
	}
}

// inside runs f in the cluster's session.
func (c *Cluster) inside(f func()) {
	if err := c.k.Host().CallFunc(c.id, "cluster", func(kernel.Event) { f() }); err != nil {
		c.log.Debug("cluster: the session has stopped", "error", err)
	}
}

// subscriber is a session that wants to be notified, by an event of its own.
type subscriber struct {
	id    kernel.ID
	event string
	extra []any
}

// subscriber makes one of the active session.
func (c *Cluster) subscriber(event string, extra []any) (subscriber, error) {
	id := c.k.ActiveSession()
	switch {
	case c.ended:
		return subscriber{}, ErrLeft
	case event == "":
		return subscriber{}, kernel.ErrInvalid
	case id == c.k.ID():
		return subscriber{}, kernel.ErrNoActiveSession
	}
	return subscriber{id, event, extra}, nil
}

// notify queues the event; the active session is its sender.
func (s subscriber) notify(k *kernel.Kernel, args []any) {
	if !s.id.Alive() {
		return
	}
	if len(s.extra) > 0 {
		args = append(args[:len(args):len(args)], s.extra...)
	}
	if err := k.Post(s.id, s.event, args...); err != nil {
		k.Host().Logger().Warn("cluster: telling", "session", s.id, "error", err)
	}
}
