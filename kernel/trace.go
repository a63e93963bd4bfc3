package kernel

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"runtime"
	"strings"
)

// Trace says what of its doings the kernel logs, at slog's debug level. Off it
// costs nothing.
type Trace uint16

// What can be traced, with the environment variable that does so.
const (
	TraceEvents     Trace = 1 << iota   // POE_TRACE_EVENTS: every event queued and dispatched
	TraceFiles                          // POE_TRACE_FILES: handles
	TraceRefcount                       // POE_TRACE_REFCNT: where each reason to live was taken, for WhyAlive
	TraceSessions                       // POE_TRACE_SESSIONS: sessions coming and going
	TraceSignals                        // POE_TRACE_SIGNALS: signals and processes
	TraceReturns                        // POE_TRACE_RETVALS: what handlers return
	TraceDestroy                        // POE_TRACE_DESTROY: what a session had when it stopped
	TraceStatistics                     // POE_TRACE_STATISTICS: counters at the end of Run
	TraceAll        Trace = 1<<iota - 1 // POE_TRACE_DEFAULT
)

// Assert says which mistakes the kernel makes a panic of.
type Assert uint16

// What can be asserted, with the environment variable that does so.
const (
	AssertUsage   Assert = 1 << iota   // POE_ASSERT_USAGE: methods called where they make no sense
	AssertEvents                       // POE_ASSERT_EVENTS: events of the kernel's own posted by a program
	AssertReturns                      // POE_ASSERT_RETVALS: methods that return an error
	AssertStates                       // POE_ASSERT_STATES: events that no handler takes
	AssertData                         // POE_ASSERT_DATA: the kernel's invariants, after every turn, and sessions started twice
	AssertFiles                        // POE_ASSERT_FILES: handles used after they were closed
	AssertAll     Assert = 1<<iota - 1 // POE_ASSERT_DEFAULT
)

var traceNames = map[string]Trace{
	"EVENTS": TraceEvents, "FILES": TraceFiles, "REFCNT": TraceRefcount, "SESSIONS": TraceSessions, "SIGNALS": TraceSignals,
	"RETVALS": TraceReturns, "DESTROY": TraceDestroy, "STATISTICS": TraceStatistics, "DEFAULT": TraceAll,
}

var assertNames = map[string]Assert{
	"USAGE": AssertUsage, "EVENTS": AssertEvents, "RETVALS": AssertReturns, "STATES": AssertStates,
	"DATA": AssertData, "FILES": AssertFiles, "DEFAULT": AssertAll,
}

// fromEnvironment reads POE_TRACE_* and POE_ASSERT_*.
func fromEnvironment() (t Trace, a Assert) {
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		if value == "" || value == "0" || !strings.HasPrefix(name, "POE_") {
			continue
		}
		if rest, ok := strings.CutPrefix(name, "POE_TRACE_"); ok {
			t |= traceNames[rest]
		}
		if rest, ok := strings.CutPrefix(name, "POE_ASSERT_"); ok {
			a |= assertNames[rest]
		}
	}
	return t, a
}

// site is a place in the source.
type site struct {
	file string
	line int
}

func (s *site) String() string {
	if s == nil {
		return ""
	}
	return fmt.Sprintf("%s:%d", s.file, s.line)
}

// debugger is there only while something is traced, asserted or strict.
type debugger struct {
	k      *Kernel
	trace  Trace
	assert Assert
	strict bool
	dog    *watchdog
	stderr *slog.Logger // for the trace, instead of the kernel's logger

	profile *profiler
	observe *observing
}

func newDebugger(k *Kernel, o Options) *debugger {
	t, a := fromEnvironment()
	var stderr *slog.Logger
	if l := k.logger; t != 0 && !l.Enabled(context.Background(), slog.LevelDebug) && l.Handler() != slog.DiscardHandler {
		stderr = stderrLogger(slog.LevelDebug)
	}
	d := &debugger{stderr: stderr, k: k, trace: t | o.Trace | k.record(), assert: a | o.Assert, strict: o.Strict}
	if k.logger.Enabled(context.Background(), slog.LevelDebug) {
		d.stderr = nil // a record is made of the trace
	}
	if d.strict {
		d.assert |= AssertUsage | AssertStates
		d.trace |= TraceRefcount
	}
	d.dog = newWatchdog(k, o)
	d.profile = newProfiler(k, o.Profile)
	if d.trace == 0 && d.assert == 0 && d.dog == nil && d.profile == nil {
		return nil
	}
	return d
}

// modulePath is the path of this module, which is that of its root package.
var modulePath = strings.TrimSuffix(reflect.TypeFor[Kernel]().PkgPath(), "/kernel")

// caller finds the nearest place outside of this module's library.
func caller() *site {
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		if f.Function != "" && !inLibrary(f) && !strings.HasPrefix(f.Function, "runtime.") {
			return &site{f.File, f.Line}
		}
		if !more {
			return nil
		}
	}
}

// inLibrary reports whether a frame is in this module, save its programs and
// tests.
func inLibrary(f runtime.Frame) bool {
	name, ours := strings.CutPrefix(f.Function, modulePath)
	if ours = ours && (name[0] == '.' || name[0] == '/'); !ours {
		return false
	}
	name = name[1:]
	return !strings.HasSuffix(f.File, "_test.go") && !strings.HasPrefix(name, "cmd/") && !strings.HasPrefix(name, "cookbook/")
}

// site returns the caller's place when references are traced, else nil.
func (k *Kernel) site() *site {
	if k.debug == nil || k.debug.trace&(TraceRefcount|TraceEvents) == 0 {
		return nil
	}
	return caller()
}

