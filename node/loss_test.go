package node_test

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/asynkron/protoactor-go/remote"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/internal/nodetest"
)

// sieve hands the messages for a node on, and loses frames of them when it is
// told to. It is a process of its own.
type sieve struct {
	remote.UnimplementedRemotingServer
	target string
	lose   atomic.Int64 // so many frames are still to be lost
}

// beSieve is that process: it reads where to send, and then how much to lose.
func beSieve() error {
	l, err := net.Listen("tcp", nodetest.AnyPort)
	if err != nil {
		return err
	}
	nodetest.Announce(l.Addr().String())
	s := &sieve{}
	if _, err := fmt.Scanln(&s.target); err != nil {
		return err
	}
	server := grpc.NewServer()
	remote.RegisterRemotingServer(server, s)
	go func() { _ = server.Serve(l) }()
	for {
		fmt.Println("ready")
		var n int64
		if _, err := fmt.Scanln(&n); err != nil {
			return nil // the test is over
		}
		s.lose.Store(n)
	}
}

// Receive carries one connection.
func (s *sieve) Receive(in remote.Remoting_ReceiveServer) error {
	conn, err := grpc.NewClient(s.target, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithCancel(in.Context())
	defer cancel()
	out, err := remote.NewRemotingClient(conn).Receive(ctx)
	if err != nil {
		return err
	}
	var back sync.WaitGroup
	back.Go(func() {
		for m, err := out.Recv(); err == nil && in.Send(m) == nil; {
			m, err = out.Recv()
		}
	})
	defer back.Wait()
	defer cancel()
	for {
		m, err := in.Recv()
		if err != nil {
			return err
		}
		s.sift(m.GetMessageBatch())
		if err := out.Send(m); err != nil {
			return err
		}
	}
}

// sift takes out the frames to be lost.
func (s *sieve) sift(b *remote.MessageBatch) {
	if b == nil {
		return
	}
	var rest []*remote.MessageEnvelope
	for _, e := range b.Envelopes {
		var frame wrapperspb.BytesValue
		if proto.Unmarshal(e.MessageData, &frame) == nil && node.IsNumbered(frame.Value) && s.lose.Load() > 0 {
			s.lose.Add(-1)
			continue
		}
		rest = append(rest, e)
	}
	b.Envelopes = rest
}

// What the library below loses without a word is noticed and told: the frame
// before another one, the last one, and an answer.
func TestLostFrames(t *testing.T) {
	for name, c := range map[string]struct {
		there, back int64 // frames to be lost
		posts, lost int
	}{
		"before others": {there: 1, posts: 3, lost: 4},
		"the last":      {there: 4, posts: 3, lost: 4},
		"an answer":     {back: 1, posts: 0, lost: 0},
	} {
		t.Run(name, func(t *testing.T) {
			there, back := spawn(t, "sieve", ""), spawn(t, "sieve", "")
			near, far := nodetest.FreePort(t), nodetest.FreePort(t)
			there.Tell(t, far)
			back.Tell(t, near)
			spawn(t, "server", far, "NODE_TEST_ADVERTISE="+there.Addr)
			client := dial(t, node.Config{Peers: map[string]string{"server": there.Addr}, Listen: near, Advertise: back.Addr})
			client.do(func() { require.NoError(t, client.n.WatchNode("server", "state")) })
			client.comesUp()
			client.reach("server")

			there.Tell(t, c.there)
			back.Tell(t, c.back)
			answers := make(chan kernel.Event, 1)
			client.do(func() {
				echo := node.Address{Node: "server", Alias: "echo"}
				for i := range c.posts {
					require.NoError(t, client.k.Post(client.n.To(echo), "tick", i))
				}
				require.NoError(t, client.n.Call(echo, "add", []any{1, 2}, "answer", answers))
			})
			err, _ := (<-answers).Arg(1).(error)
			require.ErrorIs(t, err, node.ErrUnreachable)
			if c.lost > 0 {
				loss := <-client.lost
				require.GreaterOrEqual(t, loss.Count, c.lost) // what was taken but not acknowledged may count
				require.ErrorIs(t, loss.Err, node.ErrUnreachable)
			}
			require.False(t, client.state().Up)
			client.comesUp()
			client.reach("server")
			got, err := client.call("server", "count")
			require.NoError(t, err)
			require.Equal(t, []any{int64(0), true}, got)
		})
	}
}
