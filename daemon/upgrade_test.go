//go:build unix

package daemon_test

import (
	"bufio"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
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

// roleUpgrade is a server that HUP replaces by another process of itself.
// While the file args[0] exists successors end before they are ready.
func roleUpgrade(args []string) error {
	former, err := daemon.Inherit()
	if err != nil {
		return err
	}
	var listeners []daemon.Listener
	if former != nil {
		if _, err := os.Stat(args[0]); err == nil {
			return fmt.Errorf("the successor does as it was told")
		}
		listeners = former.Listeners()
	} else {
		h, err := socketfactory.Listen(socketfactory.Config{BindAddress: "127.0.0.1"})
		if err != nil {
			return err
		}
		listeners = []daemon.Listener{{Name: "chat", Handle: h}}
	}
	notifier, err := daemon.NewNotifier()
	if err != nil {
		return err
	}
	k := kernel.New(kernel.Options{Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	_, err = daemon.NewLifecycle(k, daemon.LifecycleConfig{
		Shutdown: []string{"server"}, Deadline: 10 * time.Minute,
		Reload: func(e kernel.Event) error { return e.Kernel.Post(kernel.Alias("upgrade"), "upgrade") },
	})
	if err != nil {
		return err
	}
	_, err = daemon.NewUpgrade(k, daemon.UpgradeConfig{
		Listeners: listeners, Shutdown: []string{"server"}, Notifier: notifier,
		Failed: func(_ *daemon.Upgrade, err error) { fmt.Println("failed", err) },
	})
	if err != nil {
		return err
	}
	_, err = servertcp.New(k, servertcp.Config{
		Alias: "server", Listener: daemon.Find(listeners, "chat"),
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) { c.Put(fmt.Sprint(os.Getpid(), " ", line)) }),
	})
	if err != nil {
		return err
	}
	fmt.Println("serving", os.Getpid(), listeners[0].Handle.LocalAddr())
	if err := former.Ready(); err != nil {
		return err
	}
	if err := notifier.Ready(); err != nil {
		return err
	}
	err = k.Run()
	fmt.Println("over", os.Getpid(), err)
	return err
}

// startUpgrade starts the first process and returns what all of them say.
func startUpgrade(t *testing.T, env ...string) (say func() string, pid int, addr, spoil string) {
	spoil = filepath.Join(t.TempDir(), "spoil")
	r, w, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { r.Close() })
	cmd := command("upgrade", spoil)
	cmd.Stdout, cmd.Stderr, cmd.Env = w, os.Stderr, append(cmd.Env, env...)
	require.NoError(t, cmd.Start())
	w.Close()
	go cmd.Wait()
	lines := bufio.NewScanner(r)
	say = func() string {
		if !lines.Scan() {
			return "all are gone"
		}
		return lines.Text()
	}
	_, err = fmt.Sscanf(say(), "serving %d %s", &pid, &addr)
	require.NoError(t, err)
	return say, pid, addr, spoil
}

// talker is one who talks on one connection for as long as the test lasts.
type talker struct {
	net.Conn
	r   *bufio.Reader
	pid string
}

func newTalker(addr string) (*talker, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &talker{Conn: conn, r: bufio.NewReader(conn)}, nil
}

// talk says one line and wants it back, from the same process as ever.
func (p *talker) talk(line string) error {
	if _, err := fmt.Fprintln(p, line); err != nil {
		return err
	}
	answer, err := p.r.ReadString('\n')
	if err != nil {
		return err
	}
	pid, back, _ := strings.Cut(strings.TrimRight(answer, "\r\n"), " ")
	if back != line || p.pid != "" && pid != p.pid {
		return fmt.Errorf("said %q to %s, heard %q", line, p.pid, answer)
	}
	p.pid = pid
	return nil
}

