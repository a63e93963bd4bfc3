package databases_test

import (
	"bytes"
	"context"
	"database/sql/driver"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	moderncsqlite "modernc.org/sqlite"

	"github.com/gopoe/poe/component/dbi"
	"github.com/gopoe/poe/component/jobqueue/durable"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

func init() {
	moderncsqlite.MustRegisterScalarFunction("hold", 0, func(*moderncsqlite.FunctionContext, []driver.Value) (driver.Value, error) {
		time.Sleep(quick(durable.Config{}).Visibility) // a slow database: leases are extended meanwhile
		return int64(0), nil
	})
}

// The end of a job is noted and reported once, however slow the database is.
func TestSlowEnd(t *testing.T) {
	d := sqlite(t)
	work(t, d, quick(durable.Config{}), 0, durable.Job{ID: "slow"})
	ask(t, dbi.Config{Driver: d.driver, DSN: d.dsn}, d.do("CREATE TRIGGER held BEFORE DELETE ON jobs BEGIN SELECT hold(); END"))
	_, got := work(t, d, quick(durable.Config{Work: func(context.Context, *durable.Job) error { return nil }}), 1)
	require.Len(t, got, 1)
	assert.NoError(t, got[0].Err)
}

// However many jobs are stored at the beginning, the table is made once.
func TestOneTable(t *testing.T) {
	const jobs = 20
	d := sqlite(t)
	var log bytes.Buffer
	k := kernel.New(kernel.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	db, err := dbi.New(k, dbi.Config{Driver: d.driver, DSN: d.dsn})
	require.NoError(t, err)
	stored := 0
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			_, err := durable.New(k, durable.Config{DB: db, Dialect: d.dialect})
			require.NoError(t, err)
			for i := range jobs {
				assert.NoError(t, e.Post(kernel.Alias("jobs"), "enqueue", "stored", durable.Job{ID: fmt.Sprint(i)}))
			}
		},
		"stored": func(e kernel.Event) {
			assert.NoError(t, durable.StoredOf(e).Err)
			if stored++; stored == jobs {
				db.Shutdown() // statements that wait fail, and that is logged
				assert.NoError(t, e.Post(kernel.Alias("jobs"), "shutdown"))
			}
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.LessOrEqual(t, strings.Count(log.String(), "the table cannot be made"), 1, log.String())
}
