package kernel

import (
	"strconv"
	"strings"
)

// ID identifies a session forever: it stays valid after the session has stopped
// and is never reused. It is comparable, and as a destination needs no look-up.
// An ID keeps memory from being freed, but does not keep the session alive. The
// zero ID identifies no session.
//
// An ID means the same everywhere in the process: its methods are safe on any
// goroutine, and a session of another kernel can be posted to, see
// [Kernel.Post]. The result of [ID.Session] belongs to the goroutine of the
// session's kernel.
//
// POE: both the session's reference and its ID.
type ID struct{ s *entry }

// Number returns the session's number, which is unique in its kernel and not
// reused; that of the kernel's own ID is 0. POE: $session->ID.
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
	text, names := strconv.FormatUint(id.s.num, 10), id.s.aliases.Load().names()
	if len(names) > 0 {
		text += " (" + strings.Join(names, ", ") + ")"
	}
	return text
}

// ID returns the kernel's own ID, which is the parent of the sessions that
// were created outside of any session and the sender of what the kernel sends.
func (k *Kernel) ID() ID { return ID{k.root} }

// ByNumber returns the living session with that number; 0 is the kernel. The
// error is [ErrNoSession]. POE: ID_id_to_session.
func (k *Kernel) ByNumber(n uint64) (ID, error) {
	if e := k.byNumber.find(n); e != nil {
		return ID{e}, nil
	}
	return ID{}, k.fail("ByNumber", n, ErrNoSession)
}

// WheelID is the number of a wheel. All wheels of a kernel, of any kind, are
// numbered in one sequence that starts at 1.
type WheelID uint64
