// Package readwrite is the wheel that reads and writes a stream of records:
// POE::Wheel::ReadWrite.
//
// A wheel watches a handle, or one for each direction, turns what arrives into
// records by its input filter, and writes the records that are put by its
// output filter. It reports to the session that made it, by events or by
// functions; see [Events]. It keeps that session alive until it is closed.
//
// All methods belong to the kernel's goroutine. After Close they do nothing.
package readwrite

import (
	"errors"
	"fmt"

	"github.com/gopoe/poe/driver"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
)

// Config configures a wheel.
type Config struct {
	// Handle is read and written. Or give one for each direction.
	Handle       *kernel.Handle
	InputHandle  *kernel.Handle
	OutputHandle *kernel.Handle

	// Filter serves both directions. Or give one for each. A direction without
	// any has lines, as filter.Lines makes them.
	Filter       filter.Filter
	InputFilter  filter.Filter
	OutputFilter filter.Filter

	// Driver reads and writes. Or give one for each direction. A direction
	// without any has one with the default block size. No other wheel may have
	// it.
	Driver       *driver.SysRW
	InputDriver  *driver.SysRW
	OutputDriver *driver.SysRW

	// Events says who is told of what; nil is nobody.
	Events Events

	// Marks are the water marks for output; the zero Marks have none.
	Marks Marks

	// AutoFlush writes within Put what can be written.
	AutoFlush bool

	// MaxPending bounds the output that waits, in bytes: a Put that finds as
	// much or more waiting is refused with ErrPending. 0 is no bound.
	MaxPending int

	// Pace holds the speed down; nil does not.
	Pace Pace

	// Borrow leaves the handles open when the wheel is closed. Otherwise the
	// wheel owns them.
	Borrow bool
}

// Marks are water marks, in bytes of waiting output. From High on, Put says
// that it is enough; once no more than Low is left, the low event says to go
// on. Both are above 0, or both 0 for none.
type Marks struct{ High, Low int }

// ErrPending is what Put returns when as much output waits as MaxPending
// allows.
var ErrPending = errors.New("readwrite: too much output is waiting")

// Wheel is one reading and writing wheel.
type Wheel struct {
	// Heap is whatever the owner wants to find in functions that get the wheel.
	Heap any

	k     *kernel.Kernel
	owner kernel.ID
	owned kernel.Owned
	id    kernel.WheelID
	idArg any // id, boxed once

	in, out             *kernel.Handle
	inFilter, outFilter filter.Filter
	reader, driver      *driver.SysRW // driver writes
	own                 driver.SysRW  // the two, unless others were given
	events              events
	bounds              *bounds // nil without marks, a maximum, a pace

	cur     chunk  // while decoding
	pending []byte // what has not been decoded, between two reads; the wheel's own memory

	high      bool // in the high water state
	autoFlush bool
	borrow    bool
	decoding  bool
	reads     bool // the handle is watched for reading
	writes    bool // and for writing
	closed    bool
	aborted   bool
	changes   uint32 // counts those of the filter, of the events, and of aborted
	noInput   bool   // reading has ended: end of file, error, ShutdownInput
	noOutput  bool
}

const (
	readName  = "wheel/readwrite: readable"
	writeName = "wheel/readwrite: writable"
)

// New makes a wheel of the active session. The error is a *kernel.ConfigError
// that names the field.
func New(k *kernel.Kernel, c Config) (*Wheel, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	w := &Wheel{
		k: k, owner: k.ActiveSession(), id: k.Host().AllocateWheelID(),
		in: c.InputHandle, out: c.OutputHandle, inFilter: c.InputFilter, outFilter: c.OutputFilter,
		autoFlush: c.AutoFlush, borrow: c.Borrow,
	}
	if c.Marks != (Marks{}) || c.MaxPending > 0 || c.Pace != nil {
		w.bounds = &bounds{marks: c.Marks, maxPending: c.MaxPending, pace: c.Pace}
	}
	w.setDrivers(c)
	w.idArg = w.id
	w.events.set(c.Events)
	var err error
	if w.owned, err = k.Host().Own(w, "wheel/readwrite"); err != nil {
		return nil, &kernel.ConfigError{Package: "readwrite", Field: "Kernel", Err: err}
	}
	if err := w.watch(); err != nil {
		w.borrow = true
		w.Close()
		return nil, err
	}
	return w, nil
}

// setDrivers chooses what reads and what writes: without anything else the wheel's
// own driver.
func (w *Wheel) setDrivers(c Config) {
	def := c.Driver
	if def == nil {
		def = &w.own
	}
	w.reader, w.driver = def, def
	if c.InputDriver != nil {
		w.reader = c.InputDriver
	}
	if c.OutputDriver != nil {
		w.driver = c.OutputDriver
	}
}

func (w *Wheel) watch() error {
	if err := w.k.Host().Watch(w.out, kernel.Write, writeName, w); err != nil {
		return &kernel.ConfigError{Package: "readwrite", Field: "OutputHandle", Err: err}
	}
	w.writes = true
	if !w.events.wantsInput() {
		return nil
	}
	if err := w.watchInput(); err != nil {
		return &kernel.ConfigError{Package: "readwrite", Field: "InputHandle", Err: err}
	}
	return nil
}

// watchInput starts to read, or goes on.
func (w *Wheel) watchInput() error {
	if w.reads {
		w.k.SelectResumeRead(w.in)
		return nil
	}
	err := w.k.Host().Watch(w.in, kernel.Read, readName, w)
	w.reads = err == nil
	return err
}

