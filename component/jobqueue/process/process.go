//go:build unix

// Package process has the jobs of a queue done by processes, one for each job, on the
// wheel run: by any program, or by a function of this one.
//
//	jobqueue.New(k, jobqueue.Config{
//		Alias: "queue", Limit: 4, Timeout: time.Minute, Attempts: 3, Progress: "progress",
//		Worker: process.Worker(process.Config{Run: run.Config{Program: []string{"resize"}}}),
//	})
//
// The program reads the job from its standard input as one line of JSON, an object
// with the parameters and the number of the attempt:
//
//	{"params":["cat.png"],"attempt":1}
//
// and writes lines of JSON to its standard output, any number of reports of progress
// and then the results, or an error:
//
//	{"progress":[50]}
//	{"results":["cat.small.png"]}
//	{"error":"no such file"}
//
// [Serve] is that in Go. The job is done when the process has ended with status 0 after
// its results. A process that ends otherwise, for example by kill -9, has failed in its
// attempt, and the queue makes another one as its configuration says. With
// Config.Command the program is one that knows nothing of this.
//
// The process is killed, with its process group, when the attempt has timed out or the
// queue is stopped by force; run.Config.Timeout ends it by SIGTERM first. Its standard
// input stays open until the end of the job: when it ends, the program that wants the
// job is gone, as by kill -9, and Serve ends the process.
package process

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"github.com/gopoe/poe/component/internal/service"
	"github.com/gopoe/poe/component/jobqueue"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/jsonrec"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/run"
)

// Limits of what a process writes, in bytes.
const (
	DefaultMaxOutput = 1 << 20
	maxErrors        = 4 << 10 // that are kept of standard error
)

// Config configures a Worker.
type Config struct {
	// Run is the program. Its filters and Events must not be set.
	Run run.Config
	// Command, if not nil, is for programs that know nothing of jobs: it returns
	// arguments for a job, which are appended to those of Run, and the standard input.
	// The results are the lines of the standard output, as strings.
	Command func(params []any) (args []string, input []byte, err error)
	// MaxOutput bounds a line of the standard output, and with Command all of it. 0 is
	// DefaultMaxOutput.
	MaxOutput int
}

// Errors of results, besides an *ExitError.
var (
	ErrOutput = errors.New("process: the process has written more than MaxOutput")
	ErrNone   = errors.New("process: the process has ended without results")
)

// ExitError is the error of a process that has ended by a signal, or with a status
// other than 0.
type ExitError struct {
	Status kernel.WaitStatus
	Stderr string // the end of its standard error
}

// Error returns the status and the last line of the standard error.
func (e *ExitError) Error() string {
	text := "process: " + e.Status.String()
	if line := e.Stderr[strings.LastIndexByte(e.Stderr, '\n')+1:]; line != "" {
		text += ": " + line
	}
	return text
}

// request and reply are the lines of JSON.
type request struct {
	Params  []any `json:"params"`
	Attempt int   `json:"attempt"`
}

type reply struct {
	Progress []any   `json:"progress"`
	Results  *[]any  `json:"results"`
	Error    *string `json:"error"`
}

// Worker returns what jobqueue.Config.Worker and durable.Config.Worker need.
func Worker(c Config) func(e kernel.Event, j *jobqueue.Job) (kernel.ID, error) {
	return func(e kernel.Event, j *jobqueue.Job) (kernel.ID, error) {
		if c.MaxOutput < 0 || c.Run.Events != nil || c.Run.StdioFilter != nil || c.Run.StdinFilter != nil || c.Run.StdoutFilter != nil || c.Run.StderrFilter != nil {
			return kernel.ID{}, fmt.Errorf("process: MaxOutput must not be negative, and Run.Events and its filters not be set: %w", kernel.ErrInvalid)
		}
		if c.MaxOutput == 0 {
			c.MaxOutput = DefaultMaxOutput
		}
		w := &worker{service: service.New(e.Kernel, "process", ""), config: c, job: j}
		err := service.Create(e.Kernel, w, states)
		return w.service.ID, err
	}
}

// worker is the session of one process.
type worker struct {
	service service.Service
	config  Config
	job     *jobqueue.Job
	wheel   *run.Wheel
	results []any
	ready   bool // there are results
	size    int  // of the output, with Command
	stderr  []byte
	failure error
}

