package storable_test

import (
	"errors"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/storable"
)

const (
	net    = "\x05\x0b"                             // the header in network order
	little = "\x04\x0b\x0812345678\x04\x08\x08\x08" // native, little-endian
)

// TestMalformed: what the payload says is impossible.
func TestMalformed(t *testing.T) {
	cases := []struct{ name, data, msg string }{
		{"major", "\x07\x0b\x05", "major version 3"},
		{"old file", "perl-store\x05\x0b\x05", "0.6 or older"},
		{"byte order", "\x04\x0b\x0813572468\x04\x08\x08\x08\x05", "byte order"},
		{"int size", "\x04\x0b\x0812345678\x08\x08\x08\x08\x05", "int of 8 bytes"},
		{"long double", "\x04\x0b\x0812345678\x04\x08\x08\x10\x07" + strings.Repeat("\x00", 16), "not of 8 bytes"},
		{"unknown mark", net + "\x63", "unknown mark 99"},
		{"unknown element", net + "\x02\x00\x00\x00\x01\x63", "unknown mark 99"},
		{"after the end", net + "\x02\x00\x00\x00\x00xx", "2 bytes after the end"},
		{"negative length", net + "\x02\xff\xff\xff\xff", "negative length -1"},
		{"array in array", net + "\x02\x00\x00\x00\x01\x02\x00\x00\x00\x00", "array where a scalar belongs"},
		{"hash in array", net + "\x02\x00\x00\x00\x01\x03\x00\x00\x00\x00", "hash where a scalar belongs"},
		{"code in array", net + "\x02\x00\x00\x00\x01\x1a\x0a\x00", "function where a scalar belongs"},
		{"array as scalar", net + "\x02\x00\x00\x00\x01\x00\x00\x00\x00\x00", "thing 0 is no scalar"},
		{"unknown thing", net + "\x04\x00\x00\x00\x00\x07", "thing 7 of 1"},
		{"huge thing", net + "\x04\x00\xff\xff\xff\xff", "thing 4294967295 of 1"},
		{"scalar in itself", net + "\x0d\x00\x00\x00\x00\x00", "scalar 0 inside itself"},
		{"unknown class", net + "\x12\x05\x02\x00\x00\x00\x00", "class 5 of 0"},
		{"class without name", net + "\x11\x00\x02\x00\x00\x00\x00", "without a name"},
		{"blessed twice", net + "\x11\x01A\x11\x01B\x02\x00\x00\x00\x00", "blessed twice"},
		{"blessed tag", net + "\x02\x00\x00\x00\x01\x04\x11\x01A\x00\x00\x00\x00\x00", "blessed twice"},
		{"native integer", net + "\x06\x00\x00\x00\x00\x00\x00\x00\x00", "native form in network order"},
		{"native double", net + "\x07\x00\x00\x00\x00\x00\x00\x00\x00", "native form in network order"},
		{"code text", net + "\x1a\x05", "text of a function"},
		{"v-string", net + "\x1d\x01v\x1d\x01v\x0a\x00", "in a v-string"},
		{"hook type", net + "\x13\x03\x09\x01H\x00", "hook of type 9"},
		{"hook thing", net + "\x13\x80\x01H\x00\x01\x00\x00\x00\x09", "thing 9 of 1"},
		{"hook class", net + "\x13\x20\x03\x00", "class 3 of 0"},
		{"large mark", net + "\x21\x08\x00\x00\x00\x00\x00\x00\x00\x00", "large scalar"},
		{"large flag hash", net + "\x21\x19\x00\x00\x00\x00\x00\x00\x00\x00\x00", "large hash with flags"},
		{"large thing", net + "\x04\x21\x00\x80\x00\x00\x00\x00\x00\x00\x00", "referred to"},
		{"scalar key", net + "\x19\x00\x00\x00\x00\x01\x05\x08\x08\x85", "no string"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := storable.Unmarshal([]byte(c.data))
			var syntax *storable.SyntaxError
			require.ErrorAs(t, err, &syntax)
			assert.Contains(t, err.Error(), c.msg)
			assert.LessOrEqual(t, syntax.Offset, len(c.data))
		})
	}
}