// siteExtra is site as what an event carries.
func (k *Kernel) siteExtra() *extra {
	if s := k.site(); s != nil {
		return &extra{site: s}
	}
	return nil
}

func (d *debugger) log(what Trace, message string, args ...any) {
	if d.trace&what != 0 {
		d.logger().Debug(message, args...)
	}
}

// logger is where the trace goes: to standard error if the environment asks for
// it and the kernel's logger drops what is traced.
func (d *debugger) logger() *slog.Logger {
	if d.stderr != nil {
		return d.stderr
	}
	return d.k.logger
}

// loggerOf is the logger that the options ask for.
func loggerOf(o Options) *slog.Logger {
	if o.Logger != nil {
		return o.Logger
	}
	if asked, _ := fromEnvironment(); asked|o.Trace != 0 {
		return stderrLogger(slog.LevelDebug)
	}
	return stderrLogger(slog.LevelWarn)
}

func stderrLogger(level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}

// enqueued notes where an event was queued.
func (d *debugger) enqueued(it *item) {
	it.extra = d.k.siteExtra()
	d.observe.queued(it)
	if d.trace&TraceEvents != 0 { // or the arguments would be boxed for nothing
		d.log(TraceEvents, "queued", "event", it.name, "seq", it.seq, "from", ID{it.from}, "to", ID{it.dest}, "args", it.args)
	}
}

func (d *debugger) dispatching(f *frame, from *entry, args []any) {
	d.observe.begin(f, from, args)
	d.dog.begin(f)
	d.profile.begin(f)
	if d.trace&TraceEvents != 0 { // or the arguments would be boxed for nothing
		d.log(TraceEvents, "dispatching", "event", f.event, "from", ID{from}, "to", ID{f.session}, "args", args)
	}
}

// calling is dispatching for a call within one session.
func (d *debugger) calling(f *frame, event string, args []any) {
	d.observe.call(f, event, args)
	if d.trace&TraceEvents == 0 {
		return
	}
	d.log(TraceEvents, "calling", "event", event, "from", ID{f.session}, "to", ID{f.session}, "args", args)
}

func (d *debugger) dispatched(f *frame) {
	d.left(f)
	if d.trace&TraceReturns != 0 { // or the arguments would be boxed for nothing
		d.log(TraceReturns, "returned", "event", f.event, "session", ID{f.session}, "value", f.value, "values", f.returned)
	}
}

// left notes that a handler has ended, by a panic or not.
func (d *debugger) left(f *frame) {
	d.dog.end(f)
	d.profile.end()
	d.observe.end(f)
}

// turned is called at the end of every turn.
func (d *debugger) turned() {
	d.observe.turned()
	if d.assert&AssertData != 0 {
		d.k.checkInvariants()
	}
}

// reservedEvents are the events that only the kernel sends.
var reservedEvents = map[string]bool{"_start": true, "_stop": true, "_child": true, "_parent": true, "_signal": true, "_default": false}

// starting makes sure that a session is not there already.
func (d *debugger) starting(s Session) {
	if d.assert&AssertData == 0 || !reflect.TypeOf(s).Comparable() {
		return
	}
	for _, e := range d.k.byNumber {
		if e.ses == s {
			panic(fmt.Sprintf("kernel: Start: session %v has been started already", ID{e}))
		}
	}
}

// stopping logs what a session still has as it goes.
func (d *debugger) stopping(e *entry) {
	d.profile.forget(e)
	d.observe.forget(e)
	d.log(TraceSessions, "stopped", "session", ID{e})
	if d.trace&TraceDestroy != 0 {
		d.log(TraceDestroy, "released", "session", ID{e}, "reasons", d.k.WhyAlive(ID{e}), "wheels", d.k.Wheels(ID{e}))
	}
}

// posting checks an event that a program sends.
func (d *debugger) posting(method, event string) {
	if d.assert&AssertEvents != 0 && reservedEvents[event] {
		panic(fmt.Sprintf("kernel: %s: %q is one of the kernel's own events; sending it does not do what it means", method, event))
	}
}

// unresolved traces a destination that is no living session.
func (d *debugger) unresolved(method string, to Dest, event string) {
	d.log(TraceReturns, "no such session", "method", method, "to", to, "event", event)
}

// fail is callError for methods of the kernel: under AssertReturns it panics,
// and under AssertUsage if the method was called outside of a session.
func (k *Kernel) fail(method string, subject any, err error) error {
	misused := err == ErrNoActiveSession
	err = callError(method, subject, err)
	if k.debug != nil && (k.debug.assert&AssertReturns != 0 || misused && k.debug.assert&AssertUsage != 0) {
		panic(err)
	}
	return err
}

// misuse complains about a method that was called where it makes no sense and
// has another error for that, or none.
func (k *Kernel) misuse(method, event string) {
	if k.debug != nil && k.debug.assert&AssertUsage != 0 {
		panic(callError(method, event, ErrNoActiveSession))
	}
}

// CallerSite returns the place from which the event was sent, while events are
// traced; else an empty string and 0. POE: CALLER_FILE, CALLER_LINE.
func (e Event) CallerSite() (file string, line int) {
	if e.frame == nil || e.frame.serial != e.serial || e.frame.extra == nil || e.frame.extra.site == nil {
		return "", 0
	}
	return e.frame.extra.site.file, e.frame.extra.site.line
}

// warn logs what a user should know but no method can return.
func (k *Kernel) warn(message string, args ...any) {
	k.logger.Warn(message, args...)
}
