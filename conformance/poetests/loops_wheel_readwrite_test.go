//go:build unix

package poetests_test

import (
	"errors"
	"io"
	"os"
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

// POE::Test::Loops::wheel_readwrite: configurations that make no sense, and a
// file that is read to its end, twice, and written, under event names that were
// changed after the wheel was made. Parameters that come in pairs are one field
// here.
func TestLoopsWheelReadWrite(t *testing.T) {
	perLoop(t, func(p *proof) {
		p.readWriteConfigs()
		p.fileReadAndWritten()
	})
}

func (p *proof) readWriteConfigs() {
	k := p.kernel()
	p.start(k, states{"_start": func(e kernel.Event) {
		r, w, err := kernel.Pipe()
		p.ok(err)
		marked := readwrite.Names{High: "high", Low: "low"}
		for _, c := range []readwrite.Config{
			{},
			{InputHandle: r},
			{Handle: r, Marks: readwrite.Marks{High: 5}, Events: marked},
			{Handle: r, Marks: readwrite.Marks{Low: 5}, Events: marked},
			{Handle: r, Marks: readwrite.Marks{High: -1, Low: 5}, Events: marked},
			{Handle: r, Marks: readwrite.Marks{High: 5, Low: -1}, Events: marked},
			{Handle: r, Marks: readwrite.Marks{High: -1, Low: -1}, Events: marked},
			{Handle: r, Marks: readwrite.Marks{High: 8, Low: 3}, Events: readwrite.Names{High: "high"}},
			{Handle: r, Events: readwrite.Names{High: "high"}},
			{Handle: r, Events: readwrite.Names{Low: "low"}},
			{Handle: r, Events: marked},
		} {
			_, err := readwrite.New(e.Kernel, c)
			var config *kernel.ConfigError
			p.is().True(errors.As(err, &config), "%+v: %v", c, err)
		}
		p.is().NoError(r.Close())
		p.is().NoError(w.Close())
	}})
	p.run(k)
}

func (p *proof) fileReadAndWritten() {
	const text = "TMPDATA 12345\nTMPDATA ABCDE\nthird\n"
	k := p.kernel()
	f, err := os.OpenFile(p.file(text), os.O_RDWR, 0)
	p.ok(err)
	h, err := kernel.File(f)
	p.must().NoError(err)
	var w *readwrite.Wheel
	seen := numbers{}
	right := func(e kernel.Event, i int) { p.is().Equal(w.ID(), e.Arg(i), "the wheel's ID") }
	wrong := func(e kernel.Event) { p.Error(e.Name, e.Args) }
	p.start(k, states{
		"_start": func(e kernel.Event) {
			w, err = readwrite.New(e.Kernel, readwrite.Config{
				Handle: h, Marks: readwrite.Marks{High: 12, Low: 1},
				Events: readwrite.Names{Input: "wrong", Flushed: "wrong", Error: "wrong", High: "wrong", Low: "wrong"},
			})
			p.must().NoError(err)
			w.SetEvents(readwrite.Names{Input: "input", Flushed: "flushed", Error: "error", High: "high", Low: "low"})
		},
		"wrong": wrong,
		"input": func(e kernel.Event) {
			right(e, 1)
			seen["lines"]++
			if seen["lines"] == 1 {
				p.is().NotNil(w.InputFilter())
				p.is().NotNil(w.OutputFilter())
				w.PauseInput()
			}
			switch seen["lines"] {
			case 3:
				_, err := f.Seek(0, io.SeekStart)
				p.is().NoError(err)
				e.Kernel.Yield("resume")
			case 6:
				w.ShutdownInput()
				w.Put("LINE 1")
			}
		},
		"resume": func(kernel.Event) { seen["resumed"]++; w.ResumeInput() },
		"flushed": func(e kernel.Event) {
			right(e, 0)
			switch seen["flushed"]++; seen["flushed"] {
			case 1:
				p.is().False(w.Put("LINE 2"))
				p.is().True(w.Put("LINE 3"), "above the high mark")
			case 2:
				p.is().NoError(w.Close())
			}
		},
		"error": func(e kernel.Event) { p.is().Equal([]any{"read", 0}, e.Args[:2]); seen["ended"]++ },
		"high":  func(e kernel.Event) { right(e, 0); seen["high"]++ },
		"low":   func(e kernel.Event) { right(e, 0); seen["low"]++ },
	})
	p.run(k)
	p.is().Equal(6, seen["lines"])
	p.is().Equal(1, seen["resumed"])
	p.is().Equal(2, seen["flushed"])
	p.is().Positive(seen["low"])
	_, err = f.Seek(0, io.SeekStart)
	p.is().ErrorIs(err, os.ErrClosed, "by the wheel")
}
