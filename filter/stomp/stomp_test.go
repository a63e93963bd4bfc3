package stomp_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/filtertest"
	"github.com/gopoe/poe/filter/stomp"
)

func newFilter(config stomp.Config) func() filter.Filter {
	return func() filter.Filter {
		f, err := stomp.New(config)
		if err != nil {
			panic(err)
		}
		return f
	}
}

const stream = "CONNECT\naccept-version:1.2\nhost:a:b\\c\n\n\x00\n" +
	"\r\n" +
	"SEND\r\ndestination:/queue/a\r\ndestination:/queue/b\r\n\r\nhello\nqueue\x00\n\n\n" +
	"SEND\ncontent-length:4\n\n\x00a\x00\n\x00" +
	"MESSAGE\nkey\\c\\n:a\\\\b\\r\\c\nempty:\n\n\x00" +
	"BEGIN\n\n\x00"

var frames = []any{
	&stomp.Frame{Command: "CONNECT", Headers: []stomp.Header{{Key: "accept-version", Value: "1.2"}, {Key: "host", Value: `a:b\c`}}},
	&stomp.Frame{
		Command: "SEND", Headers: []stomp.Header{{Key: "destination", Value: "/queue/a"}, {Key: "destination", Value: "/queue/b"}},
		Body: []byte("hello\nqueue"),
	},
	&stomp.Frame{Command: "SEND", Headers: []stomp.Header{{Key: "content-length", Value: "4"}}, Body: []byte("\x00a\x00\n")},
	&stomp.Frame{Command: "MESSAGE", Headers: []stomp.Header{{Key: "key:\n", Value: "a\\b\r:"}, {Key: "empty"}}},
	&stomp.Frame{Command: "BEGIN"},
}

func TestStream(t *testing.T) {
	filtertest.Decode(t, newFilter(stomp.Config{}), []byte(stream), frames)
}

func TestRoundTrip(t *testing.T) {
	filtertest.RoundTrip(t, newFilter(stomp.Config{}), []any{
		frames[0], frames[2], frames[3], frames[4],
		&stomp.Frame{Command: "SEND", Headers: []stomp.Header{{Key: "content-length", Value: "0"}}},
	})
}

func TestHeartbeats(t *testing.T) {
	beat := stomp.Heartbeat{}
	filtertest.Run(t, newFilter(stomp.Config{Heartbeats: true}), []byte("\n\r\nBEGIN\n\n\x00\n"), []any{beat, beat, frames[4], beat})
}

func TestAppend(t *testing.T) {
	f := newFilter(stomp.Config{})()
	for _, test := range []struct {
		rec  any
		want string
	}{
		{stomp.Frame{Command: "SEND", Body: []byte("a\x00")}, "SEND\ncontent-length:2\n\na\x00\x00"},
		{&stomp.Frame{Command: "SEND", Headers: []stomp.Header{{Key: "a:", Value: "\r\n\\"}}}, "SEND\na\\c:\\r\\n\\\\\n\n\x00"},
		{&stomp.Frame{Command: "CONNECTED", Headers: []stomp.Header{{Key: "a", Value: `\:`}}}, "CONNECTED\na:\\:\n\n\x00"},
		{stomp.Heartbeat{}, "\n"},
	} {
		out, err := f.Append(nil, test.rec)
		require.NoError(t, err)
		assert.Equal(t, test.want, string(out))
	}
	for _, rec := range []any{
		7, (*stomp.Frame)(nil), stomp.Frame{}, stomp.Frame{Command: "send"}, stomp.Frame{Command: "SEND\n"},
		stomp.Frame{Command: "SEND", Headers: []stomp.Header{{}}},
		stomp.Frame{Command: "SEND", Headers: []stomp.Header{{Key: "a", Value: "\x00"}}},
		stomp.Frame{Command: "CONNECT", Headers: []stomp.Header{{Key: "a", Value: "\n"}}},
		stomp.Frame{Command: "CONNECT", Headers: []stomp.Header{{Key: "a:"}}},
		stomp.Frame{Command: "SEND", Headers: []stomp.Header{{Key: "content-length", Value: "1"}}},
	} {
		out, err := f.Append([]byte("before"), rec)
		var typed *filter.Error
		require.ErrorAs(t, err, &typed, "%v", rec)
		assert.Equal(t, "before", string(out))
	}
}

func TestMalformed(t *testing.T) {
	for _, stream := range []string{
		"send\n\n\x00", "\x00", "SEND \n\n\x00", "SEND\nx\n\n\x00", "SEND\n:x\n\n\x00", "SEND\na:\\t\n\n\x00", "SEND\na:\\\n\n\x00",
		"SEND\na\\x:b\n\n\x00", "SEND\na:b\x00\n\n\x00", "SEND\na:b\rc\n\n\x00",
		"SEND\ncontent-length:x\n\n\x00", "SEND\ncontent-length:-1\n\n\x00",
		"SEND\ncontent-length:1\n\nab\x00",
	} {
		f := newFilter(stomp.Config{})()
		rec, n, err := f.Decode([]byte(stream))
		var typed *filter.Error
		require.ErrorAs(t, err, &typed, "%q gave %v", stream, rec)
		assert.Equal(t, len(stream), n)
		_, _, again := f.Decode([]byte("BEGIN\n\n\x00"))
		assert.Equal(t, err, again, "an error is final")
		_, err = f.Append(nil, stomp.Frame{Command: "ERROR"})
		require.NoError(t, err, "the other direction is intact")
	}
}

