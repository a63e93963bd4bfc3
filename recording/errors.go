package recording

import (
	"errors"
	"fmt"
	"strings"
)

// ErrEnds says that all of a recording was replayed, which does not have the end
// of the run.
var ErrEnds = errors.New("kernel: the recording ends here")

// ErrStopped is the error of a replay that has stopped at the event that was asked
// for.
var ErrStopped = errors.New("kernel: the replay has stopped where it was asked to")

// Result is how far a replay has come.
type Result struct {
	Equal  bool   // all of the recording was replayed
	Whole  bool   // and the recording has the end of the run
	Events uint64 // that were dispatched
	Err    error  // why it has ended before
}

// Divergence is the error of a replay that does not do what the recording has:
// where they part, and the events around it.
type Divergence struct {
	Kernel   string
	Event    uint64 // the number of the first event that differs, or in whose place something else was done; the first is 1
	Handler  string // what ran then, empty if nothing did
	Asked    string // what the program does
	Recorded string // what it did in the recording
	Offset   int64  // in the recording, in bytes
	Before   []string
	After    []string // the events that follow in the recording
}

// Error describes the divergence on several lines.
func (d *Divergence) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the replay parts from the recording at event %d (byte %d)\n", d.Event, d.Offset)
	if d.Handler != "" {
		fmt.Fprintf(&b, "  in the handler of %s\n", d.Handler)
	}
	fmt.Fprintf(&b, "  %-40s | %s\n", "the program", "the recording")
	first := d.Event - uint64(len(d.Before))
	for i, e := range d.Before {
		fmt.Fprintf(&b, "  %6d %-33s | %s\n", first+uint64(i), e, e)
	}
	fmt.Fprintf(&b, "> %6d %-33s | %s\n", d.Event, d.Asked, d.Recorded)
	for _, e := range d.After {
		fmt.Fprintf(&b, "  %6s %-33s | %s\n", "", "", e)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// NotReplayable is the error of a replay that has come to something which could
// not be recorded.
type NotReplayable struct {
	What string // what it is the result of
	Type string // its type
}

// Error names the value and what to do.
func (e *NotReplayable) Error() string {
	return fmt.Sprintf("kernel: replay: the result of %s has type %s, which could not be recorded: register its type with recording.Register, or return data", e.What, e.Type)
}
