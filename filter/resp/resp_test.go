package resp_test

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/filtertest"
	"github.com/gopoe/poe/filter/resp"
)

func newFilter(config resp.Config) func() filter.Filter {
	return func() filter.Filter {
		f, err := resp.New(config)
		if err != nil {
			panic(err)
		}
		return f
	}
}

func bigInt(text string) *big.Int {
	number, _ := new(big.Int).SetString(text, 10)
	return number
}

// values is one of each type, and the bytes for it in both protocols.
var values = []struct {
	rec   any
	resp3 string
	resp2 string
}{
	{nil, "_\r\n", "$-1\r\n"},
	{"hello", "$5\r\nhello\r\n", "$5\r\nhello\r\n"},
	{"", "$0\r\n\r\n", "$0\r\n\r\n"},
	{"\r\n\x00", "$3\r\n\r\n\x00\r\n", "$3\r\n\r\n\x00\r\n"},
	{resp.Simple("OK"), "+OK\r\n", "+OK\r\n"},
	{resp.ErrorReply("ERR no"), "-ERR no\r\n", "-ERR no\r\n"},
	{resp.ErrorReply("ERR\r\nno"), "!7\r\nERR\r\nno\r\n", ""},
	{int64(math.MinInt64), ":-9223372036854775808\r\n", ":-9223372036854775808\r\n"},
	{int64(math.MaxInt64), ":9223372036854775807\r\n", ":9223372036854775807\r\n"},
	{1.5, ",1.5\r\n", "$3\r\n1.5\r\n"},
	{math.Inf(1), ",inf\r\n", "$3\r\ninf\r\n"},
	{math.Inf(-1), ",-inf\r\n", "$4\r\n-inf\r\n"},
	{true, "#t\r\n", ":1\r\n"},
	{false, "#f\r\n", ":0\r\n"},
	{bigInt("-12345678901234567890123"), "(-12345678901234567890123\r\n", "$24\r\n-12345678901234567890123\r\n"},
	{resp.Verbatim{Format: "txt", Text: "a"}, "=5\r\ntxt:a\r\n", "$1\r\na\r\n"},
	{[]any{}, "*0\r\n", "*0\r\n"},
	{[]any{"GET", []any{int64(1), nil}}, "*2\r\n$3\r\nGET\r\n*2\r\n:1\r\n_\r\n", "*2\r\n$3\r\nGET\r\n*2\r\n:1\r\n$-1\r\n"},
	{resp.Map{{Key: "a", Value: int64(1)}, {Key: int64(2), Value: resp.Map{}}}, "%2\r\n$1\r\na\r\n:1\r\n:2\r\n%0\r\n", "*4\r\n$1\r\na\r\n:1\r\n:2\r\n*0\r\n"},
	{resp.Set{"a"}, "~1\r\n$1\r\na\r\n", "*1\r\n$1\r\na\r\n"},
	{resp.Push{resp.Simple("x")}, ">1\r\n+x\r\n", "*1\r\n+x\r\n"},
	{
		resp.Attributed{Attributes: resp.Map{{Key: resp.Simple("ttl"), Value: int64(3)}}, Value: "v"},
		"|1\r\n+ttl\r\n:3\r\n$1\r\nv\r\n", "$1\r\nv\r\n",
	},
	{
		resp.Attributed{Attributes: resp.Map{}, Value: []any{resp.Attributed{Attributes: resp.Map{}, Value: true}}},
		"|0\r\n*1\r\n|0\r\n#t\r\n", "*1\r\n:1\r\n",
	},
}

func TestStream(t *testing.T) {
	var stream strings.Builder
	var want []any
	for _, v := range values {
		stream.WriteString(v.resp3)
		want = append(want, v.rec)
	}
	filtertest.Run(t, newFilter(resp.Config{Protocol: 3}), []byte(stream.String()), want)
}

