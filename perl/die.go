//go:build linux

package perl

import (
	"fmt"
	"os"
	"strings"
)

// DieHook is $SIG{__DIE__}, WarnHook is $SIG{__WARN__}; nil is no hook.
var DieHook, WarnHook any

// Die throws a formatted message followed by the current file and line of the
// Perl program.
func Die(format string, args ...any) {
	Throw(fmt.Sprintf(format, args...) + where())
}

// DieAt dies with its arguments, for a die at that file and line of the Perl
// program.
func DieAt(file string, line int, args ...any) any {
	if len(args) == 1 && RefType(args[0]) != "" {
		Throw(args[0])
	}
	s := Join("", args...)
	if s == "" {
		s = "Died"
		if RefType(EvalError) != "" {
			Throw(EvalError)
		}
		if old := Str(EvalError); old != "" {
			s = old + "\t...propagated"
		}
	}
	if !strings.HasSuffix(s, "\n") {
		s += fmt.Sprintf(" at %s line %d%s.\n", file, line, lastRead())
	}
	Throw(s)
	return nil
}

// WarnAt warns with its arguments, for a warn at that file and line of the Perl
// program.
func WarnAt(file string, line int, args ...any) any {
	s := Join("", args...)
	if s == "" {
		s = "Warning: something's wrong"
	}
	if !strings.HasSuffix(s, "\n") {
		s += fmt.Sprintf(" at %s line %d%s.\n", file, line, lastRead())
	}
	Warn(s)
	return true
}

// Warn passes a complete message to $SIG{__WARN__} or writes it to standard
// error.
func Warn(s string) {
	if h := WarnHook; h != nil && RefType(h) == "CODE" {
		WarnHook = nil
		defer func() { WarnHook = h }()
		ApplyVoid(h, s)
		return
	}
	Stdout.Flush()
	fmt.Fprint(os.Stderr, s)
}

// WarnHere warns with a formatted message followed by the current file and line
// of the Perl program. Perl: carp of Carp.
func WarnHere(format string, args ...any) { Warn(fmt.Sprintf(format, args...) + where()) }

// Line is the current line of the Perl program, 0 if it is unknown. Name is the
// name of the program. Perl: $0.
var (
	Line int
	Name = "-"
)

// Untranslated is the panic value of TODO: the code of the diagnostic and the
// source of the statement.
type Untranslated struct{ Code, Source string }

// Error describes the statement.
func (u *Untranslated) Error() string {
	return fmt.Sprintf("not translated (%s): %s", u.Code, u.Source)
}

// TODO marks a statement of the Perl program that could not be translated: it
// panics with an *Untranslated, which no eval catches. `poe port explain CODE`
// describes what to do.
func TODO(code, source string) any { return stop(code, source) }

// stop is a variable so that tools do not take what follows a TODO for dead code,
// which it is only until somebody translates the statement.
var stop = func(code, source string) any { panic(&Untranslated{code, source}) }
