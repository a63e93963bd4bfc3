package kernel

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"reflect"
	"runtime"
	"strings"
)

// Trace selects what the kernel logs of its work, at slog's debug level. The
// zero Trace logs nothing and costs nothing.
type Trace struct {
	All        bool // all of the fields below. POE_TRACE_DEFAULT
	Events     bool // every event queued and dispatched. POE_TRACE_EVENTS
	Files      bool // handles watched and released. POE_TRACE_FILES
	Refcount   bool // where each reason to live was added, for WhyAlive. POE_TRACE_REFCNT
	Sessions   bool // sessions that start and stop. POE_TRACE_SESSIONS
	Signals    bool // signals and child processes. POE_TRACE_SIGNALS
	Returns    bool // what handlers return. POE_TRACE_RETVALS
	Destroy    bool // what a session had when it stopped. POE_TRACE_DESTROY
	Statistics bool // counters at the end of Run. POE_TRACE_STATISTICS

	// JSON, if not nil, gets the trace as well, one JSON object a line and
	// without times, in a form that does not depend on Go: sessions are numbers
	// with their aliases, scalars are strings as Perl would print them, and
	// values without a meaning in another program are {"opaque": type}. The
	// command poe diff compares this form. Errors of the writer are ignored.
	// The environment variable POE_RECORD names a file for the first kernel of
	// a program.
	JSON io.Writer
}

// Assert selects the mistakes that panic. The zero Assert checks nothing.
type Assert struct {
	All     bool // all of the fields below. POE_ASSERT_DEFAULT
	Usage   bool // methods called where they make no sense. POE_ASSERT_USAGE
	Events  bool // events reserved for the kernel, posted by a program. POE_ASSERT_EVENTS
	Returns bool // methods that return an error. POE_ASSERT_RETVALS
	States  bool // events without a handler. POE_ASSERT_STATES
	Data    bool // the kernel's invariants, after every turn, and sessions started twice. POE_ASSERT_DATA
	Files   bool // handles used after they were closed. POE_ASSERT_FILES
}

// traceSet is a Trace as the kernel tests it.
type traceSet uint16

const (
	traceEvents traceSet = 1 << iota
	traceFiles
	traceRefcount
	traceSessions
	traceSignals
	traceReturns
	traceDestroy
	traceStatistics
	traceAll = 1<<iota - 1
)

// assertSet is an Assert as the kernel tests it.
type assertSet uint16

const (
	assertUsage assertSet = 1 << iota
	assertEvents
	assertReturns
	assertStates
	assertData
	assertFiles
	assertAll = 1<<iota - 1
)

func (t Trace) set() traceSet {
	return setOf[traceSet](t.All, t.Events, t.Files, t.Refcount, t.Sessions, t.Signals, t.Returns, t.Destroy, t.Statistics)
}

func (a Assert) set() assertSet {
	return setOf[assertSet](a.All, a.Usage, a.Events, a.Returns, a.States, a.Data, a.Files)
}

// setOf returns the set that has bit i if the i-th of the flags is true, and
// every bit if all is.
func setOf[S traceSet | assertSet](all bool, flags ...bool) (set S) {
	for i, on := range flags {
		if on || all {
			set |= 1 << i
		}
	}
	return set
}

var traceNames = map[string]traceSet{
	"EVENTS": traceEvents, "FILES": traceFiles, "REFCNT": traceRefcount, "SESSIONS": traceSessions, "SIGNALS": traceSignals,
	"RETVALS": traceReturns, "DESTROY": traceDestroy, "STATISTICS": traceStatistics, "DEFAULT": traceAll,
}

var assertNames = map[string]assertSet{
	"USAGE": assertUsage, "EVENTS": assertEvents, "RETVALS": assertReturns, "STATES": assertStates,
	"DATA": assertData, "FILES": assertFiles, "DEFAULT": assertAll,
}

