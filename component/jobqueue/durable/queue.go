package durable

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gopoe/poe/component/dbi"
	"github.com/gopoe/poe/component/internal/random"
	"github.com/gopoe/poe/component/internal/service"
	"github.com/gopoe/poe/component/jobqueue"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Queue is the component. Its methods belong to the kernel's goroutine.
type Queue struct {
	k        *kernel.Kernel
	service  service.Service
	config   Config
	workers  *jobqueue.Queue
	running  map[string]*Job // jobs with a lease of ours, by ID
	leases   map[string]*Job // jobs that a Worker does, by their lease
	requests []*request      // of other sessions, not answered
	stored   int64           // when the last job was stored
	pending  int             // statements without a result
	ready    bool            // there is a table
	making   bool            // it is being made
	choosing bool            // jobs are being chosen
	again    bool            // choose once more afterwards
	stopped  bool
	err      error // why the queue has ended by itself
}

var states = session.States[Queue]{
	"_start":    func(q *Queue, e kernel.Event) { q.service.Start(e, "jobs", q.close, q.start) },
	"_stop":     func(*Queue, kernel.Event) {},
	"_child":    func(*Queue, kernel.Event) {},
	"enqueue":   (*Queue).enqueue,
	"dead":      (*Queue).listDead,
	"revive":    (*Queue).revive,
	"remove":    (*Queue).remove,
	"poll":      func(q *Queue, _ kernel.Event) { q.choose() },
	"extend":    (*Queue).extend,
	"attempted": (*Queue).attempted,
	"progress":  (*Queue).progress,
	"result":    (*Queue).result,
	"shutdown":  func(q *Queue, _ kernel.Event) { q.Shutdown() },
}

func (q *Queue) start(e kernel.Event) (err error) {
	if q.works() {
		c := jobqueue.Config{Alias: q.config.Alias + " workers", Limit: q.config.Limit, Timeout: q.config.Timeout}
		if q.config.Progress != "" {
			c.Progress = "progress"
		}
		if q.config.Worker != nil {
			c.Worker = q.worker
		} else {
			c.Work = q.work
		}
		if q.workers, err = jobqueue.New(q.k, c); err != nil {
			return err
		}
		_, _ = e.DelaySet("extend", q.config.Visibility/3)
	}
	q.makeTable()
	return nil
}

// works reports whether the queue does jobs itself.
func (q *Queue) works() bool { return q.config.Work != nil || q.config.Worker != nil }

// makeTable makes the table, and tries again after a while if it cannot.
func (q *Queue) makeTable() {
	if q.making {
		return
	}
	q.making = true
	made := func(r *dbi.Result) {
		q.making = false
		if r.Err != nil {
			q.warn("the table cannot be made", r.Err)
			q.pollAfter(q.config.Poll)
			return
		}
		q.ready = true
		q.choose()
	}
	q.do(q.config.Dialect.Schema, func(r *dbi.Result) {
		if r.Err != nil || q.config.Dialect.Index == "" {
			made(r)
			return
		}
		q.do(q.config.Dialect.Index, made)
	})
}

// do runs a statement that returns no rows. %[1]s in it is the table.
func (q *Queue) do(statement string, then func(r *dbi.Result), args ...any) {
	q.query(dbi.Do, statement, then, args...)
}

// query runs a statement in the queue's lane; then gets its result, in the queue's
// session.
func (q *Queue) query(kind dbi.Kind, statement string, then func(r *dbi.Result), args ...any) {
	q.pending++
	q.service.In(func(kernel.Event) {
		_ = q.config.DB.Do(dbi.Query{ // what is wrong comes as a result
			Kind: kind, SQL: q.config.Dialect.Rewrite(fmt.Sprintf(statement, q.config.Table)), Args: args, Event: "result", Extra: then,
		})
	})
}

