//go:build unix

package run_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/driver"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/internal/wheeltest"
	"github.com/gopoe/poe/wheel/run"
)

var funcs *run.Functions

func TestMain(m *testing.M) {
	funcs = run.Main(map[string]func(args []string){
		"greet": func(args []string) { fmt.Println("hello", strings.Join(args, "+")) },
		"upper": func([]string) {
			for in := bufio.NewScanner(os.Stdin); in.Scan(); {
				fmt.Println(strings.ToUpper(in.Text()))
			}
		},
		"panic": func([]string) { panic("it broke") },
		"seven": func([]string) { os.Exit(7) },
		"open": func(args []string) {
			fd, _ := strconv.Atoi(args[0])
			_, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
			fmt.Println("open:", err == nil)
		},
	})
	os.Exit(m.Run())
}

// result is what a child has said and how it ended, in the order of events.
type result struct {
	out, err, log []string
	status        kernel.WaitStatus
}

// collect runs one child to its end; more is called with the wheel at once.
func collect(t testing.TB, c run.Config, more func(w *run.Wheel)) *result {
	t.Helper()
	r := &result{}
	note := func(line string) { r.log = append(r.log, line) }
	events := run.Funcs{
		Stdout: func(_ *run.Wheel, rec any) { r.out = append(r.out, rec.(string)) },
		Error: func(_ *run.Wheel, err *kernel.OpError, stream string) {
			note(fmt.Sprintf("%s %s %d", stream, err.Op, err.Errno()))
		},
		Close: func(*run.Wheel) { note("close") },
		Exit: func(w *run.Wheel, status kernel.WaitStatus) {
			note("exit")
			r.status = status
			got, ended := w.Status()
			assert.True(t, ended)
			assert.Equal(t, status, got)
			require.NoError(t, w.Close())
		},
	}
	if c.Conduit != run.Pty {
		events.Stderr = func(_ *run.Wheel, rec any) { r.err = append(r.err, rec.(string)) }
	}
	if c.RedirectOutput != (run.Redirect{}) {
		events.Stdout, events.Stderr = nil, nil
	}
	c.Events = events
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		w, err := run.New(k, c)
		require.NoError(t, err)
		if more != nil {
			more(w)
		}
	}, nil)
	return r
}

func TestConfigErrors(t *testing.T) {
	out := run.Names{Stdout: "o"}
	file := run.Redirect{Path: "/dev/null"}
	for _, c := range []struct {
		field  string
		config run.Config
	}{
		{"Program", run.Config{}},
		{"Program", run.Config{Command: "true", Program: []string{"true"}}},
		{"Func", run.Config{Func: funcs.Func("unknown")}},
		{"Conduit", run.Config{Command: "true", Conduit: 9}},
		{"RedirectStdout", run.Config{Command: "true", RedirectStdout: file, Events: out}},
		{"RedirectOutput", run.Config{Command: "true", RedirectOutput: file, Events: out}},
		{"RedirectOutput", run.Config{Command: "true", RedirectOutput: file, RedirectStderr: file}},
		{"RedirectStdin", run.Config{Command: "true", RedirectStdin: run.Redirect{Path: "a", File: os.Stdin}}},
		{"RedirectStdin", run.Config{Command: "true", RedirectStdin: file, Conduit: run.Pty}},
		{"RedirectStdin", run.Config{Command: "true", RedirectStdin: run.Redirect{Path: "/nonexistent/file"}}},
		{"Winsize", run.Config{Command: "true", Winsize: run.Winsize{Rows: 1, Cols: 1}}},
		{"Events", run.Config{Command: "true", Conduit: run.Pty, Events: run.Names{Stderr: "e"}}},
		{"StderrFilter", run.Config{Command: "true", Conduit: run.Pty, StderrFilter: filter.NewStream()}},
		{"StdioFilter", run.Config{Command: "true", StdioFilter: filter.NewStream(), StdinFilter: filter.NewStream()}},
		{"StdioDriver", run.Config{Command: "true", StdioDriver: &driver.SysRW{}, StdoutDriver: &driver.SysRW{}}},
		{"User", run.Config{Command: "true", User: "no such user"}},
		{"Group", run.Config{Command: "true", Group: "no such group"}},
	} {
		wheeltest.InSession(t, func(k *kernel.Kernel) {
			_, err := run.New(k, c.config)
			var wrong *kernel.ConfigError
			require.ErrorAs(t, err, &wrong, c.field)
			assert.Equal(t, "run", wrong.Package)
			assert.Equal(t, c.field, wrong.Field)
		}, nil)
	}
	_, err := run.New(kernel.New(), run.Config{Command: "true"})
	assert.ErrorIs(t, err, kernel.ErrNoActiveSession)
}

