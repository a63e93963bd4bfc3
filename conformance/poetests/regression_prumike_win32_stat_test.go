//go:build unix

package poetests_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/followtail"
)

// t/90_regression/prumike-win32-stat: a line in a file that appears is read
// once, not again and again. POE runs it on Windows alone.
func TestRegressionPrumikeWin32Stat(t *testing.T) {
	perLoop(t, func(p *proof) {
		name := filepath.Join(p.TempDir(), "file")
		k := p.kernel()
		lines, looks := 0, 0
		var wheel *followtail.Wheel
		var start int64
		p.start(k, states{
			"_start": func(e kernel.Event) {
				var err error
				wheel, err = followtail.New(e.Kernel, followtail.Config{
					Filename: name, SeekBack: &start, PollInterval: 5 * time.Millisecond,
					Events: followtail.Names{Input: "line", Error: "error", Idle: "look"},
				})
				p.must().NoError(err)
				p.ok(os.WriteFile(name, []byte("There is more than one way to skin a cat.\n"), 0o600))
			},
			"line":  func(kernel.Event) { lines++ },
			"error": func(e kernel.Event) { p.Error(e.Args...) },
			"look": func(kernel.Event) {
				if lines > 0 {
					looks++
				}
				if looks == 5 {
					wheel.Close()
				}
			},
		})
		p.run(k)
		p.is().Equal(1, lines)
	})
}
