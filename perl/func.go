//go:build linux

package perl

import "reflect"

// Func returns the reference to a sub which is the Go function f with typed
// parameters and results. It is the same one for each call with that name. A
// call through the reference converts the arguments to the parameters' types;
// missing arguments are undef. A first parameter of type Want gets the context.
// A call dies if an argument has a different type than a parameter other than a
// scalar, hash or array.
func Func(name string, f any) *Code {
	if c := FindSub(name); c != nil {
		return c
	}
	call := reflect.ValueOf(f)
	t := call.Type()
	c := &Code{Name: name, Fn: func(w Want, args ...any) []any {
		var in []reflect.Value
		fixed := t.NumIn()
		if t.IsVariadic() {
			fixed--
		}
		for i := range fixed {
			if i == 0 && t.In(0) == reflect.TypeFor[Want]() {
				in = append(in, reflect.ValueOf(w))
				continue
			}
			in = append(in, argument(name, Shift(&args), t.In(i)))
		}
		if t.IsVariadic() {
			for _, a := range args {
				in = append(in, argument(name, a, reflect.TypeFor[any]()))
			}
		}
		out := call.Call(in)
		if len(out) == 0 {
			return nil
		}
		if list, isList := out[0].Interface().([]any); isList && t.Out(0) == reflect.TypeFor[[]any]() {
			return list
		}
		return []any{out[0].Interface()}
	}}
	DefineCode(name, c)
	return c
}

// Table is a hash of subs of type F.
type Table[F any] map[string]F

// Sub returns the sub stored under key. It dies if there is none.
func (t Table[F]) Sub(key string) F {
	f, ok := t[key]
	if !ok {
		Die("Can't use an undefined value as a subroutine reference")
	}
	return f
}

// argument returns a value as an argument of a type.
func argument(sub string, v any, t reflect.Type) reflect.Value {
	switch t {
	case reflect.TypeFor[string]():
		v = Str(v)
	case reflect.TypeFor[int]():
		v = Int(v)
	case reflect.TypeFor[float64]():
		v = Num(v)
	case reflect.TypeFor[bool]():
		v = True(v)
	case reflect.TypeFor[*Hash]():
		v = H(v)
	case reflect.TypeFor[*Array]():
		v = A(v)
	}
	if v == nil {
		return reflect.Zero(t)
	}
	x := reflect.ValueOf(v)
	if !x.Type().AssignableTo(t) {
		Die("an argument of %s is %s, not %s", sub, x.Type(), t)
	}
	return x
}
