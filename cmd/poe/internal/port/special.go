package port

import (
	"fmt"
	"strings"
)

func (g *gen) topic() string {
	if len(g.f.topics) > 0 {
		return g.f.topics[len(g.f.topics)-1]
	}
	return "perl.Topic"
}

func (g *gen) specialVar(n *node) val {
	name := n.text
	if i := strings.LastIndex(name, "::"); i >= 0 {
		return g.moduleVar(n)
	}
	if n.sigil == '@' || n.sigil == '%' {
		if isArgs(n) {
			return val{g.argCount(n), tInt, false}
		}
		return val{g.container(n) + ".Len()", tInt, false}
	}
	if n.sigil == '$' && name != "0" && strings.Trim(name, "0123456789") == "" {
		g.f.match = true
		return val{"m.Group(" + name + ")", tAny, true}
	}
	if v, ok := plainSpecials[name]; ok {
		return v
	}
	if v, ok := specialVars[name]; ok {
		return val{v, tAny, true}
	}
	if code, ok := captureVars[name]; ok {
		g.f.match = true
		return val{code, tAny, true}
	}
	switch name {
	case "_":
		return val{g.topic(), tAny, true}
	case "a", "b":
		if g.f.pair {
			return val{name, tAny, true}
		}
		return val{map[string]string{"a": "perl.SortA", "b": "perl.SortB"}[name], tAny, true}
	case "VERSION":
		return val{"perl.Version(" + quote(g.pkg) + ")", tAny, false}
	}
	cannot("P0106", "the variable $%s", name)
	return val{}
}

// captureVars are parts of the last match.
var captureVars = map[string]string{"&": "m.Group(0)", "`": "m.Prematch()", "'": "m.Postmatch()", "+": "m.LastParen()"}

// plainSpecials are variables with a meaning of their own that are read by an
// expression of Go.
var plainSpecials = map[string]val{
	"!": {"perl.OSError()", tAny, false}, "$": {"os.Getpid()", tInt, false}, "^O": {`"linux"`, tStr, true}, "^X": {`"/usr/bin/perl"`, tStr, true},
	"^T": {"perl.StartTime()", tInt, false}, "^V": {`"5.036000"`, tStr, true}, "]": {`"5.036000"`, tStr, true}, "^W": {"0", tInt, true},
	"|": {"perl.Autoflush()", tInt, false}, ";": {`"\x1c"`, tStr, true}, "<": {"os.Getuid()", tInt, false}, ">": {"os.Geteuid()", tInt, false},
	"poe_kernel": {"compat.Kernel()", tKernel, true}, ".": {"perl.InputLine()", tAny, false}, "0": {"perl.Name", tStr, true},
	"?": {"perl.ChildStatus", tInt, true}, "AUTOLOAD": {"perl.Autoload", tStr, true},
}

// specialVars are variables of type any in package perl.
var specialVars = map[string]string{
	"@": "perl.EvalError", "/": "perl.InputRecordSeparator", "\\": "perl.OutputRecordSeparator", ",": "perl.OutputFieldSeparator", "\"": "perl.ListSeparator", "~": "perl.FormatName",
}

var moduleVars = map[string]string{
	"Data::Dumper::Indent": "perl.DumperIndent", "Data::Dumper::Sortkeys": "perl.DumperSortkeys", "Data::Dumper::Terse": "perl.DumperTerse",
	"Data::Dumper::Useqq": "perl.DumperUseqq", "Data::Dumper::Pad": "perl.DumperPad", "Data::Dumper::Deepcopy": "perl.DumperDeepcopy", "Data::Dumper::Maxdepth": "perl.DumperMaxdepth",
	"FindBin::Bin": "perl.FindBin", "FindBin::RealBin": "perl.FindRealBin", "FindBin::Script": "perl.Name", "FindBin::RealScript": "perl.Name",
	"Data::Dumper::Pair": "perl.DumperPair", "Data::Dumper::Quotekeys": "perl.DumperQuotekeys", "Data::Dumper::Varname": "perl.DumperVarname",
}

