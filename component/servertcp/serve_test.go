package servertcp_test

import (
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernelgroup"
	"github.com/gopoe/poe/session"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// serving is a server on three kernels that answers a line with the kernel's
// name and the line.
type serving struct {
	shards *servertcp.Shards
	cancel context.CancelFunc
	ended  chan error
}

func startServing(t *testing.T, c servertcp.ServeConfig) *serving {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := &serving{cancel: cancel, ended: make(chan error, 1)}
	up := make(chan *servertcp.Shards, 1)
	c.Address, c.Kernels, c.HandOff = "127.0.0.1", 3, true
	c.KernelOptions = func(index int) kernel.Options { return kernel.Options{Name: fmt.Sprint("kernel", index)} }
	c.Listening = func(s *servertcp.Shards) { up <- s }
	if c.ClientInput == nil {
		c.ClientInput = servertcp.Input(func(c *servertcp.Client, line string) { c.Put(c.Kernel.ID().String() + " " + line) })
	}
	go func() { s.ended <- servertcp.Serve(ctx, c) }()
	select {
	case s.shards = <-up:
	case err := <-s.ended:
		require.NoError(t, err)
	}
	t.Cleanup(cancel)
	return s
}

// kernelName asks for the name of the kernel that serves it.
func (p *caller) kernelName(t *testing.T) (name string) {
	t.Helper()
	p.ask(t, "%s hello", &name)
	return name
}

func (s *serving) wait(t *testing.T) error {
	t.Helper()
	select {
	case err := <-s.ended:
		return err
	case <-time.After(time.Minute):
		require.FailNow(t, "the server does not end")
		return nil
	}
}

func TestServeUsesAllKernels(t *testing.T) {
	s := startServing(t, servertcp.ServeConfig{})
	seen := map[string]int{}
	for range 6 {
		seen[dialShards(t, s.shards).kernelName(t)]++
	}
	assert.Equal(t, map[string]int{"kernel0": 2, "kernel1": 2, "kernel2": 2}, seen)
	s.cancel()
	assert.NoError(t, s.wait(t))
	_, err := net.Dial("tcp", s.shards.Addr().String())
	assert.Error(t, err, "nothing listens any more")
}

// What a handler of one kernel posts to the alias reaches the listeners of all.
func TestServeAliasReachesAllKernels(t *testing.T) {
	s := startServing(t, servertcp.ServeConfig{Config: servertcp.Config{
		Alias: "server",
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
			figures, err := c.Kernel.Call(kernel.Alias("server"), "stats")
			assert.NoError(t, err)
			assert.Equal(t, 1, figures.(servertcp.Stats).Open)
			assert.NoError(t, c.Kernel.Post(kernel.Alias("server"), "shutdown"))
			c.Put("down")
		}),
	}})
	one, two := dialShards(t, s.shards), dialShards(t, s.shards)
	_, err := fmt.Fprint(one.Conn, "stop\r\n")
	require.NoError(t, err)
	line, err := one.ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "down\r\n", line)
	require.NoError(t, one.Close())
	require.NoError(t, two.Close())
	assert.NoError(t, s.wait(t))
}

// A connection that does not end by itself is closed after the grace.
func TestServeDrains(t *testing.T) {
	disconnected := make(chan error, 1)
	s := startServing(t, servertcp.ServeConfig{
		Grace: time.Millisecond,
		Config: servertcp.Config{
			ClientDrain: func(*servertcp.Client) {}, // and so it stays
			ClientError: func(_ *servertcp.Client, err *kernel.OpError) { disconnected <- err },
		},
	})
	c := dialShards(t, s.shards)
	c.kernelName(t)
	s.cancel()
	assert.NoError(t, s.wait(t))
	assert.ErrorIs(t, <-disconnected, servertcp.ErrDrained)
}

// Sessions of the program's own do not keep it running once the context is done.
func TestServeStopsOtherSessions(t *testing.T) {
	stopped := make(chan string, 3)
	s := startServing(t, servertcp.ServeConfig{Setup: func(m *kernelgroup.Member) error {
		_, err := session.Inline(m.Kernel, session.Funcs{
			"_start": func(e kernel.Event) { assert.NoError(t, e.Kernel.Delay("tick", time.Hour)) },
			"tick":   func(kernel.Event) {},
			"_stop":  func(e kernel.Event) { stopped <- e.Kernel.ID().String() },
		})
		return err
	}})
	s.cancel()
	assert.NoError(t, s.wait(t))
	assert.Len(t, stopped, 3)
}

func TestServeRefusesWhatItCannotDo(t *testing.T) {
	input := servertcp.Input(func(*servertcp.Client, string) {})
	for field, c := range map[string]servertcp.ServeConfig{
		"ExtraAddresses": {Config: servertcp.Config{ClientInput: input, ExtraAddresses: []servertcp.Address{{}}}},
		"Shards":         {Config: servertcp.Config{ClientInput: input}, Kernels: -1},
		"ClientInput":    {Config: servertcp.Config{Address: "127.0.0.1"}, Kernels: 2},
	} {
		var wrong *kernel.ConfigError
		err := servertcp.Serve(t.Context(), c)
		if assert.ErrorAs(t, err, &wrong, field) {
			assert.Equal(t, field, wrong.Field)
		}
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	var failed *kernel.OpError
	err = servertcp.Serve(t.Context(), servertcp.ServeConfig{Config: servertcp.Config{
		Address: "127.0.0.1", Port: taken.Addr().(*net.TCPAddr).Port, ClientInput: input,
	}})
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, "bind", failed.Op)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	assert.NoError(t, servertcp.Serve(cancelled, servertcp.ServeConfig{Config: servertcp.Config{Address: "127.0.0.1", ClientInput: input}}))
}
