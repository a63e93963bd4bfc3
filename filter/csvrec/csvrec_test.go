package csvrec_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/csvrec"
	"github.com/gopoe/poe/filter/filtertest"
)

func newFilter(config csvrec.Config) func() filter.Filter {
	return func() filter.Filter {
		f, err := csvrec.New(config)
		if err != nil {
			panic(err)
		}
		return f
	}
}

func TestStreams(t *testing.T) {
	for _, test := range []struct {
		config csvrec.Config
		stream string
		want   []any
	}{
		{csvrec.Config{}, "a,b,c\r\n\n\r\n1,,\"x\"\n", []any{[]string{"a", "b", "c"}, []string{"1", "", "x"}}},
		{csvrec.Config{}, "\"a\nb\",\"\"\"\"\r\n\"\r\n\",\"a,b\"\n", []any{[]string{"a\nb", `"`}, []string{"\n", "a,b"}}},
		{csvrec.Config{Comma: '\t'}, "a\tb,\r\n\"x\ty\"\t\n", []any{[]string{"a", "b,"}, []string{"x\ty", ""}}},
		{csvrec.Config{Comma: ';', Comment: '#'}, "#no \"record\na;#b\n# x\n", []any{[]string{"a", "#b"}}},
		{csvrec.Config{Comma: '→', Comment: '←'}, "←no\na→b\n\"→\"→\xe2\x86\n", []any{[]string{"a", "b"}, []string{"→", "\xe2\x86"}}},
		{csvrec.Config{LazyQuotes: true}, "a\"b,\"c\"d\ne\",f\n", []any{[]string{`a"b`, "c\"d\ne", "f"}}},
		{csvrec.Config{Comment: '#'}, "\"#\",a\n\"#,\",\n", []any{[]string{"#", "a"}, []string{"#,", ""}}},
		{csvrec.Config{TrimLeadingSpace: true}, "  a, \"b\nc\"\n", []any{[]string{"a", "b\nc"}}},
		{csvrec.Config{FieldsPerRecord: -1}, "a\nb,c\n\"\"\n", []any{[]string{"a"}, []string{"b", "c"}, []string{""}}},
	} {
		filtertest.Decode(t, newFilter(test.config), []byte(test.stream), test.want)
		if !test.config.TrimLeadingSpace {
			filtertest.RoundTrip(t, newFilter(test.config), test.want)
		}
	}
}

// The end of the stream ends the last record, unless it is inside quotes.
func TestFinish(t *testing.T) {
	for _, test := range []struct {
		stream string
		want   []any
		cut    bool
	}{
		{"", nil, false},
		{"a,b\n", []any{[]string{"a", "b"}}, false},
		{"a,b\nc,d", []any{[]string{"a", "b"}, []string{"c", "d"}}, false},
		{"a,\"b\"", []any{[]string{"a", "b"}}, false},
		{"a,b\r", []any{[]string{"a", "b"}}, false},
		{"a,b\n#comment", []any{[]string{"a", "b"}}, false},
		{"a,b\n\r", []any{[]string{"a", "b"}}, false},
		{"a,b\nc,\"d", []any{[]string{"a", "b"}}, true},
	} {
		b := filter.NewBuffer(newFilter(csvrec.Config{Comment: '#'})())
		require.NoError(t, b.GetOneStart([]byte(test.stream)))
		recs, err := b.Finish()
		assert.Equal(t, test.want, recs, test.stream)
		assert.Equal(t, test.cut, errors.Is(err, io.ErrUnexpectedEOF), "%q: %v", test.stream, err)
		assert.Equal(t, test.cut, err != nil)
	}
	b := filter.NewBuffer(newFilter(csvrec.Config{MaxLength: 3})())
	_, err := b.Get([]byte("too long"))
	require.ErrorIs(t, err, filter.ErrLimit)
	recs, err := b.Finish()
	require.NoError(t, err, "it was told already")
	require.Empty(t, recs)
}

func TestAppend(t *testing.T) {
	for config, want := range map[csvrec.Config]string{
		{}:              "a,\"b\nc\",\"d,\"\n",
		{UseCRLF: true}: "a,\"b\r\nc\",\"d,\"\r\n",
		{Comma: '\t'}:   "a\t\"b\nc\"\td,\n",
	} {
		f := newFilter(config)()
		for range 2 {
			out, err := f.Append([]byte("before "), []string{"a", "b\nc", "d,"})
			require.NoError(t, err)
			assert.Equal(t, "before "+want, string(out))
		}
		for _, rec := range []any{"a,b", nil, []string{}, []any{"a"}} {
			out, err := f.Append([]byte("before"), rec)
			var typed *filter.Error
			require.ErrorAs(t, err, &typed)
			assert.Equal(t, "before", string(out))
		}
	}
}

func TestMalformed(t *testing.T) {
	for _, record := range []string{"a,b\"c\n", "\"a\"b,c\n", "a\n", "a,b,c\n", "\"a\nb\"c,d\n", "\"a\"\rb,c\n"} {
		f := newFilter(csvrec.Config{})()
		_, _, err := f.Decode([]byte("x,y\n"))
		require.NoError(t, err)
		rec, n, err := f.Decode([]byte(record + "1,2\n"))
		var wrong *csv.ParseError
		require.ErrorAs(t, err, &wrong, "%q gave %v", record, rec)
		assert.Equal(t, len(record), n)
		rec, _, err = f.Decode([]byte("1,2\n"))
		require.NoError(t, err, "the next record is good")
		assert.Equal(t, []string{"1", "2"}, rec)
	}
}

