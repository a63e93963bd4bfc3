// Package readline is the wheel that reads lines from a terminal and lets the
// user edit them: POE::Wheel::ReadLine.
//
// Get shows a prompt; the line that the user types is reported as an event,
// while the rest of the program continues. Put shows lines above the prompt
// meanwhile. There is a history with searching, completion by a function of the
// program's, and the keys of emacs or vi, which the program and the user's
// inputrc can bind; package lineedit has the editor. The terminal is in raw
// mode while a line is read, and in its previous mode otherwise. If the input
// or the output is not a terminal, the wheel reads plain lines.
//
// All methods belong to the kernel's goroutine. After Close they do nothing.
package readline

import (
	"errors"
	"os"
	"time"

	"github.com/gopoe/poe/driver"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/base"
	"github.com/gopoe/poe/wheel/readline/lineedit"
)

var kind = base.NewKind("readline")

// Config configures a wheel.
type Config struct {
	// Input and Output are the terminal, and may be the same handle. If nil,
	// they are the process's standard input and output. The wheel owns the
	// handles, but leaves the standard streams open, and in the mode, blocking
	// or not, which they had before.
	Input, Output *kernel.Handle

	// Events selects how the wheel reports; nil disables reporting.
	Events Events

	// PutMode selects what Put does while the user types; the zero value is
	// Idle.
	PutMode PutMode
	// IdleTime is how long no key must have been pressed in mode Idle; 0 means
	// DefaultIdleTime.
	IdleTime time.Duration

	// History is the history of lines. If nil, the wheel has one of its own.
	// Wheels may share one.
	History *lineedit.History
	// MaxLine is the most bytes in a line; 0 means lineedit.DefaultMaxLine.
	MaxLine int
	// Options are options of the editor, and its function for completion. POE:
	// attribs.
	Options lineedit.Options
	// InitFile is the inputrc with the user's bindings and options, which is
	// read if there is a terminal. "" means the file that the environment
	// variable INPUTRC names, or .inputrc in the user's home directory, if it
	// exists; [NoInitFile] means none. A warning is logged for lines in it that
	// are not valid.
	InitFile string
	// AppName is the program's name for conditional parts of the init file,
	// "$if AppName"; "" means lineedit.DefaultAppName.
	AppName string

	// Borrow leaves Input and Output open when the wheel is closed.
	Borrow bool
}

// Wheel reads lines from one terminal.
type Wheel struct {
	Heap any // for the program; the wheel does not use it

	base   base.Base
	events base.Events[Names, Funcs]

	in, out  *kernel.Handle
	borrowed [2]standard // the standard streams, where they are used
	borrow   bool
	terminal terminal
	driver   *driver.SysRW

	editor   *lineedit.Editor
	display  display
	ahead    []byte // read, and not used yet
	maxLine  int
	putMode  PutMode
	idleTime time.Duration
	timer    kernel.AlarmID // runs while the user is not idle
	waiting  []string       // put, and not shown yet

	reading     bool   // between Get and the event
	unwatchSize func() // while reading
	writes      bool   // the output is watched
	skipping    bool   // within a line that is too long
	inputEnd    error
	toldEnd     bool
	noOutput    bool
}

// New makes a wheel that belongs to the active session. The error is a
// *kernel.ConfigError that names the field, "Kernel" outside of any session.
func New(k *kernel.Kernel, c Config) (*Wheel, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	w := &Wheel{
		borrow: c.Borrow,
		driver: &driver.SysRW{}, maxLine: c.MaxLine, putMode: c.PutMode, idleTime: c.IdleTime,
		editor: lineedit.New(lineedit.Config{History: c.History, MaxLine: c.MaxLine, Options: c.Options, AppName: c.AppName}),
	}
	w.events.Replace(c.Events, Names.funcs)
	if err := w.base.Init(k, kind, w); err != nil {
		return nil, err
	}
	if err := w.open(c.Input, c.Output); err != nil {
		w.base.Close()
		return nil, err
	}
	if err := w.readInitFile(c.InitFile); err != nil {
		w.borrow = true
		w.Close()
		return nil, kind.ConfigError("InitFile", err)
	}
	return w, nil
}

