// Package cron posts events by cron expressions: POE::Component::Cron and
// POE::Component::Schedule in Go.
//
//	c, err := cron.New(k, cron.Config{Alias: "cron"})
//	id, err := c.Add(cron.Job{Spec: "30 2 * * *", To: session, Event: "backup"})
//
// The component is a session whose jobs are timers on the kernel's clock, so
// that a test with a virtual clock can run through a year at once. Other
// sessions use it by its alias: "add" with an expression, an event's name and
// arguments adds a job for the sender, and a call of it returns the [JobID] or
// an error; "delete" with a JobID removes a job; "shutdown" removes all jobs
// and ends the component.
//
// # Expressions
//
// An expression has five fields (minute, hour, day of the month, month, day of
// the week), six with seconds in front, or seven with the year at the end; "@daily",
// "@hourly" and the like are understood. Lists, ranges, steps, names, L, W and #
// are those of github.com/adhocore/gronx, which parses them.
//
// # Daylight saving
//
// A job for a fixed hour that does not exist on a day, as 2:30 when clocks go
// from 2:00 to 3:00, runs once at the moment of the change. A job for an hour
// that occurs twice runs the first time. Jobs for every hour ("*") follow
// elapsed time: they run in both.
package cron

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gopoe/poe/component/internal/service"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// JobID identifies a job of one component. The zero JobID identifies none.
type JobID uint64

// Missed is what happens to runs whose time passed while they could not take
// place: a handler blocked, or the machine slept.
type Missed int

// The policies for missed runs.
const (
	RunOnce Missed = iota // one event for all of them
	Skip                  // none; the next run is the next one on time
	RunAll                // one event for each, up to MaxMissed besides the first
)

// MaxMissed bounds the missed runs for which RunAll sends events besides the
// first.
const MaxMissed = 100

// Grace is how late a run may be and still count as on time.
const Grace = time.Second

// Job describes a job: when to send which event to which session.
type Job struct {
	// Spec is the cron expression.
	Spec string
	// To is the session that gets the events; the zero ID is the active session.
	// The job keeps it alive.
	To kernel.ID
	// Event is the event's name, which is required. Its arguments are a *Run
	// and then Args.
	Event string
	Args  []any
	// Location is the time zone of the expression. If nil, it is
	// Config.Location.
	Location *time.Location
	// Missed selects what happens to runs that could not take place in time.
	Missed Missed
	// Jitter delays each run by a random time below it, so that many programs
	// with the same table do not act in the same moment.
	Jitter time.Duration
	// NoOverlap skips runs while an earlier one is not done: the program must
	// call Run.Done at its end.
	NoOverlap bool
	// Limit is the number of runs after which the job is removed. 0 is no
	// limit.
	Limit int
}

// Run is one run of a job, the first argument of its event.
type Run struct {
	ID JobID
	// Due is when it was to run, without jitter.
	Due time.Time
	// Missed is the number of runs since the previous event that did not take
	// place.
	Missed int

	job *entry
}

// Done declares the run over, for jobs with NoOverlap. It belongs to the
// kernel's goroutine. Further calls do nothing.
func (r *Run) Done() {
	if r.job != nil && r.job.running == r {
		r.job.running = nil
	}
}

// Config configures the component. The zero value is valid.
type Config struct {
	// Alias is the component's alias, which keeps it alive without jobs as long
	// as the program runs. If empty, it has none and ends when it has no jobs.
	Alias string
	// Location is the time zone of jobs without one. If nil, it is time.Local.
	Location *time.Location
	// Rand returns a random number in [0, 1) for jitter. If nil, it is that of
	// the kernel's generator, see Kernel.Rand.
	Rand func() float64
}

// Errors.
var (
	ErrNoJob    = errors.New("cron: no job of that ID")
	ErrShutdown = errors.New("cron: the component has shut down")
)

// Cron is the component. Its methods belong to the kernel's goroutine.
type Cron struct {
	k       *kernel.Kernel
	service service.Service
	config  Config
	jobs    map[JobID]*entry
	last    JobID
	over    bool
}

// entry is a job with its timer.
type entry struct {
	Job
	id      JobID
	next    time.Time // due, without jitter
	alarm   kernel.AlarmID
	runs    int
	skipped int // since the last run
	running *Run
	owned   kernel.Owned // removes it with its session
}

// closer removes a job whose session has stopped.
type closer struct {
	c *Cron
	j *entry
}

func (x closer) Close() error {
	_ = x.c.Remove(x.j.id)
	return nil
}

// Status is the state of a job.
type Status struct {
	ID   JobID
	Job  Job
	Next time.Time // when it runs next, without jitter
	Runs int       // the number of events that it has sent
}

var states = session.States[Cron]{
	"_start":   func(c *Cron, e kernel.Event) { c.service.Start(e, "cron jobs", c.Shutdown, nil) },
	"_stop":    func(*Cron, kernel.Event) {},
	"_child":   func(*Cron, kernel.Event) {},
	"add":      (*Cron).addEvent,
	"delete":   (*Cron).deleteEvent,
	"shutdown": func(c *Cron, _ kernel.Event) { c.Shutdown() },
	"due":      (*Cron).due,
}

// New creates the component, as a child of the active session. The error is
// that of the alias.
func New(k *kernel.Kernel, config Config) (*Cron, error) {
	if config.Location == nil {
		config.Location = time.Local
	}
	if config.Rand == nil {
		config.Rand = k.Rand().Float64
	}
	c := &Cron{k: k, service: service.New(k, "cron", config.Alias), config: config, jobs: map[JobID]*entry{}}
	if err := service.Create(k, c, states); err != nil {
		return nil, err
	}
	return c, nil
}

