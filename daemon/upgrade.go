//go:build unix

package daemon

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// UpgradeConfig configures the replacement of a process by its successor.
type UpgradeConfig struct {
	// Alias is the session's name; empty is "upgrade". Its event "upgrade"
	// starts the successor.
	Alias string
	// Listeners are passed to the successor, at most 1024. The servers keep
	// owning them and must have them open on "upgrade".
	Listeners []Listener
	// Shutdown are the aliases of the sessions that get "shutdown" once the
	// successor serves: the servers, or the Lifecycle that ends them.
	Shutdown []string
	// Path is the program; empty is the file of this one, as it is at the time
	// of the upgrade.
	Path string
	// Args are its arguments without its name. If nil, they are this process's.
	Args []string
	// Env is its environment. If nil, it is this process's.
	Env []string
	// StartTimeout limits the time until the successor calls Ready; it is then
	// killed. 0 is DefaultStartTimeout; a negative time is an error.
	StartTimeout time.Duration
	// Notifier reports the successor as the main process and is then closed; the
	// successor creates one of its own. If nil, nothing is reported.
	Notifier *Notifier
	// Succeeded, if not nil, is called when the successor serves, before
	// "shutdown" is posted.
	Succeeded func(s *Upgrade, pid int)
	// Failed is called with the reason why there is no successor. Nothing has
	// changed then, and "upgrade" may be posted again. If nil, the reason is
	// logged.
	Failed func(s *Upgrade, err error)
}

// Upgrade is the old process's side of an upgrade: the session that starts a
// successor. It belongs to the kernel's goroutine.
type Upgrade struct {
	kernel.Event

	config  UpgradeConfig
	id      kernel.ID
	process *os.Process
	pid     int
	handle  *kernel.Handle // the successor's Ready comes through it
	timer   kernel.AlarmID
	over    bool // there is a successor
}

var upgradeStates = session.States[Upgrade]{
	"_start":  (*Upgrade).start,
	"_stop":   func(s *Upgrade, e kernel.Event) { s.Event = e; s.abandon(true) },
	"_child":  func(*Upgrade, kernel.Event) {},
	"upgrade": (*Upgrade).upgrade,
	"said":    (*Upgrade).said,
	"ended":   (*Upgrade).ended,
	"late":    (*Upgrade).late,
}

// ErrReplaced is passed to UpgradeConfig.Failed if "upgrade" reaches a process
// which already has a successor, or is starting one.
var ErrReplaced = errors.New("daemon: there is a successor")

// NewUpgrade allows the process to be replaced without interrupting its
// servers. On the event "upgrade" it starts the program again with the
// listening sockets, which Inherit returns in the new process. When the new
// process calls Ready, the sessions in Shutdown get "shutdown" here: the
// servers close their copies of the sockets and end when their connections
// have. Some process accepts at every moment, so no connection is refused or
// closed.
//
// A successor that ends before it is ready, or exceeds StartTimeout, changes
// nothing. The session keeps the kernel running only while a successor starts.
// For programs with worker processes use Pool, which replaces one worker at a
// time.
//
// A configuration that cannot work gives a *kernel.ConfigError, which wraps
// kernel.ErrAliasInUse if the alias is in use.
func NewUpgrade(k *kernel.Kernel, c UpgradeConfig) (*Upgrade, error) {
	wrong := func(field, what string) error {
		return &kernel.ConfigError{Package: "daemon", Field: "UpgradeConfig." + field, Err: errors.New(what)}
	}
	if c.Alias == "" {
		c.Alias = "upgrade"
	}
	if c.StartTimeout == 0 {
		c.StartTimeout = DefaultStartTimeout
	}
	if c.StartTimeout < 0 {
		return nil, wrong("StartTimeout", fmt.Sprintf("%v is negative", c.StartTimeout))
	}
	if why := checkListeners(c.Listeners, false); why != "" {
		return nil, wrong("Listeners", why)
	}
	if _, taken := k.AliasResolve(c.Alias); taken {
		return nil, &kernel.ConfigError{Package: "daemon", Field: "UpgradeConfig.Alias", Err: kernel.ErrAliasInUse}
	}
	if err := program(&c.Path, &c.Args, &c.Env); err != nil {
		return nil, wrong("Path", err.Error())
	}
	s := &Upgrade{config: c}
	if _, err := session.Create(k, s, upgradeStates); err != nil {
		return nil, err
	}
	return s, nil
}

