package kernel

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gopoe/poe/internal/goroutine"
	"github.com/gopoe/poe/kernel/internal/poll"
	"github.com/gopoe/poe/kernel/internal/recording"
)

// The environment variables that record and replay the first kernel of a program.
// They are removed from the environment when they are obeyed, so that child
// processes do not inherit them.
const (
	// RecordingVariable names a file to which the run is recorded. It must not
	// exist yet, and gets mode 0600, for it has all that the program has read.
	RecordingVariable = "POE_RECORDING"
	// ReplayVariable names a recording that is replayed instead of running.
	ReplayVariable = "POE_REPLAY"
	// ReplayResultVariable names a file to which a [ReplayResult] is written as
	// JSON as soon as it is known. The command poe replay sets it.
	ReplayResultVariable = "POE_REPLAY_RESULT"
)

// DefaultRing is the size of the ring of a [Recording] that does not say.
const DefaultRing = 64 << 20

// Recording records what a kernel gets from outside, so that [Replay] can run
// the same program again, event for event: readings of the clock, readiness and
// bytes of handles, connections, signals, ends of child processes, messages of
// other goroutines, results of jobs. A Recording is for one kernel and is not
// changed once the kernel is made.
type Recording struct {
	// Writer gets the recording. It is called on a goroutine of the recording's
	// own, never by two at once, and is not closed. What the kernel has done is
	// written within 100 ms, and at the end of each run all of it is. If it
	// returns an error, or 256 MiB wait for it, the recording ends with a
	// warning. If nil, the recording is kept in memory, as a ring.
	Writer io.Writer
	// Ring is how many bytes a ring keeps; 0 means DefaultRing. When it is full
	// the oldest are dropped, and then it can be listed but not replayed, for
	// nobody knows any more how the run began.
	Ring int
	// DumpFile names a file to which a ring is written when a run ends with an
	// exception that no session has handled, with mode 0600. If empty it is not.
	DumpFile string
	// Redact is called with what was read from a handle, before it is recorded,
	// and may change the bytes: secrets. name is the handle's. It runs on the
	// kernel's goroutine and must not keep data. A replay gets the changed bytes,
	// and so writes others: with Redact, what is written is not compared.
	Redact func(name string, data []byte)
	// Environment lists variables which are recorded besides those of the
	// library; poe replay sets them.
	Environment []string

	recorder atomic.Pointer[recorder]
}

// errNoRing is the error of Dump without a ring.
var errNoRing = errors.New("kernel: Recording.Dump: there is no ring, or no kernel has it")

// Dump writes what a ring has kept to w. It is safe on any goroutine; of a kernel
// that runs it has all up to some moment of the call.
func (r *Recording) Dump(w io.Writer) error {
	rec := r.recorder.Load()
	if rec == nil || rec.sink.live {
		return errNoRing
	}
	rec.flushNow()
	rec.sink.mu.Lock()
	frames := append([][]byte{rec.sink.head}, rec.sink.frames...)
	rec.sink.mu.Unlock()
	for _, frame := range frames {
		if _, err := w.Write(frame); err != nil {
			return err
		}
	}
	return nil
}

// flushNow completes the frame of a ring, on the kernel's goroutine if there is
// one.
func (r *recorder) flushNow() {
	k := r.t.k
	if owner := k.inbox.owner.Load(); owner == 0 || owner == goroutine.ID() {
		r.flush()
		return
	}
	done := make(chan struct{})
	flush := func() { r.flush(); close(done) }
	if k.inbox.putIf(message{kind: arrivalNone, run: flush}, true) {
		select {
		case <-done:
		case <-time.After(time.Second): // a handler that does not end: what was complete must do
		}
	}
}

