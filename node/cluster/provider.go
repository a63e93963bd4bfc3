package cluster

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/asynkron/protoactor-go/actor"
	protoactor "github.com/asynkron/protoactor-go/cluster"
	"github.com/asynkron/protoactor-go/remote"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node/internal/quiet"
)

// host is where a cluster provider of protoactor's lives. Providers want a
// cluster of the library's: its actor system with the member's id and address,
// its configuration, and its list of members, to which they report. They get
// one of which only that is alive. The rest of it (gossip, identities, topics)
// would need the nodes to accept any message for any actor from each other;
// see docs/adr/0005.
type host struct {
	c        *Cluster
	system   *actor.ActorSystem
	library  *protoactor.Cluster
	provider protoactor.ClusterProvider
	started  bool
}

// newHost makes one; in a replay one that is empty, since the recording has what
// the provider has reported.
func newHost(c *Cluster) *host {
	h := &host{c: c, provider: c.config.Provider}
	if c.k.Host().Replaying() {
		return h
	}
	h.system = quiet.NewSystem(c.log)
	h.system.ID = memberID(c.n.Name(), c.boot)
	h.system.ProcessRegistry.Address = c.n.Addr()
	h.library = protoactor.New(h.system, protoactor.Configure(c.config.Name, h.provider, nil, remote.Configure("", 0)))
	h.forgetRemoved()
	h.system.EventStream.Subscribe(h.event)
	return h
}

// memberID is what the library calls a member: the node's name and something
// that differs with each start.
func memberID(name string, boot uint64) string { return name + "." + strconv.FormatUint(boot, 36) }

// memberName gets the node's name back.
func memberName(id string) (name string, boot uint64, ok bool) {
	dot := strings.LastIndexByte(id, '.')
	if dot < 1 || dot > maxName {
		return "", 0, false
	}
	boot, err := strconv.ParseUint(id[dot+1:], 36, 64)
	return id[:dot], boot, err == nil
}

func (h *host) start() error {
	_, err := kernel.Recorded(h.c.k, "cluster: provider", func() (bool, error) { return true, h.startProvider() })
	return err
}

func (h *host) startProvider() (err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			err = fmt.Errorf("cluster: Provider: %v", thrown)
		}
	}()
	h.started = true
	if err := h.provider.StartMember(h.library); err != nil {
		return fmt.Errorf("cluster: Provider: %w", err)
	}
	return nil
}

// stop shuts the provider down.
func (h *host) stop() {
	defer func() {
		if thrown := recover(); thrown != nil {
			h.c.log.Error("cluster: the provider failed", "error", thrown)
		}
	}()
	if h.system == nil {
		return
	}
	if h.started {
		if err := h.provider.Shutdown(true); err != nil {
			h.c.log.Warn("cluster: the provider's shutdown", "error", err)
		}
	}
	h.system.Shutdown()
}

// event takes a topology, on the provider's goroutine.
func (h *host) event(event any) {
	t, ok := event.(*protoactor.ClusterTopology)
	if !ok {
		return
	}
	if len(t.Left) > 0 {
		h.forgetRemoved()
	}
	newest := map[string]uint64{}
	var list []candidate
	for _, m := range t.Members {
		name, boot, ok := memberName(m.Id)
		if !ok {
			h.c.log.Warn("cluster: the provider names a member that is no node of this package", "id", m.Id)
			continue
		}
		if old, twice := newest[name]; twice && old > boot {
			continue // it was started again, and the provider knows both
		}
		newest[name] = boot
		list = append(list, candidate{name, net.JoinHostPort(m.Host, strconv.Itoa(int(m.Port)))})
	}
	h.c.k.Outside().Post(h.c.id, eventTopology, list)
}

// forgetRemoved empties the library's list of members that were gone and must never
// come back: here they may. The list of members, which alone reads that one,
// is locked meanwhile.
func (h *host) forgetRemoved() {
	h.library.Remote = remote.NewRemote(h.system, remote.Configure("", 0))
}

// admits is true of the nodes that the provider names.
func (h *host) admits(name, _ string) bool { return h.c.peers[name] != nil }

// learn and forget do nothing: the provider knows best.
func (*host) learn(string, string) {}
func (*host) forget(string)        {}
