package kernel

// knownChild is a child process that a wheel has started.
type knownChild struct {
	tell   func(WaitStatus)
	ended  bool
	status WaitStatus
}

func (k *Kernel) trackChild(pid int, ended func(status WaitStatus)) {
	if k.signals.known == nil {
		k.signals.known = map[int]*knownChild{}
	}
	k.signals.known[pid] = &knownChild{tell: ended}
	k.signals.catchKnown(k)
}

// catchKnown begins to notice the ends of known children, if there are any and
// somebody watches for them. Else they stay as they are until SigChild or Reap
// takes them.
func (s *signalTable) catchKnown(k *Kernel) {
	if s.wantsKnown() {
		s.catchChildren(k)
	}
}

func (s *signalTable) wantsKnown() bool { return len(s.known) > 0 && s.watched["CHLD"] > 0 }

// knownEnded notes how a known child has ended.
func (s *signalTable) knownEnded(pid int, status WaitStatus) {
	if c := s.known[pid]; c != nil && !c.ended {
		c.ended, c.status = true, status
		c.tell(status)
	}
}

// forgetKnown takes a child's entry away. It returns whether the child has
// been waited for.
func (s *signalTable) forgetKnown(pid int) bool {
	c := s.known[pid]
	delete(s.known, pid)
	return c != nil && c.ended
}
