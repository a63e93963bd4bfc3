//go:build linux

package perl

import (
	"reflect"
	"runtime"
	"strings"
)

// Subs is a package's table of subs by name.
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

// Package makes the subs of a package known by name, for method calls and for
// calls of names that are computed.
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

// DefineCode puts a sub in a package. Perl: *{"Package::name"} = $code.
func DefineCode(name string, code *Code) {
	pkg, n := splitName(name)
	classOf(pkg).subs[n] = code
}

// Inherit appends classes to @ISA of a package.
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

// FindSub returns the sub of a name with its package, nil if there is none.
func FindSub(name string) *Code {
	pkg, n := splitName(name)
	if c := classes[pkg]; c != nil {
		return c.subs[n]
	}
	return nil
}

// FindMethod returns the method of a class, which may be inherited; nil if there
// is none.
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

// Isa reports whether class is, or inherits from, base.
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

// Bless makes a reference an object of a class and returns it.
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
	default:
		Die("Can't bless non-reference value")
	}
	return v
}

// Class returns the class of an object, and "" for what is none.
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

// RefType returns what ref does: the class of an object, the kind of another
// reference, "" for what is no reference.
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

// Reftype returns the kind of a reference without regard to its class, nil for
// what is none. Scalar::Util: reftype.
func Reftype(v any) any {
	if RefType(v) == "" {
		return nil
	}
	return kindOf(v)
}

// Blessed returns the class of an object, nil for what is none. Scalar::Util:
// blessed.
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

// Native makes a type of Go known as a class, whose name may depend on the object:
// invoke calls a method by name and
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

// Call calls a method for its scalar value.
func Call(obj any, method string, args ...any) any {
	return First(Invoke(Scalar, obj, method, args...))
}

// CallList calls a method for its list.
func CallList(obj any, method string, args ...any) []any { return Invoke(List, obj, method, args...) }

// Do calls a method for what it does.
func Do(obj any, method string, args ...any) { Invoke(Void, obj, method, args...) }

// Invoke calls a method of an object or of a class by name. It dies if there is
// none.
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

// CallInPlace is Invoke of a method which changes its arguments: what it assigns to them
// is in args afterwards.
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

// Autoload is the name of the method that AUTOLOAD stands in for.
var Autoload string

// Super calls a method of the parents of a package.
func Super(w Want, pkg string, obj any, method string, args ...any) []any {
	for _, parent := range classOf(pkg).isa {
		if f := FindMethod(parent, method); f != nil {
			return f.Fn(w, append([]any{obj}, args...)...)
		}
	}
	Die("Can't locate object method \"%s\" via package \"%s\"", method, pkg+"::SUPER")
	return nil
}

// Invoker is an object in Go with methods that are called by name.
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

// Qualified returns the name of a sub with its package.
func Qualified(pkg, name string) string {
	if strings.Contains(name, "::") {
		return name
	}
	return pkg + "::" + name
}

// LocalSub gives the name of a sub to other code, up to the call of what it returns.
// Perl: local *name = sub { ... }.
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

// NoModule dies as require does of a module that is not there.
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

// Can returns the method of an object or a class, nil if there is none.
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

// SetVersion sets what VERSION returns.
func SetVersion(name string, v any) { classOf(name).vers = v }

// IsaFunc is UNIVERSAL::isa as a function: it takes what is no object as well.
func IsaFunc(v any, base string) bool {
	name := Class(v)
	if s, ok := v.(string); ok {
		name = s
	}
	return name != "" && Isa(name, base) || RefType(v) != "" && kindOf(v) == base
}

// CanFunc is UNIVERSAL::can as a function.
func CanFunc(v any, method string) any {
	if v == nil || RefType(v) == "" && Str(v) == "" {
		return nil
	}
	return Can(v, method)
}
