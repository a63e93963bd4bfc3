package filter_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/filtertest"
	"github.com/stretchr/testify/require"
)

// uint16Length is a LengthCodec of two bytes, most significant first.
var uint16Length = filter.LengthCodec{
	Encode: func(dst, block []byte) []byte {
		return append(binary.BigEndian.AppendUint16(dst, uint16(len(block))), block...)
	},
	Decode: func(buf []byte) (int64, int, error) {
		if len(buf) < 2 {
			return 0, 0, filter.ErrMore
		}
		return int64(binary.BigEndian.Uint16(buf)), 2, nil
	},
}

func TestBlock(t *testing.T) {
	filtertest.Run(t, blockOf(filter.BlockConfig{BlockSize: 3}), []byte("abcd\x00\xffghiX"), list("abc", "d\x00\xff", "ghi"))
	t.Run("length", func(t *testing.T) {
		filtertest.Run(t, blockOf(filter.BlockConfig{}), []byte("5\x00hello0\x00003\x00a\x00b12\x00123456789012"),
			list("hello", "", "a\x00b", "123456789012"))
	})
	t.Run("codec", func(t *testing.T) {
		filtertest.Run(t, blockOf(filter.BlockConfig{LengthCodec: uint16Length}), []byte("\x00\x03abc\x00\x00\x00\x01d"),
			list("abc", "", "d"))
	})
}

func TestBlockPut(t *testing.T) {
	fixed := filter.NewBuffer(must(filter.NewBlock(filter.BlockConfig{BlockSize: 4})))
	require.Equal(t, []string{"abcdefg"}, put(t, fixed, "ab", "", []byte("cdefg")), "joined, neither padded nor checked")
	require.Equal(t, []string{""}, put(t, fixed), "an empty message of nothing, as POE")
	length := filter.NewBuffer(must(filter.NewBlock(filter.BlockConfig{})))
	require.Equal(t, []string{"2\x00ab", "0\x00"}, put(t, length, "ab", []byte{}))
	require.Empty(t, put(t, length))

	for _, b := range []*filter.Buffer{fixed, length} {
		_, err := b.Put("fine", 3)
		var wrong *filter.RecordError
		require.ErrorAs(t, err, &wrong)
	}
}

// A parsed length is gone from what is pending; garbage in front of one is
// removed with a warning, and decoding continues with the next arrival.
func TestBlockPending(t *testing.T) {
	var warnings []error
	b := filter.NewBuffer(must(filter.NewBlock(filter.BlockConfig{Warn: func(err error) { warnings = append(warnings, err) }})))
	require.Empty(t, get(t, b, "1"))
	require.Equal(t, list("1"), b.Pending())
	require.Empty(t, get(t, b, "0\x00abcde"))
	require.Equal(t, list("abcde"), b.Pending())
	require.Equal(t, list("abcdefghij"), get(t, b, "fghij?!3\x00abc"))
	require.Equal(t, list("3\x00abc"), b.Pending())
	require.Equal(t, list("abc"), get(t, b))
	require.Len(t, warnings, 1)
	var skipped *filter.SkippedError
	require.ErrorAs(t, warnings[0], &skipped)
	require.Equal(t, 2, skipped.N)
	require.EqualError(t, skipped, "filter: Block: 2 bytes without meaning removed from the stream")

	require.Empty(t, get(t, b, "12x"), "digits that end in something else wait for ever, as in POE")
	require.Equal(t, list("12x"), b.Pending())
}

func TestBlockLimits(t *testing.T) {
	newBlock := blockOf(filter.BlockConfig{MaxLength: 5, MaxBuffer: 20})
	filtertest.Limit(t, newBlock, []byte("6\x00abcdef"), "MaxLength")
	filtertest.Limit(t, newBlock, []byte(strings.Repeat("1", 21)), "MaxBuffer")
	filtertest.Limit(t, newBlock, []byte("9223372036854775808\x00"), "MaxLength") // 2^63
	filtertest.Limit(t, newBlock, []byte("0000000000000099\x00"), "MaxLength")
	filtertest.Limit(t, blockOf(filter.BlockConfig{}), []byte(strings.Repeat("0", 2000)), "MaxLength")
}

