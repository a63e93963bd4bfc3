package node_test

import (
	"context"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// maliciousMessages sends what the library below cannot bear, and what would
// reach actors that nobody has published.
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
		require.NoError(t, stream.Send(&remote.RemoteMessage{MessageType: &remote.RemoteMessage_ConnectRequest{
			ConnectRequest: &remote.ConnectRequest{ConnectionType: &remote.ConnectRequest_ServerConnection{
				ServerConnection: &remote.ServerConnection{MemberId: "evil", Address: "127.0.0.1:1"},
			}},
		}}))
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
