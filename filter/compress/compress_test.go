package compress_test

import (
	"bytes"
	stdflate "compress/flate"
	stdgzip "compress/gzip"
	stdzlib "compress/zlib"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/compress"
	"github.com/gopoe/poe/filter/filtertest"
)

func newFilter(config compress.Config) func() filter.Filter {
	return func() filter.Filter {
		f, err := compress.New(config)
		if err != nil {
			panic(err)
		}
		return f
	}
}

// lines makes a Stack of a compressing filter with lines above it.
func lines(config compress.Config) func() filter.Filter {
	return func() filter.Filter {
		s, err := filter.NewStack(newFilter(config)(), filter.Lines())
		if err != nil {
			panic(err)
		}
		return &steady{s}
	}
}

// steady is a Stack that is not taken out in mid-stream: what would be handed
// on then is decompressed already and does not go back in.
type steady struct{ stack *filter.Stack }

func (s steady) Decode(buf []byte) (any, int, error)        { return s.stack.Decode(buf) }
func (s steady) Append(dst []byte, rec any) ([]byte, error) { return s.stack.Append(dst, rec) }
func (s steady) Clone() filter.Filter                       { return &steady{s.stack.Clone().(*filter.Stack)} }

func (s steady) DecodeStep(dst []any, buf []byte) ([]any, int, error) {
	return s.stack.DecodeStep(dst, buf)
}

func (s steady) Put(dst []byte, ends []int, recs []any) ([]byte, []int, error) {
	return s.stack.Put(dst, ends, recs)
}

var formats = map[string]compress.Format{
	"zlib": compress.Zlib, "gzip": compress.Gzip, "deflate": compress.Deflate, "zstd": compress.Zstd,
}

// peer compresses with another implementation where there is one.
func peer(t testing.TB, format compress.Format, w io.Writer) interface {
	io.WriteCloser
	Flush() error
} {
	switch format {
	case compress.Zlib:
		return stdzlib.NewWriter(w)
	case compress.Gzip:
		return stdgzip.NewWriter(w)
	case compress.Deflate:
		d, err := stdflate.NewWriter(w, 6)
		require.NoError(t, err)
		return d
	}
	z, err := zstd.NewWriter(w)
	require.NoError(t, err)
	return z
}

// compressed returns texts compressed, each flushed, as one stream.
func compressed(t testing.TB, format compress.Format, texts ...string) []byte {
	var out bytes.Buffer
	w := peer(t, format, &out)
	for _, text := range texts {
		_, err := io.WriteString(w, text)
		require.NoError(t, err)
		require.NoError(t, w.Flush())
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

func TestStream(t *testing.T) {
	for name, format := range formats {
		t.Run(name, func(t *testing.T) {
			one := compressed(t, format, "hello\r\nwor", "ld\r\n")
			two := compressed(t, format, "more\r\n") // one stream after another
			config := compress.Config{Format: format}
			filtertest.Run(t, lines(config), append(one, two...), []any{"hello", "world", "more"})
		})
	}
}

// TestFlushed checks that what a peer has flushed is there at once.
func TestFlushed(t *testing.T) {
	for name, format := range formats {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			w := peer(t, format, &out)
			b := filter.NewBuffer(newFilter(compress.Config{Format: format})())
			for i := range 50 {
				text := fmt.Sprintf("line %d\n", i)
				io.WriteString(w, text)
				require.NoError(t, w.Flush())
				recs, err := b.Get(out.Bytes())
				require.NoError(t, err)
				out.Reset()
				assert.Equal(t, []any{text}, recs)
			}
		})
	}
}

// TestOtherSide checks that what is put is what others can decompress, with
// its end.
func TestOtherSide(t *testing.T) {
	text := strings.Repeat("all work and no play ", 5000)
	for name, format := range formats {
		for _, level := range []int{0, 1, 9} {
			t.Run(fmt.Sprint(name, level), func(t *testing.T) {
				f := newFilter(compress.Config{Format: format, Level: level})()
				wire, err := f.Append([]byte("before"), text)
				require.NoError(t, err)
				wire, err = f.Append(wire, []byte("the end"))
				require.NoError(t, err)
				wire, err = f.Append(wire, compress.End{})
				require.NoError(t, err)
				require.Equal(t, "before", string(wire[:6]))
				assert.Less(t, len(wire), 3000)
				got, err := io.ReadAll(decompressor(t, format, bytes.NewReader(wire[6:])))
				require.NoError(t, err)
				assert.Equal(t, text+"the end", string(got))
			})
		}
	}
}

func decompressor(t *testing.T, format compress.Format, r io.Reader) io.Reader {
	var out io.Reader
	var err error
	switch format {
	case compress.Zlib:
		out, err = stdzlib.NewReader(r)
	case compress.Gzip:
		out, err = stdgzip.NewReader(r)
	case compress.Deflate:
		out = stdflate.NewReader(r)
	default:
		out, err = zstd.NewReader(r)
	}
	require.NoError(t, err)
	return out
}

