package dbi_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/await"
	"github.com/gopoe/poe/component/dbi"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// ask runs the component and a session that asks for queries one after the
// other, each when the last result of the one before has come.
func ask(t *testing.T, s *store, config dbi.Config, queries ...dbi.Query) []*dbi.Result {
	t.Helper()
	k := kernel.New(kernel.Options{Logger: slog.New(slog.DiscardHandler)})
	config.Alias = "db"
	if config.DB == nil {
		config.DB = s.DB()
		defer config.DB.Close()
	}
	_, err := dbi.New(k, config)
	require.NoError(t, err)
	var results []*dbi.Result
	next := func(e kernel.Event) {
		if len(queries) == 0 {
			e.Post(kernel.Alias("db"), "shutdown")
			return
		}
		q := queries[0]
		queries = queries[1:]
		q.Event = "got"
		assert.NoError(t, e.Post(kernel.Alias("db"), "query", q))
	}
	_, err = session.Inline(k, session.Funcs{
		"_start": next,
		"got": func(e kernel.Event) {
			r := kernel.Arg[*dbi.Result](e, 0)
			results = append(results, r)
			if r.Last {
				next(e)
			}
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	return results
}

func add(n int) dbi.Query { return dbi.Query{Kind: dbi.Do, SQL: "ADD ?", Args: []any{n}} }

func TestKinds(t *testing.T) {
	s := &store{numbers: []int64{3, 5}}
	all := func(k dbi.Kind) dbi.Query { return dbi.Query{Kind: k, SQL: "ALL", Key: "name", Extra: k} }
	r := ask(t, s, dbi.Config{}, add(7), dbi.Query{Kind: dbi.Insert, SQL: "ADD ?", Args: []any{9}},
		all(dbi.Single), all(dbi.Hash), all(dbi.Array), all(dbi.ArrayHash), all(dbi.KeyValHash), all(dbi.HashHash), all(dbi.Rows))
	for _, r := range r {
		assert.NoError(t, r.Err)
		assert.True(t, r.Last)
	}
	assert.Equal(t, int64(1), r[0].Affected)
	assert.Equal(t, int64(4), r[1].InsertID)
	assert.Equal(t, int64(3), r[2].Value)
	assert.Equal(t, map[string]any{"n": int64(3), "name": "number 3"}, r[3].Hash)
	assert.Equal(t, []any{int64(3), int64(5), int64(7), int64(9)}, r[4].Values)
	assert.Len(t, r[5].Hashes, 4)
	assert.Equal(t, "number 9", r[5].Hashes[3]["name"])
	assert.Equal(t, "number 7", r[6].Hash["7"])
	assert.Equal(t, int64(5), r[7].ByKey["number 5"]["n"])
	assert.Equal(t, []string{"n", "name"}, r[8].Columns)
	assert.Equal(t, []any{int64(9), "number 9"}, r[8].Rows[3])
	assert.Equal(t, dbi.Rows, r[8].Query.Extra)
}

func TestMistakesAreResults(t *testing.T) {
	s := &store{}
	for _, c := range []struct {
		query dbi.Query
		err   error
	}{
		{dbi.Query{Kind: dbi.Do, SQL: "FAIL"}, errStore},
		{dbi.Query{Kind: dbi.Rows, SQL: "FAIL"}, errStore},
		{dbi.Query{Kind: dbi.Rows}, dbi.ErrQuery},
		{dbi.Query{Kind: dbi.Rows, SQL: "ALL", Lane: []int{1}}, dbi.ErrQuery},
		{dbi.Query{Kind: "what", SQL: "ALL"}, dbi.ErrQuery},
		{dbi.Query{Kind: dbi.Single, SQL: "ALL", Chunk: 1}, dbi.ErrQuery},
		{dbi.Query{Kind: dbi.HashHash, SQL: "ALL"}, dbi.ErrQuery},
		{dbi.Query{Kind: dbi.HashHash, SQL: "SERIES 1", Key: "x"}, dbi.ErrQuery},
		{dbi.Query{Kind: dbi.KeyValHash, SQL: "SERIES 1"}, dbi.ErrQuery},
		{dbi.Query{Kind: dbi.Rows, SQL: "SERIES 11"}, dbi.ErrTooManyRows},
		{dbi.Query{Kind: dbi.Commit}, dbi.ErrNoTransaction},
		{dbi.Query{Kind: dbi.Do, SQL: "WAIT", Timeout: time.Millisecond}, context.DeadlineExceeded},
	} {
		r := ask(t, s, dbi.Config{MaxRows: 10}, c.query)
		require.Len(t, r, 1)
		assert.ErrorIs(t, r[0].Err, c.err)
	}
}

// The next rows are read when the event of those before has been handled.
func TestChunks(t *testing.T) {
	r := ask(t, &store{}, dbi.Config{MaxRows: 1}, dbi.Query{Kind: dbi.Array, SQL: "SERIES 10", Chunk: 4})
	require.Len(t, r, 3)
	for i, want := range []int{4, 4, 2} {
		assert.Len(t, r[i].Values, want)
		assert.Equal(t, i, r[i].Chunk)
		assert.Equal(t, i == 2, r[i].Last)
	}
	assert.Equal(t, int64(9), r[2].Values[1])
}

func TestLostConnections(t *testing.T) {
	r := ask(t, &store{}, dbi.Config{Retry: dbi.Retry{Attempts: 3, Min: time.Microsecond, Max: time.Millisecond}}, dbi.Query{Kind: dbi.Do, SQL: "LOSE 9"})
	assert.NoError(t, r[0].Err, "database/sql itself tries three times")
	r = ask(t, &store{}, dbi.Config{}, dbi.Query{Kind: dbi.Do, SQL: "LOSE 9"})
	assert.Error(t, r[0].Err)
}

// The statements of a session keep their order, whatever others do; a
// transaction takes in those of its lane alone.
func TestLanesAndTransactions(t *testing.T) {
	s := &store{}
	db := s.DB()
	defer db.Close()
	k := kernel.New()
	d, err := dbi.New(k, dbi.Config{DB: db})
	require.NoError(t, err)
	var seen []string
	sessions := 3
	for i := range sessions {
		_, err := session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) {
				assert.NoError(t, d.Do(dbi.Query{Kind: dbi.Begin, Event: "done"}))
				for n := range 20 {
					q := add(100*i + n)
					q.Event = "done"
					assert.NoError(t, d.Do(q))
				}
				assert.NoError(t, d.Do(dbi.Query{Kind: dbi.Array, SQL: "ALL", Event: "all"}))
				assert.NoError(t, d.Do(dbi.Query{Kind: []dbi.Kind{dbi.Commit, dbi.Rollback}[i%2], Event: "end"}))
			},
			"done": func(e kernel.Event) { assert.NoError(t, kernel.Arg[*dbi.Result](e, 0).Err) },
			"all": func(e kernel.Event) {
				r := kernel.Arg[*dbi.Result](e, 0)
				var own []any
				for _, v := range r.Values {
					if v.(int64)/100 == int64(i) {
						own = append(own, v)
					}
				}
				assert.Len(t, own, 20)
				assert.True(t, slices.IsSortedFunc(own, func(a, b any) int { return int(a.(int64) - b.(int64)) }))
			},
			"end": func(e kernel.Event) {
				assert.NoError(t, kernel.Arg[*dbi.Result](e, 0).Err)
				seen = append(seen, fmt.Sprint("end ", i))
				if len(seen) == sessions {
					assert.Zero(t, d.Pending())
					d.Shutdown()
				}
			},
		})
		require.NoError(t, err)
	}
	require.NoError(t, k.Run())
	assert.Len(t, seen, sessions)
	for _, n := range s.numbers {
		assert.NotEqual(t, int64(1), n/100, "it was rolled back")
	}
}

