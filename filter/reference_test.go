package filter_test

import (
	"bytes"
	"compress/zlib"
	"encoding/gob"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/filtertest"
	"github.com/stretchr/testify/require"
)

// text is a serializer of pointers to strings, which fails on "!".
type text struct{}

var errBang = errors.New("bang")

func (text) Freeze(rec any) ([]byte, error) {
	s, ok := rec.(*string)
	if !ok {
		return nil, errBang
	}
	return []byte(*s), nil
}

func (text) Thaw(data []byte) (any, error) {
	if bytes.Contains(data, []byte("!")) {
		return nil, errBang
	}
	s := string(data)
	return &s, nil
}

func ref(s string) *string { return &s }

type point struct{ X, Y int }

func TestReference(t *testing.T) {
	filtertest.Run(t, referenceOf(filter.ReferenceConfig{Serializer: text{}}), []byte("1\x00a0\x0004\x00a\x00bc2"),
		list(ref("a"), ref(""), ref("a\x00bc")))
	values := list(map[string]any{"list": []any{1.0, []any{2.0}, nil}}, []any{"text", true})
	for name, s := range map[string]filter.Serializer{
		"JSON":       filter.JSON{},
		"Gob":        filter.Gob{},
		"JSON typed": filter.JSON{New: func() any { return new(point) }},
		"Gob typed":  filter.Gob{New: func() any { return new(point) }},
	} {
		values := values
		if strings.HasSuffix(name, "typed") {
			values = list(&point{1, 2}, &point{-3, 0})
		}
		for _, compression := range []bool{false, true} {
			t.Run(name+strconv.FormatBool(compression), func(t *testing.T) {
				gob.Register(map[string]any{})
				gob.Register([]any{})
				newFilter := referenceOf(filter.ReferenceConfig{Serializer: s, Compression: compression})
				var wire []byte
				for _, v := range values {
					wire = must(newFilter().Append(wire, v))
				}
				filtertest.Run(t, newFilter, wire, values)
			})
		}
	}
}

func TestReferenceTakesReferencesOnly(t *testing.T) {
	f := must(filter.NewReference(filter.ReferenceConfig{Serializer: filter.JSON{}}))
	for _, rec := range list(nil, "text", []byte("text"), 1, uint8(1), 1.5, true, complex(1, 1)) {
		_, err := f.Append(nil, rec)
		var wrong *filter.RecordError
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, rec, wrong.Record)
	}
	for _, rec := range list(ref("text"), []int{1}, [1]int{1}, map[string]int{}, point{}, &point{}) {
		_, err := f.Append(nil, rec)
		require.NoError(t, err)
	}
	dst, err := f.Append([]byte("before"), []any{func() {}})
	var e *filter.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "freeze", e.Op)
	require.Equal(t, "before", string(dst))
}

// Without NoFatals a value that cannot be thawed is an error and is gone; with
// it the error is a record.
func TestReferenceNoFatals(t *testing.T) {
	const stream = "1\x00a2\x00!!1\x00b"
	b := filter.NewBuffer(must(filter.NewReference(filter.ReferenceConfig{Serializer: text{}})))
	recs, err := b.Get([]byte(stream))
	require.Equal(t, list(ref("a")), recs)
	require.ErrorIs(t, err, errBang)
	require.EqualError(t, err, "filter: Reference: thaw: bang")
	require.Equal(t, list(ref("b")), get(t, b))

	b = filter.NewBuffer(must(filter.NewReference(filter.ReferenceConfig{Serializer: text{}, NoFatals: true})))
	recs = get(t, b, stream)
	require.Len(t, recs, 3)
	require.Equal(t, ref("b"), recs[2])
	require.ErrorIs(t, recs[1].(*filter.Error), errBang)
}

func TestReferenceWaitsForALength(t *testing.T) {
	b := filter.NewBuffer(must(filter.NewReference(filter.ReferenceConfig{Serializer: text{}, MaxBuffer: 20})))
	require.Empty(t, get(t, b, "no length"))
	require.Empty(t, get(t, b, "1\x00a"))
	require.Equal(t, list("no length1\x00a"), b.Pending())
	_, err := b.Get([]byte("123456789"))
	requireLimit(t, err, "Reference", "MaxBuffer", 20)
}

