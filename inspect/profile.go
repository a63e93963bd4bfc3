package inspect

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/pprof"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/pprof/profile"

	"github.com/gopoe/poe/kernel/observe"
)

// profiles are CPU profiles whose samples have the labels kind and event of the
// handler in which they were taken. The labels are only set while one is taken, on
// the kernel's goroutine; they stand in place of what other labels it has.
type profiles struct {
	on      atomic.Bool
	labels  map[profileKey]context.Context // of the kernel's goroutine, as is running
	running []labelled                     // the handlers that run, innermost last

	mu   sync.Mutex
	busy bool
	last []byte // as pprof reads it
}

type profileKey struct{ kind, event string }

// labelled is a handler that runs with labels.
type labelled struct {
	id     observe.ID
	labels context.Context
}

// maxLabels bounds how many pairs of a kind and an event are told apart.
const maxLabels = 10_000

func (p *profiles) begin(s *observe.Span) {
	if !p.on.Load() {
		return
	}
	key := profileKey{s.Session.Type, s.Name}
	ctx := p.labels[key]
	if ctx == nil {
		if p.labels == nil || len(p.labels) == maxLabels {
			p.labels = map[profileKey]context.Context{}
		}
		ctx = pprof.WithLabels(context.Background(), pprof.Labels("kind", key.kind, "event", key.event))
		p.labels[key] = ctx
	}
	p.running = append(p.running, labelled{s.ID, ctx})
	pprof.SetGoroutineLabels(ctx)
}

func (p *profiles) end(s *observe.Span) {
	last := len(p.running) - 1
	if last < 0 || p.running[last].id != s.ID {
		return // it had no labels when it began
	}
	p.running = p.running[:last]
	outer := context.Background()
	if last > 0 {
		outer = p.running[last-1].labels
	}
	pprof.SetGoroutineLabels(outer)
}

// Frame is a function, or at the top an event, in a Profile, with what it has called.
type Frame struct {
	Name     string
	Where    string  `json:",omitempty"` // file and line
	Total    float64 // seconds of processor time, including the functions that it called
	Self     float64
	Children []*Frame `json:",omitempty"` // most first
}

// Profile is the processor time that a program used during an interval, by
// event and function.
type Profile struct {
	Seconds float64 // how long the profile was taken
	Total   float64 // seconds of processor time, of all goroutines
	Samples int
	Events  []EventTime // most first
	Root    *Frame
}

// EventTime is the processor time of an event's handlers, without what they called.
type EventTime struct {
	Kind, Event string // both empty for time outside of handlers
	Total       float64
}

var errProfiling = errors.New("a CPU profile is being taken already")

// profile takes a CPU profile for some seconds and answers with it.
func (i *Inspector) profile(r *http.Request) (any, error) {
	seconds, err := number(r, "seconds", 2, 30)
	if err != nil || seconds == 0 {
		return nil, badRequest{errors.New("seconds: not a number from 1 to 30")}
	}
	took, err := i.profiles.take(r.Context(), time.Duration(seconds)*time.Second)
	if err != nil {
		return nil, err
	}
	p, err := profile.ParseData(took)
	if err != nil {
		return nil, err
	}
	return profileOf(p), nil
}

func (p *profiles) take(ctx context.Context, length time.Duration) ([]byte, error) {
	p.mu.Lock()
	if p.busy {
		p.mu.Unlock()
		return nil, errProfiling
	}
	p.busy = true
	p.mu.Unlock()
	var b bytes.Buffer
	err := pprof.StartCPUProfile(&b)
	if err == nil {
		p.on.Store(true)
		select {
		case <-time.After(length):
		case <-ctx.Done():
			err = ctx.Err()
		}
		p.on.Store(false)
		pprof.StopCPUProfile()
	} else {
		err = fmt.Errorf("%w: %w", errProfiling, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy = false; err == nil {
		p.last = b.Bytes()
	}
	return b.Bytes(), err
}

// rawProfile answers with the last profile that was taken, for go tool pprof.
func (i *Inspector) rawProfile(w http.ResponseWriter, _ *http.Request) {
	i.profiles.mu.Lock()
	last := i.profiles.last
	i.profiles.mu.Unlock()
	if last == nil {
		answer(w, nil, errNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", `attachment; filename="poe.pb.gz"`)
	_, _ = w.Write(last) // the peer may have gone
}

// What is shown of a profile is bounded: stacks up to so many functions, and what
// has at least one part in so many of the whole.
const (
	frameDepth = 80
	frameParts = 1000
)

// outside is what the frames of no handler are under.
const outside = "outside of handlers"

func profileOf(p *profile.Profile) *Profile {
	value := len(p.SampleType) - 1 // samples and nanoseconds
	all := &Profile{Seconds: time.Duration(p.DurationNanos).Seconds(), Root: &Frame{Name: "all"}, Events: []EventTime{}}
	events := map[profileKey]*EventTime{}
	for _, s := range p.Sample {
		took := time.Duration(s.Value[value]).Seconds()
		key, name := profileKey{}, outside
		if event := s.Label["event"]; len(event) > 0 && len(s.Label["kind"]) > 0 {
			key = profileKey{s.Label["kind"][0], event[0]}
			name = key.event + " · " + key.kind
		}
		if events[key] == nil {
			events[key] = &EventTime{Kind: key.kind, Event: key.event}
		}
		events[key].Total += took
		all.Total += took
		all.Samples += int(s.Value[0])
		all.Root.add(name, s.Location, took)
	}
	for _, e := range events {
		all.Events = append(all.Events, *e)
	}
	slices.SortFunc(all.Events, func(a, b EventTime) int {
		return cmp.Or(cmp.Compare(b.Total, a.Total), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Event, b.Event))
	})
	all.Root.tidy(all.Total / frameParts)
	return all
}

// add adds a sample under the frame of its event. Locations are innermost first.
func (f *Frame) add(event string, stack []*profile.Location, took float64) {
	f.Total += took
	f = f.child(event, "")
	f.Total += took
	depth := 0
	for _, l := range slices.Backward(stack) {
		for _, line := range slices.Backward(l.Line) {
			if depth++; depth > frameDepth || line.Function == nil {
				break
			}
			f = f.child(line.Function.Name, fmt.Sprintf("%s:%d", line.Function.Filename, line.Line))
			f.Total += took
		}
	}
	f.Self += took
}

func (f *Frame) child(name, where string) *Frame {
	for _, c := range f.Children {
		if c.Name == name {
			return c
		}
	}
	c := &Frame{Name: name, Where: where}
	f.Children = append(f.Children, c)
	return c
}

// tidy sorts what is below a frame, and leaves out what is smaller than least.
func (f *Frame) tidy(least float64) {
	f.Children = slices.DeleteFunc(f.Children, func(c *Frame) bool { return c.Total < least })
	slices.SortFunc(f.Children, func(a, b *Frame) int {
		return cmp.Or(cmp.Compare(b.Total, a.Total), cmp.Compare(a.Name, b.Name))
	})
	for _, c := range f.Children {
		c.tidy(least)
	}
}
