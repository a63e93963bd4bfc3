package port

import (
	"fmt"
	"strings"
)

// importedCall is a call of a function which the program does not have: a constant,
// or one of a module.
func (g *gen) importedCall(n *node, want string) val {
	name := n.text
	if len(n.kids) == 0 {
		if v, ok := g.constantCall(n, want); ok {
			return v
		}
	}
	short := name
	if i := strings.LastIndex(name, "::"); i >= 0 {
		if _, ok := qualified[name[:i]]; ok {
			short = name[i+2:]
		}
		if v, ok := g.qualifiedBuiltin(n, name[:i], short, want); ok {
			return v
		}
	}
	switch name {
	case "UNIVERSAL::isa":
		return g.scalarIn(val{"perl.IsaFunc(" + g.any(n.kids[0]) + ", " + g.str(g.arg(n, 1)) + ")", tBool, false}, want)
	case "UNIVERSAL::can":
		return g.scalarIn(val{"perl.CanFunc(" + g.any(n.kids[0]) + ", " + g.str(g.arg(n, 1)) + ")", tAny, false}, want)
	}
	if v, ok := g.moduleFunction(n, short, want); ok {
		return v
	}
	if v, ok := g.testFunction(n, short, want); ok {
		return v
	}
	if s, ok := imports[short]; ok && s.name != "" {
		return g.importedFunction(n, short, s, want)
	}
	if f := g.lateSub(name); f != "" {
		return g.inWant(fmt.Sprintf("perl.CodeOf(%s).Fn(%s)", f, g.withArgs(contextCode(want), n.kids)), want)
	}
	cannot("P0603", "the function %s is neither the program's nor one of a known module", name)
	return val{}
}

// constantCall is a name without arguments that stands for a constant: of the program,
// of another of its packages, of POE or of a module.
func (g *gen) constantCall(n *node, want string) (val, bool) {
	v := g.prog.packageVars["="+g.qualify(n.text)]
	if from := g.prog.imports[g.pkg+"::"+n.text]; v == nil && from != "" {
		v = g.prog.packageVars["="+from]
	}
	if v != nil && v.sigil == '@' {
		if want == "Scalar" {
			return val{"perl.First(" + v.goName + ".All())", tAny, true}, true
		}
		return val{v.goName + ".All()", "[]any", true}, true
	}
	if c, ok := poeConstants[n.text]; ok {
		return g.scalarIn(val{fmt.Sprint(c), tInt, true}, want), true
	}
	if v, ok := g.constant(n.text); ok {
		return g.scalarIn(v, want), true
	}
	return val{}, false
}

// qualifiedBuiltin is a call of a function of Perl by the name of the module that
// exports it, too: Time::HiRes::time, POSIX::exit.
func (g *gen) qualifiedBuiltin(n *node, module, short, want string) (val, bool) {
	if module == "Time::HiRes" && (short == "time" || short == "sleep") {
		return g.scalarIn(g.hires(short, n), want), true
	}
	if module != "POSIX" && module != "CORE" || builtins[short] == 0 || imports[short].name != "" {
		return val{}, false
	}
	b := *n
	b.kind, b.text = kFunc, short
	if want == "List" {
		return val{g.list(&b), "[]any", false}, true
	}
	return g.scalarIn(g.builtin(&b), want), true
}

// moduleFunction is a call of a function of a module that is no plain call in Go.
func (g *gen) moduleFunction(n *node, short, want string) (val, bool) {
	carp := func(word string) (val, bool) {
		return g.scalarIn(val{fmt.Sprintf("%s(%s, %q, %d%s)", word, g.fileCode(), g.pkg, n.line, comma(g.spreadAll(n.kids))), tAny, false}, want), true
	}
	switch short {
	case "croak", "confess":
		return carp("perl.Croak")
	case "carp", "cluck":
		return carp("perl.Carp")
	case "first", "any", "all", "none", "notall", "reduce":
		return g.scalarIn(g.blockFunction(short, n), want), true
	case "pairmap", "pairgrep", "pairfirst":
		v := g.blockFunction(short, n)
		if want == "Scalar" {
			v = val{"perl.CountPairs(" + quote(short) + ", " + v.code + ")", tInt, false}
		}
		return v, true
	case "is_utf8", "utf8::is_utf8", "utf8::encode", "utf8::decode", "utf8::upgrade", "utf8::downgrade":
		return g.scalarIn(val{"false", tBool, true}, want), true
	case "sockaddr_in":
		if want == "Scalar" && len(n.kids) == 2 && !isListy(n.kids[0]) {
			return val{}, false
		}
		return g.inWant("perl.SockaddrIn("+g.withArgs(contextCode(want), n.kids)+")", want), true
	case "sockaddr_un":
		if want == "Scalar" && len(n.kids) == 1 && !isListy(n.kids[0]) {
			return val{}, false
		}
		return g.inWant("perl.SockaddrUn("+g.withArgs(contextCode(want), n.kids)+")", want), true
	case "strtol":
		if want == "List" {
			return val{"perl.StrtolList(" + g.fill(n, imports[short]) + ")", "[]any", false}, true
		}
	}
	return val{}, false
}

// importedFunction is a call of a function of a module that package perl has.
func (g *gen) importedFunction(n *node, short string, s signature, want string) val {
	n = g.listArguments(n)
	code := s.name + "(" + g.fill(n, s) + ")"
	if strings.HasSuffix(s.name, ", ") { // arguments that the function always has
		code = s.name + g.fill(n, s) + ")"
	}
	switch s.result {
	case "[]any":
		if want == "Scalar" && strings.HasPrefix(short, "uniq") {
			return val{"len(" + code + ")", tInt, false}
		}
		if want == "Scalar" {
			return val{"perl.First(" + code + ")", tAny, false}
		}
		return val{code, "[]any", false}
	case "void":
		return val{code, tAny, false}
	}
	return g.scalarIn(val{code, s.result, false}, want)
}

// listArguments gives addresses that are arguments of a function their list context: it
// has no prototype.
func (g *gen) listArguments(n *node) *node {
	out := *n
	out.kids = append([]*node(nil), n.kids...)
	for i, k := range out.kids {
		if k.kind != kCall || g.findSub(k.text) != nil {
			continue
		}
		switch _, name := splitName(k.text); name {
		case "sockaddr_in", "sockaddr_un":
			out.kids[i] = &node{kind: kGo, text: "perl.First(" + g.list(k) + ")", line: k.line}
		}
	}
	return &out
}
