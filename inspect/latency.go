package inspect

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/gopoe/poe/metrics"
)

// Distribution is a histogram, each of whose buckets is twice as wide as the
// one before.
type Distribution struct {
	Count         uint64
	P50, P99, Max float64  // seconds
	First         float64  // seconds: the upper end of the first bucket; each other's is twice the one before
	Buckets       []uint64 // without those at the end that are empty
}

// firstBucket is the upper end of a Distribution's first bucket.
const firstBucket = 256 * time.Nanosecond

func distribution(h *metrics.Histogram) Distribution {
	d := Distribution{
		Count: h.Count, P50: h.Quantile(0.5).Seconds(), P99: h.Quantile(0.99).Seconds(), Max: h.Max.Seconds(), First: firstBucket.Seconds(), Buckets: []uint64{},
	}
	next, before := firstBucket, uint64(0)
	for upper, n := range h.Cumulative() {
		if upper != next {
			continue
		}
		d.Buckets, before, next = append(d.Buckets, n-before), n, 2*next
		if n == h.Count {
			break
		}
	}
	if before < h.Count { // above the greatest upper end
		d.Buckets = append(d.Buckets, h.Count-before)
	}
	return d
}

// EventLatency has the waiting and running times of an event of a kind of
// session.
type EventLatency struct {
	Kind, Event string
	Count       uint64
	Wait, Run   Distribution
}

// maxLatencies is how many events are listed.
const maxLatencies = 60

// latency lists the distributions of the events with the longest times, and of the
// loop's and the timers' delay.
func (i *Inspector) latency(*http.Request) (any, error) {
	s := i.metrics.Snapshot()
	slices.SortStableFunc(s.Events, func(a, b metrics.Event) int {
		return cmp.Compare(max(b.Run.Quantile(0.99), b.Wait.Quantile(0.99)), max(a.Run.Quantile(0.99), a.Wait.Quantile(0.99)))
	})
	events := []EventLatency{}
	for n := range s.Events[:min(len(s.Events), maxLatencies)] {
		e := &s.Events[n]
		events = append(events, EventLatency{e.Kind, e.Event, e.Count, distribution(&e.Wait), distribution(&e.Run)})
	}
	return map[string]any{"Turn": distribution(&s.Turn), "Late": distribution(&s.Late), "Events": events, "Sample": s.Sample, "Total": len(s.Events)}, nil
}
