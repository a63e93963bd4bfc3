package followtail

import (
	"bytes"
	"errors"
	"io/fs"
	"slices"
	"syscall"
	"time"

	"github.com/gopoe/poe/filter"
)

// minQuiet is how long nothing must have been written to a file that has lost
// its name, at least, before the next one is read.
const minQuiet = time.Second

// renamed deals with the end of a file that has lost its name, to another file
// if there is one. It is read until nothing writes to it any more.
func (w *Wheel) renamed(exists, timed bool) {
	w.collect()
	unwritten := noWriters(w.current.file) // asked before the last read
	data, err := w.readBlock(w.current)
	successor := exists || len(w.backlog) > 0
	switch {
	case errors.Is(err, errChanged):
		w.emitLost(w.current.path, 0, ErrTruncated)
		w.leave(true)
		w.pollNow()
	case err != nil:
		w.fail("read", err)
	case len(data) > 0:
		w.disturbed()
		w.deliver(data)
		w.pollNow()
	case unwritten || successor && w.stillQuiet(timed):
		w.left, _ = identifyOpen(w.current.file) // the zero identity is no file's
		w.leave(unwritten)
		w.pollNow()
	case successor:
		w.pollLater(quietStep)
	default:
		w.nothingNew(timed)
	}
}

// quietStep is how often a file that has lost its name is looked at, and how much
// one look without new data counts at most. More would count what was no silence:
// a program that was held up would leave a file whose writer was, too.
const quietStep = minQuiet / 4

// disturbed begins counting anew how long nothing has been written.
func (w *Wheel) disturbed() { w.quiet, w.quietAt = 0, w.base.Kernel.Now() }

// stillQuiet counts a look that has found nothing new, and reports whether nothing
// has been written for long enough.
func (w *Wheel) stillQuiet(timed bool) bool {
	now, before := w.base.Kernel.Now(), w.quiet
	w.quiet += min(now.Sub(w.quietAt), quietStep)
	w.quietAt = now
	if w.quiet >= max(w.config.PollInterval, minQuiet) {
		return true
	}
	if timed && w.quiet/w.config.PollInterval > before/w.config.PollInterval {
		w.emit(w.events.Funcs.Idle)
	}
	return false
}

// collect makes the files that have followed the current one the backlog, unless
// there is one.
func (w *Wheel) collect() {
	if len(w.backlog) > 0 {
		return
	}
	w.refresh()
	found, gap := w.dir.successors(w.current, w.sameAt)
	if gap {
		w.emitLost(w.config.Filename, 0, ErrDeleted)
	}
	for _, a := range found {
		if a.late {
			w.emitLost(a.path(w.config.Filename), 0, ErrLate)
		}
	}
	w.backlog = found
	w.checkSettled(found)
	if w.Closed() {
		w.closeBacklog()
	}
}

// closeBacklog drops the files that were to be read.
func (w *Wheel) closeBacklog() {
	for _, a := range w.backlog {
		a.close()
	}
	w.backlog = nil
}

// checkSettled reports that files may have been missed beside those that were
// found, or that they may be in another order.
func (w *Wheel) checkSettled(found []*arrival) {
	if len(found) > 0 && !w.dir.settled() {
		w.emitLost(w.config.Filename, 0, ErrRenaming)
	}
}

// refresh learns what has happened in the directory.
func (w *Wheel) refresh() {
	if w.dir == nil {
		return
	}
	err := w.dir.refresh()
	switch {
	case err == nil:
	case errors.Is(err, ErrOverflow):
		w.emitLost(w.config.Filename, 0, ErrOverflow)
	default:
		w.base.Warn("no notifications of changes any more, the file is polled", "file", w.config.Filename, "error", err)
		w.dir.close()
		search := newScanner(w.files, w.config.Filename)
		search.absent = true
		w.dir = search
		w.refresh()
	}
}

// leave ends the reading of the current file. If a process may still write to it
// it becomes the previous one.
func (w *Wheel) leave(unwritten bool) {
	s := w.current
	found := s.arrival != nil && !w.dir.exact()
	w.current = nil
	w.releasePrevious()
	if found {
		w.endFound()
		w.lastFound = s
	}
	switch _, finishes := w.records.Filter().(filter.Finisher); {
	case !unwritten:
		s.partial = w.takeUndecoded()
		w.previous = s
		return
	case found && !finishes: // it may be a copy that is not whole
		s.partial = w.takeUndecoded()
	default:
		w.endRecords(s.path)
	}
	w.release(s)
}

// endFound ends the records of the file that was found by a search and read last: it
// was no copy of the one that is read next.
func (w *Wheel) endFound() {
	s := w.lastFound
	w.lastFound = nil
	if s == nil || s == w.previous || len(s.partial) == 0 {
		return
	}
	rest := w.takeUndecoded()
	w.records.Write(s.partial)
	s.partial = nil
	w.endRecords(s.path)
	w.records.Write(rest)
}

