package followtail

import (
	"errors"
	"io/fs"
)

// awaited is the file that is there when the wheel begins, in case that it cannot be
// opened yet: Seek applies to it, and to none that replaces it, nor to what is written to
// it after it was truncated.
type awaited struct {
	id    identity // as fileInfo has it
	found identity // as a search finds it, zero if the name is a link
	dated bool     // the time in found is that of its creation, which writing does not change
	size  int64
	err   error // why it is unknown
}

// whatIsThere describes the file that has the name, before it is opened: one that
// replaces it meanwhile is another. It returns nil if there is none, or no Seek.
func (w *Wheel) whatIsThere() *awaited {
	if w.config.Seek == nil && w.config.SeekBack == nil {
		return nil
	}
	info, err := w.files.stat(w.config.Filename)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	a := &awaited{id: info.ID, size: info.Size(), err: err}
	id, modified, err := w.files.identify(w.config.Filename)
	if err == nil && id.Inode == info.ID.Inode {
		a.found, a.dated = id, id.Born != modified
	}
	return a
}

// await keeps what could not be opened. A search finds it under the name that it has by
// then.
func (w *Wheel) await(a *awaited) {
	w.unsought = a
	if s, searches := w.dir.(*scanner); searches && a != nil && a.found != (identity{}) {
		s.want(a.found)
	}
}

// awaitedIs returns what was found of a file if it is the one that could not be opened
// when the wheel began, otherwise nil. If that is another, which is gone, or unknown,
// something may be lost, which is reported.
func (w *Wheel) awaitedIs(info fileInfo, id identity) *awaited {
	a := w.unsought
	if a == nil {
		return nil
	}
	same := a.err != nil || a.id == info.ID && (!a.dated || a.found.Born == id.Born)
	if !same {
		return nil
	}
	w.unsought = nil
	if a.err != nil {
		w.emitLost(w.config.Filename, 0, a.err)
	}
	return a
}

// awaitedHasName reports whether the file that could not be opened when the wheel began
// still has the name. What a search finds then has not had it since, and may be a copy.
func (w *Wheel) awaitedHasName() bool {
	a := w.unsought
	if a == nil || a.err != nil || w.dir.exact() {
		return false
	}
	info, err := w.files.stat(w.config.Filename)
	if err != nil || info.ID != a.id || !a.dated {
		return err == nil && info.ID == a.id
	}
	id, _, err := w.files.identify(w.config.Filename)
	return err == nil && id.Born == a.found.Born
}

// seekAwaited finds the position to begin at in the current file, which has been awaited
// and now has that size. If it was truncated meanwhile, the position is in its copy.
func (w *Wheel) seekAwaited(a *awaited, size int64) error {
	s := w.current
	s.announced = true
	if size >= a.size {
		return w.seek(size)
	}
	s.pos, _ = w.position(a.size)
	s.unread, s.since = a.size, w.sameAt
	return nil
}

// neverOpened reports the file that could not be opened when the wheel began, which now
// is gone.
func (w *Wheel) neverOpened() {
	if w.unsought != nil {
		w.unsought = nil
		w.emitLost(w.config.Filename, 0, ErrDeleted)
	}
}
