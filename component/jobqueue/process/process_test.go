//go:build unix

package process_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/jobqueue"
	"github.com/gopoe/poe/component/jobqueue/process"
	"github.com/gopoe/poe/internal/leakcheck"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/run"
)

// functions are what the processes of the tests run.
var functions *run.Functions

func TestMain(m *testing.M) {
	if os.Getenv("PROCESS_TEST_SERVES") != "" { // below "program"
		_ = process.Serve(work)
		return
	}
	functions = run.Main(map[string]func([]string){
		"serve": func([]string) {
			if err := process.Serve(work); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		},
		"garbage": func([]string) { fmt.Println("tea?"); time.Sleep(time.Hour) },
		"silent":  func([]string) {},
		"program": func([]string) { program() },
	})
	leakcheck.Main(m)
}

// work is what a process does, by the first parameter.
func work(ctx context.Context, j *process.Job) ([]any, error) {
	var what string
	if err := j.Param(0, &what); err != nil {
		return nil, err
	}
	switch what {
	case "add":
		var a, b int
		if err := errors.Join(j.Param(1, &a), j.Param(2, &b)); err != nil {
			return nil, err
		}
		return []any{a + b, j.Attempt}, j.Progress("half", 50)
	case "fail":
		return nil, errors.New("no tea")
	case "die once": // as by kill -9
		if j.Attempt == 1 {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
		return []any{"alive"}, nil
	case "panic":
		panic("no biscuits")
	case "hang":
		if err := j.Progress(os.Getpid()); err != nil {
			return nil, err
		}
		<-ctx.Done()
		<-make(chan int) // it ignores its context
	}
	return nil, nil
}

// do runs a queue until all jobs have their results, and lists them in the order in
// which the jobs were given, with the reports of progress in all.
func do(t *testing.T, c jobqueue.Config, jobs ...[]any) (results []*jobqueue.Result, reports [][]any) {
	t.Helper()
	k := kernel.New(kernel.Options{Logger: slog.New(slog.DiscardHandler)})
	c.Alias, c.Progress = "queue", "progress"
	_, err := jobqueue.New(k, c)
	require.NoError(t, err)
	results = make([]*jobqueue.Result, len(jobs))
	left := len(jobs)
	handlers := session.Funcs{"progress": func(e kernel.Event) { reports = append(reports, kernel.Arg[[]any](e, 1)) }}
	for i := range jobs {
		handlers[fmt.Sprint("done ", i)] = func(e kernel.Event) {
			results[i] = jobqueue.ResultOf(e)
			if left--; left == 0 {
				e.Post(kernel.Alias("queue"), "shutdown")
			}
		}
	}
	handlers["_start"] = func(e kernel.Event) {
		for i, params := range jobs {
			assert.NoError(t, e.Post(kernel.Alias("queue"), "enqueue", append([]any{fmt.Sprint("done ", i)}, params...)...))
		}
	}
	_, err = session.Inline(k, handlers)
	require.NoError(t, err)
	require.NoError(t, k.Run())
	return results, reports
}

func served() func(kernel.Event, *jobqueue.Job) (kernel.ID, error) {
	return process.Worker(process.Config{Run: run.Config{Func: functions.Func("serve")}})
}

func TestProcessesDoJobs(t *testing.T) {
	results, reports := do(t, jobqueue.Config{Worker: served(), Limit: 2}, []any{"add", 1, 2}, []any{"add", 3, 4}, []any{"fail"}, []any{"add"}, []any{"panic"})
	assert.Equal(t, []any{3.0, 1.0}, results[0].Results)
	assert.Equal(t, []any{7.0, 1.0}, results[1].Results)
	assert.NoError(t, results[0].Err)
	assert.EqualError(t, results[2].Err, "no tea")
	assert.ErrorContains(t, results[3].Err, "no parameter 1")
	var exit *process.ExitError
	require.ErrorAs(t, results[4].Err, &exit)
	assert.Equal(t, 2, exit.Status.ExitCode())
	assert.Contains(t, exit.Stderr, "no biscuits")
	assert.Equal(t, [][]any{{"half", 50.0}, {"half", 50.0}}, reports)
}

// A worker that is killed by kill -9 loses no job: there is another attempt.
func TestKilledProcess(t *testing.T) {
	results, _ := do(t, jobqueue.Config{Worker: served(), Attempts: 2}, []any{"die once"})
	require.NoError(t, results[0].Err)
	assert.Equal(t, []any{"alive"}, results[0].Results)
	assert.Equal(t, 2, results[0].Attempts)

	results, _ = do(t, jobqueue.Config{Worker: served()}, []any{"die once"})
	var exit *process.ExitError
	require.ErrorAs(t, results[0].Err, &exit)
	assert.Equal(t, int(syscall.SIGKILL), exit.Status.Signal())
}

// gone reports whether a process has ended, though nobody may have waited for it.
func gone(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	out, err := exec.Command("ps", "-o", "stat=", "-p", fmt.Sprint(pid)).Output()
	return err == nil && strings.HasPrefix(string(out), "Z")
}

func TestTimeoutKillsTheProcess(t *testing.T) {
	results, reports := do(t, jobqueue.Config{Worker: served(), Timeout: 2 * time.Second}, []any{"hang"})
	assert.ErrorIs(t, results[0].Err, jobqueue.ErrTimeout)
	require.Len(t, reports, 1)
	pid := int(reports[0][0].(float64))
	assert.Eventually(t, func() bool { return gone(pid) }, time.Minute, 10*time.Millisecond)
}

func TestWhatIsNoReply(t *testing.T) {
	for name, want := range map[string]string{"garbage": "invalid character", "silent": process.ErrNone.Error()} {
		results, _ := do(t, jobqueue.Config{Worker: process.Worker(process.Config{Run: run.Config{Func: functions.Func(name)}})}, []any{1})
		assert.ErrorContains(t, results[0].Err, want, name)
	}
}

func TestProgramsThatKnowNothingOfJobs(t *testing.T) {
	c := process.Config{
		Run: run.Config{Program: []string{"sh", "-c", `cat; echo "$0 $1"; test "$1" != bad || { echo wrong >&2; exit 3; }`}},
		Command: func(params []any) ([]string, []byte, error) {
			if len(params) == 0 {
				return nil, nil, errors.New("a job has a parameter")
			}
			return []string{"arg", params[0].(string)}, []byte("one\ntwo"), nil
		},
		MaxOutput: 40,
	}
	results, _ := do(t, jobqueue.Config{Worker: process.Worker(c)}, []any{"good"}, []any{"bad"}, []any{}, []any{strings.Repeat("x", 41)}, []any{strings.Repeat("y\n", 30)})
	assert.NoError(t, results[0].Err)
	assert.Equal(t, []any{"one", "twoarg good"}, results[0].Results)
	var exit *process.ExitError
	require.ErrorAs(t, results[1].Err, &exit)
	assert.Equal(t, 3, exit.Status.ExitCode())
	assert.ErrorContains(t, exit, "wrong")
	assert.EqualError(t, results[2].Err, "a job has a parameter")
	assert.Error(t, results[3].Err, "a line that is too long")
	assert.ErrorIs(t, results[4].Err, process.ErrOutput)
}

func TestWhatCannotBeStarted(t *testing.T) {
	for name, c := range map[string]process.Config{
		"no such program": {Run: run.Config{Program: []string{"/no/such/program"}}},
		"no program":      {},
		"events":          {Run: run.Config{Program: []string{"true"}, Events: run.Names{}}},
	} {
		results, _ := do(t, jobqueue.Config{Worker: process.Worker(c)}, []any{1})
		assert.Error(t, results[0].Err, name)
	}
}

// program is a program whose process hangs; it reports that one's number.
func program() {
	k := kernel.New()
	_, err := jobqueue.New(k, jobqueue.Config{
		Alias: "queue", Progress: "progress", Worker: process.Worker(process.Config{Run: run.Config{
			Program: os.Args[:1], Env: append(os.Environ(), "PROCESS_TEST_SERVES=1"),
		}}),
	})
	if err == nil {
		_, err = session.Inline(k, session.Funcs{
			"_start":   func(e kernel.Event) { e.Post(kernel.Alias("queue"), "enqueue", "done", "hang") },
			"progress": func(e kernel.Event) { fmt.Println(int(kernel.Arg[[]any](e, 1)[0].(float64))) },
			"done":     func(kernel.Event) {},
		})
	}
	if err != nil {
		panic(err)
	}
	_ = k.Run()
}

// When the program that wants a job is killed by kill -9, the process that does it ends.
func TestKilledProgram(t *testing.T) {
	k := kernel.New()
	var pid int
	_, err := session.Inline(k, session.Funcs{
		"_start": func(kernel.Event) {
			_, err := run.New(k, run.Config{Func: functions.Func("program"), Events: run.Funcs{
				Stdout: func(w *run.Wheel, record any) {
					_, err := fmt.Sscan(record.(string), &pid)
					assert.NoError(t, err)
					assert.NoError(t, w.Kill(syscall.SIGKILL))
				},
				Exit: func(w *run.Wheel, status kernel.WaitStatus) {
					assert.Equal(t, int(syscall.SIGKILL), status.Signal())
					_ = w.Close()
				},
			}})
			assert.NoError(t, err)
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.NotZero(t, pid)
	assert.Eventually(t, func() bool { return gone(pid) }, time.Minute, 10*time.Millisecond)
}
