//go:build linux

// Package perl is the run-time library of programs that `poe port` has
// translated from Perl: conversion between strings and numbers, comparison,
// sprintf, split, regular expressions with their captures, references and
// blessed data, exceptions, file handles.
//
// A Perl scalar of unknown type is an any: nil is undef; string, bool and the
// kinds of integers and floats are plain values; *Array, *Hash, *Code and *Ref
// are references; *File is a file handle. Other types are opaque objects. true
// and false are the results of Perl's comparisons: 1 and the empty string.
// Strings hold bytes, and lengths and offsets count bytes.
//
// A function named after a Perl function or operator has the contract of that;
// its comment states differences. A function dies by a panic with an
// *Exception, which Eval, EvalList and Try recover. Functions that call the
// system report failure by false, nil or an empty list, as in Perl, and set
// Errno, which is $!; they die only if their comments state it. Times are in
// seconds unless a comment states another unit.
//
// As in Perl, nothing in this package may be used by several goroutines at a
// time.
package perl

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// Str returns v as Perl's string conversion does; nil is the empty string.
func Str(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case nil:
		return ""
	case int:
		return strconv.Itoa(v)
	case float64:
		return FormatFloat(v)
	case bool:
		if v {
			return "1"
		}
		return ""
	case []byte:
		return string(v)
	case Stringifier:
		return v.PerlString()
	case *Array:
		return overloaded(v, v.class, "ARRAY")
	case *Hash:
		return overloaded(v, v.class, "HASH")
	case *Code:
		return reference(v, v.class, "CODE")
	case *Ref:
		return v.String()
	case Nativer:
		return reference(v, Class(v), "ARRAY")
	case fmt.Stringer:
		if class := RefType(v); class != "" {
			return reference(v, class, "SCALAR")
		}
		return v.String()
	case error:
		return v.Error()
	}
	return strOther(v)
}

func strOther(v any) string {
	r := reflect.ValueOf(v)
	switch {
	case r.CanInt():
		return strconv.FormatInt(r.Int(), 10)
	case r.CanUint():
		return strconv.FormatUint(r.Uint(), 10)
	case r.CanFloat():
		return FormatFloat(r.Float())
	case r.Kind() == reflect.String:
		return r.String()
	case r.Kind() == reflect.Bool:
		return Str(r.Bool())
	}
	return reference(v, RefType(v), "HASH")
}

// Stringifier is implemented by objects with a string value of their own.
type Stringifier interface{ PerlString() string }

// Nativer is implemented by objects whose Go string is not their string in
// Perl. Number distinguishes them.
type Nativer interface{ Number() uint64 }

// Numberer is implemented by objects with a numeric value of their own.
type Numberer interface{ PerlNumber() float64 }

func overloaded(v any, class, kind string) string {
	if class != "" {
		if f := FindMethod(class, `(""`); f != nil {
			return Str(First(f.Fn(Scalar, v, nil, "")))
		}
	}
	return reference(v, class, kind)
}

func reference(v any, class, kind string) string {
	s := fmt.Sprintf("%s(0x%x)", kind, Address(v))
	if class != "" && class != kind {
		s = class + "=" + s
	}
	return s
}

// Address returns the numeric value of a reference, which is its address, or 0
// if v is not a reference.
func Address(v any) uint64 {
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Func, reflect.Chan, reflect.Slice, reflect.UnsafePointer:
		return uint64(r.Pointer())
	}
	if n, ok := v.(interface{ Number() uint64 }); ok {
		return 0x10000 + n.Number()*24
	}
	return 0
}

// FormatFloat returns f with up to 15 significant digits, as Perl prints
// numbers.
func FormatFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Inf"
	case math.IsInf(f, -1):
		return "-Inf"
	case f == 0:
		return "0"
	case f == math.Trunc(f) && math.Abs(f) < 1e15:
		return strconv.FormatInt(int64(f), 10)
	}
	s := strconv.FormatFloat(f, 'g', 15, 64)
	mantissa, exponent, has := strings.Cut(s, "e")
	if strings.Contains(mantissa, ".") {
		mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
	}
	if !has {
		return mantissa
	}
	if n, _ := strconv.Atoi(exponent); n < 15 && n >= -4 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return mantissa + "e" + exponent
}