func (q *Queue) result(e kernel.Event) {
	r := kernel.Arg[*dbi.Result](e, 0)
	q.pending--
	if errors.Is(r.Err, dbi.ErrShutdown) {
		q.abandon(r.Err)
	}
	r.Query.Extra.(func(*dbi.Result))(r)
	q.settle()
}

func (q *Queue) warn(what string, err error, args ...any) {
	q.k.Host().Logger().Warn("durable: "+what, append([]any{"queue", q.config.Alias, "error", err}, args...)...)
}

// after is a point in time as the table has it.
func (q *Queue) after(d time.Duration) int64 { return q.k.Now().Add(d).UnixMilli() }

func (q *Queue) pollAfter(d time.Duration) {
	if !q.stopped {
		q.service.Delay("poll", d)
	}
}

// pollSoon looks for jobs after d, if that is before the next time anyway.
func (q *Queue) pollSoon(d time.Duration) {
	if d < q.config.Poll {
		q.pollAfter(d)
	}
}

// free is how many workers there may be beside those that there are.
func (q *Queue) free() int {
	busy := len(q.running)
	if q.workers != nil {
		busy = max(busy, q.workers.Running()+q.workers.Waiting())
	}
	return q.config.Limit - busy
}

// choose looks for jobs for those workers that are free.
func (q *Queue) choose() {
	free := q.free()
	switch {
	case q.stopped || !q.works() && q.ready:
		return
	case q.choosing:
		q.again = true
		return
	case !q.ready:
		q.makeTable()
		return
	case free <= 0: // the end of a job calls it again, and that of one whose time is over does not
		q.service.In(func(e kernel.Event) { _ = e.Delay("poll", q.config.Poll) })
		return
	}
	q.choosing, q.again = true, false
	q.query(dbi.ArrayHash, "SELECT id, body, weight, visible, attempts, lease, failure FROM %[1]s WHERE dead = 0 AND visible <= ? ORDER BY weight, stored, id LIMIT ?", func(r *dbi.Result) {
		if r.Err != nil {
			q.warn("jobs cannot be chosen", r.Err)
		}
		left := len(r.Hashes)
		if left == 0 {
			q.chosen(false)
		}
		for _, row := range r.Hashes {
			q.claim(row, func() {
				if left--; left == 0 {
					q.chosen(true)
				}
			})
		}
	}, q.after(0), free)
}

// chosen is the end of choose: after nothing was found, the next time is later.
func (q *Queue) chosen(any bool) {
	q.choosing = false
	if any || q.again {
		q.choose()
	} else {
		q.service.In(func(e kernel.Event) {
			if !q.stopped {
				_ = e.Delay("poll", q.config.Poll)
			}
		})
	}
}

// claim gets the lease of a job, unless another program was faster, and begins the
// job.
func (q *Queue) claim(row map[string]any, done func()) {
	j := &Job{
		ID: text(row["id"]), Body: []byte(text(row["body"])), Priority: -number(row["weight"]),
		Attempt: number(row["attempts"]) + 1, LastError: text(row["failure"]), lease: q.text("lease"),
	}
	if j.Attempt > q.config.Attempts { // it has crashed every time, or Attempts is less than before
		q.do("UPDATE %[1]s SET dead = 1, failure = ? WHERE id = ? AND lease = ? AND dead = 0", func(r *dbi.Result) {
			if r.Affected > 0 {
				q.ack(&Result{Job: *j, Err: ErrCrashed, Dead: true})
			}
			done()
		}, ErrCrashed.Error(), j.ID, text(row["lease"]))
		return
	}
	q.do("UPDATE %[1]s SET visible = ?, attempts = attempts + 1, lease = ? WHERE id = ? AND dead = 0 AND visible = ? AND lease = ?", func(r *dbi.Result) {
		switch {
		case r.Err != nil:
			q.warn("a job cannot be claimed", r.Err, "job", j.ID)
		case r.Affected > 0:
			q.begin(j)
		}
		done()
	}, q.after(q.config.Visibility), j.lease, j.ID, row["visible"], text(row["lease"]))
}

