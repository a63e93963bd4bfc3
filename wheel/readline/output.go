package readline

import (
	"strings"
	"time"

	"github.com/gopoe/poe/kernel"
)

// PutMode selects what Put does while the user types.
type PutMode int

// The modes.
const (
	// Idle waits until no key was pressed for IdleTime, and then interrupts the
	// user.
	Idle PutMode = iota
	// Immediate interrupts the user at once.
	Immediate
	// After waits until the line is complete or cancelled.
	After
)

// DefaultIdleTime is how long the keyboard must be idle before Put interrupts
// the user, unless configured otherwise.
const DefaultIdleTime = 2 * time.Second

// Put shows lines above the prompt: at once if no line is being read, otherwise
// when the [PutMode] allows it.
func (w *Wheel) Put(lines ...string) {
	if w.base.Closed() || len(lines) == 0 {
		return
	}
	if w.reading && w.terminal.there && (w.putMode == After || w.putMode == Idle && w.timer != 0) {
		w.waiting = append(w.waiting, lines...)
		return
	}
	w.above(lines)
}

// above writes lines, above the prompt if there is one.
func (w *Wheel) above(lines []string) {
	if !w.reading || !w.terminal.there {
		w.write([]byte(strings.Join(lines, "\n") + "\n"))
		return
	}
	width, _ := w.terminal.size()
	out := w.display.wipe(width)
	for _, line := range lines {
		out = append(out, strings.ReplaceAll(line, "\n", "\r\n")...)
		out = append(out, "\r\n"...)
	}
	w.write(append(out, w.paint(width)...))
}

// putWaiting writes what Put has held back.
func (w *Wheel) putWaiting() {
	if lines := w.waiting; len(lines) > 0 {
		w.waiting = nil
		w.above(lines)
	}
}

// typing notes that a key was pressed.
func (w *Wheel) typing() {
	if w.putMode != Idle {
		return
	}
	w.stopTimer()
	id, err := w.base.Kernel.Host().DelayFunc(kind.Name()+": idle", w.idleTime, func(kernel.Event) {
		w.timer = 0
		w.putWaiting()
	})
	if err == nil { // a session that has just read a key can set a timer
		w.timer = id
	}
}

func (w *Wheel) stopTimer() {
	if id := w.timer; id != 0 {
		w.timer = 0
		if w.base.Owner.Alive() {
			// Called in its session the timer is there.
			_ = w.base.Kernel.Host().CallFunc(w.base.Owner, kind.Name(), func(kernel.Event) { _, _ = w.base.Kernel.AlarmRemove(id) })
		}
	}
}

// Clear clears the terminal and shows the prompt in its first row. Without a
// terminal it does nothing.
func (w *Wheel) Clear() {
	if w.base.Closed() || !w.terminal.there {
		return
	}
	w.display.shown = false
	out := []byte("\x1b[H\x1b[2J")
	if w.reading {
		width, _ := w.terminal.size()
		out = append(out, w.paint(width)...)
	}
	w.write(out)
}

// Redraw shows the prompt and the line again, after other output to the
// terminal. The wheel does so itself when the size of the terminal has changed
// (SIGWINCH).
func (w *Wheel) Redraw() {
	if w.base.Closed() || !w.reading || !w.terminal.there {
		return
	}
	width, _ := w.terminal.size()
	w.write(append(w.display.wipe(width), w.paint(width)...))
}

func (w *Wheel) paint(width int) []byte {
	return w.display.paint(w.editor.Prompt(), w.editor.Text(), w.editor.Cursor(), width)
}

// show brings the terminal up to date after keys.
func (w *Wheel) show() {
	effects := w.editor.TakeEffects()
	width, _ := w.terminal.size()
	var out []byte
	if effects.Clear {
		w.display.shown = false
		out = append(out, "\x1b[H\x1b[2J"...)
	}
	if len(effects.List) > 0 {
		out = append(out, w.paint(width)...)
		out = append(out, w.display.end(width)...)
		out = append(out, w.display.leave()...)
		byRow := w.editor.Options().PrintCompletionsHorizontally
		for _, line := range columns(effects.List, width, byRow) {
			out = append(append(out, line...), "\r\n"...)
		}
	}
	out = append(out, w.paint(width)...)
	if effects.Bell && w.editor.Options().BellStyle != "none" {
		out = append(out, '\a')
	}
	if w.editor.Outcome() != 0 {
		out = append(out, w.display.end(width)...)
		out = append(out, effects.Echo...)
		out = append(out, w.display.leave()...)
	}
	w.write(out)
}

// write queues output and writes what the terminal takes.
func (w *Wheel) write(p []byte) {
	if len(p) == 0 || w.noOutput {
		return
	}
	out := w.driver.Output()
	out = append(out, p...)
	w.driver.SetOutput(out)
	w.flush()
}

// flush writes what can be written; for the rest the wheel waits until it can.
func (w *Wheel) flush() {
	left, err := w.driver.Flush(w.out)
	switch {
	case err != nil:
		w.noOutput = true
		w.driver.Discard()
		w.unwatchOutput()
		w.emitError("write", err)
	case left == 0:
		w.unwatchOutput()
	case !w.base.Closed():
		w.base.InOwner(w.watchOutput)
	}
}

func (w *Wheel) watchOutput() {
	if !w.writes {
		if err := w.base.Kernel.Host().Watch(w.out, kernel.Write, kind.Name()+": writable", w); err != nil {
			w.noOutput = true
			w.driver.Discard()
			w.emitError("write", err)
			return
		}
		w.writes = true
	}
	w.base.Kernel.SelectResumeWrite(w.out)
}

func (w *Wheel) unwatchOutput() {
	if w.writes {
		w.writes = false
		w.base.Kernel.Host().Unwatch(w.base.Owner, w.out, kernel.Write)
	}
}

// OutOctets returns how many bytes wait to be written to the terminal.
func (w *Wheel) OutOctets() int { return w.driver.OutOctets() }
