//go:build linux

package perl

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
)

// Exception is the panic value of die. Value is what was thrown.
type Exception struct{ Value any }

// Error returns the text of the exception.
func (e *Exception) Error() string { return strings.TrimSuffix(Str(e.Value), "\n") }

// EvalError is $@.
var EvalError any = ""

// DieHook is $SIG{__DIE__}, WarnHook is $SIG{__WARN__}; nil is no hook.
var DieHook, WarnHook any

// Die throws a formatted message followed by the current file and line of the
// Perl program.
func Die(format string, args ...any) {
	Throw(fmt.Sprintf(format, args...) + where())
}

// Throw dies with the value v, unchanged.
func Throw(v any) {
	if h := DieHook; h != nil && RefType(h) == "CODE" {
		DieHook = nil
		func() {
			defer func() { DieHook = h }()
			ApplyVoid(h, v)
		}()
	}
	panic(&Exception{v})
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

func where() string {
	if Line > 0 {
		return fmt.Sprintf(" at %s line %d%s.\n", Name, Line, lastRead())
	}
	file, line := callerLine()
	return fmt.Sprintf(" at %s line %d.\n", file, line)
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

// lineTable has lines in Go and where they come from.
type lineTable []origin

type origin struct {
	line, perl int
	file       string // empty for the program's first
}

var lineTables = map[string]lineTable{}

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

// Exit is the panic that ends the program.
type exit struct{ status int }

// Exit runs the END blocks and ends the process with the status. It does not
// return.
func Exit(status int) any {
	ChildStatus = status // END blocks may look at it, and change it
	runEnd()
	os.Exit(ChildStatus)
	return nil
}

var endBlocks []func()

// AtEnd registers an END block. Exit and Main run the blocks, the last one
// first.
func AtEnd(f func()) { endBlocks = append(endBlocks, f) }

func runEnd() {
	for len(endBlocks) > 0 {
		f := endBlocks[len(endBlocks)-1]
		endBlocks = endBlocks[:len(endBlocks)-1]
		f()
	}
	FreeTemps()
	FlushAll()
}

// Main runs a translated program, whose main part is f and whose name is name,
// and ends the process.
func Main(name string, f func()) {
	Name = name
	status := 0
	func() {
		defer func() {
			if e := recover(); e != nil {
				status = fatal(e)
			}
		}()
		f()
	}()
	Exit(status)
}

// dieStatus is the exit status of a program that has died: $!, the status of the last
// child, or 255.
func dieStatus() int {
	if n := int(Errno) & 255; n != 0 {
		return n
	}
	if n := ChildStatus >> 8 & 255; n != 0 {
		return n
	}
	return 255
}

func fatal(e any) int {
	Stdout.Flush()
	switch e := e.(type) {
	case exit:
		return e.status
	case *Exception:
		fmt.Fprint(os.Stderr, Str(e.Value))
		return dieStatus()
	case *Untranslated:
		fmt.Fprintln(os.Stderr, e.Error())
		return 255
	}
	FlushAll()
	panic(e)
}

// Try runs a block as eval does, sets $@ and reports whether the block
// completed without dying.
func Try(f func()) (ok bool) {
	defer func() {
		switch e := recover().(type) {
		case nil:
			EvalError = ""
		default:
			EvalError = Caught(e)
			ok = false
		}
	}()
	EvalError = ""
	f()
	return true
}

// Caught returns the value of $@ for the recovered panic e. It panics again
// with e if that is a run-time error of Go, the panic of TODO or the end of the
// program, which no eval catches.
func Caught(e any) any {
	switch e := e.(type) {
	case *Exception:
		return e.Value
	case *Untranslated, exit:
		panic(e)
	case runtime.Error:
		panic(e)
	case error:
		return e.Error() + where()
	}
	return Str(e) + where()
}

// Eval runs a block and returns its value, or nil if it dies. It sets $@.
func Eval(f func() any) (v any) {
	if !Try(func() { v = f() }) {
		return nil
	}
	return v
}

// EvalList runs a block and returns its list, or nothing if it dies. It sets
// $@.
func EvalList(f func() []any) (v []any) {
	if !Try(func() { v = f() }) {
		return nil
	}
	return v
}

// Errno is the error number of $!, 0 for none.
var Errno syscall.Errno

// OSError returns $!.
func OSError() any {
	return ErrnoValue(Errno)
}

// ErrnoValue returns an error as $! has it: its number and its message.
func ErrnoValue(e syscall.Errno) any {
	if e == 0 {
		return Dual{}
	}
	return Dual{int(e), ErrnoText(e)}
}

// ErrnoText returns the system's message for an error number.
func ErrnoText(e syscall.Errno) string {
	if e == 0 {
		return ""
	}
	s := e.Error()
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		s = string(s[0]-0x20) + s[1:]
	}
	switch e {
	case syscall.EXDEV:
		return "Invalid cross-device link"
	}
	return s
}

// SetOSError sets $! from a number or from a Go error which wraps a
// syscall.Errno.
func SetOSError(v any) {
	switch v := v.(type) {
	case syscall.Errno:
		Errno = v
	case error:
		var e syscall.Errno
		if errors.As(v, &e) {
			Errno = e
		}
	default:
		Errno = syscall.Errno(Int(v))
	}
}

// failed notes an error in $! and reports whether there is none.
func succeeded(err error) bool {
	if err != nil {
		SetOSError(err)
	}
	return err == nil
}

// Local sets a variable and returns a function that restores its old value.
func Local[T any](p *T, v T) func() {
	old := *p
	*p = v
	return func() { *p = old }
}

// LocalIndex sets an element of an array and returns a function that restores
// it.
func LocalIndex(a *Array, i int, v any) func() {
	old := a.Get(i)
	retain(old)
	a.Set(i, v)
	return func() {
		a.Set(i, old)
		release(old)
	}
}

// LocalList replaces the content of an array or a hash and returns a function
// that restores it.
func LocalList[T interface {
	comparable
	All() []any
	Assign([]any) T
}](c T, list []any) func() {
	old := append([]any(nil), c.All()...)
	c.Assign(list)
	return func() { c.Assign(old) }
}

// LocalKey sets an element of a hash and returns a function that restores it.
func LocalKey(h *Hash, key string, v any) func() {
	old, had := h.Get(key), h.Exists(key)
	retain(old)
	h.Set(key, v)
	return func() {
		if had {
			h.Set(key, old)
			release(old)
		} else {
			h.Remove(key)
		}
	}
}
