package filter

import (
	"errors"
	"io"
)

// Buffer drives a [Filter] by hand, with POE's whole filter interface, for
// programs that use filters without a wheel. It owns the bytes that have not
// been decoded, so its filter can be replaced at any time.
//
// A Buffer copies the bytes that it gets; the records that it returns are the
// caller's.
//
// After an error of decoding that is [Recoverable] the next call continues
// after the bad record. After any other error, until SetFilter, every call that
// decodes returns the same error, and bytes that are added are discarded; bytes
// that had not been decoded remain.
type Buffer struct {
	filter Filter
	buf    []byte
	off    int   // buf[off:] is undecoded
	limit  int   // the filter's limit on that, once it was exceeded
	failed error // the final error of decoding
}

// keepBuffer is the capacity above which an empty Buffer frees its memory.
const keepBuffer = 64 << 10

// NewBuffer returns an empty Buffer that decodes and encodes with f.
func NewBuffer(f Filter) *Buffer { return &Buffer{filter: f} }

// GetOneStart adds bytes to decode. The error is the filter's if more bytes
// wait than it allows. They are in the Buffer nevertheless: GetOne can still
// decode complete records, and adding more bytes returns the same error.
//
// POE: get_one_start
func (b *Buffer) GetOneStart(chunks ...[]byte) error {
	if b.failed != nil {
		return b.failed
	}
	if s, ok := b.filter.(*Stack); ok && s.startsWithLayer() && len(b.Bytes()) == 0 {
		return s.start(chunks)
	}
	for _, c := range chunks {
		b.add(c)
	}
	l, ok := b.filter.(Limiter)
	if !ok {
		return nil
	}
	err := l.CheckBuffer(len(b.Bytes()))
	var limit *LimitError
	if errors.As(err, &limit) {
		b.limit = int(limit.Max)
	}
	return err
}

// Write adds bytes to decode, as GetOneStart does. It makes a Buffer an
// io.Writer.
func (b *Buffer) Write(p []byte) (int, error) { return len(p), b.GetOneStart(p) }

// add appends to the undecoded bytes. It moves them to the front only when
// that frees half of the memory, so that much waiting is not moved often.
func (b *Buffer) add(p []byte) {
	if b.off > 0 && len(b.buf)+len(p) > cap(b.buf) && b.off >= len(b.buf)/2 {
		b.buf = b.buf[:copy(b.buf, b.buf[b.off:])]
		b.off = 0
	}
	b.buf = append(b.buf, p...)
}

// consume drops n bytes from the front.
func (b *Buffer) consume(n int) {
	if b.off += n; b.off < len(b.buf) {
		return
	}
	if b.buf, b.off = b.buf[:0], 0; cap(b.buf) > keepBuffer {
		b.buf = nil
	}
}

// GetOne decodes one step: it returns one record with most filters, several
// with some, and none if there are not enough bytes.
//
// POE: get_one
func (b *Buffer) GetOne() ([]any, error) { return b.getOne(nil) }

func (b *Buffer) getOne(dst []any) ([]any, error) {
	if b.failed != nil {
		return dst, b.failed
	}
	buf := b.Bytes()
	if b.limit > 0 && len(buf) > b.limit {
		buf = buf[:b.limit]
	}
	out, n, err := decodeStep(b.filter, dst, buf)
	b.consume(n)
	if errors.Is(err, ErrMore) {
		err = nil
	}
	if err != nil && !Recoverable(err) {
		b.failed = err
	}
	return out, err
}

// decodeStep appends what one step of f makes of buf to dst.
func decodeStep(f Filter, dst []any, buf []byte) ([]any, int, error) {
	if s, ok := f.(Stepper); ok {
		return s.DecodeStep(dst, buf)
	}
	rec, n, err := f.Decode(buf)
	if err == nil {
		dst = append(dst, rec)
	}
	return dst, n, err
}

