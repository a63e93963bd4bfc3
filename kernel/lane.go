package kernel

import "context"

// Lane runs jobs one at a time and in the order in which they were given to it,
// for work that must not overtake itself, such as the statements of one
// connection to a database. Jobs of different lanes, and those of
// [Kernel.Offload], run beside each other. A lane belongs to the kernel's
// goroutine; it holds nothing while it has no jobs and need not be closed.
type Lane struct {
	k       *Kernel
	busy    bool
	waiting []*Job
}

// NewLane makes a lane of a kernel's jobs.
func NewLane(k *Kernel) *Lane { return &Lane{k: k} }

// Offload is [Kernel.Offload] for a job that begins when the earlier jobs of the
// lane have ended: its work has returned, also if the job was cancelled
// meanwhile. A job that is cancelled before it begins is left out.
func (l *Lane) Offload(event string, work func(ctx context.Context) (any, error), args ...any) (*Job, error) {
	return l.k.offload("Offload", &Job{event: event, work: work, args: args, lane: l})
}

// OffloadFunc is [Host.OffloadFunc] for a job of the lane.
func (l *Lane) OffloadFunc(event string, work func(ctx context.Context) (any, error), done func(e Event, result any, err error)) (*Job, error) {
	return l.k.offload("OffloadFunc", &Job{event: event, work: work, callback: done, lane: l})
}

// admit reports whether a job may begin now; otherwise next begins it.
func (l *Lane) admit(j *Job) bool {
	if l.busy {
		l.waiting = append(l.waiting, j)
		return false
	}
	l.busy = true
	return true
}

// next begins the first job that is still wanted.
func (l *Lane) next() {
	for len(l.waiting) > 0 {
		j := l.waiting[0]
		l.waiting[0] = nil
		l.waiting = l.waiting[1:]
		if !j.done {
			l.k.jobs.start(j)
			return
		}
	}
	l.busy = false
}
