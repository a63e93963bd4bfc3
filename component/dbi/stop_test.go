package dbi_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/dbi"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// A component that is stopped by force answers what it has left.
func TestForcedStopAnswersAll(t *testing.T) {
	s := &store{}
	db := s.DB()
	defer db.Close()
	k := kernel.New()
	d, err := dbi.New(k, dbi.Config{Alias: "db", DB: db})
	require.NoError(t, err)
	id, _ := k.AliasResolve("db")
	var got []error
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for range 3 {
				assert.NoError(t, d.Do(dbi.Query{Kind: dbi.Begin, Event: "got"}))
			}
			assert.NoError(t, k.Host().StopSession(id))
		},
		"got": func(e kernel.Event) { got = append(got, kernel.Arg[*dbi.Result](e, 0).Err) },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Len(t, got, 3)
	for _, err := range got {
		assert.ErrorIs(t, err, dbi.ErrShutdown)
	}
}

// A transaction that is open when the component is stopped by force gives its
// connection back; one whose commit panics is over.
func TestTransactionsEndInAnyCase(t *testing.T) {
	for name, c := range map[string]struct {
		commit string
		ends   func(k *kernel.Kernel, d *dbi.DBI, id kernel.ID)
	}{
		"forced stop": {ends: func(k *kernel.Kernel, _ *dbi.DBI, id kernel.ID) { _ = k.Host().StopSession(id) }},
		"panic": {commit: "panic", ends: func(_ *kernel.Kernel, d *dbi.DBI, _ kernel.ID) {
			_ = d.Do(dbi.Query{Kind: dbi.Commit, Event: "got"})
			_ = d.Do(dbi.Query{Kind: dbi.Rollback, Event: "got"})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &store{commit: c.commit}
			db := s.DB()
			defer db.Close()
			k := kernel.New()
			d, err := dbi.New(k, dbi.Config{Alias: "db", DB: db})
			require.NoError(t, err)
			id, _ := k.AliasResolve("db")
			var got []error
			_, err = session.Inline(k, session.Funcs{
				"_start": func(e kernel.Event) { _ = d.Do(dbi.Query{Kind: dbi.Begin, Event: "begun"}) },
				"begun":  func(e kernel.Event) { c.ends(k, d, id) },
				"got":    func(e kernel.Event) { got = append(got, kernel.Arg[*dbi.Result](e, 0).Err) },
			})
			require.NoError(t, err)
			require.NoError(t, k.Run())
			if name == "panic" {
				require.Len(t, got, 2)
				assert.Error(t, got[0])
				assert.ErrorIs(t, got[1], dbi.ErrNoTransaction)
				return // database/sql has lost the connection
			}
			require.Eventually(t, func() bool { return db.Stats().InUse == 0 }, 30*time.Second, time.Millisecond)
		})
	}
}

// A component without an alias of the program's own stays while its users are idle.
func TestStaysWithoutAlias(t *testing.T) {
	s := &store{}
	db := s.DB()
	defer db.Close()
	k := kernel.New()
	d, err := dbi.New(k, dbi.Config{DB: db})
	require.NoError(t, err)
	var got []error
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { _ = e.Delay("ask", time.Millisecond) },
		"ask": func(kernel.Event) {
			assert.NoError(t, d.Do(dbi.Query{Kind: dbi.Do, SQL: "ADD ?", Args: []any{1}, Event: "got"}))
		},
		"got": func(e kernel.Event) { got = append(got, kernel.Arg[*dbi.Result](e, 0).Err) },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []error{nil}, got)
}