func TestVersionErrors(t *testing.T) {
	for _, data := range []string{"\x07\x0b\x05", "perl-store", "\x04\x0b\x043412\x04\x08\x08\x08\x05"} {
		_, err := storable.Unmarshal([]byte(data))
		assert.ErrorIs(t, err, storable.ErrVersion, "%q", data)
	}
}

// TestTruncated cuts every fixture at every byte.
func TestTruncated(t *testing.T) {
	for _, f := range fixtures(t) {
		for n := range len(f.data) {
			_, err := storable.Unmarshal(f.data[:n])
			require.ErrorIs(t, err, io.ErrUnexpectedEOF, "%s %s cut at %d", f.name, f.order, n)
		}
	}
}

// TestOtherMachines reads native payloads of machines we do not have.
func TestOtherMachines(t *testing.T) {
	big := "\x04\x0b\x0887654321\x04\x08\x08\x08"
	small := "\x04\x0b\x041234\x04\x04\x04\x08"
	v21 := "\x04\x01\x0812345678\x04\x08\x08" // before 2.2 there was no double's size
	cases := []struct {
		data string
		want any
	}{
		{big + "\x02\x00\x00\x00\x01\x06\x00\x00\x00\x00\x00\x01\x00\x00", ints(65536)},
		{big + "\x07\x3f\xe0\x00\x00\x00\x00\x00\x00", ref(0.5)},
		{small + "\x02\x01\x00\x00\x00\x06\xff\xff\xff\xff", ints(-1)},
		{v21 + "\x07\x00\x00\x00\x00\x00\x00\xe0\x3f", ref(0.5)},
		{"pst0" + net + "\x02\x00\x00\x00\x00", list{}},
		{"\x05\xff\x02\x00\x00\x00\x00", list{}}, // a later minor version
	}
	for _, c := range cases {
		got, err := storable.Unmarshal([]byte(c.data))
		require.NoError(t, err, "%q", c.data)
		assert.Equal(t, c.want, got, "%q", c.data)
	}
}

