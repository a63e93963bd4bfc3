// Package otel exports the metrics and the events of kernels with the SDK of
// OpenTelemetry, for example to a collector by OTLP.
//
//	metrics := sdkmetric.NewMeterProvider(sdkmetric.WithReader(
//		sdkmetric.NewPeriodicReader(metricExporter, sdkmetric.WithProducer(otel.NewProducer(collector)))))
//	spans := otel.NewTracer(k, otel.TracerConfig{Processor: sdktrace.NewBatchSpanProcessor(spanExporter), Sample: 100})
//
// Instruments and attributes are those of metrics/prometheus, with dots in their names:
// poe.events, poe.event.run and so on, each with the attribute poe.kernel. A span is
// one event; its parent is the event that caused it. Its trace is that of the header
// traceparent if a request has brought one. The calls that handlers make are spans as
// well.
//
// Reading the metrics copies them and does not wait for the kernel. Spans are created
// on the kernel's goroutine, for one trace in Sample. A processor must therefore not
// block. The SDK's batch processor does not: it drops spans when its queue is full.
package otel