// A block that is too long costs its error and is passed over.
func TestBlockTooLongIsPassedOver(t *testing.T) {
	f := must(filter.NewBlock(filter.BlockConfig{MaxLength: 5, MaxBuffer: 20}))
	b := filter.NewBuffer(f)
	_, err := b.Get([]byte("30\x00" + strings.Repeat("x", 10)))
	requireLimit(t, err, "Block", "MaxLength", 5)
	require.Empty(t, get(t, b, strings.Repeat("y", 15)))
	require.Nil(t, b.Pending())
	require.Equal(t, list("abc"), get(t, b, "zzzzz3\x00abc"))

	_, n, err := f.Decode(bytes.Repeat([]byte("1"), 21))
	requireLimit(t, err, "Block", "MaxBuffer", 20)
	require.Equal(t, 21, n)
}

func TestBlockCodecErrors(t *testing.T) {
	bad := errors.New("bad length")
	f := must(filter.NewBlock(filter.BlockConfig{LengthCodec: filter.LengthCodec{
		Encode: uint16Length.Encode,
		Decode: func(buf []byte) (int64, int, error) {
			switch {
			case len(buf) == 0:
				return 0, 0, filter.ErrMore
			case buf[0] == '-':
				return -1, 1, nil
			}
			return 0, 1, bad
		},
	}}))
	for stream, want := range map[string]error{"x-": bad, "-x": strconv.ErrRange} {
		b := filter.NewBuffer(f)
		_, err := b.Get([]byte(stream))
		require.ErrorIs(t, err, want)
		require.False(t, filter.Recoverable(err))
		_, err = b.Get([]byte("y"))
		require.ErrorIs(t, err, want, "a final error stays")
		require.Equal(t, stream[1:], string(b.Bytes()))
	}
}

func TestBlockConfigErrors(t *testing.T) {
	for _, c := range []struct {
		cfg   filter.BlockConfig
		field string
		cause error
	}{
		{filter.BlockConfig{BlockSize: -1}, "BlockSize", filter.ErrNegative},
		{filter.BlockConfig{BlockSize: 2, MaxLength: 1}, "MaxLength", filter.ErrConflict},
		{filter.BlockConfig{BlockSize: 2, LengthCodec: uint16Length}, "LengthCodec", filter.ErrConflict},
		{filter.BlockConfig{BlockSize: 9, MaxBuffer: 8}, "MaxBuffer", filter.ErrTooSmall},
		{filter.BlockConfig{LengthCodec: filter.LengthCodec{Encode: uint16Length.Encode}}, "LengthCodec", filter.ErrMissing},
		{filter.BlockConfig{MaxLength: -1}, "MaxLength", filter.ErrNegative},
		{filter.BlockConfig{MaxBuffer: -1}, "MaxBuffer", filter.ErrNegative},
		{filter.BlockConfig{MaxLength: 10, MaxBuffer: 12}, "MaxBuffer", filter.ErrTooSmall},
	} {
		_, err := filter.NewBlock(c.cfg)
		requireConfig(t, err, "Block", c.field, c.cause)
	}
	_, err := filter.NewBlock(filter.BlockConfig{MaxLength: 10, MaxBuffer: 13})
	require.NoError(t, err, "room for 10, its digits and the NUL")
}

func ExampleBlock() {
	block, err := filter.NewBlock(filter.BlockConfig{BlockSize: 8})
	if err != nil {
		fmt.Println(err)
		return
	}
	b := filter.NewBuffer(block)
	b.GetOneStart([]byte("abcdefghijklmnopqrstuvwxyz"))
	for {
		recs, err := b.GetOne()
		if err != nil || len(recs) == 0 {
			break
		}
		fmt.Println(recs[0])
	}
	// "y" and "z" wait for the rest of their block.
	recs, _ := b.Get([]byte("123456"))
	fmt.Println(recs[0])
	// Output:
	// abcdefgh
	// ijklmnop
	// qrstuvwx
	// yz123456
}
