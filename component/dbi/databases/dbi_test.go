package databases_test

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/dbi"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// ask runs queries one after the other and returns their last results.
func ask(t *testing.T, config dbi.Config, queries ...dbi.Query) []*dbi.Result {
	t.Helper()
	k := kernel.New()
	config.Alias = "db"
	_, err := dbi.New(k, config)
	require.NoError(t, err)
	var results []*dbi.Result
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for _, q := range queries {
				q.Event = "got"
				assert.NoError(t, e.Post(kernel.Alias("db"), "query", q))
			}
		},
		"got": func(e kernel.Event) {
			if r := kernel.Arg[*dbi.Result](e, 0); r.Last {
				if results = append(results, r); len(results) == len(queries) {
					_ = e.Post(kernel.Alias("db"), "shutdown")
				}
			}
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	return results
}

func (d database) do(sql string, args ...any) dbi.Query {
	return dbi.Query{Kind: dbi.Do, SQL: d.args(sql), Args: args}
}

func (d database) table() dbi.Query {
	return d.do("CREATE TABLE tea (id " + d.serial + ", name VARCHAR(40) UNIQUE, grams INTEGER)")
}

// What EasyDBI returns, from each database.
func testKinds(t *testing.T, d database) {
	insert := dbi.Insert
	if d.name == "postgresql" {
		insert = dbi.Do // its driver knows no last key
	}
	get := func(kind dbi.Kind, columns string) dbi.Query {
		return dbi.Query{Kind: kind, SQL: d.args("SELECT " + columns + " FROM tea WHERE grams > ? ORDER BY id"), Args: []any{1}, Key: "name"}
	}
	r := ask(t, dbi.Config{Driver: d.driver, DSN: d.dsn}, d.table(),
		dbi.Query{Kind: insert, SQL: d.args("INSERT INTO tea (name, grams) VALUES (?, ?)"), Args: []any{"assam", 3}},
		d.do("INSERT INTO tea (name, grams) VALUES (?, ?), (?, ?)", "ceylon", 5, "fujian", nil),
		d.do("UPDATE tea SET grams = grams + 1"),
		get(dbi.Single, "name"), get(dbi.Hash, "name, grams"), get(dbi.Array, "name"), get(dbi.ArrayHash, "name, grams"),
		get(dbi.KeyValHash, "name, grams"), get(dbi.HashHash, "name, grams"), get(dbi.Rows, "grams, name"),
		d.do("INSERT INTO tea (name) VALUES ('assam')"), d.do("DELETE FROM tea"))
	require.Len(t, r, 13)
	for i, r := range r {
		assert.Equal(t, i == 11, r.Err != nil, "%d: %v", i, r.Err) // the name is there already
	}
	if insert == dbi.Insert {
		assert.Equal(t, int64(1), r[1].InsertID)
	}
	assert.Equal(t, int64(2), r[2].Affected)
	assert.Equal(t, "assam", r[4].Value)
	assert.Equal(t, map[string]any{"name": "assam", "grams": int64(4)}, plain(r[5].Hash))
	assert.Equal(t, []any{"assam", "ceylon"}, r[6].Values)
	assert.Equal(t, "ceylon", r[7].Hashes[1]["name"])
	assert.Equal(t, map[string]any{"assam": int64(4), "ceylon": int64(6)}, plain(r[8].Hash))
	assert.Equal(t, map[string]any{"name": "ceylon", "grams": int64(6)}, plain(r[9].ByKey["ceylon"]))
	assert.Equal(t, []string{"grams", "name"}, r[10].Columns)
	assert.Equal(t, "ceylon", r[10].Rows[1][1])
	assert.Equal(t, int64(3), r[12].Affected)
}

// plain makes int64 of numbers, which drivers return in several types.
func plain(row map[string]any) map[string]any {
	out := map[string]any{}
	for name, v := range row {
		switch n := v.(type) {
		case int32:
			v = int64(n)
		case string:
			var number int64
			if _, err := fmt.Sscan(n, &number); err == nil {
				v = number
			}
		}
		out[name] = v
	}
	return out
}

// Each session's statements keep their order while others run beside them; what is
// rolled back, or left open by a session that ends, has no effect.
func testTransactions(t *testing.T, d database) {
	ask(t, dbi.Config{Driver: d.driver, DSN: d.dsn}, d.table())
	k := kernel.New()
	db, err := dbi.New(k, dbi.Config{Driver: d.driver, DSN: d.dsn, MaxConns: 4})
	require.NoError(t, err)
	sessions, numbers := []dbi.Kind{dbi.Commit, dbi.Rollback, "", dbi.Commit}, []int{}
	running := len(sessions)
	for i, ending := range sessions {
		_, err := session.Inline(k, session.Funcs{
			"_start": func(kernel.Event) {
				assert.NoError(t, db.Do(dbi.Query{Kind: dbi.Begin, Event: "done"}))
				for n := range 10 {
					q := d.do("INSERT INTO tea (name, grams) VALUES (?, ?)", fmt.Sprint(i, " ", n), n)
					q.Event, q.Extra = "done", n
					assert.NoError(t, db.Do(q))
				}
				if ending != "" {
					assert.NoError(t, db.Do(dbi.Query{Kind: ending, Event: "done"}))
				}
			},
			"done": func(e kernel.Event) {
				r := kernel.Arg[*dbi.Result](e, 0)
				assert.NoError(t, r.Err)
				if n, ok := r.Query.Extra.(int); ok && i == 0 {
					numbers = append(numbers, n)
				}
			},
			"_stop": func(kernel.Event) {
				if running--; running == 0 {
					db.Shutdown()
				}
			},
		})
		require.NoError(t, err)
	}
	require.NoError(t, k.Run())
	assert.Equal(t, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, numbers)
	r := ask(t, dbi.Config{Driver: d.driver, DSN: d.dsn}, dbi.Query{Kind: dbi.Array, SQL: "SELECT name FROM tea ORDER BY name"})
	var want []any
	for _, i := range []int{0, 3} {
		for n := range 10 {
			want = append(want, fmt.Sprint(i, " ", n))
		}
	}
	assert.Equal(t, want, r[0].Values)
}

