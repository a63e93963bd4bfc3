package kernel

import (
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/gopoe/poe/internal/recordfile"
	"github.com/gopoe/poe/kernel/internal/poll"
	"github.com/gopoe/poe/recording"
)

// player replays a tape: it answers what the kernel asks from the recording, and
// stops the run where the kernel asks for something else.
type player struct {
	t      *tape
	r      *recordfile.Reader
	replay *Replay

	guess  recordfile.Predictor
	idle   int               // polls since an event or a record
	before []recordfile.Mark // the last events, for a report
	stop   *replayStop       // why the run has stopped
	over   bool              // a run has ended as it did in the recording

	inspecting bool // the state is listed: time stands, and nothing of that is in the recording

	// The next record, if it waits for its position.
	pending   byte
	pendingAt uint64 // empty polls, looks, or events before it
	// unexpected is the event of such a record, once that is read for a report.
	unexpected *recordfile.Surprise

	// What a message of the recording refers to.
	live     *liveMessages
	jobs     map[uint64]*Job
	bindings map[uint64]*binding
	holds    map[uint64]*Hold
	context  func() // ends the run, as its context does
	ctxErr   error  // with which it has ended
}

// replayStop is what a replay throws to end the run.
type replayStop struct{ err error } // nil at the end of the recording

// Error is for what shows a panic outside of Run.
func (s *replayStop) Error() string {
	if s.err == nil {
		return recording.ErrEnds.Error()
	}
	return s.err.Error()
}

// Unwrap returns the error.
func (s *replayStop) Unwrap() error {
	if s.err == nil {
		return recording.ErrEnds
	}
	return s.err
}

// newPlayer reads the head. What is wrong with it shows when the kernel runs.
func newPlayer(t *tape, replay *Replay) *player {
	p := &player{t: t, replay: replay, live: newLiveMessages(), jobs: map[uint64]*Job{}, bindings: map[uint64]*binding{}, holds: map[uint64]*Hold{}}
	r, err := recordfile.NewReader(replay.From)
	if err != nil {
		p.refuse(err)
		return p
	}
	p.r = r
	switch k := t.k; {
	case r.Head.VirtualClock != (k.clock != nil):
		p.refuse(fmt.Errorf("kernel: replay: Options.Clock was set in one of recording and replay alone"))
	case r.Head.OS != runtime.GOOS:
		p.refuse(fmt.Errorf("kernel: replay: the recording was made on %s", r.Head.OS))
	case !r.More() && r.Err() != nil:
		p.refuse(r.Err())
	case r.First() > 0:
		p.refuse(fmt.Errorf("kernel: replay: the recording is the end of a longer run, of which %d frames were dropped: it can be listed, but not replayed", r.First()))
	default:
		k.name, k.wallStart, k.seed = r.Head.Kernel, time.Unix(0, r.Head.Wall), r.Head.Seed
		t.wall = r.Head.Wall
	}
	return p
}

// refuse keeps the error of a recording that cannot be replayed.
func (p *player) refuse(err error) {
	p.stop = &replayStop{err}
	p.replay.set(recording.Result{Err: err})
}

// halt ends the run.
func (p *player) halt(err error) {
	p.stop = &replayStop{err}
	p.replay.set(recording.Result{Err: err, Events: p.t.events()})
	panic(p.stop)
}

// peek returns the kind of the next record. At the end of the recording, and if
// it is damaged, it ends the run.
func (p *player) peek() byte {
	if p.stop != nil {
		panic(p.stop) // a handler has caught the first one
	}
	if p.pending != 0 {
		return p.pending
	}
	switch op := p.r.Peek(); {
	case op != 0:
		return op
	case p.r.Err() != nil:
		p.halt(p.r.Err())
	default:
		p.stop = &replayStop{}
		p.replay.set(recording.Result{Equal: true, Events: p.t.events()})
		panic(p.stop)
	}
	return 0
}

