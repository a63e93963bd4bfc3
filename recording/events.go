package recording

import (
	"io"
	"iter"
	"time"

	"github.com/gopoe/poe/internal/recordfile"
)

// Event is an event that was dispatched.
type Event struct {
	Number  uint64 // the first is 1
	Name    string
	Session uint64 // its number; 0 for one of a ready handle
	Ready   bool   // a ready handle was dispatched, which has the name
	Offset  int64  // of its record, in bytes; of one that has none, of the last that has
	// Time is when it was dispatched, as far as the kernel had read the clock by
	// then: since the first reading.
	Time time.Duration
}

// String describes the event as a [Difference] does.
func (e Event) String() string {
	return recordfile.Mark{Name: e.Name, Session: e.Session, Ready: e.Ready}.String()
}

// Events yields the events of a recording, and an error at the end if what follows
// cannot be read.
func Events(r io.Reader) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		rd, err := recordfile.NewReader(r)
		if err != nil {
			yield(Event{}, err)
			return
		}
		run := &events{r: rd}
		for {
			m, more := run.next()
			if err := rd.Err(); err != nil {
				yield(Event{}, err)
				return
			}
			if !more {
				return
			}
			e := Event{Number: run.seen, Name: m.Name, Session: m.Session, Ready: m.Ready, Offset: run.offset, Time: time.Duration(run.clock)}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// Record is one record of a recording as text.
type Record struct {
	Offset int64  // in bytes
	Events uint64 // how many events were dispatched before it; those without a record are counted by the next event that has one
	Event  bool   // it is that of an event; see [Event.Offset]
	Text   string
}

// Records yields the records of a recording, as [List] writes them, and an error at
// the end if what follows cannot be read.
func Records(r io.Reader) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		rd, err := recordfile.NewReader(r)
		if err != nil {
			yield(Record{}, err)
			return
		}
		for events, last := uint64(0), uint64(0); rd.More(); {
			x := Record{Offset: rd.Offset()}
			rec := recordfile.Describe(rd)
			if rd.Err() != nil {
				break
			}
			x.Events, x.Event, x.Text = last, rec.Event != nil, rec.Text
			if x.Event {
				events += rec.Ran
				x.Events, last = events, events+1
			}
			if !yield(x, nil) {
				return
			}
		}
		if err := rd.Err(); err != nil {
			yield(Record{}, err)
		}
	}
}

// events walks over the events of a recording, of which those that were predicted have
// no record.
type events struct {
	r      *recordfile.Reader
	guess  recordfile.Predictor
	offset int64                // of the record of the last event that has one
	ran    uint64               // events since that, with it
	left   uint64               // predicted events that are known to follow
	seen   uint64               // events that have come
	queued *recordfile.Surprise // the event after those
	at     int64                // the offset of its record
	clock  uint64               // nanoseconds since its first reading
}

// next returns the next event; more is false at the end. Of a recording whose beginning
// was dropped the first events may have no name.
func (e *events) next() (event recordfile.Mark, more bool) {
	for e.left == 0 && e.queued == nil {
		if !e.r.More() {
			return event, false
		}
		e.read()
		if e.r.Err() != nil {
			return event, false
		}
	}
	if e.seen++; e.left > 0 {
		e.left--
		e.ran++
		if event, ok := e.guess.Next(); ok {
			e.guess.Follow()
			return event, true
		}
		return recordfile.Mark{}, true
	}
	event = e.queued.Mark()
	e.guess.Learn(*e.queued, e.ran)
	e.offset, e.queued, e.ran = e.at, nil, 1
	return event, true
}

// skip passes over n predicted events.
func (e *events) skip(n uint64) {
	e.guess.FollowAll(n)
	e.left, e.ran, e.seen = e.left-n, e.ran+n, e.seen+n
}

// read reads one record.
func (e *events) read() {
	offset := e.r.Offset()
	rec := recordfile.Describe(e.r)
	e.clock += rec.Clock
	switch {
	case rec.Event != nil:
		e.at, e.queued = offset, rec.Event
		e.left = max(rec.Ran, e.ran) - e.ran
	case rec.Total > e.seen:
		e.left = rec.Total - e.seen
	}
}
