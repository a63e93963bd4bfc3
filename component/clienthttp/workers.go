package clienthttp

import (
	"net/http"

	"github.com/gopoe/poe/kernel"
)

// maxIdle bounds the goroutines that wait for the next request.
const maxIdle = 64

// worker is a goroutine that does one request after another: a new one for each would
// spend much of its time on growing its stack.
type worker chan job

// job is a request for a worker.
type job struct {
	transaction *transaction
	request     *http.Request
	to          *kernel.Postback
}

// work does jobs until the worker's channel is closed, or the component has ended. A
// request that ends its goroutine, as by runtime.Goexit in a program's Transport, does
// not end the worker.
func (w worker) work(ended <-chan struct{}) {
	over := false
	defer func() {
		if !over {
			go w.work(ended)
		}
	}()
	for {
		select {
		case j, ok := <-w:
			if !ok {
				over = true
				return
			}
			j.transaction.run(w, j.request, j.to)
		case <-ended:
			over = true
			return
		}
	}
}

// workers are those that have nothing to do, the one that had last. There are none
// while no request is under way.
type workers struct {
	idle  []worker
	ended chan struct{} // is closed at the end of the component
}

// run has a worker do a job.
func (x *workers) run(j job) {
	var w worker
	if n := len(x.idle); n > 0 {
		w, x.idle = x.idle[n-1], x.idle[:n-1]
	} else {
		w = make(worker, 1)
		go w.work(x.ended)
	}
	w <- j
}

// release takes back a worker whose request is done; nil is that of a replay.
func (x *workers) release(w worker) {
	switch {
	case w == nil:
	case len(x.idle) < maxIdle:
		x.idle = append(x.idle, w)
	default:
		close(w)
	}
}

// close ends the workers that have nothing to do.
func (x *workers) close() {
	for _, w := range x.idle {
		close(w)
	}
	x.idle = nil
}

// end ends all workers, those that do a request when that is done.
func (x *workers) end() {
	select {
	case <-x.ended:
	default:
		close(x.ended)
	}
}
