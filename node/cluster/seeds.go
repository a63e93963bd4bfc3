package cluster

import "net"

// maxKnown is how many nodes seeds remember.
const maxKnown = 4096

// seeds is the finder that needs no other program: nodes are known from the
// configuration, because they have come by themselves, or because others have
// named them. It lives on the kernel's goroutine.
type seeds struct {
	c     *Cluster
	known map[string]string // name to address
}

func newSeeds(c *Cluster) *seeds { return &seeds{c: c, known: map[string]string{}} }

// start begins with the configured nodes.
func (s *seeds) start() error {
	for name, address := range s.c.config.Seeds {
		if name != s.c.n.Name() {
			s.known[name] = address
		}
	}
	s.report()
	return nil
}

// stop does nothing: only the nodes themselves have to be notified.
func (s *seeds) stop() {}

func (s *seeds) admits(name, address string) bool {
	s.learn(name, address)
	return s.known[name] != ""
}

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

// report tells the cluster what is known.
func (s *seeds) report() {
	list := make([]candidate, 0, len(s.known))
	for _, name := range sortedKeys(s.known) {
		list = append(list, candidate{name, s.known[name]})
	}
	s.c.inside(func() { _ = s.c.k.Post(s.c.id, eventTopology, list) }) // unless it has left
}
