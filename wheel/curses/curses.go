// Package curses is the wheel that turns keys into events for programs that use
// the whole screen: POE::Wheel::Curses, over tcell instead of curses.
//
// The wheel makes a screen, or takes one that is given, and reports what
// happens on it; the program draws on it by tcell's own methods. The terminal
// is restored when the wheel is closed. A program needs but one such wheel for
// a terminal.
//
// All methods belong to the kernel's goroutine. After Close they do nothing.
package curses

import (
	"errors"

	"github.com/gdamore/tcell/v2"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/base"
)

var kind = base.NewKind("curses")

// Config configures a wheel.
type Config struct {
	// Screen is a screen that has not been initialised, nil is the process's
	// terminal. The wheel initialises it, and owns it from then on: nothing else
	// may poll its events.
	Screen tcell.Screen
	// Events selects how the wheel reports; nil disables reporting.
	Events Events
	// Mouse asks for events of the mouse.
	Mouse bool
	// Paste asks for events where text that is pasted begins and ends.
	Paste bool
}

// Wheel is one wheel with a screen.
type Wheel struct {
	Heap any // for the program; the wheel does not use it

	base   base.Base
	events base.Events[Names, Funcs]
	screen tcell.Screen
	source *source
	handle *kernel.Handle
}

// New makes a wheel of the active session. The screen is cleared. The error is
// a *kernel.ConfigError that names the field.
func New(k *kernel.Kernel, c Config) (*Wheel, error) {
	if c.Events == nil {
		return nil, kind.ConfigError("Events", errors.New("is required"))
	}
	screen := c.Screen
	if screen == nil {
		var err error
		if screen, err = tcell.NewScreen(); err != nil {
			return nil, kind.ConfigError("Screen", err)
		}
	}
	w := &Wheel{screen: screen}
	w.events.Replace(c.Events, Names.funcs)
	if err := w.base.Init(k, kind, w); err != nil {
		return nil, err
	}
	if err := screen.Init(); err != nil {
		w.base.Close()
		return nil, kind.ConfigError("Screen", err)
	}
	if c.Mouse {
		screen.EnableMouse()
	}
	if c.Paste {
		screen.EnablePaste()
	}
	screen.Clear()
	screen.Show()
	w.source = newSource(screen)
	w.handle = kernel.FromSource(w.source, "screen")
	if err := k.Host().Watch(w.handle, kernel.Read, kind.Name(), w); err != nil {
		w.Close()
		return nil, kind.ConfigError("Screen", err)
	}
	return w, nil
}

// ID returns the wheel's ID, the last argument of its events.
func (w *Wheel) ID() kernel.WheelID { return w.base.ID() }

// Closed reports whether the wheel has been closed.
func (w *Wheel) Closed() bool { return w.base.Closed() }

// Abort is Close: what has not been reported is dropped anyway.
func (w *Wheel) Abort() error { return w.Close() }

// Screen returns the screen, to be drawn on. Once the wheel is closed it must
// not be used.
func (w *Wheel) Screen() tcell.Screen { return w.screen }

// Close ends the wheel and restores the terminal. What has not been reported
// is dropped. Closing again does nothing. POE: what happens when a wheel is
// destroyed.
func (w *Wheel) Close() error {
	if !w.base.Close() {
		return nil
	}
	w.source.stop()
	w.screen.Fini()
	w.source.wait()
	return w.handle.Close()
}
