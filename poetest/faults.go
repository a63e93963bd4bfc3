package poetest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gopoe/poe/internal/fault"
	"github.com/gopoe/poe/kernel"
)

// Faults lets the calls to the system that a program makes fail, one in each run,
// through kernel.Recording.Fail. The zero value lets each kind of call fail at up to
// eight places, with the most frequent of its errors.
type Faults struct {
	// Call selects one kind of call, such as "read"; empty means all.
	Call string
	// All lets each call fail with each of its usual errors.
	All bool
	// Most is at how many of the calls of a kind one fails, chosen evenly; 0
	// means 8.
	Most int
	// Limit is the longest that a run may take; 0 means 10 s.
	Limit time.Duration
	// Options are those of the kernels. Their Recording and Logger are replaced.
	Options kernel.Options
}

// Run calls run once without a fault, and then as a subtest for each fault, which is
// named after it, such as "read:3:ECONNRESET". run makes the program's sessions on
// k, calls k.Run, and checks in t what must hold whatever fails. It returns nil if
// the program has done all its work, and else the error with which it has ended.
//
// A run fails its test if it does not end within Limit; if it spins, which is to make
// far more calls than without the fault; if sessions, handles, goroutines or
// descriptors are left; and if its work was not done, but neither the error nor the
// kernel's log mentions the fault. Tests that open descriptors must not run in
// parallel.
func (f Faults) Run(t *testing.T, run func(t *testing.T, k *kernel.Kernel) error) {
	t.Helper()
	if f.Most == 0 {
		f.Most = 8
	}
	if f.Limit == 0 {
		f.Limit = 10 * time.Second
	}
	sound := f.once(t, fault.Plan{}, run)
	if sound.err != nil {
		t.Fatalf("poetest: without a fault the program fails: %v", sound.err)
	}
	for _, c := range sound.counter.Calls() {
		if f.Call != "" && f.Call != c.Name {
			continue
		}
		for _, nth := range fault.Places(c.N, f.Most) {
			for _, errno := range fault.ErrorsOf(c.Name, f.All) {
				p := fault.Plan{Call: c.Name, Nth: nth, Error: errno}
				t.Run(p.String(), func(t *testing.T) { f.once(t, p, run).judge(t, sound) })
			}
		}
	}
}

// faultRun is one run and what has come of it.
type faultRun struct {
	plan    fault.Plan
	counter *fault.Counter
	err     error
	hung    bool
	log     faultLog
}

// once runs the program once.
func (f Faults) once(t *testing.T, p fault.Plan, run func(t *testing.T, k *kernel.Kernel) error) *faultRun {
	t.Helper()
	r := &faultRun{plan: p, counter: fault.NewCounter(p, nil)}
	r.log = faultLog{Handler: testLog(t, slog.LevelInfo), text: p.Error.Error(), seen: &atomic.Bool{}}
	o := f.Options
	o.Recording = &kernel.Recording{Ring: 1 << 16, Fail: r.counter.Next}
	o.Logger = slog.New(r.log)
	before := descriptors()
	k := kernel.New(o)
	started := markGoroutines(fmt.Sprintf("%s %p", t.Name(), k))
	var hung atomic.Bool
	watchdog := time.AfterFunc(f.Limit, func() {
		hung.Store(true)
		k.Outside().Stop()
	})
	r.err = run(t, k)
	r.hung = !watchdog.Stop() && hung.Load()
	for _, what := range leftOver(k) {
		t.Errorf("poetest: left at the end: %s", what)
	}
	started.check(t)
	if p != (fault.Plan{}) { // Go's runtime opens some in the first run
		checkDescriptors(t, before)
	}
	return r
}

// judge fails the test for what must not come of a fault.
func (r *faultRun) judge(t *testing.T, sound *faultRun) {
	t.Helper()
	of, met := r.counter.Met()
	switch {
	case r.hung:
		t.Errorf("poetest: the program does not end: %v", r.err)
	case !met:
		t.Logf("the run did not come to the call; it ended with: %v", r.err)
	case r.err == nil:
		t.Logf("%s: the program recovers", of)
	case r.log.seen.Load() || strings.Contains(r.err.Error(), r.plan.Error.Error()):
		t.Logf("%s: the program ends: %v", of, r.err)
	default:
		t.Errorf("poetest: nothing says that the call has failed, only: %v", r.err)
	}
	if n, most := calls(r.counter), 20*calls(sound.counter)+10000; n > most {
		t.Errorf("poetest: the program spins: %d calls, without the fault %d", n, calls(sound.counter))
	}
}

// calls is how many calls were made, polls among them.
func calls(c *fault.Counter) (n int) {
	for _, call := range c.Calls() {
		n += call.N
	}
	return n
}

// faultLog passes a log on and notes whether it mentions an error.
type faultLog struct {
	slog.Handler
	text string
	seen *atomic.Bool
}

// Handle looks for the error in the message and the attributes.
func (l faultLog) Handle(ctx context.Context, r slog.Record) error {
	found := strings.Contains(r.Message, l.text)
	r.Attrs(func(a slog.Attr) bool {
		found = found || strings.Contains(a.Value.String(), l.text)
		return true
	})
	if found {
		l.seen.Store(true)
	}
	return l.Handler.Handle(ctx, r)
}

// WithAttrs adds attributes.
func (l faultLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return faultLog{l.Handler.WithAttrs(attrs), l.text, l.seen}
}

// WithGroup begins a group.
func (l faultLog) WithGroup(name string) slog.Handler {
	return faultLog{l.Handler.WithGroup(name), l.text, l.seen}
}

// descriptors is how many descriptors the process has, -1 if the system does not
// tell.
func descriptors() int {
	list, err := os.ReadDir("/dev/fd")
	if err != nil {
		return -1
	}
	return len(list)
}

// checkDescriptors fails the test if there are more descriptors than before. Those of
// peers may be closed a moment later.
func checkDescriptors(t testing.TB, before int) {
	t.Helper()
	deadline := time.Now().Add(grace)
	for n := descriptors(); n > before && before >= 0; n = descriptors() {
		if time.Now().After(deadline) {
			t.Errorf("poetest: %d descriptors are left", n-before)
			return
		}
		time.Sleep(time.Millisecond)
	}
}
