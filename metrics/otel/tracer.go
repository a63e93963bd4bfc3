package otel

import (
	"context"
	"encoding/binary"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdkresource "go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/gopoe/poe/internal/recent"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernel/observe"
)

// TracerConfig configures a Tracer.
type TracerConfig struct {
	// Processor gets the spans, on the kernel's goroutine. It must not wait. It is
	// needed.
	Processor sdktrace.SpanProcessor
	// Sample is of how many traces the spans of one are exported, chosen by the
	// trace's ID. Traces that a traceparent has brought are exported if their
	// sender has recorded them, whatever Sample is. 0 means 100, 1 all.
	Sample int
	// Resource describes the process. If nil, it is the SDK's default, which
	// reads OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES.
	Resource *sdkresource.Resource
}

// Tracer makes a span of each event of one kernel, until it is closed.
type Tracer struct {
	k        *kernel.Kernel
	host     kernel.Host
	sample   uint64
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
	stop     func()
	running  []runningSpan // innermost last
	spans    atomic.Uint64

	// entered are the last spans of traces that have begun in another process: an
	// event there whose cause is none of them has the sender's span as its parent.
	entered recent.Map[observe.ID, struct{}]
}

// maxEntered is how many of those spans are known.
const maxEntered = 4096

// NewTracer attaches a Tracer to a kernel. It belongs to the kernel's goroutine, or
// to any while the kernel does not run. It panics if there is no Processor.
func NewTracer(k *kernel.Kernel, c TracerConfig) *Tracer {
	if c.Processor == nil {
		panic("otel: NewTracer: TracerConfig.Processor is nil")
	}
	if c.Sample <= 0 {
		c.Sample = 100
	}
	options := []sdktrace.TracerProviderOption{
		sdktrace.WithSpanProcessor(c.Processor), sdktrace.WithIDGenerator(ids{}), sdktrace.WithSampler(sdktrace.AlwaysSample()),
	}
	if c.Resource != nil {
		options = append(options, sdktrace.WithResource(c.Resource))
	}
	t := &Tracer{k: k, host: k.Host(), sample: uint64(c.Sample), provider: sdktrace.NewTracerProvider(options...)}
	t.tracer = t.provider.Tracer(scope.Name)
	t.stop = t.host.Observe(observer{t}, neverTimed)
	return t
}

// neverTimed is of how many events this observer asks for the times of one: it takes
// those of the exported ones itself.
const neverTimed = 1 << 30

// Spans returns how many spans were made. It is safe on any goroutine.
func (t *Tracer) Spans() uint64 { return t.spans.Load() }

// Close detaches the Tracer and hands what is left to the processor, which is shut
// down; it waits for that as long as the context allows. It belongs to the kernel's
// goroutine, or to any while the kernel does not run.
func (t *Tracer) Close(ctx context.Context) error {
	t.stop()
	return t.provider.Shutdown(ctx)
}

type observer struct{ t *Tracer }

// runningSpan is an event whose handler runs; span is nil if it is not exported.
type runningSpan struct {
	id   observe.ID
	span trace.Span
}

// Begin implements [observe.Observer].
func (o observer) Begin(s *observe.Span) {
	o.t.running = append(o.t.running, runningSpan{s.ID, o.t.begin(s)})
}

// End implements [observe.Observer].
func (o observer) End(s *observe.Span) {
	t := o.t
	last := len(t.running) - 1
	if last < 0 || t.running[last].id != s.ID {
		return // it began before the Tracer was attached
	}
	span := t.running[last].span
	t.running = t.running[:last]
	if span == nil {
		return
	}
	if s.Threw {
		span.SetStatus(codes.Error, "panic")
	}
	span.End()
}

// begin starts the span of an event, nil if its trace is not exported.
func (t *Tracer) begin(s *observe.Span) trace.Span {
	at, origin := t.host.TraceContext()
	if origin.Valid() {
		if !origin.Sampled {
			return nil
		}
	} else if t.sample > 1 && uint64(s.Trace)*0x9E3779B97F4A7C15>>16%t.sample != 0 {
		return nil
	}
	ctx := context.WithValue(context.Background(), idsKey{}, at)
	if parent := t.parent(s, origin); parent.IsValid() {
		ctx = trace.ContextWithSpanContext(ctx, trace.NewSpanContext(trace.SpanContextConfig{
			TraceID: at.Trace, SpanID: parent, TraceFlags: trace.FlagsSampled, Remote: parent == origin.Parent,
		}))
	}
	attributes := []attribute.KeyValue{
		attribute.String("poe.kernel", t.k.Host().Inspect().Name()), attribute.String("poe.kind", s.Session.Type), attribute.String("poe.event.kind", s.Kind.String()),
		attribute.Int64("poe.session", int64(s.Session.Number)), attribute.Int64("poe.sender", int64(s.Sender)),
	}
	if s.Sampled {
		attributes = append(attributes, attribute.Float64("poe.wait", s.Queued.Seconds()))
	}
	kind := trace.SpanKindInternal
	if origin.Valid() && !t.isEntered(s.Cause) {
		kind = trace.SpanKindServer
	}
	if origin.Valid() {
		t.entered.Add(s.ID, struct{}{}, maxEntered)
	}
	_, span := t.tracer.Start(ctx, s.Name, trace.WithAttributes(attributes...), trace.WithSpanKind(kind), trace.WithTimestamp(time.Now()))
	t.spans.Add(1)
	return span
}

func (t *Tracer) isEntered(id observe.ID) bool {
	_, is := t.entered.Get(id)
	return is
}

// parent is the span that an event's has as its parent; an invalid ID for none.
func (t *Tracer) parent(s *observe.Span, origin observe.TraceContext) (id trace.SpanID) {
	switch {
	case origin.Valid() && !t.isEntered(s.Cause):
		return origin.Parent
	case s.Cause != 0:
		binary.BigEndian.PutUint64(id[:], uint64(s.Cause))
	}
	return id
}

// ids gives spans the IDs that events have, which requests carry to other processes.
type ids struct{}

type idsKey struct{}

// NewIDs implements sdktrace.IDGenerator.
func (ids) NewIDs(ctx context.Context) (trace.TraceID, trace.SpanID) {
	at, _ := ctx.Value(idsKey{}).(observe.TraceContext)
	return at.Trace, at.Parent
}

// NewSpanID implements sdktrace.IDGenerator.
func (g ids) NewSpanID(ctx context.Context, _ trace.TraceID) trace.SpanID {
	_, id := g.NewIDs(ctx)
	return id
}
