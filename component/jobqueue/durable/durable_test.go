package durable_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/dbi"
	"github.com/gopoe/poe/component/jobqueue/durable"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// What a configuration cannot be. The queue's tests with databases are in the
// module component/dbi/databases.
func TestConfigErrors(t *testing.T) {
	k := kernel.New()
	db := &dbi.DBI{}
	for field, c := range map[string]durable.Config{
		"DB":         {},
		"Table":      {DB: db, Table: "jobs; DROP TABLE jobs"},
		"AckEvent":   {DB: db, AckEvent: "x"},
		"Visibility": {DB: db, Visibility: -1},
		"Poll":       {DB: db, Poll: -1},
		"Pause":      {DB: db, Pause: -1},
		"MaxPause":   {DB: db, MaxPause: -1},
		"Timeout":    {DB: db, Timeout: -1},
		"Limit":      {DB: db, Limit: -1},
		"Attempts":   {DB: db, Attempts: -1},
		"MaxBody":    {DB: db, MaxBody: -1},
	} {
		_, err := durable.New(k, c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong, field)
		assert.Equal(t, field, wrong.Field)
	}
}

func TestRewrite(t *testing.T) {
	const statement = "UPDATE t SET a = ? WHERE b = ? AND c = ?"
	assert.Equal(t, statement, durable.SQLite.Rewrite(statement))
	assert.Equal(t, "UPDATE t SET a = $1 WHERE b = $2 AND c = $3", durable.PostgreSQL.Rewrite(statement))
	assert.Equal(t, "DELETE FROM t", durable.PostgreSQL.Rewrite("DELETE FROM t"))
}

// Without a database nothing is lost in silence: each request has an answer, and
// the queue can be shut down.
func TestDatabaseIsGone(t *testing.T) {
	k := kernel.New(kernel.Options{Logger: slog.New(slog.DiscardHandler)})
	db, err := dbi.New(k, dbi.Config{DB: sql.OpenDB(refusing{})})
	require.NoError(t, err)
	_, err = durable.New(k, durable.Config{DB: db, Work: func(context.Context, *durable.Job) error { return nil }, MaxBody: 3})
	require.NoError(t, err)
	var got []error
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for _, j := range []durable.Job{{Body: []byte("tea")}, {ID: "mine"}, {Body: []byte("long")}, {ID: string(make([]byte, 65))}} {
				assert.NoError(t, e.Post(kernel.Alias("jobs"), "enqueue", "stored", j))
			}
		},
		"stored": func(e kernel.Event) {
			if got = append(got, durable.StoredOf(e).Err); len(got) == 4 {
				assert.NoError(t, e.Post(kernel.Alias("jobs"), "shutdown"))
				assert.NoError(t, e.Post(kernel.Alias("jobs"), "enqueue", "refused", durable.Job{}))
			}
		},
		"refused": func(e kernel.Event) {
			assert.ErrorIs(t, durable.StoredOf(e).Err, durable.ErrStopped)
			db.Shutdown()
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Len(t, got, 4)
	assert.ErrorIs(t, got[0], durable.ErrBody)
	assert.ErrorIs(t, got[1], durable.ErrID)
	assert.ErrorIs(t, got[2], errRefused)
	assert.ErrorIs(t, got[3], errRefused)
}

// A queue whose database component ends first ends as well, whether it has a table or
// not, and does not try forever.
func TestDatabaseComponentEndsFirst(t *testing.T) {
	for _, work := range []func(context.Context, *durable.Job) error{nil, func(context.Context, *durable.Job) error { return nil }} {
		var log strings.Builder
		clock := &poetest.Clock{}
		k := poetest.New(t, kernel.Options{Clock: clock, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		refuses := sql.OpenDB(refusing{})
		t.Cleanup(func() { assert.NoError(t, refuses.Close()) })
		db, err := dbi.New(k, dbi.Config{DB: refuses})
		require.NoError(t, err)
		q, err := durable.New(k, durable.Config{DB: db, Work: work})
		require.NoError(t, err)
		var got []error
		_, err = session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) {
				assert.NoError(t, e.AliasSet("asker"))
				db.Shutdown()
				assert.NoError(t, q.Enqueue("stored", durable.Job{}))
			},
			"stored": func(e kernel.Event) {
				if got = append(got, durable.StoredOf(e).Err); len(got) == 1 {
					assert.NoError(t, q.Enqueue("stored", durable.Job{}))
					return
				}
				assert.NoError(t, e.AliasRemove("asker"))
			},
		})
		require.NoError(t, err)
		more, err := poetest.RunFor(k, clock, time.Hour)
		require.NoError(t, err)
		assert.False(t, more, "the queue has ended")
		require.Len(t, got, 2)
		assert.ErrorIs(t, got[0], dbi.ErrShutdown)
		assert.ErrorIs(t, got[1], durable.ErrStopped)
		assert.ErrorIs(t, q.Err(), durable.ErrStopped)
		assert.ErrorIs(t, q.Err(), dbi.ErrShutdown)
		assert.Equal(t, 1, strings.Count(log.String(), "its database component has ended"))
	}
}

var errRefused = errors.New("refused")

// refusing is a database that refuses all connections.
type refusing struct{}

func (refusing) Connect(context.Context) (driver.Conn, error) { return nil, errRefused }
func (refusing) Driver() driver.Driver                        { return nil }