func (g *gen) moduleVar(n *node) val {
	if v, ok := moduleVars[n.text]; ok && n.sigil == '$' {
		return val{v, tAny, true}
	}
	if strings.HasSuffix(n.text, "poe_kernel") {
		return val{"compat.Kernel()", tKernel, true}
	}
	if strings.HasSuffix(n.text, "::VERSION") {
		return val{fmt.Sprintf("perl.Version(%s)", quote(strings.TrimSuffix(n.text, "::VERSION"))), tAny, false}
	}
	cannot("P0107", "the variable %c%s of a module", n.sigil, n.text)
	return val{}
}

func (g *gen) placeSpecial(n *node) (string, func(string) string) {
	name := n.text
	switch name {
	case "_":
		t := g.topic()
		if len(g.topicSync) > 0 && len(g.f.topics) > 0 && t == g.topicName() {
			s := g.topicSync[len(g.topicSync)-1]
			return t, func(code string) string { return t + " = " + code + "\n" + s }
		}
		fresh := ""
		if t == "perl.Topic" && g.prog.topicMatched {
			fresh = "\nperl.TopicPos().Set(\"\", nil)"
		}
		return t, func(code string) string { return t + " = " + code + fresh }
	case "!":
		return "perl.OSError()", func(code string) string { return "perl.SetOSError(" + code + ")" }
	case "|":
		return "0", func(code string) string { return "perl.Selected.SetAutoflush(" + code + ")" }
	case "0":
		return "perl.Name", func(code string) string { return "perl.Name = perl.Str(" + code + ")" }
	case "?":
		return "perl.ChildStatus", func(code string) string { return "perl.ChildStatus = perl.Int(" + code + ")" }
	case "^W", "AUTOLOAD":
		return "nil", func(code string) string { return "_ = " + code }
	case "a", "b":
		return g.specialVar(n).code, func(code string) string {
			return map[string]string{"a": "perl.SortA", "b": "perl.SortB"}[name] + " = " + code
		}
	}
	if v, ok := specialVars[name]; ok {
		return v, func(code string) string { return v + " = " + code }
	}
	if v, ok := moduleVars[name]; ok {
		return v, func(code string) string { return v + " = " + code }
	}
	if pkg, ok := strings.CutSuffix(name, "::VERSION"); ok || name == "VERSION" {
		if !ok {
			pkg = g.pkg
		}
		return "perl.Version(" + quote(pkg) + ")", func(code string) string { return fmt.Sprintf("perl.SetVersion(%q, %s)", pkg, code) }
	}
	cannot("P0117", "assignment to $%s", name)
	return "", nil
}

// special is an element of a hash with a meaning of its own.
func (g *gen) special(n *node) (val, bool) {
	h := n.kids[0]
	if h.kind == kVar && h.v == nil && h.text == "+" {
		g.f.match = true
		return val{"m.Named(" + g.str(n.kids[1]) + ")", tAny, true}, true
	}
	if h.kind == kVar && h.v == nil && h.text == "!" && h.sigil == '%' {
		return val{"perl.IsErrno(" + g.str(n.kids[1]) + ")", tBool, true}, true
	}
	if h.kind == kDeref && g.f.handler && g.isHeap(h.kids[0]) {
		return val{"e.HeapHash().Get(" + g.str(n.kids[1]) + ")", tAny, true}, true
	}
	return val{}, false
}

// setSpecial sets an element of a hash with a meaning of its own.
func (g *gen) setSpecial(n *node) (func(string) string, bool) {
	h := n.kids[0]
	if h.kind == kVar && h.v == nil {
		switch h.text {
		case "ENV":
			k := g.str(n.kids[1])
			return func(code string) string { return "perl.SetEnv(" + k + ", " + code + ")" }, true
		case "SIG":
			k := g.str(n.kids[1])
			return func(code string) string { return "perl.SetSignal(" + k + ", " + code + ")" }, true
		}
	}
	return nil, false
}
