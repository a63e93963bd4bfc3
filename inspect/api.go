package inspect

import (
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"net/http"
	"runtime"
	"runtime/debug"
	rt "runtime/metrics"
	"slices"
	"strconv"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernel/observe"
	"github.com/gopoe/poe/metrics"
)

//go:embed ui
var files embed.FS

// page serves the files of the page, by their names and no others.
func page(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, "ui/index.html") })
	all, _ := files.ReadDir("ui") // it is in the program
	for _, f := range all {
		mux.HandleFunc("GET /"+f.Name(), func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, "ui/"+f.Name()) })
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
		Runs  int64
		Pause float64 // seconds, of all
	}
	Goroutines int
	Actions    bool // whether they are allowed
	Recordings bool // whether there are any
	Flight     bool // whether the flight recorder runs
	Paused     bool
	Stale      bool // the kernel did not answer: these are the counts of its last turn
}

func (i *Inspector) overview(r *http.Request) (any, error) { return i.overviewNow(r.Context()), nil }

func (i *Inspector) overviewNow(ctx context.Context) *Overview {
	o := &Overview{Time: time.Now(), Uptime: time.Since(i.began).Seconds(), Actions: i.config.Actions, Recordings: len(i.config.Recordings) > 0, Flight: i.flight != nil, Goroutines: runtime.NumGoroutine()}
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
	o.memory()
	return o
}

// memory reads the figures of the runtime, without stopping the program for them.
func (o *Overview) memory() {
	samples := []rt.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/total:bytes"}, {Name: "/gc/heap/objects:objects"}}
	rt.Read(samples)
	for n, to := range []*uint64{&o.Memory.Heap, &o.Memory.Sys, &o.Memory.Objects} {
		if samples[n].Value.Kind() == rt.KindUint64 {
			*to = samples[n].Value.Uint64()
		}
	}
	var gc debug.GCStats
	debug.ReadGCStats(&gc)
	o.GC.Runs, o.GC.Pause = gc.NumGC, gc.PauseTotal.Seconds()
}

// maxEvents bounds the answer of events.
const maxEvents = 2000

func (i *Inspector) events(r *http.Request) (any, error) {
	s := i.metrics.Snapshot()
	slices.SortStableFunc(s.Events, func(a, b metrics.Event) int { return cmp.Compare(b.Run.Sum, a.Run.Sum) })
	s.Events = s.Events[:min(len(s.Events), maxEvents)]
	return s.Events, nil
}

// problems lists what went wrong, and the last dead letters, which can be sent again.
func (i *Inspector) problems(r *http.Request) (any, error) {
	s := i.metrics.Snapshot()
	last, err := i.listLetters(r.Context())
	if err != nil {
		last = nil // a handler is running; the counts are there
	}
	return map[string]any{"Letters": last, "Dead": s.Dead, "Failures": s.Failures, "DeadTotal": s.Counts.DeadLetters, "LostPostbacks": s.Counts.LostPostbacks}, nil
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