// TestRareForms reads what Perl writes for more than 2 GB, or never, but reads.
func TestRareForms(t *testing.T) {
	cases := []struct {
		data string
		want any
	}{
		{"\x21\x01\x00\x00\x00\x00\x00\x00\x00\x05hello", ref("hello")},
		{"\x21\x18\x00\x00\x00\x00\x00\x00\x00\x03☺", ref("☺")},
		{"\x21\x02\x00\x00\x00\x00\x00\x00\x00\x01\x08\x81", ints(1)},
		{"\x21\x03\x00\x00\x00\x00\x00\x00\x00\x01\x08\x81\x00\x00\x00\x01a", hash{"a": int64(1)}},
		{"\x02\x00\x00\x00\x01\x21\x01\x00\x00\x00\x00\x00\x00\x00\x01x", list{"x"}},
		{"\x19\x00\x00\x00\x00\x01\x08\x81\x08\x0a\x01k", hash{"k": int64(1)}},
		{"\x02\x00\x00\x00\x02\x22\x23", list{true, false}},
		{"\x02\x00\x00\x00\x01\x1e\x00\x00\x00\x02v1\x0a\x01\x01", list{storable.VString{Source: "v1", Value: "\x01"}}},
		{"\x02\x00\x00\x00\x01\x1f", list{nil}},
	}
	for _, c := range cases {
		got, err := storable.Unmarshal([]byte(net + c.data))
		require.NoError(t, err, "%q", c.data)
		assert.Equal(t, c.want, got, "%q", c.data)
	}
	got, err := storable.Unmarshal([]byte(net + "\x02\x00\x00\x00\x01\x04\x21\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	require.NoError(t, err)
	same(t, got, got.(list)[0])
}

// deep returns n arrays inside each other.
func deep(n int) []byte {
	const level = "\x02\x00\x00\x00\x01\x04"
	return []byte(net + strings.Repeat(level, n-1) + "\x02\x00\x00\x00\x00")
}

func TestLimits(t *testing.T) {
	cases := []struct {
		limit string
		max   int
		opts  storable.UnmarshalOptions
		fits  string
		over  string
	}{
		{"MaxSize", 8, storable.UnmarshalOptions{MaxSize: 8}, net + "\x0a\x04four", net + "\x0a\x05fives"},
		{"MaxItems", 3, storable.UnmarshalOptions{MaxItems: 3},
			net + "\x02\x00\x00\x00\x03\x05\x05\x05", net + "\x02\x00\x00\x00\x04\x05\x05\x05\x05"},
		{"MaxItems", 3, storable.UnmarshalOptions{MaxItems: 3},
			net + "\x04\x04\x04\x05", net + "\x04\x04\x04\x04\x05"},
		{"MaxDepth", 2, storable.UnmarshalOptions{MaxDepth: 2}, string(deep(3)), string(deep(4))},
		{"MaxDepth", storable.DefaultMaxDepth, storable.UnmarshalOptions{},
			string(deep(storable.DefaultMaxDepth + 1)), string(deep(storable.DefaultMaxDepth + 2))},
		{"MaxDepth", 2, storable.UnmarshalOptions{MaxDepth: 2}, // ties inside ties
			net + "\x0b\x0d\x05", net + "\x0b\x0d\x0d\x05"},
		{"MaxDepth", 1, storable.UnmarshalOptions{MaxDepth: 1}, // hooks inside hooks
			net + "\x13\x40\x13\x00\x01H\x00\x20\x00\x00", net + "\x13\x40\x13\x40\x05\x00\x01H\x00\x20\x00\x00"},
	}
	for _, c := range cases {
		_, err := c.opts.Unmarshal([]byte(c.fits))
		require.NoError(t, err, c.limit)
		_, err = c.opts.Unmarshal([]byte(c.over))
		var limit *filter.LimitError
		require.ErrorAs(t, err, &limit)
		assert.Equal(t, c.limit, limit.Limit)
		assert.EqualValues(t, c.max, limit.Max)
		assert.Contains(t, err.Error(), c.limit)
	}
}

func TestNoLimits(t *testing.T) {
	v, err := storable.UnmarshalOptions{MaxSize: -1, MaxItems: -1, MaxDepth: -1}.Unmarshal(deep(100_000))
	require.NoError(t, err)
	_, err = storable.MarshalOptions{MaxDepth: -1}.Marshal(v)
	require.NoError(t, err)
}

// TestNoCycles refuses the fixtures with a cycle, and no others.
func TestNoCycles(t *testing.T) {
	for _, f := range fixtures(t) {
		_, cyclic := cycleFixtures[f.name]
		cyclic = cyclic || f.name == "hook_refs"
		_, err := storable.UnmarshalOptions{NoCycles: true}.Unmarshal(f.data)
		if !cyclic {
			require.NoError(t, err, f.name)
			continue
		}
		require.ErrorIs(t, err, storable.ErrCycle, f.name)
		assert.Contains(t, err.Error(), "cycle")
	}
	const tag = "\x00\x00\x00\x00"
	for _, data := range []string{net + "\x13\x80\x01H\x00\x01" + tag, net + "\x0b\x04\x00" + tag, net + "\x04\x21\x00" + tag + tag} {
		_, err := storable.UnmarshalOptions{NoCycles: true}.Unmarshal([]byte(data))
		require.ErrorIs(t, err, storable.ErrCycle, "%q", data)
		_, err = storable.Unmarshal([]byte(data))
		require.NoError(t, err, "%q", data)
	}
}

// allocated returns the bytes that f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestHostileLengths: a length is no reason to allocate. Each of these small
// payloads claims gigabytes, or claims what is left of it again and again.
func TestHostileLengths(t *testing.T) {
	const huge = "\x7f\xff\xff\xff"
	const level = "\x02\x00\x00\xf0\x00\x04" // an array of 61440, the first a reference
	const hashes = "\x03\x00\x00\x20\x00\x04"
	cases := map[string]string{
		"string":       net + "\x01" + huge,
		"text":         net + "\x18" + huge,
		"array":        net + "\x02" + huge,
		"hash":         net + "\x03" + huge,
		"flag hash":    net + "\x19\x00" + huge,
		"key":          net + "\x03\x00\x00\x00\x01\x05" + huge,
		"class":        net + "\x11\x80" + huge,
		"regexp":       net + "\x20\x01" + huge,
		"hook class":   net + "\x13\x04" + huge,
		"hook data":    net + "\x13\x08\x01H" + huge,
		"hook list":    net + "\x13\x90\x01H\x00" + huge,
		"v-string":     net + "\x1e" + huge,
		"large":        net + "\x21\x02\x7f\xff\xff\xff\xff\xff\xff\xff",
		"larger":       net + "\x21\x01\xff\xff\xff\xff\xff\xff\xff\xff",
		"2^63":         net + "\x21\x03\x80\x00\x00\x00\x00\x00\x00\x00",
		"native":       little + "\x02" + "\xff\xff\xff\x7f",
		"nest":         net + strings.Repeat(level, 20_000),
		"hashes":       net + strings.Repeat(hashes, 20_000),
		"hook in nest": net + strings.Repeat("\x13\x40", 20_000),
	}
	for name, data := range cases {
		t.Run(name, func(t *testing.T) {
			var err error
			bytes := allocated(func() { _, err = storable.Unmarshal([]byte(data)) })
			require.Error(t, err)
			var limit *filter.LimitError
			if !errors.Is(err, io.ErrUnexpectedEOF) && !errors.As(err, &limit) {
				t.Errorf("neither truncated nor over a limit: %v", err)
			}
			assert.Less(t, bytes, uint64(64*len(data)+64<<10))
		})
	}
}

// TestMemoryPerByte bounds what a well-formed payload can blow up to.
func TestMemoryPerByte(t *testing.T) {
	const n = 100_000
	count := "\x00\x01\x86\xa0"
	cases := map[string]string{
		"undefs":       net + "\x02" + count + strings.Repeat("\x05", n),
		"empty arrays": net + "\x02" + count + strings.Repeat("\x04\x02\x00\x00\x00\x00", n),
		"empty hashes": net + "\x02" + count + strings.Repeat("\x04\x03\x00\x00\x00\x00", n),
		"refs":         net + "\x02" + count + strings.Repeat("\x04\x05", n),
		"objects":      net + "\x02" + count + "\x04\x11\x01A\x05" + strings.Repeat("\x04\x12\x00\x05", n-1),
	}
	for name, data := range cases {
		var err error
		bytes := allocated(func() { _, err = storable.UnmarshalOptions{MaxMemory: -1}.Unmarshal([]byte(data)) })
		require.NoError(t, err, name)
		assert.Less(t, bytes, uint64(200*len(data)), name)
	}
}

// TestMarshalLimits: structures without an end, and too long a string. The
// latter is address space that is never touched.
func TestMarshalLimits(t *testing.T) {
	var nest any
	for range 11 {
		nest = list{nest}
	}
	_, err := storable.MarshalOptions{MaxDepth: 10}.Marshal(nest)
	var limit *filter.LimitError
	require.ErrorAs(t, err, &limit)
	assert.Equal(t, "MaxDepth", limit.Limit)

	var self any
	self = &self
	_, err = storable.Marshal(list{self})
	require.ErrorAs(t, err, &limit)

	tied := &storable.Tied{Kind: storable.Scalar}
	tied.Object = tied
	_, err = storable.Marshal(list{tied})
	require.ErrorAs(t, err, &limit)

	if math.MaxInt > math.MaxInt32 {
		n := math.MaxInt32
		_, err = storable.Marshal(ref(make([]byte, n+1)))
		var value *storable.ValueError
		require.ErrorAs(t, err, &value)
		assert.Contains(t, err.Error(), "2^31")
	}
}
