package servertcp_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernelgroup"
	"github.com/gopoe/poe/wheel/socketfactory"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shardedEcho runs a server over several kernels that answers a line with the
// number of the kernel and the line, until the test ends.
func shardedEcho(t *testing.T, c servertcp.ShardConfig, server servertcp.Config) *servertcp.Shards {
	t.Helper()
	shards, err := servertcp.NewShards(c)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	up, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- kernelgroup.Run(ctx, kernelgroup.Config{Size: c.Shards, Setup: func(m *kernelgroup.Member) error {
			server := server
			server.ClientInput = servertcp.Input(func(c *servertcp.Client, line string) { c.Put(fmt.Sprint(m.Index, " ", line)) })
			_, err := shards.New(m.Kernel, server)
			if m.Index == c.Shards-1 {
				close(up)
			}
			return err
		}})
	}()
	t.Cleanup(func() {
		defer cancel()
		shards.Post("drain", time.Duration(0))
		assert.NoError(t, <-ended, "shutting down ends all kernels")
	})
	<-up
	return shards
}

// caller is a client of the echo.
type caller struct {
	net.Conn
	*bufio.Reader
}

func dialShards(t *testing.T, s *servertcp.Shards) *caller {
	t.Helper()
	c, err := net.Dial(s.Addr().Network(), s.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(40*time.Second)))
	return &caller{c, bufio.NewReader(c)}
}

// kernel asks which kernel serves it.
func (p *caller) kernel(t *testing.T) (index int) {
	t.Helper()
	p.ask(t, "%d hello", &index)
	return index
}

// ask sends a line and scans the answer.
func (p *caller) ask(t *testing.T, format string, into any) {
	t.Helper()
	_, err := fmt.Fprint(p.Conn, "hello\r\n")
	require.NoError(t, err)
	line, err := p.ReadString('\n')
	require.NoError(t, err)
	_, err = fmt.Sscanf(line, format, into)
	require.NoError(t, err)
}

func TestShardsSpreadConnections(t *testing.T) {
	for name, c := range map[string]servertcp.ShardConfig{
		"by the system": {Shards: 3, Address: servertcp.Address{Address: "127.0.0.1"}},
		"handed over":   {Shards: 3, Address: servertcp.Address{Address: "127.0.0.1"}, HandOff: true},
		"unix socket":   {Shards: 3, Address: servertcp.Address{Domain: socketfactory.Unix, Address: filepath.Join(t.TempDir(), "s")}},
	} {
		t.Run(name, func(t *testing.T) {
			s := shardedEcho(t, c, servertcp.Config{Alias: "echo"})
			const clients = 60
			var peers []*caller
			for range clients {
				peers = append(peers, dialShards(t, s))
			}
			var count [3]int
			for _, p := range peers {
				at := p.kernel(t)
				assert.Equal(t, at, p.kernel(t), "a connection stays where it is")
				count[at]++
			}
			if s.HandsOff() {
				assert.Equal(t, [3]int{20, 20, 20}, count)
			} else {
				for i, n := range count {
					assert.Positive(t, n, "kernel %d", i)
				}
			}
			stats, err := s.Stats(t.Context())
			require.NoError(t, err)
			assert.Equal(t, clients, stats.Open)
			assert.EqualValues(t, clients, stats.Accepted)
			assert.EqualValues(t, 2*clients*len("hello\r\n"), stats.BytesIn)
		})
	}
}

func TestShardsThatAreFullAreLeftOut(t *testing.T) {
	s := shardedEcho(t, servertcp.ShardConfig{Shards: 2, Address: servertcp.Address{Address: "127.0.0.1"}, HandOff: true}, servertcp.Config{MaxClients: 2})
	var peers []*caller
	var count [2]int
	for range 5 {
		peers = append(peers, dialShards(t, s))
	}
	for _, p := range peers[:4] {
		count[p.kernel(t)]++
	}
	assert.Equal(t, [2]int{2, 2}, count)
	stats, err := s.Stats(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 4, stats.Open, "the fifth waits in the system's queue")
	for _, p := range peers[:4] {
		if p.kernel(t) == 1 { // the one that does not accept
			p.Close()
			break
		}
	}
	assert.Equal(t, 1, peers[4].kernel(t))
	sixth := dialShards(t, s)
	s.Post("set_concurrency", 3)
	assert.Contains(t, []int{0, 1}, sixth.kernel(t))
}

