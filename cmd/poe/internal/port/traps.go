package port

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// traps notes the places where a port line by line may behave otherwise without
// anybody noticing, whether the statement has a translation or not.
func traps(prog *program, r *Report, list []Part) {
	t := &trapper{report: r, parts: list, prog: prog}
	walkAll(prog.statements, func(n *node) bool {
		t.node(n)
		return true
	})
	t.undeclared()
	for _, p := range list {
		if name := shortName(p.Name); p.Kind != "closure" && name == "DESTROY" {
			t.note("P0701", p.Line, "DESTROY runs when the last reference goes, in Go never by itself: call it where the object is dropped")
		}
	}
}

func shortName(name string) string { return name[strings.LastIndexByte(name, ':')+1:] }

// undeclared notes each variable that Perl would not compile: if the program
// runs in Perl, the translation has not seen its declaration.
func (t *trapper) undeclared() {
	seen := map[string]bool{}
	for _, n := range t.prog.undeclared {
		name := string(n.sigil) + n.text
		if !seen[name] {
			seen[name] = true
			t.note("P0712", n.line, name+" is declared nowhere that the translation sees: it became a variable of the package")
		}
	}
}

type trapper struct {
	prog   *program
	report *Report
	parts  []Part
}

func (t *trapper) note(code string, line int, text string) {
	sub := ""
	if p := partAt(t.parts, line); p != nil && p.Kind != "main" {
		sub = p.Name
	}
	t.report.note(code, line, sub, text)
}

func (t *trapper) node(n *node) {
	switch n.kind {
	case kVar:
		t.moduleVariable(n)
	case kFunc:
		t.function(n)
	case kLocal:
		if p := partAt(t.parts, n.line); p != nil && p.Kind == "handler" {
			t.note("P0704", n.line, "local in a handler ends with the handler: events that it posts run later, without it")
		}
	case kMy:
		if n.text == "local" {
			if p := partAt(t.parts, n.line); p != nil && p.Kind == "handler" {
				t.note("P0704", n.line, "local in a handler ends with the handler: events that it posts run later, without it")
			}
		}
	case kKey:
		if v := n.kid(0); v != nil && v.text == "SIG" && n.kid(1) != nil {
			if s := n.kid(1).text; s == "CHLD" || s == "CLD" {
				t.note("P0706", n.line, "$SIG{CHLD}: the kernel waits for each child by its own ID; use sig_child")
			}
		}
	case kMethod:
		t.program(n)
		if n.text == "sig" && n.kid(1) != nil && (n.kids[1].text == "CHLD" || n.kids[1].text == "CLD") {
			t.note("P0706", n.line, "sig(CHLD): name the child with sig_child, or only children that the kernel knows are reported")
		}
	case kCall:
		if n.text == "weaken" || n.text == "Scalar::Util::weaken" {
			t.note("P0711", n.line, "weaken: the reference stays as strong as others; what Perl would have set to undef is still there")
		}
	case kAssign:
		t.wheelInScope(n)
	case kMatch, kSubst:
		t.pattern(n)
	}
}

var trapFunctions = map[string][2]string{
	"wantarray": {"P0702", "wantarray: the translation passes the context on; what other Go code calls gets a list"},
	"eval":      {"P0703", "eval of a string"},
	"tie":       {"P0705", "tie: what reads and writes of the variable do is not visible where they are"},
	"fork":      {"P0707", "fork: Go cannot fork a running program"},
	"wait":      {"P0706", "wait takes the status of whatever child ended, also of those that the kernel waits for"},
	"waitpid":   {"P0706", "waitpid takes a status that the kernel may be waiting for"},
	"sleep":     {"P0708", "sleep stops every session while it lasts: use delay"},
	"system":    {"P0708", "system stops every session while the command runs: use Wheel::Run, or Offload"},
	"formline":  {"P0709", "formats"},
}

func (t *trapper) function(n *node) {
	trap, ok := trapFunctions[n.text]
	if n.text == "eval" && len(n.kids) == 0 {
		return
	}
	if ok {
		t.note(trap[0], n.line, trap[1])
	}
}

// moduleVariable notes a variable of a module which the program uses and which is not
// translated with it: a setting that has no effect.
func (t *trapper) moduleVariable(n *node) {
	if n.v == nil || !n.v.packaged || !strings.Contains(n.text, "::") {
		return
	}
	pkg, _ := splitName(n.text)
	if _, used := t.prog.modules[pkg]; !used {
		return
	}
	for name := range t.prog.subs {
		if p, _ := splitName(name); p == pkg {
			return
		}
	}
	t.note("P0107", n.line, "the variable "+string(n.sigil)+n.text+" of a module has no effect on it")
}

// program notes a sub as the program of a Wheel::Run.
func (t *trapper) program(n *node) {
	if class := n.kid(0); n.text != "new" || class == nil || class.text != "POE::Wheel::Run" {
		return
	}
	for i := 1; i+1 < len(n.kids); i++ {
		if k := n.kids[i]; k.kind == kStr && k.text == "Program" && isCode(n.kids[i+1]) {
			t.note("P0513", n.line, "a sub as the program of POE::Wheel::Run: it panics when the wheel is made")
		}
	}
}

// wheelInScope notes my $wheel = POE::Wheel::X->new(...): in Perl the wheel goes
// with its scope, unless something else has it.
func (t *trapper) wheelInScope(n *node) {
	target, value := n.kid(0), n.kid(1)
	if target == nil || value == nil || target.kind != kMy || value.kind != kMethod || value.text != "new" {
		return
	}
	if class := value.kid(0); class != nil && class.kind == kBare && strings.HasPrefix(class.text, "POE::Wheel::") {
		t.note("P0701", n.line, class.text+" in a lexical variable: in Perl it goes with the scope unless it is stored; see that it is closed")
	}
}

// beyondRE2 finds what Go's regexp does not have: look-around, atomic groups, back
// references and possessive quantifiers.
var beyondRE2 = regexp.MustCompile(`\(\?(?:[=!>]|<[=!])|\\[1-9]|\\k[<{\']|[^\\][*+?}]\+`)

// pattern notes a pattern that Go's regexp does not take: it runs on an engine
// that backtracks, in time that the input decides.
func (t *trapper) pattern(n *node) {
	re := n.kid(1)
	if re == nil || re.kind != kStr {
		return
	}
	what := beyondRE2.FindString(re.text)
	if what == "" {
		return
	}
	if _, err := syntax.Parse(re.text, syntax.Perl); err != nil {
		t.note("P0710", n.line, "the pattern has "+what+", which RE2 has not: it runs on an engine that backtracks")
	}
}
