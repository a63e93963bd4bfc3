package inspect

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gopoe/poe/internal/replayrun"
	"github.com/gopoe/poe/recording"
)

// Recordings is an http.Handler that shows recordings of runs, to requests that
// have its token: the events of a run, the kernel's state at any of them, and
// the first difference of two runs. Its server should listen on a loopback
// address or a unix socket. An Inspector shows recordings as well, see
// Config.Recordings.
type Recordings struct {
	token token
	from  recordings
	mux   *http.ServeMux
}

// NewRecordings returns a handler that shows the recordings in paths: files,
// and directories of files whose names end in .rec. Command is a program that
// can replay them, with its arguments, or alone for those with which it was
// recorded. If it is empty, states are not shown.
func NewRecordings(paths, command []string) *Recordings {
	r := &Recordings{token: newToken(), mux: http.NewServeMux(), from: recordings{paths, command}}
	page(r.mux)
	serve(r.mux, r.from.gets())
	r.mux.HandleFunc("GET /api/live", r.live)
	return r
}

// Token returns what requests must present, as those to an [Inspector] must present
// its token.
func (r *Recordings) Token() string { return string(r.token) }

// ServeHTTP implements http.Handler.
func (r *Recordings) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	serveLocal(w, q, r.token, r.mux)
}

// live says once that there is nothing but recordings.
func (r *Recordings) live(w http.ResponseWriter, q *http.Request) {
	if newStream(w).send("overview", map[string]any{"Kernel": "recordings", "Recordings": true, "Only": "recordings"}) == nil {
		<-q.Context().Done()
	}
}

// recordings answers with what is in some recordings.
type recordings struct {
	paths   []string // files and directories
	command []string // which replays them; none if that cannot be done
}

func (x recordings) gets() map[string]func(*http.Request) (any, error) {
	return map[string]func(*http.Request) (any, error){
		"recordings": x.list, "recordings/summary": x.summary, "recordings/events": x.events,
		"recordings/state": x.state, "recordings/compare": x.compare,
	}
}

// RecordingFile is a recording in a list.
type RecordingFile struct {
	Name  string
	Size  int64
	Head  recording.Head
	Error string // why it cannot be read; else empty
}

// maxRecordings is how many are listed.
const maxRecordings = 500

// files finds the recordings anew: path by name. Of two of one name one is found.
func (x recordings) files() (map[string]string, error) {
	found := map[string]string{}
	var failed error
	for _, path := range x.paths {
		info, err := os.Stat(path)
		switch {
		case err != nil:
			failed = errors.Join(failed, err)
			continue
		case !info.IsDir():
			found[filepath.Base(path)] = path
			continue
		}
		entries, err := os.ReadDir(path)
		failed = errors.Join(failed, err)
		for _, e := range entries {
			if e.Type().IsRegular() && strings.HasSuffix(e.Name(), ".rec") && len(found) < maxRecordings {
				found[e.Name()] = filepath.Join(path, e.Name())
			}
		}
	}
	if len(found) == 0 {
		return nil, failed
	}
	return found, nil
}

func (x recordings) list(*http.Request) (any, error) {
	found, err := x.files()
	if err != nil {
		return nil, err
	}
	all := []RecordingFile{}
	for name, path := range found {
		f := RecordingFile{Name: name}
		if info, err := os.Stat(path); err == nil {
			f.Size = info.Size()
		}
		if f.Head, err = replayrun.ReadHead(path); err != nil {
			f.Error = err.Error()
		}
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b RecordingFile) int {
		return cmp.Or(b.Head.Time.Compare(a.Head.Time), cmp.Compare(a.Name, b.Name))
	})
	return map[string]any{"Recordings": all, "Replays": len(x.command) > 0}, nil
}

// open opens the recording that a parameter names: one of those that are listed.
func (x recordings) open(r *http.Request, parameter string) (*os.File, error) {
	found, err := x.files()
	if err != nil {
		return nil, err
	}
	path, ok := found[r.URL.Query().Get(parameter)]
	if !ok {
		return nil, errNotFound
	}
	return os.Open(path)
}

// maxRecorded is how many events of a recording are looked at.
const maxRecorded = 20_000_000

// each calls do with every event of a recording, until it returns false. The error is
// that of a recording which is cut or damaged.
func (x recordings) each(r *http.Request, parameter string, do func(recording.Event) bool) (events uint64, broken, err error) {
	f, err := x.open(r, parameter)
	if err != nil {
		return 0, nil, err
	}
	defer f.Close()
	for e, err := range recording.Events(f) {
		if err != nil {
			return events, err, nil
		}
		events = e.Number
		if events > maxRecorded {
			return maxRecorded, fmt.Errorf("only the first %d events are looked at", uint64(maxRecorded)), nil
		}
		if events%4096 == 0 && r.Context().Err() != nil {
			return events, nil, r.Context().Err()
		}
		if !do(e) {
			break
		}
	}
	return events, nil, nil
}

// RecordingSummary summarizes a recording.
type RecordingSummary struct {
	Head    recording.Head
	Events  uint64
	Length  float64  // seconds, as far as the kernel has read its clock
	Error   string   // why it could not be read to its end; empty if it could
	Density []uint64 // events in each of equal parts of the length
	Names   []NameCount
}

