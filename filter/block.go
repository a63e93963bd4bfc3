package filter

import (
	"math"
	"strconv"
)

// BlockConfig configures a [Block]. The zero value is POE's default: before
// each block stands its length, in decimal digits, and a NUL.
type BlockConfig struct {
	// BlockSize is the number of bytes of each block. If 0, each block has its
	// length before it. It excludes LengthCodec and MaxLength.
	BlockSize int

	// LengthCodec replaces the default form of the length before each block.
	LengthCodec LengthCodec

	// MaxLength is the most bytes a block with a length may have; 0 means
	// DefaultMaxLength. It is checked when the length is known.
	MaxLength int

	// MaxBuffer is the most bytes that may wait undecoded, complete blocks
	// included; 0 means DefaultMaxBuffer. It is checked as bytes arrive and
	// must be large enough for a block of MaxLength and its length.
	MaxBuffer int

	// Warn is called with a *[SkippedError] when the default length decoder
	// removes bytes that are not a length. If nil, that is silent.
	Warn func(error)
}

// LengthCodec encodes and decodes the length of blocks. Either both functions
// are set, or neither.
type LengthCodec struct {
	// Encode appends the length of block and block to dst, in the form that
	// Decode expects.
	Encode func(dst, block []byte) []byte

	// Decode decodes the length at the front of buf and returns it with the
	// number of bytes that are consumed. With ErrMore there is no length yet; n
	// may still be positive, to skip bytes. Any other error is passed to the
	// driver. A negative length is an error.
	Decode func(buf []byte) (length int64, n int, err error)
}

// Block decodes blocks of a fixed size, or with a length before each, as
// strings, and encodes strings and []byte. It has a zero-copy form,
// DecodeBytes. POE: POE::Filter::Block.
//
// With a fixed size, put joins all its records into one message and neither
// pads nor checks it; no records make one empty message.
//
// A length that has been decoded is consumed: it is no longer pending while the
// block is incomplete. Bytes that are not a length are removed up to the next
// digit, with a warning, and decoding then waits for more bytes, as in POE. A
// block longer than MaxLength is an error and is skipped as it arrives. When
// MaxBuffer is exceeded, all bytes that wait are dropped.
type Block struct {
	size      int // fixed size, or 0
	codec     LengthCodec
	decimal   bool // codec is the default one
	maxLength int
	maxBuffer int
	expected  int64 // length of the block that is coming; unknown is negative
	skip      int64 // bytes still to come of a block that is too long
}

const unknown = -1

// NewBlock returns a Block filter, or a *[ConfigError].
func NewBlock(config BlockConfig) (*Block, error) {
	b := &Block{size: config.BlockSize, codec: config.LengthCodec, expected: unknown}
	var err error
	if b.maxBuffer, err = limitOr("Block", "MaxBuffer", config.MaxBuffer, DefaultMaxBuffer); err != nil {
		return nil, err
	}
	hasCodec := config.LengthCodec.Encode != nil || config.LengthCodec.Decode != nil
	if config.BlockSize != 0 {
		if err = config.checkFixed(hasCodec, b.maxBuffer); err != nil {
			return nil, err
		}
		return b, nil
	}
	if b.maxLength, err = limitOr("Block", "MaxLength", config.MaxLength, DefaultMaxLength); err != nil {
		return nil, err
	}
	if b.maxBuffer-len(strconv.Itoa(b.maxLength))-1 < b.maxLength {
		return nil, configError("Block", "MaxBuffer", ErrTooSmall)
	}
	if !hasCodec {
		b.codec, b.decimal = decimalLength(config.Warn), true
	} else if config.LengthCodec.Encode == nil || config.LengthCodec.Decode == nil {
		return nil, configError("Block", "LengthCodec", ErrMissing)
	}
	return b, nil
}

func (config *BlockConfig) checkFixed(hasCodec bool, maxBuffer int) error {
	switch {
	case config.BlockSize < 0:
		return configError("Block", "BlockSize", ErrNegative)
	case hasCodec:
		return configError("Block", "LengthCodec", ErrConflict)
	case config.MaxLength != 0:
		return configError("Block", "MaxLength", ErrConflict)
	case config.BlockSize > maxBuffer:
		return configError("Block", "MaxBuffer", ErrTooSmall)
	}
	return nil
}

// Decode returns the next block as a string.
func (b *Block) Decode(buf []byte) (any, int, error) {
	rec, n, err := b.DecodeBytes(buf)
	if err != nil {
		return nil, n, err
	}
	return string(rec), n, nil
}