// text returns a text that no other program has; a replay has the same.
func (q *Queue) text(name string) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random.Bytes(q.k, "durable: "+name, 16))
}

// begin gives a job to a worker.
func (q *Queue) begin(j *Job) {
	q.running[j.ID] = j
	if q.stopped {
		q.finish(j, jobqueue.ErrStopped)
		return
	}
	j.context, j.cancel = context.WithCancel(context.Background())
	q.service.In(func(kernel.Event) {
		params := []any{j}
		if q.config.Worker != nil {
			params = []any{j.ID, j.Body, j.Attempt, j.lease}
			q.leases[j.lease] = j
		}
		if err := q.workers.Enqueue("attempted", params...); err != nil {
			delete(q.leases, j.lease)
			q.finish(j, err)
		}
	})
}

// work does a job, on another goroutine.
func (q *Queue) work(ctx context.Context, params []any) ([]any, error) {
	j := *params[0].(*Job)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(j.context, cancel)()
	return nil, q.config.Work(ctx, &j)
}

// worker has a worker's session do a job.
func (q *Queue) worker(e kernel.Event, work *jobqueue.Job) (kernel.ID, error) {
	j := q.jobOf(work.Params())
	if j.context.Err() != nil {
		return kernel.ID{}, ErrLease
	}
	j.work = work
	return q.config.Worker(e, work)
}

// jobOf returns the job of which a worker has the parameters.
func (q *Queue) jobOf(params []any) *Job {
	if len(params) == 1 {
		return params[0].(*Job)
	}
	return q.leases[params[3].(string)]
}

// attempted is the end of an attempt.
func (q *Queue) attempted(e kernel.Event) {
	r := jobqueue.ResultOf(e)
	j := q.jobOf(r.Params)
	delete(q.leases, j.lease)
	j.work = nil
	q.finish(j, r.Err)
}

// progress passes on what a worker reports.
func (q *Queue) progress(e kernel.Event) {
	j := *q.jobOf(kernel.Arg[[]any](e, 0))
	j.forget()
	_ = q.k.Post(q.config.AckTo, q.config.Progress, &j, e.Arg(1)) // AckTo may have stopped; that its results cannot be sent is logged
}

// forget removes what is the queue's alone.
func (j *Job) forget() {
	j.lease, j.context, j.cancel, j.result, j.finishing, j.work = "", nil, nil, nil, false, nil
}

// finish notes the end of an attempt in the database. If it cannot, it tries again
// when leases are extended.
func (q *Queue) finish(j *Job, err error) {
	j.result, j.finishing = &jobqueue.Result{Err: err}, true
	if j.cancel != nil {
		j.cancel()
	}
	result := &Result{Job: *j, Err: err}
	then := func(r *dbi.Result) {
		if r.Err != nil && q.running[j.ID] == j && !q.stopped {
			q.warn("the end of a job cannot be noted", r.Err, "job", j.ID)
			j.finishing = false
			return
		}
		if r.Affected == 0 {
			result.Err, result.Dead = ErrLease, false
		}
		q.ended(j, result)
	}
	switch {
	case err == nil:
		q.do("DELETE FROM %[1]s WHERE id = ? AND lease = ?", then, j.ID, j.lease)
	case err == jobqueue.ErrStopped: // it was not begun, or the component ends
		q.do("UPDATE %[1]s SET visible = ?, attempts = attempts - 1, lease = '' WHERE id = ? AND lease = ?", then, q.after(0), j.ID, j.lease)
	case j.Attempt >= q.config.Attempts:
		result.Dead = true
		q.do("UPDATE %[1]s SET dead = 1, failure = ?, lease = '' WHERE id = ? AND lease = ?", then, reason(err), j.ID, j.lease)
	default:
		q.do("UPDATE %[1]s SET visible = ?, failure = ?, lease = '' WHERE id = ? AND lease = ?", then, q.after(q.pause(j)), reason(err), j.ID, j.lease)
	}
}

