package inspect

import (
	"errors"
	"net/http"
	"strconv"
)

// filterOf reads a trace's filter.
func filterOf(r *http.Request) (f filter, err error) {
	q := r.URL.Query()
	if f.Session, err = number(r, "session", 0, 1<<53); err != nil {
		return f, err
	}
	f.Event, f.Type, f.Kind, f.Arg, f.args = q.Get("event"), q.Get("type"), q.Get("kind"), q.Get("arg"), q.Get("args") == "1"
	if text := q.Get("min"); text != "" {
		if f.Min, err = strconv.ParseFloat(text, 64); err != nil {
			return f, badRequest{errors.New("min: not a number of seconds")}
		}
	}
	if text := q.Get("trace"); text != "" {
		if f.Trace, err = parseID(text); err != nil {
			return f, badRequest{errors.New("trace: not an event's ID")}
		}
	}
	return f, nil
}

// last answers with the last events that a filter lets through.
func (r *recent) last(q *http.Request) (any, error) {
	f, err := filterOf(q)
	if err != nil {
		return nil, err
	}
	limit, err := number(q, "limit", 200, 1000)
	if err != nil {
		return nil, err
	}
	var last []record
	r.all(func(x *record) {
		if f.matches(x) {
			last = append(last, *x)
		}
		if len(last) >= 2*int(limit) {
			last = append(last[:0], last[int(limit):]...)
		}
	})
	return last[max(0, len(last)-int(limit)):], nil
}

// tree answers with the causal tree of an event.
func (r *recent) tree(q *http.Request) (any, error) {
	id, err := parseID(q.URL.Query().Get("id"))
	if err != nil {
		return nil, badRequest{errors.New("id: not an event's ID")}
	}
	roots, more := r.causes(id, 1000)
	if roots == nil {
		return nil, errNotFound
	}
	return map[string]any{"Roots": roots, "More": more}, nil
}
