// Package followtail is the wheel that follows a file as it grows:
// POE::Wheel::FollowTail.
//
// A file that is followed by name is found again after it was rotated, by
// renaming, deleting or truncating it; what its old version still had is read
// first. One that is not there yet is waited for. The file is looked at in
// regular intervals, and at once when the system says that it has changed, if
// it can say so.
//
// No line is lost or repeated as long as the file is not rotated faster than
// it is looked at, and not truncated before its last lines were read: what the
// system has thrown away cannot be read. Truncation is noticed even if the
// file has grown beyond its old size since, by its not having the old bytes.
//
// The wheel keeps the session that made it alive until it is closed. All
// methods belong to the kernel's goroutine. After Close they do nothing.
package followtail

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/gopoe/poe/driver"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
)

const eventName = "wheel/followtail"

// DefaultPollInterval is how often a file is looked at.
const DefaultPollInterval = time.Second

// skipBack is how far before the end a wheel without Seek begins to look for
// where a record begins, in bytes.
const skipBack = 4096

// Config configures a wheel. Exactly one of Filename and Handle is required.
type Config struct {
	// Filename is the path of the file to follow. It need not exist.
	Filename string
	// Handle is an open file, whose rotation cannot be followed, or a pipe, a
	// terminal or a socket. The wheel owns it, unless Borrow is set.
	Handle *os.File
	Borrow bool

	// Seek is where to begin: so many bytes from the beginning, or if negative
	// from the end. SeekBack is the opposite: from the end, or if negative from
	// the beginning. With neither the wheel begins at the end; a record that is
	// not complete there comes whole. They do not apply to a file that appears
	// later, which is read from its beginning.
	Seek     *int64
	SeekBack *int64

	// PollInterval is how often the file is looked at; 0 is
	// DefaultPollInterval. Special files need no looking at.
	PollInterval time.Duration
	// PollOnly does without the system's notifications, for which a named
	// file's directory is watched.
	PollOnly bool

	// Filter makes records of bytes; nil has lines, as filter.Lines makes them.
	Filter filter.Filter
	// BlockSize is how much is read at once, in bytes; 0 is
	// driver.DefaultBlockSize. POE: Driver.
	BlockSize int

	// Events says who is told. The input event is required.
	Events Events
}

// Wheel follows one file.
type Wheel struct {
	k      *kernel.Kernel
	config Config
	owner  kernel.ID
	owned  kernel.Owned
	id     kernel.WheelID
	idArg  any // id, boxed once
	events Events

	file    *os.File // nil while there is none
	pos     int64    // where to read on
	tail    []byte   // the last bytes before pos
	records *filter.Buffer

	timer   kernel.AlarmID
	notify  *kernel.Handle // of the system's notifications, nil without
	special *kernel.Handle // of a file that is no regular one
	ends    bool           // the end of the special file is an error
	closed  bool
	aborted bool
}

// New makes a wheel of the active session. The error is a *kernel.ConfigError
// that names the field. A file that cannot be opened is no error: it may appear
// later.
func New(k *kernel.Kernel, c Config) (*Wheel, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	w := &Wheel{k: k, config: c, owner: k.ActiveSession(), id: k.Host().AllocateWheelID(), events: c.Events, file: c.Handle}
	w.idArg = w.id
	w.records = filter.NewBuffer(c.Filter)
	var err error
	if w.owned, err = k.Host().Own(w, eventName); err != nil {
		return nil, wrong("Kernel", err)
	}
	if err := w.begin(); err != nil {
		w.config.Borrow = c.Handle != nil // it was not taken over
		w.Close()
		return nil, err
	}
	return w, nil
}

// begin opens the file, finds the place to begin at, and sets the wheel going.
func (w *Wheel) begin() error {
	field := "Handle"
	if w.config.Filename != "" {
		field = "Filename"
		w.file = open(w.config.Filename)
		w.watchDirectory()
	}
	if w.file != nil {
		info, err := w.file.Stat()
		switch {
		case err != nil:
			return wrong(field, err)
		case info.IsDir():
			return wrong(field, errors.New("is a directory"))
		case !info.Mode().IsRegular():
			return w.followSpecial(field, info.Mode())
		}
		if err := w.seek(info.Size()); err != nil {
			return wrong(field, err)
		}
	}
	return w.schedule(0)
}

// check completes the configuration and finds what is wrong with it.
func (c *Config) check() error {
	switch {
	case (c.Filename == "") == (c.Handle == nil):
		return wrong("Filename", errors.New("either Filename or Handle is required"))
	case !hasInput(c.Events):
		return wrong("Events", errors.New("needs an input event"))
	case c.Seek != nil && c.SeekBack != nil:
		return wrong("Seek", errors.New("excludes SeekBack"))
	case c.PollInterval < 0:
		return wrong("PollInterval", fmt.Errorf("%v is negative", c.PollInterval))
	case c.BlockSize < 0:
		return wrong("BlockSize", fmt.Errorf("%d is negative", c.BlockSize))
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

func wrong(field string, err error) error {
	return &kernel.ConfigError{Package: "followtail", Field: field, Err: err}
}

// ID returns the wheel's ID, the last argument of its events.
func (w *Wheel) ID() kernel.WheelID { return w.id }

// Tell returns how far the file has been read, in bytes: what Seek needs to go
// on from there. What has been read and is no whole record yet is included.
func (w *Wheel) Tell() int64 { return w.pos }

// Pending returns what has been read and is no whole record yet, in bytes:
// Tell less this is where the first record begins that has not been seen.
func (w *Wheel) Pending() int { return len(w.records.Bytes()) }

// Close ends the wheel and closes the file, unless it is borrowed. Records
// that have been read with the one at hand still come, with the old ID, as in
// POE; Abort drops them, too. Closing again does nothing.
func (w *Wheel) Close() error {
	if w.closed {
		return nil
	}
	w.closed = true
	w.owned.Release()
	w.cancelTimer()
	if w.notify != nil {
		w.notify.Close()
	}
	if w.special != nil {
		w.k.Host().Unwatch(w.owner, w.special, kernel.Read)
	}
	if w.file == nil || w.config.Borrow {
		return nil
	}
	return w.file.Close()
}

// Abort closes the wheel and drops what it has read.
func (w *Wheel) Abort() error {
	w.aborted = true
	return w.Close()
}
