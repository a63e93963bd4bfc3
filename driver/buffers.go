package driver

import "sync"

// A large output buffer is lent for as long as output waits in it. Those who write in
// turn so use the same few, which are in the processor's caches; and a connection that
// has nothing to write has none.

const (
	lentSize = 64 << 10 // of the buffers that are lent, in bytes
	lentFrom = 4 << 10  // for so much output at once
)

var lent sync.Pool // of *[lentSize]byte

// OutputFor is [SysRW.Output] for a caller that is going to append about n bytes.
func (d *SysRW) OutputFor(n int) []byte {
	out := d.Output()
	if n < lentFrom || n <= cap(out)-len(out) || len(out)+n > lentSize {
		return out
	}
	buf, _ := lent.Get().(*[lentSize]byte)
	if buf == nil {
		buf = new([lentSize]byte)
	}
	d.out = buf[:copy(buf[:], out)]
	return d.out
}

// dropBuffer gives the output buffer away, whatever is in it.
func (d *SysRW) dropBuffer() {
	if cap(d.out) == lentSize {
		lent.Put((*[lentSize]byte)(d.out[:lentSize]))
	}
	d.out = nil
}
