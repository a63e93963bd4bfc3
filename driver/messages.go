package driver

import "encoding/binary"

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
	n := d.count
	if d.more != nil {
		n += d.more.older.total
	}
	return n
}

// addMessage adds a message of so many bytes, more than 0.
func (d *SysRW) addMessage(size int) {
	if size != d.size {
		d.beginRun(size)
	}
	d.count++
}

// beginRun begins a run of another size.
func (d *SysRW) beginRun(size int) {
	if d.count > 0 {
		o := &d.ensureMore().older
		o.runs = binary.AppendUvarint(o.runs, uint64(d.size))
		o.runs = binary.AppendUvarint(o.runs, uint64(d.count))
		o.total += d.count
		d.count = 0
	}
	d.size = size
}

// removeMessages removes the messages of which the last byte is among the next n
// bytes.
func (d *SysRW) removeMessages(n int) {
	if n == 0 {
		return
	}
	o := &d.ensureMore().older // for head at least
	for n > 0 && d.count+o.total > 0 {
		older := o.first()
		size, left := d.size, d.count
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
			d.count -= done
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
