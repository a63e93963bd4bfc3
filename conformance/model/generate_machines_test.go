package model

import (
	"math/rand/v2"
	"slices"
	"strconv"
)

var machineStates = []string{"m0", "m1", "m2"}

// machineGenerator makes programs about state machines, which sessions make,
// send events to, and move.
type machineGenerator struct {
	generator
	machines int
}

// generateMachines makes the program about state machines of a seed.
func generateMachines(seed uint64) program {
	g := &machineGenerator{generator: generator{Rand: rand.New(rand.NewPCG(seed, 1372))}}
	g.kinds, g.machines = 1+g.IntN(2), 1+g.IntN(3)
	p := program{Fuel: 60 + g.IntN(200), Sessions: 3 + g.IntN(6), Between: []op{}}
	for range g.machines {
		p.Machines = append(p.Machines, g.machine())
	}
	for range g.kinds {
		k := kind{"_start": g.starting(), "_default": g.ops(g.IntN(2))}
		for _, event := range events {
			k[event] = g.ops(1 + g.IntN(4))
		}
		for _, event := range []string{"_child", "_stop", "sig", "died"} {
			if g.IntN(2) == 0 {
				k[event] = g.ops(g.IntN(3))
			}
		}
		if k["died"] != nil && g.IntN(2) == 0 {
			k["died"] = slices.Insert(k["died"], 0, op{"sig_handled"})
		}
		p.Kinds = append(p.Kinds, k)
	}
	p.Main = g.outside()
	if g.IntN(2) == 0 {
		p.Main = append(p.Main, op{"spawn", g.anyMachine()}, op{"goto_state", "s" + strconv.Itoa(g.IntN(3)), g.state(), ""})
	}
	return p
}

// machine is what the handlers of a kind of machine do, by state.
func (g *machineGenerator) machine() map[string]kind {
	states := map[string]kind{}
	for _, state := range machineStates[:2+g.IntN(2)] {
		k := kind{}
		for _, event := range events {
			if g.IntN(4) > 0 {
				k[event] = g.ops(g.IntN(4))
			}
		}
		if g.IntN(4) > 0 {
			k["_default"] = g.ops(g.IntN(2))
		}
		if g.IntN(2) == 0 {
			k["leave"] = g.ops(g.IntN(3))
		}
		for _, event := range []string{"_child", "_parent", "sig", "died"} {
			if g.IntN(2) == 0 {
				k[event] = g.ops(g.IntN(3))
			}
		}
		states[state] = k
	}
	return states
}

// starting makes a session that makes a machine or two.
func (g *machineGenerator) starting() []op {
	ops := []op{}
	for range 1 + g.IntN(2) {
		ops = append(ops, op{"spawn", g.anyMachine()})
		for range g.IntN(3) {
			ops = append(ops, g.transition())
		}
	}
	return append(ops, g.ops(1+g.IntN(4))...)
}

func (g *machineGenerator) ops(n int) []op {
	ops := []op{}
	for range n {
		if g.IntN(2) == 0 {
			ops = append(ops, g.transition())
			continue
		}
		switch o := g.op(); o[0] {
		case "signal", "slice", "die", "stop":
			if g.IntN(4) == 0 {
				ops = append(ops, o)
			}
		default:
			ops = append(ops, o)
		}
	}
	if g.IntN(4) == 0 {
		ops = append(ops, op{"return", g.arg(), g.arg()})
	}
	return ops
}

func (g *machineGenerator) anyMachine() string { return strconv.Itoa(g.IntN(g.machines)) }

func (g *machineGenerator) state() string { return machineStates[g.IntN(len(machineStates))] }

// entry is an entry event; a state may not know it.
func (g *machineGenerator) entry() string {
	if g.IntN(3) > 0 {
		return ""
	}
	return g.event()
}

func (g *machineGenerator) transition() op {
	switch g.IntN(12) {
	case 0, 1, 2, 3, 4:
		return op{"goto_state", g.session(), g.state(), g.entry(), g.arg()}
	case 5, 6:
		return op{"call_state", g.session(), g.entry(), g.state(), g.entry(), g.arg()}
	case 7, 8:
		return op{"return_state", g.session(), g.arg()}
	case 9:
		if g.IntN(3) == 0 {
			return op{"stop_machine", g.session()}
		}
		return op{"spawn", g.anyMachine()}
	case 10:
		return op{"immediate", g.session(), []string{"1", "0"}[g.IntN(2)]}
	}
	return op{"current_state", g.session()}
}
