package filter_test

import (
	"bytes"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/filtertest"
	"github.com/stretchr/testify/require"
)

func TestLine(t *testing.T) {
	long := strings.Repeat("long line ", 30)
	for name, c := range map[string]struct {
		cfg    filter.LineConfig
		stream string
		want   []any
	}{
		"default":      {filter.LineConfig{}, "one\n\ntwo\rthree\n" + long + "\n", list("one", "", "two", "three", long)},
		"LF":           {filter.LineConfig{Literal: "\n"}, "one\r\n\ntwo\xff\n" + long + "\npart", list("one\r", "", "two\xff", long)},
		"CRLF":         {filter.LineConfig{Literal: "\r\n"}, "one\r\r\n\r\ntwo\n\r\n" + long + "\r\n", list("one\r", "", "two\n", long)},
		"repeating":    {filter.LineConfig{Literal: "aab"}, "aaabxaabaab" + long + "aab", list("a", "x", "", long)},
		"regexp chars": {filter.LineConfig{Literal: ".*"}, "a.*b*.*", list("a", "b*")},
		"detect CRLF":  {filter.LineConfig{Autodetect: true}, "one\r\nt\nwo\r\n\r\n", list("one", "t\nwo", "")},
		"detect LFCR":  {filter.LineConfig{Autodetect: true, OutputLiteral: "\n\r"}, "\n\rone\n\r\n\r", list("", "one", "")},
		"detect LF":    {filter.LineConfig{Autodetect: true, OutputLiteral: "\n"}, "one\n\ntwo\r\n", list("one", "", "two\r")},
		"detect CR":    {filter.LineConfig{Autodetect: true, OutputLiteral: "\r"}, "\r\rone\n\r", list("", "", "one\n")},
		"regexp":       {filter.LineConfig{InputRegexp: regexp.MustCompile(`[;,]`), OutputLiteral: ";"}, "a;b,;", list("a", "b", "")},
	} {
		t.Run(name, func(t *testing.T) {
			filtertest.Run(t, lineOf(c.cfg), []byte(c.stream), c.want)
		})
	}
}

// What POE's default makes of line ends depends on how they arrive; each case
// was run through POE.
func TestLineEndsInPieces(t *testing.T) {
	for _, c := range []struct {
		chunks []string
		want   []any
	}{
		{[]string{"a\r\nb\n\rc\n\nd\r\r"}, list("a", "b", "c", "", "d", "")},
		{[]string{"a\r", "\nb\r\n"}, list("a", "", "b")},
		{[]string{"a\n", "\rb\n"}, list("a", "", "b")},
		{[]string{"a\r", "b\r"}, list("a", "b")},
		{[]string{"\r\n\r", "\n"}, list("", "", "")},
		{[]string{strings.Repeat("x", 255) + "\r", "\n"}, list(strings.Repeat("x", 255), "")},
		{[]string{strings.Repeat("x", 255) + "\r\ny\n"}, list(strings.Repeat("x", 255), "y")},
		{[]string{strings.Repeat("x", 300), strings.Repeat("y", 300), "\n\r"}, list(strings.Repeat("x", 300) + strings.Repeat("y", 300))},
	} {
		b := filter.NewBuffer(filter.Lines())
		var got []any
		for _, chunk := range c.chunks {
			got = append(got, get(t, b, chunk)...)
		}
		require.Equal(t, c.want, got, "%q", c.chunks)
		require.Nil(t, b.Pending())
	}
}

func TestLineAutodetectWaitsForTheNextByte(t *testing.T) {
	b := filter.NewBuffer(must(filter.NewLine(filter.LineConfig{Autodetect: true})))
	require.Equal(t, list("a"), get(t, b, "a\r"))
	require.Empty(t, get(t, b, "\nb"))
	require.Equal(t, list("b", "c\nd\re\n\r"), get(t, b, "\r\nc\nd\re\n\r\r\n"))

	copied := must(b.Clone())
	require.Equal(t, list("f\n"), get(t, copied, "f\n\r\n"), "what was detected is a setting")
}

// An empty match ends a line only behind a byte, or nothing would end.
func TestLineRegexpThatMatchesNothing(t *testing.T) {
	b := filter.NewBuffer(must(filter.NewLine(filter.LineConfig{InputRegexp: regexp.MustCompile(`\b`)})))
	require.Equal(t, list("ab", " ", "cd"), get(t, b, "ab cd "))
	b = filter.NewBuffer(must(filter.NewLine(filter.LineConfig{InputRegexp: regexp.MustCompile(`,*`)})))
	require.Equal(t, list("a", "b"), get(t, b, "a,,b,"))
}

