package kernel

import (
	"crypto/rand"
	"encoding/binary"
	"sync"

	"github.com/gopoe/poe/kernel/observe"
)

// maxForeignTraces is how many traces that have begun in other processes are known:
// those who send requests do not decide how many there are.
const maxForeignTraces = 4096

// processTraces are the first eight bytes of the traces that begin in this process.
var processTraces = sync.OnceValue(func() (b [8]byte) {
	_, _ = rand.Read(b[:]) // never fails
	return b
})

// InTrace calls f. The events that f causes join the trace of another process that
// c identifies, the context received with a request; their cause is still the event
// that is being handled. If the kernel is not observed, or c is not valid, InTrace
// only calls f.
func (v Host) InTrace(c observe.TraceContext, f func()) {
	if v.k.debug == nil || v.k.debug.observe == nil || !c.Valid() {
		f()
		return
	}
	o := v.k.debug.observe
	m := o.current()
	o.next++
	if m.Trace = o.next; m.ID == 0 {
		m.ID = o.next
	}
	o.foreign.Add(o.next, c, maxForeignTraces)
	defer o.leave(o.enter(&m))
	f()
}

// TraceContext returns two contexts of the event that is being handled. here is sent
// with a request, so that what the request causes in another process joins this
// event's trace. origin is the context of another process that [Host.InTrace] has
// set for what led to this event. Both are zero if there is no such event or the
// kernel is not observed; origin also if the trace began in this process or is not
// known any more.
func (v Host) TraceContext() (here, origin observe.TraceContext) {
	if v.k.debug == nil || v.k.debug.observe == nil {
		return here, origin
	}
	o, span := v.k.debug.observe, &v.k.frame.span
	origin, _ = o.foreign.Get(span.Mark.Trace)
	return o.contextOf(span.Mark, span.Sampled), origin
}

// contextOf returns the place of an event in a trace of several processes; sampled
// says that its times were taken. For the zero Mark it is the zero TraceContext.
func (o *observing) contextOf(m observe.Mark, sampled bool) (c observe.TraceContext) {
	if m.ID == 0 {
		return c
	}
	c, foreign := o.foreign.Get(m.Trace)
	if !foreign {
		salt := processTraces()
		copy(c.Trace[:], salt[:])
		binary.BigEndian.PutUint64(c.Trace[8:], uint64(m.Trace))
		c.Sampled = sampled
	}
	binary.BigEndian.PutUint64(c.Parent[:], uint64(m.ID))
	return c
}
