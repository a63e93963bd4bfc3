//go:build linux

package perl

import "strings"

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

// InvokeAny is like Invoke for a method given by name or by code reference.
func InvokeAny(w Want, obj, method any, args ...any) []any {
	if c, ok := method.(*Code); ok {
		return c.Fn(w, append([]any{obj}, args...)...)
	}
	return Invoke(w, obj, Str(method), args...)
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

// CanFunc is UNIVERSAL::can called as a function.
func CanFunc(v any, method string) any {
	if v == nil || RefType(v) == "" && Str(v) == "" {
		return nil
	}
	return Can(v, method)
}
