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

// copied is how many events a Snapshot copies while the kernel may have to wait.
const copied = 32

// Snapshot returns the numbers as they are now, and works while a handler runs. It
// keeps the kernel waiting for some tens of microseconds at most: the events are
// copied in parts, so that while the kernel runs, those of the last part may include
// some that Dispatched, or the event that has caused them, do not.
func (m *Collector) Snapshot() Snapshot {
	s, all := m.totals()
	s.Events = make([]Event, 0, len(all))
	for part := range slices.Chunk(all, copied) {
		m.mu.Lock()
		for _, c := range part {
			s.Events = append(s.Events, *c.event)
		}
		m.mu.Unlock()
	}
	s.sort()
	return s
}

// totals returns a snapshot without events, and the counters of those.
func (m *Collector) totals() (s Snapshot, all []*counter) {
	m.mu.Lock()
	dead, failures := len(m.dead), len(m.errors)
	m.mu.Unlock()
	s.Dead, s.Failures = make([]DeadLetters, 0, dead+copied), make([]Failure, 0, failures+copied)
	m.mu.Lock()
	defer m.mu.Unlock()
	s.Kernel, s.Since, s.Sample, s.Dispatched, s.Threw = m.view.Name(), m.began, m.sample, m.dispatched, m.threw
	s.Counts, s.Turn, s.Late = m.counts, m.turn, m.late
	for _, d := range m.dead {
		s.Dead = append(s.Dead, *d)
	}
	for _, f := range m.errors {
		s.Failures = append(s.Failures, *f)
	}
	return s, m.all // those that are added are behind these
}

func (s *Snapshot) sort() {
	slices.SortFunc(s.Events, func(a, b Event) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Event, b.Event)) })
	slices.SortFunc(s.Dead, func(a, b DeadLetters) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.To, b.To), cmp.Compare(a.Event, b.Event))
	})
	slices.SortFunc(s.Failures, func(a, b Failure) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Event, b.Event), cmp.Compare(a.Text, b.Text))
	})
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
