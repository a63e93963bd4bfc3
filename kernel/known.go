package kernel

// knownChild is a child process that a wheel has started.
type knownChild struct {
	tell   func(WaitStatus)
	ended  bool
	status WaitStatus
}

// KnowChild makes a child process known: sessions that watch the signal "CHLD"
// with Sig hear of its end, and SigChild may be called for it at any time, until
// Reap is. If its end is noticed for any reason, ended is called on the kernel's
// goroutine, outside of any session; it must not wait. A process that is known
// keeps neither a session nor the kernel going. It is for makers of wheels.
func (k *Kernel) KnowChild(pid int, ended func(status WaitStatus)) {
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
