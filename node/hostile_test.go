package node_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/internal/nodetest"
)

// maliciousMessages sends what the library below cannot bear, and what would
// reach actors that nobody has exposed.
func maliciousMessages(t *testing.T, address string) {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	peer := remote.NewRemotingClient(conn)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	_, err = peer.ListProcesses(ctx, &remote.ListProcessesRequest{})
	require.Error(t, err)
	_, err = peer.GetProcessDiagnostics(ctx, &remote.GetProcessDiagnosticsRequest{})
	require.Error(t, err)
	for name, m := range hostile() {
		stream, err := peer.Receive(ctx)
		require.NoError(t, err)
		require.NoError(t, stream.Send(greeting()))
		_, err = stream.Recv()
		require.NoError(t, err, name)
		require.NoError(t, stream.Send(m))
		if name == "bad frame" {
			require.NoError(t, stream.CloseSend())
		}
		_, err = stream.Recv()
		require.Error(t, err, name)
	}
}

// hostile lists the messages.
func hostile() map[string]*remote.RemoteMessage {
	const frame, gateway = "google.protobuf.BytesValue", "poe"
	batch := func(types, targets []string, senders []*actor.PID, e *remote.MessageEnvelope) *remote.RemoteMessage {
		return &remote.RemoteMessage{MessageType: &remote.RemoteMessage_MessageBatch{MessageBatch: &remote.MessageBatch{
			TypeNames: types, Targets: targets, Senders: senders, Envelopes: []*remote.MessageEnvelope{e},
		}}}
	}
	good := &remote.MessageEnvelope{}
	return map[string]*remote.RemoteMessage{
		"bad target":       batch([]string{frame}, []string{gateway}, nil, &remote.MessageEnvelope{Target: 7}),
		"negative target":  batch([]string{frame}, []string{gateway}, nil, &remote.MessageEnvelope{Target: -1}),
		"bad type":         batch([]string{frame}, []string{gateway}, nil, &remote.MessageEnvelope{TypeId: 7}),
		"bad sender":       batch([]string{frame}, []string{gateway}, nil, &remote.MessageEnvelope{Sender: 7}),
		"a sender":         batch([]string{frame}, []string{gateway}, []*actor.PID{{Address: "127.0.0.1:1", Id: "x"}}, good),
		"bad serializer":   batch([]string{frame}, []string{gateway}, nil, &remote.MessageEnvelope{SerializerId: 1}),
		"stop supervisor":  batch([]string{"actor.Stop"}, []string{"EndpointSupervisor"}, nil, good),
		"stop the gateway": batch([]string{"actor.Stop"}, []string{gateway}, nil, good),
		"spawn":            batch([]string{"remote.ActorPidRequest"}, []string{"activator"}, nil, good),
		"another actor":    batch([]string{frame}, []string{"activator"}, nil, good),
		"second greeting":  {MessageType: &remote.RemoteMessage_ConnectRequest{ConnectRequest: &remote.ConnectRequest{}}},
		"nothing":          {},
		"bad frame":        batch([]string{frame}, []string{gateway}, nil, &remote.MessageEnvelope{MessageData: []byte{10, 3, 1, 99, 255}}),
	}
}

// A peer that ignores its window is held back by its connection: what it sends
// waits there and not in this process.
func TestFlood(t *testing.T) {
	server := spawn(t, "server", nodetest.AnyPort)
	c := dial(t, node.Config{Peers: map[string]string{"server": server.Addr}})
	require.NoError(t, c.post("server", "stall", int64(3*time.Second)))
	codec, err := node.NewCBOR(nil)
	require.NoError(t, err)
	payload, err := codec.Encode([]any{0, make([]byte, 100<<10)})
	require.NoError(t, err)

	conn, err := grpc.NewClient(server.Addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	stream, err := remote.NewRemotingClient(conn).Receive(ctx)
	require.NoError(t, err)
	require.NoError(t, stream.Send(greeting()))
	sent := uint64(0)
	for ; sent < 100_000; sent++ { // 10 GB, if nothing stopped it
		frame := node.PostFrame(9, sent+1, "flood", "127.0.0.1:1", "echo", "tick", payload)
		data, err := proto.Marshal(wrapperspb.Bytes(frame))
		require.NoError(t, err)
		if stream.Send(batchOf(data)) != nil {
			break
		}
	}
	require.Less(t, sent, uint64(2000))
	rss := residentSet(t, server.Process.Pid)
	t.Logf("%d frames went out before it stopped; the server holds %d MiB", sent, rss>>20)
	require.Less(t, rss, int64(300<<20))
	_, err = c.call("server", "add", 1, 2)
	require.NoError(t, err)
}

func residentSet(t *testing.T, pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if os.IsNotExist(err) {
		return 0 // not on this system
	}
	require.NoError(t, err)
	var size, resident int64
	_, err = fmt.Sscan(string(text), &size, &resident)
	require.NoError(t, err)
	return resident * int64(os.Getpagesize())
}

func batchOf(data []byte) *remote.RemoteMessage {
	return &remote.RemoteMessage{MessageType: &remote.RemoteMessage_MessageBatch{MessageBatch: &remote.MessageBatch{
		TypeNames: []string{"google.protobuf.BytesValue"}, Targets: []string{"poe"},
		Envelopes: []*remote.MessageEnvelope{{MessageData: data}},
	}}}
}

func greeting() *remote.RemoteMessage {
	return &remote.RemoteMessage{MessageType: &remote.RemoteMessage_ConnectRequest{
		ConnectRequest: &remote.ConnectRequest{ConnectionType: &remote.ConnectRequest_ServerConnection{
			ServerConnection: &remote.ServerConnection{MemberId: "evil", Address: "127.0.0.1:1"},
		}},
	}}
}
