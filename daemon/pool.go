//go:build unix

package daemon

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/gopoe/poe/internal/simprocess"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Defaults of PoolConfig; DefaultStartTimeout is also that of UpgradeConfig.
const (
	DefaultStopTimeout  = 20 * time.Second
	DefaultStartTimeout = 60 * time.Second
	DefaultMinBackoff   = 100 * time.Millisecond
	DefaultMaxBackoff   = 30 * time.Second
	DefaultSettled      = 10 * time.Second
)

// readyByte is what a worker says when it serves.
const readyByte = 'r'

// PoolConfig configures a pool of worker processes.
type PoolConfig struct {
	// Alias is the name of the pool's session; empty is none. "shutdown" stops
	// the workers and ends the pool, "reload" replaces them.
	Alias string
	// Workers is the number of workers, at least 1.
	Workers int
	// Listeners, at most 1024, are open in the parent until "shutdown", so that
	// connections are queued while workers are replaced. The pool owns them; the
	// parent must not accept from them.
	Listeners []Listener
	// Path is the program; empty is the file of this one, as it is when a worker
	// starts. To run a new version, replace the file and post "reload".
	Path string
	// Args are its arguments without its name. If nil, they are this process's.
	Args []string
	// Env is its environment. If nil, it is this process's.
	Env []string

	// Processes are those of a host in a simulated world, as sim.Host.Processes
	// returns them; nil means those of the system. Path then names a program of
	// sim.Host.Program, which calls SimulatedWorker, and the listeners are those
	// of the host. Env is empty if nil.
	Processes simprocess.System

	// StartTimeout limits the time until a worker calls Ready, StopTimeout the
	// time until it ends after TERM; the worker is then killed. 0 is the default,
	// a negative time an error, here and below.
	StartTimeout time.Duration
	StopTimeout  time.Duration
	// A worker that ends is replaced after MinBackoff. The delay doubles, up to
	// MaxBackoff, each time that a worker ends which has run for less than
	// Settled. 0 is the default.
	MinBackoff time.Duration
	MaxBackoff time.Duration
	Settled    time.Duration

	// Ready, if not nil, is called once: when all workers serve for the first
	// time.
	Ready func(p *Pool)
	// Reloaded, if not nil, is called when each successor which "reload" has
	// started serves or was reported to Failed.
	Reloaded func(p *Pool)
	// Started, if not nil, is called when a worker serves; Ended, if not nil,
	// when one has ended.
	Started func(p *Pool, w WorkerInfo)
	Ended   func(p *Pool, w WorkerInfo, status kernel.WaitStatus)
	// Failed is called with the reason why a worker could not be started or why
	// a successor ended before it was ready. Only a worker that is missing is
	// started again; a failed successor leaves its predecessor in place. If nil,
	// the reason is logged.
	Failed func(p *Pool, number int, err error)
}

// WorkerInfo describes a worker. Ready is set once it has called Worker.Ready,
// Stopping once it was asked to end.
type WorkerInfo struct {
	Number   int
	PID      int
	Started  time.Time
	Ready    bool
	Stopping bool
}

// Pool is the parent's side of a pool of worker processes: the session that
// starts, monitors and replaces the workers. Its methods must be called on the
// kernel's goroutine.
type Pool struct {
	kernel.Event

	config   PoolConfig
	id       kernel.ID
	began    time.Time
	slots    []*slot
	workers  map[int]*worker // by pid
	ready    bool
	stopping bool
	rolling  int // successors that do not serve yet
}

// slot is one place in the pool.
type slot struct {
	number   int
	current  *worker // who serves, or is to
	next     *worker // its successor, until it serves
	again    bool    // "reload" came while there was a successor
	failures int
	restart  kernel.AlarmID
}

var poolStates = session.States[Pool]{
	"_start":   (*Pool).start,
	"_stop":    (*Pool).stop,
	"_child":   func(*Pool, kernel.Event) {},
	"reload":   (*Pool).reload,
	"shutdown": (*Pool).shutdown,
	"restart":  (*Pool).restart,
	"said":     (*Pool).said,
	"late":     (*Pool).late,
	"ended":    (*Pool).ended,
}

