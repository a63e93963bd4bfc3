// Package metrics counts and times what a kernel does: how often each event is
// handled, how long it has waited and how long its handler ran, how long the
// loop's turns are, what failed and what reached nobody.
//
//	m := metrics.New(k, metrics.Config{Sample: 64})
//	expvar.Publish("poe", m)
//
// A Collector is an [observe.Observer]. It takes the times of one event in
// Sample; counts are exact. Its memory is bounded, see [Config.Limit], and it
// allocates nothing for events that it knows.
//
// The module metrics/prometheus exports the same numbers to Prometheus.
package metrics
