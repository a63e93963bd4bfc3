package kernel

import (
	"context"
	"errors"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gopoe/poe/internal/goroutine"
	"github.com/gopoe/poe/internal/recordfile"
)

// A tape is where a kernel records what comes from outside, or replays it from.
// It is nil in a kernel that does neither, which is all that such a kernel has to
// look at. What is recorded is what the kernel cannot work out again: readings of
// the clock, what is ready, what operations on handles have returned, what other
// goroutines have sent and when. Of its own doings a tape has only what shows
// where a replay parts from the recording: which events were dispatched, and
// checks of what was written.
//
// Messages of other goroutines have a position: see tape.position.
type tape struct {
	k   *Kernel
	out *recorder // nil when replaying
	in  *player   // nil when recording

	fail      func(call, of string) error // Recording.Fail
	home      uint64                      // the goroutine that has made the kernel
	suspended bool                        // a function runs whose result is recorded as a whole

	looks        uint64 // at the inbox, other than at the beginning of a turn and in handlers
	lastMessages uint64 // position of the last look that has found something

	// Where the run is.
	before  uint64 // events dispatched before the last one that was not predicted
	run     uint64 // and since, with that one
	guess   recordfile.Predictor
	sum     uint64 // of the sessions of ready handles
	output  uint32 // of what was written
	empties uint64 // polls that have found nothing since one has
	block   int    // size of the buffer of the last read
	clock   int64  // last reading
	wall    int64  // last time of day, in nanoseconds since 1970

	checkAt uint64 // the event after which a check is due

	// Numbers of what other goroutines refer to.
	jobs     uint64
	bindings uint64
	holds    uint64
}

// checkInterval is how many events a check covers at least.
const checkInterval = 256

// activeTape is the tape of the latest kernel that records or replays, for handles
// which are made without a kernel.
var activeTape atomic.Pointer[tape]

// tapeOf is the tape that a new handle belongs to: that of the kernel whose
// goroutine makes it, if it is known. A kernel that has run may run again, until
// the goroutine makes another one.
func tapeOf() *tape {
	t := activeTape.Load()
	if t == nil {
		return nil
	}
	owner := t.k.inbox.owner.Load()
	if owner == 0 {
		owner = t.home
	}
	if owner != goroutine.ID() || t.suspended || t.in != nil && (t.in.stop != nil || t.in.past()) {
		return nil
	}
	return t
}

// newTape makes the tape that the options or the environment ask for, nil if they
// ask for none.
func newTape(k *Kernel, o Options) *tape {
	t := &tape{k: k, home: goroutine.ID()}
	switch replay, recorded := replayOf(o), recordingOf(k, o); {
	case replay != nil:
		t.in = newPlayer(t, replay)
	case recorded != nil:
		t.fail = recorded.Fail
		t.out = newRecorder(t, recorded)
	default:
		if last := activeTape.Load(); last != nil && !last.k.inbox.running.Load() && last.home == t.home {
			activeTape.CompareAndSwap(last, nil)
		}
		return nil
	}
	t.checkAt = checkInterval
	activeTape.Store(t)
	return t
}

// readClock is Kernel.readClock on a tape.
func (t *tape) readClock(read func() int64) int64 {
	if t.in != nil {
		if t.in.inspecting || t.in.past() {
			return t.clock
		}
		t.in.expect(recordfile.KindClock, "reads the clock")
		t.clock += int64(t.in.r.Uint())
		t.in.done()
		return t.clock
	}
	now := max(read(), t.clock)
	t.out.begin(recordfile.KindClock)
	t.out.w.Uint(uint64(now - t.clock))
	t.clock = now
	t.out.end()
	t.out.clockRead(now)
	return now
}

// readWall is Kernel.wallClock on a tape.
func (t *tape) readWall(read func() time.Time) time.Time {
	if t.in != nil {
		if t.in.inspecting || t.in.past() {
			return time.Unix(0, t.wall)
		}
		t.in.expect(recordfile.KindWall, "reads the time of day")
		t.wall += t.in.r.Int()
		t.in.done()
		return time.Unix(0, t.wall)
	}
	now := read()
	t.out.begin(recordfile.KindWall)
	t.out.w.Int(now.UnixNano() - t.wall)
	t.wall = now.UnixNano()
	t.out.end()
	return now
}

// events is how many events were dispatched.
func (t *tape) events() uint64 { return t.before + t.run }

// expected reports whether an event of a session is the one that is predicted, which
// is counted then and needs nothing else. In a replay it never is.
func (t *tape) expected(name string, session uint64) bool {
	if !t.guess.Hit(name, recordfile.SessionKey(session)) {
		return false
	}
	t.run++
	return true
}