func TestPut(t *testing.T) {
	f := newFilter(compress.Config{Format: compress.Zlib})()
	b := filter.NewBuffer(f)
	messages, err := b.Put("a", "", []byte("b"), "c")
	require.NoError(t, err)
	assert.Len(t, messages, 1, "one flush for one put")
	messages, err = b.Put("", []byte(nil), compress.End{})
	require.NoError(t, err)
	assert.Len(t, messages, 1, "the end of the stream")
	messages, err = b.Put("", compress.End{})
	require.NoError(t, err)
	assert.Empty(t, messages, "there is no stream to end")
	_, err = b.Put("a", 7)
	var typed *filter.Error
	require.ErrorAs(t, err, &typed)
	out, err := f.Append([]byte("before"), nil)
	require.ErrorAs(t, err, &typed)
	assert.Equal(t, "before", string(out))
	messages, err = b.Put("new", compress.End{})
	require.NoError(t, err)
	got, err := io.ReadAll(decompressor(t, compress.Zlib, bytes.NewReader(messages[0])))
	require.NoError(t, err)
	assert.Equal(t, "new", string(got), "nothing is left of a put that failed")
}

func TestBigAndRandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	text := make([]byte, 256<<10)
	for i := range text {
		text[i] = byte(rng.IntN(16))
	}
	for name, format := range formats {
		t.Run(name, func(t *testing.T) {
			wire := compressed(t, format, string(text))
			b := filter.NewBuffer(newFilter(compress.Config{Format: format})())
			var got strings.Builder
			for len(wire) > 0 {
				n := min(len(wire), 1+rng.IntN(5000))
				recs, err := b.Get(wire[:n])
				require.NoError(t, err)
				for _, rec := range recs {
					assert.LessOrEqual(t, len(rec.(string)), 32<<10)
					got.WriteString(rec.(string))
				}
				wire = wire[n:]
			}
			assert.True(t, got.String() == string(text))
		})
	}
}

func TestBomb(t *testing.T) {
	for name, format := range formats {
		t.Run(name, func(t *testing.T) {
			wire := compressed(t, format, strings.Repeat("\x00", 16<<20))
			f := newFilter(compress.Config{Format: format, MaxRatio: 50})()
			buf, out := wire, 0
			for {
				rec, n, err := f.Decode(buf)
				buf = buf[n:]
				if err != nil {
					var typed *filter.LimitError
					require.ErrorAs(t, err, &typed)
					assert.Equal(t, "MaxRatio", typed.Limit)
					break
				}
				out += len(rec.(string))
			}
			assert.LessOrEqual(t, out, 1<<20+50*(len(wire)+1)+32<<10)
			_, _, err := f.Decode([]byte("more"))
			assert.ErrorIs(t, err, filter.ErrLimit, "an error is final")
			_, err = f.Append(nil, "the other direction is intact")
			assert.NoError(t, err)
		})
	}
}

// TestBombBelowLines checks that the limit of the filter above holds as well.
func TestBombBelowLines(t *testing.T) {
	above, err := filter.NewLine(filter.LineConfig{MaxLength: 1000, MaxBuffer: 100_000})
	require.NoError(t, err)
	s, err := filter.NewStack(newFilter(compress.Config{Format: compress.Gzip})(), above)
	require.NoError(t, err)
	_, err = filter.NewBuffer(s).Get(compressed(t, compress.Gzip, strings.Repeat("x", 8<<20)))
	var typed *filter.LimitError
	require.ErrorAs(t, err, &typed)
	assert.Equal(t, "MaxBuffer", typed.Limit)
}

func TestMaxWindow(t *testing.T) {
	var out bytes.Buffer
	w, err := zstd.NewWriter(&out, zstd.WithWindowSize(16<<20))
	require.NoError(t, err)
	_, err = w.Write([]byte("hello"))
	require.NoError(t, err)
	require.NoError(t, w.Flush()) // a window as great as may ever be needed
	filtertest.Limit(t, newFilter(compress.Config{Format: compress.Zstd}), out.Bytes(), "MaxWindow")
	for _, most := range []int{16 << 20, math.MaxInt} {
		_, _, err = newFilter(compress.Config{Format: compress.Zstd, MaxWindow: most})().Decode(out.Bytes())
		require.NoError(t, err)
	}
	require.NoError(t, err)
}

func TestMalformed(t *testing.T) {
	for name, format := range formats {
		t.Run(name, func(t *testing.T) {
			good := compressed(t, format, "hello, hello, hello, hello")
			bad := bytes.Clone(good)
			bad[len(bad)-1] ^= 1 // the checksum, if there is one
			for _, stream := range []string{strings.Repeat("\xff", 50), string(bad) + strings.Repeat("\xff", 50)} {
				f := newFilter(compress.Config{Format: format})()
				b := filter.NewBuffer(f)
				_, err := b.Get([]byte(stream))
				var typed *filter.Error
				require.ErrorAs(t, err, &typed)
				_, again := b.Get(good)
				assert.Equal(t, err, again, "an error is final")
				recs, again := b.Get()
				assert.Equal(t, err, again)
				assert.Empty(t, recs)
				require.False(t, filter.Recoverable(err))
			}
		})
	}
}

