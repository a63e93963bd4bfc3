package source

import (
	"errors"
	"os"
	"sync"
	"time"
)

// ioPump is the state shared by a source and its I/O goroutine. The goroutine
// starts when the source is bound or first used, reads ahead up to a limit, and
// then waits until the source has been read.
type ioPump struct {
	mu      sync.Mutex
	cond    sync.Cond // there is space again, or the goroutine is to end
	wake    func()
	running chan struct{} // nil before the goroutine has started, closed at its end
	stopped bool          // it is to end
}

// start starts the goroutine, with the lock held; serve is called without it.
func (s *ioPump) start(serve func()) {
	if s.running != nil || s.stopped {
		return
	}
	s.cond.L = &s.mu
	done := make(chan struct{})
	s.running = done
	go func() {
		defer close(done)
		serve()
	}()
}

// bind is start for Bind.
func (s *ioPump) bind(wake, serve func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wake = wake
	s.start(serve)
}

// notify wakes the kernel because the source may be ready, with the lock held.
func (s *ioPump) notify() {
	if s.wake != nil {
		s.wake()
	}
}

// stop makes the goroutine end once it does not wait in a system call, with
// the lock held.
func (s *ioPump) stop() {
	s.stopped = true
	s.cond.Signal()
}

// interrupted reports whether an error is only the effect of release.
func (s *ioPump) interrupted(err error) bool {
	return s.stopped && errors.Is(err, os.ErrDeadlineExceeded)
}

// release ends the goroutine, if a deadline can interrupt what it waits in, and
// takes the deadline away again.
func (s *ioPump) release(deadline func(time.Time) error) {
	s.mu.Lock()
	first, running := !s.stopped, s.running
	s.stop()
	s.mu.Unlock()
	if first && running != nil && deadline(longAgo) == nil {
		<-running
		_ = deadline(time.Time{})
	}
}

// unlocked runs what may wait, with the lock held before and after.
func (s *ioPump) unlocked(f func() error) error {
	s.mu.Unlock()
	defer s.mu.Lock()
	return f()
}
