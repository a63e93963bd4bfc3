package inspect

import (
	"fmt"
	"net/http"
)

// traceEvent is an event of the trace event format, which Perfetto and Chrome open. Times
// are in microseconds.
type traceEvent struct {
	Name string         `json:"name"`
	Cat  string         `json:"cat,omitempty"`
	Ph   string         `json:"ph"`
	PID  int            `json:"pid"`
	TID  uint64         `json:"tid"`
	TS   float64        `json:"ts"`
	Dur  float64        `json:"dur,omitempty"`
	ID   string         `json:"id,omitempty"`
	BP   string         `json:"bp,omitempty"`
	Args map[string]any `json:"args,omitempty"`
}

// perfetto answers with the events that are kept in the trace event format: each
// session is a thread, each event a slice, and an arrow goes from where an event
// was queued to where it was handled. Events whose times were not taken are left
// out, and counted.
func (r *recent) perfetto(*http.Request) (any, error) {
	all := []traceEvent{}
	timed := map[eventID]*record{}
	named := map[uint64]bool{}
	untimed := 0
	r.all(func(x *record) {
		if !x.Sampled || x.Ran < 0 || x.Time.IsZero() {
			untimed++
			return
		}
		kept := *x
		timed[x.ID] = &kept
		if !named[x.Session] {
			named[x.Session] = true
			all = append(all, traceEvent{Name: "thread_name", Ph: "M", PID: 1, TID: x.Session, Args: map[string]any{"name": fmt.Sprintf("session %d %s", x.Session, x.Type)}})
		}
		all = append(all, traceEvent{Name: x.Event, Cat: x.Kind, Ph: "X", PID: 1, TID: x.Session, TS: x.start(), Dur: x.Ran * 1e6, Args: map[string]any{
			"id": x.ID, "cause": x.Cause, "trace": x.Trace, "sender": x.Sender, "waited": x.Waited * 1e6, "panic": x.Threw, "args": x.Args,
		}})
		if cause := timed[x.Cause]; cause != nil {
			all = append(all, arrow(cause, &kept)...)
		}
	})
	return map[string]any{"traceEvents": all, "displayTimeUnit": "ns", "otherData": map[string]any{"untimed": untimed}}, nil
}

// start is when the handler began, in microseconds.
func (x *record) start() float64 { return float64(x.Time.UnixNano()) / 1e3 }

// arrow goes from the moment within the cause's slice at which the effect was queued,
// as far as that is known, to the effect.
func arrow(cause, effect *record) []traceEvent {
	id := fmt.Sprint(uint64(effect.ID))
	queued := effect.start()
	if effect.Kind != "timer" { // which has waited since it was due
		queued -= effect.Waited * 1e6
	}
	queued = min(max(queued, cause.start()), cause.start()+cause.Ran*1e6)
	return []traceEvent{
		{Name: "causes", Cat: "cause", Ph: "s", PID: 1, TID: cause.Session, TS: queued, ID: id},
		{Name: "causes", Cat: "cause", Ph: "f", BP: "e", PID: 1, TID: effect.Session, TS: effect.start(), ID: id},
	}
}
