package websocket_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/filtertest"
	"github.com/gopoe/poe/filter/websocket"
)

func newFilter(config websocket.Config) func() filter.Filter {
	return func() filter.Filter {
		f, err := websocket.New(config)
		if err != nil {
			panic(err)
		}
		return f
	}
}

// zeros are masks that can be foreseen.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// masked is a frame with the mask 1 2 3 4.
func masked(first byte, payload string) string {
	out := []byte{first, 0x80 | byte(len(payload)), 1, 2, 3, 4}
	for i := range len(payload) {
		out = append(out, payload[i]^byte(i%4+1))
	}
	return string(out)
}

// frame is a frame without a mask.
func frame(first byte, payload string) string {
	return string([]byte{first, byte(len(payload))}) + payload
}

// The frames of RFC 6455, 5.7, a fragmented message with a ping inside, and a
// close.
var stream = masked(0x81, "Hello") + masked(0x01, "Hel") + masked(0x89, "ping") + masked(0x00, "") + masked(0x80, "lo") +
	masked(0x82, "") + masked(0x02, "\xff") + masked(0x8A, "") + masked(0x80, "\x00") + masked(0x81, "\u00e9\u20ac") +
	masked(0x88, "\x03\xe8bye") + "not looked at"

var records = []any{
	websocket.Text("Hello"), websocket.Ping("ping"), websocket.Text("Hello"),
	websocket.Binary{}, websocket.Pong{}, websocket.Binary("\xff\x00"), websocket.Text("\u00e9\u20ac"),
	websocket.Close{Code: websocket.CodeNormal, Reason: "bye"},
}

func TestServerSide(t *testing.T) {
	filtertest.Decode(t, newFilter(websocket.Config{}), []byte(stream), records)
}

// bothSides decodes as a server and encodes as a client, so that what it puts
// can be got.
type bothSides struct {
	filter.Filter
	client filter.Filter
}

func (f bothSides) Append(dst []byte, rec any) ([]byte, error) { return f.client.Append(dst, rec) }

func TestRoundTrip(t *testing.T) {
	big := append([]any{websocket.Text(strings.Repeat("é", 40_000)), websocket.Binary(make([]byte, 126)), websocket.Binary(make([]byte, 1<<16))}, records...)
	for _, size := range []int{0, 7, 125, 126, 70_000} {
		filtertest.RoundTrip(t, func() filter.Filter {
			return bothSides{newFilter(websocket.Config{})(), newFilter(websocket.Config{Client: true, MaxFrame: size})()}
		}, big)
		filtertest.RoundTrip(t, func() filter.Filter {
			return bothSides{newFilter(websocket.Config{Client: true})(), newFilter(websocket.Config{MaxFrame: size})()}
		}, big)
	}
}

func TestAppend(t *testing.T) {
	long := strings.Repeat("x", 300)
	for _, test := range []struct {
		rec  any
		want string
	}{
		{websocket.Text("Hello"), frame(0x81, "Hello")},
		{"Hello", frame(0x81, "Hello")},
		{[]byte("\xff"), frame(0x82, "\xff")},
		{websocket.Binary{}, frame(0x82, "")},
		{long, "\x81\x7e\x01\x2c" + long},
		{websocket.Ping("x"), frame(0x89, "x")},
		{websocket.Pong("x"), frame(0x8A, "x")},
		{websocket.Close{}, frame(0x88, "")},
		{websocket.Close{Code: websocket.CodeNone}, frame(0x88, "")},
		{&websocket.Close{Code: 4999, Reason: "x"}, frame(0x88, "\x13\x87x")},
	} {
		out, err := newFilter(websocket.Config{})().Append(nil, test.rec)
		require.NoError(t, err)
		assert.Equal(t, test.want, string(out))
	}
	out, err := newFilter(websocket.Config{Client: true, Rand: zeros{}, MaxFrame: 3})().Append(nil, "Hello")
	require.NoError(t, err)
	assert.Equal(t, "\x01\x83\x00\x00\x00\x00Hel\x80\x82\x00\x00\x00\x00lo", string(out))
}

