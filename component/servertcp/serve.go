package servertcp

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernelgroup"
	"github.com/gopoe/poe/session"
)

// DefaultGrace is how long connections may last after the context of [Serve] is
// done, if ServeConfig.Grace is 0.
const DefaultGrace = 10 * time.Second

// ServeConfig configures [Serve].
type ServeConfig struct {
	// Config configures the server. All kernels share its callbacks, so they
	// run on several goroutines at the same time, those of one connection on
	// one goroutine; data that they share must be synchronized. MaxClients and
	// Limits apply to each kernel separately. ExtraAddresses must be empty.
	Config
	// Kernels is the number of kernels; 0 means runtime.GOMAXPROCS(0).
	Kernels int
	// HandOff makes one kernel accept for all, which distributes connections
	// evenly; see ShardConfig.
	HandOff bool
	// KernelOptions returns the options of each kernel; if nil, all kernels get
	// the zero value.
	KernelOptions func(index int) kernel.Options
	// Setup, if not nil, creates further sessions of a kernel, before its
	// listener, on its goroutine.
	Setup func(m *kernelgroup.Member) error
	// Listening, if not nil, is called on the goroutine of the last kernel,
	// when all listeners listen and before any kernel runs, for example to read
	// the address if Port is 0.
	Listening func(s *Shards)
	// Grace is how long connections may continue after the context is done:
	// they are drained, see Config.ClientDrain, and closed after that time. 0
	// means DefaultGrace; a negative time closes them immediately.
	Grace time.Duration
}

// Serve runs a server on several kernels until it has been shut down, and
// returns when all kernels have ended:
//
//	err := servertcp.Serve(ctx, servertcp.ServeConfig{Config: servertcp.Config{
//		Alias: "echo", Port: 7777, ClientInput: servertcp.Input(echo),
//	}})
//
// Connections are distributed over the kernels as described for [Shards], and
// each stays with its kernel. Config.Alias is set in every kernel: an event
// "shutdown", "drain" or "set_concurrency" that a session posts to it reaches
// the listeners of all kernels. A call of "stats" returns the figures of the
// caller's own kernel; Shards.Stats adds up those of all.
//
// When ctx is done, the server drains for up to Grace, all kernels are stopped,
// and Serve returns nil. Otherwise the error is that of kernelgroup.Run, or a
// *kernel.ConfigError or *kernel.OpError if the server could not listen.
func Serve(ctx context.Context, c ServeConfig) error {
	if c.Kernels == 0 {
		c.Kernels = runtime.GOMAXPROCS(0)
	}
	if len(c.ExtraAddresses) > 0 {
		return configerror.New("servertcp", "ExtraAddresses", "cannot be used with Serve")
	}
	shards, err := NewShards(ShardConfig{
		Address:     c.first(),
		Shards:      c.Kernels,
		ListenQueue: c.ListenQueue,
		Socket:      c.Socket,
		HandOff:     c.HandOff,
	})
	if err != nil {
		return err
	}
	defer shards.Close()
	s := &served{config: c, shards: shards}
	s.open.Store(int64(c.Kernels))
	if s.group, err = kernelgroup.New(kernelgroup.Config{Size: c.Kernels, Options: c.KernelOptions, Setup: s.setUp}); err != nil {
		return err
	}
	end := context.AfterFunc(ctx, s.end)
	defer end()
	return s.group.Run(context.WithoutCancel(ctx))
}

// served is a server that runs on a group of kernels.
type served struct {
	config ServeConfig
	shards *Shards
	group  *kernelgroup.Group

	open   atomic.Int64 // listeners that have not stopped
	ending atomic.Bool  // the context is done
}

// setUp makes a kernel's sessions.
func (s *served) setUp(m *kernelgroup.Member) error {
	if s.config.Setup != nil {
		if err := s.config.Setup(m); err != nil {
			return err
		}
	}
	own := s.config.Config
	own.Alias, own.Address, own.Port, own.Service, own.Domain, own.Listener = "", "", 0, "", 0, nil
	var alias kernel.ID
	own.Stopped = func(l *Listener) { s.stopped(l, alias) }
	l, err := s.shards.New(m.Kernel, own)
	if err != nil {
		return err
	}
	if s.ending.Load() {
		l.Drain(s.config.grace()) // end has run before it was there
	}
	if alias, err = s.setAlias(m.Kernel, l); err != nil {
		return err
	}
	if m.Index == s.config.Kernels-1 && s.config.Listening != nil {
		s.config.Listening(s.shards)
	}
	return nil
}

// stopped is called when a listener has stopped; alias is the session that has
// the server's alias in its kernel.
func (s *served) stopped(l *Listener, alias kernel.ID) {
	if s.config.Stopped != nil {
		s.config.Stopped(l)
	}
	_ = l.Kernel.Post(alias, "stopped") // it may have stopped, or not exist
	if s.open.Add(-1) == 0 && s.ending.Load() {
		s.group.Stop()
	}
}

// setAlias makes the session that has the server's alias in one kernel. Like
// every session which has nothing but an alias, it does not keep its kernel
// running.
func (s *served) setAlias(k *kernel.Kernel, l *Listener) (kernel.ID, error) {
	alias := s.config.Alias
	if alias == "" {
		return kernel.ID{}, nil
	}
	toAll := func(e kernel.Event) { s.shards.Post(e.Name, e.Args...) }
	var failed error
	front, err := session.Inline(k, session.Funcs{
		"_start":          func(e kernel.Event) { failed = e.Kernel.AliasSet(alias) },
		"stopped":         func(e kernel.Event) { _ = e.Kernel.AliasRemove(alias) }, // set in _start
		"shutdown":        toAll,
		"drain":           toAll,
		"set_concurrency": toAll,
		"stats": func(e kernel.Event) {
			figures, _ := e.Kernel.Call(l.ID(), "stats") // nil if the listener has stopped
			e.Return(figures)
		},
	})
	if err = errors.Join(err, failed); err != nil {
		return kernel.ID{}, err
	}
	return front.ID(), nil
}

// grace is how long connections may last at the end.
func (c *ServeConfig) grace() time.Duration {
	if c.Grace == 0 {
		return DefaultGrace
	}
	return max(c.Grace, 0)
}

// end begins the end of the server when the context is done.
func (s *served) end() {
	s.ending.Store(true)
	if s.open.Load() == 0 || s.config.Grace < 0 {
		s.group.Stop()
		return
	}
	s.shards.Post("drain", s.config.grace())
}
