package followtail

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/gopoe/poe/kernel"
)

// tailSize is how many bytes before the place to read on are compared, to know
// whether the file is still the one that was read.
const tailSize = 64

// errTruncated says that what was read of the file is no longer there.
var errTruncated = errors.New("followtail: the file was truncated")

// RecordError says that a filter's record is not what the wheel's function
// takes.
type RecordError struct{ Record any }

// Error names the type that came.
func (e *RecordError) Error() string {
	return fmt.Sprintf("followtail: the record is %T, not a string", e.Record)
}

// open opens a file, nil if that is not possible now. A named pipe is opened
// for writing as well, so that it does not end with its first writer.
func open(name string) *os.File {
	flags := os.O_RDONLY
	if info, err := os.Stat(name); err == nil && info.Mode()&fs.ModeNamedPipe != 0 {
		flags = os.O_RDWR
	}
	f, err := os.OpenFile(name, flags, 0)
	if err != nil {
		return nil
	}
	return f
}

// seek finds the place to begin at in a file of that size.
func (w *Wheel) seek(size int64) error {
	from := int64(-skipBack)
	discard := false
	switch c := &w.config; {
	case c.Seek != nil:
		from = *c.Seek
	case c.SeekBack != nil && *c.SeekBack == 0:
		from = size
	case c.SeekBack != nil:
		from = -*c.SeekBack
	default:
		discard = true
	}
	if from < 0 {
		from += size
	}
	w.pos = min(max(from, 0), size)
	if err := w.readTail(); err != nil || !discard {
		return err
	}
	return w.discard()
}

// readTail reads the bytes before the place to begin at.
func (w *Wheel) readTail() error {
	n := min(w.pos, tailSize)
	w.tail = append(w.tail[:0], make([]byte, n)...)
	_, err := w.file.ReadAt(w.tail, w.pos-n)
	if errors.Is(err, io.EOF) && n == 0 {
		return nil
	}
	return err
}

// discard reads to the end of the file and forgets all whole records.
func (w *Wheel) discard() error {
	// The kernel's buffer may be in use by whoever makes the wheel.
	buf := make([]byte, tailSize+skipBack)
	for {
		data, err := w.readChunk(buf)
		if errors.Is(err, errTruncated) || len(data) == 0 && err == nil {
			return nil // the first poll will see to it
		}
		if err != nil {
			return err
		}
		if _, err := w.records.Get(data); err != nil {
			return err
		}
	}
}

// readChunk reads what follows the place to read on, nothing at the end. The
// bytes before it are read with it and compared, so that a file that has been
// written anew is noticed, however long it has become. What it returns stands
// in buf.
func (w *Wheel) readChunk(buf []byte) ([]byte, error) {
	known := len(w.tail)
	n, err := w.file.ReadAt(buf, w.pos-int64(known))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if n < known || !bytes.Equal(buf[:known], w.tail) {
		return nil, errTruncated
	}
	data := buf[known:n]
	w.pos += int64(len(data))
	w.tail = append(w.tail[:0], buf[max(0, n-tailSize):n]...)
	return data, nil
}

// readBlock is readChunk into the kernel's buffer, which others use as well.
func (w *Wheel) readBlock() ([]byte, error) {
	return w.readChunk(w.k.Host().Scratch(len(w.tail) + w.config.BlockSize))
}

// poll looks at the file. A look that the timer has not brought about is not
// idle if there is nothing new.
func (w *Wheel) poll(timed bool) {
	if w.file == nil && !w.appeared(timed) {
		return
	}
	data, err := w.readBlock()
	switch {
	case errors.Is(err, errTruncated):
		w.truncated()
	case err != nil:
		w.tellError("read", err)
	case len(data) > 0:
		w.deliver(data)
	default:
		w.atEnd(timed)
	}
}

// appeared opens a file that was not there, and tells whether there is
// something to read.
func (w *Wheel) appeared(timed bool) bool {
	if w.file = open(w.config.Filename); w.file == nil {
		w.nothingNew(timed)
		return false
	}
	w.rewind()
	w.tellReset()
	return !w.closed
}

