package daemon

import (
	"context"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// DefaultDeadline is the time allowed for a stop if LifecycleConfig.Deadline is
// 0.
const DefaultDeadline = 30 * time.Second

// LifecycleConfig configures the session that reloads and stops a daemon.
type LifecycleConfig struct {
	// Alias is the session's name; empty is "daemon". Its events "shutdown" and
	// "reload" do what TERM and HUP do.
	Alias string
	// Shutdown are the aliases of the sessions that get "shutdown" when the
	// daemon stops, in that order. Aliases which do not exist are ignored.
	Shutdown []string
	// Deadline limits the time of a stop, in real time; all sessions are then
	// stopped by force. 0 is DefaultDeadline; if negative, there is no limit.
	Deadline time.Duration
	// Logs are reopened on HUP, before Reload.
	Logs []*LogFile
	// Reload is called on HUP, in this session. An error is logged and reported
	// as the status of the Notifier; the daemon continues. It may be nil.
	Reload func(e kernel.Event) error
	// Stopping is called once, when a stop begins, before "shutdown" is posted.
	// It may be nil.
	Stopping func(e kernel.Event)
	// Notifier gets reports of reloads and of the stop, and watchdog ticks at
	// half of its interval. The program itself reports the end of its start by
	// Notifier.Ready. If nil, nothing is reported.
	Notifier *Notifier
	// Orphaned begins a stop when it is closed. It is for Worker.Orphaned; nil
	// has no effect.
	Orphaned <-chan struct{}
}

// Lifecycle is the session that reloads and stops a daemon. Its methods must be
// called on the kernel's goroutine, or after Run has returned.
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

// NewLifecycle creates the session. The signal HUP reopens the logs and calls
// Reload. TERM or INT begins a stop: the sessions in Shutdown get "shutdown",
// and the kernel's Run returns when no other session has work left. A second
// TERM or INT, or the deadline, stops all sessions at once. The session handles
// these signals, so they do not stop other sessions.
//
// The session keeps nothing alive: it ends when all others have. The watchdog
// ticks and the deadline therefore come from outside the kernel, but the kernel
// itself answers a tick between two events, so that a handler which hangs also
// stops the ticks. The deadline cannot interrupt such a handler; that is the
// supervisor's task.
//
// If the alias is in use, the error is a *kernel.ConfigError that wraps
// kernel.ErrAliasInUse.
func NewLifecycle(k *kernel.Kernel, c LifecycleConfig) (*Lifecycle, error) {
	if c.Alias == "" {
		c.Alias = "daemon"
	}
	if c.Deadline == 0 {
		c.Deadline = DefaultDeadline
	}
	if _, taken := k.AliasResolve(c.Alias); taken {
		return nil, &kernel.ConfigError{Package: "daemon", Field: "LifecycleConfig.Alias", Err: kernel.ErrAliasInUse}
	}
	l := &Lifecycle{config: c}
	_, err := session.Create(k, l, lifeStates)
	if err != nil {
		return nil, err
	}
	return l, nil
}

// ID returns the ID of the session.
func (l *Lifecycle) ID() kernel.ID { return l.id }

// Stopping reports whether a stop has begun.
func (l *Lifecycle) Stopping() bool { return l.stopping }

// Forced reports whether sessions were stopped before they had drained, because
// of the deadline or a second signal.
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
		k.Host().Logger().Warn("daemon: cannot notify the service manager", "error", err)
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
