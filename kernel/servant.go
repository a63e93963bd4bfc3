package kernel

import (
	"errors"
	"os"
	"sync"
	"time"
)

// servant is what a source shares with the goroutine that waits for it. The
// goroutine starts when the source is bound or first used, and reads ahead
// within limits: then it waits for its turn.
type servant struct {
	mu      sync.Mutex
	turned  sync.Cond // there is room again, or the goroutine is to end
	wake    func()
	running chan struct{} // nil before the goroutine has started, closed at its end
	stopped bool          // it is to end
}

// start starts the goroutine, with the lock held; serve is called without it.
func (s *servant) start(serve func()) {
	if s.running != nil || s.stopped {
		return
	}
	s.turned.L = &s.mu
	done := make(chan struct{})
	s.running = done
	go func() {
		defer close(done)
		serve()
	}()
}

// bind is start for Bind.
func (s *servant) bind(wake, serve func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wake = wake
	s.start(serve)
}

// notify tells the kernel that the source may be ready, with the lock held.
func (s *servant) notify() {
	if s.wake != nil {
		s.wake()
	}
}

// stop tells the goroutine to end once it does not wait in a system call, with
// the lock held.
func (s *servant) stop() {
	s.stopped = true
	s.turned.Signal()
}

// interruption tells whether an error is but what release has brought about.
func (s *servant) interruption(err error) bool {
	return s.stopped && errors.Is(err, os.ErrDeadlineExceeded)
}

// release ends the goroutine, if a deadline can interrupt what it waits in, and
// takes the deadline away again.
func (s *servant) release(deadline func(time.Time) error) {
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
func (s *servant) unlocked(f func() error) error {
	s.mu.Unlock()
	defer s.mu.Lock()
	return f()
}
