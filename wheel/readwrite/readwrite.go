// Package readwrite is the wheel that reads and writes a stream of records:
// POE::Wheel::ReadWrite.
//
// A wheel watches a handle, or one for each direction. Its input filter turns
// what arrives into records; its output filter encodes the records that are
// put. The wheel reports to the session that made it, by events or by
// functions; see [Events]. It keeps that session alive until it is closed.
//
// All methods belong to the kernel's goroutine. After Close they do nothing.
package readwrite

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/gopoe/poe/driver"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/base"
)

var kind = base.NewKind("readwrite")

// Config configures a wheel.
type Config struct {
	// Handle is read and written. Or set InputHandle and OutputHandle instead.
	// A handle is required for each direction.
	Handle       *kernel.Handle
	InputHandle  *kernel.Handle
	OutputHandle *kernel.Handle

	// Filter serves both directions. Or set InputFilter and OutputFilter
	// instead. A direction without a filter uses that of filter.Lines.
	Filter       filter.Filter
	InputFilter  filter.Filter
	OutputFilter filter.Filter

	// Driver reads and writes. Or set InputDriver and OutputDriver instead. A
	// direction without a driver uses one with the default block size. A driver
	// must not be shared with another wheel.
	Driver       *driver.SysRW
	InputDriver  *driver.SysRW
	OutputDriver *driver.SysRW

	// Events selects how the wheel reports; nil disables reporting.
	Events Events

	// Marks are the water marks for output; the zero Marks disable them. Marks
	// require an event for Low; events for High and Low require Marks.
	Marks Marks

	// Backpressure holds input while output waits: from High on nothing is
	// read, and records that have been read already are not reported, until no
	// more than Low is left. So a peer that sends requests and does not read
	// the answers can make no more output wait than High and the answer to one
	// record. These marks send no events and may differ from Marks. High must
	// be above Low, and Low above 0. The zero Marks never hold input, as in
	// POE: then neither the high mark nor PauseInput holds back records that
	// have been read.
	Backpressure Marks
	// SharedBackpressure, if not nil, is used instead: marks that several wheels
	// of one kernel share. Whoever owns them may change them at any time, as long
	// as they are valid.
	SharedBackpressure *Marks

	// EarlyInput are bytes that were read from the handle before by other
	// means. They are decoded first, after New has returned. The wheel copies
	// them.
	EarlyInput []byte

	// AutoFlush makes Put write at once what can be written.
	AutoFlush bool

	// EagerOutput writes what the handlers of the records of one read have put
	// as soon as the last of them has returned, instead of in the next turn.
	// This saves system calls. The flushed event then comes before events that
	// those handlers have posted, whereas in POE it comes after them. Output
	// that is put at other times, or while other output waits, is written in
	// the next turn. What a handler has put is not written while that handler
	// runs turns of the kernel itself, with Kernel.RunOneTimeslice for example.
	EagerOutput bool

	// MaxPending limits the output that waits, in bytes: while as much or more
	// waits, Put fails with [ErrPending]. 0 means no limit.
	MaxPending int

	// RateLimiter limits the wheel's bandwidth; nil means no limit.
	RateLimiter RateLimiter

	// Borrow leaves the handles open when the wheel is closed. Otherwise the
	// wheel owns them.
	Borrow bool
}

// Marks are water marks, in bytes of waiting output. From High on, Put reports
// that producers should stop; when no more than Low is left, the low event
// reports that they may continue. Both are above 0; the zero Marks are no
// marks.
type Marks struct{ High, Low int }

// ErrPending is the error of TryPut, and in the error event of Put, when as
// much output waits as Config.MaxPending allows.
var ErrPending = errors.New("readwrite: too much output is waiting")

// Wheel reads and writes one stream.
//
// Errors are reported for these operations. "read": the input has ended, with
// errno 0 and io.EOF, or has failed; nothing more is read. "write": nothing
// more is written. "filter": the input filter cannot decode; if
// filter.Recoverable reports true, decoding continues with the next record,
// otherwise further input is discarded until SetInputFilter. "put": see
// [Wheel.Put]. Any other operation is the system call that failed when the
// system was to watch a handle; that direction has ended.
type Wheel struct {
	// Heap is for the program; the wheel does not use it.
	Heap any

	base         base.Base
	events       base.Events[Names, Funcs]
	rate         RateLimiter // nil without limits
	input        *input      // nil while there is none
	shared       *shared
	out          side
	own          driver.SysRW // the driver, unless others were given
	backpressure *Marks       // nil without
	more         *more        // nil for most

	eager     bool
	gathering bool // output is written when the records at hand have been handled
	decoding  bool
	long      bool // the last text was long, see piece.go
	reads     bool // the handle is watched for reading
	writes    bool // and for writing
	aborted   bool
	discards  bool   // what arrives: the filter's stream cannot be decoded
	held      bool   // input waits for output, see Backpressure
	noInput   bool   // reading has ended: end of file, error, ShutdownInput
	noOutput  bool   // writing has ended: error, ShutdownOutput
	place     uint16 // among those that have written last, see shared; 0 for none
	changes   uint32 // counts those of the filter, of the events, and of aborted
}