func TestAppend(t *testing.T) {
	f, err := resp.New(resp.Config{})
	require.NoError(t, err)
	for _, v := range values {
		require.NoError(t, f.SetProtocol(3))
		out, err := f.Append(nil, v.rec)
		require.NoError(t, err)
		assert.Equal(t, v.resp3, string(out))
		require.NoError(t, f.SetProtocol(2))
		out, err = f.Append([]byte("x"), v.rec)
		assert.Equal(t, "x"+v.resp2, string(out))
		assert.Equal(t, v.resp2 == "", err != nil)
	}
	assert.Error(t, f.SetProtocol(4))
}

func TestAppendOtherTypes(t *testing.T) {
	f := newFilter(resp.Config{})()
	for _, test := range []struct {
		rec  any
		want string
	}{
		{[]byte("a"), "$1\r\na\r\n"},
		{[]string{"SET", "k"}, "*2\r\n$3\r\nSET\r\n$1\r\nk\r\n"},
		{[][]byte{[]byte("k")}, "*1\r\n$1\r\nk\r\n"},
		{7, ":7\r\n"},
		{uint8(7), ":7\r\n"},
		{uint64(math.MaxUint64), "$20\r\n18446744073709551615\r\n"},
		{float32(0.5), "$3\r\n0.5\r\n"},
		{math.NaN(), "$3\r\nnan\r\n"},
		{errors.New("ERR x"), "-ERR x\r\n"},
		{(*big.Int)(nil), "$-1\r\n"},
	} {
		out, err := f.Append(nil, test.rec)
		require.NoError(t, err)
		assert.Equal(t, test.want, string(out))
	}
}

func TestAppendRefuses(t *testing.T) {
	loop := []any{nil}
	loop[0] = loop
	f := newFilter(resp.Config{Protocol: 3})()
	for _, rec := range []any{
		struct{}{}, resp.Simple("a\nb"), resp.Verbatim{Format: "text"}, []any{struct{}{}},
		resp.Map{{Key: 1, Value: struct{}{}}}, resp.Map{{Key: struct{}{}}}, loop,
		resp.Attributed{Attributes: resp.Map{{Key: struct{}{}}}},
	} {
		out, err := f.Append([]byte("before"), rec)
		var typed *filter.Error
		require.ErrorAs(t, err, &typed)
		assert.Equal(t, "before", string(out))
	}
}

func TestMalformed(t *testing.T) {
	for _, stream := range []string{
		"hello\r\n",                  // no type
		"+OK\n",                      // no CR
		"+O\rK\r\n",                  // CR inside
		":\r\n", ":1a\r\n", ":+\r\n", // no integer
		":9223372036854775808\r\n", ":-9223372036854775809\r\n", ":99999999999999999999\r\n",
		"$-2\r\n", "$x\r\n", "~-1\r\n", "%-1\r\n", "=-1\r\n",
		"$" + strings.Repeat("0", 30),
		"$3\r\nabcd\r\n",   // longer than it says
		"$3\r\nabc\rx",     // wrong end
		"=3\r\nabc\r\n",    // no format
		"#x\r\n", "_x\r\n", // no boolean, no null
		",0x1p4\r\n", ",1_0\r\n", ",Infinity\r\n", ",\r\n",
		"(12x\r\n", "(1_0\r\n", "(" + strings.Repeat("9", 20_000) + "\r\n",
		"*1\r\n*1\r\n:x\r\n", "%1\r\n:x\r\n:1\r\n", "|1\r\n+a\r\n:x\r\n:1\r\n", "|0\r\n:x\r\n",
		"$?\r\n", "*?\r\n", // streamed types
	} {
		f := newFilter(resp.Config{})()
		rec, n, err := f.Decode([]byte(stream))
		var typed *filter.Error
		require.ErrorAs(t, err, &typed, "%q gave %v", stream, rec)
		assert.Equal(t, len(stream), n)
		_, n, again := f.Decode([]byte("+OK\r\n"))
		assert.Equal(t, 5, n)
		assert.Equal(t, err, again, "an error is final")
		out, err := f.Append(nil, resp.Simple("OK"))
		require.NoError(t, err, "the other direction is intact")
		assert.Equal(t, "+OK\r\n", string(out))
	}
}

