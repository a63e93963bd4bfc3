package databases_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/dbi"
	"github.com/gopoe/poe/component/jobqueue/durable"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// The component dbi is shut down while a job runs and others wait: the queue ends, and
// the next run of the program does all of them.
func TestDatabaseComponentEndsFirst(t *testing.T) {
	d := sqlite(t)
	work(t, d, quick(durable.Config{}), 0, durable.Job{ID: "1"}, durable.Job{ID: "2"}, durable.Job{ID: "3"})
	k := kernel.New()
	db, err := dbi.New(k, dbi.Config{Driver: d.driver, DSN: d.dsn})
	require.NoError(t, err)
	var queue *durable.Queue
	var results []error
	begun := make(chan struct{}, 3)
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			c := quick(durable.Config{DB: db, Limit: 1, AckTo: e.Session, AckEvent: "result"})
			c.Work = func(ctx context.Context, _ *durable.Job) error {
				begun <- struct{}{}
				<-ctx.Done()
				return nil
			}
			queue, err = durable.New(k, c)
			require.NoError(t, err)
			_, err = e.Offload("shutdown", func(context.Context) (any, error) { <-begun; return nil, nil })
			require.NoError(t, err)
			e.RefcountIncrement(e.Session, "results")
		},
		"shutdown": func(kernel.Event) { db.Shutdown() },
		"result": func(e kernel.Event) {
			results = append(results, durable.ResultOf(e).Err)
			e.RefcountDecrement(e.Session, "results")
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.ErrorIs(t, queue.Err(), dbi.ErrShutdown)
	require.Len(t, results, 1)
	assert.ErrorIs(t, results[0], durable.ErrLease)

	var mu sync.Mutex
	var done []string
	work(t, d, quick(durable.Config{Work: func(_ context.Context, j *durable.Job) error {
		mu.Lock()
		defer mu.Unlock()
		done = append(done, j.ID)
		return nil
	}}), 3)
	assert.ElementsMatch(t, []string{"1", "2", "3"}, done)
	r := ask(t, dbi.Config{Driver: d.driver, DSN: d.dsn}, dbi.Query{Kind: dbi.Single, SQL: "SELECT COUNT(*) FROM jobs"})
	assert.Equal(t, "0", fmt.Sprint(r[0].Value))
}
