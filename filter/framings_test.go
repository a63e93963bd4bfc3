package filter_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/filtertest"
)

// framing makes a func() Filter of a constructor and its configuration.
func framing[F filter.Filter, C any](newFilter func(C) (F, error), cfg C) func() filter.Filter {
	return func() filter.Filter {
		f, err := newFilter(cfg)
		if err != nil {
			panic(err)
		}
		return f
	}
}

// framingFinal tests that an error stays, however the stream continues, and that the
// other direction is intact.
func framingFinal(t *testing.T, newFilter func() filter.Filter, stream string) {
	t.Helper()
	f := newFilter()
	rec, n, err := f.Decode([]byte(stream))
	var typed *filter.Error
	require.ErrorAs(t, err, &typed, "%q gave %v", stream, rec)
	assert.Equal(t, len(stream), n)
	_, n, again := f.Decode([]byte("1234"))
	assert.Equal(t, 4, n)
	assert.Equal(t, err, again)
	_, err = f.Append(nil, "x")
	assert.NoError(t, err)
}

// framingRefuses tests that records cannot be put, and that nothing is left of them.
func framingRefuses(t *testing.T, f filter.Filter, recs ...any) {
	t.Helper()
	for _, rec := range recs {
		out, err := f.Append([]byte("before"), rec)
		var typed *filter.Error
		require.ErrorAs(t, err, &typed, "%#v", rec)
		assert.Equal(t, "before", string(out))
	}
}

// framingCopiesNothing tests that a record of the zero-copy form costs nothing.
func framingCopiesNothing(t *testing.T, f filter.Filter, stream string) {
	t.Helper()
	decoder := f.(filter.BytesDecoder)
	buf := []byte(stream)
	_, _, err := decoder.DecodeBytes(buf)
	require.NoError(t, err)
	assert.Zero(t, testing.AllocsPerRun(100, func() { decoder.DecodeBytes(buf) }))
}

var framedRecords = []any{"", "hello", "a\x00b\r\n,", strings.Repeat("x", 200)}

func TestPrefixed(t *testing.T) {
	x200 := strings.Repeat("x", 200)
	for _, test := range []struct {
		cfg    filter.PrefixedConfig
		stream string
	}{
		{filter.PrefixedConfig{Size: 1}, "\x00" + "\x05hello" + "\x06a\x00b\r\n," + "\xc8" + x200},
		{filter.PrefixedConfig{Size: 2}, "\x00\x00" + "\x00\x05hello" + "\x00\x06a\x00b\r\n," + "\x00\xc8" + x200},
		{filter.PrefixedConfig{Size: 2, LittleEndian: true}, "\x00\x00" + "\x05\x00hello" + "\x06\x00a\x00b\r\n," + "\xc8\x00" + x200},
		{filter.PrefixedConfig{Size: 3, LittleEndian: true, Inclusive: true}, "\x03\x00\x00" + "\x08\x00\x00hello" + "\x09\x00\x00a\x00b\r\n," + "\xcb\x00\x00" + x200},
		{filter.PrefixedConfig{Size: 4, Inclusive: true}, "\x00\x00\x00\x04" + "\x00\x00\x00\x09hello" + "\x00\x00\x00\x0aa\x00b\r\n," + "\x00\x00\x00\xcc" + x200},
		{filter.PrefixedConfig{Size: 8, LittleEndian: true}, "\x00\x00\x00\x00\x00\x00\x00\x00" + "\x05\x00\x00\x00\x00\x00\x00\x00hello" +
			"\x06\x00\x00\x00\x00\x00\x00\x00a\x00b\r\n," + "\xc8\x00\x00\x00\x00\x00\x00\x00" + x200},
		{filter.PrefixedConfig{Varint: true}, "\x00" + "\x05hello" + "\x06a\x00b\r\n," + "\xc8\x01" + x200},
	} {
		newFilter := framing(filter.NewPrefixed, test.cfg)
		filtertest.Run(t, newFilter, []byte(test.stream), framedRecords)
		framingCopiesNothing(t, newFilter(), test.stream)
		var wire []byte
		for _, rec := range framedRecords {
			var err error
			wire, err = newFilter().Append(wire, []byte(rec.(string)))
			require.NoError(t, err)
		}
		assert.Equal(t, test.stream, string(wire))
	}
}

