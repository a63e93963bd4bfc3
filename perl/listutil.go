//go:build linux

package perl

import (
	"math"
	"math/rand"
	"path/filepath"
	"strings"
)

// Sum returns the sum of a list, nil of an empty one.
func Sum(list ...any) any {
	if len(list) == 0 {
		return nil
	}
	return Sum0(list...)
}

// Sum0 returns the sum of a list.
func Sum0(list ...any) any {
	var s any = 0
	for _, v := range list {
		s = Add(s, v)
	}
	return s
}

// Product returns the product of a list.
func Product(list ...any) any {
	var s any = 1
	for _, v := range list {
		s = Mul(s, v)
	}
	return s
}

func best(list []any, better func(a, b any) bool) any {
	var out any
	for i, v := range list {
		if i == 0 || better(v, out) {
			out = v
		}
	}
	return out
}

// Max, Min, MaxStr and MinStr return an element, nil of an empty list.
func Max(list ...any) any {
	return number(best(list, func(a, b any) bool { return Num(a) > Num(b) }))
}

func number(v any) any {
	if v == nil {
		return nil
	}
	return Number(v)
}

// Min returns the smallest number.
func Min(list ...any) any {
	return number(best(list, func(a, b any) bool { return Num(a) < Num(b) }))
}

// MaxStr returns the last string in order.
func MaxStr(list ...any) any { return best(list, func(a, b any) bool { return Str(a) > Str(b) }) }

// MinStr returns the first string in order.
func MinStr(list ...any) any { return best(list, func(a, b any) bool { return Str(a) < Str(b) }) }

// FirstOf returns the first element for which f is true, nil if there is none.
func FirstOf(f func(it any) bool, list ...any) any {
	topic := Topic
	defer func() { Topic = topic }()
	for _, v := range list {
		if f(v) {
			return v
		}
	}
	return nil
}

// Any reports whether f is true for an element, All for each.
func Any(f func(it any) bool, list ...any) bool {
	topic := Topic
	defer func() { Topic = topic }()
	for _, v := range list {
		if f(v) {
			return true
		}
	}
	return false
}

// All reports whether f is true for each element.
func All(f func(it any) bool, list ...any) bool {
	topic := Topic
	defer func() { Topic = topic }()
	return !Any(func(it any) bool { return !f(it) }, list...)
}

// Reduce combines the elements from the left, nil of an empty list.
func Reduce(f func(a, b any) any, list ...any) any {
	if len(list) == 0 {
		return nil
	}
	v := list[0]
	for _, b := range list[1:] {
		v = f(v, b)
	}
	return v
}

