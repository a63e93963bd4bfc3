//go:build linux

package perl

import (
	"runtime"
	"strings"
)

// Exception is the panic value of die. Value is what was thrown.
type Exception struct{ Value any }

// Error returns the text of the exception.
func (e *Exception) Error() string { return strings.TrimSuffix(Str(e.Value), "\n") }

// EvalError is $@.
var EvalError any = ""

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
