package otel_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	collectormetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collectortrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernel/observe"
	"github.com/gopoe/poe/metrics"
	"github.com/gopoe/poe/metrics/otel"
	"github.com/gopoe/poe/session"
)

// receiver is a collector that takes OTLP over HTTP.
type receiver struct {
	*httptest.Server
	mu      sync.Mutex
	spans   []*tracepb.Span
	metrics map[string]*metricspb.Metric // the last of each name
}

func receive(t *testing.T) *receiver {
	r := &receiver{metrics: map[string]*metricspb.Metric{}}
	mux := http.NewServeMux()
	read := func(w http.ResponseWriter, q *http.Request, m proto.Message) bool {
		body, err := io.ReadAll(q.Body)
		if err == nil {
			err = proto.Unmarshal(body, m)
		}
		if err != nil || q.Header.Get("Content-Type") != "application/x-protobuf" {
			http.Error(w, "not OTLP", http.StatusBadRequest)
			return false
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
		r.mu.Lock()
		return true
	}
	mux.HandleFunc("POST /v1/traces", func(w http.ResponseWriter, q *http.Request) {
		var m collectortrace.ExportTraceServiceRequest
		if !read(w, q, &m) {
			return
		}
		defer r.mu.Unlock()
		for _, of := range m.ResourceSpans {
			for _, s := range of.ScopeSpans {
				r.spans = append(r.spans, s.Spans...)
			}
		}
	})
	mux.HandleFunc("POST /v1/metrics", func(w http.ResponseWriter, q *http.Request) {
		var m collectormetrics.ExportMetricsServiceRequest
		if !read(w, q, &m) {
			return
		}
		defer r.mu.Unlock()
		for _, of := range m.ResourceMetrics {
			for _, s := range of.ScopeMetrics {
				for _, x := range s.Metrics {
					r.metrics[x.Name] = x
				}
			}
		}
	})
	r.Server = httptest.NewServer(mux)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) address() string { return strings.TrimPrefix(r.URL, "http://") }

// named finds the spans of a name.
func (r *receiver) named(name string) (found []*tracepb.Span) {
	for _, s := range r.spans {
		if s.Name == name {
			found = append(found, s)
		}
	}
	return found
}

// The spans that a collector gets are the events, each with its cause as the parent.
func TestSpans(t *testing.T) {
	r := receive(t)
	exporter, err := otlptracehttp.New(t.Context(), otlptracehttp.WithEndpoint(r.address()), otlptracehttp.WithInsecure())
	require.NoError(t, err)
	k := kernel.New(kernel.Options{Name: "traced"})
	tracer := otel.NewTracer(k, otel.TracerConfig{Processor: sdktrace.NewBatchSpanProcessor(exporter), Sample: 1})
	const sampled, unsampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			_ = e.Kernel.Sig("DIE", "died")
			e.Kernel.Yield("first")
			for _, header := range []string{sampled, unsampled} {
				c, ok := observe.ParseTraceContext(header, "")
				require.True(t, ok)
				e.Kernel.Host().InTrace(c, func() { e.Kernel.Yield("request", header == sampled) })
			}
		},
		"first": func(e kernel.Event) {
			_, _ = e.Kernel.Call(e.Session, "called")
			_ = e.Kernel.Delay("later", time.Millisecond)
		},
		"called":  func(kernel.Event) {},
		"later":   func(e kernel.Event) { e.Kernel.Yield("fails") },
		"fails":   func(kernel.Event) { panic("on purpose") },
		"died":    func(e kernel.Event) { e.Kernel.SigHandled() },
		"request": func(e kernel.Event) { e.Kernel.Yield("effect") },
		"effect":  func(kernel.Event) {},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.NoError(t, tracer.Close(t.Context()))
	r.mu.Lock()
	defer r.mu.Unlock()
	require.Len(t, r.spans, int(tracer.Spans()))
	one := func(name string) *tracepb.Span {
		found := r.named(name)
		require.Len(t, found, 1, name)
		return found[0]
	}
	start, first, called, later, fails := one("_start"), one("first"), one("called"), one("later"), one("fails")
	for _, x := range []struct{ effect, cause *tracepb.Span }{{first, start}, {called, first}, {later, first}, {fails, later}} {
		require.Equal(t, x.cause.SpanId, x.effect.ParentSpanId, "%s is caused by %s", x.effect.Name, x.cause.Name)
		require.Equal(t, x.cause.TraceId, x.effect.TraceId)
		require.GreaterOrEqual(t, x.effect.StartTimeUnixNano, x.cause.StartTimeUnixNano)
	}
	require.Empty(t, start.ParentSpanId)
	require.LessOrEqual(t, called.EndTimeUnixNano, first.EndTimeUnixNano)
	require.Equal(t, tracepb.Status_STATUS_CODE_ERROR, fails.Status.Code)
	require.Equal(t, tracepb.Status_STATUS_CODE_UNSET, first.Status.GetCode())

	request, effect := one("request"), one("effect")
	require.Equal(t, "\x0a\xf7\x65\x19\x16\xcd\x43\xdd\x84\x48\xeb\x21\x1c\x80\x31\x9c", string(request.TraceId))
	require.Equal(t, "\xb7\xad\x6b\x71\x69\x20\x33\x31", string(request.ParentSpanId), "the sender's span")
	require.Equal(t, tracepb.Span_SPAN_KIND_SERVER, request.Kind)
	require.Equal(t, request.SpanId, effect.ParentSpanId)
	require.Equal(t, request.TraceId, effect.TraceId)
	require.Equal(t, tracepb.Span_SPAN_KIND_INTERNAL, effect.Kind)
	attributes := map[string]string{}
	for _, a := range request.Attributes {
		attributes[a.Key] = a.Value.GetStringValue()
	}
	require.Equal(t, "traced", attributes["poe.kernel"])
	require.Equal(t, "post", attributes["poe.event.kind"])
}