// A server is replaced three times while clients talk and connect: no connect
// is refused, nobody is dropped, and each process ends with its last client.
func TestUpgrade(t *testing.T) {
	say, pid, addr, _ := startUpgrade(t)
	var stop atomic.Bool
	var all sync.WaitGroup
	var talked, connected atomic.Int64
	errs := make(chan error, 1000)
	keepTalking := func() {
		p, err := newTalker(addr)
		if err != nil {
			errs <- err
			return
		}
		if err := p.talk("hello"); err != nil {
			errs <- err
		}
		all.Go(func() {
			defer p.Close()
			for n := 0; !stop.Load(); n++ {
				if err := p.talk(fmt.Sprint("line ", n)); err != nil {
					errs <- err
					return
				}
				talked.Add(1)
			}
		})
	}
	for range 4 {
		all.Go(func() {
			for !stop.Load() {
				p, err := newTalker(addr)
				if err == nil {
					err = p.talk("in and out")
					p.Close()
				}
				if err != nil {
					errs <- fmt.Errorf("connect: %w", err)
					return
				}
				connected.Add(1)
			}
		})
	}
	pids := []int{pid}
	for range 3 {
		for range 3 {
			keepTalking()
		}
		before := connected.Load()
		require.NoError(t, syscall.Kill(pid, syscall.SIGHUP))
		_, err := fmt.Sscanf(say(), "serving %d", &pid)
		require.NoError(t, err)
		pids = append(pids, pid)
		for connected.Load() < before+50 { // some of them with the new one
			time.Sleep(time.Millisecond)
		}
	}
	stop.Store(true)
	all.Wait()
	ended := map[string]bool{}
	for range 3 { // the three former ones, in whatever order
		ended[say()] = true
	}
	for _, former := range pids[:3] {
		require.True(t, ended[fmt.Sprintf("over %d <nil>", former)], "%d in %v", former, ended)
	}
	require.NoError(t, syscall.Kill(pid, syscall.SIGTERM))
	require.Equal(t, fmt.Sprintf("over %d <nil>", pid), say())
	require.Equal(t, "all are gone", say())
	close(errs)
	for err := range errs {
		t.Error(err)
	}
	t.Logf("%d lines on connections that lasted, %d connections", talked.Load(), connected.Load())
}

// A successor that does not come up changes nothing, and the next one may.
func TestSuccessorFails(t *testing.T) {
	say, pid, addr, spoil := startUpgrade(t)
	p, err := newTalker(addr)
	require.NoError(t, err)
	defer p.Close()
	require.NoError(t, p.talk("before"))
	require.NoError(t, os.WriteFile(spoil, nil, 0o600))
	require.NoError(t, syscall.Kill(pid, syscall.SIGHUP))
	require.Contains(t, say(), "failed daemon: the successor has ended before it was ready")
	require.NoError(t, p.talk("after"))
	require.NoError(t, os.Remove(spoil))
	require.NoError(t, syscall.Kill(pid, syscall.SIGHUP))
	second := 0
	_, err = fmt.Sscanf(say(), "serving %d", &second)
	require.NoError(t, err)
	require.NoError(t, p.talk("still the first one"))
	p.Close()
	require.Equal(t, fmt.Sprintf("over %d <nil>", pid), say())
	other, err := newTalker(addr)
	require.NoError(t, err)
	defer other.Close()
	require.NoError(t, other.talk("the second one"))
	require.Equal(t, strconv.Itoa(second), other.pid)
	require.NoError(t, syscall.Kill(second, syscall.SIGTERM))
	other.Close()
	require.Equal(t, fmt.Sprintf("over %d <nil>", second), say())
}

// The supervisor learns the main process from the former one, and hears
// the new one from then on.
func TestUpgradeTellsTheSupervisor(t *testing.T) {
	c, socket := supervisor(t)
	say, pid, _, _ := startUpgrade(t, "NOTIFY_SOCKET="+socket)
	require.Equal(t, "READY=1\n", notice(t, c))
	require.NoError(t, syscall.Kill(pid, syscall.SIGHUP))
	second := 0
	_, err := fmt.Sscanf(say(), "serving %d", &second)
	require.NoError(t, err)
	told := map[string]bool{notice(t, c): true, notice(t, c): true}
	require.Equal(t, map[string]bool{"READY=1\n": true, fmt.Sprintf("MAINPID=%d\n", second): true}, told)
	require.Equal(t, fmt.Sprintf("over %d <nil>", pid), say())
	require.NoError(t, syscall.Kill(second, syscall.SIGTERM))
	require.Equal(t, fmt.Sprintf("over %d <nil>", second), say())
}

func TestUpgradeConfigErrors(t *testing.T) {
	for field, c := range map[string]daemon.UpgradeConfig{
		"UpgradeConfig.Listeners":    {Listeners: []daemon.Listener{{Name: "none"}}},
		"UpgradeConfig.StartTimeout": {StartTimeout: -1},
	} {
		_, err := daemon.NewUpgrade(kernel.New(), c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, field, wrong.Field)
	}
	former, err := daemon.Inherit()
	require.NoError(t, err)
	require.Nil(t, former)
	require.NoError(t, former.Ready())
}
