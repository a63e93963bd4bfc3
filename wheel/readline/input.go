package readline

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readline/lineedit"
)

const readSize = 4096

// ErrLineTooLong is reported by the error event for a line longer than
// Config.MaxLine, if there is no terminal. The line is skipped.
var ErrLineTooLong = errors.New("readline: line longer than MaxLine")

// Get shows the prompt and reads a line, which is reported by one input event.
// Until the next Get the wheel then reads nothing and does not keep its session
// alive. While a line is being read Get only changes the prompt. Without an
// argument the prompt remains the same.
//
// Without a terminal no prompt is shown. After the end of the input Get returns
// the error that ended it, as a *kernel.OpError.
func (w *Wheel) Get(prompt ...string) error {
	if w.base.Closed() {
		return nil
	}
	if len(prompt) > 0 {
		w.editor.SetPrompt(prompt[0])
	}
	switch {
	case w.reading:
		w.Redraw()
		return nil
	case w.inputEnd != nil && !w.toldEnd: // the last line had no end
		w.toldEnd = true
		w.emitInput("", EOT)
		return nil
	case w.inputEnd != nil:
		return &kernel.OpError{Op: "read", Err: w.inputEnd, Wheel: w.base.ID()}
	}
	var err error
	w.base.InOwner(func() { err = w.begin() })
	return err
}

func (w *Wheel) begin() error {
	if err := w.base.Kernel.Host().Watch(w.in, kernel.Read, kind.Name()+": readable", w); err != nil {
		return &kernel.OpError{Op: "read", Err: err, Wheel: w.base.ID()}
	}
	if err := w.terminal.raw(); err != nil {
		w.base.Kernel.Host().Unwatch(w.base.Owner, w.in, kernel.Read)
		return &kernel.OpError{Op: "tcsetattr", Err: err, Wheel: w.base.ID()}
	}
	w.reading = true
	w.unwatchSize = w.watchSize()
	w.editor.Start()
	w.display.shown = false
	w.consume()
	return nil
}

// rest ends the reading of a line.
func (w *Wheel) rest() {
	w.stopTimer()
	w.reading = false
	w.unwatchSize()
	w.display.shown = false
	w.base.Kernel.Host().Unwatch(w.base.Owner, w.in, kernel.Read)
	if err := w.terminal.restore(); err != nil && w.inputEnd == nil { // else it has hung up
		w.emitError("tcsetattr", err)
	}
	w.putWaiting()
}

// HandleReady is called by the kernel when a handle is ready.
func (w *Wheel) HandleReady(m kernel.Mode) {
	if m == kernel.Write {
		w.flush()
		return
	}
	buf := w.base.Kernel.Host().Scratch(readSize)
	n, err := w.in.Read(buf)
	switch {
	case errors.Is(err, kernel.ErrWouldBlock):
	case err != nil:
		w.ended(err)
	default:
		w.ahead = append(w.ahead, buf[:n]...)
		if w.terminal.there {
			w.typing()
		}
		w.consume()
	}
}

// consume uses what has been read, up to the end of the line. What was typed
// ahead waits for the next Get.
func (w *Wheel) consume() {
	if !w.terminal.there {
		w.consumePlain()
		return
	}
	n := w.editor.Feed(w.ahead)
	w.ahead = w.ahead[:copy(w.ahead, w.ahead[n:])]
	if w.base.Closed() || !w.reading { // a function of the program's own did that
		return
	}
	w.show()
	outcome := w.editor.Outcome()
	if outcome == lineedit.Editing {
		return
	}
	line := w.editor.Text()
	w.rest()
	if outcome == lineedit.Accepted {
		w.emitInput(line, None)
		return
	}
	w.emitInput("", exceptions[outcome])
}

var exceptions = [...]Exception{
	lineedit.Cancelled: Cancel,
	lineedit.EndOfText: EOT,
	lineedit.Interrupt: Interrupt,
}

// consumePlain takes a line where there is no terminal.
func (w *Wheel) consumePlain() {
	for {
		line, rest, whole := bytes.Cut(w.ahead, []byte{'\n'})
		long := len(line) > w.maxLine+1 || whole && len(trimCR(line)) > w.maxLine
		if !whole {
			if long && !w.skipping {
				w.skipping = true
				w.tooLong()
			}
			if w.skipping {
				w.ahead = w.ahead[:0]
			}
			return
		}
		if long && !w.skipping {
			w.tooLong()
		}
		text, skip := string(trimCR(line)), long || w.skipping
		w.ahead = w.ahead[:copy(w.ahead, rest)]
		w.skipping = false
		if !skip {
			w.plainLine(text)
			return
		}
	}
}

func (w *Wheel) plainLine(text string) {
	w.rest()
	w.emitInput(strings.ToValidUTF8(text, "\uFFFD"), None)
}

func (w *Wheel) tooLong() {
	w.emitError("filter", fmt.Errorf("%w, which is %d", ErrLineTooLong, w.maxLine))
}

func trimCR(line []byte) []byte { return bytes.TrimSuffix(line, []byte{'\r'}) }

// ended deals with the end of the input. A terminal that has hung up reports
// it as an error.
func (w *Wheel) ended(err error) {
	w.inputEnd = err
	last := w.ahead
	w.ahead = nil
	if !w.terminal.there && len(last) > 0 && len(last) <= w.maxLine && !w.skipping {
		w.plainLine(string(last))
		return
	}
	w.rest()
	if !errors.Is(err, io.EOF) && !errors.Is(err, syscall.EIO) {
		w.emitError("read", err)
	}
	w.toldEnd = true
	w.emitInput("", EOT)
}
