package filter

// The interfaces in this file are optional. A driver that leaves one of them
// out decodes the same records; each says what is lost.

// Stepper is implemented by filters of which one step may yield several
// records, such as a [Stack] whose Map makes three of one. DecodeStep appends
// them to dst, which may have come back unchanged with [ErrMore] only.
//
// Records of one step belong together: a driver delivers all of them, even if
// the filter is replaced while the first is handled, as POE does with what one
// get_one returns. Through Decode they come one by one.
type Stepper interface {
	DecodeStep(dst []any, buf []byte) (recs []any, n int, err error)
}

// Limiter is implemented by filters that limit how much may wait undecoded
// (POE: MaxBuffer). CheckBuffer returns the error for n waiting bytes, or nil.
//
// A driver that calls it as bytes arrive gets that error before anything is
// decoded, with the bytes still there, as POE does. Decode applies the same
// limit and drops the bytes.
type Limiter interface {
	CheckBuffer(n int) error
}

// Rewinder is implemented by filters that remember how far they have looked
// into bytes that are not consumed yet, so as not to look twice, or that hold
// input back.
//
// A driver calls Rewind when it puts a filter in charge of a stream in place
// of another. What the filter remembers of that kind is void then: the driver
// took [ByteHolder]'s bytes when the filter was replaced, and others may have
// consumed from the stream since. Without this call a filter that is taken out
// in the middle of a record and later put back may miss the end of a record.
type Rewinder interface {
	Rewind()
}

// Drainer is implemented by layers that may have records ready without being
// given another one: RecordBlock after its block size was lowered, a
// decompressor that returns its output piece by piece. Drain appends to dst
// what is ready, and may be called again until it appends nothing.
type Drainer interface {
	Drain(dst []any) (out []any, err error)
}

// Holder is implemented by layers that hold input back, such as RecordBlock.
// Held returns the records that were given to Get and have not come out.
type Holder interface {
	Held() []any
}

// LayerCloner is implemented by layers that can make an independent copy of
// themselves, with the same settings and nothing held back (POE: clone).
type LayerCloner interface {
	CloneLayer() Layer
}

// Finisher is implemented by filters to which the end of the stream means
// something: it ends a body that did not say how long it is, or it shows that
// something is missing.
//
// A driver calls Finish when the stream has ended in order, and not after an
// error, with what has not been decoded; all of that is done with. The record
// must not alias buf. Finish is called again, with nothing, until there is an
// error: [io.EOF] if nothing is missing, otherwise that the stream was cut off.
//
// Without a Finisher what has not been decoded at the end is lost, as in POE.
type Finisher interface {
	Finish(buf []byte) (rec any, err error)
}
