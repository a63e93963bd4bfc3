package kernel

import (
	"io"
	"sync"

	"github.com/gopoe/poe/internal/recordfile"
)

// maxQueued is how much may wait to be written to a file before the recording
// ends: the kernel does not wait for it.
const maxQueued = 256 << 20

// sink is where the frames go: to a writer, on a goroutine of its own while there
// are any, or into a ring.
type sink struct {
	k    *Kernel
	to   io.Writer // nil for a ring
	live bool      // there is a writer

	mu      sync.Mutex
	written sync.Cond
	head    []byte
	frames  []*recordfile.Frame // that wait, or the ring
	size    int                 // of the frames
	limit   int                 // of the ring
	writing bool
	err     error
	dumps   int      // that read the frames of the ring
	spare   [][]byte // memory of frames that are gone
	slab    []byte   // memory of the next frames
	slabs   int      // so many frames the next slab is for
}

// maxSpare is how many frames' memory is kept for the next ones.
const maxSpare = 4

// maxSlab is for how many frames memory is allocated at once. The first slab is for
// one, and each is for twice as many as the one before.
const maxSlab = 16

func newSink(to *Recording, k *Kernel) *sink {
	s := &sink{k: k, to: to.Writer, live: to.Writer != nil, limit: to.Ring, slabs: 1}
	s.written.L = &s.mu
	if s.limit <= 0 {
		s.limit = defaultRing
	}
	return s
}

// begin accepts the head.
func (s *sink) begin(head []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.head = head
	if s.live {
		s.start()
	}
}

// emit accepts a frame.
func (s *sink) emit(f *recordfile.Frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return
	}
	s.frames = append(s.frames, f)
	s.size += f.Len()
	switch {
	case !s.live:
		s.dropOldest()
	case s.size > maxQueued:
		s.fail(errLagging)
	default:
		s.start()
	}
}

// dropOldest keeps the ring within its limit.
func (s *sink) dropOldest() {
	for s.size > s.limit && len(s.frames) > 1 {
		oldest := s.frames[0]
		s.size -= oldest.Len()
		s.frames[0] = nil
		if s.frames = s.frames[1:]; s.dumps == 0 {
			s.keep(oldest)
		}
	}
}

// keep keeps the memory of a frame that is gone. One that has become larger for a
// single record is left to the garbage collector.
func (s *sink) keep(f *recordfile.Frame) {
	if memory := f.Memory(); len(s.spare) < maxSpare && cap(memory) == recordfile.FrameMemory {
		s.spare = append(s.spare, memory)
	}
}

// memory returns memory for a frame.
func (s *sink) memory() (memory []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.spare); n > 0 {
		memory, s.spare = s.spare[n-1], s.spare[:n-1]
		return memory
	}
	if len(s.slab) == 0 {
		s.slab = make([]byte, s.slabs*recordfile.FrameMemory)
		s.slabs = min(2*s.slabs, maxSlab)
		populate(s.slab)
	}
	memory, s.slab = s.slab[:0:recordfile.FrameMemory], s.slab[recordfile.FrameMemory:]
	return memory
}

// dump writes the ring, and behind it the frame that unfinished returns.
func (s *sink) dump(w io.Writer, unfinished func() *recordfile.Frame) error {
	s.mu.Lock()
	parts := [][]byte{s.head}
	for _, f := range s.frames {
		parts = append(parts, f.Bytes())
	}
	if f, n := unfinished(), len(s.frames); f != nil && (n == 0 || s.frames[n-1].Number() < f.Number()) {
		parts = append(parts, f.Bytes())
	}
	s.dumps++
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.dumps--
		s.mu.Unlock()
	}()
	for _, part := range parts {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// fail ends the recording. What was written before stays.
func (s *sink) fail(err error) {
	s.err = err
	s.frames, s.size = nil, 0
	s.written.Broadcast()
	go s.k.warn("the recording has ended", "error", err)
}

// start begins to write, unless that is under way.
func (s *sink) start() {
	if !s.writing {
		s.writing = true
		go s.write()
	}
}

// write writes frames until none is left.
func (s *sink) write() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if head := s.head; head != nil {
		s.head = nil
		s.unlocked(func() error { _, err := s.to.Write(head); return err })
	}
	for len(s.frames) > 0 && s.err == nil {
		frames := s.frames
		s.frames = nil
		size, done := 0, 0
		s.unlocked(func() error {
			for _, f := range frames {
				size += f.Len()
				if _, err := s.to.Write(f.Bytes()); err != nil {
					return err
				}
				done++
			}
			return nil
		})
		s.size = max(0, s.size-size)
		for _, f := range frames[:done] {
			s.keep(f)
		}
	}
	s.writing = false
	s.written.Broadcast()
}

// unlocked does something without the lock, and ends the recording if that fails.
func (s *sink) unlocked(do func() error) {
	s.mu.Unlock()
	err := do()
	s.mu.Lock()
	if err != nil && s.err == nil {
		s.fail(err)
	}
}

// wait waits until all is written.
func (s *sink) wait() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.writing && s.err == nil {
		s.written.Wait()
	}
}
