package readwrite

// holdInput stops decoding and reading while the output is at its high mark, if
// the configuration says so.
func (w *Wheel) holdInput() {
	if w.held || w.noOutput || w.limits == nil || !w.limits.backpressure {
		return
	}
	w.held = true
	w.changes++ // which ends the decoding of several records at once
	w.base.Kernel.SelectPauseRead(w.in)
}

// releaseInput continues where holdInput has stopped.
func (w *Wheel) releaseInput() {
	if !w.held {
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
