package driver

import "sync"

// An output buffer is lent for as long as output waits in it. Those who write in turn
// so use the same few, which are in the processor's caches; and a connection that has
// nothing to write has none. A buffer of another size, to which a small one has grown,
// is kept.

// The sizes of the buffers that are lent, in bytes.
const (
	lentSize  = 64 << 10
	smallSize = 512
)

var (
	lent  sync.Pool // of *[lentSize]byte
	small sync.Pool // of *[smallSize]byte
)

// borrow gives a SysRW that has no output buffer a small one.
func (d *SysRW) borrow() {
	buf, _ := small.Get().(*[smallSize]byte)
	if buf == nil {
		buf = new([smallSize]byte)
	}
	d.out = buf[:0]
}

// OutputFor is [SysRW.Output] for a caller that is going to append about n bytes, which
// are many: if the buffer is too small for them, another one of 64 KiB takes its place
// until all output is written.
func (d *SysRW) OutputFor(n int) []byte {
	out := d.Output()
	if n <= cap(out)-len(out) || len(out)+n > lentSize {
		return out
	}
	buf, _ := lent.Get().(*[lentSize]byte)
	if buf == nil {
		buf = new([lentSize]byte)
	}
	size := copy(buf[:], out)
	d.dropBuffer()
	d.out = buf[:size]
	return d.out
}

// dropBuffer gives the output buffer away, whatever is in it.
func (d *SysRW) dropBuffer() {
	switch cap(d.out) {
	case lentSize:
		lent.Put((*[lentSize]byte)(d.out[:lentSize]))
	case smallSize:
		small.Put((*[smallSize]byte)(d.out[:smallSize]))
	}
	d.out = nil
}