// release closes a source.
func (w *Wheel) release(s *source) {
	if w.dir != nil {
		w.dir.unwatch(s)
	}
	w.closeSource(s)
}

// advance makes the next file the current one: of those that have come since,
// or else the one that has the name. It reports whether there is one.
func (w *Wheel) advance(timed bool) bool {
	if len(w.backlog) == 0 && w.awaitedHasName() {
		return w.openByName(timed)
	}
	for range maxAdvance {
		if !w.copies {
			w.collect()
		}
		if w.Closed() {
			return false
		}
		if len(w.backlog) == 0 {
			break
		}
		a := w.backlog[0]
		err := w.dir.open(a)
		if outOfResources(err) {
			w.openFailed(err, timed)
			return false
		}
		w.backlog = w.backlog[1:]
		if err != nil {
			w.emitLost(a.path(w.config.Filename), 0, lossCause(err))
		} else if w.begun(a) {
			return true
		}
		if w.Closed() || w.err != nil {
			return false
		}
	}
	if len(w.backlog) > 0 {
		w.pollNow()
		return false
	}
	if w.copies {
		w.copies, w.current, w.original = false, w.original, nil
		return true
	}
	return w.openByName(timed)
}

// maxAdvance bounds how many files that are gone are passed over in one look.
const maxAdvance = 256

func lossCause(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return ErrDeleted
	}
	return err
}

// begun makes an arrival that is open the current file, unless it was read
// already.
func (w *Wheel) begun(a *arrival) bool {
	info, err := a.file.Stat()
	var id identity
	if err == nil {
		id, err = identifyOpen(a.file)
	}
	if err != nil {
		w.emitLost(a.path(w.config.Filename), 0, err)
		a.close()
		return false
	}
	if !info.Mode().IsRegular() || w.previous.isFile(info) || w.original.isFile(info) {
		a.close()
		return false
	}
	if id == w.left { // another name of it, a link
		a.close()
		return false
	}
	w.endFound()
	awaited := w.awaitedIs(info, id)
	if w.neverOpened(); w.Closed() {
		a.close()
		return false
	}
	w.freeAt = time.Time{}
	w.current = &source{file: a.file, id: info.ID, path: a.path(w.config.Filename), since: w.lookedAt.Wall, copied: w.copies, arrival: a}
	if born := time.Unix(0, a.id.Born); a.id.Born != 0 && born.Before(w.lookedAt.Wall) {
		w.current.since = born
	}
	a.file = nil
	w.dir.watch(w.current)
	if awaited != nil {
		if err := w.seekAwaited(awaited, info.Size()); err != nil {
			w.fail("read", err)
			return false
		}
	}
	return true
}

// openByName opens what has the name now.
func (w *Wheel) openByName(timed bool) bool {
	f, err := w.files.open(w.config.Filename)
	if errors.Is(err, fs.ErrNotExist) {
		w.openErr = nil
		w.neverOpened()
		w.nameIsFree()
		w.endFound()
		w.nothingNew(timed)
		return false
	}
	if err != nil {
		w.openFailed(err, timed)
		return false
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = syscall.EISDIR
	}
	if err != nil {
		f.Close()
		w.fail("read", err)
		return false
	}
	w.openErr, w.freeAt = nil, time.Time{}
	if w.previous.isFile(info) { // it was renamed back
		f.Close()
		if w.endFound(); w.Closed() {
			return false
		}
		w.current, w.previous = w.previous, nil
		w.records.Write(w.current.partial)
		return true
	}
	w.current = &source{file: f, id: info.ID, path: w.config.Filename, since: w.lookedAt.Wall}
	if !info.Mode().IsRegular() {
		if err := w.followSpecial("Filename", info.Mode()); err != nil {
			w.fail("read", err)
		}
		return false
	}
	if err := w.continueFound(info); err != nil {
		w.endFound()
		w.fail("read", err)
		return false
	}
	if w.endFound(); w.Closed() {
		return false
	}
	w.watchDirectoryAgain()
	w.watchFile(w.current)
	return true
}

// nameIsFree notes that nothing has the name. A file may have lost it after the search
// of this look, so that it is the look before that which rules out older files.
func (w *Wheel) nameIsFree() {
	if !w.freeAt.IsZero() {
		w.sameAt = w.freeAt
	}
	w.freeAt = w.lookedAt.Wall
}

