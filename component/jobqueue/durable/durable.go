// Package durable is a queue of jobs in a database: a component jobqueue for
// jobs that must survive the program.
//
//	db, err := dbi.New(k, dbi.Config{Driver: "sqlite", DSN: "file:jobs.db"})
//	durable.New(k, durable.Config{Alias: "jobs", DB: db, Work: send})
//
//	e.Post(poe.Alias("jobs"), "enqueue", "stored", durable.Job{Body: mail})
//
//	func send(ctx context.Context, j *durable.Job) error { ... }
//
// A job is stored when the event that "enqueue" names has come without an
// error; from then on it is done at least once. The program that does it holds
// a lease: the job is invisible to others for Config.Visibility, which is
// extended while the job runs. When a program ends, even by kill -9, its leases
// expire, and another program, or its next run, gets the jobs. A job may
// therefore be done twice, if the program ends after the work and before that
// is recorded; Work should allow for that, for example by the job's ID.
//
// A job that fails is tried again after a pause, which doubles. After
// Config.Attempts, including those that a crash has ended, it is dead and stays
// in the table. These events are for dead jobs; the first argument of each is
// the event that brings the answer: "dead", with the maximal number of jobs
// (100 by default), answers with a *List, the oldest jobs first; "revive" and
// "remove", with a job's ID, begin it anew or delete it, and answer with a
// *Stored.
//
// Several programs may use one table, on several machines if their clocks agree to
// within less than Visibility. Jobs begin in the order of their priority, and of
// one priority in the order in which they were stored, as far as several workers
// and the pauses of failed jobs allow it.
//
// "shutdown" begins no more jobs, and ends the component when those that run
// have ended. The caller must shut down the component dbi, afterwards.
package durable

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/gopoe/poe/component/dbi"
	"github.com/gopoe/poe/component/internal/service"
	"github.com/gopoe/poe/component/jobqueue"
	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
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

// Config configures a queue. Only DB is required.
type Config struct {
	// Alias is the component's alias; empty is DefaultAlias.
	Alias string
	// DB is the database; it is required. The queue's statements have a lane of
	// their own.
	DB *dbi.DBI
	// Dialect is the kind of the database; the zero Dialect is SQLite.
	Dialect Dialect
	// Table is the name of the table, which is created if it does not exist. If
	// empty, it is DefaultTable.
	Table string

	// Work does a job on another goroutine. Its context ends with the
	// component, after Timeout, and if the lease was lost. Without it and Worker the
	// queue only stores jobs for other programs.
	Work func(ctx context.Context, j *Job) error
	// Worker does jobs in its place, in a session, and so in processes or on other
	// nodes: see packages process and nodes. The parameters of its job are the ID, the
	// body as []byte, the number of the attempt, and a text that no other attempt has.
	// Its session is stopped by force if the lease was lost.
	Worker func(e kernel.Event, j *jobqueue.Job) (kernel.ID, error)
	// Limit bounds the jobs that run at once. 0 is jobqueue.DefaultLimit.
	Limit int
	// Timeout bounds one attempt. 0 is no limit.
	Timeout time.Duration

	// Visibility is how long a lease lasts without being extended, and so how
	// soon after the end of a program other programs do its jobs. 0 is
	// DefaultVisibility.
	Visibility time.Duration
	// Poll is the interval at which to look for jobs that other programs have
	// stored; the queue's own are begun at once. 0 is DefaultPoll.
	Poll time.Duration
	// Attempts is the number of attempts after which a job is dead. 0 is
	// DefaultAttempts.
	Attempts int
	// Pause is the time before the second attempt; it doubles with each further
	// one up to MaxPause. If 0, they are DefaultPause and DefaultMaxPause.
	Pause, MaxPause time.Duration
	// MaxBody bounds the body of a job, in bytes. 0 is DefaultMaxBody.
	MaxBody int

	// AckTo and AckEvent are the destination and the event of a *Result at the
	// end of each attempt. If AckTo is nil, none is sent.
	AckTo    kernel.Dest
	AckEvent string
	// Progress is the event of AckTo that reports the progress of a job, see
	// jobqueue.Progress and jobqueue.Job: its arguments are a *Job and a list of what
	// was reported. If empty, there is none.
	Progress string
}

// Job is one job, as it is stored and as Work gets it.
type Job struct {
	// ID is unique in the table and has at most 64 bytes. If it is empty,
	// "enqueue" makes one. With an ID of the caller's own it is safe to repeat
	// an "enqueue" whose answer was lost: the error is then ErrExists.
	ID       string
	Body     []byte
	Priority int           // jobs of a higher one are begun first
	Delay    time.Duration // how long to wait before the job may begin

	// Attempt is the number of the attempt, from 1; LastError is the text of
	// the error of the previous one. Both are set by the queue.
	Attempt   int
	LastError string

	lease     string
	context   context.Context // ends when the lease is lost
	cancel    context.CancelFunc
	result    *jobqueue.Result // once it is done
	finishing bool             // the database has not answered yet that it is done
	work      *jobqueue.Job    // of a Worker
}

// Stored is the answer to "enqueue", "revive" and "remove".
type Stored struct {
	Job Job // with its ID
	Err error
}

// StoredOf returns the *Stored that is the argument of an answer. It panics
// with a kernel.ArgError for any other event.
func StoredOf(e kernel.Event) *Stored { return kernel.Arg[*Stored](e, 0) }

// Result is the result of an attempt. Err is Work's error, ErrLease,
// ErrCrashed, jobqueue.ErrTimeout or jobqueue.ErrStopped.
type Result struct {
	Job  Job
	Err  error // nil if the job is done
	Dead bool  // the job has failed and there will be no further attempt
}

// ResultOf returns the *Result that is the argument of Config.AckEvent. It
// panics with a kernel.ArgError for any other event.
func ResultOf(e kernel.Event) *Result { return kernel.Arg[*Result](e, 0) }

// Errors of a Stored (ErrStopped to ErrExists) and of a Result (ErrLease and
// ErrCrashed).
var (
	ErrStopped = errors.New("durable: the queue has stopped")
	ErrBody    = errors.New("durable: the body is longer than MaxBody")
	ErrID      = errors.New("durable: an ID has at most 64 bytes")
	ErrExists  = errors.New("durable: there is a job with this ID")
	ErrLease   = errors.New("durable: the lease was lost; the job may be done again")
	ErrCrashed = errors.New("durable: the last attempt had no end")
)

// New creates a queue, as a child of the active session. The error is a
// *kernel.ConfigError, or that of an alias. Errors of the database are reported
// by the answers to "enqueue", and logged.
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
	case c.Progress != "" && c.AckTo == nil:
		return nil, configerror.New("durable", "Progress", "needs AckTo")
	case c.Work != nil && c.Worker != nil:
		return nil, configerror.New("durable", "Worker", "and Work exclude each other")
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
	q := &Queue{k: k, service: service.New(k, "durable", c.Alias), config: c, running: map[string]*Job{}, leases: map[string]*Job{}}
	if err := service.Create(k, q, states); err != nil {
		return nil, err
	}
	return q, nil
}

func isWord(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' }
