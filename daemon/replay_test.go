//go:build unix

package daemon_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/daemon"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// roleReplayed is a worker of TestAPoolIsReplayed: it serves until TERM comes.
func roleReplayed([]string) error {
	w, err := daemon.AsWorker()
	if err != nil || w == nil {
		return fmt.Errorf("no worker: %w", err)
	}
	k := kernel.New()
	if _, err := daemon.NewLifecycle(k, daemon.LifecycleConfig{Shutdown: []string{"server"}, Orphaned: w.Orphaned()}); err != nil {
		return err
	}
	if _, err := servertcp.New(k, servertcp.Config{Alias: "server", Listener: daemon.Find(w.Listeners(), "at"), ClientInput: servertcp.Input(func(*servertcp.Client, string) {})}); err != nil {
		return err
	}
	if err := w.Ready(); err != nil {
		return err
	}
	return k.Run()
}

// A pool is recorded, and replayed without workers.
func TestAPoolIsReplayed(t *testing.T) {
	poetest.Replays(t, 10, func(k *kernel.Kernel, say func(string, ...any)) func() {
		h, err := socketfactory.Listen(socketfactory.Config{BindAddress: "127.0.0.1"})
		require.NoError(t, err)
		post := func(p *daemon.Pool, event string) { require.NoError(t, p.Kernel.Post(p.ID(), event)) }
		_, err = daemon.NewPool(k, daemon.PoolConfig{
			Workers: 2, Listeners: []daemon.Listener{{Name: "at", Handle: h}},
			Path: os.Args[0], Env: append(os.Environ(), roleVar+"=replayed"), MinBackoff: time.Millisecond,
			Ready: func(p *daemon.Pool) {
				say("ready: %v", len(p.Workers()))
				post(p, "reload")
			},
			Reloaded: func(p *daemon.Pool) {
				say("reloaded")
				post(p, "shutdown")
			},
			Started: func(_ *daemon.Pool, w daemon.WorkerInfo) { say("%d started: %d", w.Number, w.PID) },
			Ended: func(_ *daemon.Pool, w daemon.WorkerInfo, status kernel.WaitStatus) {
				say("%d ended: %d, %v", w.Number, w.PID, status)
			},
		})
		require.NoError(t, err)
		return nil
	})
}
