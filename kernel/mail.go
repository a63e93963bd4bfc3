package kernel

import "iter"

// mail is a list of messages. It is made of pieces, so that it grows without moving what
// is in it, however much that is.
type mail struct{ first, last *mailPiece }

// mailPiece is a part of a list: the messages from begin up to end.
type mailPiece struct {
	next       *mailPiece
	begin, end int
	messages   [mailPieceSize]message
}

const mailPieceSize = 51 // 8 KiB

func (l *mail) empty() bool { return l.first == nil }

// full reports whether the list has to be extended before a message can be added.
func (l *mail) full() bool { return l.last == nil || l.last.end == mailPieceSize }

// extend adds an empty piece, for a message that is about to be added.
func (l *mail) extend(p *mailPiece) {
	if l.last == nil {
		l.first = p
	} else {
		l.last.next = p
	}
	l.last = p
}

func (l *mail) add(m *message) {
	l.last.messages[l.last.end] = *m
	l.last.end++
}

// take takes the first message, and returns its piece if that is empty then.
func (l *mail) take(m *message) (left *mailPiece) {
	p := l.first
	*m, p.messages[p.begin] = p.messages[p.begin], message{}
	if p.begin++; p.begin < p.end {
		return nil
	}
	p.begin, p.end = 0, 0
	l.shift()
	return p
}

// takeEvents takes the events at the front, and nothing that acts.
func (l *mail) takeEvents() (events mail) {
	for !l.empty() {
		p := l.first
		n := p.begin
		for n < p.end && p.messages[n].isEvent() {
			n++
		}
		if n < p.end {
			if n > p.begin {
				events.extend(&mailPiece{end: n - p.begin})
				copy(events.last.messages[:], p.messages[p.begin:n])
				clear(p.messages[p.begin:n])
				p.begin = n
			}
			break
		}
		l.shift()
		events.extend(p)
	}
	return events
}

// shift takes the first piece out.
func (l *mail) shift() {
	p := l.first
	if l.first = p.next; l.first == nil {
		l.last = nil
	}
	p.next = nil
}

// all yields the messages.
func (l *mail) all() iter.Seq[*message] {
	return func(yield func(*message) bool) {
		for p := l.first; p != nil; p = p.next {
			for i := p.begin; i < p.end; i++ {
				if !yield(&p.messages[i]) {
					return
				}
			}
		}
	}
}

// mailPieces are empty pieces that are kept for what comes next.
type mailPieces struct {
	first *mailPiece
	count int
}

// sparePieces is how many are kept at most.
const sparePieces = 32

// get returns nil if there is none.
func (s *mailPieces) get() *mailPiece {
	p := s.first
	if p != nil {
		s.first, p.next = p.next, nil
		s.count--
	}
	return p
}

func (s *mailPieces) put(p *mailPiece) {
	if s.count < sparePieces {
		s.first, p.next = p, s.first
		s.count++
	}
}
