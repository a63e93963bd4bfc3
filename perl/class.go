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

// RefType returns the class of an object, the kind of any other reference, and
// "" if v is not a reference. Perl: ref.
func RefType(v any) string {
	switch v := v.(type) {
	case nil, string, int, float64, bool, []byte, Dual:
		return ""
	default:
		if c := Class(v); c != "" {
			return c
		}
		return kindOf(v)
	}
}

func kindOf(v any) string {
	switch v := v.(type) {
	case *Hash:
		return "HASH"
	case *Array, []any:
		return "ARRAY"
	case *Code:
		return "CODE"
	case *Ref:
		if RefType(v.Get()) != "" {
			return "REF"
		}
		return "SCALAR"
	case *File:
		return "GLOB"
	}
	switch reflect.ValueOf(v).Kind() {
	case reflect.Pointer, reflect.Struct, reflect.Map:
		return "HASH"
	case reflect.Func:
		return "CODE"
	}
	return ""
}

// Reftype returns the kind of a reference whatever its class, or nil if v is
// not a reference. Perl: reftype of Scalar::Util.
func Reftype(v any) any {
	if RefType(v) == "" {
		return nil
	}
	return kindOf(v)
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

// Call calls a method in scalar context and returns its value. It dies if there
// is no such method.
func Call(obj any, method string, args ...any) any {
	return First(Invoke(Scalar, obj, method, args...))
}

// CallList calls a method in list context and returns its list. It dies if
// there is no such method.
func CallList(obj any, method string, args ...any) []any { return Invoke(List, obj, method, args...) }

// Do calls a method in void context.
func Do(obj any, method string, args ...any) { Invoke(Void, obj, method, args...) }

// Invoke calls a method of an object or a class by name, in context w. It dies
// if there is no such method.
func Invoke(w Want, obj any, method string, args ...any) []any {
	if obj == nil {
		Die("Can't call method \"%s\" on an undefined value", method)
	}
	name := Class(obj)
	if t, ok := nativeOf(obj); ok {
		if out, ok := t.invoke(obj, method, w, args); ok {
			return out
		}
	}
	if i, ok := obj.(Invoker); ok {
		if out, ok := i.PerlCall(method, w, args); ok {
			return out
		}
	}
	if s, ok := obj.(string); ok {
		name = s
	}
	if f, ok := obj.(*File); ok && name == "" && f != nil {
		name = "IO::File" // that of a handle without a class of its own
	}
	if name == "" {
		if RefType(obj) != "" {
			Die("Can't call method \"%s\" on unblessed reference", method)
		}
		Die("Can't call method \"%s\" without a package or object reference", method)
	}
	start := name
	if i := strings.LastIndex(method, "::"); i >= 0 {
		start, method = method[:i], method[i+2:]
	}
	if f := FindMethod(start, method); f != nil {
		return f.Fn(w, append([]any{obj}, args...)...)
	}
	if out, ok := universal(obj, name, method, args); ok {
		return out
	}
	if f := FindMethod(start, "AUTOLOAD"); f != nil && method != "DESTROY" {
		Autoload = start + "::" + method
		return f.Fn(w, append([]any{obj}, args...)...)
	}
	if _, isName := obj.(string); isName && classes[name] == nil {
		Die("Can't locate object method \"%s\" via package \"%s\" (perhaps you forgot to load \"%s\"?)", method, name, name)
	}
	Die("Can't locate object method \"%s\" via package \"%s\"", method, name)
	return nil
}

// CallInPlace is like Invoke for a method that modifies its arguments: the
// values which it assigns to them are in args afterwards.
func CallInPlace(w Want, obj any, method string, args []any) []any {
	name := Class(obj)
	if s, ok := obj.(string); ok {
		name = s
	}
	f := FindMethod(name, method)
	if f == nil {
		return Invoke(w, obj, method, args...)
	}
	all := append([]any{obj}, args...)
	defer func() { copy(args, all[1:]) }()
	return f.Fn(w, all...)
}

// Autoload is the name of the method or sub for which AUTOLOAD was called. Perl:
// $AUTOLOAD.
var Autoload string

// autoloaded returns code that calls AUTOLOAD of the package of a sub which is not
// defined, or nil if the package has none.
func autoloaded(name string) *Code {
	pkg, _ := splitName(name)
	f := FindSub(pkg + "::AUTOLOAD")
	if f == nil {
		return nil
	}
	return NewCode(name, func(w Want, args ...any) []any {
		Autoload = name
		return f.Fn(w, args...)
	})
}

// Super calls a method of obj that the parents of the package pkg define. It
// dies if there is none. Perl: $obj->SUPER::method.
func Super(w Want, pkg string, obj any, method string, args ...any) []any {
	for _, parent := range classOf(pkg).isa {
		if f := FindMethod(parent, method); f != nil {
			return f.Fn(w, append([]any{obj}, args...)...)
		}
	}
	Die("Can't locate object method \"%s\" via package \"%s\"", method, pkg+"::SUPER")
	return nil
}

// Invoker is implemented by Go objects whose methods are called by name.
// PerlCall reports whether there is such a method.
type Invoker interface {
	PerlCall(method string, w Want, args []any) ([]any, bool)
}

func universal(obj any, name, method string, args []any) ([]any, bool) {
	switch method {
	case "isa":
		base := Str(At(args, 0))
		return L(Isa(name, base) || Isa(name, "") || kindOf(obj) == base && base != ""), true
	case "can":
		if f := Can(obj, Str(At(args, 0))); f != nil {
			return L(f), true
		}
		return L(nil), true
	case "DOES":
		return L(Isa(name, Str(At(args, 0)))), true
	case "VERSION":
		return L(classVersion(name, args)), true
	case "import", "unimport", "DESTROY":
		return nil, true
	}
	return nil, false
}

// Qualified returns a sub's name with its package, which is pkg if name
// contains none.
func Qualified(pkg, name string) string {
	if strings.Contains(name, "::") {
		return name
	}
	return pkg + "::" + name
}

// LocalSub redefines a sub and returns a function that restores the old
// definition. Perl: local *name = sub { ... }.
func LocalSub(name string, code any) (restore func()) {
	pkg, n := splitName(name)
	c := classOf(pkg)
	old, had := c.subs[n]
	DefineCode(name, CodeOf(code))
	return func() {
		if had {
			DefineCode(name, old)
		} else {
			delete(c.subs, n)
		}
	}
}

// NoModule dies as require does for a module that does not exist.
func NoModule(name string) any {
	file := strings.ReplaceAll(name, "::", "/") + ".pm"
	Die("Can't locate %s in @INC (you may need to install the %s module)", file, name)
	return nil
}

// classVersion returns the version of a class, and dies if one that is asked for is
// greater.
func classVersion(name string, args []any) any {
	v := classOf(name).vers
	if len(args) > 0 {
		if v == nil {
			Die("%s does not define $%s::VERSION--version check failed", name, name)
		}
		if Num(v) < Num(args[0]) {
			Die("%s version %s required--this is only version %s", name, Str(args[0]), Str(v))
		}
	}
	return v
}

// Can returns the method of an object or a class, or nil if there is none.
// Perl: UNIVERSAL::can as a method.
func Can(obj any, method string) any {
	name := Class(obj)
	if s, ok := obj.(string); ok {
		name = s
	}
	if f := FindMethod(name, method); f != nil {
		return f
	}
	if m, ok := obj.(interface{ PerlCan(string) bool }); ok && m.PerlCan(method) {
		return NewCode(method, func(w Want, args ...any) []any { return Invoke(w, args[0], method, args[1:]...) })
	}
	return nil
}

// SetVersion sets the version of a package. Perl: $VERSION.
func SetVersion(name string, v any) { classOf(name).vers = v }

// IsaFunc is UNIVERSAL::isa called as a function; v may be something other than
// an object.
func IsaFunc(v any, base string) bool {
	name := Class(v)
	if s, ok := v.(string); ok {
		name = s
	}
	return name != "" && Isa(name, base) || RefType(v) != "" && kindOf(v) == base
}

// CanFunc is UNIVERSAL::can called as a function.
func CanFunc(v any, method string) any {
	if v == nil || RefType(v) == "" && Str(v) == "" {
		return nil
	}
	return Can(v, method)
}
