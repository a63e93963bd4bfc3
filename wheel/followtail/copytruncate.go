package followtail

import (
	"errors"
	"slices"
)

// fileTruncated deals with a file that has lost what was read of it. What was
// not read is looked for in copies.
func (w *Wheel) fileTruncated() {
	s := w.current
	if w.config.Filename == "" {
		w.endRecords(s.file.Name())
		w.emitLost(s.file.Name(), 0, ErrTruncated)
		s.rewind(w.lookedAt.Wall)
		s.announced = true
		w.emit(w.events.Funcs.Reset)
		w.pollLater(w.config.PollInterval)
		return
	}
	var named bool
	var err error
	if !s.copied {
		named, err = w.nameIs(s)
	}
	switch {
	case err != nil:
		w.fail("stat", err)
		return
	case !named:
		w.emitLost(s.path, 0, ErrTruncated)
		w.leave(true)
	case w.continueInCopy():
	default:
		w.endRecords(s.path)
		w.emitLost(s.path, 0, ErrTruncated)
		s.rewind(w.lookedAt.Wall)
	}
	w.pollNow()
}

// continueInCopy continues in the copy of the current file that was made before
// it was truncated, if there is one. Copies that are younger come next, and then
// the file itself from its beginning.
func (w *Wheel) continueInCopy() bool {
	s := w.current
	w.refresh()
	found := w.dir.copies(s.since)
	w.checkSettled(found)
	for i, a := range found {
		if err := w.dir.open(a); err != nil {
			w.emitLost(a.path(w.config.Filename), 0, lossCause(err))
			continue
		}
		if same, err := s.sameContent(a.file); !same {
			if err != nil {
				w.emitLost(a.path(w.config.Filename), 0, err)
			}
			a.close()
			continue
		}
		if !w.begunCopy(a, s) {
			continue
		}
		w.original, w.copies, w.backlog = s, true, found[i+1:]
		s.rewind(w.lookedAt.Wall)
		return true
	}
	return false
}

// begunCopy makes a copy of s the current file, at the position of s.
func (w *Wheel) begunCopy(a *arrival, s *source) bool {
	w.copies = true
	if !w.begun(a) {
		w.copies = false
		return false
	}
	c := w.current
	c.announced = true
	c.pos, c.head, c.tail = s.pos, slices.Clone(s.head), slices.Clone(s.tail)
	return true
}

// copyEnded deals with the end of a copy. If the file has not been truncated
// since it was made, the file itself is continued.
func (w *Wheel) copyEnded() {
	c := w.current
	unfinished, err := len(w.backlog) == 0, error(nil)
	if unfinished {
		unfinished, err = c.sameContent(w.original.file)
	}
	if err != nil {
		w.fail("read", err)
		return
	}
	if unfinished {
		w.dir.putBack(c.arrival)
		w.current, w.original, w.copies = w.original, nil, false
		w.current.pos, w.current.head, w.current.tail = c.pos, c.head, c.tail
		w.current.announced = true
		w.release(c)
		w.pollNow()
		return
	}
	// It is complete. Something may have been copied just before.
	data, err := w.readBlock(c)
	switch {
	case err == nil && len(data) > 0:
		w.deliver(data)
		w.pollNow()
		return
	case errors.Is(err, errChanged):
		w.emitLost(c.path, 0, ErrTruncated)
	case err != nil:
		w.emitLost(c.path, 0, err)
	}
	w.current = nil
	w.endRecords(c.path)
	w.release(c)
	w.pollNow()
}

// isUnfinished reports whether an arrival is a copy of what the current file
// still has: then the file has not been truncated after it was copied, and the
// copy may still grow. It will be returned once more.
func (w *Wheel) isUnfinished(a *arrival) bool {
	if w.dir.open(a) != nil {
		return false
	}
	c := &source{file: a.file}
	if info, err := c.file.Stat(); err != nil || c.startAt(info.Size(), info.Size()) != nil {
		return false
	}
	if same, _ := c.sameContent(w.current.file); !same { // copyEnded asks again
		return false
	}
	a.close()
	w.dir.putBack(a)
	return true
}