func TestCommands(t *testing.T) {
	script := filepath.Join(t.TempDir(), "script")
	require.NoError(t, os.WriteFile(script, []byte("echo script $1; exit 4"), 0o755))
	for _, c := range []struct {
		name   string
		config run.Config
		out    []string
		code   int
	}{
		{"split at white space", run.Config{Command: "echo  a   b"}, []string{"a b"}, 0},
		{"line feed at the end", run.Config{Command: "echo a\n"}, []string{"a"}, 0},
		{"shell characters", run.Config{Command: "echo 'a   b'; exit 3"}, []string{"a   b"}, 3},
		{"assignment", run.Config{Command: "A=1 env --version >/dev/null; echo $A", Env: []string{"A=2", "PATH=" + os.Getenv("PATH")}}, []string{"2"}, 0},
		{"assignment alone", run.Config{Command: "X=5 printenv X"}, []string{"5"}, 0},
		{"arguments", run.Config{Program: []string{"printf", "%s|"}, Args: []string{"a b", "*"}}, nil, 0},
		{"environment and directory", run.Config{Command: "echo $V; pwd", Env: []string{"V=w"}, Dir: "/"}, []string{"w", "/"}, 0},
		{"script without an interpreter", run.Config{Program: []string{script, "x"}}, []string{"script x"}, 4},
		{"function", run.Config{Func: funcs.Func("greet"), Args: []string{"a b", "c"}}, []string{"hello a b+c"}, 0},
		{"function that exits", run.Config{Func: funcs.Func("seven")}, nil, 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := collect(t, c.config, nil)
			assert.Equal(t, c.out, r.out)
			assert.Equal(t, c.code, r.status.ExitCode())
			assert.Empty(t, r.err)
		})
	}
}

func TestStdin(t *testing.T) {
	for _, conduit := range []run.Conduit{run.Pipe, run.SocketPair} {
		big := strings.Repeat("x", 1<<20)
		r := collect(t, run.Config{Func: funcs.Func("upper"), Conduit: conduit, StdoutFilter: filter.NewStream(), StdinFilter: lines(t, "\n")}, func(w *run.Wheel) {
			w.SetEvents(withStdin(w.Events().(run.Funcs), func(w *run.Wheel) { w.ShutdownStdin() }))
			w.Put("small", big[:60000])
			assert.Equal(t, 60007, w.OutOctets())
			assert.Equal(t, 2, w.OutMessages())
		})
		got := strings.Join(r.out, "")
		assert.True(t, strings.HasPrefix(got, "SMALL\nXXX"))
		assert.Len(t, got, 60007)
	}
}

func withStdin(f run.Funcs, flushed func(w *run.Wheel)) run.Funcs {
	f.Stdin = flushed
	return f
}

func lines(t testing.TB, literal string) filter.Filter {
	f, err := filter.NewLine(filter.LineConfig{Literal: literal})
	require.NoError(t, err)
	return f
}

