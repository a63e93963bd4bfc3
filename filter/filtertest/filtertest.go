// Package filtertest tests filters: whatever way a stream is cut, the same
// records come out of it, nothing that comes out changes afterwards, and what
// goes in comes out again.
package filtertest

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/gopoe/poe/filter"
)

// Run tests everything that holds for a filter which decodes what it encodes:
// [Decode] on stream, which becomes the records want, and [RoundTrip] on these
// records.
func Run(t *testing.T, newFilter func() filter.Filter, stream []byte, want []any) {
	t.Helper()
	Decode(t, newFilter, stream, want)
	RoundTrip(t, newFilter, want)
}

// Decode tests that stream becomes the records want: whole, cut in two at
// every byte, byte by byte, and cut at random; with every way of decoding that
// the filter offers; with the driver's buffer spoiled after each arrival; for
// a clone taken in the middle and for its original; and for a filter that is
// taken out in the middle and put back.
//
// newFilter returns a new filter for each of these. Records are compared with
// reflect.DeepEqual, those of a BytesDecoder as strings.
func Decode(t *testing.T, newFilter func() filter.Filter, stream []byte, want []any) {
	t.Helper()
	for name, newDriver := range drivers(newFilter()) {
		t.Run(name, func(t *testing.T) {
			for label, chunks := range manyCuts(stream) {
				d := newDriver(newFilter())
				check(t, label, d, want, d.feedAll(chunks...))
			}
		})
	}
	if _, ok := newFilter().(filter.Cloner); ok {
		t.Run("Clone", func(t *testing.T) { cloneTest(t, newFilter, stream, want) })
	}
	if _, ok := newFilter().(filter.Rewinder); ok {
		t.Run("Rewind", func(t *testing.T) { rewindTest(t, newFilter, stream, want) })
	}
}

// drivers lists the ways in which f can be driven.
func drivers(f filter.Filter) map[string]func(filter.Filter) *driver {
	ways := map[string]func(filter.Filter) *driver{"Decode": newDriver}
	if _, ok := f.(filter.Stepper); ok {
		ways["DecodeStep"] = newStepDriver
	}
	if _, ok := f.(filter.BytesDecoder); ok {
		ways["DecodeBytes"] = newBytesDriver
	}
	return ways
}

// check fails the test unless d decoded want and nothing else.
func check(t *testing.T, label string, d *driver, want []any, err error) {
	t.Helper()
	switch {
	case err != nil:
		t.Fatalf("%s: %v", label, err)
	case len(d.errs) > 0:
		t.Fatalf("%s: unexpected error: %v", label, d.errs[0])
	case len(d.recs) != len(want) || len(want) > 0 && !reflect.DeepEqual(d.recs, want):
		t.Fatalf("%s:\n got %#v\nwant %#v", label, d.recs, want)
	}
}

// cloneTest clones a filter after every byte of the stream. The clone starts
// anew, the original continues, and neither disturbs the other.
func cloneTest(t *testing.T, newFilter func() filter.Filter, stream []byte, want []any) {
	for at := range len(stream) + 1 {
		original := newDriver(newFilter())
		err := original.feed(stream[:at])
		clone := newDriver(original.f.(filter.Cloner).Clone())
		err = errors.Join(err, clone.feed(stream[:at/2]), original.feed(stream[at:]), clone.feed(stream[at/2:]))
		check(t, "original", original, want, err)
		check(t, "clone", clone, want, err)
	}
}

// rewindTest takes the filter out and puts it back after every byte.
func rewindTest(t *testing.T, newFilter func() filter.Filter, stream []byte, want []any) {
	for at := range len(stream) + 1 {
		d := newDriver(newFilter())
		err := d.feed(stream[:at])
		d.rewind()
		check(t, "after Rewind", d, want, errors.Join(err, d.feed(stream[at:])))
	}
}