// fromEnvironment reads POE_TRACE_* and POE_ASSERT_*.
func fromEnvironment() (t traceSet, a assertSet) {
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
	trace  traceSet
	assert assertSet
	strict bool
	dog    *watchdog
	stderr *slog.Logger // for the trace, instead of the kernel's logger

	profile *profiler
	observe *observing
	// only says that the kernel is observed, and that there is nothing else for which
	// the debugger is needed while events are queued and dispatched.
	only bool
}

func newDebugger(k *Kernel, o Options) *debugger {
	t, a := fromEnvironment()
	if o.Trace.JSON != nil {
		k.logAsJSON(o.Trace.JSON)
	}
	var stderr *slog.Logger
	if l := k.logger; t != 0 && !l.Enabled(context.Background(), slog.LevelDebug) && l.Handler() != slog.DiscardHandler {
		stderr = stderrLogger(slog.LevelDebug)
	}
	d := &debugger{stderr: stderr, k: k, trace: t | o.Trace.set() | k.traceAsJSON(), assert: a | o.Assert.set(), strict: o.Strict}
	if k.logger.Enabled(context.Background(), slog.LevelDebug) {
		d.stderr = nil // a record is made of the trace
	}
	if d.strict {
		d.assert |= assertUsage | assertStates
		d.trace |= traceRefcount
	}
	d.dog = newWatchdog(k, o)
	d.profile = newProfiler(k, o)
	if d.unused() {
		return nil
	}
	return d
}

// unused reports whether there is nothing for which the debugger is needed.
func (d *debugger) unused() bool {
	return d.trace == 0 && d.assert == 0 && !d.strict && d.dog == nil && d.profile == nil && d.observe == nil
}

