package filter

import (
	"errors"
	"math"
	"reflect"
)

// ReferenceConfig configures a [Reference].
type ReferenceConfig struct {
	// Serializer turns values into bytes and back. It is required.
	Serializer Serializer

	// Compression compresses each serialized value with zlib, as POE does. It
	// must be the same on both sides.
	Compression bool

	// NoFatals makes Decode return a record of type *[Error], instead of an
	// error, for a value that cannot be decoded. Decoding continues after it.
	NoFatals bool

	// MaxBuffer is the most bytes that may wait undecoded, complete frames
	// included; 0 means DefaultMaxBuffer. It is checked as bytes arrive.
	MaxBuffer int

	// MaxInflated is the most bytes that one value may have before
	// compression; 0 means DefaultMaxInflated.
	MaxInflated int

	// MaxRatio is the most bytes to which each compressed byte may expand,
	// after the first MiB of a value; 0 means DefaultMaxRatio. zlib's maximum
	// is 1032.
	MaxRatio int
}

// The default limits of a [Reference] with compression.
const (
	DefaultMaxInflated = 8 << 20 // bytes of one value
	DefaultMaxRatio    = 100     // bytes from each compressed one
)

// ratioGrace is how many bytes of a value may come of any number of compressed
// ones.
const ratioGrace = 1 << 20

// Reference sends and receives whole values. On the wire each is the length in
// decimal digits, a NUL, and the serialized bytes, as in POE. POE:
// POE::Filter::Reference.
//
// As in POE only references can be put: maps, slices, structs, pointers and
// similar values, but not strings, []byte, numbers, booleans or nil. Send a
// pointer to one of these, or a slice that contains it.
//
// After bytes that are not a length the filter waits, as in POE, until
// MaxBuffer is exceeded. Then all bytes that wait are dropped. With NoFatals
// complete frames are still decoded then, as in POE, and the other bytes are
// kept until they exceed twice MaxBuffer.
type Reference struct {
	serializer  Serializer
	zlib        *compressor // nil without compression
	noFatals    bool
	maxBuffer   int
	maxInflated int
	maxRatio    int
	reported    int // waiting bytes at which MaxBuffer has been reported, with NoFatals
}

// NewReference returns a Reference filter, or a *[ConfigError].
func NewReference(config ReferenceConfig) (*Reference, error) {
	if config.Serializer == nil {
		return nil, configError("Reference", "Serializer", ErrMissing)
	}
	r := &Reference{serializer: config.Serializer, noFatals: config.NoFatals}
	if config.Compression {
		r.zlib = &compressor{}
	}
	var err error
	if r.maxBuffer, err = limitOr("Reference", "MaxBuffer", config.MaxBuffer, DefaultMaxBuffer); err != nil {
		return nil, err
	}
	if r.maxInflated, err = limitOr("Reference", "MaxInflated", config.MaxInflated, DefaultMaxInflated); err != nil {
		return nil, err
	}
	if r.maxRatio, err = limitOr("Reference", "MaxRatio", config.MaxRatio, DefaultMaxRatio); err != nil {
		return nil, err
	}
	return r, nil
}

// Decode returns the next value.
func (r *Reference) Decode(buf []byte) (any, int, error) {
	if len(buf) > r.maxBuffer && len(buf) > r.reported {
		return r.overflow(buf)
	}
	length, n, err := parseDecimal(buf)
	switch {
	case err == nil && length == math.MaxInt64:
		r.reported = 0
		return r.fail(len(buf), limitError("Reference", "decode", "MaxBuffer", r.maxBuffer))
	case err != nil || int64(len(buf)-n) < length:
		return nil, r.giveUp(buf), ErrMore
	}
	end := n + int(length)
	if r.reported > 0 {
		r.reported = len(buf) - end
	}
	rec, bad := r.thaw(buf[n:end])
	if bad != nil {
		return r.fail(end, badRecord(bad))
	}
	return rec, end, nil
}

// overflow reports that too much waits.
func (r *Reference) overflow(buf []byte) (any, int, error) {
	err := limitError("Reference", "decode", "MaxBuffer", r.maxBuffer)
	if r.noFatals {
		r.reported = len(buf)
		return err, 0, nil
	}
	return nil, len(buf), err
}

// giveUp returns how much of a frame that is not complete is dropped: nothing,
// save with NoFatals, when far too much waits.
func (r *Reference) giveUp(buf []byte) int {
	if len(buf)/2 <= r.maxBuffer {
		return 0
	}
	r.reported = 0
	return len(buf)
}

// fail makes the error a record with NoFatals; n bytes are done with.
func (r *Reference) fail(n int, err error) (any, int, error) {
	if r.noFatals {
		return err, n, nil
	}
	return nil, n, err
}

// thaw makes a value of one frame.
func (r *Reference) thaw(data []byte) (any, *Error) {
	if r.zlib != nil {
		defer r.zlib.release()
		inflated, err := r.inflate(data)
		if err != nil {
			return nil, err
		}
		data = inflated
	}
	rec, err := r.serializer.Thaw(data)
	if err != nil {
		return nil, &Error{Filter: "Reference", Op: "thaw", Err: err}
	}
	return rec, nil
}

// inflate decompresses one frame within the limits.
func (r *Reference) inflate(data []byte) ([]byte, *Error) {
	limit, field, value := r.maxInflated, "MaxInflated", r.maxInflated
	if limit > ratioGrace && len(data) < limit/r.maxRatio {
		limit, field, value = max(ratioGrace, len(data)*r.maxRatio), "MaxRatio", r.maxRatio
	}
	inflated, err := r.zlib.inflate(data, limit)
	switch {
	case errors.Is(err, ErrLimit):
		return nil, limitError("Reference", "inflate", field, value)
	case err != nil:
		return nil, &Error{Filter: "Reference", Op: "inflate", Err: err}
	}
	return inflated, nil
}

// Append serializes and frames rec.
func (r *Reference) Append(dst []byte, rec any) ([]byte, error) {
	if !isReference(rec) {
		return dst, &Error{Filter: "Reference", Op: "put", Err: &RecordError{Record: rec, Want: "a reference"}}
	}
	data, err := r.serializer.Freeze(rec)
	if err != nil {
		return dst, &Error{Filter: "Reference", Op: "freeze", Err: err}
	}
	if r.zlib != nil {
		defer r.zlib.release()
		data = r.zlib.deflate(data)
	}
	return append(appendDecimal(dst, len(data)), data...), nil
}

// isReference reports whether v is what Perl would call a reference.
func isReference(rec any) bool {
	if _, bytes := rec.([]byte); bytes {
		return false
	}
	switch kind := reflect.ValueOf(rec).Kind(); kind {
	case reflect.Invalid, reflect.Bool, reflect.String:
		return false
	default:
		return kind < reflect.Int || kind > reflect.Complex128
	}
}

// CheckBuffer returns an error if n waiting bytes exceed MaxBuffer. With
// NoFatals it returns nil, and Decode returns that error as a record.
func (r *Reference) CheckBuffer(n int) error {
	if n > r.maxBuffer && !r.noFatals {
		return limitError("Reference", "decode", "MaxBuffer", r.maxBuffer)
	}
	return nil
}

// Rewind makes the next Decode treat its bytes as if they had just arrived.
func (r *Reference) Rewind() { r.reported = 0 }

// Clone returns a Reference with the same settings. Both use the same
// Serializer.
func (r *Reference) Clone() Filter {
	c := *r
	if c.reported = 0; c.zlib != nil {
		c.zlib = &compressor{}
	}
	return &c
}
