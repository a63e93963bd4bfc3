//go:build unix

package poetests_test

import (
	"strings"
	"testing"

	"github.com/creack/pty"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readline"
)

// POE::Test::Loops::wheel_readline: what keys make of a line, typed at a
// terminal. Keys at the ends of the line, where they can do nothing, are among
// them.
func TestLoopsWheelReadLine(t *testing.T) {
	lines := []struct{ keys, line string }{
		{"this is a test\n", "this is a test"},
		{"this is a test\b\b\b\bTEST\x01\x01\x04T\n", "This is a TEST"},
		{"one three five\x01\x02\x1bb\b\x06\x06\x06 two\x05\x05\x06\x04\x1bf\x02\x02\x02\x02four \n", "one two three four five"},
		{"one two three\x1bd\x1b\bfour\x01\x1b\b\x1bd\n", " two four"},
		{"LOWER upper other\x01\x06\x06\x06\x1bl\x1bf\x1bb\x06\x06\x06\x1bu\x1bc\x05\x1bl\x1bu\x1bc\n", "LOWer uppER Other"},
		{"one two 12\x02\x14\x1bb\x1bb\x1bt\x01\x14\x0512\x14\n", "two one 2121"},
	}
	perLoop(t, func(p *proof) {
		k := p.kernel()
		ours, theirs, err := pty.Open()
		p.must().NoError(err)
		near, err := kernel.File(ours)
		p.ok(err)
		far, err := kernel.File(theirs)
		p.ok(err)
		var w *readline.Wheel
		done, prompted := 0, 0
		p.start(k, states{
			"_start": func(e kernel.Event) {
				w, err = readline.New(e.Kernel, readline.Config{Input: far, Output: far, Events: readline.Names{Input: "line"}})
				p.must().NoError(err)
				p.is().NoError(e.Kernel.SelectRead(near, "screen"))
				e.Kernel.Delay("timeout", patience)
				p.is().NoError(w.Get("next step> "))
			},
			"screen": func(kernel.Event) {
				buf := make([]byte, 4096)
				n, err := near.Read(buf)
				if err != nil {
					near.Close()
					return
				}
				if strings.Contains(string(buf[:n]), "next step> ") && prompted == done && done < len(lines) {
					prompted++ // the terminal is in its raw mode now
					_, err := near.Write([]byte(lines[done].keys))
					p.ok(err)
				}
			},
			"line": func(e kernel.Event) {
				p.is().Equal(strings.TrimLeft(lines[done].line, " "), strings.TrimLeft(kernel.Arg[string](e, 0), " "))
				if done++; done < len(lines) {
					p.is().NoError(w.Get("next step> "))
					return
				}
				e.Kernel.DelayClear("timeout")
				w.Close()
				near.Close()
			},
			"timeout": func(kernel.Event) { p.Errorf("line %d does not come", done); w.Close(); near.Close() },
		})
		p.run(k)
		p.is().Equal(len(lines), done)
	})
}