// event records that an event is dispatched, or compares it with the recording.
func (t *tape) event(e *entry, name string, kd kind) {
	key := recordfile.SessionKey(e.num)
	if kd == kindSelect {
		key = recordfile.ReadyKey
		t.sum = (t.sum ^ e.num) * 0x9e3779b97f4a7c15
	}
	switch {
	case t.in != nil:
		t.in.event(name, key, e.num)
	case t.guess.HitText(name, key):
		t.run++
	default:
		t.out.surprise(name, key)
	}
}

// wrote continues the check of what is written. It returns the part of it that
// every record of a write has.
func (t *tape) wrote(p []byte) {
	t.output = recordfile.Sum(t.output, p)
}

// boolean records something that only the system knows.
func (t *tape) boolean(what string, value func() bool) bool {
	if t.in != nil {
		if t.in.stop != nil {
			return false
		}
		t.in.expect(recordfile.KindBool, what)
		v := t.in.r.Byte() != 0
		t.in.done()
		return v
	}
	v := value()
	t.out.begin(recordfile.KindBool)
	if v {
		t.out.w.Byte(1)
	} else {
		t.out.w.Byte(0)
	}
	t.out.end()
	return v
}

// ended is called at the end of a run.
func (t *tape) ended() {
	if t.in != nil {
		t.in.live.refuse()
		t.in.ended()
		return
	}
	t.out.begin(recordfile.KindEnd)
	t.out.w.Uint(t.events())
	t.out.w.Fixed(t.output)
	t.out.finish()
}

// systemLoop is the name of the poller that a kernel uses.
func systemLoop(name string) string {
	switch {
	case name != "":
		return name
	case runtime.GOOS == "linux":
		return "epoll"
	}
	return "portable"
}

// asked returns what a look at the inbox has found, which depends on other
// goroutines.
func (k *Kernel) asked(what string, look func() bool) bool {
	if k.tape == nil {
		return look()
	}
	return k.tape.boolean(what, look)
}

// onGoroutine reports whether the caller is where the tape may be used.
func (t *tape) onGoroutine() bool {
	owner := t.k.inbox.owner.Load()
	return owner == 0 || owner == goroutine.ID()
}

// begins is called when the kernel begins to run, and refuses a recording that
// cannot be replayed.
func (t *tape) begins() {
	activeTape.CompareAndSwap(nil, t)
	if t.in != nil && t.in.stop != nil {
		panic(t.in.stop)
	}
}

// endBy keeps what the end of the run's context does.
func (t *tape) endBy(stop func()) {
	if t.in != nil {
		t.in.context, t.in.ctxErr = stop, nil
	}
}

// contextEnd is the number of a context's error.
func contextEnd(ctx context.Context) uint64 {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return 1
	}
	return 0
}

func (t *tape) numberJob(j *Job) {
	t.jobs++
	if j.num = t.jobs; t.in != nil {
		t.in.jobs[j.num] = j
	}
}

func (t *tape) numberBinding(b *binding) {
	t.bindings++
	if b.num = t.bindings; t.in != nil {
		t.in.bindings[b.num] = b
	}
}

func (t *tape) numberHold(h *Hold) {
	t.holds++
	if h.num = t.holds; t.in != nil {
		t.in.holds[h.num] = h
	}
}

// isChild and waitFor ask the system about a process.
func (k *Kernel) isChild(pid int) error {
	if k.tape == nil {
		return k.askIsChild(pid)
	}
	return k.tape.result("asks whether a process is a child", func() error { return k.askIsChild(pid) })
}

func (k *Kernel) askIsChild(pid int) error {
	switch c := k.simulatedProcesses(); {
	case c == nil:
		return isChild(pid)
	case !c.IsChild(pid):
		return errNoChild
	}
	return nil
}

type processEnd struct {
	Status WaitStatus
	Ended  bool
}

func (k *Kernel) waitFor(pid int) (WaitStatus, bool) {
	if k.tape == nil {
		return k.askWait(pid)
	}
	end, _ := recorded(k.tape, "wait", func() (processEnd, error) {
		status, ended := k.askWait(pid)
		return processEnd{status, ended}, nil
	})
	return end.Status, end.Ended
}

func (k *Kernel) askWait(pid int) (WaitStatus, bool) {
	if c := k.simulatedProcesses(); c != nil {
		status, ended := c.WaitChild(pid)
		return WaitStatus(status), ended
	}
	return waitFor(pid)
}

func signalNumber(n os.Signal) uint64 {
	if n, ok := n.(syscall.Signal); ok {
		return uint64(n)
	}
	return 0
}
