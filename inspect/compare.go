package inspect

import (
	"net/http"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/gopoe/poe/recording"
)

// ComparedRow is a row of two runs side by side. A number of 0 is no event.
type ComparedRow struct {
	Same             bool
	A, B             string // the events, empty where a run has none in this row
	NumberA, NumberB uint64
}

// Comparison is two recordings side by side, beginning a few events before the
// first difference. Times and bytes are not compared.
type Comparison struct {
	Equal   bool
	Common  uint64 // events before the first difference
	Rows    []ComparedRow
	EndA    bool   // whether the rows reach the end of the run
	EndB    bool   //
	EventsA uint64 // as far as they were read
	EventsB uint64
	Error   string // why one could not be read to its end; empty if both could
}

// What is shown of two runs: events before the first difference, and at most
// after it.
const (
	comparedBefore = 8
	comparedAfter  = 2000
)

// compare reads two recordings side by side.
func (x recordings) compare(r *http.Request) (any, error) {
	next, stop, err := x.pull(r, "a")
	if err != nil {
		return nil, err
	}
	defer stop()
	nextB, stopB, err := x.pull(r, "b")
	if err != nil {
		return nil, err
	}
	defer stopB()
	c := &comparer{a: run{next: next}, b: run{next: nextB}}
	c.findDifference(func() bool { return r.Context().Err() != nil })
	c.Rows = append(c.Rows, align(c.a.some(), c.b.some())...)
	c.EndA, c.EndB, c.EventsA, c.EventsB = c.a.over, c.b.over, c.a.last, c.b.last
	for _, of := range []*run{&c.a, &c.b} {
		if of.err != nil {
			c.Error = of.err.Error()
		}
	}
	return &c.Comparison, r.Context().Err()
}

type comparer struct {
	Comparison
	a, b run
}

// findDifference reads both runs as long as they are equal.
func (c *comparer) findDifference(ended func() bool) {
	c.Rows = []ComparedRow{}
	for !ended() && c.Common < maxRecorded {
		a, moreA := c.a.read()
		b, moreB := c.b.read()
		if !moreA || !moreB || a.String() != b.String() {
			c.Equal = !moreA && !moreB && c.a.err == nil && c.b.err == nil
			c.a.unread(a, moreA)
			c.b.unread(b, moreB)
			return
		}
		c.Common++
		c.Rows = append(c.Rows, ComparedRow{Same: true, A: a.String(), B: b.String(), NumberA: a.Number, NumberB: b.Number})
		if len(c.Rows) > comparedBefore {
			c.Rows = c.Rows[1:]
		}
	}
}

// run is one of the recordings.
type run struct {
	next func() (recording.Event, error, bool)
	held []recording.Event
	last uint64 // the number of the last event that was read
	over bool
	err  error
}

func (r *run) read() (e recording.Event, more bool) {
	if r.over {
		return e, false
	}
	e, err, more := r.next()
	if err != nil || !more {
		r.over, r.err = true, err
		return recording.Event{}, false
	}
	r.last = e.Number
	return e, true
}

func (r *run) unread(e recording.Event, is bool) {
	if is {
		r.held = append(r.held, e)
	}
}

// some are the events from the one that was put back on.
func (r *run) some() []recording.Event {
	all := slices.Clone(r.held)
	for len(all) < comparedAfter {
		e, more := r.read()
		if !more {
			break
		}
		all = append(all, e)
	}
	return all
}

// align puts equal events of two runs side by side.
func align(a, b []recording.Event) []ComparedRow {
	rows := []ComparedRow{}
	i, j := 0, 0
	beside := func(toA, toB int, same bool) {
		for i < toA || j < toB {
			row := ComparedRow{Same: same}
			if i < toA {
				row.A, row.NumberA, i = a[i].String(), a[i].Number, i+1
			}
			if j < toB {
				row.B, row.NumberB, j = b[j].String(), b[j].Number, j+1
			}
			rows = append(rows, row)
		}
	}
	text, starts := lines(a)
	other, _ := lines(b)
	for _, edit := range udiff.Lines(text, other) {
		from, _ := slices.BinarySearch(starts, edit.Start)
		to, _ := slices.BinarySearch(starts, edit.End)
		beside(from, j+from-i, true)
		beside(to, j+strings.Count(edit.New, "\n"), false)
	}
	beside(len(a), len(b), true)
	return rows
}

// lines is a text with a line for each event, and where these begin.
func lines(events []recording.Event) (text string, starts []int) {
	var b strings.Builder
	for _, e := range events {
		starts = append(starts, b.Len())
		b.WriteString(e.String()) // the name is quoted: there is one line
		b.WriteByte('\n')
	}
	return b.String(), starts
}