// A transaction that is open when its session stops is rolled back, and so is
// one that is open at the shutdown.
func TestOpenTransactionsAreRolledBack(t *testing.T) {
	for _, end := range []string{"session", "shutdown"} {
		t.Run(end, func(t *testing.T) {
			s := &store{}
			db := s.DB()
			defer db.Close()
			k := kernel.New()
			d, err := dbi.New(k, dbi.Config{DB: db, Alias: "db"})
			require.NoError(t, err)
			_, err = session.Inline(k, session.Funcs{
				"_start": func(e kernel.Event) {
					e.Post(kernel.Alias("db"), "begin", dbi.Query{Event: "begun"})
				},
				"begun": func(e kernel.Event) {
					assert.NoError(t, kernel.Arg[*dbi.Result](e, 0).Err)
					q := add(1)
					q.Event = "added"
					e.Post(kernel.Alias("db"), "do", q)
				},
				"added": func(e kernel.Event) {
					if end == "shutdown" {
						e.AliasSet("stays")
					}
					d.Shutdown()
				},
			})
			require.NoError(t, err)
			require.NoError(t, k.Run())
			assert.Empty(t, s.numbers)
			assert.Equal(t, []string{"begin", "add 1", "rollback"}, s.log)
		})
	}
}

func TestLimitsAndShutdown(t *testing.T) {
	s := &store{}
	db := s.DB()
	defer db.Close()
	k := kernel.New()
	d, err := dbi.New(k, dbi.Config{DB: db, MaxPending: 1})
	require.NoError(t, err)
	var errs []error
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for n := range 2 {
				q := add(n)
				q.Event = "got"
				assert.NoError(t, d.Do(q))
			}
			d.Shutdown()
			q := add(3)
			q.Event = "got"
			assert.NoError(t, d.Do(q))
		},
		"got": func(e kernel.Event) { errs = append(errs, kernel.Arg[*dbi.Result](e, 0).Err) },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.ElementsMatch(t, []error{dbi.ErrBusy, dbi.ErrShutdown, nil}, errs)
	assert.Equal(t, []int64{0}, s.numbers)
}

