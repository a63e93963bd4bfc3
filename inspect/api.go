package inspect

import (
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernel/observe"
	"github.com/gopoe/poe/metrics"
)

//go:embed ui
var files embed.FS

// page serves the files of the page.
func page(mux *http.ServeMux) {
	for path, file := range map[string]string{
		"/{$}": "index.html", "/app.js": "app.js", "/style.css": "style.css", "/standalone.module.js": "standalone.module.js", "/icon.svg": "icon.svg",
		"/licences.txt": "licences.txt",
	} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, "ui/"+file) })
	}
}

// routes are all paths that there are. Everything else is not found.
func (i *Inspector) routes() {
	i.mux = http.NewServeMux()
	page(i.mux)
	i.gets = map[string]func(*http.Request) (any, error){
		"overview": i.overview, "events": i.events, "sessions": i.sessions, "top": i.top, "session": i.session, "growth": i.growth,
		"queue": i.queue, "timers": i.timers, "handles": i.handles, "servers": i.servers, "nodes": i.nodes,
		"latency": i.latency, "profile": i.profile,
		"recent": i.recent.last, "tree": i.recent.tree, "perfetto": i.recent.perfetto, "problems": i.problems, "pause": i.pauseState, "dump": i.dump,
	}
	serve(i.mux, i.gets)
	serve(i.mux, recordings{i.config.Recordings, i.config.Replay}.gets())
	i.mux.HandleFunc("GET /api/live", i.live)
	i.mux.HandleFunc("GET /api/trace", i.trace)
	i.mux.HandleFunc("GET /api/profile/raw", i.rawProfile)
	i.mux.HandleFunc("GET /api/flight", i.lastFlight)
	i.mux.HandleFunc("POST /api/action", i.action)
}

func serve(mux *http.ServeMux, gets map[string]func(*http.Request) (any, error)) {
	for path, get := range gets {
		mux.HandleFunc("GET /api/"+path, func(w http.ResponseWriter, r *http.Request) {
			v, err := get(r)
			answer(w, v, err)
		})
	}
}

// badRequest is an error of the one who asks.
type badRequest struct{ error }

