package kernel

import "strconv"

// ID names a session forever: it stays valid after the session has stopped
// and is never given to another one. It is comparable, and using one as a
// destination costs no look-up. Holding an ID holds memory, but keeps no
// session alive. The zero ID names nothing.
//
// An ID means the same everywhere in the process: its methods are safe on any
// goroutine, and a session of another kernel can be posted to, see
// [Kernel.Post]. What [ID.Session] returns belongs to its own kernel's
// goroutine, as all of a session does.
//
// POE: both the session's reference and its ID.
type ID struct{ s *entry }

// Number is the session's number, unique in its kernel; the kernel's own ID
// has number 0. POE: $session->ID.
func (id ID) Number() uint64 {
	if id.s == nil {
		return 0
	}
	return id.s.num
}

// Alive reports whether the session exists: from its creation until after _stop.
func (id ID) Alive() bool { return id.s != nil && id.s.alive() }

// IsZero reports whether id is the zero ID, which names no session.
func (id ID) IsZero() bool { return id.s == nil }

// Session returns the session itself, also after it has stopped; nil for the
// kernel's own ID and for the zero ID.
func (id ID) Session() Session {
	if id.s == nil || id.s.ses == nil {
		return nil
	}
	return id.s.ses
}

// Kernel returns the session's kernel, nil for the zero ID.
func (id ID) Kernel() *Kernel {
	if id.s == nil {
		return nil
	}
	return id.s.k
}

// String returns the number, followed by the aliases if there are any: "3" or
// "3 (chargen)". The kernel's own ID gives the kernel's name.
func (id ID) String() string {
	switch {
	case id.s == nil:
		return "none"
	case id.s == id.s.k.root:
		return id.s.k.name
	}
	text, names := strconv.FormatUint(id.s.num, 10), id.s.names()
	for i, alias := range names {
		if i == 0 {
			text += " (" + alias.name
		} else {
			text += ", " + alias.name
		}
	}
	if len(names) > 0 {
		text += ")"
	}
	return text
}

// ID returns the kernel's own ID, which is the parent of the sessions that
// were created outside of any session and the sender of what the kernel sends.
func (k *Kernel) ID() ID { return ID{k.root} }

// ByNumber finds a living session by its number; 0 is the kernel.
// POE: ID_id_to_session.
func (k *Kernel) ByNumber(n uint64) (ID, error) {
	if e := k.byNumber[n]; e != nil {
		return ID{e}, nil
	}
	return ID{}, k.fail("ByNumber", n, ErrNoSession)
}

// WheelID numbers the wheels of a kernel, of whatever kind, in one sequence
// that starts at 1.
type WheelID uint64