// Whole traces are exported or left out.
func TestSample(t *testing.T) {
	r := receive(t)
	exporter, err := otlptracehttp.New(t.Context(), otlptracehttp.WithEndpoint(r.address()), otlptracehttp.WithInsecure())
	require.NoError(t, err)
	k := kernel.New()
	tracer := otel.NewTracer(k, otel.TracerConfig{Processor: sdktrace.NewBatchSpanProcessor(exporter, sdktrace.WithMaxQueueSize(100_000)), Sample: 8})
	const traces = 2000
	s, err := session.Inline(k, session.Funcs{
		"_start": func(kernel.Event) {},
		"root":   func(e kernel.Event) { e.Kernel.Yield("one"); e.Kernel.Yield("two") },
		"one":    func(kernel.Event) {}, "two": func(kernel.Event) {},
	})
	require.NoError(t, err)
	for range traces {
		require.NoError(t, k.Post(s.ID(), "root"))
	}
	require.NoError(t, k.Run())
	require.NoError(t, tracer.Close(t.Context()))
	r.mu.Lock()
	defer r.mu.Unlock()
	roots := len(r.named("root"))
	require.Len(t, r.named("one"), roots)
	require.Len(t, r.named("two"), roots)
	require.InDelta(t, traces/8, roots, traces/16)
}

// The numbers that a collector gets are those of the Collector.
func TestMetrics(t *testing.T) {
	r := receive(t)
	exporter, err := otlpmetrichttp.New(t.Context(), otlpmetrichttp.WithEndpoint(r.address()), otlpmetrichttp.WithInsecure())
	require.NoError(t, err)
	k := kernel.New(kernel.Options{Name: "measured"})
	c := metrics.New(k, metrics.Config{Sample: 1})
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewPeriodicReader(exporter, sdkmetric.WithInterval(time.Hour), sdkmetric.WithProducer(otel.NewProducer(c)))))
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for range 50 {
				e.Kernel.Yield("work")
			}
			e.Kernel.Yield("lost") // it has no such handler
			_ = e.Kernel.Delay("last", 2*time.Millisecond)
		},
		"work": func(kernel.Event) {}, "last": func(kernel.Event) {},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.NoError(t, provider.Shutdown(t.Context()))
	s := c.Snapshot()
	r.mu.Lock()
	defer r.mu.Unlock()
	point := func(points []*metricspb.NumberDataPoint, want map[string]string) (value int64) {
		found := 0
		for _, p := range points {
			has := map[string]string{}
			for _, a := range p.Attributes {
				has[a.Key] = a.Value.GetStringValue()
			}
			require.Equal(t, "measured", has["poe.kernel"])
			all := true
			for k, v := range want {
				all = all && has[k] == v
			}
			if all {
				found++
				value = p.GetAsInt()
			}
		}
		require.Equal(t, 1, found, want)
		return value
	}
	require.Contains(t, r.metrics, "poe.events")
	events := r.metrics["poe.events"].GetSum()
	require.NotNil(t, events, "%v", r.metrics["poe.events"])
	require.True(t, events.IsMonotonic)
	require.Equal(t, metricspb.AggregationTemporality_AGGREGATION_TEMPORALITY_CUMULATIVE, events.AggregationTemporality)
	require.Equal(t, int64(50), point(events.DataPoints, map[string]string{"poe.event": "work"}))
	require.Equal(t, int64(1), point(r.metrics["poe.dead_letters"].GetSum().DataPoints, map[string]string{"poe.event": "lost"}))
	require.Equal(t, int64(s.Counts.Sessions), point(r.metrics["poe.sessions"].GetGauge().DataPoints, nil))
	require.Equal(t, int64(0), point(r.metrics["poe.offload.jobs"].GetGauge().DataPoints, map[string]string{"poe.state": "waiting"}))
	for _, p := range r.metrics["poe.event.run"].GetHistogram().DataPoints {
		sum := uint64(0)
		for _, n := range p.BucketCounts {
			sum += n
		}
		require.Equal(t, p.Count, sum)
		require.Len(t, p.BucketCounts, len(p.ExplicitBounds)+1)
	}
	require.Equal(t, "s", r.metrics["poe.event.run"].Unit)
}
