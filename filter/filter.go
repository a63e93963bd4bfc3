// Package filter turns bytes into records and back, as POE's filters do.
//
// A [Filter] is a codec: it gets the bytes that have not been decoded yet and
// returns the next record and how many of the bytes it has consumed. Its
// driver, a wheel or a [Buffer], owns these bytes, so that a filter can be
// replaced in the middle of a stream without losing any.
//
// A [Layer] turns records into records: [Grep], [Map], [RecordBlock]. A [Stack]
// combines several filters and layers into one filter.
//
// The filters of POE here are [Line], [Stream], [Block] and [Reference].
// [Delimited], [DotStuffed], [Netstring] and [Prefixed] decode other common
// framings; the packages below this one decode whole protocols. [Buffer] and
// [Records] drive filters and layers by hand, with POE's get_one_start,
// get_one, get, put, get_pending and clone.
//
// Whatever a peer sends, a filter returns records or an [Error], and its memory
// is bounded by its limits: MaxLength for one record, MaxBuffer for bytes that
// wait undecoded. A record that a filter cannot encode is an [Error], too.
// Constructors return a [ConfigError], which names the field.
//
// Filters, layers and what drives them must not be used by several goroutines
// at once, and each serves one connection: servers take a func() Filter.
package filter

import "errors"

// ErrMore is the error of Decode when the available bytes do not make up a
// whole record. Bytes may have been consumed nevertheless. A nil record without
// an error is a record.
var ErrMore = errors.New("filter: need more")

// Filter turns bytes into records and records into bytes.
//
// Decode decodes buf, all the bytes of the stream that have not been consumed
// yet. It returns the next record, and the number n of bytes at the front of
// buf that are consumed. The record must not alias buf. A filter that holds
// records back may return one with n = 0. The next call gets the bytes that
// were not consumed, and perhaps more after them, so that a filter may remember
// how far it has searched, see [Rewinder]. With [ErrMore] there is no record
// yet; n may still be positive.
//
// Any other error of Decode means that the stream contains something that is
// not a record. The driver drops the n bytes and reports the error. If
// [Recoverable] reports true for the error, the n bytes were the bad record, or
// the beginning of one that the filter will skip, and the driver calls Decode
// again with what follows, at once; n may be 0 if the bad record was held
// inside the filter, as in a [Stack]. Otherwise the error is final: the driver
// calls neither Decode nor Finish again and discards what arrives, but still
// reports the end of the stream. An error of CheckBuffer is handled in the same
// way.
//
// Append encodes rec at the end of dst and returns the extended slice, as
// append does. With an error it returns dst unchanged.
type Filter interface {
	Decode(buf []byte) (rec any, n int, err error)
	Append(dst []byte, rec any) ([]byte, error)
}

// BytesDecoder is implemented by filters that can return a record without
// copying it. DecodeBytes is like Decode, but the record is a part of buf, or
// of memory of the filter, and valid only until the next call or until buf is
// changed: until the handler that gets it returns.
type BytesDecoder interface {
	DecodeBytes(buf []byte) (rec []byte, n int, err error)
}

// TextEncoder is implemented by filters whose records are text: AppendText and
// AppendBytes are like Append, without the allocation of an interface value,
// and do not keep the record. A filter that embeds a TextEncoder and has its
// own Append needs its own AppendText and AppendBytes as well.
type TextEncoder interface {
	AppendText(dst []byte, rec string) ([]byte, error)
	AppendBytes(dst []byte, rec []byte) ([]byte, error)
}

// Putter is implemented by filters whose output depends on the whole list of
// records of one put: [Block] with a block size joins them, a [Stack] with a
// [RecordBlock] may hold some back.
//
// Put encodes recs at the end of dst. For every message it appends to ends the
// length that dst has after the message, by which the driver counts messages.
type Putter interface {
	Put(dst []byte, ends []int, recs []any) ([]byte, []int, error)
}

// Cloner is implemented by filters that can make an independent copy of
// themselves, with the same settings and nothing pending (POE: clone).
type Cloner interface {
	Clone() Filter
}

// ByteHolder is implemented by filters that hold decoded input inside
// themselves, such as a Stack whose layers hold records back. PendingBytes
// returns that input as bytes; the driver passes it to the next filter when the
// filter is replaced.
type ByteHolder interface {
	PendingBytes() []byte
}

// Layer turns records into records, in both directions.
//
// Get appends to dst what rec becomes: none, one or several records. If more is
// false, the present get of the whole filter ends here, although records may be
// waiting: so it is when [Map] turns a record into nothing, as in POE.
//
// An error of Get is about rec, which is consumed. The driver handles an error
// that is not [Recoverable] like a final error of Decode.
//
// Put appends to dst what the records of one put become. It may hold records
// back for the next one.
//
// [Records] and [Stack] drive layers. A layer may also be a [Drainer], a
// [Holder], a [Rewinder] and a [LayerCloner].
type Layer interface {
	Get(dst []any, rec any) (out []any, more bool, err error)
	Put(dst []any, recs []any) ([]any, error)
}
