// Package dbi sends SQL to a database without blocking the kernel:
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
// [Query] to its alias, or an event named after a kind ("do", "insert",
// "single", "hash", "array", "arrayhash", "keyvalhash", "hashhash"), and get a
// [Result] by the event that the query names, once or, with Query.Chunk, once
// for each chunk. "shutdown" ends the component when all pending queries are
// done.
//
// # Order
//
// Queries of one lane run one after the other, in the order in which they were
// requested; lanes run concurrently. Every session has a lane of its own unless
// a query names another one, so that a session's statements never overtake each
// other. A transaction belongs to the lane in which it was begun: until its end
// exactly the queries of that lane are part of it. If it is open when its
// session stops, it is rolled back. If the statements are known beforehand, one
// query of the kind [Transaction] has all of them.
package dbi

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/gopoe/poe/component/internal/service"
	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
)

// Kind selects what a query returns.
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
	Rollback   Kind = "rollback"   // undoes it

	// Transaction runs Query.Steps as one transaction, which is rolled back at
	// the first step that fails. Result.Steps has their results.
	Transaction Kind = "transaction"
)

// Query is one statement.
type Query struct {
	Kind Kind
	SQL  string
	Args []any // for the placeholders
	// Event is the event of the asking session that brings the Result.
	Event string
	// Extra is for the program's use; results have it in Result.Query.
	Extra any
	// Lane orders the query behind others of the same lane. It must be
	// comparable. If nil, it is the asking session's own.
	Lane any
	// Chunk, if not 0, delivers that many rows at a time, one event each; the
	// next rows are read after the event of the previous ones has been handled.
	// It is for Array, ArrayHash and Rows.
	Chunk int
	// Steps are the statements of a Transaction, in order; of their fields Kind, SQL,
	// Args, Extra and Key are used.
	Steps []Query
	// Key is the column whose values are the keys of HashHash.
	Key string
	// Timeout bounds the statement. 0 is Config.Timeout; if negative, there is
	// no limit.
	Timeout time.Duration
}

// Step returns a statement for Query.Steps, with arguments for its
// placeholders.
func Step(kind Kind, sql string, args ...any) Query { return Query{Kind: kind, SQL: sql, Args: args} }

// Result is the result of a query. The field that the query's Kind names is
// set.
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
	Steps    []*Result // of a Transaction, including the first that failed
	// Chunk counts the results of one query from 0; Last reports whether this
	// is the last one.
	Chunk int
	Last  bool
	// Elapsed is how long the statement ran, excluding its wait in the lane.
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
	// Alias is the component's alias. If empty, the component makes a unique
	// one. The component ends by Shutdown, or with the program when only
	// aliases keep sessions alive.
	Alias string
	// DB is the database, which the component does not close. If nil, the
	// component opens one with Driver and DSN, and closes it.
	DB          *sql.DB
	Driver, DSN string
	// MaxConns bounds the connections, and so the lanes that run at once; 0
	// leaves DB as it is. A database in one file or in memory often needs 1.
	MaxConns int
	// Timeout bounds statements without one. 0 is DefaultTimeout; if negative,
	// there is no limit.
	Timeout time.Duration
	// MaxRows bounds the rows of a result; more are ErrTooManyRows. It does not
	// apply to queries with a Chunk. 0 is DefaultMaxRows; if negative, there is
	// no limit.
	MaxRows int
	// MaxPending bounds the queries that wait or run; further ones get ErrBusy.
	// 0 is DefaultMaxPending.
	MaxPending int
	// Retry repeats a statement, outside of transactions, whose connection was
	// lost before the statement had any effect. The zero Retry never does.
	Retry Retry
}

// Retry is the number of further attempts after a lost connection, and the
// pauses before them: Min, then twice as long each time up to Max.
type Retry struct {
	Attempts int
	Min, Max time.Duration
}

// Errors of a Result, besides those of the driver.
var (
	ErrBusy          = errors.New("dbi: too many queries are pending")
	ErrShutdown      = errors.New("dbi: the component has shut down")
	ErrTooManyRows   = errors.New("dbi: the query returns more rows than MaxRows")
	ErrNoTransaction = errors.New("dbi: there is no transaction in this lane")
	ErrTransaction   = errors.New("dbi: a transaction is open in this lane")
	ErrQuery         = errors.New("dbi: the query cannot be run")
)

// New creates the component, as a child of the active session. The error is a
// *kernel.ConfigError, or that of the alias. New does not wait for the
// database, whose errors are reported by results.
func New(k *kernel.Kernel, c Config) (*DBI, error) {
	d := &DBI{k: k, service: service.New(k, "dbi", c.Alias), config: c, lanes: map[any]*lane{}}
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
	if err := service.Create(k, d, states); err != nil {
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