// TestPending checks that a filter can be replaced without losing what it has
// decompressed, and asked about it without losing it.
func TestPending(t *testing.T) {
	for name, format := range formats {
		t.Run(name, func(t *testing.T) {
			text := strings.Repeat("0123456789abcdef", 4096)
			wire := compressed(t, format, text)
			f, err := compress.New(compress.Config{Format: format})
			require.NoError(t, err)
			rec, n, err := f.Decode(wire)
			require.NoError(t, err)
			pending := string(f.PendingBytes())
			assert.Equal(t, pending, string(f.PendingBytes()))
			got := rec.(string) + pending
			assert.True(t, strings.HasPrefix(text, got))

			got = rec.(string)
			for wire = wire[n:]; ; wire = wire[n:] {
				rec, n, err = f.Decode(wire)
				if err == filter.ErrMore {
					break
				}
				require.NoError(t, err)
				got += rec.(string)
			}
			assert.True(t, got == text, "%d bytes of %d", len(got), len(text))
		})
	}
}

// TestForgotten checks that a filter which nobody uses any more leaves no
// goroutine behind.
func TestForgotten(t *testing.T) {
	before := runtime.NumGoroutine()
	wire := compressed(t, compress.Zlib, "hello")
	for range 100 {
		f := newFilter(compress.Config{Format: compress.Zlib})()
		_, _, err := f.Decode(wire[:len(wire)-4])
		require.NoError(t, err)
	}
	assert.Eventually(t, func() bool {
		runtime.GC()
		return runtime.NumGoroutine() <= before+1 // Eventually's own
	}, 30e9, 1e6)
}

func TestConfig(t *testing.T) {
	for _, test := range []struct {
		field  string
		config compress.Config
	}{
		{"Format", compress.Config{}},
		{"Format", compress.Config{Format: 5}},
		{"Format", compress.Config{Format: -1}},
		{"Level", compress.Config{Format: compress.Zlib, Level: 10}},
		{"Level", compress.Config{Format: compress.Zstd, Level: 23}},
		{"Level", compress.Config{Format: compress.Zlib, Level: -1}},
		{"MaxRatio", compress.Config{Format: compress.Zlib, MaxRatio: -1}},
		{"MaxWindow", compress.Config{Format: compress.Zstd, MaxWindow: -1}},
		{"MaxWindow", compress.Config{Format: compress.Zstd, MaxWindow: 10}},
	} {
		_, err := compress.New(test.config)
		var wrong *filter.ConfigError
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, test.field, wrong.Field)
	}
}

func fuzz(f *testing.F, format compress.Format) {
	filtertest.Fuzz(f, newFilter(compress.Config{Format: format, MaxWindow: 1 << 20}), string(compressed(f, format, "hello", "world")), "")
}

func FuzzZlib(f *testing.F)    { fuzz(f, compress.Zlib) }
func FuzzGzip(f *testing.F)    { fuzz(f, compress.Gzip) }
func FuzzDeflate(f *testing.F) { fuzz(f, compress.Deflate) }
func FuzzZstd(f *testing.F)    { fuzz(f, compress.Zstd) }

func BenchmarkDecode(b *testing.B) {
	text := strings.Repeat("The quick brown fox jumps over the lazy dog, number 12345. ", 2000)
	for name, format := range formats {
		b.Run(name, func(b *testing.B) {
			wire := compressed(b, format, text)
			f, err := compress.New(compress.Config{Format: format, MaxRatio: 1 << 20})
			require.NoError(b, err)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				for buf := wire; ; {
					_, n, err := f.DecodeBytes(buf)
					buf = buf[n:]
					if err == filter.ErrMore {
						break
					}
					require.NoError(b, err)
				}
			}
		})
	}
}

func BenchmarkAppendLine(b *testing.B) {
	for name, format := range formats {
		b.Run(name, func(b *testing.B) {
			f := newFilter(compress.Config{Format: format})()
			var rec any = "GET /index.html HTTP/1.1 200 OK\n"
			var out []byte
			b.ReportAllocs()
			for b.Loop() {
				out, _ = f.Append(out[:0], rec)
			}
		})
	}
}

func Example() {
	zlib, err := compress.New(compress.Config{Format: compress.Zlib})
	if err != nil {
		fmt.Println(err)
		return
	}
	stack, err := filter.NewStack(zlib, filter.Lines())
	if err != nil {
		fmt.Println(err)
		return
	}
	b := filter.NewBuffer(stack)
	wire, err := b.Put("hello", "world")
	fmt.Println(len(wire), err)
	fmt.Println(b.Get(wire...))
	// Output:
	// 1 <nil>
	// [hello world] <nil>
}
