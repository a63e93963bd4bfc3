package readwrite

import (
	"errors"
	"slices"

	"github.com/gopoe/poe/driver"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
)

// Put encodes records and queues them to be written in the next turn, or with
// AutoFlush writes at once what can be written. It never waits. It reports
// whether the output has reached the high mark, or was refused with
// [ErrPending]: then producers should stop. Put itself puts the wheel in the
// high state, without a high event, as in POE.
//
// If the filter cannot encode a record, none of the records is queued, and the
// filter's error is reported later, as an error of the operation "put". The
// same is true of ErrPending, which is reported once for all calls of Put
// before the report. TryPut returns these errors instead.
//
// When output cannot be written any more, after an error or ShutdownOutput,
// records are still counted, as in POE, so that producers reach the high mark,
// but are dropped. After Close, Put does nothing and returns false.
func (w *Wheel) Put(records ...any) (high bool) {
	high, err := w.TryPut(records...)
	if err != nil {
		return w.putFailed(err)
	}
	return high
}

// putFailed reports an error of Put. It returns whether producers should stop.
func (w *Wheel) putFailed(err error) (high bool) {
	if errors.Is(err, ErrPending) {
		if w.more.putFailed {
			return true
		}
		w.more.putFailed = true
	}
	w.base.Later(func() {
		if w.more != nil {
			w.more.putFailed = false
		}
		w.emitError("put", err)
	})
	return w.more != nil && w.more.high || errors.Is(err, ErrPending)
}

// TryPut is [Wheel.Put], but returns the error instead of reporting it:
// [ErrPending], or that of the filter. Nothing is queued then.
func (w *Wheel) TryPut(records ...any) (high bool, err error) {
	if _, ok := w.out.filter.(*filter.Line); ok && len(records) == 1 { // the common case, kept short
		switch record := records[0].(type) {
		case string:
			return w.TryPutText(record)
		case []byte:
			return w.TryPutBytes(record)
		}
	}
	before := w.out.driver.OutOctets()
	if accepts, err := w.accepts(before); !accepts {
		return false, err
	}
	if err := w.encode(records); err != nil {
		return false, err
	}
	return w.queued(before), nil
}

// PutText is Put for one record that is a string. With a filter.TextEncoder,
// such as filter.Line, it does not allocate memory for the record.
func (w *Wheel) PutText(record string) (high bool) {
	high, err := w.TryPutText(record)
	if err != nil {
		return w.putFailed(err)
	}
	return high
}

// PutBytes is PutText for bytes.
func (w *Wheel) PutBytes(record []byte) (high bool) {
	high, err := w.TryPutBytes(record)
	if err != nil {
		return w.putFailed(err)
	}
	return high
}

// TryPutText is PutText with the errors of TryPut.
func (w *Wheel) TryPutText(record string) (high bool, err error) {
	before := w.out.driver.OutOctets()
	if accepts, err := w.accepts(before); !accepts {
		return false, err
	}
	f, ok := w.out.filter.(*filter.Line) // the most common by far, called without a look-up
	switch {
	case !ok:
		return w.encodeText(record, before)
	case len(record) >= longText && w.out.handle.Fd() >= 0:
		w.putLong(f, record)
		return w.queued(before), nil
	}
	driver.PutRecord(w.out.driver, record, f.OutputLiteral())
	return w.queued(before), nil
}

// encodeText is TryPutText with another filter than Line, behind output of so many bytes.
func (w *Wheel) encodeText(record string, before int) (high bool, err error) {
	f, ok := w.out.filter.(filter.TextEncoder)
	if !ok {
		return w.TryPut(record)
	}
	more, err := f.AppendText(w.out.driver.OutputFor(len(record)), record)
	return w.appended(before, more, err)
}

// TryPutBytes is PutBytes with the errors of TryPut.
func (w *Wheel) TryPutBytes(record []byte) (high bool, err error) {
	before := w.out.driver.OutOctets()
	if accepts, err := w.accepts(before); !accepts {
		return false, err
	}
	f, ok := w.out.filter.(*filter.Line)
	if !ok {
		return w.encodeBytes(record, before)
	}
	driver.PutRecord(w.out.driver, record, f.OutputLiteral())
	return w.queued(before), nil
}

// encodeBytes is encodeText for TryPutBytes.
func (w *Wheel) encodeBytes(record []byte, before int) (high bool, err error) {
	f, ok := w.out.filter.(filter.TextEncoder)
	if !ok {
		return w.TryPut(record)
	}
	more, err := f.AppendBytes(w.out.driver.OutputFor(len(record)), record)
	return w.appended(before, more, err)
}

// appended queues the output buffer to which a record was appended, behind output of so
// many bytes.
func (w *Wheel) appended(before int, out []byte, err error) (high bool, _ error) {
	if err != nil {
		return false, err
	}
	w.out.driver.SetOutput(out)
	return w.queued(before), nil
}

// accepts reports whether output is accepted while so many bytes wait, and if so sees to
// it that a wheel without an output buffer gets one that was given away.
func (w *Wheel) accepts(waiting int) (bool, error) {
	switch {
	case w.base.Closed():
		return false, nil
	case w.more != nil && w.more.maxPending > 0 && waiting >= w.more.maxPending:
		return false, ErrPending
	case w.out.driver.BufferSize() == 0:
		w.shared.lend(w.out.driver)
	}
	return true, nil
}

