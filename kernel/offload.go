package kernel

import (
	"context"
	"errors"
	"io"

	"github.com/gopoe/poe/internal/recordfile"
	"github.com/gopoe/poe/kernel/observe"
)

// defaultOffload is how many jobs of a kernel run at once when
// Options.MaxOffload does not say.
const defaultOffload = 64

// offloads runs the jobs of a kernel on other goroutines, a bounded number at
// a time.
type offloads struct {
	limit   int
	wrap    func(event string, work func(ctx context.Context) (any, error)) func(ctx context.Context) (any, error)
	running int
	waiting []*Job
}

// errJobExited is the error of work that has ended its goroutine.
var errJobExited = errors.New("kernel: the job called runtime.Goexit")

// Job is work of Offload that runs on another goroutine.
type Job struct {
	k        *Kernel
	owner    *entry
	owned    Owned
	event    string
	work     func(ctx context.Context) (any, error)
	callback func(e Event, result any, err error)
	args     []any
	ctx      context.Context
	cancel   context.CancelFunc
	done     bool
	returned bool   // its work has returned, or it never begins
	then     []*Job // which begin after it
	num      uint64 // in a recording

	result any // of work
	err    error
	cause  observe.Mark // the event that has asked for it
}

// Offload runs work on another goroutine, so that it may block, and sends its
// result to the active session: the event's arguments are the result, the
// error, and then args. The job keeps the session alive; when the session stops
// the job's context ends. A result that arrives after that is a dead letter,
// and is closed if it is an io.Closer. A panic in work becomes the error, a
// *[HandlerError]; so does runtime.Goexit. At most Options.MaxOffload jobs run
// at once; the others wait.
func (k *Kernel) Offload(event string, work func(ctx context.Context) (any, error), args ...any) (*Job, error) {
	return k.offload("Offload", nil, &Job{event: event, work: work, args: args})
}

// offload starts a job once previous has ended; nil is none.
func (k *Kernel) offload(method string, previous, j *Job) (*Job, error) {
	k.checkGoroutine(method)
	if j.event == "" || j.work == nil {
		return nil, k.fail(method, j.event, ErrInvalid)
	}
	if k.jobs.wrap != nil {
		j.work = k.jobs.wrap(j.event, j.work)
	}
	e := k.frame.session
	owned, err := k.Host().Own(jobCloser{j}, "job "+j.event)
	if err != nil {
		return nil, k.fail(method, j.event, ErrNoActiveSession)
	}
	j.k, j.owner, j.owned, j.cause = k, e, owned, k.cause()
	j.ctx, j.cancel = context.WithCancel(context.Background())
	if k.tape != nil {
		k.tape.numberJob(j)
	}
	k.addExtref(e, offloadTag)
	if previous == nil || previous.returned {
		k.jobs.start(j)
	} else {
		previous.then = append(previous.then, j)
	}
	return j, nil
}

// offloadTag is the tag under which jobs are counted.
const offloadTag = "offload"

// Cancel cancels the job's context and discards its result. It must be called
// on the kernel's goroutine. For a job that has ended or was cancelled before
// it does nothing.
func (j *Job) Cancel() {
	if !j.done {
		j.finish()
	}
}

// jobCloser is a job as its session owns it.
type jobCloser struct{ job *Job }

// Close cancels the job.
func (c jobCloser) Close() error {
	c.job.Cancel()
	return nil
}

// ended starts the jobs that waited for this one.
func (j *Job) ended() {
	j.returned = true
	then := j.then
	j.then = nil
	for _, next := range then {
		if next.done { // cancelled before it has begun
			next.ended()
		} else {
			j.k.jobs.start(next)
		}
	}
}

// finish releases the session.
func (j *Job) finish() {
	j.done = true
	j.cancel()
	j.owned.Release()
	if j.owner.alive() && j.owner.cold != nil && j.owner.cold.extrefs[offloadTag].count > 0 {
		j.k.subExtref(j.owner, offloadTag)
	}
}

// run does the work and sends the result to the kernel. It runs on the job's own
// goroutine.
func (j *Job) run() {
	j.err = errJobExited
	defer func() {
		j.k.inbox.put(message{more: &more{kind: recordfile.ArrivalJob, num: j.num, job: j, cause: j.cause, run: j.bringHome}})
	}()
	j.result, j.err = j.try()
}

// bringHome runs on the kernel's goroutine when the work is done.
func (j *Job) bringHome() { j.complete(j.result, j.err) }

// begin starts the job's goroutine. In a replay the recording has the result.
func (j *Job) begin() {
	if !j.k.replaying() {
		go j.run()
	}
}

func (j *Job) try() (result any, err error) {
	if err := j.ctx.Err(); err != nil {
		return nil, err
	}
	defer func() {
		if thrown := recover(); thrown != nil {
			err = newHandlerError(thrown, j.owner, j.event)
		}
	}()
	return j.work(j.ctx)
}

// complete delivers the result, on the kernel's goroutine, and starts the next
// job that waits.
func (j *Job) complete(result any, err error) {
	j.k.jobs.next()
	j.ended()
	if j.done {
		if c, ok := result.(io.Closer); ok {
			err = c.Close()
		}
		j.k.deadLetter(DeadLetter{To: ID{j.owner}, From: ID{j.owner}, Event: j.event, Args: append([]any{result, err}, j.args...)})
		return
	}
	if j.callback == nil {
		j.k.enqueue(j.owner, j.owner, j.event, append([]any{result, err}, j.args...), kindPost)
		j.finish()
		return
	}
	j.k.dispatch(j.owner, j.owner, j.event, nil, "", kindFunc, &extra{handler: func(e Event) {
		j.finish()
		j.callback(e, result, err)
	}})
}

// start runs a job as soon as the limit allows.
func (o *offloads) start(j *Job) {
	if o.running < o.limit {
		o.running++
		j.begin()
		return
	}
	o.waiting = append(o.waiting, j)
}

// next starts the first job that waits and is still wanted, in place of one
// that has ended.
func (o *offloads) next() {
	for len(o.waiting) > 0 {
		j := o.waiting[0]
		o.waiting = o.waiting[1:]
		if !j.done {
			j.begin()
			return
		}
		j.ended()
	}
	o.running--
}