func TestPutWithoutStdin(t *testing.T) {
	r := collect(t, run.Config{Command: "cat"}, func(w *run.Wheel) {
		w.ShutdownStdin()
		w.ShutdownStdin()
		assert.ErrorIs(t, w.TryPut("x"), run.ErrNoStdin)
		assert.NotPanics(t, func() { w.Put("x") })
	})
	assert.Zero(t, r.status)
	null, err := os.Open("/dev/null")
	require.NoError(t, err)
	defer null.Close()
	r = collect(t, run.Config{Command: "cat", RedirectStdin: run.Redirect{File: null}}, func(w *run.Wheel) {
		assert.ErrorIs(t, w.TryPut("x"), run.ErrNoStdin)
	})
	assert.Zero(t, r.status)
	_, err = null.Stat()
	assert.NoError(t, err, "a redirection's file stays open")
}

func TestWriteErrorNamesStdin(t *testing.T) {
	var failures []string
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		_, err := run.New(k, run.Config{Command: "exec <&-; echo ready; sleep 1", Events: run.Funcs{
			Stdout: func(w *run.Wheel, _ any) { w.Put("x") },
			Error: func(w *run.Wheel, err *kernel.OpError, stream string) {
				failures = append(failures, fmt.Sprint(stream, " ", err.Op, " ", err.Errno() == syscall.EPIPE))
				w.Close()
			},
		}})
		require.NoError(t, err)
	}, nil)
	assert.Equal(t, []string{"STDIN write true"}, failures)
}

func TestPauseAndFilters(t *testing.T) {
	var got []string
	var w *run.Wheel
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		var err error
		w, err = run.New(k, run.Config{Command: "echo 'a;b'; read go; echo 'c;d'; echo e >&2", Events: run.Names{Stdout: "out", Stderr: "err", Exit: "exit"}})
		require.NoError(t, err)
	}, session.Funcs{
		"out": func(e kernel.Event) {
			got = append(got, kernel.Arg[string](e, 0))
			if len(got) == 1 {
				w.SetStdoutFilter(lines(t, ";"))
				w.SetStderrFilter(lines(t, "\n"))
				assert.NotNil(t, w.StderrFilter())
				assert.NotSame(t, w.StdinFilter(), w.StdoutFilter())
				w.PauseStdout()
				w.PauseStderr()
				w.Put("go")
				e.Kernel.Yield("later", 20)
			}
		},
		"err": func(e kernel.Event) { got = append(got, "err "+kernel.Arg[string](e, 0)) },
		"later": func(e kernel.Event) {
			if n := kernel.Arg[int](e, 0); n > 0 {
				e.Kernel.Yield("later", n-1)
				return
			}
			assert.Len(t, got, 1, "nothing is read while paused")
			w.ResumeStderr()
			w.ResumeStdout()
		},
		"exit": func(e kernel.Event) {
			require.Len(t, e.Args, 2)
			assert.Equal(t, w.ID(), e.Arg(1))
			w.Close()
		},
	})
	assert.ElementsMatch(t, []string{"a;b", "c", "err e"}, got)
}

func ExampleNew() {
	k := kernel.New()
	var sorter *run.Wheel
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			w, err := run.New(k, run.Config{
				Program: []string{"sort", "-r"},
				Events:  run.Names{Stdin: "written", Stdout: "got_line", Exit: "got_exit"},
			})
			if err != nil {
				fmt.Println(err)
				return
			}
			sorter = w
			w.Put("apple", "cherry", "banana")
		},
		"written":  func(kernel.Event) { sorter.ShutdownStdin() },
		"got_line": func(e kernel.Event) { fmt.Println(e.Args[0]) },
		"got_exit": func(e kernel.Event) { fmt.Println(e.Args[0]); sorter.Close() },
	})
	k.Run()
	// Output:
	// cherry
	// banana
	// apple
	// exit code 0
}

func ExampleMain() {
	// In main: funcs := run.Main(map[string]func([]string){"greet": greet})
	k := kernel.New()
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			_, err := run.New(k, run.Config{
				Func: funcs.Func("greet"), Args: []string{"world"}, NoStdin: true,
				Events: run.Names{Stdout: "got_line"},
			})
			if err != nil {
				fmt.Println(err)
			}
		},
		"got_line": func(e kernel.Event) { fmt.Println(e.Args[0]) },
	})
	k.Run()
	// Output: hello world
}