var states = session.States[worker]{
	"_start": func(w *worker, e kernel.Event) { w.service.Start(e, "the process of a job", w.kill, w.start) },
	"_stop":  func(*worker, kernel.Event) {},
}

func (w *worker) start(e kernel.Event) error {
	input, err := w.prepare()
	if err != nil {
		return err
	}
	if w.wheel, err = run.New(e.Kernel, w.config.Run); err != nil {
		return err
	}
	if len(input) > 0 {
		w.wheel.Put(input)
	}
	if len(input) == 0 && w.config.Command != nil {
		w.wheel.ShutdownStdin()
	}
	return nil
}

// prepare completes the wheel's configuration and returns what the process reads.
func (w *worker) prepare() (input []byte, err error) {
	c := &w.config.Run
	c.StdinFilter, c.StderrFilter = filter.NewStream(), filter.NewStream()
	funcs := run.Funcs{Stderr: w.errors, Exit: w.ended, Error: w.wrong}
	if w.config.Command != nil {
		var args []string
		args, input, err = w.config.Command(w.job.Params())
		c.Args = append(c.Args[:len(c.Args):len(c.Args)], args...)
		c.KeepPartial = true
		funcs.Stdout = func(_ *run.Wheel, record any) { w.line(record) }
		funcs.Stdin = func(wheel *run.Wheel) { wheel.ShutdownStdin() } // all is written
		c.StdoutFilter, err = lines(w.config.MaxOutput, err)
	} else {
		input, err = json.Marshal(request{w.job.Params(), w.job.Attempt()})
		input = append(input, '\n')
		funcs.Stdout = func(_ *run.Wheel, record any) { w.reply(record.(*reply)) }
		if err == nil {
			c.StdoutFilter, err = jsonrec.New(jsonrec.Config{New: func() any { return new(reply) }, MaxLength: w.config.MaxOutput})
		}
	}
	c.Events = funcs
	return input, err
}

func lines(limit int, err error) (filter.Filter, error) {
	if err != nil {
		return nil, err
	}
	return filter.NewLine(filter.LineConfig{MaxLength: limit})
}

// line is a line of a program that knows nothing of jobs.
func (w *worker) line(record any) {
	text, _ := record.(string)
	if w.size += len(text) + 1; w.size > w.config.MaxOutput+1 {
		w.fail(ErrOutput)
		return
	}
	w.results, w.ready = append(w.results, text), true
}

// reply is a line of a program that does.
func (w *worker) reply(r *reply) {
	switch {
	case r.Error != nil:
		w.failure = errors.New(*r.Error)
	case r.Results != nil:
		w.results, w.ready = *r.Results, true
	case r.Progress != nil:
		w.job.Progress(r.Progress...)
	}
	if r.Error != nil || r.Results != nil {
		w.wheel.ShutdownStdin() // the process may end
	}
}

// wrong is a line that is no reply, or too long. That a process does not read its input
// is its own affair.
func (w *worker) wrong(_ *run.Wheel, err *kernel.OpError, stream string) {
	if stream == "STDOUT" && !errors.Is(err, io.EOF) {
		w.fail(err)
	}
}

// fail ends the process of an attempt that has failed.
func (w *worker) fail(err error) {
	if w.failure == nil {
		w.failure = err
	}
	_ = w.wheel.KillGroup(syscall.SIGKILL) // or it has ended
}

// errors keeps the end of what the process writes to its standard error.
func (w *worker) errors(_ *run.Wheel, record any) {
	w.stderr = append(w.stderr, record.(string)...)
	if n := len(w.stderr) - maxErrors; n > 0 {
		w.stderr = append(w.stderr[:0], w.stderr[n:]...)
	}
}

// ended is the end of the process and of its output.
func (w *worker) ended(_ *run.Wheel, status kernel.WaitStatus) {
	switch {
	case w.failure != nil:
		w.job.Fail(w.failure)
	case status != 0:
		w.job.Fail(&ExitError{status, strings.TrimSpace(string(w.stderr))})
	case !w.ready && w.config.Command == nil:
		w.job.Fail(ErrNone)
	default:
		w.job.Done(w.results...)
	}
	_ = w.wheel.Close()
}

// kill ends the process of a session that ends by force.
func (w *worker) kill() {
	if w.wheel != nil {
		_ = w.wheel.KillGroup(syscall.SIGKILL) // or it has ended
	}
}
