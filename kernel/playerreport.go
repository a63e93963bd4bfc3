package kernel

import (
	"fmt"

	"github.com/gopoe/poe/internal/recordfile"
	"github.com/gopoe/poe/recording"
)

// contextEvents is how many events a report has on each side.
const contextEvents = 8

// part ends the run: the kernel does something that the recording has not.
func (p *player) part(asked string) {
	p.diverge(asked, p.nextRecord())
}

// The recording has a check of what was written, and of the sessions for which handles
// were ready, not the bytes and the sessions.
const (
	otherBytes    = "other bytes: the check differs"
	otherSessions = "to other sessions: the check differs"
)

// maxQuoted is how many bytes of a write a report shows.
const maxQuoted = 40

// writing says what is written to a handle.
func writing(h *Handle, size int, bufs [][]byte) string {
	var begin []byte
	for _, b := range bufs {
		begin = append(begin, b[:min(len(b), maxQuoted-len(begin))]...)
	}
	more := ""
	if size > len(begin) {
		more = "..."
	}
	return fmt.Sprintf("writes %d bytes to %s: %q%s", size, h.name(), begin, more)
}

func (p *player) diverge(asked, recorded string) {
	d := &recording.Divergence{Event: p.t.events() + 1, Asked: asked, Recorded: recorded, Offset: p.r.Offset(), Kernel: p.t.k.name}
	for _, m := range p.before {
		d.Before = append(d.Before, m.String())
	}
	d.After = p.following()
	if f := p.t.k.frame; f != nil && f.session != nil && f.depth > 0 {
		d.Handler = fmt.Sprintf("%q in session %d", f.event, f.session.num)
	}
	p.halt(d)
}

// nextRecord describes the record that a replay has come to.
func (p *player) nextRecord() string {
	switch p.pending {
	case 0:
	case recordfile.KindCheck:
		return fmt.Sprintf("goes on to event %d", p.pendingAt)
	case recordfile.KindReady, recordfile.KindPollFail:
		return fmt.Sprintf("polls in vain until the %dth time", p.pendingAt+1)
	case recordfile.KindEvent:
		if predicted, ok := p.guess.Next(); ok && p.pendingAt > p.t.run {
			return "dispatches " + predicted.String()
		}
		return "dispatches " + p.surprise().Mark().String()
	case recordfile.KindMessages:
		return fmt.Sprintf("takes in messages at position %d", p.pendingAt)
	}
	if !p.r.More() {
		return "ends here"
	}
	return recordfile.Describe(p.r).Text
}

// following lists the events that come next in the recording. The replay is over
// then.
func (p *player) following() (events []string) {
	switch p.pending {
	case recordfile.KindReady:
		for n := p.r.Count(); n > 0; n-- {
			p.ready()
		}
	case recordfile.KindPollFail:
		recordfile.DescribeError(p.r)
	case recordfile.KindCheck:
		p.r.Fixed()
		p.r.Fixed()
	case recordfile.KindEvent:
		events = p.predicted(events, p.pendingAt-min(p.t.run, p.pendingAt))
		events = p.learn(events, p.surprise(), p.pendingAt)
	case recordfile.KindMessages:
		for n := p.r.Count(); n > 0 && p.r.Err() == nil; n-- {
			recordfile.DescribeMessage(p.r)
		}
	}
	p.pending = 0
	for scanned := 0; len(events) < contextEvents && scanned < 10000 && p.r.More(); scanned++ {
		if rec := recordfile.Describe(p.r); rec.Event != nil {
			events = p.learn(p.predicted(events, rec.Ran-min(p.t.run, rec.Ran)), *rec.Event, rec.Ran)
		}
	}
	return events
}

// predicted lists n events that have no record.
func (p *player) predicted(events []string, n uint64) []string {
	for ; n > 0 && len(events) < contextEvents; n-- {
		m, ok := p.guess.Next()
		if !ok {
			break
		}
		events = append(events, m.String())
		p.guess.Follow()
	}
	return events
}

// learn lists an event that has a record.
func (p *player) learn(events []string, s recordfile.Surprise, since uint64) []string {
	p.guess.Learn(s, since)
	p.t.run = 1
	return append(events, s.Mark().String())
}

// surprise is the event of the record that is pending.
func (p *player) surprise() recordfile.Surprise {
	if p.unexpected == nil {
		s := p.r.Surprise()
		p.unexpected = &s
	}
	return *p.unexpected
}