// NewPool starts a pool of worker processes that share listening sockets, as
// pre-forking servers in Perl do. The workers run this program or
// PoolConfig.Path; in them AsWorker returns the worker's number and the
// sockets.
//
// A worker that ends is started again. The event "reload" starts a successor
// for each worker, and sends TERM to a worker when its successor calls Ready:
// some process always accepts connections, and existing ones drain as the
// worker handles TERM. A successor that ends before it is ready changes
// nothing. The event "shutdown" closes the sockets and stops all workers.
//
// Each worker is a process group of its own, so a signal from the terminal,
// such as INT for Control-C, reaches only the parent. Workers can detect the
// end of the parent; see Worker.Orphaned. The pool handles no signals itself:
// put its alias in LifecycleConfig.Shutdown.
//
// A configuration that cannot work gives a *kernel.ConfigError. An alias which
// is in use is only logged.
func NewPool(k *kernel.Kernel, c PoolConfig) (*Pool, error) {
	if err := c.check(k.Host().Replaying()); err != nil {
		return nil, err
	}
	p := &Pool{config: c, workers: map[int]*worker{}, began: time.Now()}
	s, err := session.Create(k, p, poolStates)
	if err != nil {
		return nil, err
	}
	p.id = s.ID()
	return p, nil
}

// check completes the configuration and finds what is wrong with it.
func (c *PoolConfig) check(replaying bool) error {
	wrong := func(field, what string) error {
		return &kernel.ConfigError{Package: "daemon", Field: "PoolConfig." + field, Err: errors.New(what)}
	}
	if c.Workers <= 0 {
		return wrong("Workers", fmt.Sprintf("%d is not above 0", c.Workers))
	}
	if why := checkListeners(c.Listeners, c.Processes != nil || replaying); why != "" {
		return wrong("Listeners", why)
	}
	for _, d := range []struct {
		field string
		value *time.Duration
		def   time.Duration
	}{
		{"StartTimeout", &c.StartTimeout, DefaultStartTimeout}, {"StopTimeout", &c.StopTimeout, DefaultStopTimeout},
		{"MinBackoff", &c.MinBackoff, DefaultMinBackoff}, {"MaxBackoff", &c.MaxBackoff, DefaultMaxBackoff},
		{"Settled", &c.Settled, DefaultSettled},
	} {
		if *d.value < 0 {
			return wrong(d.field, fmt.Sprintf("%v is negative", *d.value))
		}
		if *d.value == 0 {
			*d.value = d.def
		}
	}
	c.MaxBackoff = max(c.MaxBackoff, c.MinBackoff)
	if c.Processes != nil {
		if c.Path == "" {
			return wrong("Path", "is required with Processes")
		}
		return nil
	}
	if err := program(&c.Path, &c.Args, &c.Env); err != nil {
		return wrong("Path", err.Error())
	}
	return nil
}

// checkListeners finds what is wrong with listeners that are to be handed on. In a
// simulated world and in a replay they have no descriptor.
func checkListeners(listeners []Listener, bare bool) (why string) {
	if len(listeners) > maxListeners {
		return fmt.Sprintf("%d is above %d", len(listeners), maxListeners)
	}
	for _, l := range listeners {
		switch {
		case strings.ContainsAny(l.Name, ":\x00"):
			return fmt.Sprintf("%q must not contain a colon or NUL", l.Name)
		case l.Handle == nil || !bare && l.Handle.Fd() < 0:
			return fmt.Sprintf("%q has no descriptor", l.Name)
		}
	}
	return ""
}

// program finds out what to start: what is not given is this process's.
func program(path *string, args, env *[]string) (err error) {
	if *path == "" {
		*path, err = os.Executable()
	}
	if *args == nil {
		*args = os.Args[1:]
	}
	if *env == nil {
		*env = os.Environ()
	}
	return err
}

// ID returns the ID of the pool's session.
func (p *Pool) ID() kernel.ID { return p.id }

