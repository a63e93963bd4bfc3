package kernel

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strconv"
	"time"

	"github.com/gopoe/poe/internal/created"
	"github.com/gopoe/poe/internal/recordfile"
	"github.com/gopoe/poe/kernel/internal/poll"
	"github.com/gopoe/poe/kernel/observe"
)

// Options configure a kernel. All fields are optional.
type Options struct {
	// Name is the kernel's name in diagnostics, and the text of its own ID. If
	// empty, it is made of the host's name and the process ID.
	Name string
	// Logger gets warnings and, when tracing, the trace at its debug level. If
	// nil, they go to standard error as text; slog.New(slog.DiscardHandler) is
	// silent. A trace that an environment variable selects is also written to
	// standard error if Logger drops debug records, unless it drops everything.
	Logger *slog.Logger
	// Clock is the source of time. If nil, it is the system's clock.
	Clock Clock
	// Loop selects how the kernel waits for handles: "epoll", "kqueue" or
	// "portable". If empty, the environment variable POE_LOOP names it, or else
	// it is the system's best one. The portable loop is poll(2) on Unix;
	// elsewhere each handle has goroutines that wait.
	Loop string
	// Trace selects what is logged, and Assert the mistakes that panic, as
	// POE's TRACE_* and ASSERT_* do. The environment variables
	// POE_TRACE_EVENTS=1 and so on add to them.
	Trace  Trace
	Assert Assert
	// ProfileLabels labels what handlers do in profiles of package
	// runtime/pprof: with "kernel", its name; "session", as ID.String has it;
	// "kind", the type of the session's heap; and "event".
	ProfileLabels bool
	// ProfileRegions makes a region, with the name of the event, of every
	// handler in execution traces of package runtime/trace, and logs the
	// session there.
	ProfileRegions bool
	// Strict turns silent mistakes, such as an event without a handler, into
	// panics, whose text has the most similar name that exists. It is meant for
	// tests.
	Strict bool
	// DeadLetter is called with every event that reached no handler, on the
	// kernel's goroutine.
	DeadLetter func(DeadLetter)
	// MaxOffload is the most jobs of Offload that run at once; 0 means 64.
	MaxOffload int
	// WrapJob returns the function that is run in place of a job's work; event
	// names the event that reports its result. It is called when Offload is, on
	// the kernel's goroutine, and may return work itself, a function that calls
	// it, or another one, as tests do. If nil, work is run.
	WrapJob func(event string, work func(ctx context.Context) (any, error)) func(ctx context.Context) (any, error)
	// Backlog is the most events of other kernels that may wait to be handled
	// here; a post beyond that returns [ErrBusy]. 0 means 65,536.
	Backlog int
	// SlowHandler is how long a handler may run before Slow is called, on
	// another goroutine; 0 disables the watchdog.
	SlowHandler time.Duration
	// Slow is called by the watchdog. If nil, it logs a warning through Logger.
	Slow func(SlowHandler)
	// Recording records the run, Replay replays one instead of running. If both
	// are nil the environment variables POE_RECORDING and POE_REPLAY decide for
	// the first kernel of the program. If both are set, only Replay is used.
	Recording *Recording
	Replay    *Replay
}

// Kernel dispatches events to sessions. [New] makes one. Its methods belong to
// one goroutine; the package's documentation lists what others may use. POE:
// POE::Kernel.
type Kernel struct {
	name   string
	logger *slog.Logger

	// Time and the queue.
	clock      Clock
	epoch      time.Time
	clockStart time.Duration
	standing   standstill // on a user's clock
	wallStart  time.Time
	wallSeen   int64 // kernel time of the last look at the time of day
	now        int64
	clockFresh bool // poll has read the clock, and no handler has run since
	turns      uint64
	seq        uint64
	fifo       ring
	timers     timerTable

	// The running handlers.
	frame     *frame
	exception error // what Run will return

	// Sessions.
	root       *entry
	sessions   int // alive, without the kernel's own entry
	sessionSeq uint64
	byNumber   sessionTable
	aliases    map[string]*entry
	marks      []*entry
	spareMarks []*entry
	extrefs    int
	holds      map[*Hold]struct{}
	wheelSeq   WheelID

	signals signalTable
	jobs    offloads

	// Handles.
	loop            poll.Poller
	loopName        string
	handles         handleTable
	reported        []poll.Ready  // by the poller and the sources
	ready           []readyHandle // what was wanted of that
	dispatching     bool          // what is ready
	calls           uint64        // of handlers, ever
	aboutWatched    [2]abouts     // by mode, of wheels
	aboutOwned      abouts
	ofWheels        any          // what package wheel/readwrite keeps, see perkernel
	rearm           []poll.Ready // to be asked about once more, see edgetrigger.go
	turnsSinceYield int          // turns since it yielded last, and more for ready handles
	flagged         []*Handle    // sources that may be ready, and files that always are
	dirty           []*Handle    // to be written in the next turn
	writing         []*Handle

	scratch []byte // for reading

	inbox      inbox
	backlog    remoteBacklog
	running    bool
	quick      bool // see setQuick
	justEnded  bool // the last session has stopped in the last slice
	runsIdle   bool // Run was called: a handled IDLE is followed by ZOMBIE
	debug      *debugger
	observedAs observe.ID // the last ID that an event was given
	dead       func(DeadLetter)
	stats      Stats
	hooks      []Hook
	tape       *tape // nil unless the run is recorded or replayed
	seed       [2]uint64
	random     *rand.Rand
}