func (w *Wheel) rewind() { w.pos, w.tail = 0, w.tail[:0] }

// truncated begins anew in a file that has lost what was read of it.
func (w *Wheel) truncated() {
	if w.config.Filename != "" {
		w.reopen()
		return
	}
	w.rewind()
	w.tellReset()
	w.again()
}

// reopen lets go of the file, to open what has its name now.
func (w *Wheel) reopen() {
	// It was only read, so closing it loses nothing.
	_ = w.file.Close()
	w.file = nil
	w.soon()
}

// deliver hands out the records that are complete.
func (w *Wheel) deliver(data []byte) {
	err := w.records.GetOneStart(data)
	for err == nil && !w.aborted {
		var recs []any
		recs, err = w.records.GetOne()
		for _, rec := range recs {
			if !w.aborted {
				w.tellInput(rec)
			}
		}
		if len(recs) == 0 {
			break
		}
	}
	if err != nil {
		w.tellError("filter", err)
		return
	}
	w.soon()
}

// atEnd finds out at the end of a file whether its name still means it.
func (w *Wheel) atEnd(timed bool) {
	if w.config.Filename == "" {
		w.nothingNew(timed)
		return
	}
	now, err := os.Stat(w.config.Filename)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		w.tellError("stat", err)
		return
	}
	if err == nil {
		was, err := w.file.Stat()
		if err != nil {
			w.tellError("stat", err)
			return
		}
		if os.SameFile(was, now) {
			w.nothingNew(timed)
			return
		}
	}
	// It was rotated. Something may have been written just before.
	if data, err := w.readBlock(); err == nil && len(data) > 0 {
		w.deliver(data)
		return
	}
	w.reopen()
}

func (w *Wheel) nothingNew(timed bool) {
	if !timed {
		w.resume()
		return
	}
	w.tellIdle()
	w.again()
}

// again sets the timer for the next look, soon for one at once.
func (w *Wheel) again() { w.rearm(false) }
func (w *Wheel) soon()  { w.rearm(true) }

// resume leaves the timer as it is, or sets it if there is none.
func (w *Wheel) resume() {
	if w.timer == 0 {
		w.again()
	}
}

func (w *Wheel) rearm(now bool) {
	if w.closed {
		return
	}
	d := w.config.PollInterval
	if now {
		d = 0
	}
	w.cancelTimer()
	if err := w.schedule(d); err != nil {
		w.k.Host().Warn("followtail: the wheel's session is gone", "wheel", w.id, "error", err)
	}
}

// followSpecial follows what can be watched: a pipe, a terminal, a socket. As
// in POE the end of a pipe is idleness, that of the others an error.
func (w *Wheel) followSpecial(field string, mode fs.FileMode) error {
	w.ends = mode&(fs.ModeSocket|fs.ModeCharDevice) != 0
	if w.config.SeekBack != nil && *w.config.SeekBack != 0 || w.config.Seek != nil && *w.config.Seek != 0 {
		return wrong(field, errors.New("cannot seek in a special file"))
	}
	var err error
	if w.special, err = kernel.File(w.file); err != nil {
		return wrong(field, err)
	}
	if err = w.k.Host().Watch(w.special, kernel.Read, eventName+": readable", w); err != nil {
		return wrong(field, err)
	}
	return nil
}

// readSpecial reads once from it.
func (w *Wheel) readSpecial() {
	buf := w.k.Host().Scratch(w.config.BlockSize)
	n, err := w.special.Read(buf)
	switch {
	case n > 0:
		w.pos += int64(n)
		w.deliver(buf[:n])
	case errors.Is(err, kernel.ErrWouldBlock):
	case err != nil:
		w.k.Host().Unwatch(w.owner, w.special, kernel.Read)
		if errors.Is(err, io.EOF) && !w.ends {
			w.tellIdle()
			return
		}
		w.tellError("read", err)
	}
}
