package readwrite

import (
	"sync"
	"unsafe"
)

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
type piece struct{ free []byte }

// idlePieces are those that nothing is being read into. All connections share them.
var idlePieces sync.Pool // of *piece

// pieceState is what a wheel does with pieces.
type pieceState uint8

const (
	noPiece    pieceState = iota
	pieceNext             // a text was long: the next read is into a piece
	pieceRead             // a read into a piece is under way
	pieceTaken            // and strings are parts of it
)

// beginPiece returns a piece for the next read.
func (w *Wheel) beginPiece() *piece {
	p, _ := idlePieces.Get().(*piece)
	if p == nil {
		p = &piece{}
	}
	if len(p.free) < leastRead {
		p.free = make([]byte, pieceSize)
	}
	w.pieces = pieceRead
	return p
}

// endPiece gives back the piece into which n bytes were read.
func (w *Wheel) endPiece(p *piece, n int) {
	if w.pieces == pieceTaken {
		p.free = p.free[n:]
		w.pieces = pieceNext
	} else {
		w.pieces = noPiece
	}
	idlePieces.Put(p)
}

// longText makes a string of a line of leastPart bytes or more.
func (w *Wheel) longText(line []byte) string {
	switch {
	case w.inPiece:
		w.pieces = pieceTaken
		return unsafe.String(&line[0], len(line))
	case w.pieces == noPiece:
		w.pieces = pieceNext
	}
	return string(line)
}
