package model

import (
	"math/rand/v2"
	"strconv"
)

// handleGenerator makes programs about handles: several sessions watch several
// handles, and change what is watched in the handlers.
type handleGenerator struct {
	generator
	pairs []string
}

// generateHandles makes the program about handles of a seed.
func generateHandles(seed uint64) program {
	g := &handleGenerator{generator: generator{Rand: rand.New(rand.NewPCG(seed, 1371))}}
	g.kinds = 1 + g.IntN(3)
	for range 1 + g.IntN(4) {
		g.pairs = append(g.pairs, []string{"pipe", "pipe", "unix", "tcp"}[g.IntN(4)])
	}
	p := program{Fuel: 60 + g.IntN(240), Sessions: 2 + g.IntN(5), Handles: g.pairs, Between: []op{}}
	for range g.kinds {
		p.Kinds = append(p.Kinds, g.kind())
	}
	p.Main = g.outside()
	return p
}

func (g *handleGenerator) kind() kind {
	k := kind{"_start": g.ops(2 + g.IntN(6))}
	for _, event := range events { // each: a handle that stays ready must be heard of
		k[event] = g.ops(1 + g.IntN(5))
	}
	for _, event := range []string{"_child", "_stop", "_default", "sig", "died"} {
		if g.IntN(2) == 0 {
			k[event] = g.ops(g.IntN(3))
		}
	}
	return k
}

func (g *handleGenerator) ops(n int) []op {
	ops := []op{}
	for range n {
		if g.IntN(4) > 0 {
			ops = append(ops, g.handleOp())
			continue
		}
		switch o := g.op(); o[0] {
		case "unstate", "state", "signal", "slice", "die":
			if g.IntN(6) == 0 && o[0] != "unstate" {
				ops = append(ops, o)
			}
		default:
			ops = append(ops, o)
		}
	}
	return ops
}

func (g *handleGenerator) pair() int { return g.IntN(len(g.pairs)) }

// end is either end of any pair, source one that can be read, sink one that
// can be written.
func (g *handleGenerator) end() string { return strconv.Itoa(2*g.pair() + g.IntN(2)) }

func (g *handleGenerator) source() string {
	p := g.pair()
	if g.pairs[p] == "pipe" {
		return strconv.Itoa(2 * p)
	}
	return strconv.Itoa(2*p + g.IntN(2))
}

func (g *handleGenerator) sink() string {
	p := g.pair()
	if g.pairs[p] == "pipe" {
		return strconv.Itoa(2*p + 1)
	}
	return strconv.Itoa(2*p + g.IntN(2))
}

// of returns an end of a pair of a kind, empty if there is none.
func (g *handleGenerator) of(kind string, end int) string {
	p := g.pair()
	if g.pairs[p] != kind {
		return ""
	}
	return strconv.Itoa(2*p + end)
}

func (g *handleGenerator) someEvent() string {
	if g.IntN(2) == 0 {
		return ""
	}
	return g.event()
}

func (g *handleGenerator) handleOp() op {
	switch g.IntN(22) {
	case 0, 1, 2, 3:
		return op{"select_read", g.source(), g.event(), g.arg()}
	case 4, 5:
		return op{"select_write", g.sink(), g.event(), g.arg()}
	case 6:
		return op{"select_expedite", g.source(), g.event(), g.arg()}
	case 7:
		return op{[]string{"select_read_clear", "select_write_clear", "select_expedite_clear"}[g.IntN(3)], g.end()}
	case 8:
		return op{"select_clear", g.end()}
	case 9:
		if h := g.of("unix", g.IntN(2)); h != "" {
			return op{"select", h, g.someEvent(), g.someEvent(), g.someEvent()}
		}
		return op{"select", g.source(), g.someEvent(), "", ""}
	case 10, 11:
		return op{[]string{"pause_read", "pause_write"}[g.IntN(2)], g.end()}
	case 12, 13:
		return op{[]string{"resume_read", "resume_write"}[g.IntN(2)], g.end()}
	case 14, 15:
		return op{"write", g.sink(), strconv.Itoa(1 + g.IntN(6))}
	case 16, 17:
		return op{"read", g.source(), strconv.Itoa(1 + g.IntN(4))}
	case 18:
		return op{"drain", g.source()}
	case 19:
		if h := g.of("pipe", 1); h != "" {
			return op{"fill", h}
		}
	case 20:
		if h := g.of("tcp", g.IntN(2)); h != "" {
			return op{[]string{"urgent", "read_urgent"}[g.IntN(2)], h}
		}
	case 21:
		if h := g.of([]string{"unix", "tcp"}[g.IntN(2)], g.IntN(2)); h != "" {
			return op{"shut", h}
		}
	}
	return op{"write", g.sink(), strconv.Itoa(1 + g.IntN(6))}
}