func answer(w http.ResponseWriter, v any, err error) {
	w.Header().Set("Content-Type", "application/json")
	status := http.StatusOK
	var bad badRequest
	switch {
	case errors.As(err, &bad):
		status = http.StatusBadRequest
	case errors.Is(err, errNotFound):
		status = http.StatusNotFound
	case errors.Is(err, errReadOnly):
		status = http.StatusForbidden
	case errors.Is(err, errProfiling):
		status = http.StatusConflict
	case err != nil:
		status = http.StatusServiceUnavailable
	}
	if err != nil {
		v = map[string]string{"error": err.Error()}
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the peer may have gone
}

var errNotFound = errors.New("there is none, or it is not kept any more")

// number reads a parameter that is a number up to most.
func number(r *http.Request, name string, def, most uint64) (uint64, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return def, nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n > most {
		return 0, badRequest{errors.New(name + ": not a number up to " + strconv.FormatUint(most, 10))}
	}
	return n, nil
}

// Overview is the first screen: the API's answer to overview.
type Overview struct {
	Kernel     string
	Time       time.Time
	Uptime     float64 // seconds since the inspector was attached
	Counts     observe.Counts
	Dispatched uint64
	Threw      uint64
	Sample     int
	Turn, Late metrics.Histogram
	Memory     struct{ Heap, Sys, Objects uint64 }
	GC         struct {
		Runs  uint32
		Pause float64 // seconds, of all
	}
	Goroutines int
	Actions    bool // whether they are allowed
	Recordings bool // whether there are any
	Paused     bool
	Stale      bool // the kernel did not answer: these are the counts of its last turn
}

func (i *Inspector) overview(r *http.Request) (any, error) { return i.overviewNow(r.Context()), nil }

func (i *Inspector) overviewNow(ctx context.Context) *Overview {
	o := &Overview{Time: time.Now(), Uptime: time.Since(i.began).Seconds(), Actions: i.config.Actions, Recordings: len(i.config.Recordings) > 0, Goroutines: runtime.NumGoroutine()}
	s := i.metrics.Snapshot()
	o.Kernel, o.Dispatched, o.Threw, o.Sample, o.Turn, o.Late, o.Counts = s.Kernel, s.Dispatched, s.Threw, s.Sample, s.Turn, s.Late, s.Counts
	ctx, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
	defer cancel()
	var counts observe.Counts
	if err := i.onKernel(ctx, func() { counts = i.view.Counts() }); err != nil {
		o.Stale = true
	} else {
		o.Counts = counts
	}
	state, _ := i.pauser.current()
	o.Paused = state.Paused
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	o.Memory.Heap, o.Memory.Sys, o.Memory.Objects = m.HeapAlloc, m.Sys, m.HeapObjects
	o.GC.Runs, o.GC.Pause = m.NumGC, time.Duration(m.PauseTotalNs).Seconds()
	return o
}

// maxEvents bounds the answer of events.
const maxEvents = 2000

func (i *Inspector) events(r *http.Request) (any, error) {
	s := i.metrics.Snapshot()
	slices.SortStableFunc(s.Events, func(a, b metrics.Event) int { return cmp.Compare(b.Run.Sum, a.Run.Sum) })
	s.Events = s.Events[:min(len(s.Events), maxEvents)]
	return s.Events, nil
}

// SessionRow is a session in a list.
type SessionRow struct {
	observe.SessionInfo
	Events uint64  // that it has handled
	Busy   float64 // seconds in its handlers
}

func row(s observe.SessionInfo) SessionRow {
	x := SessionRow{SessionInfo: s}
	if of, ok := s.Data.(*metrics.Session); ok {
		x.Events, x.Busy = of.Events, of.Busy.Seconds()
	}
	x.Data = nil
	return x
}

func rows(page []observe.SessionInfo) []SessionRow {
	all := make([]SessionRow, len(page))
	for i, s := range page {
		all[i] = row(s)
	}
	return all
}

func (i *Inspector) sessions(r *http.Request) (any, error) {
	of, err1 := number(r, "of", 0, 1<<53)
	after, err2 := number(r, "after", 0, 1<<53)
	limit, err3 := number(r, "limit", 100, 500)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	page, more, ok := []SessionRow{}, true, true
	err := i.slices(r.Context(), func() bool {
		var infos []observe.SessionInfo
		infos, more, ok = i.view.Children(of, after, min(stepSize, int(limit)-len(page)))
		if len(infos) > 0 {
			page, after = append(page, rows(infos)...), infos[len(infos)-1].Number
		}
		return more && len(page) < int(limit)
	})
	if err == nil && !ok && len(page) == 0 {
		err = errNotFound
	}
	return map[string]any{"Sessions": page, "More": more}, err
}

// walk calls do for all sessions, a page at a time, on the kernel's goroutine. Those
// that begin or end meanwhile may be missing. What takes longer is done by between, see
// slices.
func (i *Inspector) walk(ctx context.Context, do func([]observe.SessionInfo), between ...func()) error {
	after, last := uint64(0), []uint64{}
	return i.slices(ctx, func() bool {
		page, more, ok := i.view.Sessions(after, stepSize)
		for n := len(last) - 1; !ok && n >= 0; n-- { // it has stopped: the one before it
			page, more, ok = i.view.Sessions(last[n], stepSize)
		}
		if len(page) == 0 {
			return false
		}
		last = last[:0]
		for _, s := range page {
			last = append(last, s.Number)
		}
		after = page[len(page)-1].Number
		do(page)
		return more
	}, between...)
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
	err = i.walk(r.Context(), func(page []observe.SessionInfo) { t.add(rows(page)) }, t.trim)
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

func (t *topList) add(page []SessionRow) {
	for _, s := range page {
		if t.find != "" && !found(&s.SessionInfo, t.find) {
			continue
		}
		t.total++
		t.best = append(t.best, s)
	}
}

// trim forgets those that are not among the greatest. It is no work for the kernel's
// goroutine.
func (t *topList) trim() {
	if len(t.best) > 2*maxTop {
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
	err := i.walk(r.Context(), func(page []observe.SessionInfo) {
		for _, s := range page {
			types[s.Type]++
		}
	})
	return types, err
}

func (i *Inspector) session(r *http.Request) (any, error) {
	n, err := number(r, "n", 0, 1<<53)
	if err != nil {
		return nil, err
	}
	var d struct {
		observe.SessionDetail
		Events uint64
		Busy   float64
		Heap   any // hides the value itself
		Timers []Item
		Name   string
	}
	ok := false
	err = i.onKernel(r.Context(), func() {
		if d.SessionDetail, ok = i.view.Session(n); !ok {
			return
		}
		x := row(d.SessionInfo)
		d.Events, d.Busy, d.SessionInfo.Data = x.Events, x.Busy, nil
		d.Heap = show(d.SessionDetail.Heap)
		d.SessionDetail.Heap = nil
		if id, err := i.k.ByNumber(n); err == nil {
			d.Name = id.String()
		}
		slices.SortFunc(d.Pending, func(a, b observe.Queued) int { return cmp.Compare(b.Age, a.Age) })
		d.Timers, d.Pending = items(d.Pending), nil
	})
	if err == nil && !ok {
		err = errNotFound
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

// Item is a queued event or a timer.
type Item struct {
	ID, Cause, Trace eventID
	Kind, Event      string
	From, To         uint64
	Caller, Site     string
	Age              float64 // seconds since it was queued; negative until a timer is due
	Timer            string  // its ID
	Args             string
}

func item(q observe.Queued) Item {
	x := Item{
		ID: eventID(q.Mark.ID), Cause: eventID(q.Mark.Cause), Trace: eventID(q.Mark.Trace), Kind: q.Kind.String(), Event: q.Name,
		From: q.From, To: q.To, Caller: q.Caller, Site: q.Site, Age: q.Age.Seconds(), Args: briefAll(q.Args),
	}
	if q.Timer != 0 {
		x.Timer = strconv.FormatUint(q.Timer, 10)
	}
	return x
}

// items are the first of page, as many as a slice has time for: their arguments
// may be anything.
func items(page []observe.Queued) []Item {
	all, s := make([]Item, 0, len(page)), newSlice()
	for i, q := range page {
		if all = append(all, item(q)); i%stepSize == stepSize-1 && s.over() {
			break
		}
	}
	return all
}

func (i *Inspector) queue(r *http.Request) (any, error) {
	skip, err1 := number(r, "skip", 0, 1<<30)
	limit, err2 := number(r, "limit", 100, 500)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	var all []Item
	var counts observe.Counts
	err := i.onKernel(r.Context(), func() {
		all, counts = items(i.view.Queue(int(skip), int(limit))), i.view.Counts()
	})
	return map[string]any{"Queue": all, "Total": counts.Events}, err
}

func (i *Inspector) timers(r *http.Request) (any, error) {
	limit, err := number(r, "limit", 100, 500)
	if err != nil {
		return nil, err
	}
	var all []Item
	var counts observe.Counts
	err = i.onKernel(r.Context(), func() { all, counts = items(i.view.Timers(int(limit))), i.view.Counts() })
	return map[string]any{"Timers": all, "Total": counts.Timers}, err
}

func (i *Inspector) handles(r *http.Request) (any, error) {
	from, err1 := number(r, "from", 0, 1<<30)
	limit, err2 := number(r, "limit", 100, 500)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	all, next, total := []observe.HandleInfo{}, int(from), 0
	err := i.slices(r.Context(), func() bool {
		var page []observe.HandleInfo
		page, next = i.view.Handles(next, stepSize)
		all, total = append(all, page...), i.view.Counts().Handles
		return next != 0 && len(all)+stepSize <= int(limit)
	})
	return map[string]any{"Handles": all, "Next": next, "Total": total}, err
}

// Server is a session whose heap describes itself as a server or a connection.
type Server struct {
	SessionRow
	Fields []observe.Field
}

// maxServers is how many connections are listed.
const maxServers = 500

func (i *Inspector) servers(r *http.Request) (any, error) {
	var servers, connections []Server
	total := 0
	err := i.walk(r.Context(), func(page []observe.SessionInfo) {
		for _, s := range page {
			switch s.Role {
			case "server":
				servers = append(servers, i.server1(s))
			case "connection":
				if total++; len(connections) < maxServers {
					connections = append(connections, i.server1(s))
				}
			}
		}
	})
	return map[string]any{"Servers": servers, "Connections": connections, "Total": total}, err
}

func (i *Inspector) server1(s observe.SessionInfo) Server {
	return Server{SessionRow: row(s), Fields: i.view.Describe(s.Number)}
}

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

func (i *Inspector) problems(*http.Request) (any, error) {
	s := i.metrics.Snapshot()
	return map[string]any{"Dead": s.Dead, "Failures": s.Failures, "DeadTotal": s.Counts.DeadLetters, "LostPostbacks": s.Counts.LostPostbacks}, nil
}

func (i *Inspector) pauseState(*http.Request) (any, error) {
	s, _ := i.pauser.current()
	return s, nil
}

// destination finds a session by number, 0 for the kernel, or alias.
func (i *Inspector) destination(to string) (kernel.Dest, error) {
	if n, err := strconv.ParseUint(to, 10, 64); err == nil {
		return i.k.ByNumber(n)
	}
	if to == "" {
		return nil, badRequest{errors.New("the field To is no session")}
	}
	return kernel.Alias(to), nil
}
