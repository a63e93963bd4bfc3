package node

import (
	"fmt"
	"log/slog"
	"maps"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gopoe/poe/kernel"
)

// Node links a kernel to kernels on other nodes. Its methods belong to the
// kernel's goroutine, unless documented otherwise.
type Node struct {
	config  Config
	log     *slog.Logger
	boot    uint64 // this incarnation
	address string
	agent   *agent

	transport  transport
	network    Network      // instead of the system's, on the kernel's goroutine
	began      time.Time    // see now
	members    sync.Map     // link by memberID
	held       atomic.Int64 // bytes of decoded values that wait for the kernel
	heartbeats sync.WaitGroup
	beatTimer  timer // with a Network

	exposed  atomic.Pointer[exposures]
	warnings warnings

	linksMu sync.RWMutex
	links   map[string]*link  // by name
	lastNum uint64            // of a link
	formers map[string]former // of links that were removed
	watched map[string]int    // nodes that a session watches

	gate     sync.RWMutex  // held by those who send, and to close
	shut     bool          // nothing is sent any more
	ready    chan struct{} // closed when it listens
	closing  chan struct{} // closed when the end begins
	done     chan struct{} // closed when it is over
	closeMu  sync.Mutex
	isClosed bool
}

// Start makes a kernel a node: it listens, and other nodes can reach what
// Expose allows. It keeps the kernel running, as a listening socket does, until
// Shutdown. It may be called before Run or in a handler. The error is a
// *kernel.ConfigError, or that of listening.
func Start(k *kernel.Kernel, config Config) (*Node, error) {
	if err := config.settle(); err != nil {
		return nil, err
	}
	if config.Logger == nil {
		config.Logger = k.Host().Logger()
	}
	n := &Node{
		config: config, log: config.Logger, network: config.Network,
		links: map[string]*link{}, formers: map[string]former{}, watched: map[string]int{},
		ready: make(chan struct{}), closing: make(chan struct{}), done: make(chan struct{}),
	}
	n.agent = newAgent(n, k)
	n.began, n.boot = n.now(), n.randomKey()
	n.exposed.Store(&exposures{})
	n.transport = n.newTransport()
	if err := n.agent.start(); err != nil {
		return nil, err
	}
	if err := n.listen(); err != nil {
		n.isClosed = true
		close(n.closing)
		close(n.done)
		n.agent.abandon()
		return nil, err
	}
	close(n.ready)
	n.startHeartbeat()
	return n, nil
}

// listen opens the node's socket and notes its peers.
func (n *Node) listen() error {
	address, err := kernel.Recorded(n.agent.k, "node: listen", n.transport.listen)
	if err != nil {
		return fmt.Errorf("node: Start: %w", err)
	}
	n.address = address
	if n.replaying() {
		return nil
	}
	n.linksMu.Lock()
	defer n.linksMu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(n.config.Peers)) {
		n.links[name] = n.newLink(name, n.config.Peers[name], true)
	}
	return nil
}

// advertised returns the address at which others reach a node that listens.
func (c *Config) advertised(l net.Listener) (string, error) {
	if c.Advertise != "" {
		return c.Advertise, nil
	}
	addr := l.Addr()
	if addr == nil { // getsockname has failed
		return "", fmt.Errorf("%s: its address is not known", c.Listen)
	}
	return addr.String(), nil
}

// Name returns the node's name. Any goroutine may call it.
func (n *Node) Name() string { return n.config.Name }

// Kernel returns the kernel that the node links. Any goroutine may call it.
func (n *Node) Kernel() *kernel.Kernel { return n.agent.k }

// Addr returns the address at which other nodes reach this one. Any goroutine
// may call it.
func (n *Node) Addr() string { return n.address }

// transmit sends a frame and does not wait for the network. l.mu is held.
func (n *Node) transmit(l *link, control bool, f *frame) {
	n.gate.RLock()
	defer n.gate.RUnlock()
	if !n.shut {
		n.transport.transmit(l, control, f)
	}
}

// notify queues an event for the node's session, from any goroutine.
func (n *Node) notify(event string, what any) {
	n.agent.k.Outside().Post(n.agent.id, event, what)
}

func (n *Node) isClosing() bool {
	select {
	case <-n.closing:
		return true
	default:
		return false
	}
}

// Shutdown disconnects the node from the network: pending calls fail with
// ErrClosed, events in transit have Config.Linger to arrive, the other nodes
// are notified, and the node no longer keeps the kernel running. It does not
// wait; Done is closed at the end. Further calls do nothing. Any goroutine may
// call it. The end of the kernel, or of the node's session by a signal, shuts
// the node down as well.
func (n *Node) Shutdown() { n.notify(eventShutdown, nil) }

// Closing returns a channel that is closed when a shutdown begins: from then on
// only events that are in transit already are sent. Any goroutine may call it.
func (n *Node) Closing() <-chan struct{} { return n.closing }

// OnClosing calls f when a shutdown begins, on the kernel's goroutine, unless the
// returned function is called before. It is for packages whose sessions end with
// the node; it belongs to the kernel's goroutine.
func (n *Node) OnClosing(f func()) (cancel func()) {
	a := n.agent
	a.lastHook++
	id := a.lastHook
	a.closing[id] = f
	return func() { delete(a.closing, id) }
}

// Done returns a channel that is closed when the node has left the network: its
// port is free and its goroutines have ended. Any goroutine may call it.
func (n *Node) Done() <-chan struct{} { return n.done }

// close begins the end, once; the rest happens later.
func (n *Node) close(alive bool) {
	n.closeMu.Lock()
	defer n.closeMu.Unlock()
	if n.isClosed {
		return
	}
	n.isClosed = true
	close(n.closing)
	switch {
	case n.replaying():
		close(n.done)
	case n.network != nil:
		n.endOnKernel(n.allLinks(), alive)
	default:
		go n.end(n.allLinks())
	}
}

// end waits for what is on its way and closes everything.
func (n *Node) end(links []*link) {
	n.heartbeats.Wait()
	drain(links, n.config.Linger)
	for _, l := range links {
		l.bye()
	}
	drain(links, min(n.config.Linger, byeTimeout))
	n.finish(links)
}

// finish ends what is left.
func (n *Node) finish(links []*link) {
	defer close(n.done)
	n.transport.refuse()
	n.gate.Lock()
	n.shut = true
	n.gate.Unlock()
	for _, l := range links {
		l.halt()
	}
	n.transport.close()
}

// byeTimeout is how long a goodbye may take.
const byeTimeout = 200 * time.Millisecond

// drain waits until the other nodes have taken what is on its way.
func drain(links []*link, timeout time.Duration) {
	for until := time.Now().Add(timeout); time.Now().Before(until) && outstanding(links); time.Sleep(time.Millisecond) {
	}
}

// outstanding reports whether anything is on its way.
func outstanding(links []*link) bool {
	return slices.ContainsFunc(links, func(l *link) bool { return l.outstanding() > 0 })
}

// bye says goodbye to a node that is not known to be down.
func (l *link) bye() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state == linkUp || l.state == linkTrying {
		l.seq++
		l.transmit(&frame{verb: verbBye, seq: l.seq})
	}
}

// String returns the node's name and port.
func (n *Node) String() string {
	if _, port, err := net.SplitHostPort(n.address); err == nil {
		return n.config.Name + ":" + port
	}
	return n.config.Name
}
