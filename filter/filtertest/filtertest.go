// Package filtertest tests filters: that a stream is decoded into the same
// records however it is divided into chunks, that records do not change
// afterwards, and that encoded records are decoded as the same records.
package filtertest

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/gopoe/poe/filter"
)

// Run tests a filter that decodes what it encodes: [Decode] with stream and
// want, and [RoundTrip] with want.
func Run(t *testing.T, newFilter func() filter.Filter, stream []byte, want []any) {
	t.Helper()
	Decode(t, newFilter, stream, want)
	RoundTrip(t, newFilter, want)
}

// Decode tests that stream is decoded into the records want: whole, divided in
// two at every byte, byte by byte, and divided at random; with every interface
// for decoding that the filter implements; with the driver's buffer overwritten
// after each arrival; for a clone that is made in the middle and for its
// original; and for a filter that is replaced in the middle and set again.
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

// RoundTrip tests that encoded records are decoded as the same records: each
// one with Append, and all in one put. Append must not change what dst contains
// already, and must encode the same record to the same bytes again.
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

// Limit tests that stream exceeds the limit with that name, however it is
// divided: the error must be a *filter.Error about that limit. The filter must
// be usable afterwards, and if the limit is MaxBuffer, no more bytes than that
// may ever wait.
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

// Recovers tests that stream, which contains bad records, is decoded into the
// records want and errs errors, however it is divided: each bad record must be
// one error for which filter.Recoverable reports true.
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
