package node

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gopoe/poe/node/internal/quiet"
)

// library is the transport over protoactor-go's remote. The library's own
// server is stopped as soon as it has started: it trusts its peers, and ends at
// an error of accept. It only sends.
type library struct {
	n        *Node
	system   *actor.ActorSystem
	remote   *remote.Remote // sends
	server   *grpc.Server   // receives
	receiver receiver
	listener listener
	serving  sync.WaitGroup
	conns    connTable

	mu         sync.Mutex
	refusing   bool             // no stream is accepted any more
	endpoints  map[string]*link // the link that uses an endpoint
	lastNumber uint64           // of an endpoint
}

func newLibrary(n *Node) *library {
	t := &library{n: n, endpoints: map[string]*link{}}
	t.conns.init(n)
	t.receiver.n, t.receiver.library = n, t
	return t
}

func (t *library) listen() (address string, err error) {
	n := t.n
	raw, err := net.Listen("tcp", n.config.Listen)
	if err != nil {
		return "", err
	}
	t.listener = listener{raw, t}
	if address, err = n.config.advertised(raw); err != nil {
		return "", errors.Join(err, raw.Close())
	}
	n.address = address // the library's settings have it
	t.system = quiet.NewSystem(n.log)
	t.remote = remote.NewRemote(t.system, t.sendSettings())
	t.system.EventStream.Subscribe(t.event)
	defer func() {
		if recovered := recover(); recovered != nil {
			t.system.Shutdown()
			err = errors.Join(fmt.Errorf("%s: %v", n.config.Listen, recovered), raw.Close())
		}
	}()
	t.remote.Start() // panics when it cannot listen
	t.remote.Shutdown(false)
	t.server = grpc.NewServer(t.receiveSettings()...)
	remote.RegisterRemotingServer(t.server, &t.receiver)
	t.serving.Go(func() {
		if err := t.server.Serve(&t.listener); err != nil {
			n.log.Error("node: the listener has ended", "error", err)
		}
	})
	return address, nil
}

func (t *library) memberID() string { return t.system.ID }

func (t *library) transmit(l *link, control bool, f *frame) {
	to := &l.data
	if control {
		to = &l.control
	}
	if *to == nil {
		*to = actor.NewPID(targetPrefix+t.newEndpoint(l), gatewayName)
	}
	t.remote.SendMessage(*to, nil, wrapperspb.Bytes(f.append(make([]byte, 0, 128+len(f.payload)))), nil, -1)
}

// event processes the library's events, on its goroutines.
func (t *library) event(event any) {
	if e, ok := event.(*remote.EndpointTerminatedEvent); ok {
		if l := t.removeEndpoint(e.Address); l != nil {
			l.disconnected(e.Address)
		}
	}
}

// disconnect also ends the library's endpoints: it may not have noticed that
// their connections have ended.
func (t *library) disconnect(l *link) {
	var ended []*actor.PID
	l.mu.Lock()
	for _, to := range []**actor.PID{&l.control, &l.data} {
		if *to != nil {
			ended = append(ended, *to)
			*to = nil
		}
	}
	l.mu.Unlock()
	for _, to := range ended {
		t.removeEndpoint(to.Address)
	}
	t.conns.drop(l)
	for _, to := range ended {
		t.system.EventStream.Publish(&remote.EndpointTerminatedEvent{Address: to.Address})
	}
}

// enterStream counts a stream, unless the end has begun.
func (t *library) enterStream(streams *sync.WaitGroup) bool {
	<-t.n.ready
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.refusing {
		return false
	}
	streams.Add(1)
	return true
}

func (t *library) refuse() {
	t.mu.Lock()
	t.refusing = true
	t.mu.Unlock()
}

func (t *library) close() {
	t.conns.close()
	t.server.Stop()
	t.serving.Wait()
	t.receiver.streams.Wait()
	t.awaitEndpoints()
	// The library's graceful way panics when streams have ended just before,
	// and all that it would do has been done.
	t.remote.Shutdown(false)
	t.system.Shutdown()
}

// endpointTimeout is how long the library may take to notice that its
// connections are closed: it sleeps for 2 seconds after one that failed.
const endpointTimeout = 3 * time.Second

// awaitEndpoints waits until the library has released its connections. Their
// actors are the supervisor's children.
func (t *library) awaitEndpoints() {
	for until := time.Now().Add(endpointTimeout); time.Now().Before(until); time.Sleep(time.Millisecond) {
		left := 0
		for _, shard := range t.system.ProcessRegistry.LocalPIDs.LocalPIDs {
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
