//go:build unix

package poetests_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/followtail"
)

// t/90_regression/whjackson-followtail: what was written to a log before it
// was rolled arrives before the reset, and what was written to the new one
// after it.
func TestRegressionWhjacksonFollowtail(t *testing.T) {
	perLoop(t, func(p *proof) {
		dir := p.TempDir()
		log, old := filepath.Join(dir, "log"), filepath.Join(dir, "log.1")
		appended := func(line string) {
			f, err := os.OpenFile(log, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
			p.ok(err)
			_, err = f.WriteString(line + "\n")
			p.ok(err)
			p.ok(f.Close())
		}
		k := p.kernel()
		var wheel *followtail.Wheel
		var steps []string
		step := func(s string) { steps = append(steps, s) }
		idle := 0
		p.start(k, states{
			"_start": func(e kernel.Event) {
				var err error
				wheel, err = followtail.New(e.Kernel, followtail.Config{
					Filename: log, PollInterval: 10 * time.Millisecond,
					Events: followtail.Names{Input: "input", Reset: "reset", Idle: "idle"},
				})
				p.must().NoError(err, "the file need not be there")
			},
			"idle": func(kernel.Event) {
				switch {
				case idle == 0:
					appended("a")
				case idle == 1 && slices.Contains(steps, "input a"):
					appended("b")
					p.is().NoError(os.Rename(log, old))
					appended("c")
				default:
					return
				}
				idle++
			},
			"reset": func(kernel.Event) { step("reset") },
			"input": func(e kernel.Event) {
				line := kernel.Arg[string](e, 0)
				step("input " + line)
				switch line {
				case "c":
					appended("d")
				case "d":
					p.is().NoError(wheel.Close())
				}
			},
			"_stop": func(kernel.Event) { step("stop") },
		})
		p.run(k)
		p.is().Equal([]string{"reset", "input a", "input b", "reset", "input c", "input d", "stop"}, steps)
	})
}
