// Package dbi sends SQL to a database without holding up the kernel:
// POE::Component::EasyDBI, SimpleDBI, LaDBI and DBIAgent in Go, on database/sql
// with any of its drivers.
//
//	db, err := dbi.New(k, dbi.Config{Alias: "db", Driver: "sqlite", DSN: "file:app.db"})
//
//	// in a handler
//	db.Do(dbi.Query{Kind: dbi.Hash, SQL: "SELECT * FROM users WHERE name = ?", Args: []any{name}, Event: "got_user"})
//
//	func (s *server) gotUser(e poe.Event) {
//		r := poe.Arg[*dbi.Result](e, 0)
//		if r.Err != nil { ... }
//		fmt.Println(r.Hash["name"])
//	}
//
// The component is a session: other sessions post the event "query" with a
// [Query] to its alias, or an event named after a kind ("do", "insert", "single",
// "hash", "array", "arrayhash", "keyvalhash", "hashhash"), and get a [Result] by
// the event that the query names, once or, with Query.Chunk, once for each chunk.
// "shutdown" ends the component when all that was asked for is done.
//
// # Order
//
// Queries of one lane run one after the other, in the order in which they were
// asked for; lanes run beside each other. Every session has a lane of its own
// unless a query names another one, so that a session's statements never overtake
// each other. A transaction belongs to the lane in which it was begun: until its
// end all queries of that lane are part of it, and no others. One that is open
// when its session stops is rolled back. Where the statements are known beforehand,
// a query of the kind [Transaction] has all of them.
package dbi

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Kind is what a query is to return.
type Kind string

// The kinds. Their names are those of POE::Component::EasyDBI's events.
const (
	Do         Kind = "do"         // Result.Affected
	Insert     Kind = "insert"     // Result.InsertID, and Affected
	Single     Kind = "single"     // Result.Value: the first column of the first row
	Hash       Kind = "hash"       // Result.Hash: the first row by column
	Array      Kind = "array"      // Result.Values: the first column of all rows
	ArrayHash  Kind = "arrayhash"  // Result.Hashes: all rows by column
	KeyValHash Kind = "keyvalhash" // Result.Hash: the second column by the first
	HashHash   Kind = "hashhash"   // Result.ByKey: rows by column, by Query.Key
	Rows       Kind = "rows"       // Result.Rows: all rows as they are
	Begin      Kind = "begin"      // begins a transaction
	Commit     Kind = "commit"     // ends it
	Rollback   Kind = "rollback"   // takes it back

	// Transaction runs Query.Steps as one transaction: it ends with the first that
	// fails and is then rolled back. Result.Steps has their results.
	Transaction Kind = "transaction"
)

// Query is one statement.
type Query struct {
	Kind Kind
	SQL  string
	Args []any // for the placeholders
	// Event is the event of the asking session that brings the Result.
	Event string
	// Extra comes back in the result; nothing looks at it.
	Extra any
	// Lane orders the query behind others of the same lane. It must be
	// comparable; nil is the asking session's own.
	Lane any
	// Chunk delivers rows so many at a time, one event each; the next are read
	// when the event of those before has been handled. It is for Array, ArrayHash
	// and Rows.
	Chunk int
	// Steps are the statements of a Transaction, in order; of their fields Kind, SQL,
	// Args, Extra and Key are used.
	Steps []Query
	// Key is the column by which HashHash sorts its rows.
	Key string
	// Timeout bounds the statement; 0 is the configuration's.
	Timeout time.Duration
}

// Step returns a statement for Query.Steps.
func Step(kind Kind, sql string, args ...any) Query { return Query{Kind: kind, SQL: sql, Args: args} }

// Result is what a query has brought.
type Result struct {
	Query    Query
	Err      error
	Affected int64
	InsertID int64
	Columns  []string
	Value    any
	Values   []any
	Hash     map[string]any
	Hashes   []map[string]any
	ByKey    map[string]map[string]any
	Rows     [][]any
	Steps    []*Result // of a Transaction, up to the first that has failed
	// Chunk counts the results of one query from 0; Last says that no other
	// follows.
	Chunk int
	Last  bool
	// Elapsed is how long the statement ran, without its wait in the lane.
	Elapsed time.Duration
}

