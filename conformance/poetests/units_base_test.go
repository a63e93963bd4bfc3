//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session/nfa"
)

// t/10_units/03_base/10_wheel: wheels have numbers, one sequence for all kinds.
// POE hands the numbers of wheels that are gone out again when its counter has
// gone round; 64 bits never do.
func TestUnitsBaseWheel(t *testing.T) {
	once(t, func(p *proof) {
		k := p.kernel()
		for want := range kernel.WheelID(100) {
			p.is().Equal(want+1, k.Host().AllocateWheelID())
		}
		p.is().Equal(kernel.WheelID(1), p.kernel().Host().AllocateWheelID(), "each kernel counts by itself")
	})
}

// t/10_units/03_base/14_kernel: a kernel's configuration is its options, whose
// names the compiler checks; what POE's import exports, New makes.
func TestUnitsBaseKernel(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		p.must().NotNil(k)
		p.is().True(k.ID().Alive())
		p.is().Same(k, k.ID().Kernel())
		p.run(k)
	})
}

// t/10_units/03_base/16_nfa_usage: a machine needs states with handlers, and is
// made with its runstate. Other mistakes of POE's test do not compile.
func TestUnitsBaseNFAUsage(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		_, err := nfa.Spawn[int](k, nil, nil)
		p.refused(err, "States")
		_, err = nfa.Spawn(k, new(int), nfa.States[int]{})
		p.refused(err, "States")
		_, err = nfa.Spawn(k, new(int), nfa.States[int]{"initial": {"start": nil}})
		p.refused(err, "States")
		start := func(*[]int, nfa.Event) {}
		runstate := []int{1, 2}
		m, err := nfa.Spawn(k, &runstate, nfa.States[[]int]{"initial": {"start": start}})
		p.must().NoError(err)
		p.is().Same(&runstate, m.Runstate())
		p.is().Same(&runstate, nfa.RunstateOf[[]int](m.ID()))
		m, err = nfa.New(k, nfa.Config[[]int]{States: nfa.States[[]int]{"initial": {"foo": start, "bar": start}}})
		p.must().NoError(err)
		p.is().IsType(&[]int{}, m.Runstate(), "a new one")
		p.run(k)
	})
}

// t/10_units/03_base/17_detach_start: a session that detaches itself in _start
// is never known to its parent.
func TestUnitsBaseDetachStart(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		var steps []string
		step := func(what string) func(kernel.Event) {
			return func(kernel.Event) { steps = append(steps, what) }
		}
		children := 0
		p.start(k, states{
			"_start": func(e kernel.Event) {
				step("_start Parent")(e)
				p.is().NoError(e.Kernel.AliasSet("Parent"))
				p.start(e.Kernel, states{
					"_start": func(e kernel.Event) { e.Kernel.AliasSet("Child"); step("_start Child")(e) },
					"_stop":  step("_stop Child"),
				})
				p.start(e.Kernel, states{
					"_start": func(e kernel.Event) {
						e.Kernel.AliasSet("Detached")
						step("_start Detached")(e)
						p.is().NoError(e.Kernel.DetachMyself())
					},
					"_parent": func(e kernel.Event) {
						step("_parent Detached")(e)
						p.is().Equal(e.Kernel.ID(), e.Arg(1))
					},
					"_stop": step("_stop Detached"),
				})
			},
			"_child": func(e kernel.Event) {
				step("_child Parent")(e)
				names, err := e.Kernel.AliasList(kernel.Arg[kernel.ID](e, 1))
				p.is().NoError(err)
				p.is().Equal([]string{"Child"}, names)
				children++
			},
			"_stop": step("_stop Parent"),
		})
		p.run(k)
		p.is().Equal(2, children)
		p.must().Len(steps, 9)
		p.is().Equal([]string{"_start Parent", "_start Child", "_child Parent", "_start Detached", "_parent Detached"}, steps[:5])
		p.is().ElementsMatch([]string{"_stop Child", "_child Parent", "_stop Parent", "_stop Detached"}, steps[5:])
	})
}