func TestLimits(t *testing.T) {
	small := newFilter(resp.Config{MaxLength: 64, MaxElements: 8, MaxDepth: 3})
	for _, test := range []struct{ limit, stream string }{
		{"MaxLength", "$9223372036854775807\r\n"},
		{"MaxLength", "$9223372036854775808\r\n"},
		{"MaxElements", "*9223372036854775808\r\n"},
		{"MaxElements", "%99999999999999999999\r\n"},
		{"MaxLength", "$60\r\n"},
		{"MaxLength", "+" + strings.Repeat("x", 64)},
		{"MaxLength", "*3\r\n$25\r\n" + strings.Repeat("x", 25) + "\r\n$25\r\n"},
		{"MaxElements", "*9223372036854775807\r\n"},
		{"MaxElements", "%9223372036854775807\r\n"},
		{"MaxElements", "|9223372036854775807\r\n"},
		{"MaxElements", "%5\r\n"},
		{"MaxElements", "*8\r\n" + strings.Repeat("_\r\n", 8)},
		{"MaxDepth", strings.Repeat("*1\r\n", 4)},
		{"MaxDepth", strings.Repeat("|0\r\n", 4)},
	} {
		filtertest.Limit(t, small, []byte(test.stream), test.limit)
	}
	filtertest.Decode(t, small, []byte("$57\r\n"+strings.Repeat("x", 57)+"\r\n"), []any{strings.Repeat("x", 57)})
	filtertest.Decode(t, small, []byte("*1\r\n*1\r\n*1\r\n_\r\n"), []any{[]any{[]any{[]any{nil}}}})
}

// TestNoLimits checks that hostile sizes do no harm where there is no limit.
func TestNoLimits(t *testing.T) {
	for _, stream := range []string{
		"$9223372036854775807\r\n", "*9223372036854775807\r\n:1\r\n", "%9223372036854775807\r\n", "%4611686018427387904\r\n", "|9223372036854775807\r\n",
	} {
		f := newFilter(resp.Config{MaxLength: math.MaxInt, MaxElements: math.MaxInt, MaxDepth: math.MaxInt})()
		_, _, err := f.Decode([]byte(stream))
		assert.Error(t, err)
	}
}

func TestInline(t *testing.T) {
	inline := newFilter(resp.Config{Inline: true, MaxElements: 3, MaxLength: 20})
	filtertest.Decode(t, inline, []byte("\r\n  PING \r\n\n   \r\nset a  b\n*1\r\n$1\r\nx\r\n\r\n"),
		[]any{[]any{"PING"}, []any{"set", "a", "b"}, []any{"x"}})
	filtertest.Limit(t, inline, []byte("a b c d\r\n"), "MaxElements")
	filtertest.Limit(t, inline, []byte(strings.Repeat("x", 30)+"\r\n"), "MaxLength")
}

func TestConfig(t *testing.T) {
	for field, config := range map[string]resp.Config{
		"Protocol":    {Protocol: 4},
		"MaxLength":   {MaxLength: -1},
		"MaxElements": {MaxElements: -1},
		"MaxDepth":    {MaxDepth: -1},
	} {
		_, err := resp.New(config)
		var wrong *filter.ConfigError
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, field, wrong.Field)
	}
}

func TestHelpers(t *testing.T) {
	m := resp.Map{{Key: int64(1), Value: 0}, {Key: resp.Simple("a"), Value: 1}, {Key: "b", Value: 2}}
	v, ok := m.Get("a")
	assert.True(t, ok)
	assert.Equal(t, 1, v)
	v, ok = m.Get("b")
	assert.True(t, ok)
	assert.Equal(t, 2, v)
	_, ok = m.Get("c")
	assert.False(t, ok)
	assert.Equal(t, "WRONGTYPE", resp.ErrorReply("WRONGTYPE no list").Code())
}

func TestNoAllocationWhileWaiting(t *testing.T) {
	f := newFilter(resp.Config{})()
	stream := []byte("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nhell")
	f.Decode(stream)
	assert.Zero(t, testing.AllocsPerRun(100, func() { f.Decode(stream) }))
}