func TestAppendRefuses(t *testing.T) {
	for _, rec := range []any{
		7, nil, "\xff", websocket.Text("\xff"), (*websocket.Close)(nil),
		websocket.Ping(make([]byte, 126)), websocket.Pong(make([]byte, 126)),
		websocket.Close{Code: 999}, websocket.Close{Code: 1004}, websocket.Close{Code: 1006}, websocket.Close{Code: 1015},
		websocket.Close{Code: 2999}, websocket.Close{Code: 5000}, websocket.Close{Reason: "x"},
		websocket.Close{Code: 1000, Reason: strings.Repeat("x", 124)}, websocket.Close{Code: 1000, Reason: "\xff"},
	} {
		f := newFilter(websocket.Config{})()
		out, err := f.Append([]byte("before"), rec)
		var typed *filter.Error
		require.ErrorAs(t, err, &typed, "%#v", rec)
		assert.Equal(t, "before", string(out))
		_, err = f.Append(nil, websocket.Close{Code: 1000})
		require.NoError(t, err, "a close that was refused was not sent")
		_, err = f.Append(nil, "after")
		require.ErrorAs(t, err, &typed, "nothing goes after a close")
	}
	f := newFilter(websocket.Config{Client: true, Rand: bytes.NewReader(make([]byte, 6)), MaxFrame: 1})()
	out, err := f.Append([]byte("before"), "ab")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Equal(t, "before", string(out))
}

func TestProtocolErrors(t *testing.T) {
	for _, test := range []struct {
		what, stream string
		client       bool
		code         websocket.Code
	}{
		{"no mask", frame(0x81, "x"), false, websocket.CodeProtocolError},
		{"a mask", masked(0x81, "x"), true, websocket.CodeProtocolError},
		{"reserved bit", frame(0xC1, "x"), true, websocket.CodeProtocolError},
		{"opcode 3", frame(0x83, "x"), true, websocket.CodeProtocolError},
		{"opcode 11", frame(0x8B, "x"), true, websocket.CodeProtocolError},
		{"fragmented ping", frame(0x09, "x"), true, websocket.CodeProtocolError},
		{"long ping", "\x89\x7e\x00\x7e", true, websocket.CodeProtocolError},
		{"nothing to continue", frame(0x80, "x"), true, websocket.CodeProtocolError},
		{"text inside text", frame(0x01, "x") + frame(0x81, "x"), true, websocket.CodeProtocolError},
		{"16 bits for 125", "\x82\x7e\x00\x7d", true, websocket.CodeProtocolError},
		{"64 bits for 65535", "\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff", true, websocket.CodeProtocolError},
		{"a length of 2^63", "\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00", true, websocket.CodeProtocolError},
		{"bad text", frame(0x81, "\xc3\x28"), true, websocket.CodeInvalidData},
		{"text that breaks off", frame(0x01, "\xc3") + frame(0x80, ""), true, websocket.CodeInvalidData},
		{"surrogate", frame(0x81, "\xed\xa0\x80"), true, websocket.CodeInvalidData},
		{"close of one byte", frame(0x88, "x"), true, websocket.CodeProtocolError},
		{"close 1005", frame(0x88, "\x03\xed"), true, websocket.CodeProtocolError},
		{"close 0", frame(0x88, "\x00\x00"), true, websocket.CodeProtocolError},
		{"close in bad text", frame(0x88, "\x03\xe8\xff"), true, websocket.CodeInvalidData},
	} {
		f := newFilter(websocket.Config{Client: test.client})()
		rec, n, err := f.Decode([]byte(test.stream))
		var typed *filter.Error
		require.ErrorAs(t, err, &typed, "%s gave %v", test.what, rec)
		assert.Equal(t, test.code, websocket.CodeOf(err), test.what)
		assert.Equal(t, len(test.stream), n)
		_, n, again := f.Decode([]byte("more"))
		assert.Equal(t, 4, n)
		assert.Equal(t, err, again, "an error is final")
		_, err = f.Append(nil, websocket.Close{Code: test.code})
		require.NoError(t, err, "the other direction is intact")
	}
	assert.Equal(t, websocket.CodeInternalError, websocket.CodeOf(errors.New("other")))
}

