//go:build linux

// Package testmore has the functions of Test::More for programs that `poe port` has
// translated: they write the lines of the Test Anything Protocol to standard output and
// their diagnostics to standard error, and set the program's status at its end. As in
// Perl each returns whether its test has passed.
package testmore

import (
	"fmt"
	"strings"

	"github.com/gopoe/poe/perl"
)

// state is what has been reported so far.
var state struct {
	planned, run, failed int
	skipAll, done        bool
	depth                int // of subtests
	ending               bool
}

// Plan says how many tests there will be (tests => N), that all are skipped
// (skip_all => REASON), which ends the program, or nothing (no_plan). Without
// arguments it does nothing. It is what `use Test::More` and plan do.
func Plan(args ...any) any {
	atEnd()
	for i := 0; i < len(args); i++ {
		switch perl.Str(args[i]) {
		case "tests":
			state.planned = perl.Int(perl.At(args, i+1))
			line("1..%d", state.planned)
			i++
		case "skip_all":
			line("1..0 # SKIP %s", perl.Str(perl.At(args, i+1)))
			state.skipAll = true
			perl.Exit(0)
		}
	}
	return true
}

// atEnd arranges for the status of the program, once.
func atEnd() {
	if !state.ending {
		state.ending = true
		perl.AtEnd(finish)
	}
}

// finish tells of tests that have failed or are missing, and sets the status.
func finish() {
	if state.run == 0 && state.planned == 0 || state.skipAll {
		return
	}
	run := ""
	switch {
	case state.planned == 0 && !state.done:
		note(perl.Stderr, "Tests were run but no plan was declared and done_testing() was not seen.")
		state.failed = max(state.failed, 254)
	case state.planned != 0 && state.run != state.planned:
		note(perl.Stderr, fmt.Sprintf("Looks like you planned %s but ran %d.", tests(state.planned), state.run))
		run = " run"
	}
	switch {
	case state.failed > 0 && state.failed < 254:
		note(perl.Stderr, fmt.Sprintf("Looks like you failed %s of %d%s.", tests(state.failed), state.run, run))
	case run != "":
		state.failed = 255
	}
	if perl.ChildStatus == 0 {
		perl.ChildStatus = min(state.failed, 255)
	}
}

func tests(n int) string { return fmt.Sprintf("%d test%s", n, perl.If(n == 1, "", "s")) }

// DoneTesting ends the tests; n, if given, is their number.
func DoneTesting(n ...any) any {
	atEnd()
	state.done = true
	if state.planned == 0 {
		state.planned = state.run
		if len(n) > 0 {
			state.planned = perl.Int(n[0])
		}
		line("1..%d", state.planned)
	}
	return true
}

func line(format string, args ...any) {
	text := strings.Repeat("    ", state.depth) + fmt.Sprintf(format, args...)
	perl.Stdout.WriteString(text + "\n")
	perl.FlushAll()
}

// note writes a text behind # to a handle.
func note(to *perl.File, text string) {
	indent := strings.Repeat("    ", state.depth)
	to.WriteString(indent + "# " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+indent+"# ") + "\n")
}

// Diag writes its arguments as a diagnostic to standard error.
func Diag(args ...any) any {
	note(perl.Stderr, perl.Join("", args...))
	return false
}

// Note writes its arguments as a comment to standard output.
func Note(args ...any) any {
	note(perl.Stdout, perl.Join("", args...))
	perl.FlushAll()
	return false
}

// Place is where a test stands in the Perl program.
type Place struct {
	File string
	Line int
}

// At returns the place of a test.
func At(file string, line int) Place { return Place{file, line} }

// report counts a test and writes its line.
func (p Place) report(passed bool, name string) bool {
	atEnd()
	state.run++
	text := fmt.Sprintf("%s %d", perl.If(passed, "ok", "not ok"), state.run)
	if name != "" {
		text += " - " + strings.ReplaceAll(name, "#", `\#`)
	}
	line("%s", text)
	if passed {
		return true
	}
	state.failed++
	where := fmt.Sprintf("at %s line %d.", p.File, p.Line)
	if name == "" {
		note(perl.Stderr, "  Failed test "+where)
	} else {
		note(perl.Stderr, "  Failed test '"+name+"'\n  "+where)
	}
	return false
}

func nameOf(name []any) string { return perl.Join("", name...) }

// OK tests that v is true.
func (p Place) OK(v any, name ...any) any { return p.report(perl.True(v), nameOf(name)) }

// Pass is a test that passes.
func (p Place) Pass(name ...any) any { return p.report(true, nameOf(name)) }

// Fail is a test that fails.
func (p Place) Fail(name ...any) any { return p.report(false, nameOf(name)) }

func shown(v any) string {
	if v == nil {
		return "undef"
	}
	return "'" + perl.Str(v) + "'"
}

func same(a, b any) bool { return (a == nil) == (b == nil) && perl.Str(a) == perl.Str(b) }

// Is tests that two values are equal as strings; undef equals only undef.
func (p Place) Is(got, want any, name ...any) any {
	if p.report(same(got, want), nameOf(name)) {
		return true
	}
	return Diag("         got: " + shown(got) + "\n    expected: " + shown(want))
}