// Defaults of a Config.
const (
	DefaultTimeout    = 60 * time.Second
	DefaultMaxRows    = 100_000
	DefaultMaxPending = 10_000
)

// Config configures the component. It needs DB, or Driver and DSN.
type Config struct {
	// Alias is the component's alias; empty makes one. The component ends by
	// Shutdown, or with the program when only aliases are left.
	Alias string
	// DB is the database; it stays open. If it is nil, Driver and DSN open one,
	// which the component closes.
	DB          *sql.DB
	Driver, DSN string
	// MaxConns bounds the connections, and so how many lanes run at once; 0
	// leaves DB as it is. A database in one file or in memory often wants 1.
	MaxConns int
	// Timeout bounds a statement that does not say so itself; 0 is
	// DefaultTimeout, negative none.
	Timeout time.Duration
	// MaxRows bounds how many rows a query returns at once; more are an error.
	// It does not bind queries with a Chunk. 0 is DefaultMaxRows, negative none.
	MaxRows int
	// MaxPending bounds the queries that wait or run; more get ErrBusy. 0 is
	// DefaultMaxPending.
	MaxPending int
	// Retry repeats a statement outside of transactions whose connection was
	// lost before it did anything; the zero Retry never does.
	Retry Retry
}

// Retry is how often and when a lost connection is tried again: after Min, then
// twice as long each time up to Max.
type Retry struct {
	Attempts int
	Min, Max time.Duration
}

// Errors that a Result may carry besides those of the driver.
var (
	ErrBusy          = errors.New("dbi: too many queries are pending")
	ErrShutdown      = errors.New("dbi: the component has shut down")
	ErrTooManyRows   = errors.New("dbi: the query returns more rows than MaxRows")
	ErrNoTransaction = errors.New("dbi: there is no transaction in this lane")
	ErrTransaction   = errors.New("dbi: a transaction is open in this lane")
	ErrQuery         = errors.New("dbi: the query cannot be run")
)

// New makes the component, as a child of the active session. It does not wait
// for the database: what is wrong with it comes with the first result.
func New(k *kernel.Kernel, c Config) (*DBI, error) {
	d := &DBI{k: k, config: c, lanes: map[any]*lane{}}
	d.ctx, d.cancel = context.WithCancel(context.Background())
	switch {
	case c.DB == nil && c.Driver == "":
		return nil, configerror.New("dbi", "DB", "must be set, or Driver and DSN")
	case c.DB != nil && c.Driver != "":
		return nil, configerror.New("dbi", "Driver", "must not be set beside DB")
	case c.MaxConns < 0:
		return nil, configerror.New("dbi", "MaxConns", "must not be negative")
	case c.MaxPending < 0:
		return nil, configerror.New("dbi", "MaxPending", "must not be negative")
	case c.Retry.Attempts < 0 || c.Retry.Min < 0 || c.Retry.Max < 0:
		return nil, configerror.New("dbi", "Retry", "must not be negative")
	}
	if d.config.DB == nil {
		db, err := sql.Open(c.Driver, c.DSN)
		if err != nil {
			return nil, &kernel.ConfigError{Package: "dbi", Field: "Driver", Err: err}
		}
		d.config.DB, d.owned = db, true
	}
	if c.MaxConns > 0 {
		d.config.DB.SetMaxOpenConns(c.MaxConns)
		d.config.DB.SetMaxIdleConns(c.MaxConns)
	}
	configerror.SetDefault(&d.config.Timeout, DefaultTimeout)
	configerror.SetDefault(&d.config.MaxRows, DefaultMaxRows)
	configerror.SetDefault(&d.config.MaxPending, DefaultMaxPending)
	var failed error
	_, err := session.Create(k, d, states, &failed)
	if err == nil {
		err = failed
	}
	if err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

// withTimeout bounds a context; a duration that is not positive is no bound.
func withTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if d <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, d)
}