// side is one direction of a wheel.
type side struct {
	handle *kernel.Handle
	filter filter.Filter
	driver *driver.SysRW
}

// in returns the side that reads: out, unless the two are different.
func (w *Wheel) in() *side {
	if x := w.more; x != nil && x.in.handle != nil {
		return &x.in
	}
	return &w.out
}

// separate makes the two sides differ from now on.
func (w *Wheel) separate() {
	if x := w.ensureMore(); x.in.handle == nil {
		x.in = w.out
	}
}

// more is what few wheels have.
type more struct {
	in             side // if it differs from out
	autoFlush      bool
	borrow         bool
	high           bool // in the high water state
	paused         bool // by PauseInput
	interrupted    bool // by holdInput: there may be more to decode, inside the filter even
	putFailed      bool // ErrPending is going to be reported
	marks          Marks
	maxPending     int
	backpressure   Marks             // of its own
	throttleTimers [2]kernel.AlarmID // end a direction's pause
}

func (w *Wheel) ensureMore() *more {
	if w.more == nil {
		w.more = &more{}
	}
	return w.more
}

const (
	readName  = "wheel/readwrite: readable"
	writeName = "wheel/readwrite: writable"
)

// New makes a wheel that belongs to the active session. The error is a
// *kernel.ConfigError that names the field, "Kernel" outside of any session.
func New(k *kernel.Kernel, c Config) (*Wheel, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	w := newWheel(c.Marks != (Marks{}) || c.Backpressure != (Marks{}) || c.MaxPending > 0 || c.AutoFlush || c.Borrow)
	w.eager = c.EagerOutput
	w.events.Replace(c.Events, Names.funcs)
	if err := cmp.Or(c.checkMarks(w.events.Funcs), c.checkBackpressure()); err != nil {
		return nil, err
	}
	w.setLimits(&c)
	w.setSides(&c)
	w.shared = sharedOf(k)
	if err := w.base.Init(k, kind, w); err != nil {
		return nil, err
	}
	if err := w.watch(); err != nil {
		w.ensureMore().borrow = true
		w.Close()
		return nil, err
	}
	if len(c.EarlyInput) > 0 {
		w.ensureInput().pending.set(slices.Clone(c.EarlyInput))
		w.base.Later(w.decodePending)
	}
	return w, nil
}

// newWheel makes a wheel, with what few have in the same piece of memory if it is
// needed.
func newWheel(withMore bool) *Wheel {
	if !withMore {
		return &Wheel{}
	}
	both := &struct {
		wheel Wheel
		more  more
	}{}
	both.wheel.more = &both.more
	return &both.wheel
}

func (w *Wheel) setLimits(c *Config) {
	w.rate, w.backpressure = c.RateLimiter, c.SharedBackpressure
	if m := w.more; m != nil {
		m.autoFlush, m.borrow = c.AutoFlush, c.Borrow
		m.marks, m.maxPending, m.backpressure = c.Marks, c.MaxPending, c.Backpressure
		if w.backpressure == nil && m.backpressure.High > 0 {
			w.backpressure = &m.backpressure
		}
	}
}

// setSides chooses what reads and what writes: without anything else the wheel's own
// driver.
func (w *Wheel) setSides(c *Config) {
	def := c.Driver
	if def == nil {
		def = &w.own
	}
	w.out = side{c.OutputHandle, c.OutputFilter, def}
	if c.Handle == nil || c.Filter == nil || c.InputDriver != nil || c.OutputDriver != nil {
		w.ensureMore().in = side{c.InputHandle, c.InputFilter, cmp.Or(c.InputDriver, def)}
		w.out.driver = cmp.Or(c.OutputDriver, def)
	}
}

func (w *Wheel) watch() error {
	if err := w.base.Kernel.Host().Watch(w.out.handle, kernel.Write, writeName, w); err != nil {
		return kind.ConfigError("OutputHandle", err)
	}
	w.writes = true
	if !w.events.Funcs.wantsInput() {
		return nil
	}
	if err := w.watchInput(); err != nil {
		return kind.ConfigError("InputHandle", err)
	}
	return nil
}

// watchInput starts to read, or continues.
func (w *Wheel) watchInput() error {
	if w.reads {
		w.base.Kernel.SelectResumeRead(w.in().handle)
		return nil
	}
	err := w.base.Kernel.Host().Watch(w.in().handle, kernel.Read, readName, w)
	w.reads = err == nil
	return err
}

// unwatchInput stops watching the handle. What another wheel watches by now stays.
func (w *Wheel) unwatchInput() {
	if w.reads {
		w.reads = false
		w.base.Kernel.Host().Unwatch(w.base.Owner, w.in().handle, kernel.Read)
	}
}

