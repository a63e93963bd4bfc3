// Package filter turns bytes into records and back, as POE's filters do.
//
// A [Filter] is a pure codec: it is given the bytes that have not been decoded
// yet and returns how many of them make up the next record. Its driver, a wheel
// or a [Buffer], owns those bytes, so that a filter can be replaced in the middle
// of a stream without losing any.
//
// A [Layer] works on records alone: [Grep], [Map], [RecordBlock]. [Stack] makes
// one filter of several parts.
//
// The filters here are [Line], [Stream], [Block] and [Reference]. [Buffer] and
// [Records] drive filters and layers by hand, with POE's get_one_start,
// get_one, get, put, get_pending and clone.
//
// Whatever a peer sends, a filter returns records or an [Error] and keeps
// within its limits: MaxLength for one record, MaxBuffer for what may wait
// undecoded. What a program puts and a filter cannot encode is an [Error] too.
// Constructors return a [ConfigError], which names the field.
//
// No value of this package is safe for use by several goroutines at once, and
// one value serves one connection: servers take a func() Filter.
package filter

import "errors"

// ErrMore is the error of Decode when the available bytes do not make up a whole
// record. Bytes may have been consumed all the same. A nil record without an
// error is a record.
var ErrMore = errors.New("filter: need more")

// Filter turns bytes into records and records into bytes.
//
// Decode looks at buf, all the bytes of the stream that have not been consumed
// yet, and returns the next record and how many bytes at the front of buf are
// thereby done with. The record must not alias buf. A filter that holds
// records back may return one with n = 0. The next call is given what was not
// consumed, and perhaps more behind it: a filter may remember how far it has
// looked, see [Rewinder]. With [ErrMore] there is no record
// yet; n may still be positive.
//
// Any other error of Decode says that the stream holds something that is no
// record. The driver drops the n bytes and reports the error. Then it asks
// [Recoverable]. If that reports true the n bytes were the bad record, or the
// beginning of one that the filter will pass over, and the driver calls Decode
// again with what follows, at once; n may be 0 if the bad record was held
// inside the filter, as in a [Stack]. Otherwise the error is final: the driver
// calls neither Decode nor Finish again and discards what arrives, but still
// reports the end of the stream. An error of CheckBuffer is treated likewise.
//
// Append encodes rec at the end of dst and returns the extended slice, as
// append does. With an error dst comes back as it was.
type Filter interface {
	Decode(buf []byte) (rec any, n int, err error)
	Append(dst []byte, rec any) ([]byte, error)
}

// BytesDecoder is the zero-copy form of Decode, which filters whose records
// are runs of bytes offer: the record is a part of buf and holds only until
// buf is next changed, that is, until the handler it is given to returns.
type BytesDecoder interface {
	DecodeBytes(buf []byte) (rec []byte, n int, err error)
}

// TextEncoder is Append without boxing, for filters whose records are text: a
// string or bytes, of which nothing is kept. A filter that embeds one and has an
// Append of its own needs these of its own as well.
type TextEncoder interface {
	AppendText(dst []byte, rec string) ([]byte, error)
	AppendBytes(dst []byte, rec []byte) ([]byte, error)
}

// Putter is implemented by filters whose output depends on the whole list of
// records given to one put: Block with a block size joins them, RecordBlock
// may hold some back.
//
// Put encodes recs at the end of dst. For every message that it makes it
// appends the length that dst has after it to ends; the driver counts messages
// by them.
type Putter interface {
	Put(dst []byte, ends []int, recs []any) ([]byte, []int, error)
}

// Cloner is implemented by filters that can make an independent copy of
// themselves, with the same settings and nothing pending (POE: clone).
type Cloner interface {
	Clone() Filter
}

// ByteHolder is implemented by filters that hold decoded input inside themselves,
// such as a Stack whose layers hold records back. The driver hands
// PendingBytes on when the filter is replaced: what has not become a record
// yet, as bytes.
type ByteHolder interface {
	PendingBytes() []byte
}

// Layer turns records into records, in both directions.
//
// Get appends what rec becomes to dst: none, one or several records. With
// more = false the get at hand ends here, although records may be waiting: a
// record that Map turns into nothing does that.
//
// An error of Get is about rec, which is done with. Of an error that is not
// [Recoverable] the driver makes what it makes of a final error of Decode.
//
// Put appends what all the records of one put become to dst. It may hold
// records back for the next one.
//
// A layer is driven by [Records] or [Stack]. It may also be a [Drainer], a
// [Holder], a [Rewinder] and a [LayerCloner].
type Layer interface {
	Get(dst []any, rec any) (out []any, more bool, err error)
	Put(dst []any, recs []any) ([]any, error)
}
