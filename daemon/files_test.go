//go:build unix

package daemon_test

import (
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/daemon"
)

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

func TestLogFileReopens(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	l, err := daemon.OpenLog(path, 0o600)
	require.NoError(t, err)
	fmt.Fprintln(l, "one")
	require.NoError(t, os.Rename(path, path+".1"))
	fmt.Fprintln(l, "two")
	require.NoError(t, l.Reopen())
	fmt.Fprintln(l, "three")
	require.Equal(t, "one\ntwo\n", read(t, path+".1"))
	require.Equal(t, "three\n", read(t, path))

	require.NoError(t, os.Rename(path, path+".2"))
	require.NoError(t, os.Mkdir(path, 0o700)) // cannot be opened, by root either
	require.Error(t, l.Reopen())
	fmt.Fprintln(l, "four")
	require.Equal(t, "three\nfour\n", read(t, path+".2"))

	require.NoError(t, l.Close())
	require.NoError(t, l.Close())
	_, err = l.Write([]byte("five"))
	require.ErrorIs(t, err, fs.ErrClosed)
	require.ErrorIs(t, l.Reopen(), fs.ErrClosed)
	_, err = daemon.OpenLog("", 0o600)
	require.ErrorContains(t, err, "path")
}

func TestLogFileLosesNothingWhileReopening(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	l, err := daemon.OpenLog(path, 0o600)
	require.NoError(t, err)
	defer l.Close()
	const writers, lines = 4, 200
	logger := slog.New(slog.NewTextHandler(l, nil))
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for i := range lines {
				logger.Info("line", "i", i)
			}
		})
	}
	for i := range 20 {
		require.NoError(t, os.Rename(path, path+"."+strconv.Itoa(i)))
		require.NoError(t, l.Reopen())
	}
	all.Wait()
	files, err := filepath.Glob(path + "*")
	require.NoError(t, err)
	count := 0
	for _, f := range files {
		count += strings.Count(read(t, f), "msg=line i=")
	}
	require.Equal(t, writers*lines, count)
}

// roleCapture writes a line, reopens, and crashes.
func roleCapture(args []string) error {
	l, err := daemon.OpenLog(args[0], 0o600)
	if err != nil {
		return err
	}
	if err := l.Capture(os.Stdout, os.Stderr); err != nil {
		return err
	}
	fmt.Println("before")
	if err := os.Rename(args[0], args[0]+".1"); err != nil {
		return err
	}
	if err := l.Reopen(); err != nil {
		return err
	}
	fmt.Println("after")
	panic("a crash")
}

func TestLogFileCapturesCrashes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	out, err := command("capture", path).CombinedOutput()
	require.Error(t, err)
	require.Empty(t, string(out))
	require.Equal(t, "before\n", read(t, path+".1"))
	require.True(t, strings.HasPrefix(read(t, path), "after\npanic: a crash"), read(t, path))
}

func rolePIDFile(args []string) error {
	p, err := daemon.LockPIDFile(args[0])
	if err != nil {
		return err
	}
	fmt.Println("locked, stale", p.Stale())
	waitForInput()
	return p.Close()
}

func TestPIDFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid")
	_, err := daemon.ReadPIDFile(path)
	require.ErrorIs(t, err, fs.ErrNotExist)

	first := start(t, "pidfile", path)
	require.Equal(t, "locked, stale 0", first.line())
	pid, err := daemon.ReadPIDFile(path)
	require.NoError(t, err)
	require.Equal(t, first.Process.Pid, pid)
	_, err = daemon.LockPIDFile(path)
	var running *daemon.RunningError
	require.ErrorAs(t, err, &running)
	require.Equal(t, daemon.RunningError{Path: path, PID: first.Process.Pid}, *running)

	require.NoError(t, first.Process.Kill()) // it leaves its file behind
	first.Wait()
	require.FileExists(t, path)
	_, err = daemon.ReadPIDFile(path)
	require.ErrorIs(t, err, fs.ErrNotExist)

	second := start(t, "pidfile", path)
	require.Equal(t, fmt.Sprint("locked, stale ", pid), second.line())
	require.Equal(t, fmt.Sprintln(second.Process.Pid), read(t, path))
	second.stdin.Close()
	_, err = second.rest()
	require.NoError(t, err)
	require.NoFileExists(t, path)
}

func TestPIDFileLeavesAnothersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid")
	p, err := daemon.LockPIDFile(path)
	require.NoError(t, err)
	require.NoError(t, os.Remove(path)) // by hand
	q, err := daemon.LockPIDFile(path)
	require.NoError(t, err)
	require.NoError(t, p.Close())
	require.FileExists(t, path)
	require.NoError(t, q.Close())
	require.NoFileExists(t, path)
	require.NoError(t, q.Close())

	require.NoError(t, os.WriteFile(path, []byte("no number"), 0o600))
	p, err = daemon.LockPIDFile(path)
	require.NoError(t, err)
	require.Zero(t, p.Stale())
	require.NoError(t, p.Close())

	require.NoError(t, os.Symlink("/etc/passwd", path))
	_, err = daemon.LockPIDFile(path)
	require.Error(t, err, "a link is not followed")
}
