package storable_test

import (
	"errors"
	"math"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/storable"
)

// roundTrip returns what Unmarshal makes of what Marshal makes of v.
func roundTrip(t *testing.T, m storable.MarshalOptions, v any) any {
	t.Helper()
	data, err := m.Marshal(v)
	require.NoError(t, err)
	got, err := storable.Unmarshal(data)
	require.NoError(t, err)
	return got
}

type Base struct {
	ID     int `storable:"id"`
	hidden int
}

type record struct {
	Base
	*Extra
	Name    string `storable:"name"`
	Empty   string `storable:",omitempty"`
	Skipped string `storable:"-"`
	Plain   []string
	Next    *record `storable:"next,omitempty"`
	When    time.Time
	private string
}

type Extra struct{ More string }

func TestMarshalStruct(t *testing.T) {
	when := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	r := &record{Base: Base{ID: 7, hidden: 1}, Name: "x", Skipped: "s", Plain: []string{"a"}, When: when, private: "p"}
	want := hash{"id": int64(7), "name": "x", "Plain": list{"a"}, "When": "2020-01-02T03:04:05Z"}
	assert.Equal(t, want, roundTrip(t, storable.MarshalOptions{}, r))
	assert.Equal(t, want, roundTrip(t, storable.MarshalOptions{}, *r))

	r.Extra = &Extra{"more"}
	r.Next = r
	got := roundTrip(t, storable.MarshalOptions{}, r).(hash)
	assert.Equal(t, "more", got["More"])
	same(t, got, got["next"])
}

func TestMarshalKinds(t *testing.T) {
	type (
		text  string
		count int
		yes   bool
		raw   []byte
	)
	s, n := "pointed", (*int)(nil)
	in := list{text("t"), count(-1), yes(true), raw("r"), uint64(1 << 40), [2]int{1, 2}, map[text]count{"k": 1},
		&s, n, []string(nil), map[string]int(nil), big.NewInt(1e18), float32(0.1), &storable.VString{Source: "v1", Value: "\x01"},
		(*storable.Object)(nil), math.Inf(-1), storable.Ref{Value: 1}}
	want := list{"t", int64(-1), "1", "r", "1099511627776", ints(1, 2), hash{"k": int64(1)},
		"pointed", nil, list{}, hash{}, "1000000000000000000", "0.1", storable.VString{Source: "v1", Value: "\x01"},
		nil, "-Inf", ref(int64(1))}
	assert.Equal(t, want, roundTrip(t, storable.MarshalOptions{}, in))
	slice := &[]int{1}
	assert.Equal(t, ints(1), roundTrip(t, storable.MarshalOptions{}, &slice))
	assert.Equal(t, hash{"1": "a", "-2": "b"}, roundTrip(t, storable.MarshalOptions{}, map[int8]string{1: "a", -2: "b"}))
	assert.Equal(t, hash{"2020-01-01T00:00:00Z": int64(1)},
		roundTrip(t, storable.MarshalOptions{}, map[time.Time]int{time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC): 1}))
}

func TestMarshalNative(t *testing.T) {
	in := list{1.5, math.Inf(1), float32(0.5), int64(1) << 40, int64(math.MinInt64), uint64(math.MaxUint64), "x", int64(5)}
	want := list{1.5, math.Inf(1), 0.5, int64(1) << 40, int64(math.MinInt64), "18446744073709551615", "x", int64(5)}
	assert.Equal(t, want, roundTrip(t, storable.MarshalOptions{Native: true}, in))
}

func TestMarshalBooleans(t *testing.T) {
	in := list{true, false}
	assert.Equal(t, list{"1", ""}, roundTrip(t, storable.MarshalOptions{}, in))
	assert.Equal(t, in, roundTrip(t, storable.MarshalOptions{Booleans: true}, in))
}

func TestMarshalCanonical(t *testing.T) {
	m := storable.MarshalOptions{Canonical: true}
	v := hash{"b": hash{"y": 1, "x": 2}, "a": struct{ Z, Y int }{}, "c": map[int]int{2: 1, 1: 2}}
	first, err := m.Marshal(v)
	require.NoError(t, err)
	for range 20 {
		again, err := m.Marshal(v)
		require.NoError(t, err)
		require.Equal(t, first, again)
	}
}

