package driver

import "sync"

// A large output buffer is lent for as long as output waits in it. Those who write in
// turn so use the same few, which are in the processor's caches; and a connection that
// has nothing to write has none.

// lentSize is the size of the buffers that are lent, in bytes.
const lentSize = 64 << 10

var lent sync.Pool // of *[lentSize]byte

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
