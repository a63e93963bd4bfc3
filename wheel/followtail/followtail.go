// Package followtail is the wheel that follows a file as it grows:
// POE::Wheel::FollowTail.
//
// The wheel waits for a file that does not exist yet. It finds a file that is
// followed by name again after it was rotated in any of the usual ways:
//
//   - renamed or deleted, and created anew (logrotate's "create"). The old file
//     is read until the new one exists and nothing writes to the old one any
//     more, as far as the system reports, or nothing has been written to it for a
//     PollInterval, and no less than a second. What is written to it later, until
//     the next rotation, is still reported, after what is in the new one by then.
//   - copied and truncated (logrotate's "copytruncate"). What the wheel had not
//     read before the truncation is read from the copy, if that is in the same
//     directory and has the name of a rotated file: log.1, log-20260131,
//     log.old, or app-20260131.log for app.log.
//
// Files may be rotated faster than the wheel reads: all that have had the name
// since are read, one after the other, in the order in which they had it. On
// Linux the system reports creations and renamings in the directory, so it does
// not matter what the files are called after a rotation, as long as they stay in
// the directory. Elsewhere, and with PollOnly, the directory is searched for
// names of rotated files, whose order is that of their times and names, or of
// their names alone once the time of day was set back.
//
// If records may have been lost all the same, the event Lost reports it and the
// cause; see [Loss].
//
// The file is read when the system reports a change, and at regular intervals.
//
// A wheel keeps its session alive until it is closed or an error has ended it.
// All methods belong to the kernel's goroutine. After Close they do nothing.
package followtail

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/gopoe/poe/driver"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/internal/simfile"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/base"
)

var kind = base.NewKind("followtail")

// DefaultPollInterval is the time between two checks of a file, unless
// configured otherwise.
const DefaultPollInterval = time.Second

// skipBack is how far before the end a wheel without Seek begins to look for the
// beginning of a record, in bytes.
const skipBack = 4096

// Config configures a wheel. Exactly one of Filename and Handle is required.
type Config struct {
	// Filename is the path of the file to follow. It need not exist.
	Filename string
	// Handle is an open file, whose rotation is not followed, or a pipe, a
	// terminal or a socket. The wheel owns it, unless Borrow is set.
	Handle *os.File
	Borrow bool

	// Seek is the position to begin at: bytes from the beginning, or if negative
	// from the end. SeekBack is the opposite: bytes from the end, or if negative
	// from the beginning. If both are nil the wheel begins at the end; a record
	// that is incomplete there is reported whole. They do not apply to a file
	// that appears later, which is read from its beginning.
	Seek     *int64
	SeekBack *int64

	// PollInterval is the time between two checks of the file; 0 means
	// DefaultPollInterval. It does not apply to special files.
	PollInterval time.Duration
	// PollOnly disables the system's notifications, for which the directory of a
	// named file is watched.
	PollOnly bool

	// Filter decodes records; nil means lines, as of filter.Lines.
	Filter filter.Filter
	// BlockSize is the most bytes to read at once; 0 means
	// driver.DefaultBlockSize. POE: Driver.
	BlockSize int

	// Files are the files of a host in a simulated world, as sim.Host.Files returns
	// them; nil means those of the system. It excludes Handle.
	Files simfile.System

	// KeepPartial reports what is left undecoded at the end of a file that is
	// not read any further, such as a last line without line feed, as a record
	// of type string. Otherwise it is dropped, and Lost reports that.
	KeepPartial bool

	// Events selects how the wheel reports. An input event is required.
	Events Events
}

// Wheel follows one file.
type Wheel struct {
	Heap any // for the program; the wheel does not use it

	base   base.Base
	events base.Events[Names, Funcs]
	config Config
	files  files

	records   *filter.Buffer
	current   *source // the file that is being read, nil if there is none
	previous  *source // the file read before it, to which a process may still write
	original  *source // while a copy is read: the file that was truncated
	backlog   []*arrival
	left      identity // of the file that was read to its end last
	lastFound *source  // the last file that was read without certainty that it was not a copy
	copies    bool     // backlog holds copies of original
	dir       directory

	timer    kernel.AlarmID
	quiet    time.Duration  // for how long the file has been seen without new data
	quietAt  time.Time      // until when that is counted
	lookedAt reading        // when the present look at the file began
	sameAt   time.Time      // when the name last referred to the current file
	freeAt   time.Time      // when the last look began, if it has found nothing with the name
	openErr  error          // why the file could not be opened, once reported
	special  *kernel.Handle // of a file that is not a regular one
	ends     bool           // the end of the special file is an error
	aborted  bool
	unsought *awaited // the file that is there and could not be opened yet, nil if there is none
	err      error    // what has ended the wheel
}

