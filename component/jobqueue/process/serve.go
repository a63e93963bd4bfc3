//go:build unix

package process

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// Job is a job in the process that does it.
type Job struct {
	Attempt int // from 1
	params  []json.RawMessage
	out     *output
}

// Len returns the number of parameters.
func (j *Job) Len() int { return len(j.params) }

// Param decodes a parameter into a variable, as json.Unmarshal does. A []byte is one
// again. The error is that of the parameter's type, or that there is none.
func (j *Job) Param(i int, v any) error {
	if i < 0 || i >= len(j.params) {
		return fmt.Errorf("process: the job has no parameter %d", i)
	}
	return json.Unmarshal(j.params[i], v)
}

// Progress reports the progress of the job. Any goroutine may call it.
func (j *Job) Progress(args ...any) error { return j.out.write(map[string]any{"progress": args}) }

// output is the standard output.
type output struct {
	mu sync.Mutex
	to io.Writer
}

func (o *output) write(reply any) error {
	line, err := json.Marshal(reply)
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	_, err = o.to.Write(append(line, '\n'))
	return err
}

// Serve does the job of this process, for a program that a Worker has started: it reads
// the job, calls work, and writes the results. Values are what encoding/json makes of
// them. If the program that wants the job is gone, the context ends, and Serve returns.
// An error of work is the job's, not Serve's, whose error is that of reading or writing;
// a process should then end with a status other than 0.
//
// What work prints must not go to the standard output.
func Serve(work func(ctx context.Context, j *Job) ([]any, error)) error {
	return serve(os.Stdin, os.Stdout, work)
}

func serve(in io.Reader, out io.Writer, work func(ctx context.Context, j *Job) ([]any, error)) error {
	input := bufio.NewReader(in)
	line, err := input.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("process: reading the job: %w", err)
	}
	var asked struct {
		Params  []json.RawMessage
		Attempt int
	}
	if err := json.Unmarshal(line, &asked); err != nil {
		return fmt.Errorf("process: the job: %w", err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	go func() {
		_, _ = io.Copy(io.Discard, input)
		cancel(errGone)
	}()
	o := &output{to: out}
	type done struct {
		results []any
		err     error
	}
	end := make(chan done, 1)
	go func() {
		results, err := work(ctx, &Job{Attempt: asked.Attempt, params: asked.Params, out: o})
		end <- done{results, err}
	}()
	select {
	case d := <-end:
		if d.err != nil {
			return o.write(map[string]string{"error": d.err.Error()})
		}
		return o.write(map[string][]any{"results": append([]any{}, d.results...)})
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

var errGone = errors.New("process: the program that wants the job is gone")
