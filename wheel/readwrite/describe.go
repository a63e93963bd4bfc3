package readwrite

import (
	"fmt"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernel/observe"
)

// Describe shows the wheel to inspectors: its filters, what waits, and why it does
// not read. It belongs to the kernel's goroutine.
func (w *Wheel) Describe() []observe.Field {
	f := []observe.Field{
		{Name: "wheel", Value: uint64(w.base.ID())},
		{Name: "handle", Value: w.in().handle.String()},
		{Name: "filter", Value: fmt.Sprintf("%T", w.in().filter)},
	}
	if out := fmt.Sprintf("%T", w.out.filter); out != f[2].Value {
		f = append(f, observe.Field{Name: "output filter", Value: out})
	}
	f = append(f,
		observe.Field{Name: "pending", Value: w.OutOctets()},
		observe.Field{Name: "undecoded", Value: w.InOctets()},
		observe.Field{Name: "read", Value: w.BytesRead()},
		observe.Field{Name: "written", Value: w.BytesWritten()},
	)
	if why := w.notReading(); why != "" {
		f = append(f, observe.Field{Name: "not reading", Value: why})
	}
	if w.more != nil && w.more.high {
		f = append(f, observe.Field{Name: "high", Value: true})
	}
	return f
}

// notReading says why the wheel does not read, "" if it does.
func (w *Wheel) notReading() string {
	switch {
	case w.noInput:
		return "input has ended"
	case w.held:
		return "output waits (back-pressure)"
	case w.more != nil && w.more.paused:
		return "paused"
	case w.throttled(kernel.Read):
		return "rate limit"
	case !w.reads:
		return "nothing wants input"
	}
	return ""
}
