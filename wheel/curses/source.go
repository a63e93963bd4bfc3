package curses

import (
	"io"
	"sync"

	"github.com/gdamore/tcell/v2"

	"github.com/gopoe/poe/kernel"
)

// ahead is how many events are taken from the screen before the program has
// seen them. The others wait there.
const ahead = 256

// source is what the kernel watches: a goroutine waits for the screen's events.
type source struct {
	screen tcell.Screen
	ended  chan struct{} // closed when the goroutine has ended

	mu      sync.Mutex
	turned  sync.Cond // there is space, or it is the end
	queue   []tcell.Event
	bound   bool
	stopped bool // by the wheel
	over    bool // the screen has no more
}

func newSource(screen tcell.Screen) *source {
	s := &source{screen: screen, ended: make(chan struct{})}
	s.turned.L = &s.mu
	return s
}

// Bind starts to wait.
func (s *source) Bind(wake func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bound || s.stopped {
		return
	}
	s.bound = true
	go func() {
		defer close(s.ended)
		for s.add(s.screen.PollEvent()) {
			wake()
		}
		wake()
	}()
}

// add queues an event and reports whether to continue.
func (s *source) add(e tcell.Event) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e == nil {
		s.over = true
		return false
	}
	for len(s.queue) >= ahead && !s.stopped {
		s.turned.Wait()
	}
	if s.stopped {
		return false
	}
	s.queue = append(s.queue, e)
	return true
}

// next takes the first event; without one over reports whether there can be more.
func (s *source) next() (e tcell.Event, over bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		return nil, s.over
	}
	e = s.queue[0]
	s.queue = s.queue[1:]
	s.turned.Signal()
	return e, false
}

// stop lets the goroutine go; it ends when the screen does.
func (s *source) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	s.turned.Signal()
}

// wait waits for the end of the goroutine, after the end of the screen.
func (s *source) wait() {
	s.mu.Lock()
	bound := s.bound
	s.mu.Unlock()
	if bound {
		<-s.ended
	}
}

// Ready reports whether there are events to report.
func (s *source) Ready() kernel.ReadySet {
	s.mu.Lock()
	defer s.mu.Unlock()
	return kernel.ReadySet{Read: len(s.queue) > 0 || s.over}
}

// Read and Write are not used: there are events, and no bytes.
func (s *source) Read([]byte) (int, error)  { return 0, io.EOF }
func (s *source) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// Close has nothing to do: the screen belongs to the wheel.
func (s *source) Close() error { return nil }
