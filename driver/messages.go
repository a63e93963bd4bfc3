package driver

import "encoding/binary"

// messages are the sizes of the messages in the output, as runs of equal sizes:
// a run at the end that grows, and in front of it older runs, two varints each.
// So many small messages cost no more memory than their bytes, and equal ones
// nothing.
type messages struct {
	older []byte // runs: size and count
	at    int    // older[:at] has been written

	size, count int // the last run

	head     int // what has been written of the first message, in bytes
	headSize int // the first run of older, taken off it; 0 if there is none
	headLeft int
	total    int
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
		m.older = binary.AppendUvarint(m.older, uint64(m.size))
		m.older = binary.AppendUvarint(m.older, uint64(m.count))
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
	if m.headLeft == 0 && m.at < len(m.older) {
		size, n := binary.Uvarint(m.older[m.at:])
		m.at += n
		left, n := binary.Uvarint(m.older[m.at:])
		m.at += n
		m.headSize, m.headLeft = int(size), int(left)
		if m.at > 1024 && m.at > len(m.older)/2 {
			m.older = m.older[:copy(m.older, m.older[m.at:])]
			m.at = 0
		}
	}
	if m.headLeft > 0 {
		return m.headSize, m.headLeft
	}
	return m.size, m.count
}

// remove removes so many messages of the first run.
func (m *messages) remove(n int) {
	m.total -= n
	if m.headLeft > 0 {
		m.headLeft -= n
	} else {
		m.count -= n
	}
}

// clear forgets all messages.
func (m *messages) clear() {
	m.at, m.count, m.head, m.headLeft, m.total = 0, 0, 0, 0, 0
	if len(m.older) > 0 { // else there is no pointer to write
		if m.older = m.older[:0]; cap(m.older) > keepMessages {
			m.older = nil
		}
	}
}
