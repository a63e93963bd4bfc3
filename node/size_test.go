package node_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/node"
)

type wide struct {
	Rows  [][64]int64
	Names map[string]string
	At    time.Time
}

// What DecodedSize says is not much less than what decoding takes.
func TestDecodedSize(t *testing.T) {
	codec, err := node.NewCBOR(node.Types{40001: wide{}})
	require.NoError(t, err)
	for name, values := range map[string][]any{
		"nothing":     {},
		"empty maps":  repeat(10_000, map[string]any{}),
		"small maps":  repeat(2_000, map[string]any{"a": 1}),
		"large map":   {largeMap(10_000)},
		"empty lists": repeat(10_000, []any{}),
		"integers":    repeat(10_000, 1<<40),
		"small ones":  repeat(10_000, 1),
		"floats":      repeat(10_000, 1.5),
		"texts":       repeat(10_000, "some text"),
		"long text":   {strings.Repeat("x", 1<<20)},
		"bytes":       repeat(10_000, []byte{1, 2, 3}),
		"times":       repeat(2_000, time.Unix(1, 0)),
		"errors":      repeat(2_000, errors.New("wrong")),
		"structs":     repeat(1_000, wide{Rows: make([][64]int64, 3)}),
		"nested":      {[]any{[]any{repeat(5_000, map[string]any{"k": []any{}})}}},
	} {
		t.Run(name, func(t *testing.T) {
			data, err := codec.Encode(values)
			require.NoError(t, err)
			size, err := codec.DecodedSize(data)
			require.NoError(t, err)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			decoded, err := codec.Decode(data)
			require.NoError(t, err)
			runtime.GC()
			runtime.ReadMemStats(&after)
			grown := int(after.HeapAlloc) - int(before.HeapAlloc)
			runtime.KeepAlive(decoded)
			t.Logf("%d bytes encoded, %d reckoned, %d in memory", len(data), size, grown)
			require.Greater(t, size+4096, grown*3/4)
		})
	}
}

func repeat(n int, v any) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = v
	}
	return list
}

func largeMap(n int) map[string]any {
	m := map[string]any{}
	for i := range n {
		m[fmt.Sprint("key ", i)] = i
	}
	return m
}

// Whatever the bytes are, DecodedSize neither panics nor reads on forever, and
// what it calls malformed Decode refuses as well.
func FuzzDecodedSize(f *testing.F) {
	codec, err := node.NewCBOR(node.Types{40001: wide{}})
	require.NoError(f, err)
	for _, seed := range []string{"", "\x80", "\xa0", "\x9f\xff", "\xbf\x61a\x01\xff", "\x5f\x41a\xff", "\xd9\x9c\x41\xa0", "\x9b\xff\xff\xff\xff\xff\xff\xff\xff", "\xfb\x00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := codec.DecodedSize(data); err != nil {
			_, err := codec.Decode(data)
			require.Error(t, err)
		}
	})
}
