package filter_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/filtertest"
	"github.com/stretchr/testify/require"
)

func TestStream(t *testing.T) {
	newStream := func() filter.Filter { return filter.NewStream() }
	b := filter.NewBuffer(newStream())
	require.Empty(t, get(t, b))
	require.Equal(t, list("abc"), get(t, b, "ab", "c"))
	require.Nil(t, b.Pending())
	require.NoError(t, b.GetOneStart([]byte("d")))
	require.Equal(t, list("d"), b.Pending())
	require.Empty(t, get(t, must(b.Clone())))
	require.Equal(t, list("d"), must(b.GetOne()))
	require.Equal(t, []string{"a", "", "b"}, put(t, b, "a", "", []byte("b")))
	_, err := b.Put(1)
	require.EqualError(t, err, "filter: Stream: put: record is int, want string or []byte")
	filtertest.RoundTrip(t, newStream, list("abc"))
}

// The records of a Buffer are the caller's, and a Buffer keeps nothing of what
// it is given.
func TestBufferCopies(t *testing.T) {
	b := filter.NewBuffer(filter.Lines())
	chunk := []byte("one\ntw")
	first, err := b.Get(chunk)
	require.NoError(t, err)
	copy(chunk, "xxxxxx")
	second := get(t, b, "o\n")
	require.Equal(t, list("one", "two"), append(first, second...))

	messages, err := b.Put("a", "b")
	require.NoError(t, err)
	_ = append(messages[0], "overwritten"...)
	require.Equal(t, "b\r\n", string(messages[1]))
}

func TestBufferAsWriter(t *testing.T) {
	b := filter.NewBuffer(must(filter.NewLine(filter.LineConfig{MaxLength: 10, MaxBuffer: 10})))
	n, err := io.Copy(b, strings.NewReader("a\nb\n"))
	require.NoError(t, err)
	require.EqualValues(t, 4, n)
	require.Equal(t, list("a", "b"), get(t, b))
	_, err = b.Write(make([]byte, 11))
	requireLimit(t, err, "Line", "MaxBuffer", 10)
}

// Much may pass through a Buffer, in any pieces, with little of it waiting.
func TestBufferManyPieces(t *testing.T) {
	b := filter.NewBuffer(filter.Lines())
	line := strings.Repeat("x", 1000) + "\n"
	stream := strings.Repeat(line, 300)
	records := 0
	for from := 0; from < len(stream); from += 777 {
		for _, rec := range get(t, b, stream[from:min(from+777, len(stream))]) {
			require.Equal(t, line[:1000], rec)
			records++
		}
	}
	require.Equal(t, 300, records)
	require.Nil(t, b.Pending())
}

// minimal is a filter without any optional interface.
type minimal struct{}

func (minimal) Decode(buf []byte) (any, int, error) {
	if len(buf) == 0 {
		return nil, 0, filter.ErrMore
	}
	return int(buf[0]), 1, nil
}

func (minimal) Append(dst []byte, rec any) ([]byte, error) { return append(dst, byte(rec.(int))), nil }

func TestBufferWithMinimalFilter(t *testing.T) {
	b := filter.NewBuffer(minimal{})
	require.Equal(t, list(1, 2), get(t, b, "\x01\x02"))
	require.Equal(t, []string{"\x03", "\x04"}, put(t, b, 3, 4))
	_, err := b.Clone()
	require.ErrorContains(t, err, "minimal: clone: unsupported")
	b.SetFilter(filter.NewStream())
	require.IsType(t, &filter.Stream{}, b.Filter())

	shared := must(filter.NewBuffer(must(filter.NewStack(minimal{}))).Clone())
	require.Equal(t, list(5), get(t, shared, "\x05"), "in a stack it serves in both")
}

// Switching filters in the middle of a stream: every pair, with bytes waiting.
func TestSwitchFilters(t *testing.T) {
	type kind struct {
		new    func() filter.Filter
		wire   string // one record on the wire
		record any
	}
	kinds := map[string]kind{
		"Line":      {filter.Lines, "line\n", "line"},
		"Autoline":  {lineOf(filter.LineConfig{Autodetect: true}), "line\r\n", "line"},
		"Block":     {blockOf(filter.BlockConfig{}), "5\x00block", "block"},
		"Fixed":     {blockOf(filter.BlockConfig{BlockSize: 5}), "fixed", "fixed"},
		"Reference": {referenceOf(filter.ReferenceConfig{Serializer: text{}}), "3\x00ref", ref("ref")},
		"Stack":     {stackOf(lf, upper), "stack\n", "STACK"},
		"Stream":    {func() filter.Filter { return filter.NewStream() }, "", nil},
	}
	for fromName, from := range kinds {
		for toName, to := range kinds {
			if fromName == "Stream" {
				continue // it leaves nothing waiting
			}
			t.Run(fromName+" to "+toName, func(t *testing.T) {
				switchAndBack(t, from.new(), to.new(), from.wire, to.wire, from.record, to.record)
			})
		}
	}
}

