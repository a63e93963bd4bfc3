package readwrite

import "unsafe"

// Where one long line has been a string, the next is read into a piece of memory of
// which that string can be a part: so it is not copied, and one allocation serves
// several lines.

const (
	pieceSize = 72 << 10      // four lines of 16 KiB, and leastRead for the last
	leastRead = 24 << 10      // the space for a read
	leastPart = pieceSize / 5 // shorter strings would retain too much, and are copied
)

// piece is memory that is read into. What strings are parts of is cut off its front, and
// never written again.
type piece struct {
	free  []byte
	taken bool // strings are parts of what was just read
}

// takePiece returns a piece for a read.
func (d *desk) takePiece() *piece {
	p := d.piece
	if d.piece = nil; p == nil { // by a read whose handler runs a turn
		p = &piece{}
	}
	if len(p.free) < leastRead {
		p.free = make([]byte, pieceSize)
	}
	return p
}

// returnPiece ends a read of n bytes into a piece.
func (d *desk) returnPiece(p *piece, n int) {
	if p.taken {
		p.free, p.taken = p.free[n:], false
	}
	d.piece = p
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