func TestLimits(t *testing.T) {
	small := newFilter(csvrec.Config{MaxLength: 10})
	filtertest.Limit(t, small, []byte("1234567,ab\n"), "MaxLength")
	filtertest.Limit(t, small, []byte(strings.Repeat("x", 100)), "MaxLength")
	filtertest.Limit(t, small, []byte("\""+strings.Repeat("\n", 100)), "MaxLength")
	filtertest.Decode(t, small, []byte("1234567,a\n"), []any{[]string{"1234567", "a"}})

	f := small()
	_, n, err := f.Decode([]byte("a,\"" + strings.Repeat("\n", 30)))
	require.ErrorIs(t, err, filter.ErrLimit)
	assert.Equal(t, 33, n, "nothing of it is kept")
	_, n, err = f.Decode([]byte("still\nin\nquotes"))
	require.ErrorIs(t, err, filter.ErrMore)
	assert.Equal(t, 15, n)
	rec, _, err := f.Decode([]byte("\"\n1,2\n"))
	require.NoError(t, err)
	assert.Equal(t, []string{"1", "2"}, rec)
}

func TestConfig(t *testing.T) {
	for config, field := range map[csvrec.Config]string{
		{Comma: '"'}: "Comma", {Comma: '\n'}: "Comma", {Comma: -1}: "Comma", {Comma: 0xFFFD}: "Comma",
		{Comment: ','}: "Comment", {Comment: '\r'}: "Comment", {MaxLength: -1}: "MaxLength",
	} {
		_, err := csvrec.New(config)
		var wrong *filter.ConfigError
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, field, wrong.Field)
	}
}

// configs are those in which the scanner walks differently.
var configs = []csvrec.Config{
	{FieldsPerRecord: -1},
	{FieldsPerRecord: -1, LazyQuotes: true},
	{FieldsPerRecord: -1, TrimLeadingSpace: true, Comment: '#'},
	{FieldsPerRecord: -1, LazyQuotes: true, TrimLeadingSpace: true, Comma: '\t'},
	{FieldsPerRecord: -1, Comma: '→', Comment: '←'},
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("a,\"b\nc\"\r\n"), uint16(3), uint16(1))
	for which := range configs {
		f.Add([]byte("x,\"\"\"\n→\t y\"\n"), uint16(which), uint16(5))
	}
	f.Fuzz(func(t *testing.T, stream []byte, which, cut uint16) {
		config := configs[int(which)%len(configs)]
		whole := decodeAll(newFilter(config)(), stream)
		at := int(cut) % (len(stream) + 1)
		require.Equal(t, whole, decodeAll(newFilter(config)(), stream[:at], stream[at:]))
	})
}

// decodeAll returns all records, with the errors among them.
func decodeAll(f filter.Filter, chunks ...[]byte) []any {
	var out []any
	var buf []byte
	for _, chunk := range chunks {
		buf = append(buf, chunk...)
		for {
			rec, n, err := f.Decode(buf)
			buf = buf[n:]
			if err == filter.ErrMore {
				break
			}
			if err != nil {
				rec = "error"
			}
			out = append(out, rec)
		}
	}
	return out
}

// FuzzAgainstReader checks that a stream gives what encoding/csv's Reader gives
// up to the first error.
func FuzzAgainstReader(f *testing.F) {
	for which := range configs {
		f.Add([]byte("x,\"\"\"\n→\t y\"\n#\n←\n\r\n"), uint16(which))
	}
	f.Fuzz(func(t *testing.T, stream []byte, which uint16) {
		config := configs[int(which)%len(configs)]
		if last := strings.LastIndexByte(string(stream), '\n'); last < 0 || strings.HasSuffix(string(stream), "\r") {
			return
		}
		r := csv.NewReader(strings.NewReader(string(stream)))
		r.Comma, r.Comment, r.FieldsPerRecord = ',', config.Comment, -1
		if config.Comma != 0 {
			r.Comma = config.Comma
		}
		r.LazyQuotes, r.TrimLeadingSpace = config.LazyQuotes, config.TrimLeadingSpace
		for _, rec := range decodeAll(newFilter(config)(), stream) {
			want, err := r.Read()
			if err != nil && err != io.EOF {
				require.Equal(t, "error", rec)
				return
			}
			require.NoError(t, err)
			require.Equal(t, want, rec)
		}
		// What is left is a record without its end.
		_, err := r.Read()
		if err == nil {
			_, err = r.Read()
		}
		require.Error(t, err)
	})
}

func BenchmarkDecode(b *testing.B) {
	f := newFilter(csvrec.Config{})()
	buf := []byte("2026-01-01,12:00:00,example.org,\"GET /index.html, HTTP/1.1\",200,12345\n")
	b.SetBytes(int64(len(buf)))
	b.ReportAllocs()
	for b.Loop() {
		f.Decode(buf)
	}
}

func Example() {
	f, err := csvrec.New(csvrec.Config{Comma: '\t'})
	if err != nil {
		fmt.Println(err)
		return
	}
	b := filter.NewBuffer(f)
	recs, err := b.Get([]byte("name\tsaid\nann\t\"two\nlines\"\nbo"))
	fmt.Printf("%q %v\n", recs, err)
	out, err := b.Put([]string{"bob", "a\ttab"})
	fmt.Printf("%q %v\n", out, err)
	// Output:
	// [["name" "said"] ["ann" "two\nlines"]] <nil>
	// ["bob\t\"a\ttab\"\n"] <nil>
}
