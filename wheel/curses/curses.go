// Package curses is the wheel that turns keys into events for programs that use
// the whole screen: POE::Wheel::Curses, over tcell instead of curses.
//
// The wheel makes a screen, or uses the one in its configuration, and reports
// its events; the program draws with tcell's methods. The terminal is restored
// when the wheel is closed. A terminal needs only one wheel.
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
	// Screen is a screen that has not been initialised. If nil, it is the
	// process's terminal. The wheel initialises it, and owns it from then on:
	// nothing else may poll its events.
	Screen tcell.Screen
	// Events selects how the wheel reports. It is required.
	Events Events
	// Mouse enables events of the mouse.
	Mouse bool
	// Paste enables events at the beginning and the end of pasted text.
	Paste bool
}

// Wheel reports the events of one screen.
type Wheel struct {
	Heap any // for the program; the wheel does not use it

	base   base.Base
	events base.Events[Names, Funcs]
	screen tcell.Screen
	source *source
	handle *kernel.Handle
}

// New makes a wheel that belongs to the active session, and clears the screen.
// The error is a *kernel.ConfigError that names the field, "Kernel" outside of
// any session.
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

// Abort is the same as Close, which drops what has not been reported.
func (w *Wheel) Abort() error { return w.Close() }

// Screen returns the screen for drawing. It must not be used once the wheel is
// closed.
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
