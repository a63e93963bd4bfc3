package driver

import (
	"slices"
	"sync"
)

// A large output buffer is lent for as long as output waits in it. Those who write in
// turn so use the same few, which are in the processor's caches; and a connection that
// has nothing to write has none.

// lentSize is the size of the buffers that are lent, in bytes.
const lentSize = 64 << 10

var lent sync.Pool // of *[lentSize]byte

// lentFor is the size of a record from which on a buffer is lent for it, in bytes.
const lentFor = 4 << 10

// PutRecord adds one message to the output: record followed by end, both of which
// are copied.
func PutRecord[T string | []byte](d *SysRW, record T, end string) {
	size := len(record) + len(end)
	if d.done > 0 || size > cap(d.out)-len(d.out) {
		d.reserve(size)
	}
	at := len(d.out)
	d.out = d.out[:at+size]
	copy(d.out[at:], record)
	copy(d.out[at+len(record):], end)
	if size > 0 {
		d.addMessage(size)
	}
}

// reserve makes room for n more bytes in the output buffer.
func (d *SysRW) reserve(n int) { d.out = slices.Grow(d.OutputFor(n), n) }

// OutputFor is [SysRW.Output] for a caller that is going to append about n bytes: if
// they are many, and the buffer is too small for them, another one of 64 KiB takes its
// place until all output is written.
func (d *SysRW) OutputFor(n int) []byte {
	out := d.Output()
	if n >= lentFor && n > cap(out)-len(out) && len(out)+n <= lentSize {
		return d.lend()
	}
	return out
}

// BufferSize returns the size of the output buffer, 0 if there is none.
func (d *SysRW) BufferSize() int { return cap(d.out) }

// TakeBuffer takes away the output buffer and returns it, nil while output waits in it.
func (d *SysRW) TakeBuffer() []byte {
	if len(d.out) > 0 {
		return nil
	}
	buf := d.out
	d.out = nil
	return buf
}

// SetBuffer gives a SysRW that has no output buffer an empty one.
func (d *SysRW) SetBuffer(buf []byte) { d.out = buf[:0] }

// lend moves the output to a buffer that is lent.
func (d *SysRW) lend() []byte {
	buf, _ := lent.Get().(*[lentSize]byte)
	if buf == nil {
		buf = new([lentSize]byte)
	}
	d.out = buf[:copy(buf[:], d.out)]
	return d.out
}

// dropBuffer gives the output buffer away, whatever is in it.
func (d *SysRW) dropBuffer() {
	if cap(d.out) == lentSize {
		lent.Put((*[lentSize]byte)(d.out[:lentSize]))
	}
	d.out = nil
}
