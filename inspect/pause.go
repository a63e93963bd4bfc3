package inspect

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernel/observe"
)

// pauser makes the kernel stand still before an event, and meanwhile runs what
// the inspector wants to know on its goroutine.
type pauser struct {
	i     *Inspector
	armed atomic.Bool  // there is something for which to pause
	seen  atomic.Int64 // when the user has last been heard of, in Unix nanoseconds
	work  chan *task
	wake  chan struct{}

	mu      sync.Mutex
	state   pauseState
	want    string // "" or "pause", "step", "over"
	depth   int    // of "over"
	go_     bool   // the pause is to end
	changed chan struct{}
	breaks  []*Breakpoint
	lastID  int
}

// Breakpoint selects the events before which the kernel pauses: those that
// match all fields that are not empty. ID and Hits are set by the inspector.
type Breakpoint struct {
	ID      int
	Session string // number, alias, or type of heap
	Event   string // name; with a * at the end, its beginning
	Arg     string // what the text of any argument contains
	Hits    int
}

// pauseState is what is known of a pause.
type pauseState struct {
	Paused  bool
	Since   time.Time
	Why     string        // what made it pause
	At      *record       // the event that is to be handled next; nil between events
	Args    []any         // of that event, see show
	Heap    any           // of the session that is to handle it
	Stack   []record      // the handlers that are running, outermost first
	Breaks  []*Breakpoint // all
	Pending bool          // it is to pause with the next event
	Lease   float64       // seconds
}

func newPauser(i *Inspector) *pauser {
	p := &pauser{i: i, work: make(chan *task), wake: make(chan struct{}, 1), changed: make(chan struct{})}
	p.touch()
	return p
}

// touch notes that the user is there.
func (p *pauser) touch() { p.seen.Store(time.Now().UnixNano()) }

// task is a function on its way to the kernel's goroutine, by two ways: who
// claims it first runs it.
type task struct {
	f       func()
	claimed atomic.Bool
	done    chan struct{}
	failed  error
}

func (t *task) run() {
	if !t.claimed.CompareAndSwap(false, true) {
		return
	}
	defer close(t.done)
	defer func() {
		if thrown := recover(); thrown != nil {
			t.failed = fmt.Errorf("%v", thrown)
		}
	}()
	t.f()
}

// do runs f on the kernel's goroutine.
func (p *pauser) do(ctx context.Context, f func()) error {
	t := &task{f: f, done: make(chan struct{})}
	running := make(chan error, 1)
	go func() { running <- p.i.k.Outside().Do(ctx, func(*kernel.Kernel) { t.run() }) }()
	for {
		select {
		case p.work <- t:
		case <-t.done:
		case err := <-running:
			if errors.Is(err, kernel.ErrNotRunning) && t.claimed.CompareAndSwap(false, true) {
				return err
			}
		case <-ctx.Done():
			if t.claimed.CompareAndSwap(false, true) {
				return ctx.Err()
			}
		}
		select {
		case <-t.done:
			return t.failed
		default:
			if t.claimed.Load() {
				<-t.done
				return t.failed
			}
		}
	}
}

// before is called on the kernel's goroutine before every event.
func (p *pauser) before(s *observe.Span) {
	if !p.armed.Load() {
		return
	}
	p.mu.Lock()
	why := p.reason(s)
	p.mu.Unlock()
	if why != "" {
		p.hold(s, why)
	}
}

// reason says why to pause before an event, "" for not to.
func (p *pauser) reason(s *observe.Span) string {
	if p.state.Paused {
		return "" // what is done during a pause does not pause
	}
	switch {
	case p.want == "pause", p.want == "step":
		return p.want
	case p.want == "over" && s.Depth <= p.depth:
		return "step"
	}
	for _, b := range p.breaks {
		if p.matches(b, s) {
			b.Hits++
			return fmt.Sprintf("breakpoint %d", b.ID)
		}
	}
	return ""
}

func (p *pauser) matches(b *Breakpoint, s *observe.Span) bool {
	if b.Event != "" && !matchName(b.Event, s.Name) {
		return false
	}
	if b.Session != "" && !p.isSession(b.Session, s.Session) {
		return false
	}
	if b.Arg == "" {
		return true
	}
	for _, a := range s.Args {
		if strings.Contains(brief(a), b.Arg) {
			return true
		}
	}
	return false
}

// isSession reports whether a session is meant by a number, an alias or a type.
func (p *pauser) isSession(name string, s *observe.Session) bool {
	if name == fmt.Sprint(s.Number) || name == s.Type {
		return true
	}
	id, ok := p.i.k.AliasResolve(name)
	return ok && id.Number() == s.Number
}

