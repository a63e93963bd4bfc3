package jobqueue

import (
	"context"
	"sync/atomic"

	"github.com/gopoe/poe/kernel"
)

// progressKey is the key of a reporter in the context of Work.
type progressKey struct{}

// reporter passes the progress of one attempt on, from another goroutine.
type reporter struct {
	to      *kernel.Postback
	pending atomic.Bool // a report has not been delivered
}

// Progress reports the progress of a job from Config.Work, whose context it needs: the
// asker gets Config.Progress. A report is dropped while the one before it has not been
// delivered, so that work may report as often as it likes.
func Progress(ctx context.Context, args ...any) {
	if r, ok := ctx.Value(progressKey{}).(*reporter); ok && r.pending.CompareAndSwap(false, true) {
		r.to.Send(args...)
	}
}

// newReporter returns the reporter of an attempt, nil if no progress is wanted.
func (j *Job) newReporter() *reporter {
	if j.queue.config.Progress == "" {
		return nil
	}
	r := &reporter{}
	r.to = j.queue.service.ID.Postback("progress", j, j.attempts, r)
	return r
}

// release ends the reports of an attempt.
func (r *reporter) release() {
	if r != nil {
		r.to.Release()
	}
}

// progress handles a report of Work.
func (q *Queue) progress(e kernel.Event) {
	made := kernel.Arg[[]any](e, 0)
	j, r := made[0].(*Job), made[2].(*reporter)
	r.pending.Store(false)
	if j.attempts == made[1].(int) {
		j.Progress(kernel.Arg[[]any](e, 1)...)
	}
}

// Progress reports the progress of the job: the asker gets Config.Progress, with the
// list of the job's parameters and the list of args. Without that, and when the job is
// done, it does nothing.
func (j *Job) Progress(args ...any) {
	q := j.queue
	if q.config.Progress == "" || j.asker == nil || j.done || j.offload == nil && j.worker.IsZero() && !j.starting {
		return
	}
	_ = q.k.Post(j.asker, q.config.Progress, j.params, args) // the asker may have stopped by force
}

// Abort ends the attempt with an error: a worker's session is stopped by force, and
// the context of Work ends. There may be further attempts.
func (j *Job) Abort(err error) {
	switch {
	case j.done:
	case j.offload != nil:
		j.expire()
	case j.worker.Alive():
		j.failure = err
		_ = j.queue.k.Host().StopSession(j.worker)
	}
}
