//go:build unix

package poetests_test

import (
	"os"
	"testing"
	"time"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/followtail"
)

// t/90_regression/bingos-followtail: a line that was there before the wheel is
// skipped, if it ends as the filter says that lines end; and what is written
// before the wheel first looks arrives.
func TestRegressionBingosFollowtail(t *testing.T) {
	perLoop(t, func(p *proof) {
		name := p.file("moocow - this line should be skipped!")
		k := p.kernel()
		var wheel *followtail.Wheel
		var lines []any
		idle := 0
		p.start(k, states{
			"_start": func(e kernel.Event) {
				ending, err := filter.NewLine(filter.LineConfig{Literal: "!"})
				p.ok(err)
				wheel, err = followtail.New(e.Kernel, followtail.Config{
					Filter: ending, Filename: name, PollInterval: 10 * time.Millisecond,
					Events: followtail.Names{Input: "input", Error: "error", Idle: "idle"},
				})
				p.must().NoError(err)
				f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
				p.ok(err)
				_, err = f.WriteString("Cows go moo, yes they do!")
				p.ok(err)
				p.ok(f.Close())
			},
			"input": func(e kernel.Event) { lines = append(lines, e.Arg(0)) },
			"error": func(e kernel.Event) { p.Error(e.Args...) },
			"idle": func(e kernel.Event) {
				if idle++; len(lines) > 0 {
					wheel.Close()
				}
			},
		})
		p.run(k)
		p.is().Equal([]any{"Cows go moo, yes they do"}, lines)
		p.is().Positive(idle)
	})
}
