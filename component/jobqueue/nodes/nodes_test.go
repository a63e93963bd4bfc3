package nodes_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/jobqueue"
	"github.com/gopoe/poe/component/jobqueue/nodes"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/session"
)

// The workers are processes: this binary, started again with the name of a node.
func TestMain(m *testing.M) {
	if name := os.Getenv("NODES_TEST_NAME"); name != "" {
		if err := serve(name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func config(name string) node.Config {
	return node.Config{
		Name: name, Listen: "127.0.0.1:0", Strangers: true,
		Heartbeat: 200 * time.Millisecond, DeadAfter: 20 * time.Second, CallTimeout: time.Minute,
		Logger: slog.New(slog.DiscardHandler),
	}
}

// serve is a worker, until its input ends.
func serve(name string) error {
	k := kernel.New(kernel.Options{Logger: slog.New(slog.DiscardHandler)})
	n, err := node.Start(k, config(name))
	if err != nil {
		return err
	}
	work := func(ctx context.Context, params []any) ([]any, error) {
		switch params[0] {
		case "name":
			return []any{name}, nil
		case "fail":
			return nil, errors.New("no tea")
		case "channel":
			return []any{make(chan int)}, nil
		case "hang":
			jobqueue.Progress(ctx, name)
			<-ctx.Done()
			return nil, os.WriteFile(params[1].(string), nil, 0o600) // where the test sees it
		case "stop":
			for !exists(params[1].(string)) && ctx.Err() == nil {
				time.Sleep(10 * time.Millisecond) // until the other job has begun
			}
			return nil, k.Outside().Do(context.Background(), func(k *kernel.Kernel) {
				id, _ := k.AliasResolve(nodes.DefaultAlias)
				_ = k.Host().StopSession(id)
			})
		case "hold":
			jobqueue.Progress(ctx, name)
			for !exists(params[1].(string)) && ctx.Err() == nil {
				time.Sleep(10 * time.Millisecond) // until the test has made it
			}
			return []any{name}, ctx.Err()
		}
		jobqueue.Progress(ctx, name, "half")
		return []any{params[0].(int64) + params[1].(int64)}, nil
	}
	if _, err := nodes.Serve(k, nodes.ServeConfig{Node: n, Limit: 2, Work: work}); err != nil {
		return err
	}
	fmt.Println(n.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		n.Shutdown()
		k.Outside().Stop()
	}()
	return k.Run()
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// spawn starts a worker, and returns its address and its process.
func spawn(t *testing.T, name string) (string, *os.Process) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "NODES_TEST_NAME="+name)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	return strings.TrimSpace(line), cmd.Process
}

// front runs a queue whose jobs those nodes do, until all have their results. Hook, if
// not nil, is called with each report of progress, and for a job that is refused.
func front(t *testing.T, peers map[string]string, c jobqueue.Config, hook func(e kernel.Event, report []any), jobs ...[]any) (results []*jobqueue.Result) {
	t.Helper()
	k := kernel.New(kernel.Options{Logger: slog.New(slog.DiscardHandler)})
	made := config("front")
	made.Linger = -1
	made.Peers = peers
	n, err := node.Start(k, made)
	require.NoError(t, err)
	var names []string
	for name := range peers {
		names = append(names, name)
	}
	workers, err := nodes.New(nodes.Config{Node: n, Workers: names})
	require.NoError(t, err)
	c.Alias, c.Progress, c.Worker = "queue", "progress", workers.Worker
	_, err = jobqueue.New(k, c)
	require.NoError(t, err)
	results = make([]*jobqueue.Result, len(jobs))
	left := len(jobs)
	handlers := session.Funcs{"progress": func(e kernel.Event) {
		if hook != nil {
			hook(e, kernel.Arg[[]any](e, 1))
		}
	}}
	for i := range jobs {
		handlers[fmt.Sprint("done ", i)] = func(e kernel.Event) {
			results[i] = jobqueue.ResultOf(e)
			if hook != nil && errors.Is(results[i].Err, nodes.ErrBusy) {
				hook(e, []any{"refused"})
			}
			if left--; left == 0 {
				e.Post(kernel.Alias("queue"), "shutdown")
				n.Shutdown()
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
	<-n.Done()
	return results
}

func TestNodesDoJobs(t *testing.T) {
	back, _ := spawn(t, "back")
	var reports [][]any
	results := front(t, map[string]string{"back": back}, jobqueue.Config{Limit: 1}, func(_ kernel.Event, report []any) { reports = append(reports, report) },
		[]any{1, 2}, []any{"fail"}, []any{"channel"}, []any{3, 4})
	assert.Equal(t, []any{int64(3)}, results[0].Results)
	assert.NoError(t, results[0].Err)
	assert.ErrorContains(t, results[1].Err, "no tea")
	assert.ErrorIs(t, results[2].Err, node.ErrBadValue)
	assert.Equal(t, []any{int64(7)}, results[3].Results)
	assert.Equal(t, [][]any{{"back", "half"}, {"back", "half"}}, reports)
}

// A worker that is killed by kill -9 loses no job: another node does it.
func TestKilledNode(t *testing.T) {
	one, first := spawn(t, "one")
	two, second := spawn(t, "two")
	file := t.TempDir() + "/killed"
	killed := ""
	kill := func(_ kernel.Event, report []any) {
		if killed == "" {
			killed = report[0].(string)
			assert.NoError(t, map[string]*os.Process{"one": first, "two": second}[killed].Kill())
			assert.NoError(t, os.WriteFile(file, nil, 0o600))
		}
	}
	results := front(t, map[string]string{"one": one, "two": two},
		jobqueue.Config{Attempts: 10, Limit: 1, Pause: 10 * time.Millisecond}, kill, []any{"hold", file}, []any{"name"}, []any{"name"})
	require.NotEmpty(t, killed)
	survivor := map[string]string{"one": "two", "two": "one"}[killed]
	assert.Greater(t, results[0].Attempts, 1)
	for _, r := range results {
		require.NoError(t, r.Err)
		assert.Equal(t, []any{survivor}, r.Results)
	}
}

// A node that does as many jobs as it may refuses further ones.
func TestBusyNode(t *testing.T) {
	back, _ := spawn(t, "back")
	file := t.TempDir() + "/go on"
	results := front(t, map[string]string{"back": back}, jobqueue.Config{Limit: 3}, func(e kernel.Event, report []any) {
		if report[0] == "refused" {
			assert.NoError(t, os.WriteFile(file, nil, 0o600))
		}
	}, []any{"hold", file}, []any{"hold", file}, []any{"name"})
	assert.NoError(t, results[0].Err)
	assert.NoError(t, results[1].Err)
	assert.ErrorIs(t, results[2].Err, nodes.ErrBusy)
	results = front(t, map[string]string{"back": back}, jobqueue.Config{}, nil, []any{"name"})
	assert.NoError(t, results[0].Err, "its places are free again")
}

// The work of a job that nobody waits for any more ends by its context.
func TestTimeoutEndsTheWork(t *testing.T) {
	back, _ := spawn(t, "back")
	file := t.TempDir() + "/told"
	results := front(t, map[string]string{"back": back}, jobqueue.Config{Timeout: 5 * time.Second}, nil, []any{"hang", file})
	assert.ErrorIs(t, results[0].Err, jobqueue.ErrTimeout)
	assert.Eventually(t, func() bool { return exists(file) }, time.Minute, 10*time.Millisecond)
}

// A session of Serve that is stopped by force ends its jobs.
func TestForcedStopEndsTheWork(t *testing.T) {
	address, _ := spawn(t, "stopped")
	dir := t.TempDir()
	begun, ended := filepath.Join(dir, "begun"), filepath.Join(dir, "ended")
	results := front(t, map[string]string{"stopped": address}, jobqueue.Config{Limit: 2}, func(kernel.Event, []any) {
		assert.NoError(t, os.WriteFile(begun, nil, 0o600))
	}, []any{"hang", ended}, []any{"stop", begun})
	for _, r := range results {
		assert.Error(t, r.Err)
	}
	assert.Eventually(t, func() bool { return exists(ended) }, 20*time.Second, 10*time.Millisecond)
}

func TestUnknownNode(t *testing.T) {
	results := front(t, map[string]string{"back": "127.0.0.1:1"}, jobqueue.Config{}, nil, []any{make(chan int)}, []any{"name"})
	assert.ErrorIs(t, results[0].Err, node.ErrBadValue)
	assert.Error(t, results[1].Err)
}

func TestConfigErrors(t *testing.T) {
	k := kernel.New()
	for _, c := range []nodes.Config{{}, {Node: &node.Node{}}, {Node: &node.Node{}, Workers: []string{""}}} {
		_, err := nodes.New(c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong)
	}
	work := func(context.Context, []any) ([]any, error) { return nil, nil }
	for _, c := range []nodes.ServeConfig{{Work: work}, {Node: &node.Node{}}, {Node: &node.Node{}, Work: work, Limit: -1}, {Node: &node.Node{}, Work: work, Timeout: -1}} {
		_, err := nodes.Serve(k, c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong)
	}
}
