package clienthttp

import (
	"net/http"

	"github.com/gopoe/poe/kernel"
)

// maxIdle bounds the goroutines that wait for the next request.
const maxIdle = 64

// worker is a goroutine that does one request after another: a new one for each would
// spend much of its time on growing its stack.
type worker struct {
	jobs  chan job
	place int // in workers.all
}

// job is a request for a worker.
type job struct {
	transaction *transaction
	request     *http.Request
	to          *kernel.Postback
}

// work does jobs until there are no more. A request that ends its goroutine, as by
// runtime.Goexit in a program's Transport, does not end the worker.
func (w *worker) work() {
	over := false
	defer func() {
		if !over {
			go w.work()
		}
	}()
	for j := range w.jobs {
		j.transaction.run(w, j.request, j.to)
	}
	over = true
}

// workers are those that there are. There are none while no request is under way.
type workers struct {
	all  []*worker
	idle []*worker // those that have nothing to do, the one that had last
}

// run has a worker do a job.
func (x *workers) run(j job) {
	var w *worker
	if n := len(x.idle); n > 0 {
		w, x.idle = x.idle[n-1], x.idle[:n-1]
	} else {
		w = &worker{jobs: make(chan job, 1), place: len(x.all)}
		x.all = append(x.all, w)
		go w.work()
	}
	w.jobs <- j
}

// release takes back a worker whose request is done; nil is that of a replay.
func (x *workers) release(w *worker) {
	switch {
	case w == nil:
	case len(x.idle) < maxIdle:
		x.idle = append(x.idle, w)
	default:
		x.drop(w)
	}
}

// drop ends a worker.
func (x *workers) drop(w *worker) {
	close(w.jobs)
	last := len(x.all) - 1
	x.all[w.place] = x.all[last]
	x.all[w.place].place = w.place
	x.all[last] = nil
	x.all = x.all[:last]
}

// close ends the workers that have nothing to do.
func (x *workers) close() {
	for _, w := range x.idle {
		x.drop(w)
	}
	x.idle = nil
}

// end ends all workers, those that do a request when that is done.
func (x *workers) end() {
	for _, w := range x.all {
		close(w.jobs)
	}
	x.all, x.idle = nil, nil
}