// switchAndBack decodes a record, switches with the next and a half waiting,
// and switches back with another half waiting.
func switchAndBack(t *testing.T, from, to filter.Filter, fromWire, toWire string, fromRec, toRec any) {
	for cut := range len(toWire) + 1 {
		b := filter.NewBuffer(from)
		if rewind, ok := from.(filter.Rewinder); ok {
			rewind.Rewind()
		}
		require.NoError(t, b.GetOneStart([]byte(fromWire+toWire[:cut])))
		require.Equal(t, list(fromRec), must(b.GetOne()))
		b.SetFilter(to)
		if toRec == nil { // Stream: whatever waits is its record
			require.NoError(t, b.GetOneStart([]byte("rest")))
			require.Equal(t, list("rest"), must(b.GetOne()))
		} else {
			require.NoError(t, b.GetOneStart([]byte(toWire[cut:]+fromWire[:1])))
			require.Equal(t, list(toRec), must(b.GetOne()))
			require.Equal(t, fromWire[:1], string(b.Bytes()))
		}
		b.SetFilter(from)
		if toRec == nil {
			require.NoError(t, b.GetOneStart([]byte(fromWire)))
		} else {
			require.NoError(t, b.GetOneStart([]byte(fromWire[1:])))
		}
		require.Equal(t, list(fromRec), must(b.GetOne()))
		require.Empty(t, b.Bytes())
	}
}

// A filter that has searched what waits, and is taken out and put back after
// another has consumed some of it, searches anew.
func TestSwitchBackToAFilterThatHasSearched(t *testing.T) {
	for _, newLine := range []func() filter.Filter{filter.Lines, lf2, lineOf(filter.LineConfig{Literal: "ab"})} {
		line := newLine()
		b := filter.NewBuffer(line)
		require.Empty(t, get(t, b, "123456789"))
		b.SetFilter(must(filter.NewBlock(filter.BlockConfig{BlockSize: 9})))
		require.Equal(t, list("123456789"), get(t, b, "x\naby\nab"))
		b.SetFilter(line)
		require.Len(t, get(t, b, "z\nab"), 3)
	}
}

func lf2() filter.Filter { return lf().(filter.Filter) }

// Letters one by one, numbers in lines: the stream of POE's manual.
func ExampleBuffer_SetFilter() {
	letters := func() filter.Filter {
		f, _ := filter.NewBlock(filter.BlockConfig{BlockSize: 1})
		return f
	}
	numbers := func() filter.Filter {
		f, _ := filter.NewLine(filter.LineConfig{Literal: "."})
		return f
	}
	b := filter.NewBuffer(letters())
	b.GetOneStart([]byte("abc.1234567.de.890.q"))
	inNumbers := false
	for {
		recs, err := b.GetOne()
		if err != nil || len(recs) == 0 {
			break
		}
		switch {
		case inNumbers:
			fmt.Println("Got number(s):", recs[0])
			b.SetFilter(letters())
			inNumbers = false
		case recs[0] == ".":
			b.SetFilter(numbers())
			inNumbers = true
		default:
			fmt.Println("Got letter:", recs[0])
		}
	}
	// Output:
	// Got letter: a
	// Got letter: b
	// Got letter: c
	// Got number(s): 1234567
	// Got letter: d
	// Got letter: e
	// Got number(s): 890
	// Got letter: q
}

// lastLine is a filter of lines of which the last needs no end.
type lastLine struct{ filter.Filter }

func (l lastLine) Finish(buf []byte) (any, error) {
	if len(buf) == 0 {
		return nil, io.EOF
	}
	if buf[0] == '!' {
		return nil, io.ErrUnexpectedEOF
	}
	return string(buf), nil
}

// What the end of the stream completes goes through the rest of a stack, and
// each part finishes once those in front of it have.
func TestFinish(t *testing.T) {
	for name, c := range map[string]struct {
		filter filter.Filter
		before []any
		want   []any
	}{
		"no finisher": {filter.Lines(), list("a", "b"), nil},
		"finisher":    {lastLine{filter.Lines()}, list("a", "b"), list("c")},
		"layer":       {stackOf(func() any { return lastLine{filter.Lines()} }, upper)(), list("A", "B"), list("C")},
		"nested":      {stackOf(func() any { return stackOf(func() any { return lastLine{filter.Lines()} })() }, upper)(), list("A", "B"), list("C")},
		"two":         {stackOf(func() any { return filter.NewStream() }, func() any { return lastLine{filter.Lines()} }, upper)(), list("A", "B"), list("C")},
		"neither":     {stackOf(lf, upper)(), list("A", "B"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			b := filter.NewBuffer(c.filter)
			require.Equal(t, c.before, get(t, b, "a\nb\nc"))
			recs, err := b.Finish()
			require.NoError(t, err)
			require.Equal(t, c.want, recs)
			require.Empty(t, b.Bytes())
			recs, err = b.Finish()
			require.NoError(t, err)
			require.Empty(t, recs)
		})
	}
	b := filter.NewBuffer(stackOf(func() any { return lastLine{filter.Lines()} }, upper)())
	require.Empty(t, get(t, b, "!cut"))
	_, err := b.Finish()
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}
