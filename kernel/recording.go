package kernel

import (
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gopoe/poe/internal/goroutine"
	"github.com/gopoe/poe/internal/recordfile"
	"github.com/gopoe/poe/kernel/internal/poll"
	"github.com/gopoe/poe/recording"
)

// defaultRing is the size of the ring of a [Recording] that does not say.
const defaultRing = 64 << 20

// Recording records what a kernel gets from outside, so that [Replay] can
// repeat the run of the program, event for event: readings of the clock,
// readiness and bytes of handles, connections, signals, ends of child
// processes, messages of other goroutines, results of jobs. A Recording is for
// one kernel and must not be changed once the kernel is made.
type Recording struct {
	// Writer gets the recording. It is called on a goroutine of the recording's
	// own, never by two at once, and is not closed. Records are written within
	// 100 ms, and all of them at the end of each run. If Writer returns an
	// error, or 256 MiB wait for it, the recording ends with a warning. If nil,
	// the recording is kept in memory, in a ring buffer.
	Writer io.Writer
	// Ring is the size of the ring buffer in bytes; 0 means 64 MiB. It gets memory
	// as it is filled, in pieces of up to about 1 MiB. When it is full, the oldest
	// records are dropped; then it can be listed but not replayed, since the
	// beginning of the run is missing.
	Ring int
	// DumpFile names a file to which the ring buffer is written, with mode
	// 0600, when a run ends with an exception that no session has handled. If
	// empty, it is not written.
	DumpFile string
	// Redact is called with the bytes that were read from a handle, a datagram
	// included, before they are recorded, and may overwrite secrets in them. name is
	// the handle's name: "connection" of one that was accepted. With the name
	// "environment" it is called with the program's arguments and each kept variable.
	// Values, such as those of Recorded, results of jobs and messages of other
	// goroutines, are recorded as they are. A secret that two reads have a part of each
	// is not seen as a whole. It runs on the kernel's goroutine and must not keep data. A replay
	// reads the changed bytes and may write other output than the recorded run,
	// so with Redact output is not compared.
	Redact func(name string, data []byte)
	// Fail, if not nil, is called before each call to the system that the
	// recording has the result of. If it returns an error, that is the result, and
	// the call is not made, except that close closes. A syscall.Errno is what
	// programs expect. call is its name: "read", "write", "accept", "close",
	// "shutdown", "socket", "connected" for the result of connect, "listen",
	// "watch" for asking the poller, "poll" for waiting, "process", or the first
	// word of the name that [Recorded] got; of is the handle or the rest of the
	// name. It runs on the kernel's goroutine. The recorded run can be replayed,
	// without Fail.
	Fail func(call, of string) error
	// Environment lists environment variables which are recorded in addition to
	// those of the library; the command poe replay sets them.
	Environment []string

	recorder atomic.Pointer[recorder]
}

// errNoRing is the error of Dump without a ring.
var errNoRing = errors.New("kernel: Recording.Dump: there is no ring, or no kernel has it")

// Dump writes the contents of the ring buffer to w. While the kernel runs it is
// safe on any goroutine, and the contents end at some time during the call; it waits
// until no handler runs, but no longer than a second. A handler that hangs is recorded as
// far as it has come. Before and between runs it belongs to the goroutine that uses the
// kernel.
func (r *Recording) Dump(w io.Writer) error {
	rec := r.recorder.Load()
	if rec == nil || rec.sink.live {
		return errNoRing
	}
	rec.flushNow()
	return rec.sink.dump(w, rec.w.Unfinished)
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
	if k.inbox.putIf(message{more: &more{kind: recordfile.ArrivalNone, run: flush}}, true) {
		select {
		case <-done:
		case <-time.After(time.Second): // a handler that does not end
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
// everything they get from outside comes from the recording, at the same point
// of the run. No handle is opened, read or written, no process is started, the
// kernel waits for nothing, and its clock is the recorded one. What programs do
// without the kernel, such as printing and writing files, they do again.
//
// Run returns nil if the run has ended as in the recording. Otherwise the error
// is a *recording.Divergence if the program did something else, a
// *recording.NotReplayable for a value that could not be recorded, or has an
// offset if the recording is damaged. At the end of a recording whose program
// was killed it is recording.ErrEnds.
type Replay struct {
	// From is the reader of the recording.
	From io.Reader

	mu       sync.Mutex
	result   recording.Result
	onResult func(recording.Result)
	at       *replayInspector
}

// Result returns the state of the replay. It is safe on any goroutine.
func (r *Replay) Result() recording.Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.result
}

func (r *Replay) set(result recording.Result) {
	r.mu.Lock()
	r.result = result
	r.mu.Unlock()
	if r.onResult != nil {
		r.onResult(result)
	}
}

// Recorded calls f and returns its results. In a recorded run they are recorded
// under the name; in a replay f is not called, and the recorded results are
// returned. It is for input that a handler does not get through the kernel: the
// contents of a file, a table that another goroutine fills. It must be called
// on the kernel's goroutine, and f must not call Recorded; if k is nil, the
// kernel is the one on whose goroutine it is called. T must be a type that can
// be recorded, see recording.Register; handles are replayed as handles.
func Recorded[T any](k *Kernel, name string, f func() (T, error)) (T, error) {
	t := tapeOf()
	if k != nil {
		t = k.tape
	}
	if t == nil {
		return f()
	}
	return recorded(t, name, f)
}

// Rand returns the kernel's source of random numbers, which in a replay returns
// the same numbers as in the recorded run. It must not be used for secrets. It
// belongs to the kernel's goroutine.
func (k *Kernel) Rand() *rand.Rand {
	if k.random == nil {
		if k.seed == [2]uint64{} {
			k.seed = k.newSeed()
		}
		k.random = rand.New(rand.NewPCG(k.seed[0], k.seed[1]))
	}
	return k.random
}

func (k *Kernel) newSeed() [2]uint64 {
	if c, ok := k.clock.(seededClock); ok {
		return [2]uint64{c.Seed(), 1}
	}
	return [2]uint64{rand.Uint64(), rand.Uint64()}
}

// replaying reports whether the run is a replay.
func (k *Kernel) replaying() bool { return k.tape != nil && k.tape.in != nil }

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
	name := fromVariable(recording.ReplayVariable)
	if name == "" {
		return nil
	}
	replay := &Replay{onResult: resultWriter(fromVariable(recording.ResultVariable)), at: inspectorOf()}
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
	var r *Recording
	if name := fromVariable(recording.Variable); name != "" {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			k.warn("the run is not recorded", "variable", recording.Variable, "error", err)
		} else {
			r = &Recording{Writer: f}
		}
	}
	return withFaults(k, r)
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
		*err = recording.ErrEnds
	}
}