func TestPrefixedHostile(t *testing.T) {
	small := func(cfg filter.PrefixedConfig) func() filter.Filter {
		cfg.MaxLength = 10
		return framing(filter.NewPrefixed, cfg)
	}
	for _, test := range []struct {
		cfg    filter.PrefixedConfig
		length string
	}{
		{filter.PrefixedConfig{Size: 1}, "\x0b"},
		{filter.PrefixedConfig{Size: 2}, "\x00\x0b"},
		{filter.PrefixedConfig{Size: 4}, "\xff\xff\xff\xff"},
		{filter.PrefixedConfig{Size: 4, Inclusive: true}, "\x00\x00\x00\x0f"},
		{filter.PrefixedConfig{Size: 8}, "\x80\x00\x00\x00\x00\x00\x00\x00"},
		{filter.PrefixedConfig{Size: 8, LittleEndian: true}, "\xff\xff\xff\xff\xff\xff\xff\xff"},
		{filter.PrefixedConfig{Size: 8, Inclusive: true}, "\xff\xff\xff\xff\xff\xff\xff\xff"},
		{filter.PrefixedConfig{Varint: true}, string(binary.AppendUvarint(nil, 1<<63))},
	} {
		filtertest.Limit(t, small(test.cfg), []byte(test.length), "MaxLength")
		framingRefuses(t, small(test.cfg)(), strings.Repeat("x", 11), 7, nil)
	}
	framingFinal(t, small(filter.PrefixedConfig{Size: 2, Inclusive: true}), "\x00\x01")
	framingFinal(t, small(filter.PrefixedConfig{Varint: true}), strings.Repeat("\xff", 10))
	framingRefuses(t, framing(filter.NewPrefixed, filter.PrefixedConfig{Size: 1})(), strings.Repeat("x", 256))
	framingRefuses(t, framing(filter.NewPrefixed, filter.PrefixedConfig{Size: 1, Inclusive: true})(), strings.Repeat("x", 255))
}

// TestFramingsWithoutLimits checks that hostile sizes do no harm where there is
// no limit.
func TestFramingsWithoutLimits(t *testing.T) {
	for stream, f := range map[string]filter.Filter{
		"\x7f\xff\xff\xff\xff\xff\xff\xffx":     framing(filter.NewPrefixed, filter.PrefixedConfig{Size: 8, MaxLength: math.MaxInt})(),
		"\xff\xff\xff\xff\xff\xff\xff\xff\x7fx": framing(filter.NewPrefixed, filter.PrefixedConfig{Varint: true, MaxLength: math.MaxInt})(),
		"9223372036854775807:x":                 framing(filter.NewNetstring, filter.NetstringConfig{MaxLength: math.MaxInt})(),
	} {
		_, n, err := f.Decode([]byte(stream))
		assert.Equal(t, filter.ErrMore, err)
		assert.Zero(t, n)
	}
}

func TestDelimited(t *testing.T) {
	records := []any{"", "hello", "a\r\nb", strings.Repeat("x", 200)}
	for _, end := range []string{"\x00", "\r\n.\r\n", "--", "\r\r"} {
		newFilter := framing(filter.NewDelimited, filter.DelimitedConfig{Delimiter: end})
		stream := end + "hello" + end + "a\r\nb" + end + strings.Repeat("x", 200) + end
		filtertest.Run(t, newFilter, []byte(stream), records)
		framingCopiesNothing(t, newFilter(), stream)
		framingRefuses(t, newFilter(), "a"+end+"b", end, 7, nil)
	}
	framingRefuses(t, framing(filter.NewDelimited, filter.DelimitedConfig{Delimiter: "--"})(), "a-")
	filtertest.Run(t, filter.NulTerminated, []byte("a\x00b\x00"), []any{"a", "b"})
}

