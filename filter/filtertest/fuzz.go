package filtertest

import (
	"errors"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/gopoe/poe/filter"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Fuzz makes a fuzz target of a filter: for any bytes in any chunks the filter
// must not panic, loop forever or consume more than there is, and all its
// interfaces for decoding must agree.
func Fuzz(f *testing.F, newFilter func() filter.Filter, seeds ...string) {
	addSeeds(f, seeds)
	f.Fuzz(func(t *testing.T, stream []byte, a, b uint16) {
		agree(t, newFilter, cutTwice(stream, a, b))
	})
}

// FuzzCuts is Fuzz for filters that must decode the same records however the
// stream is divided, as long as no error occurs.
func FuzzCuts(f *testing.F, newFilter func() filter.Filter, seeds ...string) {
	addSeeds(f, seeds)
	f.Fuzz(func(t *testing.T, stream []byte, a, b uint16) {
		cut := agree(t, newFilter, cutTwice(stream, a, b))
		whole := agree(t, newFilter, [][]byte{stream})
		if len(cut.errs)+len(whole.errs) > 0 {
			return
		}
		if !same(cut.recs, whole.recs) {
			t.Fatalf("cut:   %#v\nwhole: %#v", cut.recs, whole.recs)
		}
	})
}

func addSeeds(f *testing.F, seeds []string) {
	for _, s := range seeds {
		f.Add([]byte(s), uint16(len(s)/2), uint16(1))
	}
}

// cutTwice cuts a stream into three.
func cutTwice(stream []byte, a, b uint16) [][]byte {
	i, j := int(a)%(len(stream)+1), int(b)%(len(stream)+1)
	i, j = min(i, j), max(i, j)
	return [][]byte{stream[:i], stream[i:j], stream[j:]}
}

// agree decodes chunks in all ways, compares what comes out, and returns what
// Decode gave.
func agree(t *testing.T, newFilter func() filter.Filter, chunks [][]byte) *driver {
	run := func(newDriver func(filter.Filter) *driver) *driver {
		d := newDriver(newFilter())
		if err := errors.Join(d.feedAll(chunks...), d.flush(), d.finish()); err != nil {
			t.Fatal(err)
		}
		return d
	}
	plain := run(newDriver)
	for name, newDriver := range drivers(newFilter()) {
		d := run(newDriver)
		if !same(d.recs, plain.recs) || len(d.errs) != len(plain.errs) || !slices.Equal(d.pending, plain.pending) {
			t.Fatalf("Decode: %#v %v\n%s: %#v %v", plain.recs, plain.errs, name, d.recs, d.errs)
		}
	}
	return plain
}

func same(a, b []any) bool {
	return len(a) == 0 && len(b) == 0 || reflect.DeepEqual(a, b)
}
