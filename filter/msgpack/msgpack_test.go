package msgpack_test

import (
	"fmt"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/msgpack"
)

type (
	list = []any
	hash = map[string]any
)

func TestRoundTrip(t *testing.T) {
	type point struct {
		X, Y int `msgpack:",omitempty"`
	}
	when := time.Date(2020, 1, 2, 3, 4, 5, 6, time.UTC)
	cases := []struct{ in, want any }{
		{nil, nil}, {true, true}, {1, int64(1)}, {-1, int64(-1)}, {200, int64(200)}, {-200, int64(-200)},
		{70000, int64(70000)}, {-70000, int64(-70000)}, {int64(math.MinInt64), int64(math.MinInt64)},
		{int64(math.MaxInt64), int64(math.MaxInt64)}, {uint64(math.MaxUint64), uint64(math.MaxUint64)},
		{uint8(255), int64(255)}, {int16(-300), int64(-300)}, {uint16(300), int64(300)}, {uint32(1 << 31), int64(1 << 31)},
		{float32(0.5), 0.5}, {0.1, 0.1}, {"text ☺", "text ☺"}, {strings.Repeat("x", 70000), strings.Repeat("x", 70000)},
		{[]byte("\xff\x00"), []byte("\xff\x00")}, {[]int{1, 2}, list{int64(1), int64(2)}},
		{hash{"a": hash{"b": list{1, 0.5}}}, hash{"a": hash{"b": list{int64(1), 0.5}}}},
		{point{1, 2}, hash{"X": int64(1), "Y": int64(2)}}, {make([]bool, 20), make20()},
	}
	var s msgpack.Serializer
	for _, c := range cases {
		data, err := s.Freeze(c.in)
		require.NoError(t, err)
		got, err := s.Thaw(data)
		require.NoError(t, err, "%v", c.in)
		assert.Equal(t, c.want, got)
	}
	data, err := s.Freeze(when)
	require.NoError(t, err)
	got, err := s.Thaw(data)
	require.NoError(t, err)
	assert.True(t, when.Equal(got.(time.Time)))
}

func make20() list {
	out := make(list, 20)
	for i := range out {
		out[i] = false
	}
	return out
}

func TestFreezeErrors(t *testing.T) {
	_, err := msgpack.Serializer{}.Freeze(func() {})
	require.ErrorContains(t, err, "msgpack:")
}

func TestBadInput(t *testing.T) {
	var s msgpack.Serializer
	for _, in := range []string{"", "\xa5four", "\x92\x01", "\x81\xa1k", "\xdb\x00\x00\x00\x05four", "\xcf\x00", "\xc7\x05\x01",
		"\xdd\xff\xff\xff\xff", "\xdf\xff\xff\xff\xff", "\xdb\xff\xff\xff\xff", "\xc6\xff\xff\xff\xff", "\xc9\xff\xff\xff\xff\x01"} {
		_, err := s.Thaw([]byte(in))
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, "%q", in)
		require.ErrorContains(t, err, "msgpack:")
	}
	for _, in := range []string{"\xc1", "\x01\x02"} {
		_, err := s.Thaw([]byte(in))
		var syntax *msgpack.SyntaxError
		require.ErrorAs(t, err, &syntax, "%q", in)
	}
	for _, in := range []string{"\x81\x01\x02", "\xd4\x63\x00", "\x81\x90\x01"} { // keys that are no strings, unknown extension
		_, err := s.Thaw([]byte(in))
		require.ErrorContains(t, err, "msgpack:", "%q", in)
	}
}

func TestLimits(t *testing.T) {
	cases := []struct {
		limit      string
		s          msgpack.Serializer
		fits, over string
	}{
		{"MaxSize", msgpack.Serializer{MaxSize: 3}, "\xa2ab", "\xa3abc"},
		{"MaxItems", msgpack.Serializer{MaxItems: 3}, "\x92\x01\x02", "\x93\x01\x02\x03"},
		{"MaxDepth", msgpack.Serializer{MaxDepth: 2}, "\x91\x90", "\x91\x91\x90"},
		{"MaxDepth", msgpack.Serializer{}, strings.Repeat("\x91", 9999) + "\x90", strings.Repeat("\x91", 10_000) + "\x90"},
		{"MaxDepth", msgpack.Serializer{MaxItems: -1, MaxSize: -1, MaxDepth: 5}, "\x81\xa1k\x90", strings.Repeat("\x81\xa1k", 6) + "\x90"},
	}
	for _, c := range cases {
		_, err := c.s.Thaw([]byte(c.fits))
		require.NoError(t, err, c.limit)
		_, err = c.s.Thaw([]byte(c.over))
		var limit *filter.LimitError
		require.ErrorAs(t, err, &limit)
		assert.Equal(t, c.limit, limit.Limit)
		assert.Contains(t, err.Error(), c.limit)
	}
}

// TestHostileSizes: maps that claim millions of pairs, inside each other.
func TestHostileSizes(t *testing.T) {
	in := []byte(strings.Repeat("\xdf\x00\x0f\x00\x00\xa1k", 1000))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := msgpack.Serializer{}.Thaw(in)
	runtime.ReadMemStats(&after)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
}

func TestNoAlias(t *testing.T) {
	var s msgpack.Serializer
	data, err := s.Freeze(hash{"key": []byte("bytes"), "text": "text"})
	require.NoError(t, err)
	got, err := s.Thaw(data)
	require.NoError(t, err)
	clear(data)
	assert.Equal(t, hash{"key": []byte("bytes"), "text": "text"}, got)
}

func FuzzThaw(f *testing.F) {
	for _, in := range []string{"\x81\xa1k\x92\x01\xa2ab", "\xc7\x01\x05x", "\xd6\xff\x00\x00\x00\x01", "\xcb\x00\x00\x00\x00\x00\x00\x00\x00", "\xdd\x00\x00\x00\x01\xc0"} {
		f.Add([]byte(in))
	}
	s := msgpack.Serializer{MaxDepth: 100, MaxItems: 10_000}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := s.Thaw(data)
		if err != nil {
			return
		}
		if _, err := s.Freeze(v); err != nil {
			t.Fatalf("cannot freeze what was thawed: %v", err)
		}
	})
}

func ExampleSerializer() {
	var s msgpack.Serializer
	data, err := s.Freeze(map[string]any{"list": []any{1, "two", nil}})
	fmt.Printf("%q %v\n", data, err)
	v, err := s.Thaw(data)
	fmt.Println(v, err)
	// Output:
	// "\x81\xa4list\x93\x01\xa3two\xc0" <nil>
	// map[list:[1 two <nil>]] <nil>
}
