package driver

import "sync"

// A short output is put into a buffer that is lent until it has been written: so a
// connection that has nothing to write holds none, and those who write in turn use the
// same few.

const smallSize = 512 // of the buffers that are lent, in bytes

var small sync.Pool // of *[smallSize]byte

// borrow gives a SysRW that has no output buffer a small one.
func (d *SysRW) borrow() {
	buf, _ := small.Get().(*[smallSize]byte)
	if buf == nil {
		buf = new([smallSize]byte)
	}
	d.out = buf[:0]
}

// giveBack empties the output buffer. One that has grown a little is kept.
func (d *SysRW) giveBack() {
	switch size := cap(d.out); {
	case size == smallSize:
		small.Put((*[smallSize]byte)(d.out[:smallSize]))
		d.out = nil
	case size > keepOutput:
		d.out = nil
	default:
		d.out = d.out[:0]
	}
}