func TestDelimitedTooLong(t *testing.T) {
	for _, end := range []string{"\x00", "--"} {
		small := framing(filter.NewDelimited, filter.DelimitedConfig{Delimiter: end, MaxLength: 10})
		filtertest.Limit(t, small, []byte(strings.Repeat("x", 11)+end), "MaxLength")
		filtertest.Limit(t, small, []byte(strings.Repeat("x", 100)), "MaxLength")
		filtertest.Decode(t, small, []byte(strings.Repeat("x", 10)+end), []any{strings.Repeat("x", 10)})
		framingRefuses(t, small(), strings.Repeat("x", 11))

		f := small()
		_, n, err := f.Decode([]byte(strings.Repeat("x", 100)))
		require.ErrorIs(t, err, filter.ErrLimit)
		assert.GreaterOrEqual(t, n, 99, "next to nothing of it is kept")
		rec, _, err := f.Decode([]byte(strings.Repeat("x", 100-n) + end + "good" + end))
		require.NoError(t, err)
		assert.Equal(t, "good", rec)
	}
}

func TestNetstring(t *testing.T) {
	newFilter := framing(filter.NewNetstring, filter.NetstringConfig{})
	stream := "0:,5:hello,6:a\x00b\r\n,,200:" + strings.Repeat("x", 200) + ","
	filtertest.Run(t, newFilter, []byte(stream), framedRecords)
	framingCopiesNothing(t, newFilter(), stream)
	framingRefuses(t, newFilter(), 7, nil)
	for _, stream := range []string{":,", "x", "-1:", "1x:", "05:hello,", "00:,", " 1:a,", "1:ab", "5:hello\n", "99999999999999999999:"} {
		framingFinal(t, newFilter, stream)
	}
	small := framing(filter.NewNetstring, filter.NetstringConfig{MaxLength: 10})
	for _, stream := range []string{"11:", "9223372036854775808:", strings.Repeat("9", 100)} {
		filtertest.Limit(t, small, []byte(stream), "MaxLength")
	}
	filtertest.Decode(t, small, []byte("10:0123456789,"), []any{"0123456789"})
	framingRefuses(t, small(), "0123456789a", []byte("0123456789a"))
	tiny := framing(filter.NewNetstring, filter.NetstringConfig{MaxLength: 3})
	filtertest.Limit(t, tiny, []byte("4:"), "MaxLength")
}

func TestDotStuffed(t *testing.T) {
	newFilter := framing(filter.NewDotStuffed, filter.DotStuffedConfig{})
	stream := ".\r\n" + "hello\r\n.\r\n" + "..\r\n...a\r\n\r\nb.\r\n.\r\n" + "\r\n.\r\n"
	filtertest.Run(t, newFilter, []byte(stream), []any{"", "hello\r\n", ".\r\n..a\r\n\r\nb.\r\n", "\r\n"})
	framingCopiesNothing(t, newFilter(), "hello\r\n.\r\n")
	framingCopiesNothing(t, newFilter(), "..hello\r\n..\r\n.\r\n")

	for text, want := range map[string]string{
		"a": "a\r\n.\r\n", "a\nb\n": "a\r\nb\r\n.\r\n", ".": "..\r\n.\r\n", "a\r\n.b": "a\r\n..b\r\n.\r\n", "\n.\n": "\r\n..\r\n.\r\n",
	} {
		out, err := newFilter().Append(nil, text)
		require.NoError(t, err)
		assert.Equal(t, want, string(out))
		out, err = newFilter().Append(nil, []byte(text))
		require.NoError(t, err)
		assert.Equal(t, want, string(out))
	}
	framingRefuses(t, newFilter(), "a\rb", "a\r", "a\r\r\n", 7, nil)
}