// Add adds a job. The error is a *kernel.ConfigError for an expression that
// cannot be parsed or has no future time, or without an event;
// [kernel.ErrNoSession] if the session has stopped; or ErrShutdown.
func (c *Cron) Add(job Job) (JobID, error) {
	if c.over || !c.service.ID.Alive() {
		return 0, ErrShutdown
	}
	if job.Event == "" {
		return 0, configError("Job.Event", errors.New("must not be empty"))
	}
	if job.To.IsZero() {
		job.To = c.k.ActiveSession()
	}
	if job.Location == nil {
		job.Location = c.config.Location
	}
	next, err := nextRun(job.Spec, job.Location, c.k.Now())
	if err != nil {
		return 0, configError("Job.Spec", err)
	}
	if err := c.service.Keep(job.To); err != nil {
		return 0, err
	}
	c.last++
	j := &entry{Job: job, id: c.last, next: next}
	c.jobs[j.id] = j
	_ = c.k.Host().CallFunc(j.To, "cron", func(kernel.Event) {
		j.owned, _ = c.k.Host().Own(closer{c, j}, "cron job")
	})
	c.schedule(j)
	return j.id, nil
}

// addEvent adds a job for its sender: an expression, an event's name, and its
// arguments.
func (c *Cron) addEvent(e kernel.Event) {
	spec, _ := kernel.ArgOK[string](e, 0)
	event, _ := kernel.ArgOK[string](e, 1)
	var args []any
	if len(e.Args) > 2 {
		args = slices.Clone(e.Args[2:])
	}
	id, err := c.Add(Job{Spec: spec, To: e.Sender, Event: event, Args: args})
	if err != nil {
		c.k.Host().Logger().Warn("cron: a job was refused", "sender", e.Sender, "error", err)
		e.Return(err)
		return
	}
	e.Return(id)
}

// Remove removes a job. The error is ErrNoJob if there is none of that ID. POE:
// the event "delete".
func (c *Cron) Remove(id JobID) error {
	j := c.jobs[id]
	if j == nil {
		return fmt.Errorf("%w: %d", ErrNoJob, id)
	}
	delete(c.jobs, id)
	j.owned.Release()
	c.service.RemoveAlarm(&j.alarm)
	c.service.Release(j.To)
	return nil
}

// deleteEvent removes a job; what is no JobID names none.
func (c *Cron) deleteEvent(e kernel.Event) {
	id, _ := kernel.ArgOK[JobID](e, 0)
	e.Return(c.Remove(id))
}

// Jobs returns the status of all jobs, in the order in which they were added.
func (c *Cron) Jobs() []Status {
	var all []Status
	for _, j := range c.jobs {
		all = append(all, Status{j.id, j.Job, j.next, j.runs})
	}
	slices.SortFunc(all, func(a, b Status) int { return int(a.ID) - int(b.ID) })
	return all
}

// Shutdown removes all jobs and the alias. POE: the event "shutdown".
func (c *Cron) Shutdown() {
	if c.over {
		return
	}
	c.over = true
	for _, j := range c.Jobs() {
		_ = c.Remove(j.ID)
	}
	c.service.RemoveAlias()
}

func (c *Cron) schedule(j *entry) {
	at := j.next
	if j.Jitter > 0 {
		at = at.Add(time.Duration(c.config.Rand() * float64(j.Jitter)))
	}
	c.service.In(func(e kernel.Event) {
		var err error
		if j.alarm, err = e.Kernel.AlarmSet("due", at, j.id); err != nil {
			c.k.Host().Logger().Warn("cron: no timer", "job", j.id, "error", err)
		}
	})
}

// due is the time of a job, and perhaps of several of its runs.
func (c *Cron) due(e kernel.Event) {
	j := c.jobs[kernel.Arg[JobID](e, 0)]
	if j == nil {
		return
	}
	now := c.k.Now()
	late := now.Sub(j.next) > Grace+j.Jitter
	runs := []time.Time{j.next}
	next, err := nextRun(j.Spec, j.Location, j.next)
	for err == nil && !next.After(now) && len(runs) <= MaxMissed {
		runs = append(runs, next)
		next, err = nextRun(j.Spec, j.Location, next)
	}
	if err == nil && !next.After(now) {
		next, err = nextRun(j.Spec, j.Location, now)
	}
	if late && j.Missed == Skip {
		runs = onTime(runs, now)
	} else if j.Missed != RunAll {
		j.skipped += len(runs) - 1
		runs = runs[len(runs)-1:]
	}
	for _, at := range runs {
		c.send(j, at)
		if c.jobs[j.id] != j {
			return // it was the last
		}
	}
	if err != nil { // its years are over
		_ = c.Remove(j.id)
		return
	}
	j.next = next
	c.schedule(j)
}

// onTime keeps the runs that are due now.
func onTime(runs []time.Time, now time.Time) []time.Time {
	return slices.DeleteFunc(runs, func(t time.Time) bool { return now.Sub(t) > Grace })
}

func (c *Cron) send(j *entry, at time.Time) {
	if !j.To.Alive() {
		_ = c.Remove(j.id)
		return
	}
	if j.NoOverlap && j.running != nil {
		j.skipped++
		return
	}
	run := &Run{ID: j.id, Due: at, Missed: j.skipped, job: j}
	j.skipped, j.running = 0, run
	j.runs++
	_ = c.k.Post(j.To, j.Event, append([]any{run}, j.Args...)...)
	if j.Limit > 0 && j.runs >= j.Limit {
		_ = c.Remove(j.id)
	}
}

func configError(field string, err error) error {
	return &kernel.ConfigError{Package: "cron", Field: field, Err: err}
}
