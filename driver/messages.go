package driver

import "encoding/binary"

// messages are the sizes of the messages in the output, as runs of equal sizes:
// a run at the end that grows, and in front of it older runs, two varints each.
// So many small messages cost no more memory than their bytes, and equal ones
// nothing.
type messages struct {
	older *olderRuns // nil until messages of different sizes have waited

	size, count int // the last run

	head  int // what has been written of the first message, in bytes
	total int
}

// olderRuns are the runs in front of the last one.
type olderRuns struct {
	runs []byte // size and count of each
	at   int    // runs[:at] has been written

	headSize, headLeft int // the first run, taken off runs; headLeft is 0 if there is none
}

// add adds a message of so many bytes, more than 0.
func (m *messages) add(size int) {
	if size != m.size {
		m.begin(size)
	}
	m.count++
	m.total++
}

// begin begins a run of another size.
func (m *messages) begin(size int) {
	if m.count > 0 {
		if m.older == nil {
			m.older = &olderRuns{}
		}
		m.older.runs = binary.AppendUvarint(m.older.runs, uint64(m.size))
		m.older.runs = binary.AppendUvarint(m.older.runs, uint64(m.count))
		m.count = 0
	}
	m.size = size
}

// written removes the messages of which the last byte is among the next n bytes.
func (m *messages) written(n int) {
	for n > 0 && m.total > 0 {
		size, left := m.first()
		n += m.head
		done := min(n/size, left)
		n -= done * size
		m.head = 0
		m.remove(done)
		if done < left {
			m.head = n
			return
		}
	}
}

// first returns the size and the number of the messages of the first run.
func (m *messages) first() (size, count int) {
	if m.older != nil && m.older.first() {
		return m.older.headSize, m.older.headLeft
	}
	return m.size, m.count
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

// remove removes so many messages of the first run.
func (m *messages) remove(n int) {
	m.total -= n
	if m.older != nil && m.older.headLeft > 0 {
		m.older.headLeft -= n
	} else {
		m.count -= n
	}
}

// clear forgets all messages.
func (m *messages) clear() {
	m.count, m.head, m.total = 0, 0, 0
	if m.older != nil {
		if m.older.clear(); cap(m.older.runs) > keepMessages {
			m.older = nil
		}
	}
}

func (o *olderRuns) clear() { o.runs, o.at, o.headLeft = o.runs[:0], 0, 0 }
