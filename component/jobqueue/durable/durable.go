// Package durable is a queue of jobs in a database: component jobqueue for jobs
// that must survive the program.
//
//	db, err := dbi.New(k, dbi.Config{Driver: "sqlite", DSN: "file:jobs.db"})
//	durable.New(k, durable.Config{Alias: "jobs", DB: db, Work: send})
//
//	e.Post(poe.Alias("jobs"), "enqueue", "stored", durable.Job{Body: mail})
//
//	func send(ctx context.Context, j *durable.Job) error { ... }
//
// A job is stored when the event that "enqueue" names has come without an error;
// from then on it is done at least once. Whoever does it has a lease: the job is
// invisible to others for Config.Visibility, and that is extended while the job
// runs. A program that ends, by kill -9 as well, leaves its leases to run out, and
// another one, or its successor, gets the jobs. So a job may be done twice, when the
// program ends between the work and the note of it; Work should allow for that, by
// the job's ID for example.
//
// A job that fails is tried again after a pause, which doubles. After
// Config.Attempts, each of which a crash may have ended as well, it is dead: it
// stays in the table, for [Queue.Dead], [Queue.Revive] and [Queue.Remove].
//
// Several programs may use one table, on several machines if their clocks agree to
// within less than Visibility. Jobs begin in the order of their priority, and of
// one priority in the order in which they were stored, as far as several workers
// and the pauses of failed jobs allow it.
//
// "shutdown" begins no more jobs, and ends the component when those that run have
// ended. The component dbi is the caller's to shut down, afterwards.
package durable

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/gopoe/poe/component/dbi"
	"github.com/gopoe/poe/component/jobqueue"
	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Defaults of a Config.
const (
	DefaultAlias      = "jobs"
	DefaultTable      = "jobs"
	DefaultVisibility = time.Minute
	DefaultPoll       = time.Second
	DefaultAttempts   = 5
	DefaultPause      = time.Second
	DefaultMaxPause   = time.Hour
	DefaultMaxBody    = 1 << 20
)

// Config configures a queue. It needs DB.
type Config struct {
	// Alias is the component's alias; empty is DefaultAlias.
	Alias string
	// DB is the database; the queue's statements have a lane of their own.
	DB *dbi.DBI
	// Dialect is the kind of database; the zero Dialect is SQLite.
	Dialect Dialect
	// Table is the name of the table, which is made if it is not there; empty is
	// DefaultTable.
	Table string

	// Work does a job on another goroutine. Its context ends with the component,
	// after Timeout, and if the lease was lost. If it is nil, the queue only stores
	// jobs, for others to do.
	Work func(ctx context.Context, j *Job) error
	// Limit is how many jobs run at once; 0 is jobqueue.DefaultLimit.
	Limit int
	// Timeout bounds one attempt; 0 is none.
	Timeout time.Duration

	// Visibility is how long a lease lasts without being extended: how long after
	// the end of a program its jobs are done by others. 0 is DefaultVisibility.
	Visibility time.Duration
	// Poll is how often to look for jobs that others have stored; the queue's own
	// are begun at once. 0 is DefaultPoll.
	Poll time.Duration
	// Attempts is how often a job is begun before it is dead; 0 is
	// DefaultAttempts.
	Attempts int
	// Pause is the time before the second attempt; it doubles with each further one
	// up to MaxPause. 0 are DefaultPause and DefaultMaxPause.
	Pause, MaxPause time.Duration
	// MaxBody is how many bytes the body of a job may have; 0 is DefaultMaxBody.
	MaxBody int

	// AckTo and AckEvent get a *Result at the end of each attempt. If AckTo is nil,
	// none is sent.
	AckTo    kernel.Dest
	AckEvent string
}

// Job is one job.
type Job struct {
	// ID is unique in the table. If it is empty, "enqueue" makes one; one of the
	// caller's own makes it safe to repeat an "enqueue" whose answer was lost: the
	// answer then is ErrExists.
	ID       string
	Body     []byte
	Priority int           // higher ones are first
	Delay    time.Duration // how long to wait before the job may begin

	// Attempt counts from 1; LastError is how the one before has failed. Both are
	// set in jobs which Work gets.
	Attempt   int
	LastError string

	lease   string
	context context.Context // ends when the lease is lost
	cancel  context.CancelFunc
	result  *jobqueue.Result // once it is done
}

// Stored is the answer to "enqueue".
type Stored struct {
	Job Job // with its ID
	Err error
}

// StoredOf returns the typed form of an answer to "enqueue". It panics with a
// kernel.ArgError for any other event.
func StoredOf(e kernel.Event) *Stored { return kernel.Arg[*Stored](e, 0) }

// Result is the end of an attempt.
type Result struct {
	Job  Job
	Err  error // of Work, ErrLease, or nil
	Dead bool  // there will be no further attempt
}

// ResultOf returns the typed form of the event Config.AckEvent.
func ResultOf(e kernel.Event) *Result { return kernel.Arg[*Result](e, 0) }

// Errors of results.
var (
	ErrStopped = errors.New("durable: the queue has stopped")
	ErrBody    = errors.New("durable: the body is longer than MaxBody")
	ErrID      = errors.New("durable: an ID has at most 64 bytes")
	ErrExists  = errors.New("durable: there is a job with this ID")
	ErrLease   = errors.New("durable: the lease was lost; the job may be done again")
	ErrCrashed = errors.New("durable: the last attempt had no end")
)

// New makes a queue, as a child of the active session. What is wrong with the
// database comes with the answers to "enqueue".
func New(k *kernel.Kernel, c Config) (*Queue, error) {
	for _, field := range []struct {
		name  string
		value time.Duration
	}{{"Visibility", c.Visibility}, {"Poll", c.Poll}, {"Pause", c.Pause}, {"MaxPause", c.MaxPause}, {"Timeout", c.Timeout},
		{"Limit", time.Duration(c.Limit)}, {"Attempts", time.Duration(c.Attempts)}, {"MaxBody", time.Duration(c.MaxBody)}} {
		if field.value < 0 {
			return nil, configerror.New("durable", field.name, "must not be negative")
		}
	}
	switch {
	case c.DB == nil:
		return nil, configerror.New("durable", "DB", "must be set")
	case strings.ContainsFunc(c.Table, func(r rune) bool { return r != '_' && r != '.' && !isWord(r) }):
		return nil, configerror.New("durable", "Table", "must be a name of letters, digits, _ and .")
	case (c.AckTo == nil) != (c.AckEvent == ""):
		return nil, configerror.New("durable", "AckEvent", "and AckTo go together")
	}
	configerror.SetDefault(&c.Alias, DefaultAlias)
	configerror.SetDefault(&c.Dialect, SQLite)
	configerror.SetDefault(&c.Table, DefaultTable)
	configerror.SetDefault(&c.Limit, jobqueue.DefaultLimit)
	configerror.SetDefault(&c.Visibility, DefaultVisibility)
	configerror.SetDefault(&c.Poll, DefaultPoll)
	configerror.SetDefault(&c.Attempts, DefaultAttempts)
	configerror.SetDefault(&c.Pause, DefaultPause)
	configerror.SetDefault(&c.MaxPause, max(DefaultMaxPause, c.Pause))
	configerror.SetDefault(&c.MaxBody, DefaultMaxBody)
	q := &Queue{k: k, config: c, running: map[string]*Job{}}
	var failed error
	_, err := session.Create(k, q, states, &failed)
	return q, errors.Join(err, failed)
}

func isWord(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' }
