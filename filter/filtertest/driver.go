package filtertest

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/gopoe/poe/filter"
)

// driver decodes as a wheel does, but with a buffer of its own for each
// arrival, which it spoils afterwards: a record that aliases it shows.
type driver struct {
	f       filter.Filter
	decode  func(buf []byte) (recs []any, n int, err error)
	pending []byte
	recs    []any
	errs    []error
	failed  bool // after a final error
	most    int  // bytes that waited at most, after an arrival was decoded
}

// maxIdle is how many records may come without a byte being consumed before
// the filter counts as stuck.
const maxIdle = 1 << 16

// newDriver decodes with Decode.
func newDriver(f filter.Filter) *driver {
	return &driver{f: f, decode: func(buf []byte) ([]any, int, error) {
		rec, n, err := f.Decode(buf)
		if err != nil {
			if rec != nil {
				return nil, n, fmt.Errorf("filtertest: Decode gave the record %v with the error %w", rec, err)
			}
			return nil, n, err
		}
		return []any{rec}, n, nil
	}}
}

// newStepDriver decodes with DecodeStep.
func newStepDriver(f filter.Filter) *driver {
	step := f.(filter.Stepper)
	return &driver{f: f, decode: func(buf []byte) ([]any, int, error) {
		return step.DecodeStep(nil, buf)
	}}
}

// newBytesDriver decodes with DecodeBytes, and makes strings of the records.
func newBytesDriver(f filter.Filter) *driver {
	bytes := f.(filter.BytesDecoder)
	return &driver{f: f, decode: func(buf []byte) ([]any, int, error) {
		rec, n, err := bytes.DecodeBytes(buf)
		if err != nil {
			return nil, n, err
		}
		return []any{string(rec)}, n, nil
	}}
}

// feed hands over one arrival and decodes until there is no record, or a final
// error. It returns an error only if the filter breaks its contract.
func (d *driver) feed(chunk []byte) error {
	if d.failed {
		return nil
	}
	buf := slices.Clip(slices.Concat(d.pending, chunk))
	whole, idle := buf, 0
	for {
		recs, n, err := d.decode(buf)
		if n < 0 || n > len(buf) {
			return fmt.Errorf("filtertest: decoding %d bytes consumed %d", len(buf), n)
		}
		buf = buf[n:]
		d.recs = append(d.recs, recs...)
		if errors.Is(err, filter.ErrMore) {
			break
		}
		if err != nil {
			d.errs = append(d.errs, err)
			if d.failed = !filter.Recoverable(err); d.failed {
				buf = nil
				break
			}
		}
		if idle++; n > 0 {
			idle = 0
		}
		if idle > maxIdle {
			return errors.New("filtertest: records or errors come without end and without consuming a byte")
		}
	}
	d.pending = slices.Clone(buf)
	d.most = max(d.most, len(d.pending))
	for i := range whole {
		whole[i] = 0xA5
	}
	return nil
}

// feedAll feeds several chunks.
func (d *driver) feedAll(chunks ...[]byte) error {
	for _, c := range chunks {
		if err := d.feed(c); err != nil {
			return err
		}
	}
	return nil
}

// flush feeds nothing until that changes nothing: filters that wait for an
// arrival although they could continue get it.
func (d *driver) flush() error {
	for {
		recs, errs, pending := len(d.recs), len(d.errs), len(d.pending)
		if err := d.feed(nil); err != nil {
			return err
		}
		if len(d.recs) == recs && len(d.errs) == errs && len(d.pending) == pending {
			return nil
		}
	}
}

// finish ends the stream. What comes of that counts with the rest.
func (d *driver) finish() error {
	f, ok := d.f.(filter.Finisher)
	for range maxIdle {
		if !ok || d.failed {
			return nil
		}
		rec, err := f.Finish(d.pending)
		d.pending = nil
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			d.errs = append(d.errs, err)
			return nil
		}
		d.recs = append(d.recs, rec)
	}
	return errors.New("filtertest: Finish gives records without end")
}

// rewind does what a wheel does when its filter is replaced, and then put back.
func (d *driver) rewind() {
	if p, ok := d.f.(filter.ByteHolder); ok {
		d.pending = slices.Concat(p.PendingBytes(), d.pending)
	}
	d.f.(filter.Rewinder).Rewind()
}