// unwatchInput lets go of the handle. What another wheel watches by now stays.
func (w *Wheel) unwatchInput() {
	if w.reads {
		w.reads = false
		w.k.Host().Unwatch(w.owner, w.in, kernel.Read)
	}
}

func (w *Wheel) unwatchOutput() {
	if w.writes {
		w.writes = false
		w.k.Host().Unwatch(w.owner, w.out, kernel.Write)
	}
}

// check completes the configuration and finds what is wrong with it.
func (c *Config) check() error {
	wrong := func(field, what string) error {
		return &kernel.ConfigError{Package: "readwrite", Field: field, Err: errors.New(what)}
	}
	if c.Handle != nil {
		if c.InputHandle != nil || c.OutputHandle != nil {
			return wrong("Handle", "excludes InputHandle and OutputHandle")
		}
		c.InputHandle, c.OutputHandle = c.Handle, c.Handle
	}
	switch {
	case c.InputHandle == nil:
		return wrong("InputHandle", "is required, or Handle")
	case c.OutputHandle == nil:
		return wrong("OutputHandle", "is required, or Handle")
	case c.MaxPending < 0:
		return wrong("MaxPending", fmt.Sprintf("%d is negative", c.MaxPending))
	}
	if c.Filter != nil {
		if c.InputFilter != nil || c.OutputFilter != nil {
			return wrong("Filter", "excludes InputFilter and OutputFilter")
		}
		c.InputFilter, c.OutputFilter = c.Filter, c.Filter
	}
	c.defaultFilters()
	if c.Driver != nil && (c.InputDriver != nil || c.OutputDriver != nil) {
		return wrong("Driver", "excludes InputDriver and OutputDriver")
	}
	return c.checkMarks(wrong)
}

func (c *Config) defaultFilters() {
	if c.InputFilter != nil && c.OutputFilter != nil {
		return
	}
	lines := filter.Lines()
	if c.InputFilter == nil {
		c.InputFilter = lines
	}
	if c.OutputFilter == nil {
		c.OutputFilter = lines
	}
}

func (c *Config) checkMarks(wrong func(field, what string) error) error {
	m := c.Marks
	high, low := wantsMarks(c.Events)
	switch {
	case m == Marks{} && high:
		return wrong("Marks", "the high event needs marks")
	case m == Marks{} && low:
		return wrong("Marks", "the low event needs marks")
	case m == Marks{}:
		return nil
	case m.High <= 0 || m.Low <= 0:
		return wrong("Marks", "High and Low must both be above 0")
	case !low:
		return wrong("Marks", "need a low event")
	}
	return nil
}

// ID returns the wheel's ID, the last argument of its events.
func (w *Wheel) ID() kernel.WheelID { return w.id }

// HandleReady is called by the kernel when a handle is ready.
func (w *Wheel) HandleReady(m kernel.Mode) {
	switch {
	case m == kernel.Read:
		w.read()
	case w.driver.OutOctets() > 0:
		w.flush()
	default: // written meanwhile, by Flush
		w.k.SelectPauseWrite(w.out)
	}
}

// Close ends the wheel: nothing is read or written any more, output that waits
// is lost, and the handles are closed unless they are borrowed. Records that
// have been read with the one at hand still come, with the old ID, as in POE;
// Abort drops them, too. Closing again does nothing.
// POE: what happens when a wheel is destroyed.
func (w *Wheel) Close() error {
	if w.closed {
		return nil
	}
	w.closed = true
	var err error
	if !w.borrow { // first, since it ends the watching as well, and sooner
		err = w.in.Close()
		if w.out != w.in {
			err = errors.Join(err, w.out.Close())
		}
	}
	w.detach()
	return err
}

// Abort closes the wheel and drops what it has read.
func (w *Wheel) Abort() error {
	w.aborted = true
	w.changes++
	return w.Close()
}

// Detach closes the wheel but leaves the handles open, whoever owns them, and
// returns what was read and not decoded. Output that waits is lost.
func (w *Wheel) Detach() (undecoded []byte) {
	if w.closed {
		return nil
	}
	undecoded = append(append(undecoded, w.undecoded()...), w.heldInside()...)
	w.detach()
	w.aborted = true
	w.changes++
	return undecoded
}

func (w *Wheel) detach() {
	w.closed = true
	w.stopResting()
	w.unwatchInput()
	w.unwatchOutput()
	w.owned.Release()
	w.driver.Discard()
}

// Closed tells whether the wheel has been closed.
func (w *Wheel) Closed() bool { return w.closed }

// InputHandle returns the handle that is read.
func (w *Wheel) InputHandle() *kernel.Handle { return w.in }

// OutputHandle returns the handle that is written.
func (w *Wheel) OutputHandle() *kernel.Handle { return w.out }

// BytesRead is how many bytes have been read from the handle in all. It still
// tells after Close.
func (w *Wheel) BytesRead() uint64 { return w.reader.BytesRead() }

// BytesWritten is how many bytes the handle has taken in all; what waits to be
// written does not count. It still tells after Close.
func (w *Wheel) BytesWritten() uint64 { return w.driver.BytesWritten() }

// InputFilter returns the filter that decodes.
func (w *Wheel) InputFilter() filter.Filter { return w.inFilter }

// OutputFilter returns the filter that encodes.
func (w *Wheel) OutputFilter() filter.Filter { return w.outFilter }