// New makes a kernel. At most one Options may be given, otherwise New panics;
// without one the zero Options are used.
func New(options ...Options) *Kernel {
	var o Options
	switch len(options) {
	case 0:
	case 1:
		o = options[0]
	default:
		panic(fmt.Sprintf("kernel: New: %d Options given, of which only one can be used", len(options)))
	}
	if o.Name == "" {
		host, _ := os.Hostname()
		o.Name = host + "-" + strconv.Itoa(os.Getpid())
	}
	if o.Loop == "" {
		o.Loop = os.Getenv("POE_LOOP")
	}
	k := &Kernel{
		name: o.Name, logger: loggerOf(o), loopName: o.Loop, dead: o.DeadLetter,
		aliases: map[string]*entry{}, holds: map[*Hold]struct{}{},
	}
	k.startClock(o.Clock)
	k.root = &entry{k: k}
	k.byNumber.add(k.root)
	k.frame = &frame{session: k.root}
	k.inbox.k = k
	k.jobs.wrap = o.WrapJob
	if k.jobs.limit = o.MaxOffload; k.jobs.limit <= 0 {
		k.jobs.limit = defaultOffload
	}
	k.backlog.limit = defaultBacklog
	if o.Backlog > 0 {
		k.backlog.limit = int64(o.Backlog)
	}
	k.tape = newTape(k, o)
	k.debug = newDebugger(k, o)
	created.Announce(k)
	return k
}

// Run dispatches events until no session is left, and returns nil, or the
// exception that was not handled. It may be called again afterwards; events
// posted in between are kept. Without sessions it returns at once. Calling it
// while the kernel runs is an error.
func (k *Kernel) Run() error { return k.RunContext(context.Background()) }

// RunContext is [Kernel.Run] with a context: when ctx is done, all sessions are
// stopped in order, as by Stop, and the context's error is returned.
func (k *Kernel) RunContext(ctx context.Context) (err error) {
	if k.running {
		return errRunning
	}
	if k.tape != nil {
		defer k.tape.runStopped(&err)
		k.tape.begins()
	}
	if k.sessions == 0 {
		return k.clearException()
	}
	k.runsIdle = true
	if k.debug != nil {
		k.debug.profile.under(ctx)
	}
	unwinding, over := true, false
	stopRun := func() {
		if !over { // a later run is not meant
			k.Stop()
		}
	}
	if k.tape != nil {
		k.tape.endBy(stopRun)
	}
	stop := context.AfterFunc(ctx, func() {
		k.inbox.put(message{more: &more{kind: recordfile.ArrivalContext, num: contextEnd(ctx), run: stopRun}})
	})
	defer func() {
		stop()
		over = true
		if unwinding { // runtime.Goexit in a handler, or a panic of the kernel's own
			k.cleanup()
		}
	}()
	if err := k.loopUntilDone(); err != nil {
		return err
	}
	unwinding = false
	if err := k.finish(); err != nil {
		return err
	}
	return ctx.Err()
}

func (k *Kernel) loopUntilDone() error {
	if err := k.enter(); err != nil {
		return err
	}
	defer k.leave()
	for k.sessions > 0 {
		if err := k.turn(); err != nil {
			return err
		}
	}
	return nil
}

