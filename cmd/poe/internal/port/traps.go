package port

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// traps notes the places where a port line by line may behave otherwise without
// anybody noticing, whether the statement has a translation or not.
func traps(prog *program, r *Report, list []Part) {
	t := &trapper{report: r, parts: list, prog: prog, locals: localVariables(prog.statements), held: heldPostbacks(prog.statements)}
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
			t.note("P0716", n.line, name+" is declared nowhere that the translation sees: it became a variable of the package")
		}
	}
}

type trapper struct {
	prog   *program
	report *Report
	parts  []Part
	locals map[*variable]bool // scalars of the package that local replaces
	held   map[*variable]bool // variables that hold a postback
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
		if strings.HasPrefix(n.text, "FindBin::") && strings.HasSuffix(n.text, "Bin") {
			t.note("P0715", n.line, "$"+n.text+" is the directory of the executable")
		}
		if n.v == nil && n.text == "INC" {
			t.note("P0715", n.line, string(n.sigil)+"INC: the translation loads no files, so %INC is empty and @INC has no effect")
		}
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
		if trap, ok := trapCalls[strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(n.text, "Carp::"), "Scalar::Util::"), "Encode::")]; ok {
			if t.prog.subs["main::"+n.text] == nil {
				t.note(trap[0], n.line, trap[1])
			}
		}
	case kRef:
		if v := n.kid(0); v != nil && v.kind == kVar && v.sigil == '$' && v.v != nil && t.locals[v.v] {
			t.note("P0712", n.line, "a reference to $"+v.text+", which local replaces elsewhere: in Perl the reference keeps the old variable, in Go it sees the new value")
		}
	case kStr:
		if strings.HasPrefix(n.text, ":encoding(") || strings.HasSuffix(n.text, ":utf8") || strings.Contains(n.text, "<:encoding(") {
			t.note("P0714", n.line, "a layer for characters: strings hold the bytes of UTF-8, and length, substr and patterns count bytes")
		}
	case kAssign:
		t.wheelInScope(n)
		t.movedPostback(n)
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

// trapCalls are functions of modules whose effect is not whole.
var trapCalls = map[string][2]string{
	"Dumper":        {"P0718", "Dumper: a text that has been used as a number is shown without quotes in Perl, with quotes in Go"},
	"encode_json":   {"P0718", "encode_json: a text that has been used as a number becomes a number in Perl, and stays a string in Go"},
	"to_json":       {"P0718", "to_json: a text that has been used as a number becomes a number in Perl, and stays a string in Go"},
	"weaken":        {"P0711", "weaken: the reference stays as strong as others; what Perl would have set to undef is still there"},
	"croak":         {"P0713", "croak: Perl adds the stack of calls where all of them are of one package; here the message has one line"},
	"carp":          {"P0713", "carp: Perl adds the stack of calls where all of them are of one package; here the message has one line"},
	"confess":       {"P0713", "confess: the message has no stack of calls"},
	"cluck":         {"P0713", "cluck: the message has no stack of calls"},
	"longmess":      {"P0713", "longmess: the message has no stack of calls"},
	"decode":        {"P0714", "decode: strings hold the bytes of UTF-8, and length, substr and patterns count bytes"},
	"decode_utf8":   {"P0714", "decode_utf8: strings hold the bytes of UTF-8, and length, substr and patterns count bytes"},
	"utf8::decode":  {"P0714", "utf8::decode: strings hold the bytes of UTF-8, and length, substr and patterns count bytes"},
	"utf8::upgrade": {"P0714", "utf8::upgrade has no effect: strings hold bytes"},
}

// localVariables returns the scalars of packages that local replaces somewhere.
func localVariables(list []*node) map[*variable]bool {
	found := map[*variable]bool{}
	walkAll(list, func(n *node) bool {
		if n.kind != kLocal {
			return true
		}
		n.walk(func(k *node) bool {
			if k.kind == kVar && k.sigil == '$' && k.v != nil && k.v.packaged {
				found[k.v] = true
			}
			return true
		})
		return true
	})
	return found
}

// heldPostbacks returns the variables that a postback or a callback is assigned to.
func heldPostbacks(list []*node) map[*variable]bool {
	found := map[*variable]bool{}
	walkAll(list, func(n *node) bool {
		if n.kind != kAssign || n.kid(1) == nil || n.kids[1].kind != kMethod || n.kids[1].text != "postback" && n.kids[1].text != "callback" {
			return true
		}
		if to := assignedScalar(n); to != nil {
			found[to.v] = true
		}
		return true
	})
	return found
}

// movedPostback notes the copy of a variable with a postback: variables are not counted
// as holders of it.
func (t *trapper) movedPostback(n *node) {
	if from := n.kid(1); from != nil && from.kind == kVar && from.v != nil && t.held[from.v] {
		t.note("P0701", n.line, "a postback is copied: its session lives on until the last copy goes, in Go until hashes and arrays have let go of it; release it")
	}
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
