//go:build unix

package daemon_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/daemon"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// rolePool is a pool of two workers, and each of those. While the file args[0]
// exists workers end before they are ready.
func rolePool(args []string) error {
	w, err := daemon.AsWorker()
	if err != nil {
		return err
	}
	if w != nil {
		return poolWorker(w, args)
	}
	h, err := socketfactory.Listen(socketfactory.Config{BindAddress: "127.0.0.1"})
	if err != nil {
		return err
	}
	fmt.Println("listening", h.LocalAddr())
	k := kernel.New(kernel.Options{Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	life, err := daemon.NewLifecycle(k, daemon.LifecycleConfig{
		Shutdown: []string{"pool"}, Deadline: 10 * time.Minute,
		Reload: func(e kernel.Event) error { return e.Kernel.Post(kernel.Alias("pool"), "reload") },
	})
	if err != nil {
		return err
	}
	_, err = daemon.NewPool(k, daemon.PoolConfig{
		Alias: "pool", Workers: 2, Listeners: []daemon.Listener{{Name: "chat", Handle: h}},
		MinBackoff: time.Millisecond, StopTimeout: 10 * time.Minute,
		Ready:    func(p *daemon.Pool) { fmt.Println("ready", len(p.Workers())) },
		Reloaded: func(*daemon.Pool) { fmt.Println("reloaded") },
		Started:  func(_ *daemon.Pool, w daemon.WorkerInfo) { fmt.Println("started", w.Number, w.PID) },
		Ended: func(_ *daemon.Pool, w daemon.WorkerInfo, status kernel.WaitStatus) {
			fmt.Println("ended", w.PID, status)
		},
		Failed: func(_ *daemon.Pool, number int, err error) { fmt.Println("failed", number, err) },
	})
	if err != nil {
		return err
	}
	err = k.Run()
	fmt.Println("over", life.Forced(), err)
	return nil
}

func poolWorker(w *daemon.Worker, args []string) error {
	if _, err := os.Stat(args[0]); err == nil {
		return fmt.Errorf("worker %d does as it was told", w.Number())
	}
	k := kernel.New()
	_, err := daemon.NewLifecycle(k, daemon.LifecycleConfig{Shutdown: []string{"server"}, Deadline: 10 * time.Minute, Orphaned: w.Orphaned()})
	if err != nil {
		return err
	}
	_, err = servertcp.New(k, servertcp.Config{
		Alias: "server", Listener: daemon.Find(w.Listeners(), "chat"),
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
			switch line {
			case "crash":
				os.Exit(3)
			case "pid":
				c.Put(fmt.Sprint(os.Getpid()))
				c.Shutdown()
			}
		}),
	})
	if err != nil {
		return err
	}
	if err := w.Ready(); err != nil {
		return err
	}
	defer w.Close()
	return k.Run()
}

// ask sends a line on a connection of its own and returns the answer.
func ask(addr, line string) (string, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return "", err
	}
	defer c.Close()
	if _, err := fmt.Fprintln(c, line); err != nil {
		return "", err
	}
	answer, err := bufio.NewReader(c).ReadString('\n')
	return strings.TrimSpace(answer), err
}

// startPool starts the parent and returns its address and the file that makes
// workers fail.
func startPool(t *testing.T) (p *process, addr, spoil string) {
	spoil = filepath.Join(t.TempDir(), "spoil")
	p = start(t, "pool", spoil)
	addr = strings.TrimPrefix(p.until("listening"), "listening ")
	require.Equal(t, "ready 2", p.until("ready"))
	return p, addr, spoil
}

func finish(t *testing.T, p *process) {
	t.Helper()
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	out, err := p.rest()
	require.NoError(t, err)
	require.True(t, strings.HasSuffix(out, "over false <nil>\n"), out)
	require.GreaterOrEqual(t, strings.Count(out, "ended"), 2, out)
}

