//go:build unix

package poetests_test

import (
	"bytes"
	"log/slog"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
)

// t/90_regression/tracing-sane-exit: with everything traced and asserted a
// program still comes to its end.
func TestRegressionTracingSaneExit(t *testing.T) {
	perLoop(t, func(p *proof) {
		var trace bytes.Buffer
		k := p.kernel(kernel.Options{
			Trace: kernel.Trace{All: true}, Assert: kernel.Assert{All: true}, Clock: &poetest.Clock{},
			Logger: slog.New(slog.NewTextHandler(&trace, &slog.HandlerOptions{Level: slog.LevelDebug})),
		})
		done := 0
		p.start(k, states{
			"_start":  func(e kernel.Event) { e.Kernel.Yield("do_test") },
			"do_test": func(e kernel.Event) { p.is().NoError(e.Kernel.Delay("done", time.Second)) },
			"done":    func(kernel.Event) { done++ },
			"_stop":   nothing,
		})
		p.is().NoError(p.end(k))
		p.is().Equal(1, done)
		p.is().Contains(trace.String(), "event=do_test")
	})
}