func TestMarshalErrors(t *testing.T) {
	var value *storable.ValueError
	for _, v := range []any{nil, 1, "text", []byte("b"), (*int)(nil), storable.VString{}, time.Now(),
		&storable.Tied{Kind: storable.Scalar}, blessed("Foo", 1), blessed("Foo", nil), blessed("Foo", "x")} {
		_, err := storable.Marshal(v)
		require.ErrorIs(t, err, storable.ErrNotReference, "%T", v)
		require.ErrorAs(t, err, &value)
	}
	for _, v := range []any{list{func() {}}, list{make(chan int)}, list{1i}, hash{"x": func() {}}, func() {},
		map[float64]int{1: 1}, blessed("", list{}), blessed("A", blessed("B", list{})),
		&storable.Hooked{Class: "H", Kind: storable.Element}, list{&storable.Tied{Kind: 9}},
		list{&storable.Tied{Kind: storable.Element, Index: -1, Object: nil}},
		&storable.Regexp{Flags: string(make([]byte, 256))}, list{failing{}}} {
		_, err := storable.Marshal(v)
		require.ErrorAs(t, err, &value, "%T %v", v, v)
		assert.NotErrorIs(t, err, storable.ErrNotReference)
	}
	_, err := storable.Marshal(list{failing{}})
	assert.ErrorIs(t, err, errFailing)
}

var errFailing = errors.New("no text today")

type failing struct{}

func (failing) MarshalText() ([]byte, error) { return nil, errFailing }

// TestMarshalOneThing: in Perl a thing is blessed, not a reference to it.
func TestMarshalOneThing(t *testing.T) {
	m := hash{"x": int64(1)}
	got := roundTrip(t, storable.MarshalOptions{}, list{blessed("A", m), m, storable.Object{Class: "A", Value: m}}).(list)
	assert.Equal(t, blessed("A", m), got[0])
	same(t, got[0], got[1])
	same(t, got[0], got[2])
	o := blessed("A", list{})
	got = roundTrip(t, storable.MarshalOptions{}, list{o, o, &storable.Hooked{Class: "H", Refs: list{o, blessed("A", o.Value)}}}).(list)
	same(t, got[0], got[1])

	var value *storable.ValueError
	for _, v := range []any{list{m, blessed("A", m)}, list{blessed("A", m), blessed("B", m)}} {
		_, err := storable.Marshal(v)
		require.ErrorAs(t, err, &value)
	}
}

// TestMarshalInside: an error far down comes up.
func TestMarshalInside(t *testing.T) {
	bad := func() {}
	var value *storable.ValueError
	for _, v := range []any{list{list{bad}}, hash{"k": hash{"k": bad}}, []func(){bad}, map[int]any{1: bad}, struct{ F any }{bad},
		blessed("A", list{bad}), &storable.Tied{Kind: storable.Array, Object: bad}, ref(&storable.Tied{Object: bad}),
		ref(&storable.Tied{Kind: storable.Value, Key: bad}), ref(&storable.Tied{Kind: storable.Value, Object: bad}),
		&storable.Hooked{Class: "H", Refs: list{list{bad}}}, &storable.Hooked{Class: "H", Refs: list{nil}},
		&storable.Hooked{Class: "H", Tied: bad}, &storable.Hooked{Kind: storable.Hash}} {
		for _, canonical := range []bool{false, true} {
			_, err := storable.MarshalOptions{Canonical: canonical}.Marshal(v)
			require.ErrorAs(t, err, &value, "%#v", v)
		}
	}
}

func TestAppend(t *testing.T) {
	prefix := []byte("prefix")
	got, err := storable.MarshalOptions{}.Append(prefix, list{})
	require.NoError(t, err)
	assert.Equal(t, "prefix"+net+"\x02\x00\x00\x00\x00", string(got))
	got, err = storable.MarshalOptions{}.Append(prefix, 1)
	require.Error(t, err)
	assert.Equal(t, prefix, got)
}

func TestStringModes(t *testing.T) {
	data := []byte(net + "\x02\x00\x00\x00\x03\x0a\x01a\x0a\x01\xe9\x17\x02é")
	key := []byte(net + "\x03\x00\x00\x00\x01\x05\x00\x00\x00\x01\xe9")
	cases := []struct {
		mode storable.StringMode
		want list
		key  string
	}{
		{storable.StringsAsIs, list{"a", "\xe9", "é"}, "\xe9"},
		{storable.StringsOrBytes, list{"a", []byte("\xe9"), "é"}, "\xe9"},
		{storable.StringsLatin1, list{"a", "é", "é"}, "é"},
	}
	for _, c := range cases {
		u := storable.UnmarshalOptions{Strings: c.mode}
		got, err := u.Unmarshal(data)
		require.NoError(t, err)
		assert.Equal(t, c.want, got)
		got, err = u.Unmarshal(key)
		require.NoError(t, err)
		assert.Equal(t, hash{c.key: nil}, got)
	}
}