// New makes a wheel that belongs to the active session. The error is a
// *kernel.ConfigError that names the field, "Kernel" outside of any session. It
// is not an error if the file cannot be opened: it may appear later.
func New(k *kernel.Kernel, c Config) (*Wheel, error) {
	w := &Wheel{}
	w.events.Replace(c.Events, Names.funcs)
	if err := c.check(w.events.Funcs); err != nil {
		return nil, err
	}
	w.config, w.files = c, files{system: machine{}}
	if c.Files != nil {
		w.files = files{simulated{c.Files}, k}
	}
	w.records = filter.NewBuffer(c.Filter)
	if err := w.base.Init(k, kind, w); err != nil {
		return nil, err
	}
	if err := w.begin(); err != nil {
		w.config.Borrow = c.Handle != nil // it was not taken over
		w.Close()
		return nil, err
	}
	return w, nil
}

// begin opens the file, finds the position to begin at, and starts the wheel.
func (w *Wheel) begin() error {
	w.lookedAt = w.files.now()
	w.disturbed()
	w.sameAt = w.lookedAt.Wall
	field, file := "Handle", ownFile(w.config.Handle)
	if w.config.Filename != "" {
		field = "Filename"
		w.watchDirectory()
		there := w.whatIsThere()
		var err error
		if file, err = w.files.open(w.config.Filename); err != nil && !errors.Is(err, fs.ErrNotExist) {
			w.await(there) // the first poll tries again
		}
	}
	if file != nil {
		w.current = &source{file: file, path: file.Name(), announced: true, since: w.lookedAt.Wall}
		info, err := file.Stat()
		w.current.id = info.ID
		switch {
		case err != nil:
			return kind.ConfigError(field, err)
		case info.IsDir():
			return kind.ConfigError(field, errors.New("is a directory"))
		case !info.Mode().IsRegular():
			return w.followSpecial(field, info.Mode())
		}
		if err := w.seek(info.Size()); err != nil {
			return kind.ConfigError(field, err)
		}
		w.watchFile(w.current)
	}
	w.schedule(0)
	return nil
}

// check completes the configuration and finds what is wrong with it.
func (c *Config) check(events *Funcs) error {
	switch {
	case (c.Filename == "") == (c.Handle == nil):
		return kind.ConfigError("Filename", errors.New("either Filename or Handle is required"))
	case c.Files != nil && c.Handle != nil:
		return kind.ConfigError("Files", errors.New("excludes Handle"))
	case !events.hasInput():
		return kind.ConfigError("Events", errors.New("needs an input event"))
	case c.Seek != nil && c.SeekBack != nil:
		return kind.ConfigError("Seek", errors.New("excludes SeekBack"))
	case c.PollInterval < 0:
		return kind.ConfigError("PollInterval", fmt.Errorf("%v is negative", c.PollInterval))
	case c.BlockSize < 0:
		return kind.ConfigError("BlockSize", fmt.Errorf("%d is negative", c.BlockSize))
	}
	if c.PollInterval == 0 {
		c.PollInterval = DefaultPollInterval
	}
	if c.BlockSize == 0 {
		c.BlockSize = driver.DefaultBlockSize
	}
	if c.Filter == nil {
		c.Filter = filter.Lines()
	}
	return nil
}

// ID returns the wheel's ID, the last argument of its events.
func (w *Wheel) ID() kernel.WheelID { return w.base.ID() }

// Closed reports whether the wheel has been closed.
func (w *Wheel) Closed() bool { return w.base.Closed() }

// Err returns the error that has ended the wheel, nil while the wheel follows
// the file. The wheel stays open; Close releases the file.
func (w *Wheel) Err() error { return w.err }

// Tell returns the position in the current file up to which it has been read,
// in bytes. Bytes that are not a whole record yet are included. It is 0 if
// there is no file. A later wheel continues there with that position minus
// Pending as its Seek. POE: tell.
func (w *Wheel) Tell() int64 {
	if w.current == nil {
		return 0
	}
	return w.current.pos
}

// Pending returns the number of bytes that have been read and are not a whole
// record yet: the first record that has not been reported begins at Tell minus
// Pending.
func (w *Wheel) Pending() int { return len(w.records.Bytes()) }

// Close ends the wheel and closes the file, unless it is borrowed. If a record
// is being handled, the records that were read with it are still reported, with
// the old ID, as in POE; Abort drops them too. Closing again does nothing.
func (w *Wheel) Close() error {
	if !w.base.Close() {
		return nil
	}
	w.stopWatching()
	w.base.Cancel(&w.timer)
	w.closeBacklog()
	err := w.closeSource(w.current)
	w.closeSource(w.previous)
	w.closeSource(w.original)
	return err
}

// closeSource closes a file that has only been read, so that its error matters
// only for the file that the program has passed.
func (w *Wheel) closeSource(s *source) error {
	if s == nil || w.config.Borrow {
		return nil
	}
	return s.file.Close()
}

// stopWatching ends the system's notifications.
func (w *Wheel) stopWatching() {
	if w.special != nil {
		w.base.Kernel.Host().Unwatch(w.base.Owner, w.special, kernel.Read)
	}
	if w.dir != nil {
		w.dir.close()
		w.dir = closedDirectory{} // the handler that has closed the wheel returns to where it is used
	}
}

// Abort closes the wheel and drops the records that have been read.
func (w *Wheel) Abort() error {
	w.aborted = true
	return w.Close()
}
