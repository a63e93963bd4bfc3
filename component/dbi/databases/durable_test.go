package databases_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/dbi"
	"github.com/gopoe/poe/component/jobqueue/durable"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// quick are waits that a test can afford.
func quick(c durable.Config) durable.Config {
	c.Visibility, c.Poll, c.Pause = 300*time.Millisecond, 10*time.Millisecond, time.Millisecond
	return c
}

// work stores jobs, runs a queue until so many results have come, and returns them.
func work(t *testing.T, d database, c durable.Config, results int, jobs ...durable.Job) (stored []*durable.Stored, got []*durable.Result) {
	t.Helper()
	k := kernel.New()
	db, err := dbi.New(k, dbi.Config{Driver: d.driver, DSN: d.dsn})
	require.NoError(t, err)
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			c.DB, c.Dialect, c.AckTo, c.AckEvent = db, d.dialect, e.Session, "result"
			only := c
			only.Alias, only.Work, only.Worker = "store", nil, nil
			_, err := durable.New(k, only) // the jobs are there before the first begins
			require.NoError(t, err)
			for _, j := range jobs {
				assert.NoError(t, e.Post(kernel.Alias("store"), "enqueue", "stored", j))
			}
			e.RefcountIncrement(e.Session, "results")
			if len(jobs) == 0 {
				e.Yield("begin")
			}
		},
		"stored": func(e kernel.Event) {
			if stored = append(stored, durable.StoredOf(e)); len(stored) == len(jobs) {
				e.Yield("begin")
			}
		},
		"begin": func(e kernel.Event) {
			_ = e.Post(kernel.Alias("store"), "shutdown")
			if results == 0 {
				e.Yield("end")
				return
			}
			_, err := durable.New(k, c)
			require.NoError(t, err)
		},
		"result": func(e kernel.Event) {
			if got = append(got, durable.ResultOf(e)); len(got) == results {
				e.Yield("end")
			}
		},
		"end": func(e kernel.Event) {
			_ = e.Post(kernel.Alias("jobs"), "shutdown")
			e.RefcountDecrement(e.Session, "results")
			e.Yield("close")
		},
		"close": closeAfter(db),
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	return stored, got
}

// closeAfter shuts the database down when the queue has ended.
func closeAfter(db *dbi.DBI) kernel.Handler {
	return func(e kernel.Event) {
		if _, there := e.AliasResolve("jobs"); there {
			_ = e.Delay("close", time.Millisecond)
			return
		}
		db.Shutdown()
	}
}

func testQueue(t *testing.T, d database) {
	var mu sync.Mutex
	var done []string
	c := quick(durable.Config{Limit: 1, Attempts: 3, Work: func(_ context.Context, j *durable.Job) error {
		mu.Lock()
		defer mu.Unlock()
		done = append(done, fmt.Sprintf("%s %d %s", j.Body, j.Attempt, j.LastError))
		if string(j.Body) == "bad" || string(j.Body) == "weak" && j.Attempt < 2 {
			return errors.New("no\x00 tea \xff")
		}
		return nil
	}})
	stored, got := work(t, d, c, 8,
		durable.Job{Body: []byte("first")}, durable.Job{Body: []byte("\x00\xff second"), ID: "mine"}, durable.Job{ID: "mine"},
		durable.Job{Body: []byte("urgent"), Priority: 5}, durable.Job{Body: []byte("weak"), Priority: 1}, durable.Job{Body: []byte("bad"), ID: "bad", Delay: 30 * time.Millisecond})
	exist := 0
	for _, s := range stored {
		assert.NotEmpty(t, s.Job.ID)
		if s.Err != nil {
			assert.ErrorIs(t, s.Err, durable.ErrExists)
			assert.Equal(t, "mine", s.Job.ID)
			exist++
		}
	}
	assert.Equal(t, 1, exist)
	mu.Lock()
	slices.SortStableFunc(done[2:], strings.Compare) // when the second attempt is, is a matter of time
	assert.Equal(t, []string{"urgent 1 ", "weak 1 ", "\x00\xff second 1 ", "bad 1 ", "bad 2 no? tea ?", "bad 3 no? tea ?", "first 1 ", "weak 2 no? tea ?"}, done)
	done = nil
	mu.Unlock()
	last := got[7]
	assert.Equal(t, "bad", last.Job.ID)
	assert.True(t, last.Dead)
	assert.Error(t, last.Err)
	dead(t, d, c)
}

