package filter

// The interfaces in this file are optional. A driver that leaves one of them
// out decodes the same records; each says what is lost.

// Stepper is implemented by filters of which one step may return several
// records, such as a [Stack] whose [Map] makes three of one. DecodeStep appends
// them to dst; it appends nothing only with an error.
//
// Records of one step belong together: a driver delivers all of them, even if
// the filter is replaced while the first is handled, as POE does with the
// result of get_one. Decode returns them one by one.
type Stepper interface {
	DecodeStep(dst []any, buf []byte) (recs []any, n int, err error)
}

// Limiter is implemented by filters that limit how many bytes may wait
// undecoded (POE: MaxBuffer). CheckBuffer returns an error if n waiting bytes
// are too many.
//
// A driver that calls it as bytes arrive gets the error before anything is
// decoded, and the bytes are not consumed, as in POE. Decode applies the same
// limit, and drops the bytes.
type Limiter interface {
	CheckBuffer(n int) error
}

// Rewinder is implemented by filters that remember how far they have searched
// bytes that are not consumed yet, or that hold input back.
//
// A driver calls Rewind when it sets the filter of a stream. What the filter
// has remembered is then no longer valid: when it was replaced before, the
// driver took the bytes of [ByteHolder], and other filters may have consumed
// bytes of the stream since. Without this call a filter that is replaced in the
// middle of a record and later set again might miss the end of a record.
type Rewinder interface {
	Rewind()
}

// Drainer is implemented by layers that may have records ready without a
// further call of Get: [RecordBlock] after its block size was reduced, or a
// decompressor that returns its output in pieces. Drain appends records that
// are ready to dst; it is called until it appends none.
type Drainer interface {
	Drain(dst []any) (out []any, err error)
}

// Holder is implemented by layers that hold input back, such as RecordBlock.
// Held returns the records that were passed to Get and that it has not
// returned.
type Holder interface {
	Held() []any
}

// LayerCloner is implemented by layers that can make an independent copy of
// themselves, with the same settings and nothing held back (POE: clone).
type LayerCloner interface {
	CloneLayer() Layer
}

// Finisher is implemented by filters for which the end of the stream has a
// meaning: it ends a body of unknown length, or shows that something is
// missing.
//
// A driver calls Finish when the stream has ended normally, and not after a
// final error, with the bytes that have not been decoded; all of them are
// consumed. The record must not alias buf. Finish is called again, with no
// bytes, until it returns an error: io.EOF if nothing is missing, otherwise the
// error that the stream was cut off.
//
// If the filter is not a Finisher, bytes that have not been decoded at the end
// are lost, as in POE.
type Finisher interface {
	Finish(buf []byte) (rec any, err error)
}
