// Package poll waits until descriptors are ready: one Poller for each way that
// a system has. It knows descriptors by the [Registration] that the kernel's
// handles contain, and nothing of handles, sessions or events.
package poll

import (
	"fmt"
	"time"
)

// Modes is a set of ways in which a descriptor can be ready, a bit for each.
type Modes uint8

// The modes. The bits are those of the kernel's Mode numbers.
const (
	Read Modes = 1 << iota
	Write
	Urgent // out-of-band data
	endOfModes

	// Sticky marks readiness that a short read does not end: the end of the
	// stream, errors, and urgent data, at which a read stops short.
	Sticky Modes = 1 << 7
)

// Registration is the state of a descriptor in a Poller. It belongs to the
// goroutine that waits.
type Registration struct {
	FD    int32  // the descriptor, -1 for none
	Token int32  // reported with its readiness; -1 while nothing watches it
	Gen   uint32 // distinguishes the uses of a token
	Armed Modes  // what the system has been asked to report

	TCP       bool // it is known to be a connection of TCP
	Exclusive bool // no other descriptor refers to the same connection
	Closed    bool // its owner is closing it
	Edge      bool // set by Update: the poller reports changes only
}

// Ready is a report that a descriptor is ready in some modes. An error or the
// end of the stream counts as ready for reading and writing.
type Ready struct {
	Token int32
	Gen   uint32
	Modes Modes
}

// Known returns an error if this system has no poller of that name. The empty
// name is that of the best one.
func Known(name string) error {
	if pollers[name] == nil {
		return fmt.Errorf("no loop named %q on this system", name)
	}
	return nil
}

// Open opens the poller of that name.
func Open(gate Gate, name string) (Poller, error) {
	if err := Known(name); err != nil {
		return nil, err
	}
	return pollers[name](gate)
}

// Poller waits for descriptors. What it reports is level-triggered except where
// it sets [Registration.Edge]. All methods but Wake belong to one goroutine.
type Poller interface {
	// Update makes the system report r.Armed for the descriptor; before is what
	// it reports now, 0 for a descriptor that is new to it.
	Update(r *Registration, before Modes) error
	// Remove makes the system forget the descriptor.
	Remove(r *Registration)
	// Wait appends what is ready to out. It blocks for up to d, forever if d is
	// negative, and not at all if d is 0 or the Gate refuses.
	Wait(d time.Duration, out []Ready) ([]Ready, error)
	// Wake ends a Wait. It may be called from any goroutine.
	Wake()
	Close() error
}

// Gate decides whether a Poller may block, so that it does not while other
// goroutines have left something to do.
type Gate interface {
	// Sleep reports whether the poller may block. If it may, other goroutines
	// call Wake at most once, until Awake.
	Sleep() bool
	// Awake is called after Sleep has returned true. It reports whether no
	// goroutine has called Wake or will.
	Awake() bool
}

// longAgo is a deadline that interrupts a call which blocks.
var longAgo = time.Unix(1, 0)