// RoundTrip tests that records come back as they were encoded: each by
// itself with Append, and all in one put. Append must leave alone what is in
// front, and encode the same again.
func RoundTrip(t *testing.T, newFilter func() filter.Filter, records []any) {
	t.Helper()
	appends := t.Run("Append", func(t *testing.T) {
		f := newFilter()
		wire := []byte("in front")
		for _, rec := range records {
			out, err := f.Append(slices.Clone(wire), rec)
			if err != nil {
				t.Fatalf("Append(%#v): %v", rec, err)
			}
			if !slices.Equal(out[:len(wire)], wire) {
				t.Fatalf("Append(%#v) changed what was in front", rec)
			}
			wire = out
		}
		d := newDriver(newFilter())
		check(t, "decoded again", d, records, d.feed(wire[len("in front"):]))
	})
	if !appends {
		return
	}
	t.Run("Put", func(t *testing.T) {
		messages, err := filter.NewBuffer(newFilter()).Put(records...)
		if err != nil {
			t.Fatal(err)
		}
		d := newDriver(newFilter())
		check(t, "decoded again", d, records, d.feedAll(messages...))
	})
}

// Limit tests that stream goes beyond the limit of that name, however it is
// cut: a *[filter.Error] names it. The filter must not break afterwards, and
// if the limit is MaxBuffer no more than that may ever wait.
func Limit(t *testing.T, newFilter func() filter.Filter, stream []byte, limit string) {
	t.Helper()
	t.Run(limit, func(t *testing.T) {
		for label, chunks := range manyCuts(stream) {
			d := newDriver(newFilter())
			if err := d.feedAll(chunks...); err != nil {
				t.Fatalf("%s: %v", label, err)
			}
			if len(d.errs) == 0 {
				t.Fatalf("%s: no error", label)
			}
			var e *filter.Error
			var l *filter.LimitError
			if !errors.As(d.errs[0], &e) || !errors.As(d.errs[0], &l) || l.Limit != limit || e.Filter == "" {
				t.Fatalf("%s: got %#v, want a *filter.Error about %s", label, d.errs[0], limit)
			}
			if limit == "MaxBuffer" && int64(d.most) > l.Max {
				t.Fatalf("%s: %d bytes waited", label, d.most)
			}
		}
	})
}

// Recovers tests that stream, which has bad records in it, becomes the records
// want and as many errors as errs says, however it is cut: each bad record costs
// one error, after which [filter.Recoverable] reports true.
func Recovers(t *testing.T, newFilter func() filter.Filter, stream []byte, want []any, errs int) {
	t.Helper()
	for name, newDriver := range drivers(newFilter()) {
		t.Run(name, func(t *testing.T) {
			for label, chunks := range manyCuts(stream) {
				d := newDriver(newFilter())
				err := d.feedAll(chunks...)
				if len(d.errs) != errs {
					t.Fatalf("%s: got the errors %v, want %d of them", label, d.errs, errs)
				}
				for _, bad := range d.errs {
					if !filter.Recoverable(bad) {
						t.Fatalf("%s: the error is final: %v", label, bad)
					}
				}
				d.errs = nil
				check(t, label, d, want, err)
			}
		})
	}
}

// manyCuts cuts a stream in many ways, named for messages.
func manyCuts(stream []byte) map[string][][]byte {
	cuts := map[string][][]byte{
		"whole":        {stream},
		"byte by byte": slices.Collect(slices.Chunk(stream, 1)),
	}
	for at := range len(stream) {
		cuts["cut at "+itoa(at)] = [][]byte{stream[:at], stream[at:]}
	}
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 0))
		var chunks [][]byte
		for rest := stream; len(rest) > 0; {
			n := rng.IntN(min(len(rest), 40) + 1)
			chunks = append(chunks, rest[:n])
			rest = rest[n:]
		}
		cuts["cut at random, seed "+itoa(int(seed))] = chunks
	}
	return cuts
}