func TestLimits(t *testing.T) {
	small := newFilter(stomp.Config{MaxHeader: 50, MaxHeaders: 2, MaxBody: 5})
	for _, test := range []struct{ limit, stream string }{
		{"MaxHeader", strings.Repeat("A", 51)},
		{"MaxHeader", "SEND\na:" + strings.Repeat("b", 42) + "\n\n\x00"},
		{"MaxHeaders", "SEND\na:1\nb:2\nc:3\n\n\x00"},
		{"MaxBody", "SEND\n\n123456"},
		{"MaxBody", "SEND\n\n123456\x00"},
		{"MaxBody", "SEND\ncontent-length:6\n\n"},
		{"MaxBody", "SEND\ncontent-length:9223372036854775807\n\n"},
		{"MaxBody", "SEND\ncontent-length:9223372036854775808\n\n"},
		{"MaxBody", "SEND\ncontent-length:99999999999999999999\n\n"},
	} {
		filtertest.Limit(t, small, []byte(test.stream), test.limit)
	}
	filtertest.Decode(t, small, []byte("SEND\na:1\nb:2\n\n12345\x00"), []any{
		&stomp.Frame{Command: "SEND", Headers: []stomp.Header{{Key: "a", Value: "1"}, {Key: "b", Value: "2"}}, Body: []byte("12345")},
	})
}

// TestNoLimits checks that hostile sizes do no harm where there is no limit.
func TestNoLimits(t *testing.T) {
	f := newFilter(stomp.Config{MaxHeader: math.MaxInt, MaxHeaders: math.MaxInt, MaxBody: math.MaxInt})()
	_, n, err := f.Decode([]byte("SEND\ncontent-length:9223372036854775807\n\nx"))
	assert.Equal(t, filter.ErrMore, err)
	assert.Zero(t, n)
}

func TestConfig(t *testing.T) {
	for field, config := range map[string]stomp.Config{
		"MaxHeader": {MaxHeader: -1}, "MaxHeaders": {MaxHeaders: -1}, "MaxBody": {MaxBody: -1},
	} {
		_, err := stomp.New(config)
		var wrong *filter.ConfigError
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, field, wrong.Field)
	}
}

func FuzzDecode(f *testing.F) {
	filtertest.FuzzCuts(f, newFilter(stomp.Config{MaxHeader: 1 << 10, MaxBody: 1 << 12}), stream, "SEND\r\na:b\r\n\r\nx\x00\r\n")
}

// FuzzRoundTrip checks that a frame which can be put is read back as it was.
func FuzzRoundTrip(f *testing.F) {
	f.Add("SEND", "key", "value", []byte("body"))
	f.Add("CONNECT", "a", "b:c\\", []byte(nil))
	f.Fuzz(func(t *testing.T, command, key, value string, body []byte) {
		filter := newFilter(stomp.Config{})()
		frame := &stomp.Frame{Command: command, Headers: []stomp.Header{{Key: key, Value: value}}, Body: body}
		out, err := filter.Append(nil, frame)
		if err != nil || len(out) > stomp.DefaultMaxHeader {
			return
		}
		rec, n, err := filter.Decode(out)
		require.NoError(t, err)
		require.Equal(t, len(out), n)
		again := rec.(*stomp.Frame)
		require.Equal(t, frame.Command, again.Command)
		require.Equal(t, frame.Headers[0], again.Headers[0])
		require.Equal(t, string(frame.Body), string(again.Body))
	})
}

func BenchmarkDecode(b *testing.B) {
	f := newFilter(stomp.Config{})()
	frame := []byte("MESSAGE\nsubscription:0\nmessage-id:007\ndestination:/queue/a\ncontent-type:text/plain\ncontent-length:11\n\nhello queue\x00")
	b.SetBytes(int64(len(frame)))
	b.ReportAllocs()
	for b.Loop() {
		f.Decode(frame)
	}
}

func Example() {
	f, err := stomp.New(stomp.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	b := filter.NewBuffer(f)
	recs, err := b.Get([]byte("SEND\ndestination:/queue/a\nreceipt:7\n\nhello\x00\n"))
	frame := recs[0].(*stomp.Frame)
	fmt.Printf("%s %v %q %v\n", frame.Command, frame.Headers, frame.Body, err)
	receipt, _ := frame.Header("receipt")
	out, err := b.Put(&stomp.Frame{Command: "RECEIPT", Headers: []stomp.Header{{Key: "receipt-id", Value: receipt}}})
	fmt.Printf("%q %v\n", out, err)
	// Output:
	// SEND [{destination /queue/a} {receipt 7}] "hello" <nil>
	// ["RECEIPT\nreceipt-id:7\n\n\x00"] <nil>
}

// A body can be put without its length, if it has no NUL.
func TestNoContentLength(t *testing.T) {
	f := newFilter(stomp.Config{})()
	frame := stomp.Frame{Command: "SEND", Body: []byte("text"), NoContentLength: true}
	out, err := f.Append(nil, frame)
	require.NoError(t, err)
	assert.Equal(t, "SEND\n\ntext\x00", string(out))
	rec, _, err := f.Decode(out)
	require.NoError(t, err)
	assert.Equal(t, &stomp.Frame{Command: "SEND", Body: []byte("text")}, rec)
	frame.Body = []byte("a\x00b")
	out, err = f.Append([]byte("before"), frame)
	require.Error(t, err)
	assert.Equal(t, "before", string(out))
	frame.Headers = []stomp.Header{{Key: "content-length", Value: "3"}}
	_, err = f.Append(nil, frame)
	require.NoError(t, err, "the frame has its own")
}