// Isnt tests that two values are not equal.
func (p Place) Isnt(got, want any, name ...any) any {
	if p.report(!same(got, want), nameOf(name)) {
		return true
	}
	return Diag("         got: " + shown(got) + "\n    expected: anything else")
}

// Like tests that a pattern matches.
func (p Place) Like(got, pattern any, name ...any) any {
	if p.report(got != nil && perl.Pattern(pattern, "").Match(perl.Str(got)), nameOf(name)) {
		return true
	}
	return Diag(strings.Repeat(" ", 18) + shown(got) + "\n    doesn't match '" + perl.Str(pattern) + "'")
}

// Unlike tests that a pattern does not match.
func (p Place) Unlike(got, pattern any, name ...any) any {
	if p.report(got == nil || !perl.Pattern(pattern, "").Match(perl.Str(got)), nameOf(name)) {
		return true
	}
	return Diag(strings.Repeat(" ", 18) + shown(got) + "\n          matches '" + perl.Str(pattern) + "'")
}

// CmpOK tests a comparison by its operator.
func (p Place) CmpOK(got, op, want any, name ...any) any {
	if p.report(compare(got, perl.Str(op), want), nameOf(name)) {
		return true
	}
	return Diag("    " + shown(got) + "\n        " + perl.Str(op) + "\n    " + shown(want))
}

func compare(a any, op string, b any) bool {
	switch op {
	case "<", "<=", ">", ">=", "==", "!=":
		return perl.Compared(op, a, b)
	case "&&", "and":
		return perl.True(a) && perl.True(b)
	case "||", "or":
		return perl.True(a) || perl.True(b)
	case "=~":
		return perl.Pattern(b, "").Match(perl.Str(a))
	case "!~":
		return !perl.Pattern(b, "").Match(perl.Str(a))
	case "eq", "ne", "lt", "le", "gt", "ge":
		return perl.True(perl.Operate(op, a, b))
	}
	perl.Die("cmp_ok with %s is not translated", op)
	return false
}

// IsaOK tests that v is an object, a reference or a class of a kind.
func (p Place) IsaOK(v, class any, name ...any) any {
	article, what := "An ", "object of class '"+perl.RefType(v)+"'"
	switch {
	case len(name) > 0:
		article, what = "", "'"+nameOf(name)+"'"
	case v == nil:
		article, what = "", "undef"
	case perl.Class(v) == "" && perl.RefType(v) != "":
		article, what = "A ", "reference of type '"+perl.RefType(v)+"'"
	case perl.RefType(v) == "":
		article, what = "The ", "class (or class-like) '"+perl.Str(v)+"'"
	}
	if p.report(v != nil && perl.IsaFunc(v, perl.Str(class)), article+what+" isa '"+perl.Str(class)+"'") {
		return true
	}
	if v == nil && len(name) == 0 {
		return Diag("    undef isn't defined")
	}
	return Diag("    " + perl.If(article == "", "", "The ") + what + " isn't a '" + perl.Str(class) + "'")
}

// CanOK tests that an object or a class has methods.
func (p Place) CanOK(v any, methods ...any) any {
	var missing []string
	for _, m := range methods {
		if perl.CanFunc(v, perl.Str(m)) == nil {
			missing = append(missing, perl.Str(m))
		}
	}
	class := perl.Class(v)
	if class == "" {
		class = perl.Str(v)
	}
	name := class + "->can(...)"
	if len(methods) == 1 {
		name = class + "->can('" + perl.Str(methods[0]) + "')"
	}
	if p.report(len(missing) == 0, name) {
		return true
	}
	for _, m := range missing {
		Diag("    " + class + "->can('" + m + "') failed")
	}
	return false
}

// UseOK is a test that passes: the module is part of the translation, or counted in
// its report.
func (p Place) UseOK(module any, _ ...any) any {
	return p.report(true, "use "+perl.Str(module)+";")
}

// RequireOK is like UseOK for require_ok.
func (p Place) RequireOK(module any) any { return p.report(true, "require "+perl.Str(module)+";") }

// BailOut ends the program, and tells the harness to run no other.
func BailOut(reason ...any) any {
	line("Bail out!  %s", nameOf(reason))
	return perl.ExitNow(255)
}

// Skip reports n tests, one by default, as skipped for a reason. The caller leaves the
// block labelled SKIP.
func Skip(reason any, n ...any) any {
	atEnd()
	count := 1
	if len(n) > 0 {
		count = perl.Int(n[0])
	}
	for range count {
		state.run++
		line("ok %d # skip %s", state.run, perl.Str(reason))
	}
	return true
}

// Subtest runs a sub whose tests count as one.
func (p Place) Subtest(name, code any, args ...any) any {
	atEnd()
	outer := state
	note(perl.Stdout, "Subtest: "+perl.Str(name))
	state.planned, state.run, state.failed, state.done, state.depth = 0, 0, 0, false, outer.depth+1
	perl.ApplyVoid(code, args...)
	if state.planned == 0 && !state.done {
		DoneTesting()
	}
	passed := state.failed == 0 && state.run > 0 && state.run == state.planned
	if state.failed > 0 {
		note(perl.Stderr, fmt.Sprintf("Looks like you failed %s of %d.", tests(state.failed), state.run))
	}
	state = outer
	return p.report(passed, perl.Str(name))
}
