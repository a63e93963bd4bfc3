package readwrite

// decodeEagerly is decodeCurrent for EagerOutput: what is put meanwhile is written
// at once.
func (w *Wheel) decodeEagerly() {
	w.gathering = true
	defer func() {
		if w.gathering { // a handler has panicked
			w.gathering = false
			w.requestWrite()
		}
	}()
	w.decodeCurrent(0)
	w.gathering = false
	if w.outputWaits() {
		w.flush(false)
	}
}

// requestWrite makes the kernel call the wheel in the next turn if output waits.
func (w *Wheel) requestWrite() {
	if w.outputWaits() {
		w.base.Kernel.Host().TryWrite(w.out.handle)
	}
}

// outputWaits reports whether there is output that can be written.
func (w *Wheel) outputWaits() bool {
	return w.out.driver.OutOctets() > 0 && !w.noOutput && !w.base.Closed()
}
