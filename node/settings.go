package node

import (
	"time"

	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"
)

// keepaliveEvery is how often the transport asks a connection for a sign of life
// when nothing comes.
const keepaliveEvery = 10 * time.Second

// sendSettings are those of the library, which makes the outbound connections.
// It has to be given an address to listen on, see library.listen.
func (t *library) sendSettings() *remote.Config {
	n := t.n
	return remote.Configure("localhost", 0,
		remote.WithAdvertisedHost(n.address),
		remote.WithEndpointWriterQueueSize(1024),
		remote.WithEndpointWriterBatchSize(maxBatch),
		remote.WithDialOptions(
			grpc.WithTransportCredentials(n.newCredentials()),
			grpc.WithContextDialer(t.dial),
			grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: keepaliveEvery, Timeout: n.config.DeadAfter})),
		func(c *remote.Config) { c.MaxRetryCount = 1 })
}

// receiveSettings are those of the server for inbound connections. One that has
// no stream is closed, and so is one whose handshake does not end.
func (t *library) receiveSettings() []grpc.ServerOption {
	n := t.n
	most := n.config.WindowBytes + n.config.MaxMessage + maxBatch*frameOverhead
	return []grpc.ServerOption{
		grpc.Creds(n.newCredentials()),
		grpc.MaxRecvMsgSize(most),
		grpc.MaxConcurrentStreams(1),
		grpc.MaxHeaderListSize(16 << 10),
		grpc.ConnectionTimeout(n.config.DeadAfter),
		grpc.KeepaliveParams(keepalive.ServerParameters{
			MaxConnectionIdle: max(n.config.DeadAfter, time.Second), Time: keepaliveEvery, Timeout: n.config.DeadAfter,
		}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: keepaliveEvery / 2, PermitWithoutStream: true}),
	}
}
