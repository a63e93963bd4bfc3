package node

import (
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node/internal/quiet"
)

// Node links a kernel to kernels on other nodes. Its methods are for the
// kernel's goroutine, unless they say otherwise.
type Node struct {
	config  Config
	log     *slog.Logger
	boot    uint64 // this incarnation
	address string
	agent   *agent

	system     *actor.ActorSystem
	remote     *remote.Remote
	guard      guard
	conns      connTable
	heartbeats sync.WaitGroup

	exposed atomic.Pointer[exposures]

	linksMu sync.RWMutex
	links   map[string]*link  // by name
	formers map[string]former // of links that were removed
	watched map[string]int    // nodes that somebody watches

	gate     sync.RWMutex  // held by those who send, and to close
	shut     bool          // nothing is sent any more
	ready    chan struct{} // closed when it listens
	closing  chan struct{} // closed when the end begins
	done     chan struct{} // closed when it is over
	closeMu  sync.Mutex
	isClosed bool
	deaf     bool // no stream is taken any more
}

// Start makes a kernel a node: it listens, and can be reached by other nodes
// from then on, as far as Expose allows. It keeps the kernel running, as a
// listening socket does, until Shutdown. It may be called before Run or in a
// handler. Errors are a *kernel.ConfigError, or say why it cannot listen.
func Start(k *kernel.Kernel, config Config) (*Node, error) {
	if err := config.settle(); err != nil {
		return nil, err
	}
	n := &Node{
		config: config, log: config.Logger, boot: uint64(time.Now().UnixNano()),
		links: map[string]*link{}, formers: map[string]former{}, watched: map[string]int{},
		ready: make(chan struct{}), closing: make(chan struct{}), done: make(chan struct{}),
	}
	n.conns.init(config.MaxConns)
	n.guard.n = n
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

// listen starts the library, which panics when it cannot listen, before
// anything has begun.
func (n *Node) listen() (err error) {
	host, port, err := splitAddress(n.config.Listen)
	if err != nil {
		return configError("Listen", err)
	}
	if err := tryListen(n.config.Listen); err != nil {
		return fmt.Errorf("node: Start: %w", err)
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	n.system = quiet.NewSystem(n.log)
	n.remote = remote.NewRemote(n.system, n.settings(host, port))
	n.system.EventStream.Subscribe(n.libraryEvent)
	n.system.ProcessRegistry.Add(&gateway{n}, gatewayName)
	defer func() {
		if thrown := recover(); thrown != nil {
			n.system.Shutdown()
			err = fmt.Errorf("node: Start(%s): %v", n.config.Listen, thrown)
		}
	}()
	n.remote.Start()
	n.address = n.system.Address()
	return nil
}

// tryListen finds out whether an address can be listened on: the library's
// panic has the reason only as a text.
func tryListen(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	return l.Close()
}

// Name returns the node's name. Any goroutine may ask.
func (n *Node) Name() string { return n.config.Name }

// Kernel returns the kernel that the node links. Any goroutine may ask.
func (n *Node) Kernel() *kernel.Kernel { return n.agent.k }

// Addr returns the address at which other nodes reach this one. Any goroutine
// may ask.
func (n *Node) Addr() string { return n.address }

// transmit hands a frame to the library, which does not wait for the network.
func (n *Node) transmit(to *actor.PID, f *frame) {
	n.gate.RLock()
	defer n.gate.RUnlock()
	if !n.shut {
		n.remote.SendMessage(to, nil, wrapperspb.Bytes(f.append(make([]byte, 0, 128+len(f.payload)))), nil, -1)
	}
}

// libraryEvent takes what the library tells, on its goroutines.
func (n *Node) libraryEvent(event any) {
	e, ok := event.(*remote.EndpointTerminatedEvent)
	if !ok {
		return
	}
	for _, l := range n.allLinks() {
		if l.address == e.Address {
			l.down(fmt.Errorf("%w: no connection", ErrUnreachable))
		}
	}
}

// tell queues an event for the node's session, from any goroutine.
func (n *Node) tell(event string, what any) {
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
	if n.deaf {
		return false
	}
	streams.Add(1)
	return true
}

// Shutdown takes the node off the network: pending calls fail with ErrClosed,
// what is on its way has Config.Linger to arrive, the other nodes are told, and
// the kernel need not run for it any more. It does not wait; Done tells when
// it is over. It may be called twice, and on any goroutine. The end of the
// kernel, or of the node's session by a signal, shuts the node down as well.
func (n *Node) Shutdown() { n.tell(eventShutdown, nil) }

// Closing returns a channel that is closed when the end begins: from then on
// nothing is sent any more but what is on its way.
func (n *Node) Closing() <-chan struct{} { return n.closing }

// Done returns a channel that is closed when the node is off the network, its
// port free and its goroutines gone.
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

// end waits for what is on its way and takes everything down.
func (n *Node) end(links []*link) {
	defer close(n.done)
	n.heartbeats.Wait()
	drain(links, n.config.Linger)
	for _, l := range links {
		l.bye()
	}
	drain(links, min(n.config.Linger, byePatience))
	n.closeMu.Lock()
	n.deaf = true
	n.closeMu.Unlock()
	n.gate.Lock()
	n.shut = true
	n.gate.Unlock()
	for _, l := range links {
		l.halt()
	}
	n.conns.close()
	n.guard.streams.Wait()
	n.awaitEndpoints()
	// The library's graceful way panics when streams have ended just before,
	// and all that it would do has been done.
	n.remote.Shutdown(false)
	n.system.Shutdown()
}

// endpointPatience is how long the library may take to notice that its
// connections are closed: it sleeps for 2 seconds after one that failed.
const endpointPatience = 3 * time.Second

// awaitEndpoints waits until the library has let go of its connections. Their
// actors are the supervisor's children.
func (n *Node) awaitEndpoints() {
	for until := time.Now().Add(endpointPatience); time.Now().Before(until); time.Sleep(time.Millisecond) {
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

// byePatience is how long a goodbye may take.
const byePatience = 200 * time.Millisecond

// drain waits until the other nodes have taken what is on its way.
func drain(links []*link, patience time.Duration) {
	for until := time.Now().Add(patience); time.Now().Before(until); time.Sleep(time.Millisecond) {
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
