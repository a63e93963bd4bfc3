package jobqueue

import (
	"context"
	"errors"
	"slices"
	"sort"
	"time"

	"github.com/gopoe/poe/component/internal/service"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Queue is the component. Its methods belong to the kernel's goroutine.
type Queue struct {
	k         *kernel.Kernel
	service   service.Service
	config    Config
	waiting   []*Job
	running   []*Job
	pausing   []*Job // before their next attempt
	bySession map[kernel.ID]*Job
	overdue   []*kernel.Job // whose time is over, and whose work has not returned
	starting  bool          // next is at work
	stopped   bool
}

// Job is one job, as Config.Worker gets it. Its methods belong to the kernel's
// goroutine.
type Job struct {
	queue    *Queue
	asker    kernel.Dest
	keeps    kernel.ID // the asker, while it is kept alive
	event    string
	params   []any
	attempts int
	alarm    kernel.AlarmID // of the time-out, or of the next attempt
	worker   kernel.ID
	offload  *kernel.Job
	expire   context.CancelFunc // ends the context of offload
	starting bool               // the worker's session is being made
	done     bool               // Done was called
	results  []any
	failure  error
}

var states = session.States[Queue]{
	"_start":   func(q *Queue, e kernel.Event) { q.service.Start(e, "jobs", q.close, q.start) },
	"_stop":    func(*Queue, kernel.Event) {},
	"_child":   (*Queue).child,
	"_parent":  func(*Queue, kernel.Event) {},
	"enqueue":  (*Queue).enqueue,
	"fetch":    (*Queue).fetch,
	"again":    func(q *Queue, e kernel.Event) { q.again(kernel.Arg[*Job](e, 0)) },
	"timeout":  func(_ *Queue, e kernel.Event) { kernel.Arg[*Job](e, 0).timeout() },
	"die":      (*Queue).die,
	"progress": (*Queue).progress,
	"stop":     func(q *Queue, _ kernel.Event) { q.Stop() },
	"shutdown": func(q *Queue, _ kernel.Event) { q.Stop() },
}

func (q *Queue) start(e kernel.Event) (err error) {
	if q.config.Worker != nil && q.config.Attempts > 1 || q.config.Timeout > 0 {
		err = e.Sig("DIE", "die")
	}
	if q.config.Fetch != nil {
		e.Yield("fetch")
	}
	return err
}

func (q *Queue) enqueue(e kernel.Event) {
	event, ok := kernel.ArgOK[string](e, 0)
	if !ok || event == "" {
		q.k.Host().Logger().Warn("jobqueue: enqueue needs an event for the response", "sender", e.Sender, "args", e.Args)
		return
	}
	q.accept(e.Sender, event, slices.Clone(e.Args[1:]))
}

// Enqueue adds a job for the active session, which gets the response by event.
// The error is kernel.ErrInvalid outside of any session or without an event;
// ErrBusy and ErrStopped are reported by a response. POE: the event "enqueue".
func (q *Queue) Enqueue(event string, params ...any) error {
	id := q.k.ActiveSession()
	if id == q.k.ID() || event == "" {
		return kernel.ErrInvalid
	}
	q.accept(id, event, params)
	return nil
}

func (q *Queue) accept(asker kernel.ID, event string, params []any) {
	j := &Job{queue: q, asker: asker, event: event, params: params}
	switch {
	case q.stopped:
		j.respond(ErrStopped)
	case q.Waiting() >= q.config.MaxJobs:
		j.respond(ErrBusy)
	default:
		if err := q.service.Keep(asker); err != nil {
			return // it has stopped meanwhile
		}
		j.keeps = asker
		q.add(j)
	}
}

// add puts a job among those that wait, and starts what can be started.
func (q *Queue) add(j *Job) {
	at := len(q.waiting)
	if q.config.Less != nil {
		at = sort.Search(at, func(i int) bool { return q.config.Less(j.params, q.waiting[i].params) })
	}
	q.waiting = slices.Insert(q.waiting, at, j)
	q.next()
}

// again puts a job among those that wait once more, after its pause.
func (q *Queue) again(j *Job) {
	i := slices.Index(q.pausing, j)
	if i < 0 {
		return
	}
	q.pausing = slices.Delete(q.pausing, i, i+1)
	j.alarm = 0
	q.add(j)
}

// next starts workers as long as there are jobs and places. A worker that ends
// while it is started calls it again, which leaves the rest to the loop that
// runs already.
func (q *Queue) next() {
	if q.starting {
		return
	}
	q.starting = true
	defer func() { q.starting = false }()
	for q.Running() < q.config.Limit && len(q.waiting) > 0 && !q.stopped {
		j := q.waiting[0]
		q.waiting[0] = nil
		q.waiting = q.waiting[1:]
		q.running = append(q.running, j)
		q.service.In(j.begin)
	}
	if q.config.Fetch != nil && !q.stopped && q.Running() < q.config.Limit && len(q.waiting) == 0 {
		q.service.In(func(e kernel.Event) { _ = e.Delay("fetch", 0) })
	}
}

// fetch asks an active queue's source for jobs.
func (q *Queue) fetch(e kernel.Event) {
	for !q.stopped && q.Running()+len(q.waiting) < q.config.Limit {
		params, ok := q.config.Fetch(e)
		if !ok {
			if q.config.Poll > 0 {
				_ = e.Delay("fetch", q.config.Poll)
			} else if len(q.running)+len(q.pausing) == 0 {
				q.Stop()
			}
			return
		}
		j := &Job{queue: q, asker: q.config.AckTo, event: q.config.AckEvent, params: params}
		q.running = append(q.running, j)
		q.service.In(j.begin)
	}
}

// child sees the sessions of workers end.
func (q *Queue) child(e kernel.Event) {
	what, _ := kernel.ArgOK[string](e, 0)
	id, _ := kernel.ArgOK[kernel.ID](e, 1)
	if j := q.bySession[id]; what == "lose" && j != nil {
		delete(q.bySession, id)
		j.sessionEnded()
	}
}

// die makes an exception below a worker a failure of its job.
func (q *Queue) die(e kernel.Event) {
	x, ok := kernel.ArgOK[*kernel.Exception](e, 1)
	if !ok || x.Handled {
		return
	}
	for id := x.Dest; ; {
		if j := q.bySession[id]; j != nil {
			e.SigHandled()
			j.failure = x.Err
			_ = q.k.Host().StopSession(id)
			return
		}
		parent, err := q.k.Parent(id)
		if err != nil || parent == id || parent == q.k.ID() {
			return
		}
		id = parent
	}
}

// Waiting returns the number of jobs that wait, for a worker or for their next
// attempt.
func (q *Queue) Waiting() int { return len(q.waiting) + len(q.pausing) }

// Running returns the number of workers that run, including Work that has not
// returned though its time is over.
func (q *Queue) Running() int { return len(q.running) + len(q.overdue) }

// Stop ends the queue: no more workers are started, jobs that wait get
// ErrStopped, and the queue ends with its last worker. POE: the event "stop".
func (q *Queue) Stop() {
	if q.stopped {
		return
	}
	q.stopped = true
	idle := slices.Concat(q.waiting, q.pausing)
	q.waiting, q.pausing = nil, nil
	for _, j := range idle {
		j.respond(ErrStopped)
	}
	for _, work := range q.overdue {
		work.Cancel() // the queue does not wait for it
	}
	q.overdue = nil
	for _, j := range idle {
		q.service.RemoveAlarm(&j.alarm)
	}
	q.service.In(func(e kernel.Event) { _ = e.DelayClear("fetch") })
	q.service.RemoveAlias()
}

// close answers the jobs which a queue that ends by force has left. It runs
// after the session's end, which drops the events that the session has posted.
func (q *Queue) close() {
	q.stopped = true
	for _, j := range slices.Concat(q.running, q.waiting, q.pausing) {
		if !j.done {
			j.done = true
			j.respond(ErrStopped)
		}
	}
	q.running, q.waiting, q.pausing, q.overdue = nil, nil, nil, nil
}

// Params returns the job's parameters, which must not be changed.
func (j *Job) Params() []any { return j.params }

// Attempt returns the number of the present attempt, from 1.
func (j *Job) Attempt() int { return j.attempts }

// Done completes the job and sends the response; a worker's session calls it. A
// second call, or one after the attempt has timed out, does nothing. The worker
// counts against Config.Limit until its session has ended. POE: calling the
// postback.
func (j *Job) Done(results ...any) {
	if !j.done && !j.worker.IsZero() || !j.done && j.starting {
		j.done, j.results = true, results
		j.respond(nil)
	}
}

// Fail sets the error with which the attempt fails when the worker's session
// ends without Done. There may be further attempts.
func (j *Job) Fail(err error) { j.failure = err }

// begin starts an attempt, in the queue's session.
func (j *Job) begin(e kernel.Event) {
	q := j.queue
	j.attempts++
	j.results, j.failure = nil, nil
	if q.config.Timeout > 0 {
		j.alarm, _ = e.DelaySet("timeout", q.config.Timeout, j)
	}
	var err error
	if q.config.Work != nil {
		err = j.offloadWork()
	} else if err = j.makeWorker(e); err == nil && !j.worker.Alive() {
		j.sessionEnded() // within _start
	}
	if err != nil {
		j.ended(err)
	}
}

// offloadWork begins an attempt on another goroutine.
func (j *Job) offloadWork() error {
	q := j.queue
	expired, expire := context.WithCancel(context.Background())
	report := j.newReporter()
	var work *kernel.Job
	work, err := q.k.Host().OffloadFunc(nil, "job", func(ctx context.Context) (any, error) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(expired, cancel)()
		if report != nil {
			ctx = context.WithValue(ctx, progressKey{}, report)
		}
		return q.config.Work(ctx, j.params)
	}, func(_ kernel.Event, results any, err error) {
		expire()
		end := func(kernel.Event) { j.workEnded(work, results, err) }
		if report == nil {
			end(kernel.Event{})
			return
		}
		report.release()
		_ = q.k.Host().YieldFunc("ended", end) // behind the last report
	})
	if err != nil {
		report.release()
	}
	j.offload, j.expire = work, expire
	return err
}

