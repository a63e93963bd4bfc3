package daemon

import (
	"context"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// DefaultDeadline is how long a stop may take if LifecycleConfig.Deadline is 0.
const DefaultDeadline = 30 * time.Second

// LifecycleConfig configures the session that reloads and stops a daemon.
type LifecycleConfig struct {
	// Alias is the session's name; empty is "daemon". Its events "shutdown" and
	// "reload" do what TERM and HUP do.
	Alias string
	// Shutdown are the aliases of the sessions that get "shutdown" when the
	// daemon stops, in that order. Those that do not exist are passed over.
	Shutdown []string
	// Deadline is how long the stop may take, in real time, until all sessions
	// are stopped as they are; 0 is DefaultDeadline, less is forever.
	Deadline time.Duration
	// Logs are reopened on HUP, before Reload.
	Logs []*LogFile
	// Reload is called on HUP, in this session. Its error is a warning, and the
	// supervisor's status line; the daemon continues.
	Reload func(e kernel.Event) error
	// Stopping is called once, when the stop begins, before the aliases are
	// told.
	Stopping func(e kernel.Event)
	// Notifier is notified of reloads and the stop, and gets its watchdog ticks, at
	// half the interval it asks for. If nil, there is none. READY=1 is the program's.
	Notifier *Notifier
	// Orphaned begins a stop when it is closed: Worker.Orphaned.
	Orphaned <-chan struct{}
}

// Lifecycle is the session that reloads and stops a daemon, and its heap. Its
// methods belong to the kernel's goroutine, or come after Run.
type Lifecycle struct {
	config   LifecycleConfig
	id       kernel.ID
	stopping bool
	forced   bool
	cancel   context.CancelFunc
}

var lifeStates = session.States[Lifecycle]{
	"_start":   (*Lifecycle).start,
	"_stop":    (*Lifecycle).stop,
	"_child":   func(*Lifecycle, kernel.Event) {},
	"reload":   (*Lifecycle).reload,
	"shutdown": (*Lifecycle).shutdown,
	"signal":   (*Lifecycle).signal,
	"deadline": (*Lifecycle).deadline,
}

// NewLifecycle starts the session. HUP reopens the logs and reloads. TERM or INT stops:
// the aliases get "shutdown", and when they have drained and no other session
// has work left, the kernel's Run returns. A second TERM or INT, or the
// deadline, stops all sessions at once. None of the three stops sessions as
// signals do.
//
// The session keeps nothing alive: when all others are done, it ends, too. The
// ticks and the deadline come from outside the kernel for that reason; but it
// is the kernel that answers a tick, between two events, so a handler that
// hangs stops the ticks. Nor can a hanging handler be stopped by the deadline:
// that is for the supervisor.
//
// The error is kernel.ErrAliasInUse.
func NewLifecycle(k *kernel.Kernel, c LifecycleConfig) (*Lifecycle, error) {
	if c.Alias == "" {
		c.Alias = "daemon"
	}
	if c.Deadline == 0 {
		c.Deadline = DefaultDeadline
	}
	if _, taken := k.AliasResolve(c.Alias); taken {
		return nil, &kernel.ConfigError{Package: "daemon", Field: "LifeConfig.Alias", Err: kernel.ErrAliasInUse}
	}
	l := &Lifecycle{config: c}
	_, err := session.Create(k, l, lifeStates)
	if err != nil {
		return nil, err
	}
	return l, nil
}

// ID returns the session.
func (l *Lifecycle) ID() kernel.ID { return l.id }

// Stopping reports whether a stop has begun.
func (l *Lifecycle) Stopping() bool { return l.stopping }

// Forced reports whether sessions were stopped that had not drained: by the
// deadline or a second signal.
func (l *Lifecycle) Forced() bool { return l.forced }

func (l *Lifecycle) start(e kernel.Event) {
	l.id = e.Session
	if err := e.Kernel.AliasSet(l.config.Alias); err != nil {
		panic(err) // looked at before
	}
	for signal, event := range map[string]string{"HUP": "reload", "TERM": "signal", "INT": "signal"} {
		if err := e.Kernel.Sig(signal, event); err != nil {
			panic(err)
		}
	}
	var ctx context.Context
	ctx, l.cancel = context.WithCancel(context.Background())
	if interval := l.config.Notifier.WatchdogInterval(); interval > 0 {
		go l.tick(ctx, e.Kernel.Outside(), interval/2)
	}
	if orphaned := l.config.Orphaned; orphaned != nil {
		go func(o kernel.Outside) {
			select {
			case <-orphaned:
				o.Post(l.id, "shutdown")
			case <-ctx.Done():
			}
		}(e.Kernel.Outside())
	}
}

func (l *Lifecycle) stop(kernel.Event) { l.cancel() }

// tick has the kernel report to the watchdog that it is alive.
func (l *Lifecycle) tick(ctx context.Context, o kernel.Outside, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		// A kernel that does not run, not yet or for now, is no failure of this
		// tick; the supervisor notices if it does not begin to.
		_ = o.Do(ctx, func(k *kernel.Kernel) { l.told(k, l.config.Notifier.Watchdog()) })
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

func (l *Lifecycle) told(k *kernel.Kernel, err error) {
	if err != nil {
		k.Host().Logger().Warn("daemon: the supervisor cannot be told", "error", err)
	}
}

func (l *Lifecycle) reload(e kernel.Event) {
	e.Kernel.SigHandled()
	n := l.config.Notifier
	l.told(e.Kernel, n.Reloading())
	for _, log := range l.config.Logs {
		if err := log.Reopen(); err != nil {
			e.Kernel.Host().Logger().Warn("daemon: the log goes on in the old file", "error", err)
		}
	}
	if l.config.Reload != nil {
		if err := l.config.Reload(e); err != nil {
			e.Kernel.Host().Logger().Warn("daemon: reload failed", "error", err)
			l.told(e.Kernel, n.Status("reload failed: "+err.Error()))
		}
	}
	l.told(e.Kernel, n.Ready())
}

// signal is TERM or INT.
func (l *Lifecycle) signal(e kernel.Event) {
	e.Kernel.SigHandled()
	if l.stopping {
		l.force(e)
		return
	}
	l.shutdown(e)
}

func (l *Lifecycle) shutdown(e kernel.Event) {
	if l.stopping {
		return
	}
	l.stopping = true
	l.told(e.Kernel, l.config.Notifier.Stopping())
	if l.config.Stopping != nil {
		l.config.Stopping(e)
	}
	for _, alias := range l.config.Shutdown {
		// One that is not there any more needs no shutdown.
		_ = e.Kernel.Post(kernel.Alias(alias), "shutdown")
	}
	if l.config.Deadline > 0 {
		o, id := e.Kernel.Outside(), l.id
		timer := time.AfterFunc(l.config.Deadline, func() { o.Post(id, "deadline") })
		cancel := l.cancel
		l.cancel = func() { timer.Stop(); cancel() }
	}
}

func (l *Lifecycle) deadline(e kernel.Event) { l.force(e) }

func (l *Lifecycle) force(e kernel.Event) {
	l.forced = true
	e.Kernel.Stop()
}
