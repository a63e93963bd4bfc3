package readwrite

const (
	batchSize  = 4 << 10 // the most that strings of one batch share, in bytes
	maxBatched = 1 << 10 // longer records do not share
)

// stringBatch makes strings of the records of one read. Short ones that have
// arrived together are parts of one string: copying it once is cheaper than one
// allocation for each, and retaining one of them retains no more than batchSize.
// A record that has come alone is a string of its own.
type stringBatch struct {
	shared string // a copy of what comes next, as far as it goes
}

// of makes a string of a record, for which n bytes of buf were used.
func (b *stringBatch) of(buf []byte, n int, record []byte) string {
	at := cap(buf) - cap(record)
	end := at + len(record)
	switch {
	case len(record) == 0, len(record) > maxBatched, at < 0, end > batchSize, end > n, &buf[at] != &record[0]:
		b.shared = "" // the record is not known to be a short part of buf
		return string(record)
	case end > len(b.shared):
		if n == len(buf) {
			return string(record)
		}
		b.shared = string(buf[:min(len(buf), batchSize)])
	}
	text := b.shared[at:end]
	b.shared = b.shared[min(n, len(b.shared)):]
	return text
}
