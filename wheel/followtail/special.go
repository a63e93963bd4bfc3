package followtail

import (
	"errors"
	"io"
	"io/fs"

	"github.com/gopoe/poe/kernel"
)

// followSpecial follows what can be watched: a pipe, a terminal, a socket. As in
// POE the end of a pipe is idleness, that of the others an error.
func (w *Wheel) followSpecial(field string, mode fs.FileMode) error {
	w.ends = mode&(fs.ModeSocket|fs.ModeCharDevice) != 0
	if w.config.SeekBack != nil && *w.config.SeekBack != 0 || w.config.Seek != nil && *w.config.Seek != 0 {
		return kind.ConfigError(field, errors.New("cannot seek in a special file"))
	}
	h, err := w.current.file.handle()
	if err != nil {
		return kind.ConfigError(field, err)
	}
	w.base.InOwner(func() { err = w.base.Kernel.Host().Watch(h, kernel.Read, kind.Name()+": readable", w) })
	if err != nil {
		return kind.ConfigError(field, err)
	}
	w.stopWatching()
	w.special = h
	return nil
}

// readSpecial reads once from a special file.
func (w *Wheel) readSpecial() {
	buf := w.base.Kernel.Host().Scratch(w.config.BlockSize)
	n, err := w.special.Read(buf)
	switch {
	case n > 0:
		w.current.pos += int64(n)
		w.deliver(buf[:n])
	case errors.Is(err, kernel.ErrWouldBlock):
	case errors.Is(err, io.EOF) && !w.ends:
		w.base.Kernel.Host().Unwatch(w.base.Owner, w.special, kernel.Read)
		w.emit(w.events.Funcs.Idle)
	case err != nil:
		w.fail("read", err)
	}
}