// past reports whether the recording is at its end and the program continues after
// its last run: what it asks for then was not recorded.
func (p *player) past() bool {
	return p.over && p.stop == nil && !p.t.k.running && p.pending == 0 && !p.r.More() && p.r.Err() == nil
}

// op takes the next record's kind.
func (p *player) op() byte { return p.r.Byte() }

// done is called when a record was read.
func (p *player) done() {
	p.idle = 0
	if err := p.r.Err(); err != nil {
		p.halt(err)
	}
	if !p.r.More() && p.r.Err() == nil { // a program that exits now gets no further
		p.replay.set(recording.Result{Equal: true, Events: p.t.events(), Whole: p.over})
	}
}

// expect takes the next record if it is of a kind, and else ends the run.
func (p *player) expect(op byte, asked string) {
	if p.peek() != op {
		p.part(asked)
	}
	p.op()
}

// position reads how often something came before a record that waits for it.
func (p *player) position(op byte) (before uint64, waits bool) {
	if p.pending == op {
		return p.pendingAt, true
	}
	if p.peek() != op {
		return 0, false
	}
	p.op()
	p.pendingAt = p.r.Uint()
	p.pending = op
	return p.pendingAt, true
}

// event compares an event with the recording.
func (p *player) event(name string, key recordfile.Key, session uint64) {
	t := p.t
	if at := p.replay.at; at != nil && p.stop == nil && at.matches(t.events()+1, name, session) {
		at.save(p, name, session)
	}
	mark := key.Mark(name)
	run, waits := p.position(recordfile.KindEvent)
	switch predicted, ok := p.guess.Next(); {
	case waits && run == t.run: // no event comes before that one
		p.pending = 0
		recorded := p.r.Surprise()
		if recorded.Mark() != mark && p.r.Err() == nil {
			p.diverge("dispatches "+mark.String(), "dispatches "+recorded.Mark().String())
		}
		p.guess.Learn(recorded, t.run)
		t.before, t.run = t.events(), 1
		p.done()
	case ok && mark == predicted:
		p.guess.Follow()
		t.run++
	case ok && waits:
		p.diverge("dispatches "+mark.String(), "dispatches "+predicted.String())
	default:
		p.part("dispatches " + mark.String())
	}
	p.idle = 0
	if len(p.before) == contextEvents {
		copy(p.before, p.before[1:])
		p.before = p.before[:contextEvents-1]
	}
	p.before = append(p.before, mark)
}

// wait is what a poll has reported.
func (p *player) wait(out []poll.Ready) ([]poll.Ready, error) {
	p.check()
	t := p.t
	for _, op := range []byte{recordfile.KindReady, recordfile.KindPollFail} {
		before, waits := p.position(op)
		if !waits {
			continue
		}
		if before != t.empties {
			break
		}
		p.pending, t.empties = 0, 0
		if op == recordfile.KindPollFail {
			err := p.failure()
			p.done()
			return out, err
		}
		for n := p.r.Count(); n > 0; n-- {
			out = append(out, p.ready())
		}
		p.done()
		return out, nil
	}
	t.empties++
	if p.idle++; p.idle > maxIdle {
		p.part("polls")
	}
	return out, nil
}

// maxIdle is after how many polls that find nothing, without any event or record
// between them, a replay has gone astray.
const maxIdle = 1 << 16

func (p *player) ready() (ready poll.Ready) {
	n := p.r.Uint()
	ready.Token = int32(n >> 5)
	ready.Modes = poll.Modes(n & 7)
	if n&(1<<3) != 0 {
		ready.Modes |= poll.Sticky
	}
	if n&recordfile.OldGeneration != 0 {
		ready.Gen = uint32(p.r.Uint())
		return ready
	}
	ready.Gen, _ = p.t.k.handles.generation(ready.Token)
	return ready
}

