package inspect

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/gopoe/poe/kernel/observe"
)

// Item is a queued event or a timer.
type Item struct {
	ID, Cause, Trace eventID
	Kind, Event      string
	From, To         uint64
	Caller, Site     string
	Age              float64 // seconds since it was queued; negative until a timer is due
	Slot             uint64  // of a queued event, its place in the queue
	Timer            string  // its ID
	Args             string
}

func item(q observe.Queued) Item {
	x := Item{
		ID: eventID(q.Mark.ID), Cause: eventID(q.Mark.Cause), Trace: eventID(q.Mark.Trace), Kind: q.Kind.String(), Event: q.Name,
		From: q.From, To: q.To, Caller: q.Caller, Site: q.Site, Age: q.Age.Seconds(), Slot: q.Slot, Args: briefAll(q.Args),
	}
	if q.Timer != 0 {
		x.Timer = strconv.FormatUint(q.Timer, 10)
	}
	return x
}

// queue lists the queue from a slot on. What is dispatched meanwhile is missing.
func (i *Inspector) queue(r *http.Request) (any, error) {
	from, err1 := number(r, "from", 0, 1<<53)
	limit, err2 := number(r, "limit", 100, 500)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	all, total, page := make([]Item, 0, limit), 0, make([]observe.Queued, 0, stepSize/itemsOfArgs)
	err := i.slices(r.Context(), func() (int, bool) {
		list, next := i.view.Queue(page[:0:min(cap(page), int(limit)-len(all))], from)
		for _, q := range list {
			all = append(all, item(q))
		}
		from, total = next, i.view.Counts().Events
		return stepSize, next != 0 && len(all) < int(limit)
	})
	return map[string]any{"Queue": all, "Next": from, "Total": total}, err
}

// timers lists the timers that are due next. Those that fire meanwhile are missing.
func (i *Inspector) timers(r *http.Request) (any, error) {
	limit, err := number(r, "limit", 100, 500)
	if err != nil {
		return nil, err
	}
	ids, total, all := make([]uint64, 0, limit), 0, make([]Item, 0, limit)
	if err := i.onKernel(r.Context(), func() { ids, total = i.view.Timers(ids), i.view.Counts().Timers }); err != nil {
		return nil, err
	}
	err = i.slices(r.Context(), func() (int, bool) {
		n := min(len(ids), stepSize/itemsOfArgs)
		for _, id := range ids[:n] {
			if q, ok := i.view.Timer(id); ok {
				all = append(all, item(q))
			}
		}
		ids = ids[n:]
		return n * itemsOfArgs, len(ids) > 0
	})
	return map[string]any{"Timers": all, "Total": total}, err
}

func (i *Inspector) handles(r *http.Request) (any, error) {
	from, err1 := number(r, "from", 0, 1<<30)
	limit, err2 := number(r, "limit", 100, 500)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	all, next, total := make([]observe.HandleInfo, 0, limit), int(from), 0
	page := make([]observe.HandleInfo, 0, stepSize/itemsOfEndpoint)
	err := i.slices(r.Context(), func() (items int, more bool) {
		var list []observe.HandleInfo
		list, next = i.view.Handles(page[:0:min(cap(page), int(limit)-len(all))], next)
		for _, h := range list {
			items += 1 + itemsOfEndpoint*len(h.Watchers)
		}
		all, total = append(all, list...), i.view.Counts().Handles
		return max(1, items), next != 0 && len(all) < int(limit)
	})
	return map[string]any{"Handles": all, "Next": next, "Total": total}, err
}

// Server is a session whose heap describes itself as a server or a connection.
type Server struct {
	SessionRow
	Fields     []observe.Field
	Operations []string // what can be done with it now
}

// maxServers is how many connections are listed.
const maxServers = 500

// servers lists the servers and connections. All sessions are gone through before the
// first is described; those that stop meanwhile are missing.
func (i *Inspector) servers(r *http.Request) (any, error) {
	var servers, connections []SessionRow
	total := 0
	err := i.walk(r.Context(), func(page []SessionRow) {
		for _, s := range page {
			switch {
			case s.Role == "server" && len(servers) < maxServers:
				servers = append(servers, s)
			case s.Role == "connection":
				if total++; len(connections) < maxServers {
					connections = append(connections, s)
				}
			}
		}
	})
	if err != nil {
		return nil, err
	}
	all, err1 := i.describe(r.Context(), servers, itemsOfEndpoint)
	open, err2 := i.describe(r.Context(), connections, itemsOfEndpoint)
	return map[string]any{"Servers": all, "Connections": open, "Total": total}, errors.Join(err1, err2)
}

// describe asks sessions for what they show of themselves. Each counts so many items.
func (i *Inspector) describe(ctx context.Context, rows []SessionRow, items int) ([]Server, error) {
	all := make([]Server, 0, len(rows))
	if len(rows) == 0 {
		return all, nil
	}
	next := 0
	err := i.slices(ctx, func() (int, bool) {
		s := Server{SessionRow: rows[next]}
		if s.Fields = i.view.Describe(s.Number); s.Fields != nil {
			s.Operations = i.view.Operations(s.Number)
			all = append(all, s)
		}
		next++
		return items, next < len(rows)
	})
	return all, err
}
