package node

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"
)

// The library below trusts its peers: a batch with a wrong index ends the
// process, and a message to any actor's name is delivered. So everything that
// comes in is looked at before the library sees it, and only frames for the
// gateway pass.

// gatewayName is the name of the one process that peers may send to.
const gatewayName = "poe"

// frameType is the type of the messages that carry frames.
const frameType = "google.protobuf.BytesValue"

// maxBatch is how many frames the library puts into one message.
const maxBatch = 200

// frameOverhead is what a frame takes beside its payload, at most.
const frameOverhead = 6*maxName + maxText + 256

// guard checks what connections bring.
type guard struct {
	n       *Node
	streams sync.WaitGroup
}

func (g *guard) stream(srv any, s grpc.ServerStream, _ *grpc.StreamServerInfo, handle grpc.StreamHandler) (err error) {
	if !g.n.enterStream(&g.streams) {
		return status.Error(codes.Unavailable, "shutting down")
	}
	defer g.streams.Done()
	defer func() {
		if thrown := recover(); thrown != nil {
			g.n.log.Error("the remote library failed", "error", thrown)
			err = status.Error(codes.Internal, "failed")
		}
	}()
	return handle(srv, &guardedStream{ServerStream: s, n: g.n})
}

func (g *guard) unary(context.Context, any, *grpc.UnaryServerInfo, grpc.UnaryHandler) (any, error) {
	return nil, status.Error(codes.Unimplemented, "not offered")
}

// guardedStream is a stream whose messages are checked as they come.
type guardedStream struct {
	grpc.ServerStream
	n         *Node
	connected bool
}

func (s *guardedStream) RecvMsg(m any) error {
	if err := s.ServerStream.RecvMsg(m); err != nil {
		return err
	}
	message, ok := m.(*remote.RemoteMessage)
	if ok {
		ok = s.check(message)
	}
	if !ok {
		s.n.log.Warn("a peer sent a message that no node sends; its stream is closed")
		return status.Error(codes.InvalidArgument, "malformed message")
	}
	return nil
}

// check lets pass what nodes send: one connect request, and batches of frames
// for the gateway.
func (s *guardedStream) check(m *remote.RemoteMessage) bool {
	if c := m.GetConnectRequest(); c != nil {
		first := !s.connected
		s.connected = true
		return first && c.GetServerConnection() != nil
	}
	b := m.GetMessageBatch()
	if b == nil || !s.connected || len(b.Envelopes) > maxBatch || len(b.Senders) > 0 {
		return false
	}
	for _, e := range b.Envelopes {
		if e == nil || e.Sender != 0 || e.SerializerId != 0 || e.MessageHeader != nil ||
			e.TypeId < 0 || int(e.TypeId) >= len(b.TypeNames) || b.TypeNames[e.TypeId] != frameType ||
			e.Target < 0 || int(e.Target) >= len(b.Targets) || b.Targets[e.Target] != gatewayName {
			return false
		}
		if len(e.MessageData) > s.n.config.MaxMessage+frameOverhead {
			return false
		}
	}
	return true
}

// connTable knows the connections of a node in both directions, so that it can
// end those that hang, and all of them at the end.
type connTable struct {
	mu     sync.Mutex
	closed bool
	life   context.Context // ends with the table
	end    context.CancelFunc
	most   int // inbound
	in     map[*trackedConn]struct{}
	out    map[*trackedConn]struct{}
}

// trackedConn is a connection that leaves the table when it is closed.
type trackedConn struct {
	net.Conn
	table   *connTable
	set     map[*trackedConn]struct{}
	address string // of the node, outbound
}

func (c *trackedConn) Close() error {
	c.table.mu.Lock()
	delete(c.set, c)
	c.table.mu.Unlock()
	return c.Conn.Close()
}

var errTooManyConns = errors.New("node: more than MaxConns connections")

