package kernel

// about is what is known of a watcher in one mode, or of something that is owned.
// Those of one name share it, as most are wheels of a few kinds. It is never changed.
type about struct {
	name string // of the event, or of what is owned
	args []any  // of the event
	site *site  // where it was made, nil unless that is traced
}

// at returns what is known of something that was made there.
func (a *about) at(made *site) *about {
	if made == nil {
		return a
	}
	return &about{a.name, a.args, made}
}

// abouts finds what those of one name share, as long as it is not too long since one of
// them was made.
type abouts struct {
	known [8]*about
	next  int // the place that is used next
}

func (s *abouts) of(name string) *about {
	for _, a := range &s.known {
		if a == nil {
			break
		}
		if a.name == name {
			return a
		}
	}
	a := &about{name: name}
	s.known[s.next] = a
	s.next = (s.next + 1) % len(s.known)
	return a
}
