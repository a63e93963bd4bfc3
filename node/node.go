package node

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node/internal/quiet"
)

// Node links a kernel to kernels on other nodes. Its methods belong to the
// kernel's goroutine, unless documented otherwise.
type Node struct {
	config  Config
	log     *slog.Logger
	boot    uint64 // this incarnation
	address string
	agent   *agent

	system     *actor.ActorSystem
	remote     *remote.Remote // sends
	server     *grpc.Server   // receives
	receiver   receiver
	listener   listener
	serving    sync.WaitGroup
	conns      connTable
	members    sync.Map     // link by memberID
	held       atomic.Int64 // bytes of decoded values that wait for the kernel
	heartbeats sync.WaitGroup

	exposed  atomic.Pointer[exposures]
	warnings warnings

	linksMu sync.RWMutex
	links   map[string]*link  // by name
	formers map[string]former // of links that were removed
	watched map[string]int    // nodes that a session watches

	gate     sync.RWMutex  // held by those who send, and to close
	shut     bool          // nothing is sent any more
	ready    chan struct{} // closed when it listens
	closing  chan struct{} // closed when the end begins
	done     chan struct{} // closed when it is over
	closeMu  sync.Mutex
	isClosed bool
	refusing bool // no stream is accepted any more
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
		config: config, log: config.Logger, boot: randomKey(),
		links: map[string]*link{}, formers: map[string]former{}, watched: map[string]int{},
		ready: make(chan struct{}), closing: make(chan struct{}), done: make(chan struct{}),
	}
	n.conns.init(n)
	n.receiver.n = n
	n.exposed.Store(&exposures{})
	for name, address := range config.Peers {
		n.links[name] = n.newLink(name, address, true)
	}
	n.agent = newAgent(n, k)
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
	n.heartbeats.Add(1)
	go n.heartbeat()
	return n, nil
}

// listen opens the node's socket and starts the library. The library's own
// server is stopped as soon as it has started: it trusts its peers, and ends at
// an error of accept. It only sends.
func (n *Node) listen() (err error) {
	raw, err := net.Listen("tcp", n.config.Listen)
	if err != nil {
		return fmt.Errorf("node: Start: %w", err)
	}
	n.listener = listener{raw, n}
	if n.address, err = n.config.advertised(raw); err != nil {
		return errors.Join(fmt.Errorf("node: Start: %w", err), raw.Close())
	}
	n.system = quiet.NewSystem(n.log)
	n.remote = remote.NewRemote(n.system, n.sendSettings())
	n.system.EventStream.Subscribe(n.libraryEvent)
	defer func() {
		if recovered := recover(); recovered != nil {
			n.system.Shutdown()
			err = errors.Join(fmt.Errorf("node: Start(%s): %v", n.config.Listen, recovered), raw.Close())
		}
	}()
	n.remote.Start() // panics when it cannot listen
	n.remote.Shutdown(false)
	n.server = grpc.NewServer(n.receiveSettings()...)
	remote.RegisterRemotingServer(n.server, &n.receiver)
	n.serving.Go(func() {
		if err := n.server.Serve(&n.listener); err != nil {
			n.log.Error("node: the listener has ended", "error", err)
		}
	})
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

// memberID is how this node's connections begin. It is sent to the
// addresses of the nodes that this one talks to, and nowhere else.
func (n *Node) memberID() string { return n.system.ID }

// transmit gives a frame to the library, which does not wait for the network.
func (n *Node) transmit(to *actor.PID, f *frame) {
	n.gate.RLock()
	defer n.gate.RUnlock()
	if !n.shut {
		n.remote.SendMessage(to, nil, wrapperspb.Bytes(f.append(make([]byte, 0, 128+len(f.payload)))), nil, -1)
	}
}

// libraryEvent processes the library's events, on its goroutines.
func (n *Node) libraryEvent(event any) {
	e, ok := event.(*remote.EndpointTerminatedEvent)
	if !ok {
		return
	}
	for _, l := range n.allLinks() {
		if l.data.Address == e.Address || l.control.Address == e.Address {
			l.down(fmt.Errorf("%w: no connection", ErrUnreachable))
		}
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

// enterStream counts a stream, unless the end has begun.
func (n *Node) enterStream(streams *sync.WaitGroup) bool {
	<-n.ready
	n.closeMu.Lock()
	defer n.closeMu.Unlock()
	if n.refusing {
		return false
	}
	streams.Add(1)
	return true
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

// Done returns a channel that is closed when the node has left the network: its
// port is free and its goroutines have ended. Any goroutine may call it.
func (n *Node) Done() <-chan struct{} { return n.done }

// close begins the end, once; the rest happens on a goroutine of its own.
func (n *Node) close() {
	n.closeMu.Lock()
	defer n.closeMu.Unlock()
	if !n.isClosed {
		n.isClosed = true
		close(n.closing)
		go n.end(n.allLinks())
	}
}

// end waits for what is on its way and closes everything.
func (n *Node) end(links []*link) {
	defer close(n.done)
	n.heartbeats.Wait()
	drain(links, n.config.Linger)
	for _, l := range links {
		l.bye()
	}
	drain(links, min(n.config.Linger, byeTimeout))
	n.closeMu.Lock()
	n.refusing = true
	n.closeMu.Unlock()
	n.gate.Lock()
	n.shut = true
	n.gate.Unlock()
	for _, l := range links {
		l.halt()
	}
	n.conns.close()
	n.server.Stop()
	n.serving.Wait()
	n.receiver.streams.Wait()
	n.awaitEndpoints()
	// The library's graceful way panics when streams have ended just before,
	// and all that it would do has been done.
	n.remote.Shutdown(false)
	n.system.Shutdown()
}

// endpointTimeout is how long the library may take to notice that its
// connections are closed: it sleeps for 2 seconds after one that failed.
const endpointTimeout = 3 * time.Second

// awaitEndpoints waits until the library has released its connections. Their
// actors are the supervisor's children.
func (n *Node) awaitEndpoints() {
	for until := time.Now().Add(endpointTimeout); time.Now().Before(until); time.Sleep(time.Millisecond) {
		left := 0
		for _, shard := range n.system.ProcessRegistry.LocalPIDs.LocalPIDs {
			for _, name := range shard.Keys() {
				if strings.HasPrefix(name, "EndpointSupervisor/") {
					left++
				}
			}
		}
		if left == 0 {
			return
		}
	}
}

// byeTimeout is how long a goodbye may take.
const byeTimeout = 200 * time.Millisecond

// drain waits until the other nodes have taken what is on its way.
func drain(links []*link, timeout time.Duration) {
	for until := time.Now().Add(timeout); time.Now().Before(until); time.Sleep(time.Millisecond) {
		waiting := 0
		for _, l := range links {
			waiting += l.outstanding()
		}
		if waiting == 0 {
			return
		}
	}
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
