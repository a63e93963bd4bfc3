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

// differ ends the run: the kernel has done something that the recording has, but
// not as it is there.
func (p *player) differ(asked string) { p.diverge(asked, "the same, with another result") }

func (p *player) diverge(asked, recorded string) {
	d := &recording.Divergence{Event: p.t.events + 1, Asked: asked, Recorded: recorded, Offset: p.r.Offset(), Kernel: p.t.k.name}
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
		if p.pendingAt > p.t.run {
			return "dispatches " + p.t.last.String()
		}
		return "dispatches " + recordfile.ReadMark(p.r).String()
	case recordfile.KindMessages:
		return fmt.Sprintf("takes in messages at look %d", p.pendingAt)
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
		if p.pendingAt >= p.t.run {
			events = append(events, recordfile.ReadMark(p.r).String())
		}
	case recordfile.KindMessages:
		for n := p.r.Count(); n > 0 && p.r.Err() == nil; n-- {
			recordfile.DescribeMessage(p.r)
		}
	}
	p.pending = 0
	for scanned := 0; len(events) < contextEvents && scanned < 10000 && p.r.More(); scanned++ {
		if rec := recordfile.Describe(p.r); rec.Event != nil {
			events = append(events, rec.Event.String())
		}
	}
	return events
}
