package kernel

// Dest is the destination of an event: an [ID], an [Alias], or what [Via] makes
// for a session or an actor elsewhere. Other packages cannot implement it.
type Dest interface{ dest() }

func (ID) dest() {}

// Remote delivers events to something outside of this process's kernels, such
// as a session of another node or an actor. Packages that connect kernels
// implement it; [Via] makes a destination of it.
type Remote interface {
	// Post sends an event. It must not wait. The error is the one that is known
	// at once.
	Post(from ID, event string, args []any) error
}

// Via makes a destination of a Remote.
func Via(r Remote) Dest { return via{r} }

type via struct{ Remote }

func (via) dest() {}

// Resolve returns the living session that a destination names, or the kernel
// itself. The error is [ErrNoSession] if there is none. Programs use
// [Kernel.AliasResolve] and [Kernel.ByNumber]. POE: alias_resolve,
// ID_id_to_session.
func (v Host) Resolve(to Dest) (ID, error) {
	e, err := v.k.resolve(to)
	if err != nil {
		return ID{}, v.k.fail("Resolve", to, err)
	}
	return ID{e}, nil
}

// resolve finds the living session behind a local destination.
func (k *Kernel) resolve(to Dest) (*entry, error) {
	if id, ok := to.(ID); ok {
		if id.s != nil && id.s.k == k && id.s.alive() {
			return id.s, nil
		}
		return nil, ErrNoSession
	}
	switch to := to.(type) {
	case Alias:
		if e := k.aliases[string(to)]; e != nil {
			return e, nil
		}
	case untrusted:
		return k.resolve(to.Dest)
	case nil:
		return nil, ErrInvalid
	}
	return nil, ErrNoSession
}
