package recording

import (
	"errors"
	"fmt"
	"strings"
)

// ErrEnds indicates that the whole recording was replayed and does not contain
// the end of the run, because the program was killed for example.
var ErrEnds = errors.New("kernel: the recording ends here")

// ErrStopped indicates that the replay has stopped before the event that
// AtVariable or UntilVariable names.
var ErrStopped = errors.New("kernel: the replay has stopped where it was asked to")

// Result is the state of a replay, or how it has ended.
type Result struct {
	Equal  bool   // the whole recording was replayed, without a difference
	Whole  bool   // the recording contains the end of the run
	Events uint64 // how many were dispatched
	Err    error  // why it has ended before the end of the recording
}

// Divergence is the error of a replay which differs from the recording: it has
// the first difference, and the events around it.
type Divergence struct {
	Kernel   string
	Event    uint64 // the number of the first event that differs; the first is 1
	Handler  string // the handler that was running, empty if none was
	Asked    string // what the program did
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

// NotReplayable is the error of a replay that has come to a value which could
// not be recorded.
type NotReplayable struct {
	What string // what returned the value
	Type string // its type
}

// Error names the value and what to do.
func (e *NotReplayable) Error() string {
	return fmt.Sprintf("kernel: replay: the result of %s has type %s, which could not be recorded: register its type with recording.Register, or return data", e.What, e.Type)
}
