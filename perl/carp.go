//go:build linux

package perl

import (
	"fmt"
	"runtime"
	"strings"
)

// Croak dies with the line of the caller in another package; file, pkg and line
// are the place of the call of croak. A single reference is thrown unchanged.
// Perl: croak of Carp.
func Croak(file, pkg string, line int, args ...any) any {
	if len(args) == 1 && RefType(args[0]) != "" {
		Throw(args[0])
	}
	Throw(carped(file, pkg, line, args))
	return nil
}

// Carp warns with the line of the caller. Perl: carp of Carp.
func Carp(file, pkg string, line int, args ...any) any {
	Warn(carped(file, pkg, line, args))
	return true
}

func carped(file, pkg string, line int, args []any) string {
	for _, f := range callFrames() {
		if p, _ := splitName(f.sub); p != pkg {
			file, line = f.file, f.line
			break
		}
	}
	return Join("", args...) + fmt.Sprintf(" at %s line %d.\n", file, line)
}

// Caller returns package, file, line and sub of the call at a level of the
// stack, or nothing if the stack is not that deep.
func Caller(level int) []any {
	frames := callFrames()
	if level < 0 || level+1 >= len(frames) {
		return nil
	}
	pkg, _ := splitName(frames[level+1].sub)
	return L(pkg, frames[level+1].file, frames[level+1].line, frames[level].sub)
}

// callFrame is a translated sub that is being executed, and its current line.
type callFrame struct {
	sub  string
	file string
	line int
}

// callFrames returns the translated subs that are being executed, the innermost
// first; the last is the main part.
func callFrames() []callFrame {
	pcs := make([]uintptr, 512)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	var out []callFrame
	inner := "" // the function whose closure has been seen
	applied := false
	for {
		f, more := frames.Next()
		if t, ok := lineTables[f.File]; ok {
			base, closure := f.Function, false
			if i := strings.Index(base, ".func"); i >= 0 {
				base, closure = base[:i], true
			}
			if applied && inner != "" { // an anonymous sub, called by reference
				pkg, _ := splitName(out[len(out)-1].sub)
				out[len(out)-1].sub, inner = pkg+"::__ANON__", ""
			}
			applied = false
			if inner != base {
				file, line := t.find(f.Line)
				out = append(out, callFrame{subName(base), file, line})
			}
			inner = ""
			if closure {
				inner = base
			}
		} else if strings.Contains(f.Function, "/perl.Apply") {
			applied = true
		}
		if !more {
			return out
		}
	}
}

// subNames are the names in Perl of functions in Go.
var subNames = map[string]string{}

func subName(function string) string {
	if s := subNames[function]; s != "" {
		return s
	}
	return "main::" + function[strings.LastIndexByte(function, '.')+1:]
}
