package databases_test

import (
	"context"
	"database/sql"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/dbi"
	"github.com/gopoe/poe/component/jobqueue/durable"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// BenchmarkRows reads rows of two columns through the component, in chunks, and
// with database/sql alone, in turn; ratio is how many the component reads in the
// time in which the other reads one. B/row and plain-B/row are what is allocated for
// a row, which the component delivers and the other drops.
func BenchmarkRows(b *testing.B) {
	const rows = 50_000
	for name, start := range servers {
		b.Run(name, func(b *testing.B) {
			d := start(b)
			if name == "mariadb" { // for connections made afterwards
				_, err := d.open(b).Exec("SET GLOBAL max_recursive_iterations = 1000000")
				require.NoError(b, err)
			}
			db, query := d.open(b), series(rows)
			var plain, component time.Duration
			var plainBytes, componentBytes uint64
			for b.Loop() {
				start := allocated()
				began := time.Now()
				require.Equal(b, rows, readPlain(b, db, query))
				plain += time.Since(began)
				middle := allocated()
				began = time.Now()
				require.Equal(b, rows, readComponent(b, db, query))
				component += time.Since(began)
				plainBytes += middle - start
				componentBytes += allocated() - middle
			}
			b.ReportMetric(float64(componentBytes)/float64(rows*b.N), "B/row")
			b.ReportMetric(float64(plainBytes)/float64(rows*b.N), "plain-B/row")
			b.ReportMetric(float64(plain)/float64(component), "ratio")
			b.ReportMetric(rows*float64(b.N)/component.Seconds(), "rows/s")
		})
	}
}

// allocated returns the bytes that were allocated so far.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func readPlain(b *testing.B, db *sql.DB, query string) (n int) {
	rows, err := db.Query(query)
	require.NoError(b, err)
	defer rows.Close()
	for rows.Next() {
		var number, text any
		require.NoError(b, rows.Scan(&number, &text))
		if bytes, ok := text.([]byte); ok {
			text = string(bytes)
		}
		n++
	}
	require.NoError(b, rows.Err())
	return n
}

func readComponent(b *testing.B, db *sql.DB, query string) (n int) {
	k := kernel.New()
	d, err := dbi.New(k, dbi.Config{DB: db})
	require.NoError(b, err)
	_, err = session.Inline(k, session.Funcs{
		"_start": func(kernel.Event) {
			require.NoError(b, d.Do(dbi.Query{Kind: dbi.Rows, SQL: query, Chunk: 1000, Event: "rows"}))
		},
		"rows": func(e kernel.Event) {
			r := kernel.Arg[*dbi.Result](e, 0)
			require.NoError(b, r.Err)
			if n += len(r.Rows); r.Last {
				d.Shutdown()
			}
		},
	})
	require.NoError(b, err)
	require.NoError(b, k.Run())
	return n
}

// BenchmarkJobs is how many jobs the persistent queue stores and does in a second.
func BenchmarkJobs(b *testing.B) {
	d := sqlite(b)
	k := kernel.New()
	db, err := dbi.New(k, dbi.Config{Driver: d.driver, DSN: d.dsn})
	require.NoError(b, err)
	left, done := b.N, 0
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			_, err := durable.New(k, durable.Config{
				DB: db, Work: func(context.Context, *durable.Job) error { return nil }, Limit: 64, AckTo: e.Session, AckEvent: "done",
			})
			require.NoError(b, err)
			e.RefcountIncrement(e.Session, "jobs")
			e.Yield("store")
		},
		"store": func(e kernel.Event) {
			for range min(left, 1000) {
				left--
				require.NoError(b, e.Post(kernel.Alias("jobs"), "enqueue", "stored", durable.Job{}))
			}
		},
		"stored": func(e kernel.Event) { require.NoError(b, durable.StoredOf(e).Err) },
		"done": func(e kernel.Event) {
			if done++; done == b.N {
				_ = e.Post(kernel.Alias("jobs"), "shutdown")
				e.RefcountDecrement(e.Session, "jobs")
			} else if done%1000 == 0 {
				e.Yield("store")
			}
		},
	})
	require.NoError(b, err)
	require.NoError(b, k.Run())
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
}