func TestShardsWithoutOne(t *testing.T) {
	stopped := new(atomic.Int32)
	s := shardedEcho(t, servertcp.ShardConfig{Shards: 3, Address: servertcp.Address{Address: "127.0.0.1"}, HandOff: true}, servertcp.Config{
		Stopped: func(*servertcp.Listener) { stopped.Add(1) },
		ClientDisconnected: func(c *servertcp.Client) {
			if c.Listener().Wheel == nil { // not the one that accepts
				assert.NoError(t, c.Kernel.Post(c.Listener().ID(), "shutdown"))
			}
		},
	})
	first, second := dialShards(t, s), dialShards(t, s)
	assert.Zero(t, first.kernel(t))
	require.Equal(t, 1, second.kernel(t))
	second.Close()
	require.Eventually(t, func() bool { return stopped.Load() == 1 }, 40*time.Second, time.Millisecond)
	for range 6 {
		assert.NotEqual(t, 1, dialShards(t, s).kernel(t))
	}
}

func TestShareConfig(t *testing.T) {
	var wrong *kernel.ConfigError
	_, err := servertcp.NewShards(servertcp.ShardConfig{})
	require.ErrorAs(t, err, &wrong)
	assert.Equal(t, "Shards", wrong.Field)

	input := servertcp.Input(func(*servertcp.Client, string) {})
	s, err := servertcp.NewShards(servertcp.ShardConfig{Shards: 2, Address: servertcp.Address{Address: "127.0.0.1"}})
	require.NoError(t, err)
	addr := s.Addr().String()
	for field, c := range map[string]servertcp.Config{
		"Address":     {Port: 1, ClientInput: input},
		"ClientInput": {},
	} {
		_, err := s.New(kernel.New(), c)
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, field, wrong.Field)
	}
	require.NoError(t, s.Close())
	_, err = s.New(kernel.New(), servertcp.Config{ClientInput: input})
	require.ErrorAs(t, err, &wrong)
	assert.Equal(t, "Shards", wrong.Field)

	l, err := net.Listen("tcp", addr) // it is free again
	require.NoError(t, err)
	defer l.Close()
	taken := l.Addr().(*net.TCPAddr)
	_, err = servertcp.NewShards(servertcp.ShardConfig{Shards: 2, Address: servertcp.Address{Address: "127.0.0.1", Port: taken.Port}})
	var failed *kernel.OpError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, "bind", failed.Op)
}

// A server over all processors: a listener in each of the kernels, and what
// belongs to one kernel in the function that sets it up.
func ExampleNewShards() {
	shards, err := servertcp.NewShards(servertcp.ShardConfig{Shards: 2, Address: servertcp.Address{Address: "127.0.0.1"}})
	if err != nil {
		panic(err)
	}
	go func() {
		c, err := net.Dial("tcp", shards.Addr().String())
		if err != nil {
			panic(err)
		}
		fmt.Fprint(c, "hello\r\n")
		line, _ := bufio.NewReader(c).ReadString('\n')
		fmt.Println(strings.TrimSpace(line))
		c.Close()
		shards.Post("shutdown")
	}()
	err = kernelgroup.Run(context.Background(), kernelgroup.Config{Size: 2, Setup: func(m *kernelgroup.Member) error {
		lines := 0 // of this kernel: no lock
		_, err := shards.New(m.Kernel, servertcp.Config{
			ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
				lines++
				c.Put(fmt.Sprint(lines, " ", line))
			}),
		})
		return err
	}})
	fmt.Println("ended:", err)
	// Output:
	// 1 hello
	// ended: <nil>
}

func TestPausedShardsTakeNobody(t *testing.T) {
	for _, handOff := range []bool{false, true} {
		s := shardedEcho(t, servertcp.ShardConfig{Shards: 2, Address: servertcp.Address{Address: "127.0.0.1"}, HandOff: handOff}, servertcp.Config{Paused: true})
		p := dialShards(t, s)
		stats, err := s.Stats(t.Context())
		require.NoError(t, err)
		assert.Zero(t, stats.Accepted)
		s.Post("set_concurrency", 3)
		assert.Contains(t, []int{0, 1}, p.kernel(t))
	}
}
