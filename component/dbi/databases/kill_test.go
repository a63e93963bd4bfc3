package databases_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/dbi"
	"github.com/gopoe/poe/component/jobqueue/durable"
	"github.com/gopoe/poe/component/jobqueue/process"
	"github.com/gopoe/poe/internal/leakcheck"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/run"
)

// programVariable makes the test binary the program that TestKill kills: it names a
// directory, and how many jobs to store.
const programVariable = "POE_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if what := os.Getenv(programVariable); what != "" {
		dir, count, _ := strings.Cut(what, " ")
		n := 0
		_, _ = fmt.Sscan(count, &n)
		if err := program(dir, n); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	leakcheck.Main(m)
}

// processVariable has the program do jobs by processes.
const processVariable = "POE_TEST_PROCESSES"

// program stores so many jobs, one after the other, and does those that there are.
// With none to store it ends when the table is empty.
func program(dir string, count int) error {
	note := func(what, id string) {
		f, err := os.OpenFile(filepath.Join(dir, what), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err == nil {
			_, err = fmt.Fprintln(f, id)
			err = errors.Join(err, f.Close())
		}
		if err != nil {
			panic(err)
		}
	}
	k := kernel.New()
	db, err := dbi.New(k, dbi.Config{Driver: "sqlite", DSN: sqliteDSN(filepath.Join(dir, "jobs.db"))})
	if err != nil {
		return err
	}
	work := func(_ context.Context, j *durable.Job) error {
		note("begun", j.ID)
		time.Sleep(20 * time.Millisecond) // the work
		note("done", j.ID)
		return nil
	}
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			config := quick(durable.Config{DB: db, Work: work, Attempts: 100})
			if os.Getenv(processVariable) != "" { // jobs are done by processes
				config.Work, config.Worker = nil, process.Worker(process.Config{
					Run: run.Config{Program: []string{"sh", "-c", `echo "$0" >>begun; sleep 0.02; echo "$0" >>done`}, Dir: dir},
					Command: func(params []any) ([]string, []byte, error) {
						return []string{params[0].(string)}, nil, nil
					},
				})
			}
			if _, err := durable.New(k, config); err != nil {
				panic(err)
			}
			e.Yield("next")
		},
		"next": func(e kernel.Event) {
			if count > 0 {
				count--
				_ = e.Post(kernel.Alias("jobs"), "enqueue", "stored", durable.Job{})
				return
			}
			_ = db.Do(dbi.Query{Kind: dbi.Single, SQL: "SELECT COUNT(*) FROM jobs", Event: "left"})
		},
		"stored": func(e kernel.Event) {
			if s := durable.StoredOf(e); s.Err == nil {
				note("stored", s.Job.ID)
			}
			e.Yield("next")
		},
		"left": func(e kernel.Event) {
			if r := kernel.Arg[*dbi.Result](e, 0); r.Err != nil || fmt.Sprint(r.Value) != "0" {
				_ = e.Delay("next", 20*time.Millisecond)
				return
			}
			_ = e.Post(kernel.Alias("jobs"), "shutdown")
			e.Yield("close")
		},
		"close": closeAfter(db),
	})
	if err != nil {
		return err
	}
	return k.Run()
}

// A program that is killed again and again loses none of the jobs that it has
// stored.
func TestKill(t *testing.T) {
	for name, variable := range map[string]string{"on goroutines": "", "by processes": "1"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(processVariable, variable)
			killAgainAndAgain(t)
		})
	}
}

func killAgainAndAgain(t *testing.T) {
	dir := t.TempDir()
	self, err := os.Executable()
	require.NoError(t, err)
	start := func(count int) *exec.Cmd {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d", programVariable, dir, count))
		cmd.Stderr = os.Stderr
		require.NoError(t, cmd.Start())
		return cmd
	}
	for range 4 {
		cmd := start(1000)
		for before, until := len(ids(t, dir, "done")), time.Now().Add(time.Minute); len(ids(t, dir, "done")) < before+15; {
			require.True(t, time.Now().Before(until), "the program does nothing")
			time.Sleep(time.Millisecond) // until it has done some of its jobs
		}
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait()
	}
	require.NoError(t, start(0).Wait())
	stored, begun, done := ids(t, dir, "stored"), ids(t, dir, "begun"), ids(t, dir, "done")
	require.GreaterOrEqual(t, len(stored), 60)
	interrupted := 0
	for id := range stored {
		assert.Positive(t, done[id], "job %s was lost", id)
	}
	for id := range begun {
		if begun[id] > 1 {
			interrupted++
		}
	}
	assert.Positive(t, interrupted, "no job was interrupted, and so nothing was tried")
	t.Logf("%d jobs, %d of them begun more than once", len(stored), interrupted)
}

// ids counts the lines of a file.
func ids(t *testing.T, dir, name string) map[string]int {
	text, err := os.ReadFile(filepath.Join(dir, name))
	if !errors.Is(err, os.ErrNotExist) {
		require.NoError(t, err)
	}
	count := map[string]int{}
	for line := range strings.Lines(string(text)) {
		count[strings.TrimSpace(line)]++
	}
	return count
}

// A worker process that is killed has failed, and the job is done by the next.
func TestKilledWorker(t *testing.T) {
	d := sqlite(t)
	_, got := work(t, d, quick(durable.Config{Work: func(ctx context.Context, j *durable.Job) error {
		if j.Attempt == 1 {
			return exec.CommandContext(ctx, "sh", "-c", "kill -9 $$").Run()
		}
		return exec.CommandContext(ctx, "true").Run()
	}}), 2, durable.Job{})
	require.Len(t, got, 2)
	assert.ErrorContains(t, got[0].Err, "killed")
	assert.False(t, got[0].Dead)
	assert.NoError(t, got[1].Err)
	assert.Equal(t, 2, got[1].Job.Attempt)
}

// So is that of a Worker whose processes are the wheel's: the job stays in the database
// until a process has done it.
func TestKilledProcessOfAWorker(t *testing.T) {
	d := sqlite(t)
	worker := process.Worker(process.Config{
		Run: run.Config{Program: []string{"sh", "-c", `test "$0" != 1 || kill -9 $$; cat`}},
		Command: func(params []any) ([]string, []byte, error) {
			return []string{fmt.Sprint(params[2])}, params[1].([]byte), nil
		},
	})
	_, got := work(t, d, quick(durable.Config{Worker: worker}), 2, durable.Job{Body: []byte("tea")})
	require.Len(t, got, 2)
	var exit *process.ExitError
	require.ErrorAs(t, got[0].Err, &exit)
	assert.Equal(t, int(syscall.SIGKILL), exit.Status.Signal())
	assert.False(t, got[0].Dead)
	assert.NoError(t, got[1].Err)
	assert.Equal(t, 2, got[1].Job.Attempt)
}

// A job whose program has crashed each time is dead.
func TestCrashedTooOften(t *testing.T) {
	d := sqlite(t)
	work(t, d, quick(durable.Config{}), 0, durable.Job{ID: "crash"})
	ask(t, dbi.Config{Driver: d.driver, DSN: d.dsn}, d.do("UPDATE jobs SET attempts = 3, lease = 'of a program that is no more'"))
	_, got := work(t, d, quick(durable.Config{Attempts: 3, Work: func(context.Context, *durable.Job) error { return nil }}), 1)
	require.Len(t, got, 1)
	assert.ErrorIs(t, got[0].Err, durable.ErrCrashed)
	assert.True(t, got[0].Dead)
}
