// Package otel exports the numbers and the events of kernels by OpenTelemetry: to
// whatever the exporters of its SDK send to, such as a collector by OTLP.
//
//	metrics := sdkmetric.NewMeterProvider(sdkmetric.WithReader(
//		sdkmetric.NewPeriodicReader(metricExporter, sdkmetric.WithProducer(otel.NewProducer(collector)))))
//	spans := otel.NewTracer(k, otel.TracerConfig{Processor: sdktrace.NewBatchSpanProcessor(spanExporter), Sample: 100})
//
// Instruments and attributes are those of metrics/prometheus, with dots in their names:
// poe.events, poe.event.run and so on, each with the attribute poe.kernel. A span is
// one event: its parent is the event that has caused it, and the trace is that of the
// header traceparent where a request has brought one. The calls that handlers make are
// spans as well.
//
// A scrape of the numbers copies them and does not wait for the kernel. Spans are
// made on the kernel's goroutine, of one trace in Sample; a processor must therefore
// not wait, as that of the SDK for batches does not: it drops what it has no place
// for.
package otel