func TestPoolRestartsHotly(t *testing.T) {
	p, addr, _ := startPool(t)
	var served sync.Map
	var stop atomic.Bool
	var clients sync.WaitGroup
	var count atomic.Int64
	fault := make(chan error, 4)
	for range cap(fault) {
		clients.Go(func() {
			for !stop.Load() {
				pid, err := ask(addr, "pid")
				if err != nil {
					fault <- err
					return
				}
				served.Store(pid, true)
				count.Add(1)
			}
		})
	}
	const reloads = 5
	for range reloads {
		require.NoError(t, p.Process.Signal(syscall.SIGHUP))
		p.until("reloaded")
		_, err := ask(addr, "pid")
		require.NoError(t, err)
	}
	stop.Store(true)
	clients.Wait()
	close(fault)
	for err := range fault {
		t.Error("a client has seen", err)
	}
	workers := 0
	served.Range(func(any, any) bool { workers++; return true })
	require.Greater(t, workers, 2)
	t.Logf("%d connections, %d workers have served", count.Load(), workers)

	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	out, err := p.rest()
	require.NoError(t, err)
	require.True(t, strings.HasSuffix(out, "over false <nil>\n"), out)
	_, err = ask(addr, "pid")
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
}

func TestPoolReplacesTheDead(t *testing.T) {
	p, addr, _ := startPool(t)
	for range 3 {
		_, err := ask(addr, "crash")
		require.Error(t, err)
		require.Regexp(t, `^ended [1-9]\d* exit code 3$`, p.until("ended"))
		p.until("started")
	}
	_, err := ask(addr, "pid")
	require.NoError(t, err)
	finish(t, p)
}

func TestPoolKeepsTheOldWhenTheNewFail(t *testing.T) {
	p, addr, spoil := startPool(t)
	require.NoError(t, os.WriteFile(spoil, nil, 0o600))
	require.NoError(t, p.Process.Signal(syscall.SIGHUP))
	for range 2 {
		require.Contains(t, p.until("failed"), "the successor has ended before it was ready: exit code 1")
	}
	_, err := ask(addr, "pid")
	require.NoError(t, err)
	require.NoError(t, os.Remove(spoil))
	require.NoError(t, p.Process.Signal(syscall.SIGHUP))
	p.until("started")
	finish(t, p)
}

func TestPoolStopsByForce(t *testing.T) {
	p, addr, _ := startPool(t)
	c, err := net.Dial("tcp", addr) // a worker waits for this connection to end
	require.NoError(t, err)
	defer c.Close()
	_, err = fmt.Fprintln(c, "stay")
	require.NoError(t, err)
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	p.until("ended") // the other one
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	out, err := p.rest()
	require.NoError(t, err)
	require.Equal(t, "over true <nil>\n", out)
	_, err = io.ReadAll(c)
	if err != nil {
		require.ErrorIs(t, err, syscall.ECONNRESET)
	}
}

func TestWorkersEndWithTheirParent(t *testing.T) {
	p, _, _ := startPool(t)
	require.NoError(t, p.Process.Kill())
	_, err := io.ReadAll(p.lines) // to the end: no worker has it open any more
	require.NoError(t, err)
	require.Error(t, p.Wait())
}

func TestAsWorkerRefuses(t *testing.T) {
	w, err := daemon.AsWorker()
	require.NoError(t, err)
	require.Nil(t, w)
	for text, want := range map[string]string{
		"": "three numbers", "1:2": "three numbers", "1:x:0": "no number", "1:-1:0": "no number",
		"1:0:2:one": "2 listeners with 1 names", "1:0:0": "without its parent",
	} {
		t.Setenv("POE_DAEMON_WORKER", text)
		_, err := daemon.AsWorker()
		require.ErrorContains(t, err, want, text)
		_, there := os.LookupEnv("POE_DAEMON_WORKER")
		require.False(t, there)
	}
}

func TestPoolConfig(t *testing.T) {
	k := kernel.New()
	for field, c := range map[string]daemon.PoolConfig{
		"Workers":     {},
		"Listeners":   {Workers: 1, Listeners: []daemon.Listener{{Name: "a:b"}}},
		"StopTimeout": {Workers: 1, StopTimeout: -1},
		"MinBackoff":  {Workers: 1, MinBackoff: -1},
	} {
		_, err := daemon.NewPool(k, c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, "PoolConfig."+field, wrong.Field)
	}
}
