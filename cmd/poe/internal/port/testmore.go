package port

import "fmt"

// testFunctions are the functions of Test::More in package testmore. Those that can
// fail are methods of a place in the Perl program.
var testFunctions = map[string]struct {
	name, params string
	placed       bool
}{
	"ok": {"OK", "al", true}, "is": {"Is", "aal", true}, "isnt": {"Isnt", "aal", true}, "like": {"Like", "aal", true}, "unlike": {"Unlike", "aal", true},
	"is_deeply": {"IsDeeply", "aal", true}, "cmp_ok": {"CmpOK", "aaal", true}, "pass": {"Pass", "l", true}, "fail": {"Fail", "l", true},
	"isa_ok": {"IsaOK", "aal", true}, "can_ok": {"CanOK", "al", true}, "use_ok": {"UseOK", "al", true}, "require_ok": {"RequireOK", "a", true}, "subtest": {"Subtest", "aal", true},
	"diag": {"Diag", "l", false}, "note": {"Note", "l", false}, "plan": {"Plan", "l", false}, "done_testing": {"DoneTesting", "l", false}, "BAIL_OUT": {"BailOut", "l", false}, "skip": {"Skip", "al", false},
}

// testing reports whether the program uses Test::More.
func (p *program) testing() bool {
	_, more := p.modules["Test::More"]
	_, simple := p.modules["Test::Simple"]
	return more || simple
}

// testFunction is a call of a function of Test::More.
func (g *gen) testFunction(n *node, short, want string) (val, bool) {
	f, ok := testFunctions[short]
	if !ok || !g.prog.testing() {
		return val{}, false
	}
	code := "testmore." + f.name
	if f.placed {
		code = fmt.Sprintf("testmore.At(%s, %d).%s", g.fileCode(), n.line, f.name)
	}
	return g.scalarIn(val{code + "(" + g.fill(n, signature{code, f.params, tAny}) + ")", tAny, false}, want), true
}

// leaveSkipped makes skip leave the block labelled SKIP, as it does in Perl.
func leaveSkipped(statement *node) {
	call := statement.kid(0)
	if call == nil || call.kind != kCall || call.text != "skip" {
		return
	}
	leave := &node{kind: kJump, op: "last", text: "SKIP", line: call.line, col: call.col}
	statement.kids[0] = &node{kind: kLogic, op: "&&", kids: []*node{call, leave}, line: call.line, col: call.col}
}