func TestAwait(t *testing.T) {
	s := &store{}
	db := s.DB()
	defer db.Close()
	k := kernel.New()
	d, err := dbi.New(k, dbi.Config{DB: db})
	require.NoError(t, err)
	var got any
	_, err = session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
		await.Async(e, func(task *await.Task) {
			_, err := await.Await(task, d.Await(add(41)))
			assert.NoError(t, err)
			r, err := await.Await(task, d.Await(dbi.Query{Kind: dbi.Single, SQL: "ALL"}))
			assert.NoError(t, err)
			got = r.Value
			_, err = await.Await(task, d.Await(dbi.Query{Kind: dbi.Single, SQL: "FAIL"}))
			assert.ErrorIs(t, err, errStore)
			d.Shutdown()
		})
	}})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, int64(41), got)
}

func TestConfigErrors(t *testing.T) {
	db := (&store{}).DB()
	defer db.Close()
	for field, c := range map[string]dbi.Config{
		"DB": {}, "Driver": {DB: db, Driver: "x"}, "MaxConns": {DB: db, MaxConns: -1}, "MaxPending": {DB: db, MaxPending: -1},
		"Retry": {DB: db, Retry: dbi.Retry{Attempts: -1}},
	} {
		_, err := dbi.New(kernel.New(), c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, field, wrong.Field)
	}
	_, err := dbi.New(kernel.New(), dbi.Config{Driver: "no such driver"})
	assert.ErrorContains(t, err, "unknown driver")
}

func Example() {
	db := (&store{numbers: []int64{3, 5}}).DB()
	defer db.Close()
	k := kernel.New()
	d, err := dbi.New(k, dbi.Config{DB: db})
	if err != nil {
		fmt.Println(err)
		return
	}
	session.Inline(k, session.Funcs{
		"_start": func(kernel.Event) { d.Do(dbi.Query{Kind: dbi.ArrayHash, SQL: "ALL", Event: "rows"}) },
		"rows": func(e kernel.Event) {
			for _, row := range kernel.Arg[*dbi.Result](e, 0).Hashes {
				fmt.Println(row["n"], row["name"])
			}
			d.Shutdown()
		},
	})
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 3 number 3
	// 5 number 5
}