func TestLinePut(t *testing.T) {
	for _, c := range []struct {
		cfg  filter.LineConfig
		want []string
	}{
		{filter.LineConfig{}, []string{"a\r\n", "\r\n", "b\n\r\n"}},
		{filter.LineConfig{Literal: "."}, []string{"a.", ".", "b\n."}},
		{filter.LineConfig{InputLiteral: "."}, []string{"a\r\n", "\r\n", "b\n\r\n"}},
		{filter.LineConfig{OutputLiteral: "!"}, []string{"a!", "!", "b\n!"}},
		{filter.LineConfig{NoOutputLiteral: true}, []string{"a", "", "b\n"}},
	} {
		b := filter.NewBuffer(must(filter.NewLine(c.cfg)))
		require.Equal(t, c.want, put(t, b, "a", []byte(""), "b\n"))
		require.Empty(t, put(t, b))
	}
}

func TestLinePutWrongType(t *testing.T) {
	dst := []byte("before")
	out, err := filter.Lines().Append(dst, 7)
	var e *filter.Error
	require.ErrorAs(t, err, &e)
	var wrong *filter.RecordError
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, 7, wrong.Record)
	require.Equal(t, "before", string(out))
	require.EqualError(t, err, "filter: Line: put: record is int, want string or []byte")
	_, err = filter.NewBuffer(filter.Lines()).Put("fine", nil)
	require.ErrorAs(t, err, &wrong)
}

func TestLineLimits(t *testing.T) {
	newLine := lineOf(filter.LineConfig{Literal: "\n", MaxLength: 5, MaxBuffer: 20})
	filtertest.Limit(t, newLine, []byte("123456\n"), "MaxLength")
	filtertest.Limit(t, newLine, bytes.Repeat([]byte("x"), 21), "MaxBuffer")
	filtertest.Limit(t, lineOf(filter.LineConfig{MaxLength: 5, MaxBuffer: 20}), []byte("123456\n"), "MaxLength")
	filtertest.Limit(t, lineOf(filter.LineConfig{Autodetect: true, MaxLength: 5, MaxBuffer: 20}), []byte("123456\n"), "MaxLength")
}

// MaxLength is checked when the line is complete and costs that line only;
// MaxBuffer is checked as bytes arrive.
func TestLineLimitsLeaveTheRest(t *testing.T) {
	b := filter.NewBuffer(must(filter.NewLine(filter.LineConfig{MaxLength: 5, MaxBuffer: 20})))
	require.Empty(t, get(t, b, "123456789"), "too long, but not complete")
	recs, err := b.Get([]byte("\nfine\nrest"))
	requireLimit(t, err, "Line", "MaxLength", 5)
	require.Empty(t, recs)
	require.Equal(t, list("fine"), get(t, b))
	recs, err = b.Get([]byte("\n12345\n123456\n1\n"))
	requireLimit(t, err, "Line", "MaxLength", 5)
	require.Equal(t, list("rest", "12345"), recs, "what was decoded before the error")
	require.Equal(t, list("1"), get(t, b))

	_, err = b.Get([]byte(strings.Repeat("1\n", 11)))
	requireLimit(t, err, "Line", "MaxBuffer", 20)
	require.Len(t, b.Bytes(), 22, "POE keeps what was too much")
	_, err = b.Get([]byte("1"))
	requireLimit(t, err, "Line", "MaxBuffer", 20)
	one, err := b.GetOne()
	require.NoError(t, err)
	require.Equal(t, list("1"), one, "what is complete can be decoded")

	f := must(filter.NewLine(filter.LineConfig{MaxLength: 5, MaxBuffer: 20}))
	_, n, err := f.Decode(make([]byte, 21))
	requireLimit(t, err, "Line", "MaxBuffer", 20)
	require.Equal(t, 21, n, "a driver that does not look at the limit is rid of the bytes")
	require.EqualError(t, err, "filter: Line: decode: more than MaxBuffer 20 allows")
}

func TestLineConfigErrors(t *testing.T) {
	re := regexp.MustCompile("x")
	for _, c := range []struct {
		cfg   filter.LineConfig
		field string
		cause error
	}{
		{filter.LineConfig{Literal: "a", InputLiteral: "b"}, "Literal", filter.ErrConflict},
		{filter.LineConfig{Literal: "a", OutputLiteral: "b"}, "Literal", filter.ErrConflict},
		{filter.LineConfig{Literal: "a", NoOutputLiteral: true}, "Literal", filter.ErrConflict},
		{filter.LineConfig{Literal: "a", InputRegexp: re}, "Literal", filter.ErrConflict},
		{filter.LineConfig{Literal: "a", Autodetect: true}, "Literal", filter.ErrConflict},
		{filter.LineConfig{InputLiteral: "a", InputRegexp: re}, "InputRegexp", filter.ErrConflict},
		{filter.LineConfig{Autodetect: true, InputRegexp: re}, "InputRegexp", filter.ErrConflict},
		{filter.LineConfig{Autodetect: true, InputLiteral: "a"}, "InputLiteral", filter.ErrConflict},
		{filter.LineConfig{OutputLiteral: "a", NoOutputLiteral: true}, "NoOutputLiteral", filter.ErrConflict},
		{filter.LineConfig{MaxLength: -1}, "MaxLength", filter.ErrNegative},
		{filter.LineConfig{MaxBuffer: -1}, "MaxBuffer", filter.ErrNegative},
		{filter.LineConfig{MaxBuffer: 10}, "MaxBuffer", filter.ErrTooSmall},
		{filter.LineConfig{MaxLength: 10, MaxBuffer: 9}, "MaxBuffer", filter.ErrTooSmall},
	} {
		_, err := filter.NewLine(c.cfg)
		requireConfig(t, err, "Line", c.field, c.cause)
	}
	_, err := filter.NewLine(filter.LineConfig{MaxLength: -1})
	require.EqualError(t, err, "filter: LineConfig.MaxLength: must not be negative")
}

