package metrics

import (
	"sync"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernel/observe"
)

// Config configures a Collector. All fields are optional.
type Config struct {
	// Sample is the interval, in events, at which one event is timed, rounded
	// up to a power of two. 0 or less is 64; 1 times all.
	Sample int
	// Limit bounds the pairs of a kind of session and an event that are
	// distinguished, and likewise those of dead letters and of failures. Others
	// are counted under the name [Other]. 0 or less is 1000.
	Limit int
}

// Other is the name under which everything beyond [Config.Limit] is counted.
const Other = "(other)"

// Collector counts the events of one kernel. Snapshot and String are safe on
// any goroutine; while a handler runs, and before the first run, their results
// may lack the last 255 events, unless all events are timed.
type Collector struct {
	k      *kernel.Kernel
	view   observe.View
	sample int
	limit  int
	stop   func()
	detach func()

	// Of the kernel's goroutine alone.
	kinds   map[string]*kindStats
	pairs   int
	nested  []time.Duration // by depth: how long the handlers ran that a running one has called
	pending []*counter      // counters that have counted since the last settlement
	counted uint64          // how many events that were

	mu         sync.Mutex // of what follows
	all        []*counter
	dispatched uint64
	threw      uint64
	turn       Histogram
	late       Histogram
	counts     observe.Counts
	dead       map[deadKey]*DeadLetters
	errors     map[errorKey]*Failure
	began      time.Time
}

// Session has the numbers of one session. It is [observe.Session.Data], if the
// Collector was the kernel's first observer.
type Session struct {
	Busy time.Duration // in its own handlers; an estimate, unless all events are timed

	kind *kindStats
}

// Event has the numbers of an event in all sessions of a kind.
type Event struct {
	Kind  string // of session: the type of its heap
	Event string
	Count uint64
	Threw uint64        // how often the handler ended with a panic
	Self  time.Duration `json:"SelfNanoseconds"` // total of the events in Run, without the handlers that they called
	Wait  Histogram     // from queueing to dispatch, of those that were queued
	Run   Histogram     // of the handler, including those that it called
}

type deadKey struct{ to, event string }

// DeadLetters counts the events of one name for one destination that reached no
// handler.
type DeadLetters struct {
	To, Event string
	From      string // the last one's sender
	Unhandled bool   // the last one had a session, but no handler
	Err       string // why the last one was refused; empty if it was not
	Count     uint64
	Last      time.Time
}

type errorKey struct{ kind, event, text string }

// Failure counts the handlers that ended with a panic in the same place.
type Failure struct {
	Kind, Event string
	Where       string // file and line
	Text        string
	Session     string // the last one's
	Stack       string // the last one's
	Count       uint64
	Last        time.Time
}

// New attaches a Collector to a kernel until it is closed. It may be called on
// the kernel's goroutine, or on any while the kernel does not run.
func New(k *kernel.Kernel, c Config) *Collector {
	if c.Sample <= 0 {
		c.Sample = 64
	}
	if c.Limit <= 0 {
		c.Limit = 1000
	}
	m := &Collector{
		k: k, view: k.Host().Inspect(), limit: c.Limit, sample: 1, began: time.Now(),
		kinds: map[string]*kindStats{}, dead: map[deadKey]*DeadLetters{}, errors: map[errorKey]*Failure{},
	}
	for m.sample < c.Sample {
		m.sample *= 2
	}
	m.counts = m.view.Counts()
	m.detach = k.Host().Attach(hook{m})
	m.stop = k.Host().Observe(m, m.sample)
	return m
}

// SetSample changes [Config.Sample] from now on. It may be called where New may.
func (m *Collector) SetSample(n int) {
	sample := 1
	for sample < n {
		sample *= 2
	}
	m.mu.Lock()
	m.settle()
	m.sample = sample
	m.mu.Unlock()
	kept := m.k.Host().Observe(placeholder{}, sample) // without any observer the numbers of sessions were lost
	m.stop()
	m.stop = m.k.Host().Observe(m, sample)
	kept()
}

// placeholder observes nothing.
type placeholder struct{}

func (placeholder) Begin(*observe.Span) {}
func (placeholder) End(*observe.Span)   {}

func (placeholder) Counter(string, string) observe.Counter { return placeholder{} }
func (placeholder) Add(uint64)                             {}

// Close detaches the Collector, which keeps its numbers. It may be called where
// New may.
func (m *Collector) Close() error {
	m.stop()
	m.Waits()
	m.detach()
	return nil
}

