package cluster_test

import (
	"errors"
	"net"
	"strconv"
	"strings"
	"testing"

	protoactor "github.com/asynkron/protoactor-go/cluster"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/cluster"
	"github.com/gopoe/poe/node/internal/nodetest"
)

// registry is a provider that a test leads: what any registry of services does.
type registry struct {
	started chan *protoactor.Cluster
	err     error
	thrown  any
	shut    chan bool
}

func newRegistry() *registry {
	return &registry{started: make(chan *protoactor.Cluster, 1), shut: make(chan bool, 1)}
}

func (r *registry) StartMember(c *protoactor.Cluster) error {
	if r.thrown != nil {
		panic(r.thrown)
	}
	r.started <- c
	return r.err
}

func (r *registry) StartClient(*protoactor.Cluster) error { return errors.New("not a client") }

func (r *registry) Shutdown(graceful bool) error {
	r.shut <- graceful
	return nil
}

func member(id, address string) *protoactor.Member {
	host, text, _ := net.SplitHostPort(address)
	port, _ := strconv.Atoi(text)
	return &protoactor.Member{Id: id, Host: host, Port: int32(port)}
}

// A provider of protoactor's finds what it asks a cluster for, and the nodes
// that it names are the members; one may go and come back.
func TestProvider(t *testing.T) {
	r := newRegistry()
	c := join(t, setup{Name: "client"}, func(config *cluster.Config) { config.Seeds, config.Provider = nil, r })
	library := <-r.started
	host, port, err := library.ActorSystem.GetHostPort()
	require.NoError(t, err)
	require.Equal(t, c.n.Addr(), net.JoinHostPort(host, strconv.Itoa(port)))
	require.Equal(t, "poe", library.Config.Name)
	require.True(t, strings.HasPrefix(library.ActorSystem.ID, "client."))
	require.Empty(t, library.GetClusterKinds())

	north := spawn(t, setup{Name: "north", Seeds: map[string]string{"client": c.n.Addr()}})
	self := member(library.ActorSystem.ID, c.n.Addr())
	c.do(func() { require.NoError(t, c.c.WatchMembers("member")) })
	for left := 0; left < 3; {
		library.MemberList.UpdateClusterTopology(protoactor.Members{self, member("north.z", "127.0.0.1:1"), member("north.zz", north.Addr), member("nonsense", north.Addr)})
		m := c.wait("member").Args[0].(cluster.Member)
		require.True(t, m.Up, "%+v", m)
		require.Equal(t, "north", m.Name)
		library.MemberList.UpdateClusterTopology(protoactor.Members{self})
		m = c.wait("member").Args[0].(cluster.Member)
		require.False(t, m.Up)
		if !errors.Is(m.Err, cluster.ErrLeft) { // the late end of its last connection has ended this one
			require.ErrorIs(t, m.Err, node.ErrUnreachable)
			continue
		}
		left++
	}
	c.close()
	require.True(t, <-r.shut)
}

func TestProviderFails(t *testing.T) {
	k := kernel.New()
	n, err := node.Start(k, node.Config{Name: "alone", Listen: nodetest.AnyPort})
	require.NoError(t, err)
	r := newRegistry()
	r.err = errors.New("no registry there")
	_, err = cluster.Join(n, cluster.Config{Provider: r})
	require.ErrorIs(t, err, r.err)
	require.True(t, <-r.shut)
	r = newRegistry()
	r.thrown = "oops"
	_, err = cluster.Join(n, cluster.Config{Provider: r})
	require.ErrorContains(t, err, "oops")
	_, err = cluster.Join(n, cluster.Config{Provider: r, Seeds: map[string]string{"a": "127.0.0.1:1"}})
	require.Error(t, err)
	n.Shutdown()
	require.NoError(t, k.Run())
	<-n.Done()
}
