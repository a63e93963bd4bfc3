package otel

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/gopoe/poe/metrics"
)

// scope names this package in what it exports.
var scope = instrumentation.Scope{Name: "github.com/gopoe/poe/metrics/otel"}

// Producer hands the numbers of Collectors to a reader of the SDK. It is safe on any
// goroutine.
type Producer struct{ of []*metrics.Collector }

var _ sdkmetric.Producer = (*Producer)(nil)

// NewProducer returns a producer of what some Collectors gather, for
// sdkmetric.WithProducer.
func NewProducer(of ...*metrics.Collector) *Producer { return &Producer{of} }

// Produce implements sdkmetric.Producer.
func (p *Producer) Produce(context.Context) ([]metricdata.ScopeMetrics, error) {
	t := newTable()
	for _, c := range p.of {
		s := c.Snapshot()
		t.since, t.now = s.Since, time.Now()
		t.kernel = attribute.String("poe.kernel", s.Kernel)
		t.snapshot(&s)
	}
	return []metricdata.ScopeMetrics{{Scope: scope, Metrics: t.all}}, nil
}

// table gathers data points by instrument.
type table struct {
	kernel     attribute.KeyValue
	since, now time.Time
	all        []metricdata.Metrics
	at         map[string]int // in all, by name
}

func newTable() *table { return &table{at: map[string]int{}} }

func (t *table) snapshot(s *metrics.Snapshot) {
	for i := range s.Events {
		e := &s.Events[i]
		of := []attribute.KeyValue{attribute.String("poe.kind", e.Kind), attribute.String("poe.event", e.Event)}
		t.counter("poe.events", "Events handled, by kind of session and name.", "{event}", e.Count, of...)
		t.counter("poe.event.panics", "Handlers that ended with a panic.", "{event}", e.Threw, of...)
		t.histogram("poe.event.run", "How long sampled handlers ran, with those that they called.", &e.Run, of...)
		t.histogram("poe.event.wait", "How long sampled events waited in the queue.", &e.Wait, of...)
	}
	t.histogram("poe.loop.delay", "How long sampled turns kept the loop from looking for what is ready.", &s.Turn)
	t.histogram("poe.timer.lateness", "How late sampled timers fired.", &s.Late)
	for _, d := range s.Dead {
		t.counter("poe.dead_letters", "Events that reached no handler, by destination and name.", "{event}", d.Count,
			attribute.String("poe.to", d.To), attribute.String("poe.event", d.Event))
	}
	t.gauge("poe.sessions", "Sessions alive.", "{session}", s.Counts.Sessions)
	t.gauge("poe.queue.events", "Events queued.", "{event}", s.Counts.Events)
	t.gauge("poe.timers", "Timers pending.", "{timer}", s.Counts.Timers)
	t.gauge("poe.handles", "Handles watched.", "{handle}", s.Counts.Handles)
	t.gauge("poe.offload.jobs", "Jobs of Offload, by state.", "{job}", s.Counts.OffloadRunning, attribute.String("poe.state", "running"))
	t.gauge("poe.offload.jobs", "Jobs of Offload, by state.", "{job}", s.Counts.OffloadWaiting, attribute.String("poe.state", "waiting"))
	t.counter("poe.turns", "Turns of the loop.", "{turn}", s.Counts.Turns)
	t.counter("poe.lost_postbacks", "Postbacks that were not released.", "{postback}", s.Counts.LostPostbacks)
}

func (t *table) set(of []attribute.KeyValue) attribute.Set {
	return attribute.NewSet(append([]attribute.KeyValue{t.kernel}, of...)...)
}

// instrument returns the place of an instrument, which has the data of the first one.
func (t *table) instrument(name, help, unit string, data metricdata.Aggregation) *metricdata.Metrics {
	i, ok := t.at[name]
	if !ok {
		i = len(t.all)
		t.at[name] = i
		t.all = append(t.all, metricdata.Metrics{Name: name, Description: help, Unit: unit, Data: data})
	}
	return &t.all[i]
}

func (t *table) counter(name, help, unit string, n uint64, of ...attribute.KeyValue) {
	m := t.instrument(name, help, unit, metricdata.Sum[int64]{Temporality: metricdata.CumulativeTemporality, IsMonotonic: true})
	sum := m.Data.(metricdata.Sum[int64])
	sum.DataPoints = append(sum.DataPoints, metricdata.DataPoint[int64]{Attributes: t.set(of), StartTime: t.since, Time: t.now, Value: int64(n)})
	m.Data = sum
}

func (t *table) gauge(name, help, unit string, n int, of ...attribute.KeyValue) {
	m := t.instrument(name, help, unit, metricdata.Gauge[int64]{})
	g := m.Data.(metricdata.Gauge[int64])
	g.DataPoints = append(g.DataPoints, metricdata.DataPoint[int64]{Attributes: t.set(of), Time: t.now, Value: int64(n)})
	m.Data = g
}

// histogram adds one with a bucket for each power of two from 256 ns to 34 s.
func (t *table) histogram(name, help string, h *metrics.Histogram, of ...attribute.KeyValue) {
	if h.Count == 0 {
		return
	}
	m := t.instrument(name, help, "s", metricdata.Histogram[float64]{Temporality: metricdata.CumulativeTemporality})
	p := metricdata.HistogramDataPoint[float64]{
		Attributes: t.set(of), StartTime: t.since, Time: t.now, Count: h.Count, Sum: h.Sum.Seconds(), Max: metricdata.NewExtrema(h.Max.Seconds()),
	}
	below := uint64(0)
	next := 256 * time.Nanosecond
	for upper, n := range h.Cumulative() {
		if upper == next {
			p.Bounds, p.BucketCounts = append(p.Bounds, upper.Seconds()), append(p.BucketCounts, n-below)
			below, next = n, 2*next
		}
	}
	p.BucketCounts = append(p.BucketCounts, h.Count-below)
	data := m.Data.(metricdata.Histogram[float64])
	data.DataPoints = append(data.DataPoints, p)
	m.Data = data
}
