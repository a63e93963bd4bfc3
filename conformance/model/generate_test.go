package model

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
)

var (
	events  = []string{"e0", "e1", "e2", "e3"}
	aliases = []string{"a0", "a1", "a2"}
	signals = []string{"TERM", "INT", "HUP", "QUIT", "KILL", "UFO", "UFO", "USR1"}
	notices = []string{"_child", "_parent", "_stop", "_default"}
)

// generator makes one program from a seed.
type generator struct {
	*rand.Rand
	kinds  int
	deaths int // operations that end much at once are rare
}

// generate makes the program of a seed.
func generate(seed uint64) program {
	g := generator{Rand: rand.New(rand.NewPCG(seed, 1370))}
	g.kinds = 2 + g.IntN(4)
	p := program{Fuel: 60 + g.IntN(200), Sessions: 4 + g.IntN(9)}
	for range g.kinds {
		p.Kinds = append(p.Kinds, g.kind())
	}
	p.Main = g.outside()
	p.Between = []op{}
	if g.IntN(4) == 0 {
		p.Between = g.outside()
	}
	return p
}

// outside is what is done outside of any session.
func (g *generator) outside() []op {
	var ops []op
	for range 1 + g.IntN(3) {
		ops = append(ops, op{"create", g.anyKind()})
		if g.IntN(10) == 0 {
			ops = append(ops, op{"slice"})
		}
	}
	if g.IntN(3) == 0 {
		ops = append(ops, op{"post", "s0", g.event(), "main"})
	}
	if g.IntN(8) == 0 {
		ops = append(ops, op{"signal", "s0", signals[g.IntN(len(signals))]})
	}
	return ops
}

func (g *generator) kind() kind {
	k := kind{"_start": g.ops(2 + g.IntN(5))}
	for _, event := range events {
		if g.IntN(8) > 0 {
			k[event] = g.ops(1 + g.IntN(4))
		}
	}
	for _, event := range notices {
		if g.IntN(2) == 0 {
			k[event] = g.ops(g.IntN(3))
		}
	}
	for _, event := range []string{"sig", "died"} {
		k[event] = g.ops(g.IntN(3))
		if g.IntN(2) == 0 {
			k[event] = slices.Insert(k[event], 0, op{"sig_handled"})
		}
	}
	return k
}

func (g *generator) ops(n int) []op {
	ops := []op{}
	for range n {
		ops = append(ops, g.op())
	}
	if g.IntN(3) == 0 {
		ops = append(ops, op{"return", fmt.Sprintf("r%d", g.IntN(100))})
		if g.IntN(4) == 0 {
			ops[len(ops)-1] = append(ops[len(ops)-1], "more")
		}
	}
	return ops
}

func (g *generator) event() string   { return events[g.IntN(len(events))] }
func (g *generator) anyKind() string { return strconv.Itoa(g.IntN(g.kinds)) }
func (g *generator) alias() string   { return aliases[g.IntN(len(aliases))] }
func (g *generator) arg() string     { return fmt.Sprintf("x%d", g.IntN(100)) }
func (g *generator) slot() string    { return strconv.Itoa(g.IntN(4)) }
func (g *generator) tag() string     { return fmt.Sprintf("t%d", g.IntN(2)) }

// wait is a duration, from nothing to a few seconds.
func (g *generator) wait() string {
	if g.IntN(6) == 0 {
		return "0"
	}
	return strconv.Itoa(1000 + g.IntN(5_000_000))
}

// moment is a time since the beginning: a whole second, so that alarms meet,
// in the past as often as not.
func (g *generator) moment() string { return strconv.Itoa(1_000_000 * g.IntN(12)) }

func (g *generator) target() string {
	switch g.IntN(10) {
	case 0:
		return "self"
	case 1, 2:
		return "sender"
	case 3:
		return "K"
	case 4, 5:
		return "@" + g.alias()
	}
	return fmt.Sprintf("s%d", g.IntN(8))
}

// session is a target that is a session, by its ID.
func (g *generator) session() string {
	if g.IntN(3) == 0 {
		return "self"
	}
	return fmt.Sprintf("s%d", g.IntN(8))
}

