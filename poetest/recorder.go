package poetest

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
)

// Seen is one recorded event.
type Seen struct {
	At      time.Duration // virtual time
	Session kernel.ID
	Sender  kernel.ID
	Event   string
	Args    []any
}

// Recorder records every event that a kernel dispatches: _start, _stop, _child
// and signals as well as posted events, timers and calls to other sessions. A
// call to the active session itself is a plain function call and not recorded.
// Its methods are safe on any goroutine.
type Recorder struct {
	t     testing.TB
	clock *Clock

	mu      sync.Mutex
	seen    []Seen
	checked int // what Expect has seen already
	labels  map[kernel.ID]string
	ignored map[string]bool
}

// Record makes a kernel as [New] does, and a recorder of all its events. The
// recorder uses the kernel's logger, so Options.Logger must be nil, and
// Options.Clock must be nil or a *[Clock]; otherwise the test fails.
func Record(t testing.TB, options ...kernel.Options) (*kernel.Kernel, *Recorder) {
	t.Helper()
	var o kernel.Options
	if len(options) > 1 {
		t.Fatalf("poetest: %d Options given, of which only one can be used", len(options))
	}
	if len(options) > 0 {
		o = options[0]
	}
	if o.Clock == nil {
		o.Clock = &Clock{}
	}
	clock, ok := o.Clock.(*Clock)
	if !ok || o.Logger != nil {
		t.Fatal("poetest: Record: Options.Logger must be nil, and Options.Clock nil or a *poetest.Clock")
	}
	r := &Recorder{t: t, clock: clock, labels: map[kernel.ID]string{}, ignored: map[string]bool{}}
	o.Logger = slog.New(&recordingLog{Handler: testLog(t, slog.LevelInfo), r: r})
	o.Trace.Events = true
	return New(t, o), r
}

// Label gives a session a name, which expectations use instead of its number.
func (r *Recorder) Label(id kernel.ID, name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.labels[id] = name
}

// Ignore leaves out events with these names, those already recorded and those
// to come.
func (r *Recorder) Ignore(events ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, event := range events {
		r.ignored[event] = true
	}
}

// Events returns all events recorded so far, in order, without those that
// Ignore names.
func (r *Recorder) Events() []Seen {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(r.seen), func(s Seen) bool { return r.ignored[s.Event] })
}

// Of returns the names of the events recorded so far for one session.
func (r *Recorder) Of(id kernel.ID) []string {
	var names []string
	for _, s := range r.Events() {
		if s.Session == id {
			names = append(names, s.Event)
		}
	}
	return names
}

// Lines returns the events recorded since the last expectation in the form of
// Expect: the session's label or number, a space, and the event's name.
func (r *Recorder) Lines() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lines()
}

func (r *Recorder) lines() []string {
	var lines []string
	for _, s := range r.seen[r.checked:] {
		if r.ignored[s.Event] {
			continue
		}
		lines = append(lines, r.line(s))
	}
	return lines
}

// line is an event as expectations name it.
func (r *Recorder) line(s Seen) string {
	return r.who(s.Session) + " " + s.Event
}

// who is a session's label or number.
func (r *Recorder) who(id kernel.ID) string {
	if who := r.labels[id]; who != "" {
		return who
	}
	return fmt.Sprint(id.Number())
}

// Expect fails the test unless exactly these events, in this order, were
// recorded since the last expectation. An event is given as the session's label
// or number, a space, and the event's name: "2 tick". It returns true if they
// were.
func (r *Recorder) Expect(events ...string) bool {
	r.t.Helper()
	got := r.take()
	if slices.Equal(got, events) {
		return true
	}
	r.t.Errorf("poetest: events differ\n%s", sideBySide(events, got))
	return false
}

// ExpectAmong is Expect, but allows other events before, between and after
// these.
func (r *Recorder) ExpectAmong(events ...string) bool {
	r.t.Helper()
	got := r.take()
	at := 0
	for _, line := range got {
		if at < len(events) && line == events[at] {
			at++
		}
	}
	if at == len(events) {
		return true
	}
	r.t.Errorf("poetest: %q is missing, number %d of those expected, among\n%s", events[at], at+1, strings.Join(got, "\n"))
	return false
}

func (r *Recorder) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	lines := r.lines()
	r.checked = len(r.seen)
	return lines
}

// sideBySide shows two lists line by line and marks where they differ.
func sideBySide(want, got []string) string {
	var b strings.Builder
	at := func(list []string, i int) string {
		if i < len(list) {
			return list[i]
		}
		return "(end)"
	}
	for i := 0; i < max(len(want), len(got)); i++ {
		sign := " "
		if at(want, i) != at(got, i) {
			sign = "!"
		}
		fmt.Fprintf(&b, "%s want %-24s got %s\n", sign, at(want, i), at(got, i))
	}
	return b.String()
}

// recordingLog is the kernel's log on its way to the test's: it takes out what is
// dispatched.
type recordingLog struct {
	slog.Handler
	r *Recorder
}

// Enabled lets the trace through.
func (h *recordingLog) Enabled(context.Context, slog.Level) bool { return true }

// Handle takes a record of the kernel's trace, and hands others on.
func (h *recordingLog) Handle(ctx context.Context, rec slog.Record) error {
	switch {
	case rec.Level == slog.LevelDebug && rec.Message == "dispatching":
		h.r.add(rec)
		return nil
	case rec.Level == slog.LevelDebug && rec.Message == "queued":
		return nil
	}
	return h.Handler.Handle(ctx, rec)
}

func (r *Recorder) add(rec slog.Record) {
	s := Seen{At: r.clock.Mono()}
	rec.Attrs(func(a slog.Attr) bool {
		switch v := a.Value.Any().(type) {
		case string:
			s.Event = v
		case []any:
			s.Args = v
		case kernel.ID:
			if a.Key == "to" {
				s.Session = v
			} else {
				s.Sender = v
			}
		}
		return true
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = append(r.seen, s)
}
