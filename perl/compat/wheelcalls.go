//go:build linux

package compat

import (
	"github.com/gopoe/poe/perl"
)

// Any returns w as a scalar, or nil if w is nil.
func (w *Wheel) Any() any {
	if w == nil {
		return nil
	}
	return w
}

// Put writes records and returns whether the buffered output has reached the
// high mark. POE: put.
func (w *Wheel) Put(records ...any) any { return perl.Call(w.Any(), "put", records...) }

// ID returns the ID of the wheel. POE: ID.
func (w *Wheel) ID() int {
	if w == nil {
		perl.Die("Can't call method \"ID\" on an undefined value")
	}
	return int(w.id)
}

// PID returns the ID of the process which the wheel has started. POE: PID.
func (w *Wheel) PID() int { return perl.Int(perl.Call(w.Any(), "PID")) }

// Kill sends a signal, TERM by default, to the wheel's process and returns 1 if
// it succeeded, else 0. POE: kill.
func (w *Wheel) Kill(signal ...any) any { return perl.Call(w.Any(), "kill", signal...) }

// PauseInput stops reading. POE: pause_input.
func (w *Wheel) PauseInput() { perl.Do(w.Any(), "pause_input") }

// ResumeInput resumes reading after PauseInput. POE: resume_input.
func (w *Wheel) ResumeInput() { perl.Do(w.Any(), "resume_input") }

// ShutdownInput shuts down the reading side. POE: shutdown_input.
func (w *Wheel) ShutdownInput() { perl.Do(w.Any(), "shutdown_input") }

// ShutdownOutput shuts down the writing side. POE: shutdown_output.
func (w *Wheel) ShutdownOutput() { perl.Do(w.Any(), "shutdown_output") }

// OutOctets returns the number of bytes which are buffered for output. POE:
// get_driver_out_octets.
func (w *Wheel) OutOctets() int { return perl.Int(perl.Call(w.Any(), "get_driver_out_octets")) }

// LocalPort returns the port on which the wheel listens. POE: getsockname,
// unpacked.
func (w *Wheel) LocalPort() int {
	list := perl.UnpackSockaddrIn(perl.Str(perl.Call(w.Any(), "getsockname")))
	return perl.Int(perl.Head(list))
}
