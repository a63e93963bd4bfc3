package readwrite

import "slices"

// holdInput stops decoding and reading if so much output waits that the
// configuration says so.
func (w *Wheel) holdInput(waiting int) {
	if w.limits == nil || w.held || w.noOutput || w.base.Closed() {
		return
	}
	if high := w.limits.backpressure.High; high == 0 || waiting < high {
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

// heldStep is what holdInput has interrupted.
type heldStep struct {
	decoding bool  // there may be more to decode, inside the filter even
	records  []any // the others of a step of the filter
	err      error // which ended that step, nil if none did
}

// emitStep passes on the records of one step of the filter, and the error that
// ended it; if input is held among them, the others wait. It reports whether
// decoding continues.
func (w *Wheel) emitStep(records []any, err error) bool {
	for i, record := range records {
		switch {
		case w.aborted:
			return false
		case w.held:
			w.limits.held.records, w.limits.held.err = slices.Clone(records[i:]), err
			return false
		}
		w.emitInput(record)
	}
	if err != nil {
		return w.decodeFailed(err)
	}
	return len(records) > 0
}

// emitHeld passes on what emitStep has left. It reports whether decoding
// continues.
func (w *Wheel) emitHeld() bool {
	if w.limits == nil {
		return true
	}
	held := w.limits.held
	w.limits.held = heldStep{}
	return len(held.records) == 0 || w.emitStep(held.records, held.err)
}

// unfinished reports whether there is something to decode without reading more.
func (w *Wheel) unfinished() bool {
	return len(w.pending.rest()) > 0 || w.limits != nil && w.limits.held.decoding
}