// Get adds bytes and decodes all complete records. With an error it returns the
// records that were decoded before it; bytes that follow remain, and after an
// error that is [Recoverable] the next Get decodes them.
//
// POE: get
func (b *Buffer) Get(chunks ...[]byte) ([]any, error) {
	if err := b.GetOneStart(chunks...); err != nil {
		return nil, err
	}
	var recs []any
	for {
		had := len(recs)
		var err error
		if recs, err = b.getOne(recs); err != nil || len(recs) == had {
			return recs, err
		}
	}
}

// Finish is called at the end of the stream: it returns what Get would return,
// and then, if the filter is a [Finisher], the records that the end of the
// stream completes. The error is the filter's, about bytes that it cannot
// decode, or about a stream that was cut off. Afterwards no bytes are left.
// After a final error, which was returned before, Finish returns neither
// records nor an error.
func (b *Buffer) Finish() ([]any, error) {
	if b.failed != nil {
		b.consume(len(b.Bytes()))
		return nil, nil
	}
	recs, err := b.Get()
	if err != nil {
		return recs, err
	}
	f, ok := b.filter.(Finisher)
	for ok {
		var rec any
		rec, err = f.Finish(b.Bytes())
		b.consume(len(b.Bytes()))
		if err != nil {
			break
		}
		recs = append(recs, rec)
	}
	b.consume(len(b.Bytes()))
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return recs, err
}

// Put encodes records and returns the messages made of them: with most filters
// one for each record.
//
// POE: put
func (b *Buffer) Put(recs ...any) ([][]byte, error) {
	dst, ends, err := put(b.filter, nil, nil, recs)
	if err != nil {
		return nil, err
	}
	messages := make([][]byte, len(ends))
	from := 0
	for i, end := range ends {
		messages[i] = dst[from:end:end]
		from = end
	}
	return messages, nil
}

// put encodes recs with f, as a Putter does. With an error dst and ends come
// back as they were.
func put(f Filter, dst []byte, ends []int, recs []any) ([]byte, []int, error) {
	if p, ok := f.(Putter); ok {
		return p.Put(dst, ends, recs)
	}
	out, outEnds := dst, ends
	for _, rec := range recs {
		var err error
		if out, err = f.Append(out, rec); err != nil {
			return dst, ends, err
		}
		outEnds = append(outEnds, len(out))
	}
	return out, outEnds, nil
}

// Pending returns what has not been decoded, as one string, or nil if there is
// nothing. It consumes nothing.
//
// With a [Stack] it is what the last part holds, and an empty list if it holds
// nothing, as in POE. Bytes returns the bytes that wait before the stack.
//
// POE: get_pending
func (b *Buffer) Pending() []any {
	if s, ok := b.filter.(*Stack); ok {
		return s.pending(b.Bytes())
	}
	var held []byte
	if p, ok := b.filter.(ByteHolder); ok {
		held = p.PendingBytes()
	}
	if held = append(held, b.Bytes()...); len(held) == 0 {
		return nil
	}
	return []any{string(held)}
}

// Bytes returns the bytes that have not been consumed. They belong to the
// Buffer and are valid until its next use.
func (b *Buffer) Bytes() []byte { return b.buf[b.off:] }

// Filter returns the filter in use.
func (b *Buffer) Filter() Filter { return b.filter }

// SetFilter replaces the filter. Input of which the old filter has not made
// records yet is passed to f.
func (b *Buffer) SetFilter(f Filter) {
	if p, ok := b.filter.(ByteHolder); ok {
		if held := p.PendingBytes(); len(held) > 0 {
			b.buf, b.off = append(append([]byte(nil), held...), b.Bytes()...), 0
		}
	}
	if r, ok := f.(Rewinder); ok {
		r.Rewind()
	}
	b.filter, b.limit, b.failed = f, 0, nil
}

// Clone returns an empty Buffer with a copy of the filter. It fails if the
// filter cannot be copied.
//
// POE: clone
func (b *Buffer) Clone() (*Buffer, error) {
	c, ok := b.filter.(Cloner)
	if !ok {
		return nil, &Error{Filter: typeName(b.filter), Op: "clone", Err: errors.ErrUnsupported}
	}
	return NewBuffer(c.Clone()), nil
}
