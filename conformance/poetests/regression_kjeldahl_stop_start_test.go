//go:build unix

package poetests_test

import (
	"fmt"
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/run"
)

// anew is a child of the kjeldahl tests: a kernel that is stopped, is given a
// session again, and runs to its end.
func anew([]string) {
	k := kernel.New()
	session.Inline(k, states{"_start": func(e kernel.Event) { e.Kernel.AliasSet("before") }})
	k.Stop()
	session.Inline(k, states{
		"_start": func(e kernel.Event) { e.Kernel.Delay("done", 0) },
		"done":   func(kernel.Event) { fmt.Println("DONE") },
	})
	if err := k.Run(); err != nil {
		panic(err)
	}
}

// stopStart is the program of the three kjeldahl tests, which differ in how
// POE learns of children's ends: by polling, by SIGCHLD, and by SIGCHLD through
// a pipe. Here there is one way, with a watcher of one process or of all.
func (p *proof) stopStart(watch func(k *kernel.Kernel, pid int)) {
	const many = 3
	type child struct {
		wheel        *run.Wheel
		said         []any
		ended, close bool
	}
	k := p.kernel()
	byPID, byID := map[int]*child{}, map[kernel.WheelID]*child{}
	gone := func(k *kernel.Kernel, c *child) {
		if !c.ended || !c.close {
			return
		}
		p.is().Equal([]any{"DONE"}, c.said)
		p.is().NoError(c.wheel.Close())
		delete(byPID, c.wheel.PID())
		if delete(byID, c.wheel.ID()); len(byID) == 0 {
			k.DelayClear("timeout")
		}
	}
	p.start(k, states{
		"_start": func(e kernel.Event) {
			for range many {
				w, err := run.New(e.Kernel, run.Config{
					Func:   children.Func("anew"),
					Events: run.Names{Stdout: "stdout", Stderr: "stderr", Close: "close"},
				})
				p.ok(err)
				c := &child{wheel: w}
				byPID[w.PID()], byID[w.ID()] = c, c
				watch(e.Kernel, w.PID())
			}
			p.is().Len(byPID, many)
			e.Kernel.Delay("timeout", patience)
		},
		"stdout": func(e kernel.Event) {
			c := byID[kernel.Arg[kernel.WheelID](e, 1)]
			c.said = append(c.said, e.Arg(0))
		},
		"stderr": func(e kernel.Event) { p.Error(e.Args...) },
		"child": func(e kernel.Event) {
			c := byPID[kernel.Arg[int](e, 1)]
			p.must().NotNil(c)
			p.is().Zero(e.Arg(2))
			c.ended = true
			gone(e.Kernel, c)
		},
		"close": func(e kernel.Event) {
			c := byID[kernel.Arg[kernel.WheelID](e, 0)]
			p.must().NotNil(c)
			c.close = true
			gone(e.Kernel, c)
		},
		"timeout": func(kernel.Event) { p.Error("children are missing") },
	})
	p.run(k)
	p.is().Empty(byID)
}

// t/90_regression/kjeldahl-stop-start-polling: a kernel that was stopped can
// be used again, in a child process whose end and output are all noticed.
func TestRegressionKjeldahlStopStartPolling(t *testing.T) {
	perLoop(t, func(p *proof) {
		p.stopStart(func(k *kernel.Kernel, pid int) { k.SigChild(pid, "child") })
	})
}

// t/90_regression/kjeldahl-stop-start-sig-nopipe: the same with a watcher of
// the signal.
func TestRegressionKjeldahlStopStartSigNopipe(t *testing.T) {
	perLoop(t, func(p *proof) {
		p.stopStart(func(k *kernel.Kernel, _ int) { k.Sig("CHLD", "child") })
	})
}

// t/90_regression/kjeldahl-stop-start-sig-pipe: with both, the one of the
// process taken back before anything has happened.
func TestRegressionKjeldahlStopStartSigPipe(t *testing.T) {
	perLoop(t, func(p *proof) {
		p.stopStart(func(k *kernel.Kernel, pid int) {
			k.Sig("CHLD", "child")
			k.SigChild(pid, "mine")
			k.SigChildClear(pid)
		})
	})
}
