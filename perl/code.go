//go:build linux

package perl

import "strings"

// Code is a reference to a sub.
type Code struct {
	Name    string
	Fn      Sub
	Handler any // the same as a handler of events, if it is one
	class   string
}

// Sub is a Perl sub. It gets the context of the call and @_, and returns a
// list, whose last element is the value in scalar context.
type Sub func(w Want, args ...any) []any

// Want is the context of a call.
type Want int

// Wantarray returns true in list context, false in scalar context and nil in
// void context. Perl: wantarray.
func (w Want) Wantarray() any {
	switch w {
	case List:
		return true
	case Scalar:
		return false
	}
	return nil
}

// The contexts.
const (
	Void Want = iota
	Scalar
	List
)

// NewCode returns a reference to f.
func NewCode(name string, f Sub) *Code { return &Code{Name: name, Fn: f} }

// NamedCode returns the reference to a sub of a package, the same one for each
// call with that name.
func NamedCode(name string, f Sub) *Code {
	c := FindSub(name)
	if c == nil {
		c = &Code{Name: name, Fn: f}
		DefineCode(name, c)
	}
	return c
}

// LateCode returns a reference to a sub that may be defined later. Calls die as
// long as it is not.
func LateCode(name string) *Code {
	return NewCode(name, func(w Want, args ...any) []any { return CodeOf(name).Fn(w, args...) })
}

// Apply calls a code reference in scalar context and returns its value.
func Apply(code any, args ...any) any { return First(CodeOf(code).Fn(Scalar, args...)) }

// ApplyList calls a code reference in list context and returns its list.
func ApplyList(code any, args ...any) []any { return CodeOf(code).Fn(List, args...) }

// ApplyVoid calls a code reference in void context.
func ApplyVoid(code any, args ...any) { CodeOf(code).Fn(Void, args...) }

// SubDefined reports whether v refers to a sub, or is the name of one. Perl:
// defined &$v.
func SubDefined(v any) bool {
	name, isName := v.(string)
	if !isName {
		return RefType(v) == "CODE"
	}
	return FindSub(name) != nil
}

// CodeOf returns the code to which v refers, by reference or by the name of a
// sub. It dies if v is neither.
func CodeOf(v any) *Code {
	switch v := v.(type) {
	case *Code:
		return v
	case func(...any) any:
		return NewCode("", func(w Want, args ...any) []any { return []any{v(args...)} })
	case interface{ PerlCode() *Code }:
		return v.PerlCode()
	case nil:
		Die("Can't use an undefined value as a subroutine reference")
	case string:
		if f := FindSub(v); f != nil {
			return f
		}
		if !strings.Contains(v, "::") {
			v = "main::" + v
			if f := FindSub(v); f != nil {
				return f
			}
		}
		if f := autoloaded(v); f != nil {
			return f
		}
		Die("Undefined subroutine &%s called", v)
	}
	if f := operatorOf(v, "&{}"); f != nil {
		return CodeOf(First(f.Fn(Scalar, v, nil, false)))
	}
	Die("Not a CODE reference")
	return nil
}