func FuzzDecode(f *testing.F) {
	var seeds []string
	for _, v := range values {
		seeds = append(seeds, v.resp3)
	}
	seeds = append(seeds, "PING a b\r\n", "\r\n", "*2\r\n*1\r\n%1\r\n:1\r\n:2\r\n_\r\n")
	filtertest.FuzzCuts(f, func() filter.Filter {
		return nameNaN{newFilter(resp.Config{Inline: true, MaxLength: 1 << 12})()}
	}, seeds...)
}

// nameNaN makes NaN comparable.
type nameNaN struct{ filter.Filter }

func (f nameNaN) Decode(buf []byte) (any, int, error) {
	rec, n, err := f.Filter.Decode(buf)
	return replaceNaN(rec), n, err
}

func replaceNaN(rec any) any {
	switch v := rec.(type) {
	case float64:
		if math.IsNaN(v) {
			return "NaN"
		}
	case []any:
		replaceAll(v)
	case resp.Set:
		replaceAll(v)
	case resp.Push:
		replaceAll(v)
	case resp.Map:
		replacePairs(v)
	case resp.Attributed:
		replacePairs(v.Attributes)
		v.Value = replaceNaN(v.Value)
		return v
	}
	return rec
}

func replaceAll(items []any) {
	for i := range items {
		items[i] = replaceNaN(items[i])
	}
}

func replacePairs(pairs resp.Map) {
	for i, pair := range pairs {
		pairs[i] = resp.Pair{Key: replaceNaN(pair.Key), Value: replaceNaN(pair.Value)}
	}
}

func BenchmarkDecodeCommand(b *testing.B) {
	f := newFilter(resp.Config{})()
	stream := []byte("*3\r\n$3\r\nSET\r\n$5\r\nkey:1\r\n$16\r\n0123456789abcdef\r\n")
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := f.Decode(stream); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendReply(b *testing.B) {
	f := newFilter(resp.Config{})()
	var rec any = []any{"key:1", int64(7), resp.Simple("OK")}
	var out []byte
	b.ReportAllocs()
	for b.Loop() {
		out, _ = f.Append(out[:0], rec)
	}
}

func Example() {
	f, err := resp.New(resp.Config{Inline: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	in := filter.NewBuffer(f)
	commands, err := in.Get([]byte("*2\r\n$3\r\nGET\r\n$1\r\nk\r\nPING\r\n"))
	fmt.Println(commands, err)
	replies, err := in.Put("a value", resp.Simple("PONG"), resp.ErrorReply("ERR unknown command"))
	fmt.Printf("%q %v\n", replies, err)
	// Output:
	// [[GET k] [PING]] <nil>
	// ["$7\r\na value\r\n" "+PONG\r\n" "-ERR unknown command\r\n"] <nil>
}

// Redis prints doubles as the C library does, in whatever form that has.
func TestDoubles(t *testing.T) {
	for text, want := range map[string]float64{
		"inf": math.Inf(1), "+inf": math.Inf(1), "-inf": math.Inf(-1), "-INF": math.Inf(-1),
		"1e400": math.Inf(1), "-1e400": math.Inf(-1), "1e-400": 0, "+1.5": 1.5, "-1.5e3": -1500, "10": 10,
		"nan": math.NaN(), "-nan": math.NaN(), "NaN": math.NaN(), "nan(0x8000000000000)": math.NaN(), "-nan()": math.NaN(),
	} {
		rec, _, err := newFilter(resp.Config{})().Decode([]byte("," + text + "\r\n"))
		require.NoError(t, err, text)
		if got := rec.(float64); math.IsNaN(want) {
			assert.True(t, math.IsNaN(got), text)
		} else {
			assert.Equal(t, want, got, text)
		}
	}
	for _, text := range []string{"", "+", "--inf", "+-1", "0x1p4", "1_000", "nan(", "nan)", "nan()x", "nano", "in", "1.2.3", "e"} {
		_, _, err := newFilter(resp.Config{})().Decode([]byte("," + text + "\r\n"))
		assert.Error(t, err, text)
	}
}