func TestByteStrings(t *testing.T) {
	got, err := storable.MarshalOptions{ByteStrings: true}.Marshal(list{"é"})
	require.NoError(t, err)
	assert.Equal(t, net+"\x02\x00\x00\x00\x01\x0a\x02é", string(got))
}

// TestNoAlias: what was read does not change with the buffer it came from.
func TestNoAlias(t *testing.T) {
	for _, f := range fixtures(t) {
		if _, ok := cycleFixtures[f.name]; ok || f.name == "hook_refs" {
			continue // assert cannot compare cycles
		}
		u := storable.UnmarshalOptions{Strings: storable.StringsOrBytes}
		want, err := u.Unmarshal(f.data)
		require.NoError(t, err)
		buf := append([]byte(nil), f.data...)
		got, err := u.Unmarshal(buf)
		require.NoError(t, err)
		clear(buf)
		require.Equal(t, want, got, f.name)
	}
}

func TestFiles(t *testing.T) {
	data, err := storable.MarshalOptions{File: true}.Marshal(list{"x"})
	require.NoError(t, err)
	got, err := storable.Unmarshal(data)
	require.NoError(t, err)
	assert.Equal(t, list{"x"}, got)

	path, err := exec.LookPath("perl")
	if errors.Is(err, exec.ErrNotFound) {
		return // the rest is what Perl thinks of it
	}
	require.NoError(t, err)
	dir := t.TempDir()
	ours, theirs := filepath.Join(dir, "ours"), filepath.Join(dir, "theirs")
	require.NoError(t, os.WriteFile(ours, data, 0o600))
	out, err := exec.Command(path, "-MStorable=retrieve,store", "-e",
		`print retrieve($ARGV[0])->[0]; store({ a => 0.5 }, $ARGV[1])`, ours, theirs).CombinedOutput()
	require.NoError(t, err)
	assert.Equal(t, "x", string(out))
	data, err = os.ReadFile(theirs)
	require.NoError(t, err)
	got, err = storable.Unmarshal(data)
	require.NoError(t, err)
	assert.Equal(t, hash{"a": 0.5}, got)
}

func TestNumbers(t *testing.T) {
	ints := []struct {
		v  any
		n  int64
		ok bool
	}{
		{int64(5), 5, true}, {"1099511627776", 1 << 40, true}, {"-9223372036854775808", math.MinInt64, true},
		{2.0, 2, true}, {"1e3", 1000, true}, {true, 1, true}, {false, 0, true}, {uint64(7), 7, true},
		{2.5, 0, false}, {"x", 0, false}, {"", 0, false}, {nil, 0, false}, {list{}, 0, false},
		{uint64(math.MaxUint64), 0, false}, {math.Inf(1), 0, false}, {math.NaN(), 0, false}, {"1e30", 0, false}, {"0x10", 0, false},
	}
	for _, c := range ints {
		n, ok := storable.Int64(c.v)
		assert.Equal(t, c.ok, ok, "%v", c.v)
		if ok {
			assert.Equal(t, c.n, n, "%v", c.v)
		}
	}
	for v, want := range map[any]float64{0.5: 0.5, "0.1": 0.1, "1e+300": 1e300, int64(-3): -3, "Inf": math.Inf(1),
		uint64(4): 4, true: 1, false: 0} {
		f, ok := storable.Float64(v)
		assert.True(t, ok, "%v", v)
		assert.Equal(t, want, f, "%v", v)
	}
	for _, v := range []any{nil, "", "abc", "0x1p4", "1_0", list{}} {
		_, ok := storable.Float64(v)
		assert.False(t, ok, "%v", v)
	}
}

func TestKindString(t *testing.T) {
	assert.Equal(t, "scalar array hash element value unknown",
		storable.Scalar.String()+" "+storable.Array.String()+" "+storable.Hash.String()+" "+
			storable.Element.String()+" "+storable.Value.String()+" "+storable.Kind(99).String())
}

func TestSerializer(t *testing.T) {
	var s storable.Serializer
	data, err := s.Freeze(hash{"a": 1})
	require.NoError(t, err)
	v, err := s.Thaw(data)
	require.NoError(t, err)
	assert.Equal(t, hash{"a": int64(1)}, v)

	s = storable.Serializer{
		Marshal:   storable.MarshalOptions{Native: true},
		Unmarshal: storable.UnmarshalOptions{MaxSize: 10},
	}
	data, err = s.Freeze(list{})
	require.NoError(t, err)
	assert.Equal(t, little+"\x02\x00\x00\x00\x00", string(data))
	_, err = s.Thaw(data)
	var limit *filter.LimitError
	assert.ErrorAs(t, err, &limit)
}
