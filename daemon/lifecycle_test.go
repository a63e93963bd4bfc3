//go:build unix

package daemon_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/daemon"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// roleLife is a daemon with one session, which ends at once on "shutdown"
// (args[0] is "drain") or never. args[1] is its log, args[2] the deadline.
func roleLife(args []string) error {
	log, err := daemon.OpenLog(args[1], 0o600)
	if err != nil {
		return err
	}
	deadline, err := time.ParseDuration(args[2])
	if err != nil {
		return err
	}
	notifier, err := daemon.NewNotifier()
	if err != nil {
		return err
	}
	k := kernel.New()
	reloads := 0
	life, err := daemon.NewLifecycle(k, daemon.LifecycleConfig{
		Shutdown: []string{"not there", "server"}, Deadline: deadline, Logs: []*daemon.LogFile{log}, Notifier: notifier,
		Reload: func(kernel.Event) error {
			reloads++
			fmt.Fprintln(log, "reload", reloads)
			fmt.Println("reload", reloads)
			if reloads == 2 {
				return errors.New("bad setting")
			}
			return nil
		},
		Stopping: func(kernel.Event) { fmt.Println("stopping") },
	})
	if err != nil {
		return err
	}
	var read, write *kernel.Handle
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			e.Kernel.AliasSet("server")
			read, write, _ = kernel.Pipe()
			e.Kernel.SelectRead(read, "never")
			fmt.Println("running")
		},
		"shutdown": func(e kernel.Event) {
			fmt.Println("shutdown")
			if args[0] == "drain" {
				e.Kernel.SelectClear(read, kernel.Read)
				e.Kernel.AliasRemove("server")
			}
		},
		"_stop": func(kernel.Event) { write.Close(); fmt.Println("stopped") },
	})
	if err != nil {
		return err
	}
	err = k.Run()
	fmt.Println("forced", life.Forced(), err)
	return nil
}

func TestLifeStops(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		p := start(t, "life", "drain", filepath.Join(t.TempDir(), "log"), "10m")
		require.Equal(t, "running", p.line())
		require.NoError(t, p.Process.Signal(signal))
		out, err := p.rest()
		require.NoError(t, err)
		require.Equal(t, "stopping\nshutdown\nstopped\nforced false <nil>\n", out)
	}
}

func TestLifeStopsByForce(t *testing.T) {
	p := start(t, "life", "hang", filepath.Join(t.TempDir(), "log"), "10m")
	p.until("running")
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	p.until("shutdown")
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	out, err := p.rest()
	require.NoError(t, err)
	require.Equal(t, "stopped\nforced true <nil>\n", out)

	p = start(t, "life", "hang", filepath.Join(t.TempDir(), "log"), "10ms")
	p.until("running")
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	out, err = p.rest()
	require.NoError(t, err)
	require.Equal(t, "stopping\nshutdown\nstopped\nforced true <nil>\n", out)
}

func TestLifeReloads(t *testing.T) {
	c, socket := supervisor(t)
	path := filepath.Join(t.TempDir(), "log")
	cmd := command("life", "drain", path, "10m")
	cmd.Env = append(cmd.Env, "NOTIFY_SOCKET="+socket, "WATCHDOG_USEC=40000")
	p := startCommand(t, cmd)
	p.until("running")
	next := func() string { // the notice after the ticks
		for {
			if s := notice(t, c); s != "WATCHDOG=1\n" {
				return s
			}
		}
	}
	for range 3 {
		require.Equal(t, "WATCHDOG=1\n", notice(t, c))
	}
	require.NoError(t, os.Rename(path, path+".1"))
	require.NoError(t, p.Process.Signal(syscall.SIGHUP))
	require.Equal(t, "reload 1", p.line())
	require.Equal(t, "reload 1\n", read(t, path))
	require.Empty(t, read(t, path+".1"))
	require.Contains(t, next(), "RELOADING=1\n")
	require.Equal(t, "READY=1\n", next())
	require.NoError(t, p.Process.Signal(syscall.SIGHUP))
	require.Equal(t, "reload 2", p.line())
	require.Contains(t, next(), "RELOADING=1\n")
	require.Equal(t, "STATUS=reload failed: bad setting\n", next())
	require.Equal(t, "READY=1\n", next())
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	require.Equal(t, "STOPPING=1\n", next())
	_, err := p.rest()
	require.NoError(t, err)
}

// The helper keeps nothing alive.
func TestLifeEndsWithTheOthers(t *testing.T) {
	k := kernel.New()
	life, err := daemon.NewLifecycle(k, daemon.LifecycleConfig{})
	require.NoError(t, err)
	_, err = daemon.NewLifecycle(k, daemon.LifecycleConfig{})
	require.ErrorIs(t, err, kernel.ErrAliasInUse)
	done := false
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.Yield("work") },
		"work":   func(kernel.Event) { done = true },
	})
	require.NoError(t, k.Run())
	require.True(t, done)
	require.False(t, life.Stopping())
	require.False(t, life.ID().Alive())
}

func TestLifeShutdownEvent(t *testing.T) {
	k := kernel.New()
	orphaned := make(chan struct{})
	life, err := daemon.NewLifecycle(k, daemon.LifecycleConfig{Shutdown: []string{"server"}, Orphaned: orphaned})
	require.NoError(t, err)
	hold := (*kernel.Hold)(nil)
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			e.Kernel.AliasSet("server")
			hold = e.Kernel.Hold("a connection")
			close(orphaned)
		},
		"shutdown": func(kernel.Event) { hold.Release() },
	})
	require.NoError(t, k.Run())
	require.True(t, life.Stopping())
	require.False(t, life.Forced())
}