// workEnded is the end of Work, which may be that of an attempt whose time is over.
func (j *Job) workEnded(work *kernel.Job, results any, err error) {
	q := j.queue
	if i := slices.Index(q.overdue, work); i >= 0 {
		q.overdue = slices.Delete(q.overdue, i, i+1)
		q.next()
		return
	}
	j.results, _ = results.([]any)
	j.ended(err)
}

func (j *Job) makeWorker(e kernel.Event) (err error) {
	j.starting = true
	defer func() { j.starting = false }()
	if j.worker, err = j.queue.config.Worker(e, j); err == nil && j.worker.Alive() {
		j.queue.bySession[j.worker] = j
	}
	return err
}

// timeout ends an attempt that takes too long.
func (j *Job) timeout() {
	j.alarm = 0
	if j.offload != nil {
		j.expire()
		if q := j.queue; q.stopped {
			j.offload.Cancel()
		} else {
			q.overdue = append(q.overdue, j.offload) // it may ignore its context
		}
		j.ended(ErrTimeout)
		return
	}
	j.failure = ErrTimeout
	_ = j.queue.k.Host().StopSession(j.worker)
}

func (j *Job) sessionEnded() {
	err := j.failure
	switch {
	case j.done:
		err = nil
	case err == nil:
		err = ErrNoDone
	}
	j.ended(err)
}