// Workers returns a description of each running worker, ordered by number and
// then by start time.
func (p *Pool) Workers() []WorkerInfo {
	var all []WorkerInfo
	for _, w := range p.sorted() {
		all = append(all, w.info())
	}
	return all
}

// sorted returns the workers, ordered by number and then by start time.
func (p *Pool) sorted() []*worker {
	return slices.SortedFunc(maps.Values(p.workers), func(a, b *worker) int {
		return cmp.Or(a.slot.number-b.slot.number, cmp.Compare(a.since, b.since), a.pid-b.pid)
	})
}

func (p *Pool) start(e kernel.Event) {
	p.Event, p.id = e, e.Session
	if alias := p.config.Alias; alias != "" {
		if err := e.Kernel.AliasSet(alias); err != nil {
			e.Kernel.Host().Logger().Warn("daemon: the alias is taken", "alias", alias, "error", err)
		}
	}
	for i := range p.config.Workers {
		s := &slot{number: i}
		p.slots = append(p.slots, s)
		p.fill(s)
	}
}

// stop is the end of the session: of the pool, or by force.
func (p *Pool) stop(e kernel.Event) {
	p.Event = e
	p.closeListeners()
	for _, w := range p.sorted() {
		w.process.signal(syscall.SIGKILL)
		w.handle.Close()
		w.process.abandon()
	}
}

func (p *Pool) closeListeners() {
	for _, l := range p.config.Listeners {
		l.Handle.Close()
	}
}

func (p *Pool) reload(e kernel.Event) {
	p.Event = e
	if p.stopping {
		return
	}
	for _, s := range p.slots {
		switch {
		case s.next != nil:
			s.again = true
		case s.current == nil: // waits for its restart: that is a new one anyway
			s.failures = 0
			p.cancelRestart(s)
			p.fill(s)
		default:
			p.succeed(s)
		}
	}
}

// succeed starts a successor.
func (p *Pool) succeed(s *slot) {
	s.again = false
	w, err := p.spawn(s)
	if err != nil {
		p.failed(s, err) // the present one continues
		return
	}
	s.next = w
	p.rolling++
}

// fill starts a worker in a place that has none.
func (p *Pool) fill(s *slot) {
	s.again = false
	w, err := p.spawn(s)
	if err != nil {
		p.failed(s, err)
		p.restartLater(s)
		return
	}
	s.current = w
}

func (p *Pool) failed(s *slot, err error) {
	if p.config.Failed != nil {
		p.config.Failed(p, s.number, err)
		return
	}
	p.Kernel.Host().Logger().Warn("daemon: no worker", "number", s.number, "error", err)
}

// restartLater fills a place after a while.
func (p *Pool) restartLater(s *slot) {
	wait := p.config.MaxBackoff
	if s.failures < 32 {
		wait = min(wait, p.config.MinBackoff<<s.failures)
	}
	if wait <= 0 {
		wait = p.config.MaxBackoff // the shift has overflowed
	}
	s.failures++
	var err error
	if s.restart, err = p.Kernel.DelaySet("restart", wait, s); err != nil {
		p.failed(s, err)
	}
}

func (p *Pool) cancelRestart(s *slot) {
	if s.restart != 0 {
		// One that has just fired is on its way, and finds the place filled.
		_, _ = p.Kernel.AlarmRemove(s.restart)
		s.restart = 0
	}
}

func (p *Pool) restart(e kernel.Event) {
	p.Event = e
	s := kernel.Arg[*slot](e, 0)
	s.restart = 0
	if !p.stopping && s.current == nil {
		p.fill(s)
	}
}

func (p *Pool) shutdown(e kernel.Event) {
	p.Event = e
	if p.stopping {
		return
	}
	p.stopping = true
	p.closeListeners()
	for _, s := range p.slots {
		p.cancelRestart(s)
	}
	for _, w := range p.sorted() {
		p.end(w)
	}
	if alias := p.config.Alias; alias != "" {
		_ = e.Kernel.AliasRemove(alias) // not its own if it was taken
	}
}