// dead looks at the dead job that is left, revives it and removes it.
func dead(t *testing.T, d database, c durable.Config) {
	k := kernel.New()
	db, err := dbi.New(k, dbi.Config{Driver: d.driver, DSN: d.dsn})
	require.NoError(t, err)
	jobs := kernel.Alias("jobs")
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			c.DB, c.Dialect, c.AckTo, c.AckEvent = db, d.dialect, e.Session, "result"
			_, err := durable.New(k, c)
			require.NoError(t, err)
			assert.NoError(t, e.Post(jobs, "dead", "list"))
			e.RefcountIncrement(e.Session, "results")
		},
		"list": func(e kernel.Event) {
			list := kernel.Arg[*durable.List](e, 0)
			assert.NoError(t, list.Err)
			if assert.Len(t, list.Jobs, 1) {
				assert.Equal(t, durable.Job{ID: "bad", Body: []byte("bad"), Attempt: 3, LastError: "no? tea ?"}, list.Jobs[0])
			}
			assert.NoError(t, e.Post(jobs, "revive", "revived", "none"))
			assert.NoError(t, e.Post(jobs, "revive", "revived", "bad"))
		},
		"revived": func(e kernel.Event) {
			assert.Equal(t, durable.StoredOf(e).Job.ID == "none", errors.Is(durable.StoredOf(e).Err, durable.ErrNone))
		},
		"result": func(e kernel.Event) {
			if durable.ResultOf(e).Dead {
				assert.NoError(t, e.Post(jobs, "remove", "removed", "bad"))
			}
		},
		"removed": func(e kernel.Event) {
			assert.NoError(t, durable.StoredOf(e).Err)
			e.RefcountDecrement(e.Session, "results")
			assert.NoError(t, e.Post(jobs, "shutdown"))
			e.Yield("close")
		},
		"close": closeAfter(db),
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	r := ask(t, dbi.Config{Driver: d.driver, DSN: d.dsn}, dbi.Query{Kind: dbi.Single, SQL: "SELECT COUNT(*) FROM jobs"})
	assert.Equal(t, "0", fmt.Sprint(r[0].Value))
}

// Programs that share a table share the jobs: each is done once.
func testSharedTable(t *testing.T, d database) {
	var jobs []durable.Job
	for i := range 120 {
		jobs = append(jobs, durable.Job{ID: fmt.Sprint(i)})
	}
	work(t, d, quick(durable.Config{}), 0, jobs...)
	var mu sync.Mutex
	done := map[string]int{}
	var results atomic.Int32
	var programs sync.WaitGroup
	for range 3 {
		programs.Go(func() {
			k := kernel.New()
			db, err := dbi.New(k, dbi.Config{Driver: d.driver, DSN: d.dsn})
			assert.NoError(t, err)
			_, err = session.Inline(k, session.Funcs{
				"_start": func(e kernel.Event) {
					_, err := durable.New(k, durable.Config{
						DB: db, Dialect: d.dialect, Poll: 10 * time.Millisecond, Limit: 4, AckTo: e.Session, AckEvent: "result",
						Work: func(_ context.Context, j *durable.Job) error {
							mu.Lock()
							defer mu.Unlock()
							done[j.ID]++
							return nil
						},
					})
					assert.NoError(t, err)
					e.Yield("look")
				},
				"result": func(e kernel.Event) {
					assert.NoError(t, durable.ResultOf(e).Err)
					results.Add(1)
				},
				"look": func(e kernel.Event) {
					if int(results.Load()) < len(jobs) {
						_ = e.Delay("look", 10*time.Millisecond)
						return
					}
					_ = e.Post(kernel.Alias("jobs"), "shutdown")
					e.Yield("close")
				},
				"close": closeAfter(db),
			})
			assert.NoError(t, err)
			assert.NoError(t, k.Run())
		})
	}
	programs.Wait()
	assert.Len(t, done, len(jobs))
	for id, times := range done {
		assert.Equal(t, 1, times, id)
	}
}