func (c *Config) check() error {
	switch {
	case c.MaxLine < 0:
		return kind.ConfigError("MaxLine", errors.New("is negative"))
	case c.IdleTime < 0:
		return kind.ConfigError("IdleTime", errors.New("is negative"))
	case c.PutMode < Idle || c.PutMode > After:
		return kind.ConfigError("PutMode", errors.New("is not Idle, Immediate or After"))
	}
	if c.MaxLine == 0 {
		c.MaxLine = lineedit.DefaultMaxLine
	}
	if c.IdleTime == 0 {
		c.IdleTime = DefaultIdleTime
	}
	return nil
}

// open finds the handles and what is behind them.
func (w *Wheel) open(in, out *kernel.Handle) (err error) {
	w.in, w.out = in, out
	if in == nil {
		if w.borrowed[0], err = openStandard(os.Stdin); err != nil {
			return kind.ConfigError("Input", err)
		}
		w.in = w.borrowed[0].handle
	}
	if out == nil {
		if w.borrowed[1], err = openStandard(os.Stdout); err != nil {
			w.release()
			return kind.ConfigError("Output", err)
		}
		w.out = w.borrowed[1].handle
	}
	inFD, outFD := w.in.Fd(), w.out.Fd()
	if in == nil {
		inFD = w.borrowed[0].fd
	}
	if out == nil {
		outFD = w.borrowed[1].fd
	}
	w.terminal = newTerminal(inFD, outFD)
	return nil
}

// release gives the standard streams back. The last comes first: both may be
// the one terminal, and the first to open it saw its mode.
func (w *Wheel) release() {
	for i := len(w.borrowed) - 1; i >= 0; i-- {
		if s := w.borrowed[i]; s.handle != nil {
			s.handle.Release()
			s.restore()
		}
	}
}

// ID returns the wheel's ID, the last argument of its events.
func (w *Wheel) ID() kernel.WheelID { return w.base.ID() }

// Closed reports whether the wheel has been closed.
func (w *Wheel) Closed() bool { return w.base.Closed() }

// Abort is the same as Close, which drops input that has not been reported.
func (w *Wheel) Abort() error { return w.Close() }

// Editor returns the editor, for functions that are bound to keys.
func (w *Wheel) Editor() *lineedit.Editor { return w.editor }

// TerminalSize returns the present size of the terminal, 80 by 25 if it is not
// known. POE: terminal_size.
func (w *Wheel) TerminalSize() (columns, rows int) { return w.terminal.size() }

// IsTerminal reports whether input and output are a terminal, so that lines can
// be edited.
func (w *Wheel) IsTerminal() bool { return w.terminal.there }

// Options returns the options, to be read and changed. POE: attribs.
func (w *Wheel) Options() *lineedit.Options { return w.editor.Options() }

// Option returns an option by its name in inputrc, nil if there is no such
// option. POE: option.
func (w *Wheel) Option(name string) any {
	value, _ := w.editor.Options().Get(name)
	return value
}

// BindKey binds a key to a function of the editor or of AddDefun, or to a
// macro: a name in double quotes, which stands for keys. An empty name removes
// the binding. The binding is made in the current keymap. The error says which
// key or name is not known. POE: bind_key.
func (w *Wheel) BindKey(key, function string) error { return w.editor.Bind(key, function) }

// AddDefun defines an editing function with a name, to which keys can be bound.
// f runs in the wheel's session and may change the line with the methods of
// Editor; key is the bytes that were typed. What it has changed is shown when
// it returns. POE: add_defun.
func (w *Wheel) AddDefun(name string, f func(w *Wheel, key string)) {
	w.editor.Define(name, func(_ *lineedit.Editor, key string) { f(w, key) })
}

// Close ends the wheel: the terminal's mode is restored, lines that were put
// and not shown yet are written as far as that is possible without waiting, and
// the handles are closed unless they are borrowed. Closing again does nothing.
// POE: what happens when a wheel is destroyed.
func (w *Wheel) Close() error {
	if !w.base.Close() {
		return nil
	}
	var err error
	if w.reading {
		w.write(w.display.leave())
		w.reading = false
		w.unwatchSize()
		w.base.Kernel.Host().Unwatch(w.base.Owner, w.in, kernel.Read)
		err = w.terminal.restore()
	}
	w.stopTimer()
	w.putWaiting()
	w.unwatchOutput()
	w.driver.Discard()
	w.release()
	if w.borrow {
		return err
	}
	if w.borrowed[0].handle == nil {
		err = errors.Join(err, w.in.Close())
	}
	if w.borrowed[1].handle == nil && w.out != w.in {
		err = errors.Join(err, w.out.Close())
	}
	return err
}