// dumpAfter writes the ring to DumpFile.
func (r *Recording) dumpAfter(what string) {
	if r.DumpFile == "" || r.Writer != nil {
		return
	}
	f, err := os.OpenFile(r.DumpFile, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err == nil {
		err = errors.Join(r.Dump(f), f.Close())
	}
	k := r.recorder.Load().t.k
	if err != nil {
		k.warn("the recording was not written", "file", r.DumpFile, "error", err)
		return
	}
	k.warn("the recording was written after "+what, "file", r.DumpFile)
}

// Replay replays a recording: the kernel runs the program's handlers, but
// whatever they get from outside comes from the recording, at the same point of
// the run. No handle is opened, read or written, no process started, nothing is
// waited for, and time passes as it did then. What programs do past the kernel
// they do again: they print, and write files.
//
// Run returns nil when the run has ended as it did in the recording, a
// [Divergence] where it parts, a [NotReplayable] at something that could not be
// recorded, and an error with an offset if the recording is damaged. At the end
// of a recording whose program was killed it returns [ErrRecordingEnds].
type Replay struct {
	// From is where the recording is read from.
	From io.Reader

	mu       sync.Mutex
	result   ReplayResult
	onResult func(ReplayResult)
	at       *replayInspector
}

// ReplayResult is how far a replay has come.
type ReplayResult struct {
	Equal  bool   // all of the recording was replayed
	Whole  bool   // and the recording has the end of the run
	Events uint64 // that were dispatched
	Err    error  // why it has ended before
}

// ErrRecordingEnds says that all of a recording was replayed, which does not have
// the end of the run.
var ErrRecordingEnds = errors.New("kernel: the recording ends here")

// Result returns how far the replay has come. It is safe on any goroutine.
func (r *Replay) Result() ReplayResult {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.result
}

func (r *Replay) set(result ReplayResult) {
	r.mu.Lock()
	r.result = result
	r.mu.Unlock()
	if r.onResult != nil {
		r.onResult(result)
	}
}

// Divergence is the error of a replay that does not do what the recording has:
// where they part, and the events around it.
type Divergence struct {
	Kernel   string
	Event    uint64 // the number of the first event that differs, or in whose place something else was done; the first is 1
	Handler  string // what ran then, empty if nothing did
	Asked    string // what the program does
	Recorded string // what it did in the recording
	Offset   int64  // in the recording, in bytes
	Before   []string
	After    []string // the events that follow in the recording
}

// Error describes the divergence on several lines.
func (d *Divergence) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the replay parts from the recording at event %d (byte %d)\n", d.Event, d.Offset)
	if d.Handler != "" {
		fmt.Fprintf(&b, "  in the handler of %s\n", d.Handler)
	}
	fmt.Fprintf(&b, "  %-40s | %s\n", "the program", "the recording")
	first := d.Event - uint64(len(d.Before))
	for i, e := range d.Before {
		fmt.Fprintf(&b, "  %6d %-33s | %s\n", first+uint64(i), e, e)
	}
	fmt.Fprintf(&b, "> %6d %-33s | %s\n", d.Event, d.Asked, d.Recorded)
	for _, e := range d.After {
		fmt.Fprintf(&b, "  %6s %-33s | %s\n", "", "", e)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// NotReplayable is the error of a replay that has come to something which could
// not be recorded.
type NotReplayable struct {
	What string // what it is the result of
	Type string // its type
}

// Error names the value and what to do.
func (e *NotReplayable) Error() string {
	return fmt.Sprintf("kernel: replay: the result of %s has type %s, which could not be recorded: register its type with kernel.RegisterRecorded, or return data", e.What, e.Type)
}

// RegisterRecorded makes values of the type of v, a struct with exported fields
// or another named type, something that is recorded and replayed as what it is
// where it is held in an interface: as the result of a job, as an argument of an
// event that another goroutine posts. It is called in an init function. Scalars,
// strings, times, addresses, usual errors, and lists and maps of such need no
// registration.
func RegisterRecorded(v any) { recording.Register(reflect.TypeOf(v)) }

// Recorded calls f and returns what it returns. In a recorded run that is
// recorded under the name; in a replay f is not called, and what it had returned
// is returned. It is for whatever a handler asks the world past the kernel: a
// file, a table that another goroutine fills. It must be called on the kernel's
// goroutine, between and not during other calls of it. T must be a type that can
// be recorded, see [RegisterRecorded]; handles are replayed as handles.
func Recorded[T any](k *Kernel, name string, f func() (T, error)) (T, error) {
	if k.tape == nil {
		return f()
	}
	return recorded(k.tape, name, f)
}

// OpenHandle calls open and returns what it returns, for code that opens handles
// and does not know their kernel. In a recorded run the handle is one of the
// recording; in a replay open is not called, and the handle stands on nothing.
// what names the operation.
func OpenHandle(what string, open func() (*Handle, error)) (*Handle, error) {
	return RecordedHere(what, open)
}

// RecordedHere is [Recorded] for code that does not know its kernel: that is the
// one on whose goroutine it runs.
func RecordedHere[T any](name string, f func() (T, error)) (T, error) {
	t := tapeOf()
	if t == nil {
		return f()
	}
	return recorded(t, name, f)
}

// Rand returns the kernel's source of random numbers, for handlers: in a replay
// it gives the same numbers as in the recorded run. It is not for secrets, and
// belongs to the kernel's goroutine.
func (k *Kernel) Rand() *rand.Rand {
	if k.random == nil {
		if k.seed == [2]uint64{} {
			k.seed = randomSeed()
		}
		k.random = rand.New(rand.NewPCG(k.seed[0], k.seed[1]))
	}
	return k.random
}

func randomSeed() [2]uint64 { return [2]uint64{rand.Uint64(), rand.Uint64()} }

// Replaying reports whether the run is a replay, for code that would do
// something to the world past the kernel.
func (k *Kernel) Replaying() bool { return k.tape != nil && k.tape.in != nil }

// fromVariable opens the file that a variable names, for the first kernel that
// asks.
func fromVariable(name string) string {
	file := os.Getenv(name)
	if file != "" {
		os.Unsetenv(name)
	}
	return file
}

func replayOf(o Options) *Replay {
	if o.Replay != nil {
		return o.Replay
	}
	name := fromVariable(ReplayVariable)
	if name == "" {
		return nil
	}
	replay := &Replay{onResult: resultWriter(fromVariable(ReplayResultVariable)), at: inspectorOf()}
	f, err := os.Open(name)
	if err != nil {
		replay.From = failingReader{err}
		return replay
	}
	replay.From = f
	return replay
}

// failingReader is a file that could not be opened.
type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }

func recordingOf(k *Kernel, o Options) *Recording {
	if o.Recording != nil {
		return o.Recording
	}
	name := fromVariable(RecordingVariable)
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		k.warn("the run is not recorded", "variable", RecordingVariable, "error", err)
		return nil
	}
	return &Recording{Writer: f}
}

// needPoller is Kernel.needLoop on a tape.
func (t *tape) needPoller(h *Handle) error {
	k := t.k
	if t.in != nil {
		if k.loop == nil {
			k.loop = replayPoller{t.in}
		}
		return nil
	}
	if p, ok := k.loop.(recordingPoller); ok {
		k.loop = p.Poller
	}
	err := k.openLoop(h)
	if k.loop != nil {
		k.loop = recordingPoller{k.loop, t}
	}
	return err
}

var _ poll.Poller = recordingPoller{}

// runStopped makes of the end of a replay what Run returns. It is deferred.
func (t *tape) runStopped(err *error) {
	value := recover()
	if value == nil {
		if t.in != nil && t.in.stop == nil && *err == nil && t.in.ctxErr != nil {
			*err = t.in.ctxErr
		}
		return
	}
	stop, ok := value.(*replayStop)
	if !ok {
		panic(value)
	}
	if *err = stop.err; stop.err == nil {
		*err = ErrRecordingEnds
	}
}