// matchName matches a name with a pattern, which may end in *.
func matchName(pattern, name string) bool {
	if head, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(name, head)
	}
	return pattern == name
}

// hold makes the kernel's goroutine wait until it is to continue; s is nil
// between two events.
func (p *pauser) hold(s *observe.Span, why string) {
	state := pauseState{Paused: true, Since: time.Now(), Why: why}
	if s != nil {
		at := recordOf(s)
		state.At = &at
		state.Args = showAll(s.Args)
		if d, ok := p.i.view.Session(s.Session.Number); ok {
			state.Heap = show(d.Heap)
		}
		state.Stack = p.i.recent.running()
	}
	p.mu.Lock()
	p.state, p.want, p.go_ = state, "", false
	if s != nil {
		p.depth = s.Depth
	}
	p.announce()
	p.mu.Unlock()
	p.serve()
	p.mu.Lock()
	p.state = pauseState{}
	p.arm()
	p.announce()
	p.mu.Unlock()
}

// serve runs tasks until the pause ends, by the user or because the user has gone.
func (p *pauser) serve() {
	tick := time.NewTicker(p.i.config.Lease / 8)
	defer tick.Stop()
	for {
		p.mu.Lock()
		over := p.go_
		p.mu.Unlock()
		if over {
			return
		}
		select {
		case t := <-p.work:
			t.run()
		case <-p.wake:
		case <-tick.C:
			if time.Since(time.Unix(0, p.seen.Load())) > p.i.config.Lease {
				p.release("nothing was heard of the user for " + p.i.config.Lease.String())
			}
		}
	}
}

// pause asks for a pause as soon as possible: before the next event, or at once if
// nothing happens.
func (p *pauser) pause() {
	p.mu.Lock()
	if p.state.Paused {
		p.mu.Unlock()
		return
	}
	p.want = "pause"
	p.arm()
	p.announce()
	p.mu.Unlock()
	p.i.k.Outside().DoAsync(func(*kernel.Kernel) {
		p.mu.Lock()
		still := p.want == "pause" && !p.state.Paused
		p.mu.Unlock()
		if still {
			p.hold(nil, "pause")
		}
	})
}

// resume ends a pause; want says whether, and for what, to pause again: "step" at
// the next event, "over" at the next one that is not called by this one.
func (p *pauser) resume(want string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.state.Paused {
		if want == "" {
			p.want = ""
			p.arm()
			p.announce()
			return nil
		}
		return errNotPaused
	}
	p.want, p.go_ = want, true
	p.arm()
	p.signal()
	return nil
}

var errNotPaused = errors.New("the kernel is not paused")

// release ends a pause and removes what would pause again.
func (p *pauser) release(why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.state.Paused && p.want == "" && len(p.breaks) == 0 {
		return
	}
	p.i.config.Logger.Warn("inspect: the pause and its breakpoints are over", "why", why)
	p.want, p.breaks, p.go_ = "", nil, true
	p.arm()
	p.announce()
	p.signal()
}

func (p *pauser) signal() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// arm decides whether events have to be looked at.
func (p *pauser) arm() { p.armed.Store(p.want != "" || len(p.breaks) > 0) }

// announce wakes those that wait for a change.
func (p *pauser) announce() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// current returns the state, and a channel that is closed when it changes.
func (p *pauser) current() (pauseState, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.state
	s.Pending = p.want != "" && !s.Paused
	s.Lease = p.i.config.Lease.Seconds()
	s.Breaks = make([]*Breakpoint, len(p.breaks))
	for i, b := range p.breaks {
		c := *b
		s.Breaks[i] = &c
	}
	return s, p.changed
}

// maxBreaks bounds the list of breakpoints, which is gone through before every event.
const maxBreaks = 100

func (p *pauser) addBreak(b Breakpoint) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case b.Session == "" && b.Event == "" && b.Arg == "":
		return 0, errors.New("a breakpoint needs a session, an event or an argument")
	case len(p.breaks) == maxBreaks:
		return 0, fmt.Errorf("there are %d breakpoints already", maxBreaks)
	}
	p.lastID++
	b.ID, b.Hits = p.lastID, 0
	p.breaks = append(p.breaks, &b)
	p.arm()
	p.announce()
	return b.ID, nil
}

func (p *pauser) removeBreak(id int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, b := range p.breaks {
		if b.ID == id {
			p.breaks = append(p.breaks[:i:i], p.breaks[i+1:]...)
			p.arm()
			p.announce()
			return nil
		}
	}
	return fmt.Errorf("no breakpoint %d", id)
}
