// Package readline is the wheel that reads lines which a user types at a
// terminal, and lets the user edit them: POE::Wheel::ReadLine.
//
// Get shows a prompt, and the line that is typed comes as an event while the
// rest of the program continues; what the program has to say meanwhile it puts
// above the prompt. There is a history with searching, completion by a function
// of the program's, and the keys of emacs or vi, which can be bound anew, by the
// user in an inputrc as well; package lineedit has the editor. The terminal is raw while a line is read, and what it was
// before otherwise. Where the input or the output is no terminal the wheel
// reads plain lines.
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
	// Input and Output are the terminal, and may be the same handle; nil is the
	// process's standard input or output. The wheel owns the handles, but
	// leaves the standard streams open and blocking as they were.
	Input, Output *kernel.Handle

	// Events selects how the wheel reports; nil disables reporting.
	Events Events

	// PutMode selects what Put does while the user types; the zero one is Idle.
	PutMode PutMode
	// IdleTime is how long no key must have been pressed in mode Idle; 0 is
	// DefaultIdleTime.
	IdleTime time.Duration

	// History is what lines are recalled from; nil is one of the wheel's own.
	// Wheels may share one.
	History *lineedit.History
	// MaxLine is the most bytes in a line; 0 is lineedit.DefaultMaxLine.
	MaxLine int
	// Options change habits of the editor, and complete words. POE: attribs.
	Options lineedit.Options
	// InitFile is the inputrc, which is read if there is a terminal: bindings
	// and options that the user prefers. "" is what the environment variable
	// INPUTRC names, or .inputrc in the user's home, if it is there; NoInitFile
	// is none. Lines in it that make no sense are warned of.
	InitFile string
	// AppName is the application that the init file can have a part for, "$if
	// AppName"; "" is lineedit.DefaultAppName.
	AppName string

	// Borrow leaves Input and Output open when the wheel is closed.
	Borrow bool
}

// Wheel is one line-reading wheel.
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

// New makes a wheel of the active session. The error is a *kernel.ConfigError
// that names the field.
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

// Abort is Close: input that has been read and not reported is dropped anyway.
func (w *Wheel) Abort() error { return w.Close() }

// Editor returns the editor, for functions that are bound to keys.
func (w *Wheel) Editor() *lineedit.Editor { return w.editor }

// TerminalSize returns how large the terminal is now, 80 by 25 if that is not
// known. POE: terminal_size.
func (w *Wheel) TerminalSize() (columns, rows int) { return w.terminal.size() }

// IsTerminal reports whether lines are edited. Otherwise they are plain.
func (w *Wheel) IsTerminal() bool { return w.terminal.there }

// Options returns the options, to be read and changed. POE: attribs.
func (w *Wheel) Options() *lineedit.Options { return w.editor.Options() }

// Option returns one option by the name that it has in inputrc, nil if there is
// none. POE: option.
func (w *Wheel) Option(name string) any {
	value, _ := w.editor.Options().Get(name)
	return value
}

// BindKey binds a key to a function of the editor, or one that AddDefun has
// added, or in double quotes to keys that are typed in its place; without a name
// it takes the binding away. The keymap is the one in use. POE: bind_key.
func (w *Wheel) BindKey(key, function string) error { return w.editor.Bind(key, function) }

// AddDefun makes a function of the program's known under a name, to be bound to
// keys. It runs in the wheel's session and may change the line by Editor; key is
// what was typed, raw. What it changed is shown when it returns. POE: add_defun.
func (w *Wheel) AddDefun(name string, f func(w *Wheel, key string)) {
	w.editor.Define(name, func(_ *lineedit.Editor, key string) { f(w, key) })
}

// Close ends the wheel: the terminal becomes what it was, what was put and not
// shown yet is written as far as the terminal takes it, and the handles are
// closed unless they are borrowed. Closing again does nothing.
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