// queued deals with output that has just been added.
func (w *Wheel) queued(before int) (high bool) {
	if w.noOutput {
		w.out.driver.Lose()
	}
	now := w.out.driver.OutOctets()
	if before == 0 && now > 0 && !w.noOutput {
		switch {
		case w.more != nil && w.more.autoFlush:
			w.Flush()
			if now = w.out.driver.OutOctets(); !w.gathering {
				w.requestWrite()
			}
		case !w.gathering:
			w.base.Kernel.Host().TryWrite(w.out.handle)
		}
	}
	if b := w.backpressure; b != nil && now >= b.High {
		w.holdInput()
	}
	x := w.more
	if x == nil {
		return false // and high never is set
	}
	x.high = x.marks.High > 0 && now >= x.marks.High
	return x.high
}

// encode queues records, all or none.
func (w *Wheel) encode(records []any) error {
	out := w.out.driver.Output()
	var room [8]int
	ends := room[:0]
	more, err := out, error(nil)
	if p, ok := w.out.filter.(filter.Putter); ok {
		// The copy keeps the list that the caller spreads off the heap.
		more, ends, err = p.Put(out, nil, slices.Clone(records))
	} else {
		for _, r := range records {
			if more, err = w.out.filter.Append(more, r); err != nil {
				break
			}
			ends = append(ends, len(more))
		}
	}
	if err != nil {
		return err
	}
	w.out.driver.SetOutputs(more, append(ends, len(more)))
	return nil
}

// Flush writes at once what can be written, and sends the events of that.
func (w *Wheel) Flush() {
	switch {
	case w.base.Closed() || w.noOutput:
	case w.base.OwnerActive():
		w.flush(true)
	default:
		w.base.InOwner(func() { w.flush(true) })
	}
}

// flush writes and reports the result: an error, or low water and all written. now
// is set if the program has called Flush: then only a pause keeps it from writing.
func (w *Wheel) flush(now bool) {
	most := w.allowance(kernel.Write)
	switch {
	case most != 0:
	case w.throttled(kernel.Write):
		return
	case now:
		most = -1
	default:
		w.base.Kernel.SelectResumeWrite(w.out.handle) // the next turn asks again
		return
	}
	before := w.out.driver.BytesWritten()
	left, err := w.out.driver.FlushSome(w.out.handle, most)
	w.consumed(kernel.Write, int(w.out.driver.BytesWritten()-before))
	if err != nil {
		w.stopOutput()
		w.emitError("write", err)
		return
	}
	if w.more != nil {
		w.checkMarks(left)
	}
	if w.held {
		w.releaseInput()
	}
	switch { // the handlers may have closed the wheel, or put more
	case w.base.Closed() || w.noOutput:
	case w.out.driver.OutOctets() > 0:
		w.base.Kernel.SelectResumeWrite(w.out.handle)
	default:
		if w.place == 0 {
			w.shared.enter(w)
		}
		w.base.Kernel.SelectPauseWrite(w.out.handle)
		w.emit(w.events.Funcs.Flushed)
	}
}

// checkMarks reports that output of so many bytes has passed a water mark.
func (w *Wheel) checkMarks(left int) {
	switch x, marks := w.more, w.more.marks; {
	case x.high && left <= marks.Low:
		x.high = false
		w.emit(w.events.Funcs.Low)
	case !x.high && marks.High > 0 && left >= marks.High:
		x.high = true
		w.emit(w.events.Funcs.High)
	}
}

// stopOutput ends writing. What waits is lost, but still counts.
func (w *Wheel) stopOutput() {
	w.noOutput = true
	w.unwatchOutput()
	w.out.driver.Lose()
	w.releaseInput() // or the end of the stream would never be seen
}

// ShutdownOutput ends writing for good: nothing more is written, and of a
// socket the writing half is closed, so that the peer reads the end of the
// stream. Output that waits is lost, although OutOctets still counts it, as in
// POE.
func (w *Wheel) ShutdownOutput() {
	if w.base.Closed() || w.noOutput {
		return
	}
	w.stopOutput()
	// On what is no socket there is nothing to shut.
	_ = w.out.handle.CloseWrite()
}

// OutOctets returns how many bytes wait to be written.
// POE: get_driver_out_octets.
func (w *Wheel) OutOctets() int { return w.out.driver.OutOctets() }

// OutMessages returns how many messages wait to be written.
// POE: get_driver_out_messages.
func (w *Wheel) OutMessages() int { return w.out.driver.OutMessages() }

// marks returns the water marks, the zero Marks without any.
func (w *Wheel) marks() Marks {
	if w.more == nil {
		return Marks{}
	}
	return w.more.marks
}

// SetHighMark changes the high water mark. A mark for a wheel without marks, or
// one that is not above the low mark, is ignored with a warning.
func (w *Wheel) SetHighMark(high int) {
	if w.marks().High > 0 && high > w.marks().Low {
		w.more.marks.High = high
		return
	}
	w.base.Warn("high mark ignored", "mark", high, "low", w.marks().Low)
}

// SetLowMark changes the low water mark. A mark for a wheel without marks, or one
// that is not between 0 and the high mark, is ignored with a warning.
func (w *Wheel) SetLowMark(low int) {
	if w.marks().Low > 0 && low > 0 && low < w.marks().High {
		w.more.marks.Low = low
		return
	}
	w.base.Warn("low mark ignored", "mark", low, "high", w.marks().High)
}
