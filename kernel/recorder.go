package kernel

import (
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gopoe/poe/internal/fault"
	"github.com/gopoe/poe/internal/recordfile"
	"github.com/gopoe/poe/kernel/internal/poll"
)

// flushInterval is how long records wait in memory before they are written.
const flushInterval = 100 * time.Millisecond

// recorder writes a tape. The writer belongs to the kernel's goroutine, except
// while that sleeps: then a timer may flush.
type recorder struct {
	t    *tape
	w    *recordfile.Writer
	to   *Recording
	sink *sink

	flushed int64        // the reading of the clock at the last flush
	state   atomic.Int32 // recorderBusy ...
	mu      sync.Mutex   // held by the timer while it flushes
	timer   *time.Timer
}

const (
	recorderBusy     = iota // the kernel's goroutine may write
	recorderAsleep          // it sleeps
	recorderFlushing        // it sleeps, and the timer flushes
)

func newRecorder(t *tape, to *Recording) *recorder {
	r := &recorder{t: t, to: to, sink: newSink(to, t.k)}
	to.recorder.Store(r)
	h := recordfile.NewHead()
	h.Time, h.Kernel, h.Loop = time.Now().UTC(), t.k.name, systemLoop(t.k.loopName)
	h.VirtualClock, h.Outputs, h.Wall = t.k.clock != nil, to.Redact == nil, t.k.wallStart.UnixNano()
	h.Seed = t.k.newSeed()
	t.k.seed = h.Seed
	h.Arguments = append([]string{}, os.Args[1:]...)
	h.Environment = keptEnvironment(to.Environment)
	if to.Redact != nil {
		for _, texts := range [][]string{h.Arguments, h.Environment} {
			for i := range texts {
				b := []byte(texts[i])
				to.Redact("environment", b)
				texts[i] = string(b)
			}
		}
	}
	t.wall = h.Wall
	r.sink.begin(h.Bytes())
	r.w = recordfile.NewWriter(r.sink.emit, r.sink.memory)
	return r
}

// keptEnvironment lists the variables that change what the library does, and
// those which were asked for.
func keptEnvironment(names []string) (kept []string) {
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		wanted := strings.HasPrefix(name, "POE_") && !strings.HasPrefix(name, "POE_RE") || name == "TZ" || name == "LANG"
		for _, n := range names {
			wanted = wanted || n == name
		}
		if wanted {
			kept = append(kept, pair)
		}
	}
	return kept
}

// begin begins a record.
func (r *recorder) begin(op byte) {
	if r.w.Begin(op) {
		r.flushed = r.t.clock
	}
}

// beginLong begins a record of about size bytes.
func (r *recorder) beginLong(op byte, size int) {
	if r.w.BeginLong(op, size) {
		r.flushed = r.t.clock
	}
}

// end ends a record: a Dump beside a handler that hangs has it.
func (r *recorder) end() {
	if !r.sink.live {
		r.w.Share()
	}
}

// clockRead flushes what has waited for long in a kernel that does not sleep.
func (r *recorder) clockRead(now int64) {
	if r.sink.live && now-r.flushed > int64(flushInterval) {
		r.flush()
	}
}

func (r *recorder) flush() {
	r.flushed = r.t.clock
	r.w.Flush()
}

// surprise records that another event than the predicted one is dispatched.
func (r *recorder) surprise(name string, key recordfile.Key) {
	t := r.t
	r.begin(recordfile.KindEvent)
	r.w.Uint(t.run)
	t.guess.Learn(r.w.Surprise(name, key), t.run)
	r.end()
	t.before, t.run = t.events(), 1
}

// check records the sums when enough has happened since the last time.
func (r *recorder) check() {
	t := r.t
	if t.events() < t.checkAt {
		return
	}
	t.checkAt = t.events() + checkInterval
	r.begin(recordfile.KindCheck)
	r.w.Uint(t.events())
	r.w.Fixed(uint32(t.sum >> 32))
	r.w.Fixed(t.output)
	r.end()
}

// failure writes an error as a number, or as a value if it is none of the usual.
func (r *recorder) failure(err error) {
	code, ok := errorCode(err)
	r.w.Uint(code)
	if !ok {
		r.w.Bytes(r.t.encode(err))
	}
}

// finish writes out what there is at the end of a run, and waits until it is in
// the file.
func (r *recorder) finish() {
	r.flush()
	r.sink.wait()
	if r.t.k.exception != nil {
		r.to.dumpAfter("an unhandled exception")
	}
}

// sleeping lets a timer flush while the kernel sleeps.
func (r *recorder) sleeping() {
	if !r.sink.live || r.w.Pending() == 0 {
		return
	}
	if r.timer == nil {
		r.timer = time.AfterFunc(flushInterval, r.flushAsleep)
	} else {
		r.timer.Reset(flushInterval)
	}
	r.state.Store(recorderAsleep)
}

// awake takes the writer back.
func (r *recorder) awake() {
	for r.state.Load() != recorderBusy && !r.state.CompareAndSwap(recorderAsleep, recorderBusy) {
		r.awaitFlush()
	}
}

// awaitFlush returns when no flush is under way any more.
func (r *recorder) awaitFlush() {
	r.mu.Lock()
	defer r.mu.Unlock()
}

func (r *recorder) flushAsleep() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.state.CompareAndSwap(recorderAsleep, recorderFlushing) {
		r.w.Flush()
		r.state.Store(recorderAsleep)
	}
}

// recordingPoller is a poller whose reports are recorded.
type recordingPoller struct {
	poll.Poller
	t *tape
}

// Wait records what is ready. Polls that find nothing are only counted.
func (p recordingPoller) Wait(d time.Duration, out []poll.Ready) ([]poll.Ready, error) {
	t, before := p.t, len(out)
	if d != 0 {
		t.out.sleeping()
	}
	err := t.fails(fault.Poll, "")
	if err == nil {
		out, err = p.Poller.Wait(d, out)
	}
	if d != 0 {
		t.out.awake()
	}
	t.out.check()
	if err != nil {
		t.out.begin(recordfile.KindPollFail)
		t.out.w.Uint(t.empties)
		t.out.failure(err)
		t.out.end()
		t.empties = 0
		return out, err
	}
	if len(out) == before {
		t.empties++
		return out, nil
	}
	t.out.begin(recordfile.KindReady)
	t.out.w.Uint(t.empties)
	t.out.w.Uint(uint64(len(out) - before))
	t.empties = 0
	for _, r := range out[before:] {
		t.out.ready(r)
	}
	t.out.end()
	return out, nil
}

func (r *recorder) ready(ready poll.Ready) {
	bits := uint64(ready.Modes & (poll.Read | poll.Write | poll.Urgent))
	if ready.Modes&poll.Sticky != 0 {
		bits |= 1 << 3
	}
	gen, known := r.t.k.handles.generation(ready.Token)
	current := known && gen == ready.Gen
	if !current {
		bits |= recordfile.OldGeneration
	}
	r.w.Uint(bits | uint64(uint32(ready.Token))<<5)
	if !current {
		r.w.Uint(uint64(ready.Gen))
	}
}

// Update records that the system has refused.
func (p recordingPoller) Update(r *poll.Registration, before poll.Modes) error {
	err := p.t.fails("watch", "")
	if err == nil {
		err = p.Poller.Update(r, before)
	}
	if err != nil {
		p.t.out.begin(recordfile.KindRefused)
		p.t.out.failure(err)
		p.t.out.end()
	}
	return err
}
