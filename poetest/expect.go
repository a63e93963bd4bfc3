package poetest

import (
	"slices"
	"strings"
	"time"
)

// ExpectUnordered is Expect for events whose order does not matter: it fails
// the test unless exactly these were recorded since the last expectation.
func (r *Recorder) ExpectUnordered(events ...string) bool {
	r.t.Helper()
	got := r.take()
	want, have := slices.Sorted(slices.Values(events)), slices.Sorted(slices.Values(got))
	if slices.Equal(want, have) {
		return true
	}
	r.t.Errorf("poetest: events differ, in sorted order\n%s", sideBySide(want, have))
	return false
}

// ExpectNever fails the test if one of these events was recorded since the last
// expectation. It is not an expectation itself: the events recorded so far can
// be expected afterwards.
func (r *Recorder) ExpectNever(events ...string) bool {
	r.t.Helper()
	got := r.Lines()
	for _, event := range events {
		if slices.Contains(got, event) {
			r.t.Errorf("poetest: %q is among\n%s", event, strings.Join(got, "\n"))
			return false
		}
	}
	return true
}

// ExpectWithin is ExpectAmong with a limit of time: at most d of virtual time
// may have passed from the first of the events to the last. A single event must
// have happened within d of the last event that was recorded before the
// previous expectation, or of the kernel's start.
func (r *Recorder) ExpectWithin(d time.Duration, events ...string) bool {
	r.t.Helper()
	from, seen := r.unchecked()
	if !r.ExpectAmong(events...) {
		return false
	}
	at, first := 0, from
	for _, s := range seen {
		if at == len(events) || s.line != events[at] {
			continue
		}
		if at == 0 && len(events) > 1 {
			first = s.at
		}
		if at++; at == len(events) && s.at-first > d {
			r.t.Errorf("poetest: %q came after %v, want %v or less", s.line, s.at-first, d)
			return false
		}
	}
	return true
}

// seenAt is a line of the recorder and its virtual time.
type seenAt struct {
	line string
	at   time.Duration
}

// unchecked returns what was seen since the last expectation, and the time of
// the last event before it.
func (r *Recorder) unchecked() (from time.Duration, seen []seenAt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.checked > 0 {
		from = r.seen[r.checked-1].At
	}
	for _, s := range r.seen[r.checked:] {
		if !r.ignored[s.Event] {
			seen = append(seen, seenAt{r.line(s), s.At})
		}
	}
	return from, seen
}
