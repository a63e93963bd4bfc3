package inspect

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gopoe/poe/kernel/observe"
	"github.com/gopoe/poe/metrics"
)

// SessionRow is a session in a list.
type SessionRow struct {
	observe.SessionInfo
	Busy float64 // seconds in its handlers
}

func row(s observe.SessionInfo) SessionRow {
	x := SessionRow{SessionInfo: s}
	if of, ok := s.Data.(*metrics.Session); ok {
		x.Busy = of.Busy.Seconds()
	}
	x.Data = nil
	return x
}

// sessions lists the children of a session, in the order in which they became that.
func (i *Inspector) sessions(r *http.Request) (any, error) {
	of, err1 := number(r, "of", 0, 1<<53)
	after, err2 := number(r, "after", 0, 1<<53)
	limit, err3 := number(r, "limit", 100, 500)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	infos, page, more, ok := make([]observe.SessionInfo, 0, stepSize), make([]SessionRow, 0, limit), true, true
	err := i.slices(r.Context(), func() (int, bool) {
		var list []observe.SessionInfo
		list, more, ok = i.view.Children(infos[:0:min(stepSize, int(limit)-len(page))], of, after)
		for _, s := range list {
			page, after = append(page, row(s)), s.Number
		}
		return max(1, len(list)), more && len(page) < int(limit)
	})
	if err == nil && !ok && len(page) == 0 {
		err = errNotFound
	}
	return map[string]any{"Sessions": page, "More": more}, err
}

// orders are what lists of sessions can be sorted by, greatest first.
var orders = map[string]func(a, b *SessionRow) int{
	"busy":     func(a, b *SessionRow) int { return cmp.Compare(b.Busy, a.Busy) },
	"events":   func(a, b *SessionRow) int { return cmp.Compare(b.Events, a.Events) },
	"queued":   func(a, b *SessionRow) int { return cmp.Compare(b.To, a.To) },
	"timers":   func(a, b *SessionRow) int { return cmp.Compare(b.Timers, a.Timers) },
	"children": func(a, b *SessionRow) int { return cmp.Compare(b.Children, a.Children) },
	"newest":   func(a, b *SessionRow) int { return cmp.Compare(b.Number, a.Number) },
}

// maxTop is how many sessions a sorted list has.
const maxTop = 200

func (i *Inspector) top(r *http.Request) (any, error) {
	t, err := newTopList(r)
	if err != nil {
		return nil, err
	}
	err = i.walk(r.Context(), t.add)
	return t.answer(), err
}

// topList finds the greatest of the sessions.
type topList struct {
	find  string
	order func(a, b SessionRow) int
	best  []SessionRow
	total int
}

func newTopList(r *http.Request) (*topList, error) {
	by := cmp.Or(r.URL.Query().Get("by"), "busy")
	compare, ok := orders[by]
	if !ok {
		return nil, badRequest{errors.New("by: there is no order " + by)}
	}
	return &topList{
		find:  strings.ToLower(r.URL.Query().Get("find")),
		order: func(a, b SessionRow) int { return cmp.Or(compare(&a, &b), cmp.Compare(a.Number, b.Number)) },
	}, nil
}

// add keeps the greatest of what it has and of page. It is no work for the kernel's
// goroutine.
func (t *topList) add(page []SessionRow) {
	for _, s := range page {
		if t.find != "" && !found(&s.SessionInfo, t.find) {
			continue
		}
		t.total++
		t.best = append(t.best, s)
	}
	if len(t.best) > 5*maxTop {
		slices.SortFunc(t.best, t.order)
		t.best = t.best[:maxTop]
	}
}

func (t *topList) answer() any {
	slices.SortFunc(t.best, t.order)
	return map[string]any{"Sessions": t.best[:min(len(t.best), maxTop)], "Total": t.total}
}

func found(s *observe.SessionInfo, text string) bool {
	if strconv.FormatUint(s.Number, 10) == text || strings.Contains(strings.ToLower(s.Type), text) {
		return true
	}
	return slices.ContainsFunc(s.Aliases, func(a string) bool { return strings.Contains(strings.ToLower(a), text) })
}

// growth counts the sessions by type.
func (i *Inspector) growth(r *http.Request) (any, error) {
	types := map[string]int{}
	err := i.walk(r.Context(), func(page []SessionRow) {
		for _, s := range page {
			types[s.Type]++
		}
	})
	return types, err
}

// sessionPage is what is shown of one session.
type sessionPage struct {
	observe.SessionDetail
	Busy       float64
	Heap       any // hides the value itself
	Timers     []Item
	Name       string
	Fields     []observe.Field // what it shows of itself
	Operations []string
	Traced     bool                // it logs its events
	ArgTypes   map[string][]string // with which types of arguments its kind has got an event; with Config.Actions
}

// session describes one session: its lists, then its heap, then its timers, so that
// they may differ by what has happened meanwhile.
func (i *Inspector) session(r *http.Request) (any, error) {
	n, err := number(r, "n", 0, 1<<53)
	if err != nil {
		return nil, err
	}
	var d sessionPage
	ok := false
	err = i.onKernel(r.Context(), func() {
		if d.SessionDetail, ok = i.view.Session(n); !ok {
			return
		}
		x := row(d.SessionInfo)
		d.Busy, d.SessionInfo.Data = x.Busy, nil
		d.Operations, d.ArgTypes = i.view.Operations(n), map[string][]string{}
		for _, event := range d.Handlers[:min(len(d.Handlers), showItems)] {
			if names := i.types.names(d.Type, event); names != nil {
				d.ArgTypes[event] = names
			}
		}
		if id, err := i.k.ByNumber(n); err == nil {
			d.Name = id.String()
			s, ok := id.Session().(interface{ Option(string) any })
			d.Traced = ok && s.Option("trace") != nil
			if m, ok := id.Session().(interface{ Runstate() any }); ok && d.SessionDetail.Heap == nil {
				d.SessionDetail.Heap = m.Runstate() // of a state machine
			}
		}
	})
	if err == nil && !ok {
		err = errNotFound
	}
	if err == nil {
		err = i.inside(r.Context(), &d)
	}
	if err != nil {
		return nil, err
	}
	var events []metrics.Event
	for _, e := range i.metrics.Snapshot().Events {
		if e.Kind == d.Type {
			events = append(events, e)
		}
	}
	return map[string]any{"Session": d, "Events": events}, nil
}

// inside adds the values of a session: its heap, and the arguments of its timers.
func (i *Inspector) inside(ctx context.Context, d *sessionPage) error {
	slices.SortFunc(d.Pending, func(a, b observe.Queued) int { return cmp.Compare(b.Age, a.Age) })
	pending, heap := d.Pending, d.SessionDetail.Heap
	d.Pending, d.SessionDetail.Heap, d.Timers = nil, nil, make([]Item, 0, len(pending))
	err := i.onKernel(ctx, func() { d.Heap = show(heap) })
	if err == nil && d.Role != "" {
		err = i.onKernel(ctx, func() { d.Fields = i.view.Describe(d.Number) })
	}
	if err != nil {
		return err
	}
	return i.slices(ctx, func() (int, bool) {
		for n := 0; n < stepSize/itemsOfArgs && len(d.Timers) < len(pending); n++ {
			d.Timers = append(d.Timers, item(pending[len(d.Timers)]))
		}
		return stepSize, len(d.Timers) < len(pending)
	})
}
