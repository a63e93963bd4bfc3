package sereal_test

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/Sereal/Sereal/Go/sereal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	poe "github.com/gopoe/poe/filter/sereal"
)

type (
	list = []any
	hash = map[string]any
)

func TestRoundTrip(t *testing.T) {
	type point struct{ X, Y int }
	cases := []struct{ in, want any }{
		{nil, nil}, {true, true}, {1, 1}, {-1, -1}, {-1000, -1000}, {1 << 40, 1 << 40}, {int64(math.MinInt64), math.MinInt64},
		{uint64(math.MaxUint64), uint(math.MaxUint64)}, {0.1, 0.1}, {float32(0.5), float32(0.5)},
		{"text ☺", "text ☺"}, {strings.Repeat("x", 70000), strings.Repeat("x", 70000)},
		{[]byte("\xff\x00"), []byte("\xff\x00")}, {[]int{1, 2}, list{1, 2}}, {list{}, list{}},
		{hash{"a": hash{"b": list{1, 0.5}}}, hash{"a": hash{"b": list{1, 0.5}}}},
		{point{1, 2}, hash{"X": 1, "Y": 2}},
	}
	var s poe.Serializer
	for _, c := range cases {
		data, err := s.Freeze(c.in)
		require.NoError(t, err)
		got, err := s.Thaw(data)
		require.NoError(t, err, "%v", c.in)
		assert.Equal(t, c.want, got)
	}
}

func TestPerlCompat(t *testing.T) {
	s := poe.Serializer{PerlCompat: true}
	data, err := s.Freeze(sereal.PerlObject{Class: "Foo", Reference: hash{"a": 1}})
	require.NoError(t, err)
	got, err := s.Thaw(data)
	require.NoError(t, err)
	o := got.(*sereal.PerlObject)
	assert.Equal(t, "Foo", o.Class)

	got, err = poe.Serializer{}.Thaw(data)
	require.NoError(t, err)
	assert.Equal(t, hash{"a": 1}, got)
}

// TestOtherEncoders reads each version and compression that the library writes.
func TestOtherEncoders(t *testing.T) {
	v := hash{"list": list{1, "two", strings.Repeat("x", 2000)}}
	snappy := sereal.SnappyCompressor{Incremental: true}
	old, v2, v2s, v3s, v3z := sereal.NewEncoder(), sereal.NewEncoderV2(), sereal.NewEncoderV2(), sereal.NewEncoderV3(), sereal.NewEncoderV3()
	oldS := sereal.NewEncoder()
	oldS.Compression = sereal.SnappyCompressor{}
	v2s.Compression, v3s.Compression, v3z.Compression = snappy, snappy, sereal.ZlibCompressor{}
	for i, enc := range []*sereal.Encoder{old, oldS, v2, v2s, v3s, v3z} {
		data, err := enc.Marshal(v)
		require.NoError(t, err)
		got, err := poe.Serializer{}.Thaw(data)
		require.NoError(t, err, "encoder %d", i)
		assert.Equal(t, v, got, "encoder %d", i)
		for n := range data {
			_, err := poe.Serializer{}.Thaw(data[:n])
			require.Error(t, err, "encoder %d cut at %d", i, n)
		}
	}
	data, err := v2.MarshalWithHeader(hash{"meta": "data"}, v)
	require.NoError(t, err)
	got, err := poe.Serializer{}.Thaw(data)
	require.NoError(t, err)
	assert.Equal(t, v, got)
}

// head begins an uncompressed document of version 3.
const head = "=\xf3rl\x03\x00"

func TestBadInput(t *testing.T) {
	var s poe.Serializer
	for _, in := range []string{"", "=\xf3rl", head, head + "\x62a", head + "\x42\x01", head + "\x51\x61k",
		head + "\x26\xff\xff\xff\xff\x07", head + "\x2a\xff\xff\xff\xff\xff\xff\xff\xff\x7f", head + "\x2b\xff\xff\xff\xff\x0f",
		head + "\x23\x00", head + "\x20\x80", "=\xf3rl\x03\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x01", "=\xf3rl\x23\x00\x05ab"} {
		_, err := s.Thaw([]byte(in))
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, "%q", in)
		require.ErrorContains(t, err, "sereal:")
	}
	for _, in := range []string{head + "\x3e\x00", head + "\x01\x01", head + "\x51\x01\x01", head + "\x2f\x63",
		head + "\x42\x01\x2f\x09", head + "\x42\x2f\x01\x2f\x01", "=\xf3rl\x43\x00\x01",
		head + "\x20\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"} {
		_, err := s.Thaw([]byte(in))
		var syntax *poe.SyntaxError
		require.ErrorAs(t, err, &syntax, "%q", in)
	}
	for _, in := range []string{"=srx\x01\x00\x01", "=\xf3rl\x0f\x00\x01", head + "\x29\x00", "=\xf3rl\x23\x00\x02ab", "=\xf3rl\x33\x00\x05\x02ab"} {
		_, err := s.Thaw([]byte(in))
		require.ErrorContains(t, err, "sereal:", "%q", in)
	}
}