// ended is the end of an attempt.
func (j *Job) ended(err error) {
	q := j.queue
	i := slices.Index(q.running, j)
	if i < 0 {
		return // the queue was stopped by force
	}
	q.running = slices.Delete(q.running, i, i+1)
	q.service.RemoveAlarm(&j.alarm)
	j.offload, j.worker = nil, kernel.ID{}
	if err != nil && j.attempts < q.config.Attempts && !q.stopped {
		q.pausing = append(q.pausing, j)
		q.service.In(func(e kernel.Event) {
			j.alarm, _ = e.DelaySet("again", q.config.pause(j.attempts), j)
		})
	} else if !j.done {
		j.respond(err)
	}
	q.next()
}

// pause is the time before the attempt that follows so many.
func (c *Config) pause(attempts int) time.Duration {
	pause := c.Pause
	for range attempts - 1 {
		if pause > maxPause/2 {
			return max(c.Pause, maxPause)
		}
		pause *= 2
	}
	return pause
}

// maxPause is where pauses stop doubling.
const maxPause = 24 * time.Hour

// respond sends the response.
func (j *Job) respond(err error) {
	q := j.queue
	if j.event != "" {
		r := &Result{Params: j.params, Results: j.results, Err: err, Attempts: j.attempts}
		if failed := q.k.Post(j.asker, j.event, j.params, j.results, r); failed != nil && !errors.Is(failed, kernel.ErrNoSession) {
			q.k.Host().Logger().Warn("jobqueue: a response cannot be sent", "event", j.event, "error", failed)
		}
	}
	if !j.keeps.IsZero() {
		q.service.Release(j.keeps)
		j.keeps = kernel.ID{}
	}
}
