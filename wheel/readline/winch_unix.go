//go:build unix

package readline

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/gopoe/poe/kernel"
)

// watchSize shows the line anew whenever the terminal has changed its size,
// until what it returns is called. A session's own watchers of SIGWINCH are not
// touched.
func (w *Wheel) watchSize() (stop func()) {
	if !w.terminal.there {
		return func() {}
	}
	changed := make(chan os.Signal, 1)
	ctx, cancel := context.WithCancel(context.Background())
	signal.Notify(changed, syscall.SIGWINCH)
	outside := w.base.Kernel.Outside()
	go func() {
		for {
			select {
			case <-changed:
				// Without a running kernel there is nothing to be shown.
				_ = outside.Do(ctx, func(*kernel.Kernel) { w.Redraw() })
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() {
		signal.Stop(changed)
		cancel()
	}
}
