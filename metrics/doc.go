// Package metrics counts and times what a kernel does: how often each event is
// handled, how long it has waited and how long its handler ran, how long the
// loop's turns are, which handlers failed and which events reached no handler.
//
//	m := metrics.New(k, metrics.Config{Sample: 64})
//	expvar.Publish("poe", m)
//
// A Collector is an [observe.Observer]. It times one event in Config.Sample;
// counts are exact. Its memory is bounded by [Config.Limit], and it does not
// allocate for events that it has seen before.
//
// The module metrics/prometheus exports the same numbers to Prometheus.
package metrics