func (g *generator) op() op {
	switch g.IntN(16) {
	case 0, 1, 2:
		return op{"post", g.target(), g.event(), g.arg()}
	case 3, 4:
		return op{"yield", g.event(), g.arg()}
	case 5:
		return op{[]string{"call", "call", "list"}[g.IntN(3)], g.target(), g.event(), g.arg()}
	case 6, 7, 8:
		return g.timer()
	case 9:
		return g.name()
	case 10:
		return g.reference()
	case 11:
		return g.signal()
	case 12:
		return g.odd()
	}
	if g.IntN(3) == 0 {
		return op{"yield", g.event()}
	}
	return op{"create", g.anyKind(), g.arg()}
}

func (g *generator) timer() op {
	switch g.IntN(13) {
	case 0:
		return op{"alarm", g.event(), g.moment(), g.arg()}
	case 1:
		return op{"alarm_add", g.event(), g.moment(), g.arg()}
	case 2:
		return op{"alarm_clear", g.event()}
	case 3, 4:
		return op{"delay", g.event(), g.wait(), g.arg()}
	case 5:
		return op{"delay_add", g.event(), g.wait(), g.arg()}
	case 6:
		return op{"delay_clear", g.event()}
	case 7:
		return op{"alarm_set", g.slot(), g.event(), g.moment(), g.arg()}
	case 8:
		return op{"delay_set", g.slot(), g.event(), g.wait(), g.arg()}
	case 9:
		return op{"alarm_adjust", g.slot(), strconv.Itoa(g.IntN(4_000_000) - 2_000_000)}
	case 10:
		return op{"delay_adjust", g.slot(), g.wait()}
	case 11:
		return op{"alarm_remove", g.slot()}
	}
	return op{"alarm_remove_all"}
}

func (g *generator) name() op {
	switch g.IntN(6) {
	case 0, 1, 2:
		return op{"alias_set", g.alias()}
	case 3:
		return op{"alias_remove", g.alias()}
	case 4:
		return op{"alias_resolve", g.alias()}
	}
	return op{"alias_list"}
}

func (g *generator) reference() op {
	switch g.IntN(12) {
	case 8, 9:
		return op{"callback", g.slot(), g.event(), g.arg()}
	case 10:
		return op{"use_callback", g.slot(), g.arg()}
	case 11:
		return op{"drop_callback", g.slot()}
	case 0, 1:
		return op{"inc", g.session(), g.tag()}
	case 2, 3:
		return op{"dec", g.session(), g.tag()}
	case 4:
		return op{"postback", g.slot(), g.event(), g.arg()}
	case 5, 6:
		return op{"use", g.slot(), g.arg()}
	}
	return op{"drop", g.slot()}
}

func (g *generator) signal() op {
	switch g.IntN(8) {
	case 0, 1:
		return op{"sig", signals[g.IntN(len(signals))], "sig", g.arg()}
	case 2:
		return op{"sig", "DIE", "died", g.arg()}
	case 3:
		return op{"sig", "IDLE", "sig"}
	case 4:
		return op{"sig_clear", signals[g.IntN(len(signals))]}
	case 5:
		return op{"sig_handled"}
	}
	return op{"signal", g.target(), signals[g.IntN(len(signals))], g.arg()}
}

func (g *generator) odd() op {
	switch g.IntN(10) {
	case 0, 1:
		return op{"detach_child", g.target()}
	case 2:
		return op{"detach_myself"}
	case 3:
		return op{"state", g.event(), g.event()}
	case 4:
		return op{"unstate", append(notices, events...)[g.IntN(8)]}
	case 5:
		return op{"active"}
	case 6:
		return op{"busy", strconv.Itoa(1000 * g.IntN(3000))}
	case 7:
		return op{"die", fmt.Sprintf("boom %d", g.IntN(100))}
	case 8:
		if g.IntN(2) == 0 {
			return op{"stop"}
		}
	}
	if g.deaths++; g.deaths < 2 {
		return op{"alias_list"}
	}
	switch g.IntN(4) {
	case 0:
		return op{"signal", "K", "IDLE"}
	case 1:
		return op{"signal", "K", "UIDESTROY"}
	case 2:
		return op{"signal", "K", "TERM"}
	}
	return op{"signal", g.target(), "ZOMBIE"}
}
