package recording

import (
	"fmt"
	"io"
	"strings"

	"github.com/gopoe/poe/internal/recordfile"
)

// Difference is the first dispatched event in which two recordings differ.
type Difference struct {
	Event   uint64   // the number of the first event that differs; the first is 1
	A, B    string   // the event in each recording; empty where a recording has ended
	OffsetA int64    // its position in each recording, in bytes
	OffsetB int64    //
	Before  []string // the last events before it, which both have
}

// contextEvents is how many common events a Difference has.
const contextEvents = 8

// String describes the difference on several lines.
func (d *Difference) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the recordings part at event %d (bytes %d and %d)\n", d.Event, d.OffsetA, d.OffsetB)
	for i, e := range d.Before {
		fmt.Fprintf(&b, "  %6d %s\n", d.Event-uint64(len(d.Before)-i), e)
	}
	end := func(e string) string {
		if e == "" {
			return "(the recording ends)"
		}
		return e
	}
	fmt.Fprintf(&b, "< %6d %s\n> %6d %s", d.Event, end(d.A), d.Event, end(d.B))
	return b.String()
}

// Diff compares the events of two recordings by name, session and order. It
// returns the first difference, nil if there is none, and the number of events
// that both have up to there. Times, bytes and other goroutines' messages are
// not compared.
func Diff(a, b io.Reader) (d *Difference, common uint64, err error) {
	var runs [2]*events
	for i, r := range []io.Reader{a, b} {
		rd, err := recordfile.NewReader(r)
		if err != nil {
			return nil, 0, err
		}
		runs[i] = &events{r: rd}
	}
	var before []string
	for {
		x, moreA := runs[0].next()
		y, moreB := runs[1].next()
		for _, run := range runs {
			if err := run.r.Err(); err != nil {
				return nil, common, err
			}
		}
		switch {
		case x != y:
			return &Difference{
				Event: common + 1, A: x, B: y, Before: before,
				OffsetA: runs[0].offset, OffsetB: runs[1].offset,
			}, common, nil
		case !moreA && !moreB:
			return nil, common, nil
		}
		same := min(runs[0].left, runs[1].left) // further ones of that event
		for _, run := range runs {
			run.skip(same)
		}
		common += 1 + same
		for range min(1+same, contextEvents) {
			if before = append(before, x); len(before) > contextEvents {
				before = before[1:]
			}
		}
	}
}

// events walks over the events of a recording, in which one that was dispatched
// several times in a row stands only once.
type events struct {
	r      *recordfile.Reader
	offset int64  // of the record of the current event
	last   string // the current event
	ran    uint64 // how often it has come
	left   uint64 // how often it is still to come
	seen   uint64 // events that have come
	queued string // the event after those
}

// next returns the next event; an empty one at the end.
func (e *events) next() (event string, more bool) {
	for e.left == 0 && e.queued == "" {
		if !e.r.More() {
			return "", false
		}
		e.read()
		if e.r.Err() != nil {
			return "", false
		}
	}
	if e.left > 0 {
		e.left--
		e.ran++
	} else {
		e.last, e.queued, e.ran = e.queued, "", 1
	}
	e.seen++
	return e.last, true
}

// skip passes over n events, of which so many are left.
func (e *events) skip(n uint64) { e.left, e.ran, e.seen = e.left-n, e.ran+n, e.seen+n }

// read reads one record.
func (e *events) read() {
	offset := e.r.Offset()
	rec := recordfile.Describe(e.r)
	switch {
	case rec.Event != nil:
		e.offset, e.queued = offset, rec.Event.String()
		e.left = max(rec.Ran, e.ran) - e.ran
	case rec.Total > e.seen:
		e.left = rec.Total - e.seen
	}
}
