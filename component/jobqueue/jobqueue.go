// Package jobqueue runs jobs on a bounded number of workers:
// POE::Component::JobQueue in Go.
//
//	jobqueue.New(k, jobqueue.Config{Alias: "queue", Limit: 16, Work: fetch})
//
//	e.Post(poe.Alias("queue"), "enqueue", "fetched", "http://example.org/")
//
//	func (b *bot) fetched(e poe.Event) {
//		r := jobqueue.ResultOf(e)
//		fmt.Println(r.Params, r.Results, r.Err)
//	}
//
// A worker is either a function that may block, Work, which runs on another
// goroutine, or a session that Worker creates and which reports its results by
// [Job.Done]. Package process has workers that are processes, package nodes such on
// other machines. A queue is passive, with jobs from the event "enqueue" (the event
// for the response, and the job's parameters), or active: it gets jobs from
// Fetch.
//
// The response has POE's arguments, a list of the parameters and a list of the
// results, and a [Result]. The asking session is kept alive until it has come.
// "stop" and "shutdown" start no more workers: those that run complete, jobs that
// wait get [ErrStopped].
//
// The jobs are in memory and are lost when the program ends; those of package durable
// are not.
package jobqueue

import (
	"context"
	"errors"
	"time"

	"github.com/gopoe/poe/component/internal/service"
	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
)

// Defaults of a Config.
const (
	DefaultAlias   = "queuer" // as in POE
	DefaultLimit   = 8
	DefaultMaxJobs = 1_000_000
)

// Config configures a queue. Either Work or Worker is required.
type Config struct {
	// Alias is the component's alias; empty is DefaultAlias.
	Alias string
	// Limit bounds the workers that run at once. 0 is DefaultLimit. POE:
	// WorkerLimit.
	Limit int
	// Work does a job on another goroutine; its context ends after Timeout and
	// with the component.
	Work func(ctx context.Context, params []any) ([]any, error)
	// Worker creates a session that does a job, as a child of the queue's. The
	// job ends when the session does, and has failed if Done was not called.
	// POE: Worker.
	Worker func(e kernel.Event, j *Job) (kernel.ID, error)
	// Less reports whether a new job goes before another that waits already; it
	// must be an order, as for sort.Interface. If nil, jobs are begun in the
	// order in which they came. POE: Prioritizer.
	Less func(job, other []any) bool
	// Fetch, if not nil, makes the queue active: it returns the parameters of
	// the next job, or false if there is none now. It runs on the kernel's
	// goroutine. POE: a Worker with Active.
	Fetch func(e kernel.Event) (params []any, ok bool)
	// Poll is the time until Fetch is called again after it returned false. If
	// 0, the queue then ends after its last job. POE: PollInterval.
	Poll time.Duration
	// AckTo and AckEvent are the destination and the event of an active queue's
	// responses. If they are zero, no responses are sent. POE: AckAlias,
	// AckState.
	AckTo    kernel.Dest
	AckEvent string
	// Progress is the event of the asker that reports the progress of its job, see
	// [Progress] and Job.Progress: its arguments are a list of the job's parameters
	// and a list of what was reported. If empty, there is none.
	Progress string
	// Timeout bounds one attempt; 0 is no limit. When it expires, a worker's
	// session is stopped by force; Work that does not end with its context
	// continues on its goroutine and counts against Limit until it returns or
	// the queue stops.
	Timeout time.Duration
	// Attempts is the number of attempts at a job in all; 0 is one. If it is
	// more, or Timeout is set, exceptions of a worker's session are failures of
	// its job.
	Attempts int
	// Pause is the time before the second attempt; it doubles with each further
	// attempt, up to a day.
	Pause time.Duration
	// MaxJobs bounds the jobs that wait, for a worker or their next attempt;
	// further ones get ErrBusy. 0 is DefaultMaxJobs.
	MaxJobs int
}

// Errors of a Result, besides those of the workers.
var (
	ErrStopped = errors.New("jobqueue: the queue has stopped")
	ErrBusy    = errors.New("jobqueue: too many jobs wait")
	ErrTimeout = errors.New("jobqueue: time-out")
	ErrNoDone  = errors.New("jobqueue: the worker's session ended without Done")
)

// Result is the result of a job.
type Result struct {
	Params   []any
	Results  []any // of Work or Done
	Err      error // of the last attempt; nil if the job is done
	Attempts int
}

// ResultOf returns the typed form of a response event. It panics with a
// kernel.ArgError for any other event.
func ResultOf(e kernel.Event) *Result { return kernel.Arg[*Result](e, 2) }

// New creates a queue, as a child of the active session. The error is a
// *kernel.ConfigError, or that of the alias.
func New(k *kernel.Kernel, c Config) (*Queue, error) {
	switch {
	case (c.Work == nil) == (c.Worker == nil):
		return nil, configerror.New("jobqueue", "Work", "must be set, or else Worker")
	case c.Timeout < 0:
		return nil, configerror.New("jobqueue", "Timeout", "must not be negative")
	case c.Pause < 0:
		return nil, configerror.New("jobqueue", "Pause", "must not be negative")
	case c.Poll < 0:
		return nil, configerror.New("jobqueue", "Poll", "must not be negative")
	case c.Limit < 0:
		return nil, configerror.New("jobqueue", "Limit", "must not be negative")
	case c.Attempts < 0:
		return nil, configerror.New("jobqueue", "Attempts", "must not be negative")
	case c.MaxJobs < 0:
		return nil, configerror.New("jobqueue", "MaxJobs", "must not be negative")
	case (c.AckTo == nil) != (c.AckEvent == ""):
		return nil, configerror.New("jobqueue", "AckEvent", "and AckTo go together")
	case c.Fetch == nil && (c.Poll != 0 || c.AckTo != nil):
		return nil, configerror.New("jobqueue", "Fetch", "is needed by Poll and AckTo")
	}
	configerror.SetDefault(&c.Alias, DefaultAlias)
	configerror.SetDefault(&c.Limit, DefaultLimit)
	configerror.SetDefault(&c.MaxJobs, DefaultMaxJobs)
	configerror.SetDefault(&c.Attempts, 1)
	q := &Queue{k: k, service: service.New(k, "jobqueue", c.Alias), config: c, bySession: map[kernel.ID]*Job{}}
	if err := service.Create(k, q, states); err != nil {
		return nil, err
	}
	return q, nil
}
