package recordfile

import (
	"fmt"
	"syscall"
)

// Record is one record as text, for reports and lists.
type Record struct {
	Text  string
	Event *Surprise // if it says that an event was dispatched
	Ran   uint64    // and how many were since the last such record, with that one
	Total uint64    // of events up to here, if it says so
	Clock uint64    // how many nanoseconds the clock has advanced, if it was read
}

// Describe reads the next record of a recording.
func Describe(r *Reader) (rec Record) {
	switch op := r.Byte(); op {
	case KindClock:
		rec.Clock = r.Uint()
		rec.Text = fmt.Sprintf("reads the clock, %d ns later", rec.Clock)
	case KindWall:
		rec.Text = fmt.Sprintf("reads the time of day, %d ns later", r.Int())
	case KindReady:
		rec.Text = describeReady(r)
	case KindPollFail:
		rec.Text = fmt.Sprintf("polls %d times in vain, and then fails: %s", r.Uint(), DescribeError(r))
	case KindBlock:
		rec.Text = fmt.Sprintf("reads with buffers of %d bytes", r.Uint())
	case KindRead:
		rec.Text = "reads " + quoteStart(r.Bytes())
	case KindReadFail:
		data := r.Bytes()
		rec.Text = fmt.Sprintf("reads %s with the error %s", quoteStart(data), DescribeError(r))
	case KindWrite:
		rec.Text = "writes"
		r.Byte()
	case KindWritePart:
		rec.Text = fmt.Sprintf("writes %d bytes with the error %s", r.Uint(), DescribeError(r))
		r.Byte()
	case KindAccept:
		rec.Text = describeAccept(r)
	case KindResult:
		rec.Text = "does something with the error " + DescribeError(r)
	case KindValue:
		name := r.Name()
		rec.Text = fmt.Sprintf("asks for %s (%d bytes)", name, len(r.Bytes()))
	case KindRefused:
		rec.Text = "is refused to watch a handle: " + DescribeError(r)
	case KindMessages:
		rec.Text = describeMessages(r)
	case KindEvent:
		rec.Ran = r.Uint()
		s := r.Surprise()
		rec.Text, rec.Event = "dispatches "+s.Mark().String(), &s
	case KindModes:
		rec.Text = fmt.Sprintf("asks whether a source is ready (%03b)", r.Byte())
	case KindBool:
		rec.Text = fmt.Sprintf("looks whether messages are there (%d)", r.Byte())
	case KindCheck:
		rec.Total = r.Uint()
		rec.Text = fmt.Sprintf("has dispatched %d events", rec.Total)
		r.Fixed()
		r.Fixed()
	case KindEnd:
		rec.Total = r.Uint()
		rec.Text = fmt.Sprintf("ends after %d events", rec.Total)
		r.Fixed()
	default:
		r.Damaged(fmt.Sprintf("a record of kind %d", op))
	}
	return rec
}

// DescribeError reads an error and describes it.
func DescribeError(r *Reader) string {
	switch code := r.Uint(); code {
	case CodeNone:
		return "none"
	case CodeEOF:
		return "EOF"
	case CodeClosed:
		return "closed"
	case CodeOther:
		r.Bytes()
		return "(a value)"
	default:
		return errnoText(code - FirstErrno)
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

func describeReady(r *Reader) string {
	empties := r.Uint()
	n := r.Count()
	for range n {
		if r.Uint()&OldGeneration != 0 {
			r.Uint()
		}
	}
	return fmt.Sprintf("polls %d times in vain, and then %d handles are ready", empties, n)
}

func describeAccept(r *Reader) string {
	code := r.Uint()
	if code != CodeNone {
		if code == CodeOther {
			r.Bytes()
			return "accepts nothing, with an error"
		}
		return "accepts nothing: " + errnoText(code-FirstErrno)
	}
	r.Byte()
	name := r.Name()
	r.Bytes()
	return "accepts " + name
}

func describeMessages(r *Reader) string {
	at := r.Uint()
	n := r.Count()
	text := fmt.Sprintf("takes in %d messages at position %d:", n, at)
	for i := 0; i < n && r.Err() == nil; i++ {
		text += " " + DescribeMessage(r)
	}
	return text
}

// DescribeMessage reads a message and describes it.
func DescribeMessage(r *Reader) string {
	switch kind := Arrival(r.Byte()); kind {
	case ArrivalEvent:
		name := r.Name()
		return fmt.Sprintf("event %q (%d bytes)", name, len(r.Bytes()))
	case ArrivalSent:
		name := r.Name()
		return fmt.Sprintf("signal %q (%d bytes)", name, len(r.Bytes()))
	case ArrivalLive:
		r.Byte()
		return fmt.Sprintf("something of the program's own %q", r.Name())
	case ArrivalReady, ArrivalWatch:
		return fmt.Sprintf("source %d", r.Uint())
	case ArrivalJob:
		num := r.Uint()
		return fmt.Sprintf("job %d (%d bytes)", num, len(r.Bytes()))
	case ArrivalSignal:
		n := r.Uint()
		return fmt.Sprintf("signal %d %s", n, r.Name())
	case ArrivalReap:
		return "a look at the children"
	case ArrivalLost:
		return fmt.Sprintf("postback %d is lost", r.Uint())
	case ArrivalRelease:
		return fmt.Sprintf("postback %d is released", r.Uint())
	case ArrivalHold:
		return fmt.Sprintf("hold %d is released", r.Uint())
	case ArrivalContext:
		r.Uint()
		return "the context ends"
	case ArrivalStop:
		return "stop"
	default:
		r.Damaged(fmt.Sprintf("a message of kind %d", kind))
		return ""
	}
}

func errnoText(code uint64) string { return syscall.Errno(code).Error() }
