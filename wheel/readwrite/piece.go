package readwrite

import "unsafe"

// Where one long line has been a string, the next is read into a piece of memory of
// which that string can be a part: so it is not copied, and one allocation serves
// several lines. That is done only where a read is small, by a rate limiter or by its
// driver, and so never changes how much is read at once.

const (
	pieceSize   = 72 << 10      // four lines of 16 KiB, and a read for the last
	largestRead = 24 << 10      // into a piece
	leastPart   = pieceSize / 5 // shorter strings would retain too much, and are copied
)

// piece is memory that is read into. What strings are parts of is cut off its front, and
// never written again.
type piece struct {
	free  []byte
	taken bool // strings are parts of what was just read
}

// takePiece returns a piece for a read.
func (s *shared) takePiece() *piece {
	p := s.piece
	if s.piece = nil; p == nil { // by a read whose handler runs a turn
		p = &piece{}
	}
	if len(p.free) < largestRead {
		p.free = make([]byte, pieceSize)
	}
	return p
}

// returnPiece ends a read of n bytes into a piece.
func (s *shared) returnPiece(p *piece, n int) {
	if p.taken {
		p.free, p.taken = p.free[n:], false
	}
	s.piece = p
}

// longText makes a string of a line of leastPart bytes or more.
func (w *Wheel) longText(line []byte) string {
	w.long = true
	p := w.input.cur.piece
	if p == nil {
		return string(line)
	}
	p.taken = true
	return unsafe.String(&line[0], len(line))
}
