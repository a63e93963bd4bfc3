package node_test

import (
	"errors"
	"io"
	"math"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
)

type point struct {
	X, Y int
	Tags []string
	Any  any
}

type bad struct{ C chan int }

func newCodec(t testing.TB) *node.CBOR {
	c, err := node.NewCBOR(node.Types{50000: point{}})
	require.NoError(t, err)
	return c
}

func TestValuesTravel(t *testing.T) {
	when := time.Date(2024, 5, 6, 7, 8, 9, 10, time.UTC)
	type word string
	cases := []struct {
		name      string
		sent, got any
	}{
		{"nil", nil, nil},
		{"int", -5, int64(-5)},
		{"uint64", uint64(math.MaxInt64), int64(math.MaxInt64)},
		{"float", 1.5, 1.5},
		{"bool", true, true},
		{"string", "\xff\x00ok", "\xff\x00ok"},
		{"bytes", []byte{0, 255}, []byte{0, 255}},
		{"own string", word("w"), "w"},
		{"duration", time.Second, int64(time.Second)},
		{"time", when, when},
		{"list", []any{1, []string{"a"}}, []any{int64(1), []any{"a"}}},
		{"map", map[string]any{"a": 1, "b": map[string]int{"c": 2}}, map[string]any{"a": int64(1), "b": map[string]any{"c": int64(2)}}},
		{"struct", point{X: 1, Tags: []string{"t"}}, point{X: 1, Tags: []string{"t"}}},
		{"structs", []point{{Y: 2}}, []any{point{Y: 2}}},
	}
	c := newCodec(t)
	for _, tt := range cases {
		data, err := c.Encode([]any{tt.sent})
		require.NoError(t, err, tt.name)
		got, err := c.Decode(data)
		require.NoError(t, err, tt.name)
		require.Equal(t, []any{tt.got}, got, tt.name)
	}
}

func TestErrorsTravel(t *testing.T) {
	c := newCodec(t)
	for _, sent := range []error{io.EOF, syscall.ECONNRESET, kernel.ErrNoSession, node.ErrTimeout, &kernel.OpError{Op: "read", Err: syscall.EIO}} {
		data, err := c.Encode([]any{sent, []any{sent}})
		require.NoError(t, err)
		got, err := c.Decode(data)
		require.NoError(t, err)
		for _, v := range []any{got[0], got[1].([]any)[0]} {
			require.Equal(t, sent.Error(), v.(error).Error())
		}
		var errno, want syscall.Errno
		if errors.As(sent, &want) {
			require.True(t, errors.As(got[0].(error), &errno), sent)
			require.Equal(t, want, errno)
		}
	}
	data, err := c.Encode([]any{io.EOF})
	require.NoError(t, err)
	got, err := c.Decode(data)
	require.NoError(t, err)
	require.ErrorIs(t, got[0].(error), io.EOF)
}

func TestValuesRefused(t *testing.T) {
	deep := any(nil)
	for range 100 {
		deep = []any{deep}
	}
	loop := map[string]any{}
	loop["loop"] = loop
	c := newCodec(t)
	for name, v := range map[string]any{
		"pointer": new(int), "chan": make(chan int), "func": func() {}, "unregistered": bad{},
		"ID": kernel.ID{}, "large": uint64(math.MaxUint64), "int keys": map[int]string{}, "deep": deep, "loop": loop,
		"inside": map[string]any{"a": []any{bad{}}}, "in a struct": point{Any: new(int)}, "in a slice": []uint64{math.MaxUint64},
	} {
		_, err := c.Encode([]any{v})
		require.ErrorIs(t, err, node.ErrBadValue, name)
	}
	_, err := node.NewCBOR(node.Types{50000: bad{}})
	require.ErrorContains(t, err, "bad.C: chan int cannot travel")
}

func TestDecodeRefuses(t *testing.T) {
	c := newCodec(t)
	for _, data := range [][]byte{nil, {0xff}, {0x01}, {0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, {0x81, 0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}} {
		_, err := c.Decode(data)
		require.ErrorIs(t, err, node.ErrBadValue, "% x", data)
	}
}

// What can be decoded can be sent again, and means the same.
func FuzzDecode(f *testing.F) {
	c := newCodec(f)
	for _, v := range []any{1, "a", point{}, io.EOF, map[string]any{"a": []byte{1}}, time.Unix(1, 0)} {
		data, err := c.Encode([]any{v})
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		values, err := c.Decode(data)
		if err != nil {
			return
		}
		_, _ = c.Encode(values) // must not panic
	})
}

func BenchmarkCodec(b *testing.B) {
	c := newCodec(b)
	args := []any{"hello", 1, []byte("0123456789abcdef0123456789abcdef")}
	b.ReportAllocs()
	for b.Loop() {
		data, err := c.Encode(args)
		if err == nil {
			_, err = c.Decode(data)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
