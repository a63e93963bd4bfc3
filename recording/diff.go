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
	var before []recordfile.Mark
	for predicted := 0; ; predicted++ { // events in both, one after the other
		if runs[0].left == 0 || runs[1].left == 0 {
			predicted = 0
		}
		if same := min(runs[0].left, runs[1].left); predicted > recordfile.Periods && same > contextEvents {
			same -= contextEvents // they are the same until one of the runs has a record
			for _, run := range runs {
				run.skip(same)
			}
			common += same
		}
		x, moreA := runs[0].next()
		y, moreB := runs[1].next()
		for _, run := range runs {
			if err := run.r.Err(); err != nil {
				return nil, common, err
			}
		}
		switch {
		case moreA != moreB || x != y:
			return &Difference{
				Event: common + 1, A: text(x, moreA), B: text(y, moreB), Before: texts(before),
				OffsetA: runs[0].offset, OffsetB: runs[1].offset,
			}, common, nil
		case !moreA:
			return nil, common, nil
		}
		common++
		if len(before) == contextEvents {
			copy(before, before[1:])
			before = before[:contextEvents-1]
		}
		before = append(before, x)
	}
}

// texts are events as a Difference has them.
func texts(marks []recordfile.Mark) (list []string) {
	for _, m := range marks {
		list = append(list, m.String())
	}
	return list
}

// text is an event as a Difference has it.
func text(m recordfile.Mark, is bool) string {
	if !is {
		return ""
	}
	return m.String()
}
