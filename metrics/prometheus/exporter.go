// Package prometheus exports the numbers of kernels to Prometheus.
//
//	registry.MustRegister(poeprom.New(metrics.New(k, metrics.Config{})))
//	http.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
//
// Every series has the label kernel, its name. A scrape copies the numbers and
// does not wait for the kernel. grafana.json beside this file is a dashboard.
package prometheus

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gopoe/poe/metrics"
)

// Exporter is a prometheus.Collector of one kernel.
type Exporter struct{ of *metrics.Collector }

// New returns an exporter of what a Collector gathers.
func New(of *metrics.Collector) *Exporter { return &Exporter{of} }

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("poe_"+name, help, append([]string{"kernel"}, labels...), nil)
}

var (
	events      = desc("events_total", "Events handled, by kind of session and name.", "kind", "event")
	panics      = desc("event_panics_total", "Handlers that ended with a panic.", "kind", "event")
	run         = desc("event_run_seconds", "How long sampled handlers ran, with those that they called.", "kind", "event")
	wait        = desc("event_wait_seconds", "How long sampled events waited in the queue.", "kind", "event")
	turn        = desc("loop_delay_seconds", "How long sampled turns kept the loop from looking for what is ready.")
	late        = desc("timer_lateness_seconds", "How late sampled timers fired.")
	deadLetters = desc("dead_letters_total", "Events that reached no handler, by destination and name.", "to", "event")
	sessions    = desc("sessions", "Sessions alive.")
	queue       = desc("queue_events", "Events queued.")
	timers      = desc("timers", "Timers pending.")
	handles     = desc("handles", "Handles watched.")
	offload     = desc("offload_jobs", "Jobs of Offload, by state.", "state")
	turns       = desc("turns_total", "Turns of the loop.")
	lost        = desc("lost_postbacks_total", "Postbacks that were not released.")
)

// Describe implements prometheus.Collector.
func (e *Exporter) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{events, panics, run, wait, turn, late, deadLetters, sessions, queue, timers, handles, offload, turns, lost} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (e *Exporter) Collect(out chan<- prometheus.Metric) {
	s := e.of.Snapshot()
	counter := func(d *prometheus.Desc, n uint64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), append([]string{s.Kernel}, labels...)...)
	}
	gauge := func(d *prometheus.Desc, n int, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(n), append([]string{s.Kernel}, labels...)...)
	}
	histogram := func(d *prometheus.Desc, h *metrics.Histogram, labels ...string) {
		out <- prometheus.MustNewConstHistogram(d, h.Count, h.Sum.Seconds(), coarse(h), append([]string{s.Kernel}, labels...)...)
	}
	for i := range s.Events {
		x := &s.Events[i]
		counter(events, x.Count, x.Kind, x.Event)
		counter(panics, x.Threw, x.Kind, x.Event)
		if x.Run.Count > 0 {
			histogram(run, &x.Run, x.Kind, x.Event)
		}
		if x.Wait.Count > 0 {
			histogram(wait, &x.Wait, x.Kind, x.Event)
		}
	}
	histogram(turn, &s.Turn)
	histogram(late, &s.Late)
	for _, d := range s.Dead {
		counter(deadLetters, d.Count, d.To, d.Event)
	}
	gauge(sessions, s.Counts.Sessions)
	gauge(queue, s.Counts.Events)
	gauge(timers, s.Counts.Timers)
	gauge(handles, s.Counts.Handles)
	gauge(offload, s.Counts.OffloadRunning, "running")
	gauge(offload, s.Counts.OffloadWaiting, "waiting")
	counter(turns, s.Counts.Turns)
	counter(lost, s.Counts.LostPostbacks)
}

// coarse has one bucket for every other power of two, from 2 µs to 17 s: fewer
// series than the histogram has buckets.
func coarse(h *metrics.Histogram) map[float64]uint64 {
	b := map[float64]uint64{}
	next := 2048 * time.Nanosecond
	for upper, n := range h.Cumulative() {
		if upper == next {
			b[upper.Seconds()] = n
			if next *= 4; next > 20*time.Second {
				break
			}
		}
	}
	return b
}
