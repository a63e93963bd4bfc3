package kernel

import (
	"runtime"
	"sync/atomic"
	"time"
)

// SlowHandler is the report of the watchdog about a handler that runs longer
// than Options.SlowHandler. The handler is still running, and is not stopped.
type SlowHandler struct {
	Session string // the session's ID, as text
	Event   string
	Running time.Duration
	Stack   []byte // of all goroutines, the kernel's among them
}

// watchdog looks at the running handler from a goroutine of its own. All its
// methods do nothing on a nil one.
type watchdog struct {
	limit   time.Duration
	report  func(SlowHandler)
	current atomic.Pointer[watched]
	done    chan struct{}
	ended   chan struct{}
}

// watched is the outermost handler that runs.
type watched struct {
	session, event string
	depth          int
	since          time.Time
	reported       atomic.Bool
}

func newWatchdog(k *Kernel, o Options) *watchdog {
	if o.SlowHandler <= 0 {
		return nil
	}
	report := o.Slow
	if report == nil {
		report = func(s SlowHandler) {
			k.warn("slow handler", "session", s.Session, "event", s.Event, "running", s.Running)
		}
	}
	return &watchdog{limit: o.SlowHandler, report: report}
}

// begin notes that a handler starts; one called from another is part of that.
func (w *watchdog) begin(f *frame) {
	if w == nil || f.depth > 1 {
		return
	}
	w.current.Store(&watched{session: ID{f.session}.String(), event: f.event, depth: f.depth, since: time.Now()})
}

func (w *watchdog) end(f *frame) {
	if w != nil && f.depth == 1 {
		w.current.Store(nil)
	}
}

func (w *watchdog) start() {
	if w == nil {
		return
	}
	w.done, w.ended = make(chan struct{}), make(chan struct{})
	go w.watch(w.done, w.ended)
}

func (w *watchdog) stop() {
	if w == nil {
		return
	}
	close(w.done)
	<-w.ended
	w.current.Store(nil)
}

func (w *watchdog) watch(done <-chan struct{}, ended chan<- struct{}) {
	defer close(ended)
	tick := time.NewTicker(max(w.limit/4, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			w.look()
		}
	}
}

func (w *watchdog) look() {
	h := w.current.Load()
	if h == nil || time.Since(h.since) < w.limit || !h.reported.CompareAndSwap(false, true) {
		return
	}
	buf := make([]byte, 1<<20)
	w.report(SlowHandler{Session: h.session, Event: h.event, Running: time.Since(h.since), Stack: buf[:runtime.Stack(buf, true)]})
}
