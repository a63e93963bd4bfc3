package filter_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/msgpack"
	"github.com/gopoe/poe/filter/sereal"
	"github.com/gopoe/poe/filter/storable"
)

// grown returns how many bytes f allocates.
func grown(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Four megabytes of a stranger's must not become hundreds, whatever it is that
// takes so much more in memory than on the wire.
func TestThawedMemory(t *testing.T) {
	const n = 1 << 20
	storableHead := "\x05\x0b" // nfreeze
	size := func(n int) string { return string([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}) }
	varint := "\x80\x80\x40" // n in Sereal
	head := "=\xf3rl\x03\x00"
	for name, test := range map[string]struct {
		serializer filter.Serializer
		data       string
	}{
		"msgpack/maps":    {msgpack.Serializer{}, "\xdd" + size(n) + strings.Repeat("\x80", n)},
		"msgpack/pairs":   {msgpack.Serializer{}, "\xdd" + size(n) + strings.Repeat("\x81\xa1k\xc0", n)},
		"msgpack/lists":   {msgpack.Serializer{}, "\xdd" + size(n) + strings.Repeat("\x91\xc0", n)},
		"msgpack/strings": {msgpack.Serializer{}, "\xdd" + size(n) + strings.Repeat("\xa1k", n)},
		"sereal/maps":     {sereal.Serializer{}, head + "\x2b" + varint + strings.Repeat("\x50", n)},
		"sereal/pairs":    {sereal.Serializer{}, head + "\x2b" + varint + strings.Repeat("\x51\x61k\x25", n)},
		"sereal/strings":  {sereal.Serializer{}, head + "\x2b" + varint + strings.Repeat("\x61k", n)},
		"storable/maps":   {storable.Serializer{}, storableHead + "\x02" + size(n) + strings.Repeat("\x04\x03"+size(0), n)},
		"storable/undef":  {storable.Serializer{}, storableHead + "\x02" + size(4*n) + strings.Repeat("\x05", 4*n)},
		"storable/pairs":  {storable.Serializer{}, storableHead + "\x02" + size(n/2) + strings.Repeat("\x04\x03"+size(1)+"\x05"+size(1)+"k", n/2)},
		"json/maps":       {filter.JSON{}, "[" + strings.Repeat("{},", n) + "0]"},
		"json/pairs":      {filter.JSON{}, "[" + strings.Repeat(`{"":0},`, n/2) + "0]"},
		"json/lists":      {filter.JSON{}, "[" + strings.Repeat("[],", n) + "0]"},
	} {
		t.Run(name, func(t *testing.T) {
			f := referenceOf(filter.ReferenceConfig{Serializer: test.serializer})()
			frame := fmt.Appendf(nil, "%d\x00%s", len(test.data), test.data)
			var n int
			var err error
			// What has been made when the budget runs out is garbage at once.
			assert.Less(t, grown(func() { _, n, err = f.Decode(frame) }), uint64(64<<20))
			require.Equal(t, len(frame), n)
			requireLimit(t, err, "Reference", "MaxMemory", filter.DefaultMaxMemory)
			require.True(t, filter.Recoverable(err))
		})
	}
}

// MaxMemory can be raised and removed.
func TestMaxMemory(t *testing.T) {
	data := []byte("\xdd\x00\x08\x00\x00" + strings.Repeat("\x80", 1<<19))
	_, err := msgpack.Serializer{}.Thaw(data)
	require.ErrorIs(t, err, filter.ErrLimit)
	_, err = msgpack.Serializer{MaxMemory: 64 << 20}.Thaw(data)
	require.NoError(t, err)
	_, err = msgpack.Serializer{MaxMemory: -1}.Thaw(data)
	require.NoError(t, err)
	text := []byte("[" + strings.Repeat("{},", 1<<19) + "0]")
	_, err = filter.JSON{}.Thaw(text)
	require.ErrorIs(t, err, filter.ErrLimit)
	_, err = filter.JSON{MaxMemory: -1}.Thaw(text)
	require.NoError(t, err)
}

// A compressed frame may not grow without bound, in absolute size or in
// proportion.
func TestInflatedMemory(t *testing.T) {
	bomb := func(size int) []byte {
		var b bytes.Buffer
		z := zlib.NewWriter(&b)
		z.Write([]byte(`"`))
		for range size >> 20 {
			z.Write(bytes.Repeat([]byte("x"), 1<<20))
		}
		z.Write([]byte(`"`))
		require.NoError(t, z.Close())
		return fmt.Appendf(nil, "%d\x00%s", b.Len(), b.Bytes())
	}
	decode := func(cfg filter.ReferenceConfig, frame []byte) (err error) {
		cfg.Serializer, cfg.Compression = filter.JSON{MaxMemory: -1}, true
		f := referenceOf(cfg)()
		allocated := grown(func() { _, _, err = f.Decode(frame) })
		if err != nil {
			assert.Less(t, allocated, uint64(80<<20))
		}
		return err
	}
	huge := bomb(64 << 20)
	require.Less(t, len(huge), 100<<10)
	requireLimit(t, decode(filter.ReferenceConfig{MaxRatio: 2000}, huge), "Reference", "MaxInflated", filter.DefaultMaxInflated)
	requireLimit(t, decode(filter.ReferenceConfig{}, huge), "Reference", "MaxRatio", filter.DefaultMaxRatio)
	small := bomb(4 << 20) // four kilobytes
	requireLimit(t, decode(filter.ReferenceConfig{}, small), "Reference", "MaxRatio", filter.DefaultMaxRatio)
	require.NoError(t, decode(filter.ReferenceConfig{MaxRatio: 2000}, small))
	require.NoError(t, decode(filter.ReferenceConfig{}, bomb(1<<19)), "a little may be as regular as it likes")
}