// reason is an error as the table has it: in the encoding of all databases.
func reason(err error) string {
	text := strings.ReplaceAll(strings.ToValidUTF8(err.Error(), "?"), "\x00", "?")
	return strings.ToValidUTF8(text[:min(len(text), 1000)], "")
}

// pause is how long a job that has failed waits.
func (q *Queue) pause(j *Job) time.Duration {
	d := q.config.Pause
	for n := 1; n < j.Attempt && d < q.config.MaxPause; n++ {
		d *= 2
	}
	return min(d, q.config.MaxPause)
}

// ended frees the worker's place.
func (q *Queue) ended(j *Job, r *Result) {
	delete(q.running, j.ID)
	q.ack(r)
	if r.Err != nil && !r.Dead {
		q.pollSoon(q.pause(j))
	}
	q.choose()
}

func (q *Queue) ack(r *Result) {
	if q.config.AckTo != nil {
		r.Job.forget()
		if err := q.k.Post(q.config.AckTo, q.config.AckEvent, r); err != nil {
			q.warn("a result cannot be sent", err, "job", r.Job.ID)
		}
	}
}

// extend extends the leases of the jobs that run.
func (q *Queue) extend(e kernel.Event) {
	for _, id := range slices.Sorted(maps.Keys(q.running)) {
		j := q.running[id]
		if j.result != nil {
			if !j.finishing {
				q.finish(j, j.result.Err)
			}
			continue
		}
		q.do("UPDATE %[1]s SET visible = ? WHERE id = ? AND lease = ?", func(r *dbi.Result) {
			if r.Err == nil && r.Affected == 0 {
				j.lose() // another program has the job
			}
		}, q.after(q.config.Visibility), j.ID, j.lease)
	}
	_, _ = e.DelaySet("extend", q.config.Visibility/3)
}

// lose ends an attempt whose lease is lost.
func (j *Job) lose() {
	if j.result != nil {
		return // it has ended
	}
	j.cancel()
	if j.work != nil {
		j.work.Abort(ErrLease)
	}
}

// Running returns the number of jobs that this queue runs.
func (q *Queue) Running() int { return len(q.running) }

// Shutdown ends the component: no more jobs are begun, and it ends with the
// last that runs. The event "shutdown" does the same.
func (q *Queue) Shutdown() {
	if !q.stopped {
		q.stopped = true
		q.settle()
	}
}

// abandon ends the queue because its database component has ended: no statement can
// run any more. What the table has is done by others, or later.
func (q *Queue) abandon(err error) {
	if q.err != nil {
		return
	}
	q.stopped = true
	q.err = fmt.Errorf("%w: its database component has ended: %w", ErrStopped, err)
	q.k.Host().Logger().Error(q.err.Error(), "queue", q.config.Alias, "running", len(q.running))
	for _, id := range slices.Sorted(maps.Keys(q.running)) {
		q.running[id].lose()
	}
}

// Err returns why the queue has ended by itself, and nil if it has not: the component
// of Config.DB has ended before it, and the error wraps ErrStopped and dbi.ErrShutdown.
// Nothing that was stored is lost. The jobs that ran get ErrLease, as their ends could
// not be recorded, and are done again when their leases have expired.
func (q *Queue) Err() error { return q.err }

// settle completes a shutdown.
func (q *Queue) settle() {
	if !q.stopped || q.pending > 0 || len(q.running) > 0 {
		return
	}
	q.service.In(func(e kernel.Event) {
		if q.workers != nil {
			q.workers.Stop()
		}
		e.AlarmRemoveAll()
	})
	q.service.RemoveAlias()
}

// text and number read values of a row, which drivers return in several types.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	}
	return fmt.Sprint(v)
}

func number(v any) int {
	switch v := v.(type) {
	case int64:
		return int(v)
	case int32:
		return int(v)
	}
	n := 0
	_, _ = fmt.Sscan(text(v), &n)
	return n
}
