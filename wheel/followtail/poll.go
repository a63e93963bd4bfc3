package followtail

import (
	"bytes"
	"errors"
	"io/fs"
	"time"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
)

func recoverable(err error) bool { return filter.Recoverable(err) }

// HandleReady is called by the kernel when the system has reported a change, or
// when a special file can be read.
func (w *Wheel) HandleReady(kernel.Mode) {
	if w.special != nil {
		w.readSpecial()
		return
	}
	w.refresh()
	if w.dir != nil {
		w.dir.openAhead()
	}
	w.poll(false)
}

// poll looks at the file. If there is nothing new that is only reported when the
// timer has caused the look.
func (w *Wheel) poll(timed bool) {
	w.look()
	if w.err != nil || w.Closed() || w.current == nil && !w.advance(timed) {
		return
	}
	first := w.current.pos == 0 // nothing shows then whether it is still the same file
	data, err := w.readBlock(w.current)
	switch {
	case errors.Is(err, errChanged):
		w.fileTruncated()
		return
	case err != nil:
		w.fail("read", err)
		return
	case (!w.current.announced || first && (len(data) > 0 || w.current.rewound)) && w.overtaken():
		w.pollNow()
		return
	case !w.current.announced:
		data = bytes.Clone(data) // the handler may use the kernel's buffer
		w.current.announced = true
		w.emit(w.events.Funcs.Reset)
	}
	switch {
	case w.Closed():
	case len(data) > 0:
		w.disturbed()
		w.deliver(data)
		w.pollNow()
	default:
		w.atEnd(timed)
	}
}

// readBlock reads from a source into the kernel's buffer, which others use too.
func (w *Wheel) readBlock(s *source) ([]byte, error) {
	return s.read(w.base.Kernel.Host().Scratch(len(s.tail) + w.config.BlockSize))
}

// deliver reports the records that are complete with data.
func (w *Wheel) deliver(data []byte) {
	err := w.records.GetOneStart(data)
	for !w.aborted && w.err == nil {
		if err != nil && !w.filterFailed(err) {
			return
		}
		var records []any
		records, err = w.records.GetOne()
		for _, record := range records {
			if !w.aborted {
				w.emitInput(record)
			}
		}
		if len(records) == 0 && err == nil {
			return
		}
	}
}

// filterFailed reports bytes that the filter cannot decode. That ends the wheel
// unless the filter can continue behind them.
func (w *Wheel) filterFailed(err error) (goOn bool) {
	switch {
	case w.Closed():
		return false
	case recoverable(err):
		w.emitError("filter", err)
		return true
	}
	w.fail("filter", err)
	return false
}

// fail ends the wheel with an error.
func (w *Wheel) fail(op string, err error) {
	if w.err != nil || w.Closed() {
		return
	}
	w.err = w.base.OpError(op, err)
	w.stopWatching()
	w.base.Cancel(&w.timer)
	w.emitError(op, err)
}

// atEnd is called at the end of the current file, and finds out whether there is
// more behind it.
func (w *Wheel) atEnd(timed bool) {
	switch {
	case w.config.Filename == "":
		w.nothingNew(timed)
	case w.current.copied:
		w.copyEnded()
	default:
		w.checkName(timed)
	}
}

// checkName finds out whether the name still refers to the current file.
func (w *Wheel) checkName(timed bool) {
	info, err := w.files.stat(w.config.Filename)
	switch {
	case err == nil && w.current.isFile(info):
		if w.current.pos > 0 { // an empty file may have been copied and truncated meanwhile
			w.sameAt = w.lookedAt.Wall
		}
		if !w.readPrevious(timed) {
			w.nothingNew(timed)
		}
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		w.fail("stat", err)
	default:
		w.renamed(err == nil, timed)
	}
}

// nothingNew reports idleness and schedules the next look.
func (w *Wheel) nothingNew(timed bool) {
	if timed {
		w.emit(w.events.Funcs.Idle)
		w.pollLater(w.config.PollInterval)
		return
	}
	if w.timer == 0 {
		w.pollLater(w.config.PollInterval)
	}
}

func (w *Wheel) pollNow() { w.pollLater(0) }

// pollLater sets the timer for the next look.
func (w *Wheel) pollLater(d time.Duration) {
	if w.Closed() || w.err != nil {
		return
	}
	w.base.Cancel(&w.timer)
	w.schedule(d)
}

// schedule sets the timer, which must not be set.
func (w *Wheel) schedule(d time.Duration) {
	w.timer = w.base.Delay("poll", d, func() {
		w.timer = 0
		w.poll(true)
	})
}
