//go:build unix

package poetests_test

import (
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
)

// runsOn checks that a kernel on a loop runs a program, with a handle.
func (p *proof) runsOn(loop string) {
	k := kernel.New(kernel.Options{Loop: loop})
	r, w, err := kernel.Pipe()
	p.must().NoError(err)
	_, err = w.Write([]byte("x"))
	p.ok(err)
	read := 0
	p.start(k, states{
		"_start":   func(e kernel.Event) { p.is().NoError(e.Kernel.SelectRead(r, "readable")) },
		"readable": func(e kernel.Event) { read++; e.Kernel.SelectClear(r) },
	})
	p.run(k)
	p.is().Equal(1, read)
	p.is().NoError(r.Close())
	p.is().NoError(w.Close())
}

// refusedLoop checks what becomes of a kernel on a loop that is none, as soon as
// it has to wait.
func (p *proof) refusedLoop() {
	k := kernel.New(kernel.Options{Loop: "NightMooseDontExist"})
	p.start(k, states{"_start": func(e kernel.Event) { e.Kernel.Delay("x", time.Millisecond) }, "x": nothing})
	p.is().ErrorContains(k.Run(), "NightMooseDontExist")
}

// t/10_units/08_loops/01_explicit_loop and 03_explicit_loop_poll: a loop is
// chosen by its name.
func TestUnitsLoopsExplicitLoop(t *testing.T) {
	perLoop(t, func(p *proof) { p.runsOn(p.loop) })
}

// t/10_units/08_loops/02_explicit_loop_fail and 07_kernel_loop_fail: one that
// is not there is an error.
func TestUnitsLoopsExplicitLoopFail(t *testing.T) {
	once(t, (*proof).refusedLoop)
}

// t/10_units/08_loops/05_kernel_loop: without a name there is a default.
func TestUnitsLoopsKernelLoop(t *testing.T) {
	once(t, func(p *proof) { p.runsOn("") })
}

// t/10_units/08_loops/06_kernel_loop_poll: the other loop of the system's.
func TestUnitsLoopsKernelLoopPoll(t *testing.T) {
	once(t, func(p *proof) { p.runsOn("portable") })
}

// t/10_units/08_loops/11_double_loop: two loops in one program. In POE it
// should be an error and is not; here every kernel has its own.
func TestUnitsLoopsDoubleLoop(t *testing.T) {
	once(t, func(p *proof) {
		p.runsOn("")
		p.runsOn("portable")
	})
}
