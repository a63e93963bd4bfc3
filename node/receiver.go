package node

import (
	"errors"
	"io"
	"sync"

	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// gatewayName is the name of the one process that frames are addressed to.
const gatewayName = "poe"

// frameType is the type of the messages that carry frames.
const frameType = "google.protobuf.BytesValue"

// maxBatch is how many frames the library puts into one message.
const maxBatch = 200

// frameOverhead is what a frame takes beside its payload, at most.
const frameOverhead = 6*maxName + maxText + 256

// receiver is the service to which other nodes' libraries send. The library's
// own trusts its peers: a batch with a wrong index ends the process, and a
// message to any actor's name is delivered. This one takes frames and nothing
// else.
type receiver struct {
	remote.UnimplementedRemotingServer
	n       *Node
	library *library
	streams sync.WaitGroup
}

var errMalformed = status.Error(codes.InvalidArgument, "malformed message")

// Receive takes the frames of one connection, on its goroutine.
func (r *receiver) Receive(stream remote.Remoting_ReceiveServer) (err error) {
	if !r.library.enterStream(&r.streams) {
		return status.Error(codes.Unavailable, "shutting down")
	}
	defer r.streams.Done()
	defer func() {
		if recovered := recover(); recovered != nil {
			r.n.log.Error("node: a connection's stream failed", "error", recovered)
			err = status.Error(codes.Internal, "failed")
		}
	}()
	from, ok := peer.FromContext(stream.Context())
	if !ok {
		return status.Error(codes.Internal, "no peer")
	}
	info, ok := from.AuthInfo.(connInfo)
	if !ok {
		return status.Error(codes.Internal, "no connection")
	}
	if err = r.greet(stream, info); err == nil {
		err = r.receive(stream, info)
	}
	if errors.Is(err, errMalformed) {
		r.n.warn("node: a message that no node sends; its stream is closed", "from", from.Addr)
	}
	return err
}

// greet takes the message that every stream begins with.
func (r *receiver) greet(stream remote.Remoting_ReceiveServer, info connInfo) error {
	m, err := stream.Recv()
	if err != nil {
		return err
	}
	greeting := m.GetConnectRequest().GetServerConnection()
	if greeting == nil {
		return errMalformed
	}
	info.conn.announce(greeting.MemberId)
	return stream.Send(&remote.RemoteMessage{MessageType: &remote.RemoteMessage_ConnectResponse{
		ConnectResponse: &remote.ConnectResponse{MemberId: r.library.memberID()},
	}})
}

// receive takes batches of frames until the stream ends.
func (r *receiver) receive(stream remote.Remoting_ReceiveServer, info connInfo) error {
	for {
		m, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		b := m.GetMessageBatch()
		if !r.wellFormed(b) {
			return errMalformed
		}
		for _, e := range b.Envelopes {
			if err := r.frame(e.MessageData, info); err != nil {
				return err
			}
		}
	}
}

// wellFormed reports whether a batch holds frames for the gateway, and nothing
// else.
func (r *receiver) wellFormed(b *remote.MessageBatch) bool {
	if b == nil || len(b.Envelopes) > maxBatch || len(b.Senders) > 0 {
		return false
	}
	for _, e := range b.Envelopes {
		if e == nil || e.Sender != 0 || e.SerializerId != 0 || e.MessageHeader != nil ||
			e.TypeId < 0 || int(e.TypeId) >= len(b.TypeNames) || b.TypeNames[e.TypeId] != frameType ||
			e.Target < 0 || int(e.Target) >= len(b.Targets) || b.Targets[e.Target] != gatewayName {
			return false
		}
		if len(e.MessageData) > r.n.config.MaxMessage+frameOverhead {
			return false
		}
	}
	return true
}

// frame takes one frame. An error ends the stream.
func (r *receiver) frame(data []byte, info connInfo) error {
	var wrapped wrapperspb.BytesValue
	if err := proto.Unmarshal(data, &wrapped); err != nil {
		return errMalformed
	}
	return r.n.takeFrame(wrapped.Value, info.conn, func(node string) error {
		if info.cert == nil {
			return nil
		}
		if err := r.n.authorize(node, info.cert); err != nil {
			r.n.warn("node: a frame in another node's name; its stream is closed", "error", err)
			return status.Error(codes.PermissionDenied, "not your name")
		}
		return nil
	})
}