// RunOneTimeslice polls the handles once and dispatches what is due. If nothing is
// due, it waits until something is. more is false if there were no sessions to
// begin with. As in POE it is still true for the slice in which the last session
// stops, and for one more, in which nothing happens. The error is an exception
// that was not handled.
//
// In a handler it is a nested loop: the slice runs within that handler, which
// continues afterwards. An exception that was not handled then ends the handler,
// as one of Call does. Calling it on another goroutine while the kernel runs is an
// error.
func (k *Kernel) RunOneTimeslice() (more bool, err error) {
	if k.tape != nil && !k.running {
		defer k.tape.runStopped(&err)
		k.tape.begins()
	}
	switch {
	case k.running && !k.onOwnGoroutine():
		return false, errRunning
	case k.running:
		return k.nestedSlice()
	case k.sessions == 0 && k.justEnded:
		k.justEnded = false
		return true, nil
	case k.sessions == 0:
		return false, k.finish()
	}
	if err := k.slice(); err != nil {
		return false, err
	}
	if k.exception != nil && k.sessions == 0 {
		return false, k.finish()
	}
	k.justEnded = k.sessions == 0
	return true, k.clearException()
}

// nestedSlice is a turn within a handler.
func (k *Kernel) nestedSlice() (more bool, err error) {
	if k.sessions == 0 {
		return false, nil
	}
	outer := k.suspendTurn()
	defer k.resumeTurn(outer)
	if k.debug != nil {
		o := k.debug.observe
		defer o.leave(o.enter(&observe.Mark{}))
	}
	if err := k.turn(); err != nil {
		return false, err
	}
	if k.exception != nil {
		k.rethrow()
	}
	return true, nil
}

// slice is one turn of its own.
func (k *Kernel) slice() error {
	if err := k.enter(); err != nil {
		return err
	}
	defer k.leave()
	return k.turn()
}

// RunWhile runs timeslices while *condition holds and sessions are left. Like
// [Kernel.RunOneTimeslice] it may be called in a handler.
func (k *Kernel) RunWhile(condition *bool) error {
	for *condition {
		if more, err := k.RunOneTimeslice(); err != nil || !more {
			return err
		}
	}
	return nil
}

// Stop stops every session, children before parents, with _stop and _child, and
// drops everything that is queued. A handler that calls it continues to its
// end, outside of any session; then Run returns. New sessions can be created
// afterwards.
func (k *Kernel) Stop() { k.stopAll() }

// enter makes the calling goroutine the kernel's own. A loop that does not exist
// is an error at once, not when the kernel first has to wait.
func (k *Kernel) enter() error {
	if err := poll.Known(k.loopName); err != nil {
		return fmt.Errorf("kernel: opening the loop: %w", err)
	}
	k.running = true
	k.setQuick()
	k.inbox.open(k.callersGoroutine())
	k.inbox.running.Store(true)
	if k.debug != nil {
		k.debug.dog.start()
	}
	return nil
}

// setQuick is called when one of the conditions has changed under which an event can be
// queued without preparation: the kernel runs, on the system's clock, and is neither a
// replay nor watched.
func (k *Kernel) setQuick() {
	k.quick = k.running && k.clock == nil && !k.replaying() && k.debug == nil
}

func (k *Kernel) leave() {
	if k.debug != nil {
		k.debug.dog.stop()
	}
	k.running, k.quick = false, false
	k.inbox.running.Store(false)
}

// finish ends a run, and returns the exception that ended it.
func (k *Kernel) finish() error {
	k.justEnded = false
	k.clearEvents(k.root)
	k.reportLeaks()
	k.cleanup()
	if k.debug != nil {
		k.debug.log(traceStatistics, "statistics", "stats", k.Stats())
	}
	return k.clearException()
}

// cleanup releases the goroutines and descriptors of a run.
func (k *Kernel) cleanup() {
	k.signals.close()
	k.inbox.close()
	if k.debug != nil {
		k.debug.observe.waits()
	}
	if k.tape != nil {
		k.tape.ended()
	}
	k.backlog.notify() // a kernel that has ended has no backlog
	for _, h := range k.hooks {
		h.RunEnded()
	}
	if k.dispatching {
		k.requeueUndelivered()
	}
	k.rearm = nil // it was to be asked of the loop that ends here
	if k.loop != nil {
		if err := k.loop.Close(); err != nil {
			k.warn("closing the loop", "error", err)
		}
		k.loop = nil
	}
}

func (k *Kernel) clearException() error {
	err := k.exception
	k.exception = nil
	return err
}

// rethrow continues an exception that ends the program in the caller of Call.
func (k *Kernel) rethrow() {
	panic(k.clearException())
}