// Shuffle returns the elements in random order.
func Shuffle(list ...any) []any {
	out := append([]any(nil), list...)
	rand.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// Uniq returns the elements without those whose string has been seen before.
func Uniq(list ...any) []any {
	var out []any
	seen := map[string]bool{}
	for _, v := range list {
		if !seen[Str(v)] {
			seen[Str(v)] = true
			out = append(out, v)
		}
	}
	return out
}

// UniqNum is Uniq which compares numbers.
func UniqNum(list ...any) []any {
	var out []any
	seen := map[float64]bool{}
	for _, v := range list {
		if n := Num(v); !seen[n] {
			seen[n] = true
			out = append(out, v)
		}
	}
	return out
}

// PairMap returns what f returns of each pair. List::Util: pairmap.
func PairMap(f func(a, b any) []any, list ...any) []any {
	var out []any
	for i := 0; i < len(list); i += 2 {
		out = append(out, f(list[i], At(list, i+1))...)
	}
	return out
}

// PairGrep returns the pairs of which f is true. List::Util: pairgrep.
func PairGrep(f func(a, b any) []any, list ...any) []any {
	var out []any
	for i := 0; i < len(list); i += 2 {
		if True(First(f(list[i], At(list, i+1)))) {
			out = append(out, list[i], At(list, i+1))
		}
	}
	return out
}

// PairFirst returns the first pair of which f is true. List::Util: pairfirst.
func PairFirst(f func(a, b any) []any, list ...any) []any {
	if out := PairGrep(f, list...); len(out) > 2 {
		return out[:2]
	} else {
		return out
	}
}

// CountPairs is the scalar value of pairmap, pairgrep or pairfirst: the count of what it
// returns, of pairs for pairgrep, and whether there is a pair for pairfirst.
func CountPairs(name string, list []any) int {
	switch name {
	case "pairgrep":
		return len(list) / 2
	case "pairfirst":
		return min(1, len(list))
	}
	return len(list)
}

// HeadOf returns the first n elements, or all but the last -n. List::Util: head.
func HeadOf(n int, list ...any) []any {
	if n < 0 {
		n = max(0, len(list)+n)
	}
	return list[:min(n, len(list))]
}

// TailOf returns the last n elements, or all but the first -n. List::Util: tail.
func TailOf(n int, list ...any) []any {
	if n < 0 {
		n = max(0, len(list)+n)
	}
	return list[len(list)-min(n, len(list)):]
}

// Pairs returns pairs of a list, each as a reference to an array of two. List::Util:
// pairs.
func Pairs(list ...any) []any {
	var out []any
	for i := 0; i < len(list); i += 2 {
		out = append(out, Bless(NewArray(list[i], At(list, i+1)), "List::Util::_Pair"))
	}
	return out
}

// PairKeys returns every second element, from the first.
func PairKeys(list ...any) []any {
	var out []any
	for i := 0; i < len(list); i += 2 {
		out = append(out, list[i])
	}
	return out
}

// PairValues returns every second element, from the second.
func PairValues(list ...any) []any {
	var out []any
	for i := 1; i < len(list); i += 2 {
		out = append(out, list[i])
	}
	return out
}

// Floor and Ceil are those of POSIX.
func Floor(v any) any { return narrow(math.Floor(Num(v))) }

// Ceil rounds up.
func Ceil(v any) any { return narrow(math.Ceil(Num(v))) }

// Fmod is that of POSIX.
func Fmod(a, b any) any { return narrow(math.Mod(Num(a), Num(b))) }

// IntOf is int: it cuts the fraction off, and keeps what does not fit an integer.
func IntOf(v any) any {
	switch n := Number(v).(type) {
	case int:
		return n
	default:
		return narrow(math.Trunc(Num(n)))
	}
}

// Abs returns the absolute value.
func Abs(v any) any {
	if n, ok := Number(v).(int); ok {
		return max(n, -n)
	}
	return math.Abs(Num(v))
}

// Sqrt dies of a negative number.
func Sqrt(v any) any {
	if Num(v) < 0 {
		Die("Can't take sqrt of %s", Str(v))
	}
	return narrow(math.Sqrt(Num(v)))
}

// Log dies of zero and of a negative number.
func Log(v any) any {
	if Num(v) <= 0 {
		Die("Can't take log of %s", Str(v))
	}
	return narrow(math.Log(Num(v)))
}

// Basename and Dirname are those of File::Basename.
func Basename(path string, suffixes ...any) string {
	trimmed := strings.TrimRight(path, "/")
	if trimmed == "" {
		return path
	}
	base := trimmed[strings.LastIndexByte(trimmed, '/')+1:]
	for _, s := range suffixes {
		if loc := RE("(?:"+Str(s)+`)\z`, "s").find(base, 0); loc != nil && loc[0] > 0 {
			return base[:loc[0]]
		}
	}
	return base
}

// Dirname returns the directory of a path.
func Dirname(path string) string { return filepath.Dir(strings.TrimRight(path, "/")) }

// Catfile joins parts of a path.
func Catfile(parts ...any) string {
	words := make([]string, len(parts))
	for i, p := range parts {
		words[i] = Str(p)
	}
	return filepath.Join(words...)
}
