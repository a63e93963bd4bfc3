package readwrite

import "slices"

// SetBackpressure changes the marks of Config.Backpressure, from the next
// record that is put on. It does nothing if the wheel was made without these
// marks or with shared ones, or if m would not be valid in Config.
func (w *Wheel) SetBackpressure(m Marks) {
	if x := w.more; x != nil && w.backpressure == &x.backpressure && m.holds() {
		x.backpressure = m
	}
}

// holds reports whether input can be held between these marks.
func (m Marks) holds() bool { return m.Low > 0 && m.High > m.Low }

// holdInput stops decoding and reading, since so much output waits that the
// configuration says so.
func (w *Wheel) holdInput() {
	if w.held || w.noOutput || w.base.Closed() {
		return
	}
	w.held = true
	w.changes++ // which ends the decoding of several records at once
	w.base.Kernel.SelectPauseRead(w.in().handle)
}

// releaseInput continues where holdInput has stopped, once little enough output
// waits, or none is written any more.
func (w *Wheel) releaseInput() {
	if !w.held || !w.noOutput && w.out.driver.OutOctets() > w.backpressure.Low {
		return
	}
	w.held = false
	if w.base.Closed() {
		return
	}
	if !w.noInput && (w.more == nil || !w.more.paused) {
		w.base.Kernel.SelectResumeRead(w.in().handle)
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
	for in := w.input; in.step != nil; {
		s := in.step
		switch {
		case w.aborted:
			in.step = nil
			return false
		case len(s.records) == 0:
			in.step = nil
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
	in := w.input
	return in != nil && (len(in.pending.rest()) > 0 || in.step != nil) || w.more != nil && w.more.interrupted
}