// release makes the kernel as quick as without a debugger if it is not needed.
func (d *debugger) release() {
	if d.unused() {
		d.k.debug = nil
		d.k.setQuick()
	}
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
	if k.debug == nil || k.debug.trace&(traceRefcount|traceEvents) == 0 {
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

func (d *debugger) log(what traceSet, message string, args ...any) {
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
	if asked, _ := fromEnvironment(); asked|o.Trace.set() != 0 {
		return stderrLogger(slog.LevelDebug)
	}
	return stderrLogger(slog.LevelWarn)
}

func stderrLogger(level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}

// enqueued notes where an event was queued.
func (d *debugger) enqueued(it *item) {
	if d.only {
		d.observe.queued(it)
		return
	}
	it.extra = d.k.siteExtra()
	d.observe.queued(it)
	if d.trace&traceEvents != 0 { // or the arguments would be boxed for nothing
		d.log(traceEvents, "queued", "event", it.name, "seq", it.seq, "from", ID{it.from}, "to", ID{it.dest}, "args", it.args)
	}
}

// deliver is Kernel.deliver.
func (d *debugger) deliver(it *item) {
	if d.observe != nil {
		d.observe.deliver(it)
		return
	}
	d.k.deliver(it)
}

func (d *debugger) dispatching(f *frame, from *entry, args []any) {
	if d.only {
		d.observe.begin(f, from, args)
		return
	}
	if d.observe != nil {
		d.observe.begin(f, from, args)
	}
	if d.dog != nil {
		d.dog.begin(f)
	}
	if d.profile != nil {
		d.profile.begin(f)
	}
	if d.trace&traceEvents != 0 { // or the arguments would be boxed for nothing
		d.log(traceEvents, "dispatching", "event", f.event, "from", ID{from}, "to", ID{f.session}, "args", args)
	}
}

// readying is dispatching for a wheel whose handle is ready.
func (d *debugger) readying(f *frame, w *watcher, m Mode) {
	if d.only {
		d.observe.ready(f, w, m)
		return
	}
	d.dispatching(f, w.session, []any{w.handle, m})
}

// calling is dispatching for a call within one session.
func (d *debugger) calling(f *frame, event string, args []any) {
	d.observe.call(f, event, args)
	if d.trace&traceEvents == 0 {
		return
	}
	d.log(traceEvents, "calling", "event", event, "from", ID{f.session}, "to", ID{f.session}, "args", args)
}

// dispatched is called when a handler has ended, by a panic or not.
func (d *debugger) dispatched(f *frame) {
	if d.only {
		d.observe.end(f)
		return
	}
	d.left(f)
	if d.trace&traceReturns != 0 && f.done { // or the arguments would be boxed for nothing
		d.log(traceReturns, "returned", "event", f.event, "session", ID{f.session}, "value", f.value, "values", f.returned)
	}
}

// left is dispatched for a handler that returns nothing.
func (d *debugger) left(f *frame) {
	if d.only {
		d.observe.end(f)
		return
	}
	if d.dog != nil {
		d.dog.end(f)
	}
	if d.profile != nil {
		d.profile.end()
	}
	if d.observe != nil {
		d.observe.end(f)
	}
}

// dispatchTurn is Kernel.dispatchTurn.
func (d *debugger) dispatchTurn() {
	d.observe.turning()
	d.k.dispatchTurn()
	d.observe.turned()
	if d.assert&assertData != 0 {
		d.k.checkInvariants()
	}
}

// reservedEvents are the events that only the kernel sends.
var reservedEvents = map[string]bool{"_start": true, "_stop": true, "_child": true, "_parent": true, "_signal": true, "_default": false}

// starting ensures that a session is not there already.
func (d *debugger) starting(s Session) {
	if d.assert&assertData == 0 || !reflect.TypeOf(s).Comparable() {
		return
	}
	for e := range d.k.byNumber.all() {
		if e.ses == s {
			panic(fmt.Sprintf("kernel: Start: session %v has been started already", ID{e}))
		}
	}
}

// stopping logs what a session still has as it goes.
func (d *debugger) stopping(e *entry) {
	d.profile.forget(e)
	d.observe.forget(e)
	d.log(traceSessions, "stopped", "session", ID{e})
	if d.trace&traceDestroy != 0 {
		d.log(traceDestroy, "released", "session", ID{e}, "reasons", d.k.WhyAlive(ID{e}), "wheels", ownedBy(e))
	}
}

// sending checks the call of a method that sends an event.
func (d *debugger) sending(method, event string) {
	d.k.assertGoroutine(method)
	d.posting(method, event)
}

// posting checks an event that a program sends.
func (d *debugger) posting(method, event string) {
	if d.assert&assertEvents != 0 && reservedEvents[event] {
		panic(fmt.Sprintf("kernel: %s: %q is one of the kernel's own events; sending it does not do what it means", method, event))
	}
}

// unresolved traces a destination that is no living session.
func (d *debugger) unresolved(method string, to Dest, event string) {
	d.log(traceReturns, "no such session", "method", method, "to", to, "event", event)
}

// fail is callError for methods of the kernel: under Assert.Returns it panics,
// and under Assert.Usage if the method was called outside of a session.
func (k *Kernel) fail(method string, subject any, err error) error {
	misused := err == ErrNoActiveSession
	err = callError(method, subject, err)
	if k.debug != nil && (k.debug.assert&assertReturns != 0 || misused && k.debug.assert&assertUsage != 0) {
		panic(err)
	}
	return err
}

// misuse complains about a method that was called where it makes no sense and
// has another error for that, or none.
func (k *Kernel) misuse(method, event string) {
	if k.debug != nil && k.debug.assert&assertUsage != 0 {
		panic(callError(method, event, ErrNoActiveSession))
	}
}

// CallerSite returns the file and line at which the event was sent, if events
// are traced; otherwise an empty string and 0. POE: CALLER_FILE, CALLER_LINE.
func (e Event) CallerSite() (file string, line int) {
	f := e.running()
	if f == nil || f.extra == nil || f.extra.site == nil {
		return "", 0
	}
	return f.extra.site.file, f.extra.site.line
}

// warn logs what a user should know but no method can return.
func (k *Kernel) warn(message string, args ...any) {
	k.logger.Warn(message, args...)
}

// ownedBy lists what a session owns.
func ownedBy(e *entry) (list []string) {
	e.owned.all(func(o *owned) { list = append(list, o.String()) })
	return list
}
