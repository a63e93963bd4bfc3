//go:build linux

package perl

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// lineTable has lines in Go and where they come from.
type lineTable []origin

func (t lineTable) find(line int) (string, int) {
	i, found := slices.BinarySearchFunc(t, line, func(o origin, line int) int { return o.line - line })
	if !found {
		i--
	}
	if i < 0 {
		return Name, 0
	}
	if t[i].file != "" {
		return t[i].file, t[i].perl
	}
	return Name, t[i].perl
}

type origin struct {
	line, perl int
	file       string // empty for the program's first
}

var lineTables = map[string]lineTable{}

// Lines registers the line table of the Go file from which it is called. The
// table is a list of entries separated by white space: GoLine:PerlLine, or
// GoLine:PerlLine:File, such as 12:3:lib/Module.pm, for a line of a file other
// than the program's first.
func Lines(table string) bool {
	_, file, _, ok := runtime.Caller(1)
	if !ok {
		return false
	}
	var t lineTable
	for pair := range strings.FieldsSeq(table) {
		goLine, perlLine, _ := strings.Cut(pair, ":")
		perlLine, file, _ := strings.Cut(perlLine, ":")
		t = append(t, origin{Int(goLine), Int(perlLine), file})
	}
	lineTables[file] = t
	return true
}

// callerLine returns the Perl file and line of the innermost translated frame, from
// the program's table of lines; 0 if it has none.
func callerLine() (string, int) {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		if t, ok := lineTables[f.File]; ok {
			return t.find(f.Line)
		}
		if !more {
			return Name, 0
		}
	}
}

func where() string {
	if Line > 0 {
		return fmt.Sprintf(" at %s line %d%s.\n", Name, Line, lastRead())
	}
	file, line := callerLine()
	return fmt.Sprintf(" at %s line %d.\n", file, line)
}
