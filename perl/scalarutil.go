//go:build linux

package perl

import (
	"reflect"
	"strings"
)

// Weaken has no effect, because Go's garbage collector frees cycles.
func Weaken(any) any { return nil }

// Dualvar returns a value with separate numeric and string values. Perl:
// dualvar of Scalar::Util.
func Dualvar(n any, s string) any { return Dual{Int(n), s} }

// LooksLikeNumber reports whether v is a number, or a string that is a number
// as a whole. Perl: looks_like_number of Scalar::Util.
func LooksLikeNumber(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case string:
		if v == "0 but true" {
			return true
		}
		t := strings.TrimLeft(v, " \t\n\r\f\v")
		n, _ := numberPrefix(v)
		if n == 0 {
			u := strings.ToLower(strings.TrimLeft(t, "+-"))
			return u == "inf" || u == "infinity" || u == "nan"
		}
		return strings.TrimRight(t[n:], " \t\n\r\f\v") == ""
	case *Array, *Hash, *Code, *Ref, *File:
		return false
	}
	r := reflect.ValueOf(v)
	return r.CanInt() || r.CanUint() || r.CanFloat() || r.Kind() == reflect.Bool
}

// Dual is a value whose number and string differ, such as $!.
type Dual struct {
	Num  int
	Text string
}

// PerlString returns d.Text.
func (d Dual) PerlString() string { return d.Text }

// PerlNumber returns d.Num.
func (d Dual) PerlNumber() float64 { return float64(d.Num) }