func (w *Wheel) unwatchOutput() {
	if w.writes {
		w.writes = false
		w.base.Kernel.Host().Unwatch(w.base.Owner, w.out.handle, kernel.Write)
	}
}

// check completes the configuration and finds what is wrong with it.
func (c *Config) check() error {
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
	return nil
}

func wrong(field, what string) error { return kind.ConfigError(field, errors.New(what)) }

func (c *Config) defaultFilters() {
	switch {
	case c.InputFilter == nil && c.OutputFilter == nil:
		c.Filter = filter.Lines()
		c.InputFilter, c.OutputFilter = c.Filter, c.Filter
	case c.InputFilter == nil:
		c.InputFilter = filter.Lines()
	case c.OutputFilter == nil:
		c.OutputFilter = filter.Lines()
	}
}

func (c *Config) checkMarks(f *Funcs) error {
	m := c.Marks
	switch {
	case m == Marks{} && f.High != nil:
		return wrong("Marks", "the high event needs marks")
	case m == Marks{} && f.Low != nil:
		return wrong("Marks", "the low event needs marks")
	case m == Marks{}:
		return nil
	case m.High <= 0 || m.Low <= 0:
		return wrong("Marks", "High and Low must both be above 0")
	case f.Low == nil:
		return wrong("Marks", "need a low event")
	}
	return nil
}

func (c *Config) checkBackpressure() error {
	const want = "High must be above Low, and Low above 0"
	switch {
	case c.Backpressure != Marks{} && !c.Backpressure.holds():
		return wrong("Backpressure", want)
	case c.SharedBackpressure != nil && !c.SharedBackpressure.holds():
		return wrong("SharedBackpressure", want)
	}
	return nil
}

// ID returns the wheel's ID, the last argument of its events.
func (w *Wheel) ID() kernel.WheelID { return w.base.ID() }

// HandleReady is called by the kernel when a handle is ready.
func (w *Wheel) HandleReady(m kernel.Mode) {
	switch {
	case m == kernel.Read:
		w.read()
	case w.out.driver.OutOctets() > 0:
		w.flush(false)
	default: // written meanwhile, by Flush
		w.base.Kernel.SelectPauseWrite(w.out.handle)
	}
}

// Close ends the wheel: nothing is read or written any more, output that waits
// is lost, and the handles are closed unless they are borrowed. If Close is
// called while a record is being handled, the other records of the same read
// are still reported, with the old ID, as in POE; Abort drops them, too.
// Closing again does nothing. POE: what happens when a wheel is destroyed.
func (w *Wheel) Close() error {
	if !w.base.Close() {
		return nil
	}
	var err error
	if w.more == nil || !w.more.borrow { // first, since it ends the watching as well, and sooner
		err = w.in().handle.Close()
		if w.out.handle != w.in().handle {
			err = errors.Join(err, w.out.handle.Close())
		}
	}
	w.release()
	return err
}

// Abort closes the wheel as Close does, and drops the records that have been
// read.
func (w *Wheel) Abort() error {
	w.aborted = true
	w.changes++
	return w.Close()
}

// Detach closes the wheel but leaves the handles open, also without Borrow, and
// returns what was read and not decoded; nil if the wheel was closed before.
// Output that waits is lost.
func (w *Wheel) Detach() (undecoded []byte) {
	if w.base.Closed() {
		return nil
	}
	undecoded = w.PendingInput()
	w.base.Close()
	w.release()
	w.aborted = true
	w.changes++
	return undecoded
}

// PendingInput returns a copy of what was read and not decoded yet, which
// Detach would return. POE: the input filter's get_pending.
func (w *Wheel) PendingInput() []byte {
	return slices.Concat(w.filterPending(), w.undecoded())
}

// release ends what a wheel that has been closed has under way.
func (w *Wheel) release() {
	w.cancelThrottle()
	w.unwatchInput()
	w.unwatchOutput()
	w.out.driver.Discard()
	if w.place != 0 {
		w.shared.leave(w)
	}
}

// Closed reports whether the wheel has been closed.
func (w *Wheel) Closed() bool { return w.base.Closed() }

// InputHandle returns the handle that is read. POE: get_input_handle.
func (w *Wheel) InputHandle() *kernel.Handle { return w.in().handle }

// OutputHandle returns the handle that is written. POE: get_output_handle.
func (w *Wheel) OutputHandle() *kernel.Handle { return w.out.handle }

// BytesRead returns how many bytes have been read from the handle in all. It
// also works after Close.
func (w *Wheel) BytesRead() uint64 { return w.in().driver.BytesRead() }

// BytesWritten returns how many bytes have been written to the handle in all;
// output that waits does not count. It also works after Close.
func (w *Wheel) BytesWritten() uint64 { return w.out.driver.BytesWritten() }

// InputFilter returns the filter that decodes. POE: get_input_filter.
func (w *Wheel) InputFilter() filter.Filter { return w.in().filter }

// OutputFilter returns the filter that encodes. POE: get_output_filter.
func (w *Wheel) OutputFilter() filter.Filter { return w.out.filter }