// Begin implements [observe.Observer].
func (m *Collector) Begin(s *observe.Span) {
	if s.Sampled {
		for len(m.nested) <= s.Depth {
			m.nested = append(m.nested, 0)
		}
		m.nested[s.Depth] = 0
	}
	if s.Kind == observe.Exception && s.Name == "_signal" {
		m.failed(s)
	}
}

// End implements [observe.Observer].
func (m *Collector) End(s *observe.Span) {
	of := m.session(s)
	c := of.kind.counter(m, s.Session.Type, s.Name)
	if m.count(c, 1); !s.Sampled && !s.Threw {
		m.settleMany()
		return
	}
	m.mu.Lock()
	m.settle()
	if s.Threw {
		c.event.Threw++
		m.threw++
	}
	if s.Sampled && s.Depth < len(m.nested) {
		m.time(s, of, c.event)
	}
	m.mu.Unlock()
}

// time adds the times of a sampled event.
func (m *Collector) time(s *observe.Span, of *Session, e *Event) {
	self := max(0, s.Ran-m.nested[s.Depth])
	of.Busy += self * time.Duration(m.sample)
	if s.Depth > 0 {
		m.nested[s.Depth-1] += s.Ran
	}
	e.Self += self
	e.Run.Add(s.Ran)
	switch s.Kind {
	case observe.Timer:
		m.late.Add(s.Queued)
		e.Wait.Add(s.Queued)
	case observe.Post, observe.Func, observe.Letter, observe.Remote, observe.Child, observe.Signal, observe.Exception:
		e.Wait.Add(s.Queued)
	}
}

// session returns what is known of a span's session. If another observer has the
// place where it would be kept, that is what is known of its kind alone.
func (m *Collector) session(s *observe.Span) *Session {
	if of, ok := s.Session.Data.(*Session); ok {
		return of
	}
	of := &Session{kind: m.kind(s.Session.Type)}
	if s.Session.Data == nil {
		s.Session.Data = of
	}
	return of
}

// kind returns the counters of the sessions of a type.
func (m *Collector) kind(sessionType string) *kindStats {
	k := m.kinds[sessionType]
	if k == nil {
		k = &kindStats{events: map[string]*counter{}}
		m.kinds[sessionType] = k
	}
	return k
}

// Counter implements [observe.CountObserver].
func (m *Collector) Counter(sessionType, event string) observe.Counter {
	return m.kind(sessionType).counter(m, sessionType, event)
}

// Turn implements [observe.TurnObserver].
func (m *Collector) Turn(busy time.Duration) {
	m.mu.Lock()
	m.settle()
	m.turn.Add(busy)
	m.counts = m.view.Counts()
	m.mu.Unlock()
}

// Waits implements [observe.TurnObserver].
func (m *Collector) Waits() {
	m.mu.Lock()
	m.settle()
	m.counts = m.view.Counts()
	m.mu.Unlock()
}

func (m *Collector) failed(s *observe.Span) {
	x, ok := s.Args[len(s.Args)-1].(*kernel.Exception)
	if !ok {
		return
	}
	text := x.Err.Error()
	if len(text) > maxText {
		text = text[:maxText]
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	key := errorKey{s.Session.Type, x.Event, text}
	if m.errors[key] == nil && len(m.errors) >= m.limit {
		key = errorKey{Other, Other, Other}
	}
	f := m.errors[key]
	if f == nil {
		f = &Failure{Kind: key.kind, Event: key.event, Text: key.text}
		m.errors[key] = f
	}
	f.Count++
	f.Where, f.Session, f.Stack, f.Last = where(x), x.Dest.String(), string(x.Stack), time.Now()
}

// maxText is how much of an error's text tells it from others, in bytes.
const maxText = 500

// hook hears of dead letters.
type hook struct{ m *Collector }

func (hook) SessionStopped(kernel.ID) {}
func (hook) DeadLetters() uint64      { return 0 }
func (hook) RunEnded()                {}

func (h hook) DeadLetter(d kernel.DeadLetter) {
	m := h.m
	m.mu.Lock()
	defer m.mu.Unlock()
	key := deadKey{target(d.To), d.Event}
	if m.dead[key] == nil && len(m.dead) >= m.limit {
		key = deadKey{Other, Other}
	}
	x := m.dead[key]
	if x == nil {
		x = &DeadLetters{To: key.to, Event: key.event}
		m.dead[key] = x
	}
	x.Count++
	x.From, x.Unhandled, x.Err, x.Last = d.From.String(), d.Unhandled, "", time.Now()
	if d.Err != nil {
		x.Err = d.Err.Error()
	}
}