// NameCount is the number of events of a name.
type NameCount struct {
	Name  string
	Count uint64
}

const (
	densityParts = 120
	maxNames     = 100
)

func (x recordings) summary(r *http.Request) (any, error) {
	s := RecordingSummary{Names: []NameCount{}, Density: make([]uint64, densityParts)}
	names := map[string]uint64{}
	parts := density{width: time.Millisecond}
	events, broken, err := x.each(r, "name", func(e recording.Event) bool {
		if len(names) < 100*maxNames || names[e.Name] > 0 {
			names[e.Name]++
		}
		parts.add(e.Time)
		return true
	})
	if err != nil {
		return nil, err
	}
	if s.Events = events; broken != nil {
		s.Error = broken.Error()
	}
	s.Length, s.Density = parts.last.Seconds(), parts.parts()
	for name, n := range names {
		s.Names = append(s.Names, NameCount{name, n})
	}
	slices.SortFunc(s.Names, func(a, b NameCount) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name)) })
	s.Names = s.Names[:min(len(s.Names), maxNames)]
	f, err := x.open(r, "name")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s.Head, err = recording.ReadHead(f)
	return s, err
}

// density counts events by time, in parts whose width doubles when the time grows
// beyond them.
type density struct {
	width time.Duration
	count [2 * densityParts]uint64
	last  time.Duration
}

func (d *density) add(at time.Duration) {
	d.last = max(d.last, at)
	for at >= d.width*time.Duration(len(d.count)) && d.width < 1<<54 {
		for i := range densityParts {
			d.count[i] = d.count[2*i] + d.count[2*i+1]
		}
		clear(d.count[densityParts:])
		d.width *= 2
	}
	d.count[min(max(0, int(at/d.width)), len(d.count)-1)]++
}

// parts are those up to the last event.
func (d *density) parts() []uint64 {
	return d.count[:min(len(d.count), int(d.last/d.width)+1)]
}

// RecordedEvent is an event of a recording, with what its handler and the
// kernel got from outside before the next event.
type RecordedEvent struct {
	recording.Event
	Time float64 // seconds; hides that of Event
	Got  []string
}

// maxGot is how many records are shown of an event.
const maxGot = 50

func (x recordings) events(r *http.Request) (any, error) {
	from, err1 := number(r, "from", 1, 1<<53)
	limit, err2 := number(r, "limit", 50, 500)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	find := r.URL.Query().Get("find")
	page := []RecordedEvent{}
	_, broken, err := x.each(r, "name", func(e recording.Event) bool {
		if e.Number >= from && (find == "" || matchName(find, e.Name)) {
			page = append(page, RecordedEvent{Event: e, Time: e.Time.Seconds()})
		}
		return len(page) < int(limit)
	})
	if err == nil && len(page) > 0 {
		err = x.got(r, page)
	}
	answer := map[string]any{"Events": page}
	if broken != nil && len(page) < int(limit) {
		answer["Error"] = broken.Error()
	}
	return answer, err
}

// got adds what was recorded to each event of a page. Of events that repeat one
// another the first has what was recorded of all.
func (x recordings) got(r *http.Request, page []RecordedEvent) error {
	f, err := x.open(r, "name")
	if err != nil {
		return err
	}
	defer f.Close()
	at := map[int64]*RecordedEvent{}
	for i := range slices.Backward(page) {
		at[page[i].Offset] = &page[i]
	}
	var current *RecordedEvent
	for rec, err := range recording.Records(f) {
		switch {
		case err != nil, rec.Event && rec.Offset > page[len(page)-1].Offset:
			return nil // the fault is that of the page
		case rec.Event:
			current = at[rec.Offset]
		case current != nil && len(current.Got) < maxGot:
			current.Got = append(current.Got, rec.Text)
		}
	}
	return nil
}

// replayTime is how long a replay up to an event may take.
const replayTime = time.Minute

var errNoReplay = errors.New("no program was named that replays the recording")

func (x recordings) state(r *http.Request) (any, error) {
	event, err := number(r, "event", 0, 1<<53)
	switch {
	case err != nil:
		return nil, err
	case event == 0:
		return nil, badRequest{errors.New("event: the first is 1")}
	case len(x.command) == 0:
		return nil, errNoReplay
	}
	f, err := x.open(r, "name")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	ctx, cancel := context.WithTimeout(r.Context(), replayTime)
	defer cancel()
	state, err := replayrun.State(ctx, x.command, f.Name(), event)
	if err != nil {
		return nil, err
	}
	if !json.Valid(state) {
		return nil, errors.New("the program has written something else than a state")
	}
	return json.RawMessage(state), nil
}

// pull reads the events of the recording that a parameter names one by one, until
// stop is called.
func (x recordings) pull(r *http.Request, parameter string) (next func() (recording.Event, error, bool), stop func(), err error) {
	f, err := x.open(r, parameter)
	if err != nil {
		return nil, nil, err
	}
	next, end := iter.Pull2(recording.Events(f))
	return next, func() { end(); _ = f.Close() }, nil // it was only read
}
