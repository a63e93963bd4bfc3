package kernel

import (
	"fmt"

	"github.com/gopoe/poe/kernel/internal/recording"
)

// record is one record as text, for reports and lists.
type record struct {
	text  string
	event *eventMark // if it says that an event was dispatched
	ran   uint64     // and how often the one before it was
}

// describeRecord reads the next record of a recording.
func describeRecord(r *recording.Reader) (rec record) {
	switch op := r.Byte(); op {
	case tapeClock:
		rec.text = fmt.Sprintf("reads the clock, %d ns later", r.Uint())
	case tapeWall:
		rec.text = fmt.Sprintf("reads the time of day, %d ns later", r.Int())
	case tapeReady:
		rec.text = describeReady(r)
	case tapePollFail:
		rec.text = fmt.Sprintf("polls %d times in vain, and then fails: %s", r.Uint(), describeError(r))
	case tapeBlock:
		rec.text = fmt.Sprintf("reads with buffers of %d bytes", r.Uint())
	case tapeRead:
		rec.text = "reads " + quoteStart(r.Bytes())
	case tapeReadFail:
		data := r.Bytes()
		rec.text = fmt.Sprintf("reads %s with the error %s", quoteStart(data), describeError(r))
	case tapeWrite:
		rec.text = "writes"
		r.Byte()
	case tapeWritePart:
		rec.text = fmt.Sprintf("writes %d bytes with the error %s", r.Uint(), describeError(r))
		r.Byte()
	case tapeAccept:
		rec.text = describeAccept(r)
	case tapeResult:
		rec.text = "does something with the error " + describeError(r)
	case tapeValue:
		name := r.Name()
		rec.text = fmt.Sprintf("asks for %s (%d bytes)", name, len(r.Bytes()))
	case tapeRefused:
		rec.text = "is refused to watch a handle: " + describeError(r)
	case tapeMessages:
		rec.text = describeMessages(r)
	case tapeEvent:
		rec.ran = r.Uint()
		m := readMark(r)
		rec.text, rec.event = "dispatches "+m.String(), &m
	case tapeModes:
		rec.text = fmt.Sprintf("asks whether a source is ready (%03b)", r.Byte())
	case tapeBool:
		rec.text = fmt.Sprintf("looks whether messages are there (%d)", r.Byte())
	case tapeCheck:
		rec.text = fmt.Sprintf("has dispatched %d events", r.Uint())
		r.Fixed()
		r.Fixed()
	case tapeEnd:
		rec.text = fmt.Sprintf("ends after %d events", r.Uint())
		r.Fixed()
	default:
		r.Damaged(fmt.Sprintf("a record of kind %d", op))
	}
	return rec
}

func readMark(r *recording.Reader) (m eventMark) {
	m.name = r.Name()
	if n := r.Uint(); n == 0 {
		m.ready = true
	} else {
		m.session = n - 1
	}
	return m
}

func describeError(r *recording.Reader) string {
	switch code := r.Uint(); code {
	case codeNone:
		return "none"
	case codeEOF:
		return "EOF"
	case codeClosed:
		return "closed"
	case codeOther:
		r.Bytes()
		return "(a value)"
	default:
		return errnoText(code - firstErrno)
	}
}

// maxQuoted is how many bytes of a read are shown.
const maxQuoted = 40

func quoteStart(data []byte) string {
	if len(data) > maxQuoted {
		return fmt.Sprintf("%q... (%d bytes)", data[:maxQuoted], len(data))
	}
	return fmt.Sprintf("%q", data)
}

func describeReady(r *recording.Reader) string {
	empties := r.Uint()
	n := r.Count()
	for range n {
		if r.Uint()&oldGeneration != 0 {
			r.Uint()
		}
	}
	return fmt.Sprintf("polls %d times in vain, and then %d handles are ready", empties, n)
}

func describeAccept(r *recording.Reader) string {
	code := r.Uint()
	if code != codeNone {
		if code == codeOther {
			r.Bytes()
			return "accepts nothing, with an error"
		}
		return "accepts nothing: " + errnoText(code-firstErrno)
	}
	r.Byte()
	name := r.Name()
	r.Bytes()
	return "accepts " + name
}

func describeMessages(r *recording.Reader) string {
	at := r.Uint()
	n := r.Count()
	text := fmt.Sprintf("takes in %d messages at look %d:", n, at)
	for i := 0; i < n && r.Err() == nil; i++ {
		text += " " + describeMessage(r)
	}
	return text
}

func describeMessage(r *recording.Reader) string {
	switch kind := arrival(r.Byte()); kind {
	case arrivalEvent:
		name := r.Name()
		return fmt.Sprintf("event %q (%d bytes)", name, len(r.Bytes()))
	case arrivalSent:
		name := r.Name()
		return fmt.Sprintf("signal %q (%d bytes)", name, len(r.Bytes()))
	case arrivalLive:
		r.Byte()
		return fmt.Sprintf("something of the program's own %q", r.Name())
	case arrivalReady, arrivalWatch:
		return fmt.Sprintf("source %d", r.Uint())
	case arrivalJob:
		num := r.Uint()
		return fmt.Sprintf("job %d (%d bytes)", num, len(r.Bytes()))
	case arrivalSignal:
		n := r.Uint()
		return fmt.Sprintf("signal %d %s", n, r.Name())
	case arrivalReap:
		return "a look at the children"
	case arrivalLost:
		return fmt.Sprintf("postback %d is lost", r.Uint())
	case arrivalRelease:
		return fmt.Sprintf("postback %d is released", r.Uint())
	case arrivalHold:
		return fmt.Sprintf("hold %d is released", r.Uint())
	case arrivalContext:
		r.Uint()
		return "the context ends"
	case arrivalStop:
		return "stop"
	default:
		r.Damaged(fmt.Sprintf("a message of kind %d", kind))
		return ""
	}
}

// nextRecord describes the record that a replay has come to.
func (p *player) nextRecord() string {
	switch p.pending {
	case 0:
	case tapeCheck:
		return fmt.Sprintf("goes on to event %d", p.pendingAt)
	case tapeReady, tapePollFail:
		return fmt.Sprintf("polls in vain until the %dth time", p.pendingAt+1)
	case tapeEvent:
		if p.pendingAt > p.t.run {
			return "dispatches " + p.t.last.String()
		}
		return "dispatches " + readMark(p.r).String()
	case tapeMessages:
		return fmt.Sprintf("takes in messages at look %d", p.pendingAt)
	}
	if !p.r.More() {
		return "ends here"
	}
	return describeRecord(p.r).text
}

// following lists the events that come next in the recording. The replay is over
// then.
func (p *player) following() (events []string) {
	switch p.pending {
	case tapeReady:
		for n := p.r.Count(); n > 0; n-- {
			p.ready()
		}
	case tapePollFail:
		describeError(p.r)
	case tapeCheck:
		p.r.Fixed()
		p.r.Fixed()
	case tapeEvent:
		if p.pendingAt >= p.t.run {
			events = append(events, readMark(p.r).String())
		}
	case tapeMessages:
		for n := p.r.Count(); n > 0 && p.r.Err() == nil; n-- {
			describeMessage(p.r)
		}
	}
	p.pending = 0
	for scanned := 0; len(events) < contextEvents && scanned < 10000 && p.r.More(); scanned++ {
		if rec := describeRecord(p.r); rec.event != nil {
			events = append(events, rec.event.String())
		}
	}
	return events
}