// TestDotStuffedSmuggling checks that nothing but CR LF dot CR LF ends a text,
// and that texts are refused in which others may see an end.
func TestDotStuffedSmuggling(t *testing.T) {
	for _, trick := range []string{"\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r", "\r.\r\n", "\n.\r", "\n", "\r"} {
		text := "a" + trick + "MAIL FROM:<x>"
		f := framing(filter.NewDotStuffed, filter.DotStuffedConfig{})()
		_, n, err := f.Decode([]byte(text + "\r\n.\r\n"))
		var typed *filter.Error
		require.ErrorAs(t, err, &typed, "%q", trick)
		assert.Equal(t, len(text)+5, n)
		rec, _, err := f.Decode([]byte("good\r\n.\r\n"))
		require.NoError(t, err)
		assert.Equal(t, "good\r\n", rec)
	}
	bare := framing(filter.NewDotStuffed, filter.DotStuffedConfig{AllowBare: true})
	filtertest.Run(t, bare, []byte("a\n.\nb\r\r\n.\r\n"), []any{"a\n.\nb\r\r\n"})
}

func TestDotStuffedTooLong(t *testing.T) {
	small := framing(filter.NewDotStuffed, filter.DotStuffedConfig{MaxLength: 10})
	filtertest.Limit(t, small, []byte("123456789\r\n.\r\n"), "MaxLength")
	filtertest.Limit(t, small, []byte(strings.Repeat("x", 100)), "MaxLength")
	filtertest.Decode(t, small, []byte("12345678\r\n.\r\n"), []any{"12345678\r\n"})
	f := small()
	_, n, err := f.Decode([]byte(strings.Repeat("x", 100)))
	require.ErrorIs(t, err, filter.ErrLimit)
	assert.GreaterOrEqual(t, n, 96, "next to nothing of it is kept")
	_, n, err = f.Decode([]byte(".\r\nxx\r\n.\r"))
	require.ErrorIs(t, err, filter.ErrMore, "the dot is not at the beginning")
	assert.Equal(t, 5, n)
	rec, _, err := f.Decode([]byte("\r\n.\r\n.\r\n"))
	require.NoError(t, err)
	assert.Equal(t, "", rec)
}

func TestFramingConfigs(t *testing.T) {
	check := func(name, field string, err error) {
		t.Helper()
		var wrong *filter.ConfigError
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, name+"Config."+field, wrong.Field)
	}
	for _, test := range []struct {
		field string
		cfg   filter.PrefixedConfig
	}{
		{"Size", filter.PrefixedConfig{}},
		{"Size", filter.PrefixedConfig{Size: 9}},
		{"Size", filter.PrefixedConfig{Size: -1}},
		{"Varint", filter.PrefixedConfig{Varint: true, Size: 1}},
		{"Varint", filter.PrefixedConfig{Varint: true, LittleEndian: true}},
		{"Varint", filter.PrefixedConfig{Varint: true, Inclusive: true}},
		{"MaxLength", filter.PrefixedConfig{Varint: true, MaxLength: -1}},
	} {
		_, err := filter.NewPrefixed(test.cfg)
		check("Prefixed", test.field, err)
	}
	_, err := filter.NewDelimited(filter.DelimitedConfig{})
	check("Delimited", "Delimiter", err)
	_, err = filter.NewDelimited(filter.DelimitedConfig{Delimiter: "x", MaxLength: -1})
	check("Delimited", "MaxLength", err)
	_, err = filter.NewNetstring(filter.NetstringConfig{MaxLength: -1})
	check("Netstring", "MaxLength", err)
	_, err = filter.NewDotStuffed(filter.DotStuffedConfig{MaxLength: -1})
	check("DotStuffed", "MaxLength", err)
}

func FuzzPrefixed(f *testing.F) {
	filtertest.FuzzCuts(f, framing(filter.NewPrefixed, filter.PrefixedConfig{Size: 2, Inclusive: true, LittleEndian: true}), "\x05\x00abc")
}

