package readwrite

import (
	"github.com/gopoe/poe/driver"
	"github.com/gopoe/poe/internal/perkernel"
	"github.com/gopoe/poe/kernel"
)

// shared is what the wheels of a kernel share, so that one that is idle needs little
// memory: what only a wheel that decodes has, and output buffers. Those wheels that
// have written last keep their buffers, in a ring; one that leaves it for another
// gives its buffer away.
type shared struct {
	spare   *input   // nil while a wheel has it
	piece   *piece   // for the next long line, nil while it is read into
	recent  []*Wheel // the ring; nil for those that were closed
	next    int      // the place in it that is given next
	buffers [][]byte // that were given away
	size    int      // of these, in bytes
}

const (
	recentWheels = 1024
	keepBuffers  = 256 << 10 // bytes of those that were given away
	keepBuffer   = 4 << 10   // larger ones are freed
)

// sharedOf returns what the wheels of a kernel share.
func sharedOf(k *kernel.Kernel) *shared {
	at := perkernel.Wheels(k)
	s, ok := (*at).(*shared)
	if !ok {
		s = &shared{}
		*at = s
	}
	return s
}

// enter puts a wheel that has nothing to write into the ring.
func (s *shared) enter(w *Wheel) {
	if len(s.recent) < recentWheels {
		s.recent = append(s.recent, w)
		w.place = uint16(len(s.recent))
		return
	}
	if old := s.recent[s.next]; old != nil {
		s.leave(old)
	}
	s.recent[s.next] = w
	w.place = uint16(s.next + 1)
	s.next = (s.next + 1) % recentWheels
}

// leave takes a wheel from the ring, and its buffer unless output waits in it.
func (s *shared) leave(w *Wheel) {
	s.recent[w.place-1] = nil
	w.place = 0
	buf := w.out.driver.TakeBuffer()
	if n := cap(buf); n > 0 && n <= keepBuffer && s.size+n <= keepBuffers {
		s.buffers = append(s.buffers, buf)
		s.size += n
	}
}

// lend gives a driver that has no output buffer one, if there is any.
func (s *shared) lend(to *driver.SysRW) {
	if n := len(s.buffers) - 1; n >= 0 {
		to.SetBuffer(s.buffers[n])
		s.size -= cap(s.buffers[n])
		s.buffers[n], s.buffers = nil, s.buffers[:n]
	}
}
