package readwrite

import "slices"

// SetBackpressure changes the marks of Config.Backpressure, from the next
// record that is put on. It does nothing if the wheel was made without these
// marks, or if m would not be valid in Config.
func (w *Wheel) SetBackpressure(m Marks) {
	if l := w.limits; l != nil && l.backpressure != m && l.backpressure.High > 0 && m.Low > 0 && m.High > m.Low {
		l.backpressure = m
	}
}

// holdInput stops decoding and reading, since so much output waits that the
// configuration says so.
func (w *Wheel) holdInput() {
	if w.held || w.noOutput || w.base.Closed() {
		return
	}
	w.held = true
	w.changes++ // which ends the decoding of several records at once
	w.base.Kernel.SelectPauseRead(w.in)
}

// releaseInput continues where holdInput has stopped, once little enough output
// waits, or none is written any more.
func (w *Wheel) releaseInput() {
	if !w.held || !w.noOutput && w.driver.OutOctets() > w.limits.backpressure.Low {
		return
	}
	w.held = false
	if w.base.Closed() {
		return
	}
	if !w.noInput && !w.limits.paused {
		w.base.Kernel.SelectResumeRead(w.in)
	}
	if !w.decoding {
		w.base.InOwner(w.decodePending)
	}
}

// step is what is still to come of one step of the filter.
type step struct {
	records []any
	err     error // which has ended the step, nil if none did
}

// emitStep passes on what is still to come of a step of the filter, if anything, and
// the error that ended it. If input is held among its records, the others wait. It
// reports whether decoding continues.
func (w *Wheel) emitStep() bool {
	for w.step != nil {
		s := w.step
		switch {
		case w.aborted:
			w.step = nil
			return false
		case len(s.records) == 0:
			w.step = nil
			return s.err == nil || w.decodeFailed(s.err)
		case w.held:
			s.records = slices.Clone(s.records)
			return false
		}
		record := s.records[0]
		s.records = s.records[1:]
		w.emitInput(record)
	}
	return true
}

// unfinished reports whether there is something to decode without reading more.
func (w *Wheel) unfinished() bool {
	return len(w.pending.rest()) > 0 || w.step != nil || w.limits != nil && w.limits.interrupted
}