func FuzzPrefixedVarint(f *testing.F) {
	filtertest.FuzzCuts(f, framing(filter.NewPrefixed, filter.PrefixedConfig{Varint: true}), "\x03abc", "\xc8\x01")
}

func FuzzDelimited(f *testing.F) {
	filtertest.FuzzCuts(f, framing(filter.NewDelimited, filter.DelimitedConfig{Delimiter: "aab", MaxLength: 20}), "xxaaabxaab")
}

func FuzzNetstring(f *testing.F) {
	filtertest.FuzzCuts(f, framing(filter.NewNetstring, filter.NetstringConfig{MaxLength: 1000}), "0:,5:hello,")
}

func FuzzDotStuffed(f *testing.F) {
	filtertest.FuzzCuts(f, framing(filter.NewDotStuffed, filter.DotStuffedConfig{MaxLength: 100}), ".\r\n", "hello\r\n..\r\n.\r\n")
}

func BenchmarkFramings(b *testing.B) {
	text := strings.Repeat("x", 64)
	for name, newFilter := range map[string]func() filter.Filter{
		"Prefixed":       framing(filter.NewPrefixed, filter.PrefixedConfig{Size: 4}),
		"PrefixedVarint": framing(filter.NewPrefixed, filter.PrefixedConfig{Varint: true}),
		"Delimited":      filter.NulTerminated,
		"Netstring":      framing(filter.NewNetstring, filter.NetstringConfig{}),
		"DotStuffed":     framing(filter.NewDotStuffed, filter.DotStuffedConfig{}),
	} {
		b.Run(name, func(b *testing.B) {
			f := newFilter()
			buf, err := f.Append(nil, text)
			require.NoError(b, err)
			decoder := f.(filter.BytesDecoder)
			b.SetBytes(64)
			b.ReportAllocs()
			for b.Loop() {
				decoder.DecodeBytes(buf)
			}
		})
	}
}

func ExamplePrefixed() {
	f, err := filter.NewPrefixed(filter.PrefixedConfig{Size: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	b := filter.NewBuffer(f)
	fmt.Println(b.Get([]byte("\x00\x05hello\x00\x05wo")))
	fmt.Println(b.Get([]byte("rld")))
	out, err := b.Put("hi")
	fmt.Printf("%q %v\n", out, err)
	// Output:
	// [hello] <nil>
	// [world] <nil>
	// ["\x00\x02hi"] <nil>
}

func ExampleDelimited() {
	b := filter.NewBuffer(filter.NulTerminated())
	fmt.Println(b.Get([]byte("one\x00two\x00thr")))
	_, err := b.Put("a\x00b")
	fmt.Println(err)
	// Output:
	// [one two] <nil>
	// filter: Delimited: put: record has the delimiter inside
}

func ExampleNetstring() {
	f, err := filter.NewNetstring(filter.NetstringConfig{MaxLength: 1000})
	if err != nil {
		fmt.Println(err)
		return
	}
	b := filter.NewBuffer(f)
	fmt.Println(b.Get([]byte("5:hello,5:world,")))
	fmt.Println(b.Get([]byte("9223372036854775807:")))
	// Output:
	// [hello world] <nil>
	// [] filter: Netstring: decode: more than MaxLength 1000 allows
}

func ExampleDotStuffed() {
	f, err := filter.NewDotStuffed(filter.DotStuffedConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	b := filter.NewBuffer(f)
	texts, err := b.Get([]byte("Subject: x\r\n\r\n..hidden\r\n.\r\n"))
	fmt.Printf("%q %v\n", texts, err)
	out, err := b.Put("one\n.two\n")
	fmt.Printf("%q %v\n", out, err)
	// Output:
	// ["Subject: x\r\n\r\n.hidden\r\n"] <nil>
	// ["one\r\n..two\r\n.\r\n"] <nil>
}
