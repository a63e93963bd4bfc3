package cluster

import (
	"hash/fnv"
	"net"
	"strconv"

	protoactor "github.com/asynkron/protoactor-go/cluster"
)

// maxKnown is how many nodes seeds remember.
const maxKnown = 4096

// seeds is the provider that needs no other program: nodes are known from the
// configuration, because they have come by themselves, or because others have
// named them. It lives on the kernel's goroutine.
type seeds struct {
	c       *Cluster
	library *protoactor.Cluster
	known   map[string]string // name to address
}

func newSeeds(c *Cluster) *seeds { return &seeds{c: c, known: map[string]string{}} }

// StartMember begins with the configured nodes.
func (s *seeds) StartMember(library *protoactor.Cluster) error {
	s.library = library
	for name, address := range s.c.config.Seeds {
		if name != s.c.n.Name() {
			s.known[name] = address
		}
	}
	s.report()
	return nil
}

// StartClient is StartMember: there are no clients.
func (s *seeds) StartClient(library *protoactor.Cluster) error { return s.StartMember(library) }

// Shutdown does nothing: only the nodes themselves have to be notified.
func (s *seeds) Shutdown(bool) error { return nil }

// learn notes a node. One that is up, or a seed, keeps the address it has.
func (s *seeds) learn(name, address string) {
	old, known := s.known[name]
	if p := s.c.peers[name]; name == s.c.n.Name() || known && (old == address || s.c.config.Seeds[name] != "" || p != nil && p.up) {
		return
	}
	if _, _, err := net.SplitHostPort(address); err != nil || !known && len(s.known) >= maxKnown {
		s.c.log.Warn("cluster: cannot take a node in", "node", name, "address", address, "error", err)
		return
	}
	s.known[name] = address
	s.report()
}

// forget drops a node that is not configured.
func (s *seeds) forget(name string) {
	if _, known := s.known[name]; known && s.c.config.Seeds[name] == "" {
		delete(s.known, name)
		s.report()
	}
}

// report updates the library's list of members. Seeds do not know when a node was
// started, so what makes the id is the address.
func (s *seeds) report() {
	list := protoactor.Members{seedMember(s.c.n.Name(), s.c.n.Addr())}
	for name, address := range s.known {
		list = append(list, seedMember(name, address))
	}
	s.library.MemberList.UpdateClusterTopology(list)
}

func seedMember(name, address string) *protoactor.Member {
	host, text, err := net.SplitHostPort(address)
	port, wrong := strconv.ParseInt(text, 10, 32)
	if err != nil || wrong != nil {
		host, port = address, 0 // refused where it is used
	}
	sum := fnv.New64a()
	sum.Write([]byte(address))
	return &protoactor.Member{Id: memberID(name, sum.Sum64()), Host: host, Port: int32(port)}
}