func TestLimits(t *testing.T) {
	cases := []struct {
		limit      string
		s          poe.Serializer
		fits, over string
	}{
		{"MaxSize", poe.Serializer{MaxSize: 8}, head + "\x61a", head + "\x62ab"},
		{"MaxItems", poe.Serializer{MaxItems: 3}, head + "\x42\x01\x02", head + "\x43\x01\x02\x03"},
		{"MaxDepth", poe.Serializer{MaxDepth: 2}, head + "\x41\x41\x40", head + "\x41\x41\x41\x40"},
		{"MaxDepth", poe.Serializer{}, head + strings.Repeat("\x28", 10_000) + "\x01", head + strings.Repeat("\x28", 10_001) + "\x01"},
	}
	for _, c := range cases {
		_, err := c.s.Thaw([]byte(c.fits))
		require.NoError(t, err, c.limit)
		_, err = c.s.Thaw([]byte(c.over))
		var limit *filter.LimitError
		require.ErrorAs(t, err, &limit, c.limit)
		assert.Equal(t, c.limit, limit.Limit)
		assert.Contains(t, err.Error(), c.limit)
	}
	var nest any
	for range 20 {
		nest = list{nest}
	}
	_, err := poe.Serializer{MaxDepth: 10}.Freeze(nest)
	require.ErrorIs(t, err, sereal.ErrMaxRecursionLimit)
}

// TestBombs: a megabyte of zeros, compressed, and copies of one long string.
func TestBombs(t *testing.T) {
	small := poe.Serializer{MaxSize: 100_000}
	var limit *filter.LimitError
	for _, c := range []sereal.Encoder{{Compression: sereal.ZlibCompressor{}}, {Compression: sereal.SnappyCompressor{Incremental: true}}} {
		enc := sereal.NewEncoderV3()
		enc.Compression = c.Compression
		data, err := enc.Marshal(make([]byte, 1<<20))
		require.NoError(t, err)
		require.Less(t, len(data), 100_000)
		_, err = small.Thaw(data)
		require.ErrorAs(t, err, &limit)
		assert.Equal(t, "MaxSize", limit.Limit)
	}
	copies := head + "\x2b\xe9\x07" + "\x26\xd0\x0f" + strings.Repeat("x", 2000) + strings.Repeat("\x2f\x04", 1000)
	_, err := small.Thaw([]byte(copies))
	require.ErrorAs(t, err, &limit)
	assert.Equal(t, "MaxSize", limit.Limit)
	_, err = poe.Serializer{}.Thaw([]byte(copies))
	require.NoError(t, err)
	// An array of 100 copied 1000 times.
	copies = head + "\x2b\xe9\x07" + "\x2b\x64" + strings.Repeat("\x01", 100) + strings.Repeat("\x2f\x04", 1000)
	_, err = poe.Serializer{MaxItems: 50_000}.Thaw([]byte(copies))
	require.ErrorAs(t, err, &limit)
	assert.Equal(t, "MaxItems", limit.Limit)
}

func TestNoAlias(t *testing.T) {
	var s poe.Serializer
	v := list{[]byte("bytes"), "text", &sereal.PerlRegexp{Pattern: []byte("a+"), Modifiers: []byte("i")}}
	data, err := s.Freeze(list{v[0], v[1], sereal.PerlRegexp{Pattern: []byte("a+"), Modifiers: []byte("i")}})
	require.NoError(t, err)
	got, err := s.Thaw(data)
	require.NoError(t, err)
	clear(data)
	assert.Equal(t, v, got)
}

func TestFreezeErrors(t *testing.T) {
	_, err := poe.Serializer{}.Freeze(make(chan int))
	require.ErrorContains(t, err, "sereal:")
}

func FuzzThaw(f *testing.F) {
	for _, in := range []string{"\x51\x61k\x42\x01\x62ab", "\x2c\x63Foo\x50", "\x42\x01\x2f\x02", "\x31\x62a+\x61i", "\x41\xa8\x29\x02", "\x32\x61F\x28\x2b\x01\x61d", "\x30\x28\x2e\x01"} {
		f.Add([]byte(head + in))
	}
	var zipped bytes.Buffer
	enc := sereal.NewEncoderV3()
	enc.Compression, enc.CompressionThreshold = sereal.ZlibCompressor{}, 1
	data, err := enc.Marshal(hash{"a": 1})
	require.NoError(f, err)
	zipped.Write(data)
	f.Add(zipped.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, compat := range []bool{false, true} {
			s := poe.Serializer{PerlCompat: compat, MaxSize: 1 << 20, MaxItems: 10_000, MaxDepth: 100}
			if _, err := s.Thaw(data); err != nil && !strings.HasPrefix(err.Error(), "sereal") {
				t.Fatalf("error without the package's name: %v", err)
			}
		}
	})
}

func ExampleSerializer() {
	var s poe.Serializer
	data, err := s.Freeze([]any{1, "two", nil})
	fmt.Printf("%q %v\n", data, err)
	v, err := s.Thaw(data)
	fmt.Println(v, err)
	// Output:
	// "=\xf3rl\x03\x00(+\x03\x01'\x03two%" <nil>
	// [1 two <nil>] <nil>
}