// A line that arrives byte by byte must not be searched from its start each
// time: that would take minutes.
func TestLineIsNotSearchedTwice(t *testing.T) {
	const length = 1 << 18
	for _, cfg := range []filter.LineConfig{{}, {InputLiteral: "\r"}, {Literal: "\r\n"}, {Autodetect: true}} {
		f := must(filter.NewLine(cfg))
		stream := append(bytes.Repeat([]byte("x"), length), "\r\n"...)
		for i := range length {
			if _, n, err := f.Decode(stream[:i]); n != 0 || err != filter.ErrMore {
				t.Fatal(i, n, err)
			}
		}
		rec, _, err := f.DecodeBytes(stream)
		require.NoError(t, err)
		require.Equal(t, length, len(rec))
	}
}

// A line end is found wherever it is, among bytes that look much like one.
func TestLineEndAnywhere(t *testing.T) {
	f := filter.Lines()
	for _, fill := range []byte{'x', 0, '\t', '\v', '\f', 0x0E, 0x8A, 0x8D, 0xFF} {
		for at := range 300 {
			for _, end := range []string{"\n", "\r", "\r\n", "\n\r"} {
				line := bytes.Repeat([]byte{fill}, at)
				stream := append(append([]byte{}, line...), end+"\n"...)
				rec, n, err := f.Decode(stream[:at+len(end)])
				require.NoError(t, err)
				require.Equal(t, string(line), rec)
				require.Equal(t, at+len(end), n)
				_, n, err = f.Decode(line)
				require.ErrorIs(t, err, filter.ErrMore)
				require.Zero(t, n)
				f.(filter.Rewinder).Rewind()
			}
		}
	}
}

// The search for line ends looks at many bytes at once. It finds what a search
// byte by byte does, wherever the ends are and whatever is around them.
func TestLineAgainstSearchByteByByte(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, alphabet := range []string{"x", "x\n", "xyz\r\n", "\t\x00\v\f\x0e\r\n", "\x80\x8a\x8d\x8e\xff\r", "abcdefgh\xc3\xa9\n"} {
		for size := range 300 {
			stream := make([]byte, size)
			for i := range stream {
				if stream[i] = alphabet[0]; rng.IntN(1+size/4) == 0 {
					stream[i] = alphabet[rng.IntN(len(alphabet))]
				}
			}
			recs, err := filter.NewBuffer(filter.Lines()).Get(stream)
			require.NoError(t, err)
			require.Equal(t, byteByByte(stream), recs, "%q", stream)
		}
	}
}

// byteByByte gives the lines of a stream that has arrived whole.
func byteByByte(stream []byte) (lines []any) {
	start := 0
	for i := 0; i < len(stream); i++ {
		c := stream[i]
		if c != '\r' && c != '\n' {
			continue
		}
		lines = append(lines, string(stream[start:i]))
		if i+1 < len(stream) && stream[i+1] != c && (stream[i+1] == '\r' || stream[i+1] == '\n') {
			i++
		}
		start = i + 1
	}
	return lines
}

// What has been searched for a line end is not searched again, if matches are
// of limited length; what is found must be the same. With a search from the
// start each time the last part takes minutes.
func TestLineRegexpRemembers(t *testing.T) {
	for _, test := range []struct{ end, stream string }{
		{`;;|X`, "a;b;;cX;;;d;;"},
		{`<[a-c]{1,3}>`, "x<a>y<abc><abcd>z<c>"},
		{`é|\x{20ac}`, "aéb\u20acc\u20ac\u20ac"},
		{`(?i)end`, "aEndbenDend"},
	} {
		re := regexp.MustCompile(test.end)
		var want []any
		rest := test.stream
		for {
			loc := re.FindStringIndex(rest)
			if loc == nil {
				break
			}
			want, rest = append(want, rest[:loc[0]]), rest[loc[1]:]
		}
		filtertest.Decode(t, lineOf(filter.LineConfig{InputRegexp: re}), []byte(test.stream), want)
	}
	b := filter.NewBuffer(must(filter.NewLine(filter.LineConfig{InputRegexp: regexp.MustCompile(`\r?\n`)})))
	part := bytes.Repeat([]byte("x"), 64)
	for range 16 << 10 {
		require.NoError(t, b.GetOneStart(part))
		recs, err := b.GetOne()
		require.NoError(t, err)
		require.Empty(t, recs)
	}
	recs, err := b.Get([]byte("\r\n"))
	require.NoError(t, err)
	require.Len(t, recs[0], 1<<20)
}
