//go:build unix

package daemon_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/daemon"
)

// supervisor is a fake of systemd's socket.
func supervisor(t *testing.T) (*net.UnixConn, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "n")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c, path
}

func notice(t *testing.T, c *net.UnixConn) string {
	t.Helper()
	var b [512]byte
	n, err := c.Read(b[:])
	require.NoError(t, err)
	return string(b[:n])
}

func TestNotifier(t *testing.T) {
	c, path := supervisor(t)
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "2000000")
	t.Setenv("WATCHDOG_PID", fmt.Sprint(os.Getpid()))
	n, err := daemon.NewNotifier()
	require.NoError(t, err)
	require.True(t, n.Enabled())
	require.Equal(t, "2s", n.WatchdogInterval().String())
	for _, name := range []string{"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"} {
		_, there := os.LookupEnv(name)
		require.False(t, there, name)
	}
	require.NoError(t, os.Rename(path, path+"x")) // as after a chroot
	require.NoError(t, n.Ready())
	require.Equal(t, "READY=1\n", notice(t, c))
	require.NoError(t, n.Reloading())
	require.Regexp(t, `^RELOADING=1\n(MONOTONIC_USEC=\d+\n)?$`, notice(t, c))
	require.NoError(t, n.Stopping())
	require.Equal(t, "STOPPING=1\n", notice(t, c))
	require.NoError(t, n.Status("two\nlines"))
	require.Equal(t, "STATUS=two lines\n", notice(t, c))
	require.NoError(t, n.Watchdog())
	require.Equal(t, "WATCHDOG=1\n", notice(t, c))
	require.NoError(t, n.Close())
	require.NoError(t, n.Ready())
	require.False(t, n.Enabled())
}

func TestNotifierWithoutASupervisor(t *testing.T) {
	var none *daemon.Notifier
	require.NoError(t, none.Ready())
	require.Zero(t, none.WatchdogInterval())
	n, err := daemon.NewNotifier()
	require.NoError(t, err)
	require.False(t, n.Enabled())
	require.NoError(t, errors.Join(n.Ready(), n.Close()))
	t.Setenv("WATCHDOG_USEC", "soon")
	_, err = daemon.NewNotifier()
	require.ErrorContains(t, err, "WATCHDOG_USEC")
	t.Setenv("NOTIFY_SOCKET", "/nonexistent/socket")
	t.Setenv("WATCHDOG_USEC", "")
	_, err = daemon.NewNotifier()
	require.ErrorIs(t, err, os.ErrNotExist)
}

func roleActivated([]string) error {
	all, err := daemon.ActivationListeners()
	if err != nil {
		return err
	}
	for _, l := range all {
		fmt.Println(l.Name, l.Handle.LocalAddr())
	}
	fmt.Println("found", daemon.Find(all, "second") != nil, daemon.Find(all, "third") != nil)
	again, err := daemon.ActivationListeners()
	fmt.Println("again", len(again), err)
	return nil
}

func TestActivated(t *testing.T) {
	var files []*os.File
	var addrs []string
	for range 2 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer l.Close()
		f, err := l.(*net.TCPListener).File()
		require.NoError(t, err)
		defer f.Close()
		files, addrs = append(files, f), append(addrs, l.Addr().String())
	}
	run := func(pid string) string {
		c := exec.Command("/bin/sh", "-c", "LISTEN_PID="+pid+` exec "$0"`, os.Args[0])
		c.Env = append(os.Environ(), roleVar+"=activated", "LISTEN_FDS=2", "LISTEN_FDNAMES=first:second")
		c.ExtraFiles = files
		out, err := c.CombinedOutput()
		require.NoError(t, err)
		return string(out)
	}
	require.Equal(t, "first "+addrs[0]+"\nsecond "+addrs[1]+"\nfound true false\nagain 0 <nil>\n", run("$$"))
	require.True(t, strings.HasPrefix(run("1"), "found false"), "meant for another process")
}