func (t *connTable) init(most int) {
	t.most = most
	t.life, t.end = context.WithCancel(context.Background())
	t.in, t.out = map[*trackedConn]struct{}{}, map[*trackedConn]struct{}{}
}

func (t *connTable) add(c *trackedConn) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.closed:
		return ErrClosed
	case c.address == "" && len(t.in) >= t.most:
		return errTooManyConns
	}
	c.table, c.set = t, t.in
	if c.address != "" {
		c.set = t.out
	}
	c.set[c] = struct{}{}
	return nil
}

// drop closes the connections to a node.
func (t *connTable) drop(address string) {
	t.closeAll(func(c *trackedConn) bool { return c.address == address })
}

// close closes everything, and whatever still comes.
func (t *connTable) close() {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.end()
	t.closeAll(func(*trackedConn) bool { return true })
}

func (t *connTable) closeAll(which func(*trackedConn) bool) {
	t.mu.Lock()
	var all []*trackedConn
	for _, set := range []map[*trackedConn]struct{}{t.in, t.out} {
		for c := range set {
			if which(c) {
				all = append(all, c)
			}
		}
	}
	t.mu.Unlock()
	for _, c := range all {
		_ = c.Close() // it is not wanted any more, whatever it says
	}
}

// dialer makes outbound connections.
func (n *Node) dialer(ctx context.Context, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, n.config.DeadAfter)
	defer cancel()
	stop := context.AfterFunc(n.conns.life, cancel)
	defer stop()
	var d net.Dialer
	raw, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	c := &trackedConn{Conn: raw, address: address}
	if err := n.conns.add(c); err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	return c, nil
}

// doorkeeper does the handshakes of inbound connections, and knows them.
type doorkeeper struct {
	credentials.TransportCredentials
	n *Node
}

func (d doorkeeper) ServerHandshake(raw net.Conn) (net.Conn, credentials.AuthInfo, error) {
	c := &trackedConn{Conn: raw}
	if err := d.n.conns.add(c); err != nil {
		return nil, nil, errors.Join(err, raw.Close())
	}
	if err := raw.SetDeadline(time.Now().Add(d.n.config.DeadAfter)); err != nil {
		return nil, nil, errors.Join(err, c.Close())
	}
	conn, info, err := d.TransportCredentials.ServerHandshake(c)
	if err != nil {
		return nil, nil, errors.Join(err, c.Close())
	}
	return conn, info, raw.SetDeadline(time.Time{})
}

func (d doorkeeper) Clone() credentials.TransportCredentials {
	return doorkeeper{d.TransportCredentials.Clone(), d.n}
}

// settings are those of the library below.
func (n *Node) settings(host string, port int) *remote.Config {
	secure := insecure.NewCredentials()
	if n.config.TLS != nil {
		secure = credentials.NewTLS(n.config.TLS)
	}
	most := n.config.WindowBytes + n.config.MaxMessage + maxBatch*frameOverhead
	return remote.Configure(host, port,
		remote.WithAdvertisedHost(n.config.Advertise),
		remote.WithEndpointWriterQueueSize(1024),
		remote.WithEndpointWriterBatchSize(maxBatch),
		remote.WithServerOptions(
			grpc.Creds(doorkeeper{secure, n}),
			grpc.MaxRecvMsgSize(most),
			grpc.MaxConcurrentStreams(4),
			grpc.ConnectionTimeout(n.config.DeadAfter),
			grpc.ChainStreamInterceptor(n.guard.stream),
			grpc.ChainUnaryInterceptor(n.guard.unary),
			grpc.KeepaliveParams(keepalive.ServerParameters{Time: 10 * time.Second, Timeout: n.config.DeadAfter}),
			grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 5 * time.Second, PermitWithoutStream: true})),
		remote.WithDialOptions(
			grpc.WithTransportCredentials(secure.Clone()),
			grpc.WithContextDialer(n.dialer),
			grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 10 * time.Second, Timeout: 2 * time.Second})),
		func(c *remote.Config) { c.MaxRetryCount = 1 })
}
