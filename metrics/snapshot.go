package metrics

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernel/observe"
)

// Snapshot has the numbers of a Collector at one time.
type Snapshot struct {
	Kernel     string
	Since      time.Time // when the Collector was attached
	Sample     int       // the interval, in events, at which one is timed
	Dispatched uint64
	Threw      uint64
	Counts     observe.Counts // at the end of the last turn
	Turn       Histogram      // the time between two polls of the loop, without its wait
	Late       Histogram      // of timers
	Events     []Event        // in order of kind and event
	Dead       []DeadLetters  // most frequent first
	Failures   []Failure      // most frequent first
}

// Snapshot returns the numbers as they are now. It does not disturb the kernel
// for longer than it takes to copy them, and works while a handler runs.
func (m *Collector) Snapshot() Snapshot {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := Snapshot{
		Kernel: m.view.Name(), Since: m.began, Sample: m.sample, Dispatched: m.dispatched, Threw: m.threw,
		Counts: m.counts, Turn: m.turn, Late: m.late,
	}
	for _, c := range m.all {
		s.Events = append(s.Events, *c.event)
	}
	slices.SortFunc(s.Events, func(a, b Event) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Event, b.Event)) })
	for _, d := range m.dead {
		s.Dead = append(s.Dead, *d)
	}
	slices.SortFunc(s.Dead, func(a, b DeadLetters) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.To, b.To), cmp.Compare(a.Event, b.Event))
	})
	for _, f := range m.errors {
		s.Failures = append(s.Failures, *f)
	}
	slices.SortFunc(s.Failures, func(a, b Failure) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Event, b.Event), cmp.Compare(a.Text, b.Text))
	})
	return s
}

// Of returns the numbers of an event, and reports whether there are any.
func (s *Snapshot) Of(kind, event string) (Event, bool) {
	for _, e := range s.Events {
		if e.Kind == kind && e.Event == event {
			return e, true
		}
	}
	return Event{}, false
}

// String returns the snapshot as JSON, times in seconds, which makes a Collector an
// expvar.Var.
func (m *Collector) String() string {
	text, err := json.Marshal(m.Snapshot())
	if err != nil { // no value of a snapshot can fail
		return strconv.Quote(err.Error())
	}
	return string(text)
}

// MarshalJSON encodes the count, the sum, the maximum and some quantiles, with
// times in seconds.
func (h Histogram) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{
		"count": h.Count, "sum": h.Sum.Seconds(), "max": h.Max.Seconds(),
		"p50": h.Quantile(0.5).Seconds(), "p90": h.Quantile(0.9).Seconds(), "p99": h.Quantile(0.99).Seconds(),
	})
}

// target is a destination as text: names rather than numbers, for they stay.
func target(to kernel.Dest) string { return fmt.Sprint(to) }

func where(x *kernel.Exception) string { return fmt.Sprintf("%s:%d", x.File, x.Line) }