// Num returns v as a number. A string has the value of the number with which it
// begins, or 0.
func Num(v any) float64 {
	switch v := v.(type) {
	case int:
		return float64(v)
	case float64:
		return v
	case string:
		return parseFloat(v)
	case nil:
		return 0
	case bool:
		if v {
			return 1
		}
		return 0
	case Numberer:
		return v.PerlNumber()
	case *Hash:
		if f := overload(v, "0+"); f != nil {
			return Num(First(f.Fn(Scalar, v, nil, "")))
		}
	}
	r := reflect.ValueOf(v)
	switch {
	case r.CanInt():
		return float64(r.Int())
	case r.CanUint():
		return float64(r.Uint())
	case r.CanFloat():
		return r.Float()
	case r.Kind() == reflect.String:
		return parseFloat(r.String())
	}
	return float64(Address(v))
}

// Number returns v as an int if it is a whole number that fits, as a uint64 if
// it is too large for an int but fits that, else as a float64.
func Number(v any) any {
	switch v := v.(type) {
	case int, float64, uint64:
		return v
	case string:
		return parseNumber(v)
	case bool:
		if v {
			return 1
		}
		return 0
	case nil:
		return 0
	}
	return narrow(Num(v))
}

func narrow(f float64) any {
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return int(f)
	}
	return f
}

// Int returns v as a number, truncated to an int.
func Int(v any) int {
	switch v := v.(type) {
	case int:
		return v
	case string:
		if n, ok := parseNumber(v).(int); ok {
			return n
		}
	case nil:
		return 0
	}
	f := Num(v)
	switch {
	case math.IsNaN(f):
		return 0
	case f >= math.MaxInt64:
		return math.MaxInt64
	case f <= math.MinInt64:
		return math.MinInt64
	}
	return int(f)
}

func parseNumber(s string) any {
	n, frac := numberPrefix(s)
	text := strings.TrimLeft(s, " \t\n\r\f\v")[:n]
	if !frac {
		if i, err := strconv.Atoi(text); err == nil {
			return i
		}
	}
	return narrow2(parseFloat(s))
}

func narrow2(f float64) any {
	if f == math.Trunc(f) && math.Abs(f) < 1<<63 && !(f == 0 && math.Signbit(f)) {
		return int(f)
	}
	return f
}

// numberPrefix returns the length of the number with which s begins after white
// space, and whether it has a point or an exponent.
func numberPrefix(s string) (n int, frac bool) {
	s = strings.TrimLeft(s, " \t\n\r\f\v")
	i := 0
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		i++
	}
	digits := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
		digits++
	}
	if i < len(s) && s[i] == '.' {
		j := i + 1
		for j < len(s) && s[j] >= '0' && s[j] <= '9' {
			j++
			digits++
		}
		if digits > 0 {
			i, frac = j, true
		}
	}
	if digits == 0 {
		return 0, false
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		j := i + 1
		if j < len(s) && (s[j] == '-' || s[j] == '+') {
			j++
		}
		if j < len(s) && s[j] >= '0' && s[j] <= '9' {
			for j < len(s) && s[j] >= '0' && s[j] <= '9' {
				j++
			}
			i, frac = j, true
		}
	}
	return i, frac
}

func parseFloat(s string) float64 {
	n, _ := numberPrefix(s)
	t := strings.TrimLeft(s, " \t\n\r\f\v")
	if n == 0 {
		u := strings.ToLower(strings.TrimLeft(t, "+-"))
		sign := 1.0
		if strings.HasPrefix(t, "-") {
			sign = -1
		}
		switch {
		case strings.HasPrefix(u, "inf"):
			return math.Inf(int(sign))
		case strings.HasPrefix(u, "nan"):
			return math.NaN()
		}
		return 0
	}
	f, _ := strconv.ParseFloat(t[:n], 64)
	return f
}

// True reports whether v is true in Perl: not undef, false, "", "0" or 0.
func True(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != "" && v != "0"
	case int:
		return v != 0
	case float64:
		return v != 0
	case *Array:
		return true
	case *Hash:
		if f := overload(v, "bool"); f != nil {
			return True(First(f.Fn(Scalar, v, nil, "")))
		}
		return true
	case *Code, *Ref, *File:
		return true
	case Dual:
		return v.Num != 0 || v.Text != ""
	}
	r := reflect.ValueOf(v)
	switch {
	case r.CanInt():
		return r.Int() != 0
	case r.CanUint():
		return r.Uint() != 0
	case r.CanFloat():
		return r.Float() != 0
	case r.Kind() == reflect.String:
		return True(r.String())
	case r.Kind() == reflect.Pointer:
		return !r.IsNil()
	}
	return true
}

// Defined reports whether v is not undef.
func Defined(v any) bool { return v != nil }
