package port

import (
	"strings"
)

// kernelCall writes calls of the kernel's methods as calls in Go where the types
// say that they mean the same.
func (g *gen) kernelCall(n *node, want string) (val, bool) {
	if n.text == "run" && len(n.kids) == 1 && want == "Void" && n.dyn == nil {
		if obj := n.kids[0]; obj.kind == kBare && obj.text == "POE::Kernel" || obj.kind == kVar && obj.v == nil && obj.text == "poe_kernel" {
			return val{"compat.RunKernel()", tAny, false}, true
		}
	}
	if n.dyn != nil || want != "Void" && want != "Scalar" {
		return val{}, false
	}
	obj := n.kids[0]
	if obj.kind == kBare && obj.text != "POE::Kernel" {
		return val{}, false
	}
	verb, direct := kernelVerbs[n.text]
	function, known := kernelFunctions[n.text]
	direct = direct && want == "Void"
	if !direct && !known {
		return val{}, false
	}
	k := val{"compat.Kernel()", tKernel, true}
	if obj.kind != kBare {
		k = g.expr(obj)
	}
	if k.typ != tKernel {
		return val{}, false
	}
	args := n.kids[1:]
	for i, a := range args {
		if isListy(a) && i < 2 {
			return val{}, false
		}
	}
	if direct {
		if code := verb.write(g, k.code, verb.name, args); code != "" {
			return val{code, tAny, false}, true
		}
	}
	if !known || len(args) < function.least || function.exact && len(args) > function.least {
		return val{}, false
	}
	return val{g.kernelFunction(function, args), tAny, false}, true
}

// kernelFunctions are functions of package perl/compat that are given what methods of
// the kernel are given in Perl.
var kernelFunctions = map[string]kernelFunction{
	"post": {"Post", "as", 2, false}, "delay": {"Delay", "s", 1, false}, "delay_add": {"DelayAdd", "s", 1, false}, "delay_set": {"DelaySet", "s", 1, false},
	"alarm": {"Alarm", "s", 1, false}, "alarm_add": {"AlarmAdd", "s", 1, false}, "alarm_set": {"AlarmSet", "s", 1, false}, "alarm_remove": {"AlarmRemove", "a", 1, true},
	"refcount_increment": {"RefcountIncrement", "as", 2, true}, "refcount_decrement": {"RefcountDecrement", "as", 2, true},
	"sig": {"Sig", "s", 1, false}, "sig_child": {"SigChild", "a", 1, false}, "signal": {"Signal", "as", 2, false}, "state": {"SetState", "s", 1, false},
}

// kernelFunction has the name of a function, its first parameters as in a signature, and
// how many arguments it has at least, or exactly.
type kernelFunction struct {
	name, params string
	least        int
	exact        bool
}

func (g *gen) kernelFunction(f kernelFunction, args []*node) string {
	var first []string
	for i, p := range f.params {
		if p == 's' {
			first = append(first, g.str(args[i]))
		} else {
			first = append(first, g.any(args[i]))
		}
	}
	return "compat." + f.name + "(" + g.withArgs(strings.Join(first, ", "), args[len(f.params):]) + ")"
}

// kernelVerbs are methods of the kernel which a statement calls directly.
var kernelVerbs map[string]kernelVerb

// kernelVerb has the name of a method in Go, and writes a call of it for a kernel k. What
// it writes is empty where the arguments are such that the call is not the same.
type kernelVerb struct {
	name  string
	write func(g *gen, k, name string, args []*node) string
}

