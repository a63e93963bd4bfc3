package filter

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// PrefixedConfig configures a [Prefixed]: the form of the length before each
// record. Size or Varint is required.
type PrefixedConfig struct {
	// Size is how many bytes the length has, 1 to 8.
	Size int
	// LittleEndian puts the lowest byte of the length first. Otherwise the
	// highest is first, as is usual in network protocols.
	LittleEndian bool
	// Inclusive means that the length includes its own bytes.
	Inclusive bool
	// Varint encodes the length with seven bits a byte, the lowest first, as
	// protocol buffers do. It excludes the fields above.
	Varint bool
	// MaxLength is the most bytes a record may have; 0 means DefaultMaxLength.
	// It is checked as soon as the length has arrived, and for records that are
	// put.
	MaxLength int
}

// Prefixed decodes records that follow their length as strings, and encodes
// strings and []byte. It has a zero-copy form, DecodeBytes.
//
// A record that is longer than MaxLength is an error and is skipped as it
// arrives. The error about an impossible length is final: every later Decode
// drops its bytes and returns the error again.
type Prefixed struct {
	config PrefixedConfig
	skip   uint64 // bytes still to come of a record that is too long
	broken error
}

// NewPrefixed returns a Prefixed filter, or a *[ConfigError].
func NewPrefixed(config PrefixedConfig) (*Prefixed, error) {
	switch {
	case config.Varint && (config.Size != 0 || config.LittleEndian || config.Inclusive):
		return nil, configError("Prefixed", "Varint", ErrConflict)
	case config.Size == 0 && !config.Varint:
		return nil, configError("Prefixed", "Size", ErrMissing)
	case config.Size < 0 || config.Size > 8:
		return nil, configError("Prefixed", "Size", errors.New("is not 1 to 8"))
	}
	var err error
	config.MaxLength, err = limitOr("Prefixed", "MaxLength", config.MaxLength, DefaultMaxLength)
	if err != nil {
		return nil, err
	}
	return &Prefixed{config: config}, nil
}

// Decode returns the next record as a string.
func (p *Prefixed) Decode(buf []byte) (any, int, error) {
	rec, n, err := p.DecodeBytes(buf)
	if err != nil {
		return nil, n, err
	}
	return string(rec), n, nil
}

// DecodeBytes returns the next record as a part of buf.
func (p *Prefixed) DecodeBytes(buf []byte) ([]byte, int, error) {
	if len(buf) == 0 {
		return nil, 0, ErrMore
	}
	if p.broken != nil {
		return nil, len(buf), p.broken
	}
	n := int(min(p.skip, uint64(len(buf))))
	p.skip -= uint64(n)
	size, length, err := p.length(buf[n:])
	switch {
	case err == ErrMore:
		return nil, n, err
	case err != nil:
		p.broken = err
		return nil, len(buf), err
	case length > uint64(p.config.MaxLength):
		p.skip = length
		return nil, n + size, badRecord(limitError("Prefixed", "decode", "MaxLength", p.config.MaxLength))
	case length > uint64(len(buf)-n-size):
		return nil, n, ErrMore
	}
	start, end := n+size, n+size+int(length)
	return buf[start:end:end], end, nil
}

// length reads the length at the front of buf; it has size bytes and is that
// of the record alone.
func (p *Prefixed) length(buf []byte) (size int, length uint64, err error) {
	if p.config.Varint {
		length, size = binary.Uvarint(buf)
		switch {
		case size < 0 || size == 0 && len(buf) >= binary.MaxVarintLen64:
			return 0, 0, &Error{Filter: "Prefixed", Op: "decode", Err: errVarint}
		case size == 0:
			return 0, 0, ErrMore
		}
		return size, length, nil
	}
	if size = p.config.Size; len(buf) < size {
		return 0, 0, ErrMore
	}
	for i := range size {
		at := i
		if p.config.LittleEndian {
			at = size - 1 - i
		}
		length = length<<8 | uint64(buf[at])
	}
	if p.config.Inclusive {
		if length < uint64(size) {
			return 0, 0, &Error{Filter: "Prefixed", Op: "decode", Err: errInclusive}
		}
		length -= uint64(size)
	}
	return size, length, nil
}

// Causes of an Error of Prefixed.
var (
	errVarint    = errors.New("length has more than 64 bits")
	errInclusive = errors.New("length is less than its own size")
)

// Append appends the length and the record, a string or []byte.
func (p *Prefixed) Append(dst []byte, rec any) ([]byte, error) {
	var space [binary.MaxVarintLen64]byte
	start := len(dst)
	out, err := appendText(append(dst, space[:p.config.Size]...), "Prefixed", rec)
	if err != nil {
		return dst, err
	}
	length := len(out) - start - p.config.Size
	if length > p.config.MaxLength {
		return dst, limitError("Prefixed", "put", "MaxLength", p.config.MaxLength)
	}
	if p.config.Varint {
		size := binary.PutUvarint(space[:], uint64(length))
		out = append(out, space[:size]...)
		copy(out[start+size:], out[start:start+length])
		copy(out[start:], space[:size])
		return out, nil
	}
	if !p.putLength(out[start:start+p.config.Size], length) {
		return dst, &Error{Filter: "Prefixed", Op: "put", Err: fmt.Errorf("record is too long for a length of %d bytes", p.config.Size)}
	}
	return out, nil
}

// putLength writes the length and reports whether it fits.
func (p *Prefixed) putLength(prefix []byte, length int) bool {
	number := uint64(length)
	if p.config.Inclusive {
		number += uint64(len(prefix))
	}
	for i := range prefix {
		at := len(prefix) - 1 - i
		if p.config.LittleEndian {
			at = i
		}
		prefix[at] = byte(number)
		number >>= 8
	}
	return number == 0
}

// Rewind clears the error, and ends the skipping of a record.
func (p *Prefixed) Rewind() { p.skip, p.broken = 0, nil }

// Clone returns a Prefixed with the same settings.
func (p *Prefixed) Clone() Filter { return &Prefixed{config: p.config} }
