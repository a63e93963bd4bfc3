package readwrite

import (
	"github.com/gopoe/poe/driver"
	"github.com/gopoe/poe/internal/perkernel"
	"github.com/gopoe/poe/kernel"
)

// desk is what the wheels of a kernel share, so that one that is idle needs little
// memory: what only a wheel that decodes has, and output buffers. Those wheels that
// have written last keep their buffers, in a ring; one that leaves it for another
// gives its buffer away.
type desk struct {
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

// deskOf returns the desk of a kernel.
func deskOf(k *kernel.Kernel) *desk {
	at := perkernel.Wheels(k)
	d, ok := (*at).(*desk)
	if !ok {
		d = &desk{}
		*at = d
	}
	return d
}

// enter puts a wheel that has nothing to write into the ring.
func (d *desk) enter(w *Wheel) {
	if len(d.recent) < recentWheels {
		d.recent = append(d.recent, w)
		w.place = uint16(len(d.recent))
		return
	}
	if old := d.recent[d.next]; old != nil {
		d.leave(old)
	}
	d.recent[d.next] = w
	w.place = uint16(d.next + 1)
	d.next = (d.next + 1) % recentWheels
}

// leave takes a wheel from the ring, and its buffer unless output waits in it.
func (d *desk) leave(w *Wheel) {
	d.recent[w.place-1] = nil
	w.place = 0
	buf := w.out.driver.TakeBuffer()
	if n := cap(buf); n > 0 && n <= keepBuffer && d.size+n <= keepBuffers {
		d.buffers = append(d.buffers, buf)
		d.size += n
	}
}

// lend gives a driver that has no output buffer one, if there is any.
func (d *desk) lend(to *driver.SysRW) {
	if n := len(d.buffers) - 1; n >= 0 {
		to.SetBuffer(d.buffers[n])
		d.size -= cap(d.buffers[n])
		d.buffers[n], d.buffers = nil, d.buffers[:n]
	}
}
