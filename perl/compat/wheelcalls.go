//go:build linux

package compat

import (
	"github.com/gopoe/poe/perl"
)

// Any returns w, or undef if there is none.
func (w *Wheel) Any() any {
	if w == nil {
		return nil
	}
	return w
}

// Put writes records and reports whether what is buffered has reached the high mark.
// POE: put.
func (w *Wheel) Put(records ...any) any { return perl.Call(w.Any(), "put", records...) }

// ID returns the number of the wheel. POE: ID.
func (w *Wheel) ID() int {
	if w == nil {
		perl.Die("Can't call method \"ID\" on an undefined value")
	}
	return int(w.id)
}

// PID returns the process that the wheel has started. POE: PID.
func (w *Wheel) PID() int { return perl.Int(perl.Call(w.Any(), "PID")) }

// Kill sends the process a signal, and reports whether that worked. POE: kill.
func (w *Wheel) Kill(signal ...any) any { return perl.Call(w.Any(), "kill", signal...) }

// PauseInput stops reading. POE: pause_input.
func (w *Wheel) PauseInput() { perl.Do(w.Any(), "pause_input") }

// ResumeInput reads again. POE: resume_input.
func (w *Wheel) ResumeInput() { perl.Do(w.Any(), "resume_input") }

// ShutdownInput ends reading. POE: shutdown_input.
func (w *Wheel) ShutdownInput() { perl.Do(w.Any(), "shutdown_input") }

// ShutdownOutput ends writing. POE: shutdown_output.
func (w *Wheel) ShutdownOutput() { perl.Do(w.Any(), "shutdown_output") }

// OutOctets returns how many bytes wait to be written. POE: get_driver_out_octets.
func (w *Wheel) OutOctets() int { return perl.Int(perl.Call(w.Any(), "get_driver_out_octets")) }

// LocalPort returns the port to which the wheel listens. POE: getsockname, unpacked.
func (w *Wheel) LocalPort() int {
	list := perl.UnpackSockaddrIn(perl.Str(perl.Call(w.Any(), "getsockname")))
	return perl.Int(perl.Head(list))
}
