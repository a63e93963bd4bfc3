package kernel

import (
	"context"
	"fmt"
	"runtime/pprof"
	"runtime/trace"
)

// profiler exists only while something is selected. All its
// methods do nothing on a nil one.
type profiler struct {
	k       *Kernel
	labels  bool            // Options.ProfileLabels
	regions bool            // Options.ProfileRegions
	base    context.Context // has the labels of the goroutine that runs the kernel
	known   map[*entry]map[string]context.Context
	running []profiled // by depth of calls
}

// profiled is a handler that runs.
type profiled struct {
	labels context.Context
	region *trace.Region
}

func newProfiler(k *Kernel, o Options) *profiler {
	if !o.ProfileLabels && !o.ProfileRegions {
		return nil
	}
	return &profiler{k: k, labels: o.ProfileLabels, regions: o.ProfileRegions, base: context.Background(), known: map[*entry]map[string]context.Context{}}
}

// under says in which context the kernel runs.
func (p *profiler) under(ctx context.Context) {
	if p != nil {
		p.base = ctx
		clear(p.known)
	}
}

func (p *profiler) begin(f *frame) {
	if p == nil {
		return
	}
	now := profiled{labels: p.base}
	if p.labels {
		now.labels = p.labelsOf(f.session, f.event)
		pprof.SetGoroutineLabels(now.labels)
	}
	if p.regions && trace.IsEnabled() {
		trace.Log(now.labels, "session", ID{f.session}.String())
		now.region = trace.StartRegion(now.labels, f.event)
	}
	p.running = append(p.running, now)
}

// end is called for every handler that has begun, innermost first.
func (p *profiler) end() {
	if p == nil || len(p.running) == 0 {
		return
	}
	last := len(p.running) - 1
	if r := p.running[last].region; r != nil {
		r.End()
	}
	p.running[last] = profiled{}
	p.running = p.running[:last]
	if !p.labels {
		return
	}
	outer := p.base
	if last > 0 {
		outer = p.running[last-1].labels
	}
	pprof.SetGoroutineLabels(outer)
}

// labelsOf returns the labels of a session's event, made once.
func (p *profiler) labelsOf(e *entry, event string) context.Context {
	of := p.known[e]
	if ctx := of[event]; ctx != nil {
		return ctx
	}
	if of == nil {
		of = map[string]context.Context{}
		p.known[e] = of
	}
	of[event] = pprof.WithLabels(p.base, pprof.Labels("kernel", p.k.name, "session", ID{e}.String(), "kind", e.kind(), "event", event))
	return of[event]
}

// forget drops the labels of a session, which has stopped or been renamed.
func (p *profiler) forget(e *entry) {
	if p != nil {
		delete(p.known, e)
	}
}

// kind is what sort of session it is: the type of its heap, if that can be
// known, or of the session itself.
func (e *entry) kind() string {
	switch s := e.ses.(type) {
	case nil:
		return "kernel"
	case interface{ Heap() any }:
		if heap := s.Heap(); heap != nil {
			return fmt.Sprintf("%T", heap)
		}
		return fmt.Sprintf("%T", s)
	default:
		return fmt.Sprintf("%T", s)
	}
}