// ID returns the ID of the session.
func (s *Upgrade) ID() kernel.ID { return s.id }

func (s *Upgrade) start(e kernel.Event) {
	s.Event, s.id = e, e.Session
	if err := e.Kernel.AliasSet(s.config.Alias); err != nil {
		panic(err) // looked at before
	}
}

func (s *Upgrade) upgrade(e kernel.Event) {
	s.Event = e
	if s.over || s.process != nil {
		s.failed(ErrReplaced)
		return
	}
	if err := s.spawn(); err != nil {
		s.failed(fmt.Errorf("daemon: start the successor: %w", err))
	}
}

func (s *Upgrade) failed(err error) {
	if s.config.Failed != nil {
		s.config.Failed(s, err)
		return
	}
	s.Kernel.Host().Logger().Warn("daemon: no successor", "error", err)
}

// spawn starts the process and watches it.
func (s *Upgrade) spawn() error {
	ours, theirs, err := kernel.SocketPair()
	if err != nil {
		return err
	}
	c := &s.config
	env := append(c.Env[:len(c.Env):len(c.Env)], upgradeVar+"="+workerText(os.Getpid(), 0, c.Listeners))
	process, err := execute(c.Path, c.Args, append(env, c.Notifier.environment()...), c.Listeners, theirs, nil)
	theirs.Close()
	if err != nil {
		ours.Close()
		return err
	}
	s.process, s.pid, s.handle = process, process.Pid, ours
	if err = s.Kernel.SigChild(s.pid, "ended"); err == nil {
		err = s.Kernel.SelectRead(ours, "said")
	}
	if err == nil {
		s.timer, err = s.Kernel.DelaySet("late", c.StartTimeout)
	}
	if err != nil {
		s.abandon(true)
	}
	return err
}

// said is called when the successor serves, or has closed its end.
func (s *Upgrade) said(e kernel.Event) {
	s.Event = e
	var b [1]byte
	n, err := s.handle.Read(b[:])
	switch {
	case errors.Is(err, kernel.ErrWouldBlock):
	case n == 1 && b[0] == readyByte:
		s.handOver(e)
	default:
		e.Kernel.SelectClear(s.handle, kernel.Read) // its end is noticed otherwise
	}
}

// handOver leaves the work to the successor.
func (s *Upgrade) handOver(e kernel.Event) {
	s.over = true
	n, pid := s.config.Notifier, s.pid
	s.abandon(false)
	if err := errors.Join(n.MainPID(pid), n.Close()); err != nil {
		e.Kernel.Host().Logger().Warn("daemon: cannot notify the service manager", "error", err)
	}
	if s.config.Succeeded != nil {
		s.config.Succeeded(s, pid)
	}
	for _, alias := range s.config.Shutdown {
		// One that is not there any more needs no shutdown.
		_ = e.Kernel.Post(kernel.Alias(alias), "shutdown")
	}
}

// ended is called when the process has ended before it was ready.
func (s *Upgrade) ended(e kernel.Event) {
	s.Event = e
	status := kernel.Arg[kernel.WaitStatus](e, 2)
	if s.process == nil {
		return
	}
	s.abandon(false)
	s.failed(fmt.Errorf("daemon: the successor has ended before it was ready: %v", status))
}

// late kills a successor that takes too long.
func (s *Upgrade) late(e kernel.Event) {
	s.Event = e
	s.timer = 0
	if s.process != nil {
		_ = s.process.Signal(syscall.SIGKILL) // one that has ended gets none
	}
}

// abandon releases the process, and with kill ends it.
func (s *Upgrade) abandon(kill bool) {
	if s.process == nil {
		return
	}
	if kill {
		_ = s.process.Signal(syscall.SIGKILL)
	}
	s.Kernel.SigChildClear(s.pid)
	s.handle.Close()
	if s.timer != 0 {
		_, _ = s.Kernel.AlarmRemove(s.timer) // with a session that stops it is gone
		s.timer = 0
	}
	process := s.process
	s.process, s.handle = nil, nil
	go func() { _, _ = process.Wait() }() // no zombie, whenever it ends
}
