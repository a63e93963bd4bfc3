package readwrite

const (
	pieceSize  = 4 << 10 // how much lines that arrive together share at most, in bytes
	sharedLine = 1 << 10 // longer ones do not share
)

// texts makes strings of the records of one read. Short ones that have arrived
// together are cut out of one string: copying it is cheaper than making one for
// each, and whoever keeps one of them keeps no more than pieceSize. A line that
// has come alone is a string of its own.
type texts struct {
	piece string // a copy of what comes next, as far as it goes
}

// of makes a string of a record, for which n bytes of buf were used.
func (t *texts) of(buf []byte, n int, record []byte) string {
	at := cap(buf) - cap(record)
	end := at + len(record)
	switch {
	case len(record) == 0, len(record) > sharedLine, at < 0, end > pieceSize, end > n, &buf[at] != &record[0]:
		t.piece = "" // it is not known to be a short part of buf
		return string(record)
	case end > len(t.piece):
		if n == len(buf) {
			return string(record)
		}
		t.piece = string(buf[:min(len(buf), pieceSize)])
	}
	text := t.piece[at:end]
	t.piece = t.piece[min(n, len(t.piece)):]
	return text
}
