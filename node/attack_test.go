package node_test

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/remote"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/internal/nodetest"
)

// certificates writes an authority and certificates for some nodes.
func certificates(t *testing.T, names ...string) (dir string) {
	dir = t.TempDir()
	ca := newAuthority(t)
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.cert.Raw})
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ca.crt"), text, 0o600))
	for _, name := range names {
		ca.issue(t, dir, name)
	}
	return dir
}

// Connections that stay silent at any stage keep no peer out, from the same
// address or from others, with TLS or without.
func TestSilentConnections(t *testing.T) {
	dir := certificates(t, "server", "client")
	for name, secure := range map[string]bool{"plain": false, "TLS": true} {
		for _, opening := range []string{"", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"} {
			t.Run(fmt.Sprintf("%s after %d bytes", name, len(opening)), func(t *testing.T) {
				var env []string
				config := node.Config{}
				if secure {
					env = []string{"NODE_TEST_TLS=" + dir, "NODE_TEST_CERT=server"}
					var err error
					config.TLS, err = readTLS(dir, "client")
					require.NoError(t, err)
				}
				server := spawn(t, "server", nodetest.AnyPort, env...)
				for range 400 {
					conn, err := net.Dial("tcp", server.Addr)
					require.NoError(t, err)
					defer conn.Close()
					_, _ = conn.Write([]byte(opening)) // it may be closed already
				}
				config.Peers = map[string]string{"server": server.Addr}
				sum, err := dial(t, config).call("server", "add", 40, 2)
				require.NoError(t, err)
				require.Equal(t, int64(42), sum)
			})
		}
	}
}

// A silent connection is closed after a while.
func TestSilentConnectionEnds(t *testing.T) {
	server := spawn(t, "server", nodetest.AnyPort, "NODE_TEST_DEAD_AFTER=300ms")
	conn, err := net.Dial("tcp", server.Addr)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
	for err == nil {
		_, err = conn.Read(make([]byte, 1024))
	}
	require.NotErrorIs(t, err, os.ErrDeadlineExceeded)
}

// forge sends frames to a node on a connection of its own, and returns the error
// that ends it, nil if it lives on.
func forge(t *testing.T, address string, secure *tls.Config, frames ...[]byte) error {
	creds := insecure.NewCredentials()
	if secure != nil {
		secure = secure.Clone()
		creds = credentials.NewTLS(secure)
	}
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(creds))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	stream, err := remote.NewRemotingClient(conn).Receive(context.Background())
	if err != nil {
		return err
	}
	require.NoError(t, stream.Send(greeting()))
	if _, err := stream.Recv(); err != nil {
		return err
	}
	for _, f := range frames {
		data, err := proto.Marshal(wrapperspb.Bytes(f))
		require.NoError(t, err)
		if err := stream.Send(batchOf(data)); err != nil {
			break // Recv has the reason
		}
	}
	ended := make(chan error, 1)
	go func() {
		_, err := stream.Recv()
		ended <- err
	}()
	select {
	case err := <-ended:
		return err
	case <-time.After(300 * time.Millisecond):
		return nil
	}
}

// Frames in a peer's name from somebody who is not at that peer's address
// change nothing, whatever incarnation and epoch they claim.
func TestForgedFrames(t *testing.T) {
	server := spawn(t, "server", nodetest.AnyPort)
	c := dial(t, node.Config{Peers: map[string]string{"server": server.Addr}})
	c.do(func() { require.NoError(t, c.n.WatchNode("server", "state")) })
	c.comesUp()
	c.reach("server")
	for _, to := range []struct{ victim, name, address string }{
		{c.n.Addr(), "server", server.Addr}, {server.Addr, "client", c.n.Addr()},
	} {
		_ = forge(t, to.victim, nil,
			node.PingFrame(99, 1, to.name, to.address), node.PingFrame(98, 1<<40, to.name, to.address),
			node.PostFrame(99, 1, to.name, to.address, "echo", "die", nil), node.PostFrame(97, 1, to.name, to.address, "echo", "tick", nil))
	}
	for range 20 {
		sum, err := c.call("server", "add", 40, 2)
		require.NoError(t, err)
		require.Equal(t, int64(42), sum)
	}
	require.Empty(t, c.lost)
	require.Empty(t, c.events, "the link never went down")
	got, err := c.call("server", "count")
	require.NoError(t, err)
	require.Equal(t, []any{int64(0), true}, got)
}

// A certificate is good for its own node's name alone.
func TestCertificateOfAnotherNode(t *testing.T) {
	dir := certificates(t, "server", "client", "other")
	server := spawn(t, "server", nodetest.AnyPort, "NODE_TEST_TLS="+dir, "NODE_TEST_CERT=server")
	config := node.Config{Peers: map[string]string{"server": server.Addr}}
	var err error
	config.TLS, err = readTLS(dir, "client")
	require.NoError(t, err)
	c := dial(t, config)
	_, err = c.call("server", "add", 40, 2)
	require.NoError(t, err)
	other, err := readTLS(dir, "other")
	require.NoError(t, err)

	// The server takes strangers in, so that the connection stands; the name does not.
	err = forge(t, server.Addr, other, node.PingFrame(99, 1, "client", c.n.Addr()))
	require.ErrorContains(t, err, "not your name")
	// The client knows the server alone.
	err = forge(t, c.n.Addr(), other, node.PingFrame(99, 1, "server", server.Addr))
	require.Error(t, err)
	require.NotContains(t, err.Error(), "not your name")

	// Who listens in the server's place with another certificate is not believed.
	impostor := spawn(t, "server", nodetest.AnyPort, "NODE_TEST_TLS="+dir, "NODE_TEST_CERT=other")
	config.Peers = map[string]string{"server": impostor.Addr}
	config.DeadAfter = hasty
	_, err = dial(t, config).call("server", "add", 40, 2)
	require.ErrorIs(t, err, node.ErrUnreachable)

	for range 10 {
		_, err = c.call("server", "add", 40, 2)
		require.NoError(t, err)
	}
	require.Empty(t, c.lost)
}

// Bytes that become many times as much when they are decoded are not decoded.
func TestDecodingIsBounded(t *testing.T) {
	server := spawn(t, "server", nodetest.AnyPort)
	c := dial(t, node.Config{Peers: map[string]string{"server": server.Addr}, Codec: rawCodec{}})
	idle := residentSet(t, server.Process.Pid)
	maps := make([]byte, 1<<20-16) // a list of a million empty maps
	for i := range maps {
		maps[i] = 0xa0
	}
	copy(maps, []byte{0x9a, 0, 0x0f, 0xff, 0xeb})
	for range 60 {
		for c.post("server", "tick", maps) != nil {
			c.do(func() { require.NoError(t, c.n.NotifyWritable("server", "room")) })
			require.Equal(t, "room", (<-c.events).Name)
		}
	}
	loss := <-c.lost
	require.ErrorIs(t, loss.Err, node.ErrTooLarge)
	grown := residentSet(t, server.Process.Pid) - idle
	t.Logf("60 MB of empty maps: %d MiB more", grown>>20)
	require.Less(t, grown, int64(64<<20))
}

// rawCodec sends the bytes of its one value as they are.
type rawCodec struct{}

func (rawCodec) Encode(values []any) ([]byte, error) {
	if len(values) == 0 {
		return []byte{0x80}, nil
	}
	return values[0].([]byte), nil
}

func (rawCodec) Decode(data []byte) ([]any, error) { return []any{data}, nil }