func TestReferenceLimits(t *testing.T) {
	small := referenceOf(filter.ReferenceConfig{Serializer: text{}, MaxBuffer: 20})
	filtertest.Limit(t, small, []byte(strings.Repeat("x", 21)), "MaxBuffer")
	filtertest.Limit(t, small, []byte("100\x00"+strings.Repeat("x", 18)), "MaxBuffer")
	filtertest.Limit(t, small, []byte("9223372036854775808\x00"), "MaxBuffer") // 2^63, at once
	filtertest.Limit(t, referenceOf(filter.ReferenceConfig{Serializer: text{}}), bytes.Repeat([]byte("1"), 2000), "MaxBuffer")
}

// With NoFatals POE keeps what was too much and decodes what is complete in
// it. What is not complete is dropped at twice the limit.
func TestReferenceNoFatalsBeyondMaxBuffer(t *testing.T) {
	b := filter.NewBuffer(must(filter.NewReference(filter.ReferenceConfig{Serializer: text{}, NoFatals: true, MaxBuffer: 10})))
	recs := get(t, b, "9\x00"+strings.Repeat("x", 9)+"1\x00a")
	require.Len(t, recs, 3)
	requireLimit(t, recs[0].(error), "Reference", "MaxBuffer", 10)
	require.Equal(t, list(ref("xxxxxxxxx"), ref("a")), recs[1:])

	recs = get(t, b, "15\x00"+strings.Repeat("x", 10))
	require.Len(t, recs, 1)
	requireLimit(t, recs[0].(error), "Reference", "MaxBuffer", 10)
	recs = get(t, b, "yyyyy")
	require.Len(t, recs, 2)
	require.Equal(t, ref("xxxxxxxxxxyyyyy"), recs[1])

	recs = get(t, b, "99\x00"+strings.Repeat("x", 30))
	require.Len(t, recs, 1)
	require.Nil(t, b.Pending())
	require.Equal(t, list(ref("b")), get(t, b, "1\x00b"))

	recs = get(t, b, "9223372036854775808\x001\x00")
	require.Len(t, recs, 2, "more than allowed waits, and it can never be complete")
	require.Nil(t, b.Pending())
}

// A value that grows beyond MaxInflated is refused without being inflated.
func TestReferenceZipBomb(t *testing.T) {
	var bomb bytes.Buffer
	w := zlib.NewWriter(&bomb)
	for range 8 {
		w.Write(make([]byte, 1<<20))
	}
	w.Close()
	f := must(filter.NewReference(filter.ReferenceConfig{Serializer: text{}, Compression: true, MaxInflated: 1000}))
	frame := append([]byte(strconv.Itoa(bomb.Len())+"\x00"), bomb.Bytes()...)
	per := testing.AllocsPerRun(1, func() {
		_, n, err := f.Decode(frame)
		requireLimit(t, err, "Reference", "MaxInflated", 1000)
		require.Equal(t, len(frame), n)
	})
	require.Less(t, per, 200.0)

	_, _, err := f.Decode([]byte("3\x00abc"))
	var e *filter.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "inflate", e.Op)

	wire := must(f.Append(nil, ref(strings.Repeat("x", 1000))))
	rec, _, err := f.Decode(wire)
	require.NoError(t, err, "the limit itself is allowed")
	require.Len(t, *rec.(*string), 1000)
	_, _, err = f.Decode(wire[:0])
	require.ErrorIs(t, err, filter.ErrMore)
}

func TestReferenceConfigErrors(t *testing.T) {
	_, err := filter.NewReference(filter.ReferenceConfig{})
	requireConfig(t, err, "Reference", "Serializer", filter.ErrMissing)
	_, err = filter.NewReference(filter.ReferenceConfig{Serializer: text{}, MaxBuffer: -1})
	requireConfig(t, err, "Reference", "MaxBuffer", filter.ErrNegative)
	_, err = filter.NewReference(filter.ReferenceConfig{Serializer: text{}, MaxInflated: -1})
	requireConfig(t, err, "Reference", "MaxInflated", filter.ErrNegative)
}

func ExampleReference() {
	reference, err := filter.NewReference(filter.ReferenceConfig{Serializer: filter.JSON{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	b := filter.NewBuffer(reference)
	wire, err := b.Put(map[string]int{"key_1": 111, "key_2": 222})
	fmt.Printf("%q %v\n", wire, err)

	recs, err := b.Get(wire...)
	fmt.Println("Got data:", recs[0], err)
	// Output:
	// ["25\x00{\"key_1\":111,\"key_2\":222}"] <nil>
	// Got data: map[key_1:111 key_2:222] <nil>
}