func TestSplitUTF8(t *testing.T) {
	filtertest.Decode(t, newFilter(websocket.Config{Client: true}), []byte(frame(0x01, "\xc3")+frame(0x89, "")+frame(0x80, "\xa9")),
		[]any{websocket.Ping{}, websocket.Text("é")})
}

func TestLimits(t *testing.T) {
	small := newFilter(websocket.Config{Client: true, MaxLength: 10})
	filtertest.Limit(t, small, []byte("\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"), "MaxLength")
	filtertest.Limit(t, small, []byte("\x82\x0b"), "MaxLength")
	filtertest.Limit(t, small, []byte(frame(0x02, "123456")+frame(0x00, "12345")), "MaxLength")
	filtertest.Decode(t, small, []byte(frame(0x02, "123456")+frame(0x89, "longer than that")+frame(0x80, "1234")),
		[]any{websocket.Ping("longer than that"), websocket.Binary("1234561234")})
	_, _, err := small().Decode([]byte("\x82\x0b"))
	assert.Equal(t, websocket.CodeMessageTooBig, websocket.CodeOf(err))
}

// TestNoLimits checks that hostile sizes do no harm where there is no limit.
func TestNoLimits(t *testing.T) {
	f := newFilter(websocket.Config{Client: true, MaxLength: math.MaxInt})()
	_, n, err := f.Decode([]byte("\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xffx"))
	assert.Equal(t, filter.ErrMore, err)
	assert.Zero(t, n)
}

func TestConfig(t *testing.T) {
	for field, config := range map[string]websocket.Config{"MaxLength": {MaxLength: -1}, "MaxFrame": {MaxFrame: -1}} {
		_, err := websocket.New(config)
		var wrong *filter.ConfigError
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, field, wrong.Field)
	}
}

func FuzzDecode(f *testing.F) {
	filtertest.FuzzCuts(f, newFilter(websocket.Config{MaxLength: 1 << 12}), stream, masked(0x01, "Hel")+masked(0x89, "x"))
}

func FuzzDecodeClient(f *testing.F) {
	filtertest.FuzzCuts(f, newFilter(websocket.Config{Client: true, MaxLength: 1 << 12}),
		frame(0x01, "Hel")+frame(0x89, "ping")+frame(0x80, "lo")+frame(0x88, "\x03\xe8bye"), frame(0x82, strings.Repeat("x", 100)))
}

func BenchmarkDecode(b *testing.B) {
	for _, size := range []int{16, 1 << 10, 64 << 10} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			wire, err := newFilter(websocket.Config{Client: true})().Append(nil, make([]byte, size))
			require.NoError(b, err)
			f := newFilter(websocket.Config{})()
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				f.Decode(wire)
			}
		})
	}
}

func BenchmarkAppendServer(b *testing.B) {
	f := newFilter(websocket.Config{})()
	var rec any = websocket.Binary(make([]byte, 1<<10))
	var out []byte
	b.SetBytes(1 << 10)
	b.ReportAllocs()
	for b.Loop() {
		out, _ = f.Append(out[:0], rec)
	}
}

func Example() {
	f, err := websocket.New(websocket.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	b := filter.NewBuffer(f)
	recs, err := b.Get([]byte("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58")) // from RFC 6455
	fmt.Printf("%T %v %v\n", recs[0], recs[0], err)
	_, err = b.Get([]byte("\x81\x05Hello"))
	fmt.Println(err)
	out, err := b.Put(websocket.Close{Code: websocket.CodeOf(err), Reason: "mask it"})
	fmt.Printf("%q %v\n", out, err)
	// Output:
	// websocket.Text Hello <nil>
	// filter: WebSocket: decode: client's frame is not masked
	// ["\x88\t\x03\xeamask it"] <nil>
}

func ExampleAcceptKey() {
	fmt.Println(websocket.AcceptKey("dGhlIHNhbXBsZSBub25jZQ=="))
	// Output: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
}
