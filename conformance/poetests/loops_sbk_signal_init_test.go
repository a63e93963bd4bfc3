//go:build unix

package poetests_test

import (
	"os"
	"os/signal"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/kernel"
)

// POE::Test::Loops::sbk_signal_init: signals that the program itself catches
// are not taken away by a kernel, not even by one that catches others.
func TestLoopsSbkSignalInit(t *testing.T) {
	perLoop(t, func(p *proof) {
		mine := make(chan os.Signal, 1)
		signal.Notify(mine, unix.SIGALRM)
		defer signal.Stop(mine)
		k := p.kernel()
		p.start(k, states{"_start": func(e kernel.Event) { p.is().NoError(e.Kernel.Sig("USR1", "x")) }, "x": nothing})
		p.is().NoError(unix.Kill(unix.Getpid(), unix.SIGALRM))
		select {
		case s := <-mine:
			p.is().Equal(unix.SIGALRM, s)
		case <-time.After(patience):
			p.Fatal("the signal is lost")
		}
		p.run(k)
	})
}
