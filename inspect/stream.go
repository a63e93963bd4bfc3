package inspect

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// stream writes server-sent events.
type stream struct {
	w http.ResponseWriter
	c *http.ResponseController
}

func newStream(w http.ResponseWriter) *stream {
	w.Header().Set("Content-Type", "text/event-stream")
	return &stream{w, http.NewResponseController(w)}
}

// send writes one event. A peer that takes nothing for a while is given up.
func (s *stream) send(event string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_ = s.c.SetWriteDeadline(time.Now().Add(10 * time.Second)) // not every writer can
	if _, err := fmt.Fprintf(s.w, "event: %s\ndata: %s\n\n", event, text); err != nil {
		return err
	}
	return s.c.Flush()
}

// live sends the overview once a second, and the state of the pause when it changes.
// While somebody takes it, a pause does not end by itself.
func (i *Inspector) live(w http.ResponseWriter, r *http.Request) {
	s := newStream(w)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for next := true; ; {
		state, changed := i.pauser.current()
		if err := s.send("pause", state); err != nil {
			return
		}
		if next {
			if err := s.send("overview", i.overviewNow(r.Context())); err != nil {
				return
			}
		}
		i.pauser.touch()
		select {
		case <-tick.C:
			next = true
		case <-changed:
			next = false
		case <-r.Context().Done():
			return
		}
	}
}

// traceRate is how many events a trace sends in a second; the others are counted
// as dropped.
const traceRate = 500

// trace sends the events that a filter lets through as they happen, up to
// traceRate a second, and how many were dropped.
func (i *Inspector) trace(w http.ResponseWriter, r *http.Request) {
	f, err := filterOf(r)
	if err != nil {
		answer(w, nil, err)
		return
	}
	follower, stop := i.recent.follow(f)
	defer stop()
	s := newStream(w)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		var batch struct {
			Events  []record
			Dropped uint64
		}
		for len(batch.Events) < traceRate/10 && len(follower.events) > 0 {
			batch.Events = append(batch.Events, <-follower.events)
		}
		batch.Dropped = follower.dropped.Swap(0)
		if err := s.send("events", batch); err != nil {
			return
		}
		i.pauser.touch()
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		}
	}
}