// continueFound finds out whether the file that was found by a search and read
// last was a copy of what the current one still has. Then that is continued. A file
// of which only the opening has failed is continued where Seek says.
func (w *Wheel) continueFound(info fileInfo) error {
	s, last := w.current, w.lastFound
	if w.unsought != nil {
		id, err := identifyOpen(s.file)
		if err != nil {
			return err
		}
		if a := w.awaitedIs(info, id); a != nil {
			return w.seekAwaited(a, info.Size())
		}
		w.neverOpened()
	}
	if last == nil || last.pos == 0 {
		return nil
	}
	if same, err := last.sameContent(s.file); !same {
		return err
	}
	s.pos, s.head, s.tail, s.since, s.announced = last.pos, last.head, last.tail, last.since, true
	w.dir.putBack(last.arrival)
	w.left, w.lastFound = identity{}, nil
	w.records.Write(last.partial)
	if w.previous == last { // what is still copied is read here
		w.previous = nil
		w.release(last)
	}
	return nil
}

// openFailed reports why the file cannot be opened, once, and tries again later.
func (w *Wheel) openFailed(err error, timed bool) {
	if w.openErr == nil || w.openErr.Error() != err.Error() {
		w.openErr = err
		w.emitError("open", err)
	}
	w.nothingNew(timed)
}

func outOfResources(err error) bool {
	for _, errno := range []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}

// overtaken reports whether other files are to be read before the current one,
// of which a first block has been read: the file may have been rotated between
// the search for such files and that.
func (w *Wheel) overtaken() bool {
	s := w.current
	if w.dir == nil || s.copied || s.arrival != nil && !w.dir.exact() {
		return false
	}
	w.refresh()
	found, copies := w.dir.overtakers(s, w.sameAt)
	if copies {
		found = slices.DeleteFunc(found, w.isUnfinished)
	}
	if len(found) == 0 {
		return false
	}
	w.current, w.backlog = nil, append(w.backlog, found...)
	if w.checkSettled(found); w.Closed() {
		w.closeBacklog()
		_ = w.closeSource(s)
		return true
	}
	if copies {
		s.rewind(w.lookedAt.Wall)
		w.original, w.copies = s, true
		return true
	}
	w.release(s)
	return true
}

// readPrevious reads what was written to the previous file after it was left,
// and reports whether there was anything. It does so between two records.
func (w *Wheel) readPrevious(timed bool) bool {
	s := w.previous
	if s == nil || w.Pending() > 0 {
		return false
	}
	unwritten := timed && noWriters(s.file)
	if s.size() > s.pos {
		data, err := w.readBlock(s)
		if err == nil {
			w.deliver(append(bytes.Clone(s.partial), data...))
			s.partial = w.takeUndecoded()
			w.pollNow()
			return true
		}
		w.emitLost(s.path, 0, err)
		unwritten = true
	}
	if unwritten {
		w.releasePrevious()
	}
	return false
}

// releasePrevious closes the previous file. What is left of it undecoded ends
// there.
func (w *Wheel) releasePrevious() {
	s := w.previous
	if s == nil {
		return
	}
	w.previous = nil
	current := w.takeUndecoded()
	w.records.Write(s.partial)
	s.partial = nil
	for written := hasWriters(s.file); ; { // asked before the last read
		data, err := w.readBlock(s)
		if err != nil {
			w.emitLost(s.path, 0, err)
		} else if len(data) > 0 && !w.Closed() {
			w.deliver(bytes.Clone(data))
			continue
		} else if written {
			w.emitLost(s.path, 0, ErrWritten)
		}
		break
	}
	w.endRecords(s.path)
	w.records.Write(current)
	w.release(s)
}

// takeUndecoded returns what is not a whole record, and drops it.
func (w *Wheel) takeUndecoded() []byte {
	var held []byte
	if p, ok := w.records.Filter().(filter.ByteHolder); ok {
		held = p.PendingBytes()
	}
	held = append(held, w.records.Bytes()...)
	w.resetRecords()
	return held
}

// resetRecords starts decoding anew.
func (w *Wheel) resetRecords() {
	f := w.records.Filter()
	if r, ok := f.(filter.Rewinder); ok {
		r.Rewind()
	}
	w.records = filter.NewBuffer(f)
}

// endRecords ends decoding at the end of a file: nothing of it may become a part
// of the next file's first record.
func (w *Wheel) endRecords(path string) {
	if _, ok := w.records.Filter().(filter.Finisher); ok {
		records, err := w.records.Finish()
		for _, record := range records {
			if !w.aborted {
				w.emitInput(record)
			}
		}
		if err != nil && !w.Closed() {
			w.emitError("filter", err)
		}
		w.resetRecords()
		return
	}
	partial := w.takeUndecoded()
	switch {
	case len(partial) == 0 || w.aborted:
	case w.config.KeepPartial:
		w.emitInput(string(partial))
	default:
		w.emitLost(path, int64(len(partial)), ErrPartial)
	}
}

// watchFile asks the system to report changes of a file.
func (w *Wheel) watchFile(s *source) {
	if w.dir != nil {
		w.dir.watch(s)
	}
}

// nameIs reports whether the name refers to s.
func (w *Wheel) nameIs(s *source) (bool, error) {
	info, err := w.files.stat(w.config.Filename)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && s.isFile(info), err
}