// DecodeBytes returns the next block as a part of buf.
func (b *Block) DecodeBytes(buf []byte) ([]byte, int, error) {
	if err := b.CheckBuffer(len(buf)); err != nil {
		return nil, len(buf), err
	}
	if b.size > 0 {
		if len(buf) < b.size {
			return nil, 0, ErrMore
		}
		return buf[:b.size], b.size, nil
	}
	n := 0
	if b.skip > 0 {
		n = int(min(b.skip, int64(len(buf))))
		b.skip -= int64(n)
	}
	if b.expected == unknown {
		m, err := b.decodeLength(buf[n:])
		if n += m; err != nil {
			return nil, n, err
		}
	}
	if int64(len(buf)-n) < b.expected {
		return nil, n, ErrMore
	}
	end := n + int(b.expected)
	b.expected = unknown
	return buf[n:end], end, nil
}

// decodeLength sets the expected length, and returns how many bytes it took.
func (b *Block) decodeLength(buf []byte) (int, error) {
	length, n, err := b.codec.Decode(buf)
	switch {
	case err != nil:
		return n, err
	case length < 0:
		return n, &Error{Filter: "Block", Op: "decode", Err: strconv.ErrRange}
	case length > int64(b.maxLength):
		b.skip = length
		return n, badRecord(limitError("Block", "decode", "MaxLength", b.maxLength))
	}
	b.expected = length
	return n, nil
}

// Append appends one block: unchanged if blocks have a fixed size, otherwise
// with its length before it.
func (b *Block) Append(dst []byte, rec any) ([]byte, error) {
	if b.size > 0 {
		return appendText(dst, "Block", rec)
	}
	switch v := rec.(type) {
	case []byte:
		return b.codec.Encode(dst, v), nil
	case string:
		if b.decimal { // without a copy
			return append(appendDecimal(dst, len(v)), v...), nil
		}
		return b.codec.Encode(dst, []byte(v)), nil
	}
	return appendText(dst, "Block", rec) // its error
}

// Put makes one message of all records if blocks have a fixed size, otherwise
// one of each.
func (b *Block) Put(dst []byte, ends []int, recs []any) ([]byte, []int, error) {
	out, outEnds := dst, ends
	for _, rec := range recs {
		var err error
		if out, err = b.Append(out, rec); err != nil {
			return dst, ends, err
		}
		if b.size == 0 {
			outEnds = append(outEnds, len(out))
		}
	}
	if b.size > 0 {
		outEnds = append(outEnds, len(out))
	}
	return out, outEnds, nil
}

// CheckBuffer returns an error if n waiting bytes exceed MaxBuffer. Bytes that
// will be skipped do not count.
func (b *Block) CheckBuffer(n int) error {
	if int64(n)-b.skip > int64(b.maxBuffer) {
		return limitError("Block", "decode", "MaxBuffer", b.maxBuffer)
	}
	return nil
}

// Clone returns a Block with the same settings that expects the beginning of a
// block.
func (b *Block) Clone() Filter {
	c := *b
	c.expected, c.skip = unknown, 0
	return &c
}

// decimalLength is POE's length: decimal digits and a NUL.
func decimalLength(warn func(error)) LengthCodec {
	return LengthCodec{
		Encode: func(dst, block []byte) []byte {
			return append(appendDecimal(dst, len(block)), block...)
		},
		Decode: func(buf []byte) (int64, int, error) {
			length, n, err := parseDecimal(buf)
			if err == nil {
				return length, n, nil
			}
			for n < len(buf) && !isDigit(buf[n]) {
				n++
			}
			if n > 0 && warn != nil {
				warn(&SkippedError{"Block", n})
			}
			return 0, n, err
		},
	}
}

// appendDecimal appends a length as Block and Reference frame it.
func appendDecimal(dst []byte, length int) []byte {
	return append(strconv.AppendInt(dst, int64(length), 10), 0)
}

// maxDigits is how many digits are looked at for a length: more cannot be one,
// and a peer that sends them one by one should not make us look at all of them
// each time.
const maxDigits = 1024

// parseDecimal reads digits and a NUL, and returns how many bytes they are.
// ErrMore indicates that buf does not begin with these, or not yet. A number that is
// too big is the biggest.
func parseDecimal(buf []byte) (length int64, n int, err error) {
	for n < min(len(buf), maxDigits) && isDigit(buf[n]) {
		digit := int64(buf[n] - '0')
		if length > (math.MaxInt64-digit)/10 {
			length = math.MaxInt64
		} else {
			length = length*10 + digit
		}
		n++
	}
	switch {
	case n == maxDigits:
		return math.MaxInt64, n, nil
	case n > 0 && n < len(buf) && buf[n] == 0:
		return length, n + 1, nil
	}
	return 0, 0, ErrMore
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