// Rows come in chunks, of which the next is read when the one before was handled.
func testChunks(t *testing.T, d database) {
	k := kernel.New()
	db, err := dbi.New(k, dbi.Config{Driver: d.driver, DSN: d.dsn, MaxRows: 10})
	require.NoError(t, err)
	var sizes []int
	sum := 0
	_, err = session.Inline(k, session.Funcs{
		"_start": func(kernel.Event) {
			assert.NoError(t, db.Do(dbi.Query{Kind: dbi.Rows, SQL: series(1000), Chunk: 300, Event: "got"}))
		},
		"got": func(e kernel.Event) {
			r := kernel.Arg[*dbi.Result](e, 0)
			assert.NoError(t, r.Err)
			sizes = append(sizes, len(r.Rows))
			for _, row := range r.Rows {
				n := 0
				_, err := fmt.Sscan(fmt.Sprint(row[0]), &n)
				assert.NoError(t, err)
				sum += n
			}
			if r.Last {
				db.Shutdown()
			}
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []int{300, 300, 300, 100}, sizes)
	assert.Equal(t, 500500, sum)
}

// series is a query for the numbers from 1 to n, which all three databases know.
func series(n int) string {
	return fmt.Sprintf("WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < %d) SELECT n, 'the row of a number' FROM s", n)
}

// A statement ends at its time-out, on the server as well, and the lane continues.
func testTimeout(t *testing.T, d database) {
	slow := series(2_000_000_000)
	if d.name == "mariadb" {
		slow = "SELECT SLEEP(60)" // it bounds how far a recursion goes
	}
	began := time.Now()
	r := ask(t, dbi.Config{Driver: d.driver, DSN: d.dsn, MaxRows: -1},
		dbi.Query{Kind: dbi.Single, SQL: "SELECT COUNT(*) FROM (" + slow + ") AS t", Timeout: 200 * time.Millisecond},
		dbi.Query{Kind: dbi.Single, SQL: "SELECT 7"})
	assert.Error(t, r[0].Err)
	assert.Less(t, time.Since(began), 30*time.Second)
	assert.NoError(t, r[1].Err)
	assert.EqualValues(t, "7", fmt.Sprint(r[1].Value))
}

// Connections that the server has ended are made anew.
func testReconnect(t *testing.T, d database) {
	if d.name == "sqlite" {
		t.Skip("a file has no connections")
	}
	k := kernel.New()
	db, err := dbi.New(k, dbi.Config{Driver: d.driver, DSN: d.dsn, MaxConns: 1, Retry: dbi.Retry{Attempts: 5, Min: 10 * time.Millisecond}})
	require.NoError(t, err)
	other := d.open(t)
	var values []string
	_, err = session.Inline(k, session.Funcs{
		"_start": func(kernel.Event) {
			assert.NoError(t, db.Do(dbi.Query{Kind: dbi.Single, SQL: "SELECT 1", Event: "got"}))
		},
		"got": func(e kernel.Event) {
			r := kernel.Arg[*dbi.Result](e, 0)
			assert.NoError(t, r.Err)
			values = append(values, fmt.Sprint(r.Value))
			if len(values) == 3 {
				db.Shutdown()
				return
			}
			endOthers(t, d, other)
			assert.NoError(t, db.Do(dbi.Query{Kind: dbi.Single, SQL: "SELECT 1", Event: "got"}))
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"1", "1", "1"}, values)
}

// unknownThread is MariaDB's error for a connection that does not exist.
const unknownThread = 1094

// endOthers ends all connections to the server but its own.
func endOthers(t *testing.T, d database, db *sql.DB) {
	if d.name == "postgresql" {
		_, err := db.Exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'")
		require.NoError(t, err)
		return
	}
	db.SetMaxOpenConns(1)
	var list string
	require.NoError(t, db.QueryRow("SELECT GROUP_CONCAT(id) FROM information_schema.processlist WHERE user = 'root' AND id <> CONNECTION_ID()").Scan(&list))
	for id := range strings.SplitSeq(list, ",") {
		_, err := db.Exec("KILL " + id)
		var gone *mysql.MySQLError
		if errors.As(err, &gone) && gone.Number == unknownThread {
			continue // a connection that was closed before, and that the server has ended by now
		}
		require.NoError(t, err)
	}
}