// check compares the sums, if they come next.
func (p *player) check() {
	t := p.t
	events, waits := p.position(recordfile.KindCheck)
	if !waits || events > t.events() {
		return
	}
	p.pending = 0
	sum, output := p.r.Fixed(), p.r.Fixed()
	p.done()
	switch {
	case events < t.events():
		p.diverge(fmt.Sprintf("has dispatched %d events", t.events()), fmt.Sprintf("%d events", events))
	case sum != uint32(t.sum>>32):
		p.diverge("has dispatched readiness", otherSessions)
	case p.r.Head.Outputs && output != t.output:
		p.diverge("has written something", otherBytes)
	}
}

// ended is the end of a run.
func (p *player) ended() {
	if p.stop != nil {
		return
	}
	p.check()
	if p.peek() != recordfile.KindEnd {
		p.part("ends")
	}
	p.op()
	events, output := p.r.Uint(), p.r.Fixed()
	p.over = true
	switch {
	case p.r.Err() != nil:
	case events != p.t.events():
		p.diverge(fmt.Sprintf("ends after %d events", p.t.events()), fmt.Sprintf("ends after %d events", events))
	case p.r.Head.Outputs && output != p.t.output:
		p.diverge("ends, having written something", otherBytes)
	}
	p.done()
}

// replayPoller is a poller that knows from the recording what is ready.
type replayPoller struct{ p *player }

func (r replayPoller) Update(reg *poll.Registration, before poll.Modes) error {
	reg.Edge = r.p.r.Head.Loop == "epoll" && reg.TCP && reg.Armed == poll.Read // as epoll decides it
	p := r.p
	if p.pending != 0 || p.peek() != recordfile.KindRefused {
		return nil
	}
	p.op()
	err := p.failure()
	p.done()
	return err
}

func (r replayPoller) Remove(*poll.Registration) {}
func (r replayPoller) Wait(_ time.Duration, out []poll.Ready) ([]poll.Ready, error) {
	return r.p.wait(out)
}
func (r replayPoller) Wake()        {}
func (r replayPoller) Close() error { return nil }

// errLagging is why a recording ends whose writer is slower than the kernel.
var errLagging = errors.New("the file takes in less than the kernel records")

// messagesWait is how long a replay waits for a message that only a goroutine of
// the program can send.
var messagesWait = 10 * time.Second // which tests change

// liveMessages are those that goroutines of the program send while the run is
// replayed. They are dropped, except for what the recording has no contents of:
// functions, and arguments that could not be recorded.
type liveMessages struct {
	mu   sync.Mutex
	came sync.Cond
	by   map[string][]message
}

func newLiveMessages() *liveMessages {
	l := &liveMessages{by: map[string][]message{}}
	l.came.L = &l.mu
	return l
}

// maxLive bounds the messages that are kept of each kind.
const maxLive = 1 << 16

func (l *liveMessages) put(m message) {
	switch m.kind() {
	case recordfile.ArrivalEvent, recordfile.ArrivalSent, recordfile.ArrivalLive, recordfile.ArrivalDo:
	default:
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	key := m.key()
	if len(l.by[key]) < maxLive {
		l.by[key] = append(l.by[key], m)
		l.came.Broadcast()
	}
}

// take returns the first message of a kind, and waits for it for d.
func (l *liveMessages) take(key string, d time.Duration) (message, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if d > 0 {
		expired := false
		stop := time.AfterFunc(d, func() {
			l.mu.Lock()
			expired = true
			l.came.Broadcast()
			l.mu.Unlock()
		})
		defer stop.Stop()
		for len(l.by[key]) == 0 && !expired {
			l.came.Wait()
		}
	}
	if len(l.by[key]) == 0 {
		return message{}, false
	}
	m := l.by[key][0]
	l.by[key] = l.by[key][1:]
	return m, true
}

// refuse answers those who wait for the kernel to run something.
func (l *liveMessages) refuse() {
	for {
		m, ok := l.take((&message{more: &more{kind: recordfile.ArrivalDo}}).key(), 0)
		if !ok {
			return
		}
		m.more.run() // which sees that the kernel does not run
	}
}

func itoa(n int) string { return strconv.Itoa(n) }
