//go:build unix

package poetests_test

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/followtail"
)

// t/90_regression/pipe-followtail: a named pipe can be followed.
func TestRegressionPipeFollowtail(t *testing.T) {
	perLoop(t, func(p *proof) {
		name := filepath.Join(p.TempDir(), "pipe")
		p.ok(unix.Mkfifo(name, 0o600))
		k := p.kernel()
		var wheel *followtail.Wheel
		var writer *os.File
		var lines []any
		p.start(k, states{
			"_start": func(e kernel.Event) {
				var err error
				wheel, err = followtail.New(e.Kernel, followtail.Config{
					Filename: name, Events: followtail.Names{Input: "input"},
				})
				p.must().NoError(err)
				writer, err = os.OpenFile(name, os.O_WRONLY, 0)
				p.must().NoError(err, "the wheel is a reader")
				_, err = writer.WriteString("foo\nbar\n")
				p.ok(err)
				e.Kernel.Delay("done", patience)
			},
			"input": func(e kernel.Event) {
				if lines = append(lines, e.Arg(0)); len(lines) == 2 {
					e.Kernel.Delay("done", 0)
				}
			},
			"done": func(kernel.Event) {
				p.is().NoError(writer.Close())
				p.is().NoError(wheel.Close())
			},
		})
		p.run(k)
		p.is().Equal([]any{"foo", "bar"}, lines)
	})
}