func init() {
	bare := func(_ *gen, k, verb string, args []*node) string {
		if len(args) != 0 {
			return ""
		}
		return k + "." + verb + "()"
	}
	alias := func(g *gen, k, verb string, args []*node) string {
		if len(args) != 1 {
			return ""
		}
		return k + "." + verb + "(" + g.str(args[0]) + ")"
	}
	watch := func(g *gen, _, verb string, args []*node) string {
		if len(args) == 0 {
			return ""
		}
		return "compat." + verb + "(" + g.withArgs(g.any(args[0]), args[1:]) + ")"
	}
	kernelVerbs = map[string]kernelVerb{
		"stop": {"Stop", bare}, "sig_handled": {"SigHandled", bare}, "alarm_remove_all": {"AlarmRemoveAll", bare},
		"alias_set": {"AliasSet", alias}, "alias_remove": {"AliasRemove", alias},
		"select_read": {"SelectRead", watch}, "select_write": {"SelectWrite", watch},
		"sig": {"Sig", (*gen).sigCall}, "sig_child": {"SigChild", (*gen).sigChildCall},
		"post": {"Post", (*gen).postCall}, "delay": {"Delay", (*gen).delayCall},
		"yield": {"Yield", func(g *gen, k, _ string, args []*node) string {
			if len(args) == 0 {
				return ""
			}
			return k + ".Yield(" + g.withArgs(g.str(args[0]), args[1:]) + ")"
		}},
		"call": {"Call", func(g *gen, _, _ string, args []*node) string {
			if len(args) < 2 {
				return ""
			}
			return "compat.Call(" + g.withArgs(g.any(args[0])+", "+g.str(args[1]), args[2:]) + ")"
		}},
	}
}

// isUndef reports whether n is the function undef without an operand.
func isUndef(n *node) bool { return n.kind == kFunc && n.text == "undef" && len(n.kids) == 0 }

func (g *gen) sigCall(k, _ string, args []*node) string {
	switch {
	case len(args) == 1 || len(args) == 2 && isUndef(args[1]):
		return k + ".SigClear(" + g.str(args[0]) + ")"
	case len(args) == 2 && args[1].kind == kStr:
		return k + ".Sig(" + g.str(args[0]) + ", " + g.str(args[1]) + ")"
	}
	return ""
}

func (g *gen) sigChildCall(k, _ string, args []*node) string {
	if len(args) != 2 || args[1].kind != kStr || g.readsErrno() {
		return ""
	}
	return k + ".SigChild(" + g.int(args[0]) + ", " + g.str(args[1]) + ")"
}

func (g *gen) postCall(k, _ string, args []*node) string {
	if len(args) < 2 || g.readsErrno() {
		return ""
	}
	dest := "compat.Dest(" + g.any(args[0]) + ")"
	if args[0].kind == kStr && args[0].text != "" && (args[0].text[0] < '0' || args[0].text[0] > '9') {
		dest = "poe.Alias(" + quote(args[0].text) + ")"
	}
	return k + ".Post(" + g.withArgs(dest+", "+g.str(args[1]), args[2:]) + ")"
}

func (g *gen) delayCall(k, _ string, args []*node) string {
	switch {
	case len(args) == 1 || len(args) == 2 && isUndef(args[1]):
		return k + ".DelayClear(" + g.str(args[0]) + ")"
	case len(args) < 2:
		return ""
	}
	if args[1].kind != kNum {
		return ""
	}
	d := durationOf(number(args[1].text))
	return k + ".Delay(" + g.withArgs(g.str(args[0])+", "+d, args[2:]) + ")"
}

func durationOf(v val) string {
	if v.code == "0" {
		return "0"
	}
	if v.typ == tInt {
		if v.code == "1" {
			return "time.Second"
		}
		return v.code + "*time.Second"
	}
	return "perl.Seconds(" + v.code + ")"
}

// readsErrno reports whether the program reads $!, which a failing post sets.
func (g *gen) readsErrno() bool {
	if g.prog.errno == 0 {
		g.prog.errno = 1
		walkAll(g.prog.statements, func(n *node) bool {
			if n.kind == kVar && n.v == nil && n.text == "!" {
				g.prog.errno = 2
			}
			return true
		})
	}
	return g.prog.errno == 2
}
