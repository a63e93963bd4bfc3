//go:build linux

package perl

import (
	"reflect"
	"runtime"
	"strings"
)

// Subs is a package's table of subs by unqualified name.
type Subs map[string]Sub

type class struct {
	subs map[string]*Code
	isa  []string
	vers any
}

var classes = map[string]*class{}

func classOf(name string) *class {
	c := classes[name]
	if c == nil {
		c = &class{subs: map[string]*Code{}}
		classes[name] = c
	}
	return c
}

// Package registers the subs of a package for method calls and for calls by
// computed names.
func Package(name string, subs Subs) {
	c := classOf(name)
	for n, f := range subs {
		c.subs[n] = &Code{Name: name + "::" + n, Fn: f}
		subNames[runtime.FuncForPC(reflect.ValueOf(f).Pointer()).Name()] = name + "::" + n
		if strings.HasPrefix(n, "(") {
			overloads = true
		}
	}
}

// DefineCode defines a sub by its qualified name. Perl: *{"Package::name"} =
// $code.
func DefineCode(name string, code *Code) {
	pkg, n := splitName(name)
	classOf(pkg).subs[n] = code
}

// Inherit appends the parents to @ISA of a package.
func Inherit(name string, parents ...string) {
	c := classOf(name)
	c.isa = append(c.isa, parents...)
}

func splitName(name string) (pkg, n string) {
	i := strings.LastIndex(name, "::")
	if i < 0 {
		return "main", name
	}
	return name[:i], name[i+2:]
}

// FindSub returns the sub with a qualified name, or nil if there is none.
func FindSub(name string) *Code {
	pkg, n := splitName(name)
	if c := classes[pkg]; c != nil {
		return c.subs[n]
	}
	return nil
}

// FindMethod returns a method of the class name, which may be inherited, or nil
// if there is none.
func FindMethod(name, method string) *Code { return findMethod(name, method, 0) }

func findMethod(name, method string, depth int) *Code {
	c := classes[name]
	if c == nil || depth > 100 {
		return nil
	}
	if f := c.subs[method]; f != nil {
		return f
	}
	for _, parent := range c.isa {
		if f := findMethod(parent, method, depth+1); f != nil {
			return f
		}
	}
	return nil
}

// Isa reports whether the class name is base or inherits from it.
func Isa(name, base string) bool { return isa(name, base, 0) }

func isa(name, base string, depth int) bool {
	if name == base {
		return true
	}
	c := classes[name]
	if c == nil || depth > 100 {
		return false
	}
	for _, parent := range c.isa {
		if isa(parent, base, depth+1) {
			return true
		}
	}
	return false
}

// Bless makes the referent of v an object of the class name and returns v.
func Bless(v any, name string) any {
	switch v := v.(type) {
	case *Hash:
		v.class = name
	case *Array:
		v.class = name
	case *Code:
		v.class = name
	case *Ref:
		v.class = name
	case *File:
		v.class = name
	default:
		Die("Can't bless non-reference value")
	}
	return v
}

// Class returns the class of an object, or "" if v is not an object.
func Class(v any) string {
	switch v := v.(type) {
	case *Hash:
		return v.class
	case *Array:
		return v.class
	case *Code:
		return v.class
	case *Ref:
		return v.class
	case *Regexp:
		return "Regexp"
	case *File:
		return v.class
	case interface{ PerlClass() string }:
		return v.PerlClass()
	}
	if t, ok := nativeOf(v); ok {
		return t.class(v)
	}
	return ""
}

// Blessed returns the class of an object, or nil if v is not an object. Perl:
// blessed of Scalar::Util.
func Blessed(v any) any {
	if c := Class(v); c != "" {
		return c
	}
	return nil
}

// native says how objects of a Go type are used from Perl.
type native struct {
	class  func(obj any) string
	invoke func(obj any, method string, w Want, args []any) ([]any, bool)
}

var natives = map[reflect.Type]native{}

// Native registers the Go type T as a class. name returns the name of the
// class, which may depend on the object; invoke calls a method by name and
// reports whether there is one.
func Native[T any](name func(obj T) string, invoke func(obj T, method string, w Want, args []any) ([]any, bool)) {
	natives[reflect.TypeFor[T]()] = native{func(obj any) string { return name(obj.(T)) }, func(obj any, method string, w Want, args []any) ([]any, bool) {
		return invoke(obj.(T), method, w, args)
	}}
}

func nativeOf(v any) (native, bool) {
	t, ok := natives[reflect.TypeOf(v)]
	return t, ok
}

// Qualified returns a sub's name with its package, which is pkg if name
// contains none.
func Qualified(pkg, name string) string {
	if strings.Contains(name, "::") {
		return name
	}
	return pkg + "::" + name
}

// NoModule dies as require does for a module that does not exist.
func NoModule(name string) any {
	file := strings.ReplaceAll(name, "::", "/") + ".pm"
	Die("Can't locate %s in @INC (you may need to install the %s module)", file, name)
	return nil
}

// IsaFunc is UNIVERSAL::isa called as a function; v may be something other than
// an object.
func IsaFunc(v any, base string) bool {
	name := Class(v)
	if s, ok := v.(string); ok {
		name = s
	}
	return name != "" && Isa(name, base) || RefType(v) != "" && kindOf(v) == base
}
