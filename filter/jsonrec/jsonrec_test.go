package jsonrec_test

import (
	"encoding/json"
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
	"github.com/gopoe/poe/filter/jsonrec"
)

func newFilter(config jsonrec.Config) func() filter.Filter {
	return func() filter.Filter {
		f, err := jsonrec.New(config)
		if err != nil {
			panic(err)
		}
		return f
	}
}

func newText(config jsonrec.Config) func() filter.Filter {
	return func() filter.Filter {
		f, err := jsonrec.NewText(config)
		if err != nil {
			panic(err)
		}
		return f
	}
}

const lines = `{"a":[1,{"b":"}]\"\\"}]}` + "\n\r\n  \t\n" + ` "x" ` + "\r\n" + "1.5\nnull\ntrue\n[]\n"

var values = []any{
	map[string]any{"a": []any{1.0, map[string]any{"b": `}]"\`}}}, "x", 1.5, nil, true, []any{},
}

func TestLines(t *testing.T) {
	filtertest.Run(t, newFilter(jsonrec.Config{}), []byte(lines), values)
	filtertest.Run(t, newText(jsonrec.Config{}), []byte(lines), []any{`{"a":[1,{"b":"}]\"\\"}]}`, `"x"`, "1.5", "null", "true", "[]"})
}

func TestStream(t *testing.T) {
	for _, stream := range []string{lines, "{\n\"a\" : [ 1,\n{\"b\":\"}]\\\"\\\\\"} ] }\"x\"1.5 null\ttrue[]"} {
		filtertest.Run(t, newFilter(jsonrec.Config{Stream: true}), []byte(stream), values)
	}
	filtertest.Run(t, newText(jsonrec.Config{Stream: true}), []byte(`{"a" : 1}[2]"\\"3 `), []any{`{"a" : 1}`, "[2]", `"\\"`, "3"})
	filtertest.Decode(t, newFilter(jsonrec.Config{Stream: true}), []byte("1 2"), []any{1.0})
}

type point struct {
	X int `json:"x"`
	Y int `json:"y"`
}

// The end of the stream ends the last line, number or word.
func TestFinish(t *testing.T) {
	for _, test := range []struct {
		text   string
		stream bool
		want   []any
		fails  bool
		cut    bool
	}{
		{text: ""},
		{text: "", stream: true},
		{text: "[1]\n 2", want: []any{"[1]", "2"}},
		{text: "[1] 2", stream: true, want: []any{"[1]", "2"}},
		{text: "[1] true \n ", stream: true, want: []any{"[1]", "true"}},
		{text: "[1]\n{\"a\":", want: []any{"[1]"}, fails: true},
		{text: "[1] {\"a\":", stream: true, want: []any{"[1]"}, fails: true, cut: true},
		{text: "[1] \"a", stream: true, want: []any{"[1]"}, fails: true, cut: true},
		{text: "1 nul", stream: true, want: []any{"1"}, fails: true},
	} {
		config := jsonrec.Config{Stream: test.stream}
		b := filter.NewBuffer(newText(config)())
		require.NoError(t, b.GetOneStart([]byte(test.text)))
		recs, err := b.Finish()
		assert.Equal(t, test.want, recs, test.text)
		assert.Equal(t, test.fails, err != nil, "%q: %v", test.text, err)
		assert.Equal(t, test.cut, errors.Is(err, io.ErrUnexpectedEOF), "%q: %v", test.text, err)

		b = filter.NewBuffer(newFilter(config)())
		require.NoError(t, b.GetOneStart([]byte(test.text)))
		recs, again := b.Finish()
		assert.Len(t, recs, len(test.want))
		assert.Equal(t, err == nil, again == nil)
	}
	b := filter.NewBuffer(newFilter(jsonrec.Config{Stream: true})())
	_, err := b.Get([]byte("]"))
	require.Error(t, err)
	_, err = b.Finish()
	require.NoError(t, err, "it was told already")
}

func TestNew(t *testing.T) {
	config := jsonrec.Config{New: func() any { return new(point) }}
	filtertest.Run(t, newFilter(config), []byte(`{"x":1,"y":2}`+"\n"+`{"x":3}`+"\n"), []any{&point{1, 2}, &point{3, 0}})
	for _, stream := range []bool{false, true} {
		config.Stream, config.DisallowUnknownFields = stream, true
		f := newFilter(config)()
		for _, bad := range []string{`{"x":"one"}` + "\n", `{"z":1}` + "\n", "[]\n"} {
			rec, n, err := f.Decode([]byte(bad + `{"x":1}`))
			var typed *filter.Error
			require.ErrorAs(t, err, &typed, "%v", rec)
			assert.LessOrEqual(t, n, len(bad))
			rec, _, err = f.Decode([]byte(`{"x":1}` + "\n"))
			require.NoError(t, err, "the next value is good")
			assert.Equal(t, &point{1, 0}, rec)
		}
	}
}

func TestUseNumber(t *testing.T) {
	filtertest.Run(t, newFilter(jsonrec.Config{UseNumber: true}), []byte("[12345678901234567890]\n"), []any{[]any{json.Number("12345678901234567890")}})
}

func TestMalformedLines(t *testing.T) {
	for _, line := range []string{"{", "}", "[1,]", "nul", "1 2", "{} {}", `"a`, "\x00", "[1}", `{"a" 1}`, "\"\x01\"", "01"} {
		for _, f := range []filter.Filter{newFilter(jsonrec.Config{})(), newFilter(jsonrec.Config{UseNumber: true})(), newText(jsonrec.Config{})()} {
			rec, n, err := f.Decode([]byte(line + "\n7\n"))
			var typed *filter.Error
			require.ErrorAs(t, err, &typed, "%q gave %v", line, rec)
			assert.Equal(t, len(line)+1, n)
			_, _, err = f.Decode([]byte("7\n"))
			require.NoError(t, err, "the next line is good")
		}
	}
}

func TestMalformedStream(t *testing.T) {
	for _, stream := range []string{"}", "]", "[1}", "nul ", "truefalse ", ",", ": ", `{"a" 1}`, "\"\x01\"", "01 ", "[1,]"} {
		for _, f := range []filter.Filter{newFilter(jsonrec.Config{Stream: true})(), newText(jsonrec.Config{Stream: true})()} {
			stream := stream + "  "
			rec, n, err := f.Decode([]byte(stream))
			var typed *filter.Error
			require.ErrorAs(t, err, &typed, "%q gave %v", stream, rec)
			assert.Equal(t, len(stream), n)
			_, _, again := f.Decode([]byte("7 "))
			assert.Equal(t, err, again, "an error is final")
			_, err = f.Append(nil, "[]")
			require.NoError(t, err, "the other direction is intact")
		}
	}
}

func TestLimits(t *testing.T) {
	for _, stream := range []bool{false, true} {
		config := jsonrec.Config{Stream: stream, MaxLength: 20, MaxDepth: 3}
		for _, small := range []func() filter.Filter{newFilter(config), newText(config)} {
			filtertest.Limit(t, small, []byte("[[[[]]]]\n"), "MaxDepth")
			filtertest.Limit(t, small, []byte(`{"a":[{"a":[]}]}`+"\n"), "MaxDepth")
			filtertest.Limit(t, small, []byte(`"`+strings.Repeat("x", 19)+`"`+"\n"), "MaxLength")
			filtertest.Limit(t, small, []byte(`"`+strings.Repeat("x", 100)), "MaxLength")
			filtertest.Limit(t, small, []byte(strings.Repeat("1", 100)), "MaxLength")
		}
		text := `"` + strings.Repeat("[", 18) + `"`
		filtertest.Decode(t, newText(config), []byte(text+"\n[[[1]]]\n"), []any{text, "[[[1]]]"})
	}
	deep := strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "\n"
	for _, stream := range []bool{false, true} {
		_, _, err := newFilter(jsonrec.Config{Stream: stream})().Decode([]byte(deep))
		require.ErrorIs(t, err, filter.ErrLimit)
	}
}

func TestLongLineIsPassedOver(t *testing.T) {
	f := newFilter(jsonrec.Config{MaxLength: 10})()
	_, n, err := f.Decode([]byte(strings.Repeat("x", 30)))
	require.ErrorIs(t, err, filter.ErrLimit)
	assert.Equal(t, 30, n, "nothing of it is kept")
	_, n, err = f.Decode([]byte("more"))
	require.ErrorIs(t, err, filter.ErrMore)
	assert.Equal(t, 4, n)
	rec, _, err := f.Decode([]byte("end\n7\n"))
	require.NoError(t, err)
	assert.Equal(t, 7.0, rec)
}

func TestAppend(t *testing.T) {
	f := newFilter(jsonrec.Config{})()
	out, err := f.Append([]byte("before "), map[string]any{"a": "<&>", "b": json.RawMessage("[\n1]")})
	require.NoError(t, err)
	assert.Equal(t, `before {"a":"<&>","b":[1]}`+"\n", string(out))
	out, err = newText(jsonrec.Config{})().Append(nil, "{\r\n\"a\": 1}")
	require.NoError(t, err)
	assert.Equal(t, `{  "a": 1}`+"\n", string(out))
	for _, test := range []struct {
		f   filter.Filter
		rec any
	}{
		{f, func() {}}, {f, math.NaN()}, {f, json.RawMessage("{")},
		{newText(jsonrec.Config{})(), 7}, {newText(jsonrec.Config{})(), "{"}, {newText(jsonrec.Config{})(), []byte("1 2")},
		{newText(jsonrec.Config{})(), json.RawMessage("")},
	} {
		out, err := test.f.Append([]byte("before"), test.rec)
		var typed *filter.Error
		require.ErrorAs(t, err, &typed)
		assert.Equal(t, "before", string(out))
	}
}

func TestConfig(t *testing.T) {
	for field, config := range map[string]jsonrec.Config{
		"MaxLength": {MaxLength: -1}, "MaxDepth": {MaxDepth: -1},
		"New": {New: func() any { return nil }}, "UseNumber": {UseNumber: true}, "DisallowUnknownFields": {DisallowUnknownFields: true},
	} {
		_, err := jsonrec.NewText(config)
		var wrong *filter.ConfigError
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, field, wrong.Field)
		if strings.HasPrefix(field, "Max") {
			_, err = jsonrec.New(config)
			require.ErrorAs(t, err, &wrong)
			assert.Equal(t, field, wrong.Field)
		}
	}
	for _, stream := range []bool{false, true} {
		f, err := jsonrec.New(jsonrec.Config{Stream: stream, MaxLength: math.MaxInt, MaxDepth: math.MaxInt})
		require.NoError(t, err)
		_, _, err = f.Decode([]byte("[[["))
		assert.Equal(t, filter.ErrMore, err)
	}
}

func TestTextCopiesNothing(t *testing.T) {
	for _, stream := range []bool{false, true} {
		f, err := jsonrec.NewText(jsonrec.Config{Stream: stream})
		require.NoError(t, err)
		buf := []byte(`{"a":[1,2,3]}` + "\n")
		f.DecodeBytes(buf)
		assert.Zero(t, testing.AllocsPerRun(100, func() { f.DecodeBytes(buf) }))
	}
}

func FuzzLines(f *testing.F) {
	filtertest.FuzzCuts(f, newText(jsonrec.Config{MaxLength: 100, MaxDepth: 5}), lines)
}

func FuzzStream(f *testing.F) {
	filtertest.FuzzCuts(f, newText(jsonrec.Config{Stream: true, MaxLength: 100, MaxDepth: 5}), lines, `{"a" : 1}[2]"\\"3 `)
}

// FuzzAgainstDecoder checks that a stream gives what encoding/json's Decoder
// gives, save that the Decoder takes words that run into each other: 00, or
// truefalse.
func FuzzAgainstDecoder(f *testing.F) {
	f.Add([]byte(lines))
	f.Add([]byte("00"))
	f.Add([]byte("truefalse"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		all := string(stream) + " "
		d := json.NewDecoder(strings.NewReader(all))
		text := newText(jsonrec.Config{Stream: true, MaxDepth: 20_000})()
		for rest := append(stream, ' '); ; {
			var want json.RawMessage
			wantErr := d.Decode(&want)
			rec, n, err := text.Decode(rest)
			rest = rest[n:]
			if wantErr == nil && !strings.ContainsAny(all[d.InputOffset()-1:][:1], `"}]`) && !strings.ContainsAny(all[d.InputOffset():][:1], "{}[]\",: \t\r\n") {
				return
			}
			if wantErr != nil || err != nil {
				require.Equal(t, wantErr == nil, err == nil, "%v against %v", err, wantErr)
				return
			}
			require.Equal(t, string(want), rec)
		}
	})
}

func BenchmarkText(b *testing.B) {
	for _, stream := range []bool{false, true} {
		b.Run(fmt.Sprintf("stream=%t", stream), func(b *testing.B) {
			f, err := jsonrec.NewText(jsonrec.Config{Stream: stream})
			require.NoError(b, err)
			buf := []byte(`{"time":"2026-01-01T00:00:00Z","level":"info","message":"request served","status":200,"path":"/index.html"}` + "\n")
			b.SetBytes(int64(len(buf)))
			b.ReportAllocs()
			for b.Loop() {
				f.DecodeBytes(buf)
			}
		})
	}
}

func Example() {
	type event struct {
		Name string `json:"name"`
	}
	f, err := jsonrec.New(jsonrec.Config{New: func() any { return new(event) }})
	if err != nil {
		fmt.Println(err)
		return
	}
	b := filter.NewBuffer(f)
	recs, err := b.Get([]byte(`{"name":"started"}` + "\n" + `{"name":"sto`))
	fmt.Println(recs[0].(*event).Name, err)
	out, err := b.Put(event{"<stopped>"})
	fmt.Printf("%s%v\n", out[0], err)
	// Output:
	// started <nil>
	// {"name":"<stopped>"}
	// <nil>
}

func ExampleText() {
	f, err := jsonrec.NewText(jsonrec.Config{Stream: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	b := filter.NewBuffer(f)
	recs, err := b.Get([]byte("{\"a\":\n1}[2][3"))
	fmt.Printf("%q %v\n", recs, err)
	// Output: ["{\"a\":\n1}" "[2]"] <nil>
}
