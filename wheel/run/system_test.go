//go:build unix

package run_test

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/internal/wheeltest"
	"github.com/gopoe/poe/wheel/run"
)

func TestTerminal(t *testing.T) {
	for _, c := range []struct {
		conduit  run.Conduit
		out, err []string
	}{
		{run.Pty, []string{"in out", "30 90", "err"}, nil},
		{run.PtyPipe, []string{"in out", "30 90"}, []string{"err"}},
	} {
		r := collect(t, run.Config{
			Command: "test -t 0 && test -t 1 && echo in out; stty size; echo err >&2; read x; test $x = go", Conduit: c.conduit,
			Winsize: run.Winsize{Rows: 30, Cols: 90},
		}, func(w *run.Wheel) { w.Put("go") })
		assert.Equal(t, c.out, r.out)
		assert.Equal(t, c.err, r.err)
		assert.Zero(t, r.status.ExitCode())
		assert.Contains(t, r.log, fmt.Sprintf("STDOUT read %d", syscall.EIO))
		assert.Equal(t, "exit", r.log[len(r.log)-1])
	}
}

func TestSessionsAndGroups(t *testing.T) {
	self := strconv.Itoa(unix.Getpgrp())
	ids := `ps -o pgid=,sid=,pid= -p $$`
	for _, c := range []struct {
		name                 string
		config               run.Config
		ownGroup, ownSession bool
	}{
		{"pipe", run.Config{Command: ids + ";:"}, true, false},
		{"pipe without a group", run.Config{Command: ids + ";:", NoSetPgrp: true}, false, false},
		{"terminal", run.Config{Command: ids + ";:", Conduit: run.Pty}, true, true},
		{"terminal without a session", run.Config{Command: ids + ";:", Conduit: run.Pty, NoSetSid: true}, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := collect(t, c.config, nil)
			require.Len(t, r.out, 1)
			f := strings.Fields(r.out[0])
			require.Len(t, f, 3)
			assert.Equal(t, c.ownGroup, f[0] == f[2])
			assert.Equal(t, !c.ownGroup, f[0] == self)
			assert.Equal(t, c.ownSession, f[1] == f[2])
		})
	}
}

func TestPriority(t *testing.T) {
	r := collect(t, run.Config{Command: "read go; nice", Priority: 3}, func(w *run.Wheel) { w.Put("go") })
	plain := collect(t, run.Config{Command: "nice"}, nil)
	was, err := strconv.Atoi(plain.out[0])
	require.NoError(t, err)
	assert.Equal(t, []string{strconv.Itoa(was + 3)}, r.out)
}

func TestUserAndGroup(t *testing.T) {
	me, err := user.Current()
	require.NoError(t, err)
	r := collect(t, run.Config{Command: "id -u; id -g", User: me.Uid, Group: me.Gid}, nil)
	assert.Equal(t, []string{me.Uid, me.Gid}, r.out)
	r = collect(t, run.Config{Command: "id -u; id -g", User: "65534", Group: "65533"}, nil)
	if os.Geteuid() == 0 {
		assert.Equal(t, []string{"65534", "65533"}, r.out)
		return
	}
	assert.Equal(t, int(syscall.EPERM), r.status.ExitCode(), "only root may become another")
}

func TestCloseOnCall(t *testing.T) {
	read, write, err := os.Pipe()
	require.NoError(t, err)
	defer read.Close()
	defer write.Close()
	fd := int(read.Fd())
	_, err = unix.FcntlInt(uintptr(fd), unix.F_SETFD, 0)
	require.NoError(t, err)
	for _, closes := range []bool{false, true} {
		r := collect(t, run.Config{Func: funcs.Func("open"), Args: []string{strconv.Itoa(fd)}, CloseOnCall: closes}, nil)
		assert.Equal(t, []string{fmt.Sprint("open: ", !closes)}, r.out)
	}
}

func TestRedirects(t *testing.T) {
	dir := t.TempDir()
	out, errs := filepath.Join(dir, "out"), filepath.Join(dir, "err")
	k := kernel.New()
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			w, err := run.New(k, run.Config{Command: "echo o; echo e >&2", RedirectStdout: run.Redirect{Path: out}, RedirectStderr: run.Redirect{Path: errs},
				NoStdin: true, Events: run.Names{Exit: "exit"}})
			require.NoError(t, err)
			assert.ErrorIs(t, w.TryPut("x"), run.ErrNoStdin)
			assert.Zero(t, w.OutOctets()+w.OutMessages())
			assert.Nil(t, w.StdinFilter())
		},
		"exit": func(kernel.Event) {},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run(), "the session ends when the child has")
	for path, want := range map[string]string{out: "o\n", errs: "e\n"} {
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
	}
}

// A thousand children at a time: every exit status and every line arrives.
func TestThousandChildren(t *testing.T) {
	const children = 1000
	lines, exits := map[kernel.WheelID]string{}, map[kernel.WheelID]int{}
	want, wheels := map[kernel.WheelID]int{}, map[kernel.WheelID]*run.Wheel{}
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		for i := range children {
			w, err := run.New(k, run.Config{Command: fmt.Sprintf("read go; echo line %d; exit %d", i, i%256),
				Events: run.Names{Stdout: "out", Exit: "exit"}})
			require.NoError(t, err)
			wheels[w.ID()], want[w.ID()] = w, i
		}
		for _, w := range wheels {
			w.Put("go")
		}
	}, session.Funcs{
		"out": func(e kernel.Event) { lines[kernel.Arg[kernel.WheelID](e, 1)] = kernel.Arg[string](e, 0) },
		"exit": func(e kernel.Event) {
			id := kernel.Arg[kernel.WheelID](e, 1)
			exits[id] = kernel.Arg[kernel.WaitStatus](e, 0).ExitCode()
			assert.NotEmpty(t, lines[id], "the exit comes after the output")
			wheels[id].Close()
		},
	})
	require.Len(t, exits, children)
	for id, i := range want {
		assert.Equal(t, fmt.Sprint("line ", i), lines[id])
		assert.Equal(t, i%256, exits[id])
	}
}

// No conduit, no redirection and no failure leaves a descriptor open.
func TestNoDescriptorStaysOpen(t *testing.T) {
	count := func() int {
		entries, err := os.ReadDir("/dev/fd")
		require.NoError(t, err)
		return len(entries)
	}
	collect(t, run.Config{Command: "true"}, nil) // what Go opens for itself is open from now on
	before := count()
	for _, c := range []run.Config{
		{Command: "true"},
		{Command: "true", Conduit: run.SocketPair},
		{Command: "true", Conduit: run.Pty},
		{Command: "true", Conduit: run.PtyPipe},
		{Command: "true", RedirectOutput: run.Redirect{Path: "/dev/null"}},
		{Program: []string{"/nonexistent"}},
		{Command: "cat", RedirectStdin: run.Redirect{Path: "/dev/null"}},
	} {
		collect(t, c, nil)
	}
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		_, err := run.New(k, run.Config{Command: "true", RedirectStdin: run.Redirect{Path: "/dev/null"}, RedirectStdout: run.Redirect{Path: "/nonexistent/file"}})
		require.Error(t, err)
	}, nil)
	assert.Equal(t, before, count())
}
