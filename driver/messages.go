package driver

import (
	"encoding/binary"
	"math"
)

// The sizes of the messages in the output are kept as runs of equal sizes: a run at
// the end that grows, and in front of it older runs, two varints each. So many small
// messages cost no more memory than their bytes, and equal ones nothing.

// olderRuns are the runs in front of the last one.
type olderRuns struct {
	runs  []byte // size and count of each
	at    int    // runs[:at] has been written
	total int    // messages

	headSize, headLeft int // the first run, taken off runs; headLeft is 0 if there is none

	head int // what has been written of the first message of all, in bytes
}

// OutMessages returns how many messages wait to be written, including one that
// has been written in part. POE: get_out_messages_buffered.
func (d *SysRW) OutMessages() int {
	n := int(d.count)
	if d.more != nil {
		n += d.more.older.total
	}
	return n
}

// addMessage adds a message of so many bytes, more than 0.
func (d *SysRW) addMessage(size int) {
	if uint64(size) != uint64(d.size) || d.count == math.MaxUint32 {
		d.beginRun(size)
	} else {
		d.count++
	}
}

// beginRun begins a run with a message of another size.
func (d *SysRW) beginRun(size int) {
	if d.count > 0 {
		d.ensureMore().older.add(int(d.size), int(d.count))
	}
	if uint64(size) > math.MaxUint32 {
		d.ensureMore().older.add(size, 1)
		d.size, d.count = 0, 0
		return
	}
	d.size, d.count = uint32(size), 1
}

func (o *olderRuns) add(size, count int) {
	o.runs = binary.AppendUvarint(o.runs, uint64(size))
	o.runs = binary.AppendUvarint(o.runs, uint64(count))
	o.total += count
}

// removeMessages removes the messages of which the last byte is among the next n
// bytes.
func (d *SysRW) removeMessages(n int) {
	if n == 0 {
		return
	}
	o := &d.ensureMore().older // for head at least
	for n > 0 && int(d.count)+o.total > 0 {
		older := o.first()
		size, left := int(d.size), int(d.count)
		if older {
			size, left = o.headSize, o.headLeft
		}
		n += o.head
		done := min(n/size, left)
		n -= done * size
		o.head = 0
		if older {
			o.headLeft -= done
			o.total -= done
		} else {
			d.count -= uint32(done)
		}
		if done < left {
			o.head = n
			return
		}
	}
}

// first reports whether there is a run, which is then the head.
func (o *olderRuns) first() bool {
	if o.headLeft == 0 && o.at < len(o.runs) {
		size, n := binary.Uvarint(o.runs[o.at:])
		o.at += n
		left, n := binary.Uvarint(o.runs[o.at:])
		o.at += n
		o.headSize, o.headLeft = int(size), int(left)
		if o.at > 1024 && o.at > len(o.runs)/2 {
			o.runs = o.runs[:copy(o.runs, o.runs[o.at:])]
			o.at = 0
		}
	}
	return o.headLeft > 0
}

// clear forgets all runs.
func (o *olderRuns) clear() {
	runs := o.runs[:0]
	if cap(runs) > keepMessages {
		runs = nil
	}
	*o = olderRuns{runs: runs}
}
