//go:build unix

package run

import (
	"errors"

	"github.com/gopoe/poe/filter"
)

// ErrNoStdin is the error of Put when the child's standard input is shut down,
// or is not connected with the wheel.
var ErrNoStdin = errors.New("run: put on a wheel without an open standard input")

// Put encodes records and queues them for the child's standard input; they are
// written in the next turn. It never waits and never panics: if the filter
// cannot encode a record, or standard input is shut down, nothing is queued and
// the error is reported, for the operation "put". TryPut returns it instead.
func (w *Wheel) Put(records ...any) {
	if err := w.TryPut(records...); err != nil {
		w.base.InOwner(func() { w.emitError("put", err, stdinName) })
	}
}

// TryPut is [Wheel.Put], but returns the error instead of reporting it:
// [ErrNoStdin], or that of the filter. Nothing is queued then.
func (w *Wheel) TryPut(records ...any) error {
	switch {
	case w.base.Closed():
		return nil
	case w.stdin == nil:
		return ErrNoStdin
	}
	_, err := w.stdio.TryPut(records...)
	return err
}

// ShutdownStdin closes the child's standard input, so that the child reads the
// end of the file. What was put and not written is lost. On a terminal the
// child is not notified.
func (w *Wheel) ShutdownStdin() {
	if w.base.Closed() || w.stdin == nil {
		return
	}
	w.stdio.ShutdownOutput()
	if w.ownStdin {
		w.stdin.Close()
	}
	w.stdin = nil
}

// OutOctets returns how many bytes wait to be written to the child. POE:
// get_driver_out_octets.
func (w *Wheel) OutOctets() int {
	if w.stdio == nil {
		return 0
	}
	return w.stdio.OutOctets()
}

// OutMessages returns how many records wait to be written, in whole or in part.
// POE: get_driver_out_messages.
func (w *Wheel) OutMessages() int {
	if w.stdio == nil {
		return 0
	}
	return w.stdio.OutMessages()
}

// PauseStdout stops reading the child's output until ResumeStdout. Records that
// have been read are still reported.
func (w *Wheel) PauseStdout() {
	if w.stdio != nil {
		w.stdio.PauseInput()
	}
}

// ResumeStdout undoes PauseStdout.
func (w *Wheel) ResumeStdout() {
	if w.stdio != nil {
		w.stdio.ResumeInput()
	}
}

// PauseStderr is PauseStdout for standard error.
func (w *Wheel) PauseStderr() {
	if w.stderr != nil {
		w.stderr.PauseInput()
	}
}

// ResumeStderr is ResumeStdout for standard error.
func (w *Wheel) ResumeStderr() {
	if w.stderr != nil {
		w.stderr.ResumeInput()
	}
}

// SetStdioFilter replaces the filters of input and output. What the old filter
// has not decoded is passed to the new one, whose records are reported before
// the method returns.
func (w *Wheel) SetStdioFilter(f filter.Filter) {
	if w.stdio != nil {
		w.stdio.SetFilter(f)
	}
}

// SetStdinFilter replaces the filter that encodes. Records that were put before
// are encoded already.
func (w *Wheel) SetStdinFilter(f filter.Filter) {
	if w.stdio != nil {
		w.stdio.SetOutputFilter(f)
	}
}

// SetStdoutFilter replaces the filter that decodes the child's output, as
// SetStdioFilter does.
func (w *Wheel) SetStdoutFilter(f filter.Filter) {
	if w.stdio != nil {
		w.stdio.SetInputFilter(f)
	}
}

// SetStderrFilter is SetStdoutFilter for standard error.
func (w *Wheel) SetStderrFilter(f filter.Filter) {
	if w.stderr != nil {
		w.stderr.SetInputFilter(f)
	}
}

// StdinFilter returns the filter that encodes, nil if the wheel has neither the
// child's standard input nor its output.
func (w *Wheel) StdinFilter() filter.Filter {
	if w.stdio == nil {
		return nil
	}
	return w.stdio.OutputFilter()
}

// StdoutFilter returns the filter that decodes the child's output, nil if the
// wheel has neither the child's standard input nor its output.
func (w *Wheel) StdoutFilter() filter.Filter {
	if w.stdio == nil {
		return nil
	}
	return w.stdio.InputFilter()
}

// StderrFilter returns the filter that decodes the child's standard error, nil
// if the wheel does not read it.
func (w *Wheel) StderrFilter() filter.Filter {
	if w.stderr == nil {
		return nil
	}
	return w.stderr.InputFilter()
}
