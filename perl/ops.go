//go:build linux

package perl

import (
	"math"
	"math/bits"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Add returns a + b.
func Add(a, b any) any {
	if overloads {
		if v, ok := overloadedBinary("+", a, b); ok {
			return v
		}
	}
	x, y := Number(a), Number(b)
	if i, ok := x.(int); ok {
		if j, ok := y.(int); ok {
			if s := i + j; (s > i) == (j > 0) {
				return s
			}
		}
	}
	if u, ok := unsigned(x); ok {
		if v, ok := unsigned(y); ok {
			if s, carry := bits.Add64(u, v, 0); carry == 0 {
				return Bits(s)
			}
		}
	}
	return Num(x) + Num(y)
}

// unsigned returns a whole number that is not negative as one of 64 bits.
func unsigned(v any) (uint64, bool) {
	switch v := v.(type) {
	case int:
		return uint64(v), v >= 0
	case uint64:
		return v, true
	}
	return 0, false
}

// Subtract returns a - b.
func Subtract(a, b any) any {
	if overloads {
		if v, ok := overloadedBinary("-", a, b); ok {
			return v
		}
	}
	x, y := Number(a), Number(b)
	if i, ok := x.(int); ok {
		if j, ok := y.(int); ok {
			if s := i - j; (s < i) == (j > 0) {
				return s
			}
		}
	}
	if u, ok := unsigned(x); ok {
		if v, ok := unsigned(y); ok && u >= v {
			return Bits(u - v)
		}
	}
	return Num(x) - Num(y)
}

// Mul returns a * b.
func Mul(a, b any) any {
	if overloads {
		if v, ok := overloadedBinary("*", a, b); ok {
			return v
		}
	}
	x, y := Number(a), Number(b)
	if i, ok := x.(int); ok {
		if j, ok := y.(int); ok {
			hi, lo := bits.Mul64(uint64(max(i, -i)), uint64(max(j, -j)))
			if hi == 0 && lo < 1<<63 {
				return i * j
			}
		}
	}
	if u, ok := unsigned(x); ok {
		if v, ok := unsigned(y); ok {
			if hi, lo := bits.Mul64(u, v); hi == 0 {
				return Bits(lo)
			}
		}
	}
	return Num(x) * Num(y)
}

// Div returns a / b. It dies if b is 0.
func Div(a, b any) any {
	if overloads {
		if v, ok := overloadedBinary("/", a, b); ok {
			return v
		}
	}
	if i, ok := Number(a).(int); ok {
		if j, ok := Number(b).(int); ok && j != 0 && i%j == 0 && !(i == math.MinInt64 && j == -1) {
			return i / j
		}
	}
	x, y := Num(a), Num(b)
	if y == 0 {
		Die("Illegal division by zero")
	}
	return narrow(x / y)
}

// Mod returns a % b for integers, with the sign of b. It dies if b is 0.
func Mod(a, b any) int {
	x, y := Int(a), Int(b)
	if y == 0 {
		Die("Illegal modulus zero")
	}
	m := x % y
	if m != 0 && (m < 0) != (y < 0) {
		m += y
	}
	return m
}

// Integer returns a op b under use integer: both operands are truncated to
// integers, the result wraps, and / and % round towards zero. It dies on a
// division by zero.
func Integer(op string, a, b any) int {
	x, y := Int(a), Int(b)
	switch op {
	case "+":
		return x + y
	case "-":
		return x - y
	case "*":
		return x * y
	}
	if y == 0 {
		Die("Illegal %s zero", If(op == "/", "division by", "modulus"))
	}
	if op == "/" {
		return x / y
	}
	return x % y
}

// Pow returns a ** b.
func Pow(a, b any) any {
	if overloads {
		if v, ok := overloadedBinary("**", a, b); ok {
			return v
		}
	}
	return narrow(math.Pow(Num(a), Num(b)))
}

// Plus returns a + b for integers. Where Perl would continue with floating
// point, which the result's type does not allow, it dies.
func Plus(a, b int) int {
	s := a + b
	if (s > a) != (b > 0) {
		Die("Integer overflow in an addition that was translated for integers")
	}
	return s
}

// Minus returns a - b for integers. It dies on an overflow, as Plus does.
func Minus(a, b int) int {
	s := a - b
	if (s < a) != (b > 0) {
		Die("Integer overflow in a subtraction that was translated for integers")
	}
	return s
}

// Neg returns -v; the negative of a word is that word with a leading minus.
func Neg(v any) any {
	if overloads {
		if f := operatorOf(v, "neg"); f != nil {
			return First(f.Fn(Scalar, v, nil, ""))
		}
		if operatorOf(v, "-") != nil {
			return Subtract(0, v)
		}
	}
	if s, ok := v.(string); ok && s != "" {
		switch n, _ := numberPrefix(s); {
		case n == 0 && s[0] == '-':
			return "+" + s[1:]
		case n == 0 && s[0] == '+':
			return "-" + s[1:]
		case n == 0 && (s[0] == '_' || s[0] >= 'A'):
			return "-" + s
		}
	}
	switch n := Number(v).(type) {
	case uint64:
		if n == 1<<63 {
			return math.MinInt64
		}
		return -float64(n)
	case int:
		if n == math.MinInt64 {
			return uint64(1 << 63)
		}
		return -n
	default:
		return -Num(n)
	}
}

// Inc returns v incremented as ++ does, which also increments strings of
// letters and digits: "az" becomes "ba".
func Inc(v any) any {
	s, ok := v.(string)
	if !ok || s == "" || LooksLikeNumber(s) || !alnum(s) {
		return Add(v, 1)
	}
	return next(s)
}

// next returns the word behind s: "az" becomes "ba", "a9" "b0".
func next(s string) string {
	b := []byte(s)
	for i := len(b) - 1; i >= 0; i-- {
		switch b[i] {
		case 'z':
			b[i] = 'a'
		case 'Z':
			b[i] = 'A'
		case '9':
			b[i] = '0'
		default:
			b[i]++
			return string(b)
		}
	}
	first := b[0]
	if first == '0' {
		first = '1'
	}
	return string(first) + string(b)
}

func alnum(s string) bool {
	i := 0
	for i < len(s) && (s[i] >= 'a' && s[i] <= 'z' || s[i] >= 'A' && s[i] <= 'Z') {
		i++
	}
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return i == len(s)
}

// Dec returns v decremented by 1, as -- does.
func Dec(v any) any { return Subtract(v, 1) }

// Eq reports whether a == b as numbers.
func Eq(a, b any) bool {
	if i, ok := a.(int); ok {
		if j, ok := b.(int); ok {
			return i == j
		}
	}
	if RefType(a) != "" && RefType(b) != "" {
		return Same(a, b)
	}
	return Num(a) == Num(b)
}

// Same reports whether two references have the same referent.
func Same(a, b any) bool {
	if r, ok := a.(*Ref); ok {
		s, ok := b.(*Ref)
		return ok && (r == s || r.cell != nil && r.cell == s.cell)
	}
	x, y := reflect.TypeOf(a), reflect.TypeOf(b)
	if x != y {
		return Address(a) == Address(b) && Address(a) != 0
	}
	if x != nil && x.Comparable() {
		return a == b
	}
	return false
}

// Compare returns a <=> b: -1, 0 or 1, or nil if either is NaN.
func Compare(a, b any) any {
	if overloads {
		if v, ok := overloadedBinary("<=>", a, b); ok {
			return v
		}
	}
	x, y := Num(a), Num(b)
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	case x == y:
		return 0
	}
	return nil
}

// StrEq reports whether a eq b.
func StrEq(a, b any) bool { return Str(a) == Str(b) }

// Cmp returns a cmp b: -1, 0 or 1.
func Cmp(a, b any) int { return strings.Compare(Str(a), Str(b)) }

// Or returns a if it is true, else b. Perl: a || b.
func Or(a, b any) any {
	if True(a) {
		return a
	}
	return b
}

// And returns a if it is false, else b. Perl: a && b.
func And(a, b any) any {
	if True(a) {
		return b
	}
	return a
}

// Default returns a if it is defined, else b. Perl: a // b.
func Default(a, b any) any {
	if a != nil {
		return a
	}
	return b
}

// OrElse is like Or, but computes the second operand only if a is false.
func OrElse(a any, b func() any) any {
	if True(a) {
		return a
	}
	return b()
}

// AndThen is like And, but computes the second operand only if a is true.
func AndThen(a any, b func() any) any {
	if True(a) {
		return b()
	}
	return a
}

// DefaultElse is like Default, but computes the second operand only if a is
// undef.
func DefaultElse(a any, b func() any) any {
	if a != nil {
		return a
	}
	return b()
}

// IfElse returns the value of a if cond is true, else that of b. Only that
// function is called.
func IfElse[T any](cond bool, a, b func() T) T {
	if cond {
		return a()
	}
	return b()
}

// Range returns the list a .. b, of numbers or of strings.
func Range(a, b any) []any {
	s, isStr := a.(string)
	if isStr && s != "" && (!LooksLikeNumber(s) || len(s) > 1 && s[0] == '0' && alnum(s)) {
		end := Str(b)
		var out []any
		for len(s) <= len(end) {
			out = append(out, s)
			if s == end {
				break
			}
			s = next(s)
		}
		return out
	}
	from, to := Int(a), Int(b)
	if from > to {
		return nil
	}
	if to-from > 1<<26 {
		Die("Out of memory in a range of %d elements", to-from)
	}
	out := make([]any, 0, to-from+1)
	for i := from; i <= to; i++ {
		out = append(out, i)
	}
	return out
}

// Substr returns the part of s at offset, "" if that is outside of s. A
// negative offset counts from the end; a negative length leaves that many bytes
// at the end.
func Substr(s string, offset, length int) string {
	from, to, ok := bounds(s, offset, length)
	if !ok {
		return ""
	}
	return s[from:to]
}

// SubstrOK is like Substr but returns nil if offset is outside of s.
func SubstrOK(s string, offset, length int) any {
	from, to, ok := bounds(s, offset, length)
	if !ok {
		return nil
	}
	return s[from:to]
}

func bounds(s string, offset, length int) (from, to int, ok bool) {
	n := len(s)
	if offset < 0 {
		offset += n
	}
	if offset > n {
		return 0, 0, false
	}
	end := n
	switch {
	case length == Rest:
	case length < 0:
		end = n + length
	case offset+length < n:
		end = offset + length
	}
	if offset < 0 {
		if end < 0 {
			return 0, 0, false
		}
		offset = 0
	}
	return offset, max(end, offset), true
}

// ReplaceSubstr returns s with a part replaced, and that part. It dies if
// offset is outside of s. Perl: substr with four arguments.
func ReplaceSubstr(s string, offset, length int, with string) (result, old string) {
	from, to, ok := bounds(s, offset, length)
	if !ok {
		Die("substr outside of string")
	}
	return s[:from] + with + s[to:], s[from:to]
}

// Index returns the offset of the first t in s at or after from, or -1 if there
// is none.
func Index(s, t string, from int) int {
	from = min(max(from, 0), len(s))
	i := strings.Index(s[from:], t)
	if i < 0 {
		return -1
	}
	return i + from
}

// Rindex returns the offset of the last t in s at or before from, or -1 if
// there is none.
func Rindex(s, t string, from int) int {
	if from < 0 {
		if t == "" {
			return 0
		}
		return -1
	}
	end := len(s)
	if from < end && from+len(t) < end {
		end = from + len(t)
	}
	return strings.LastIndex(s[:end], t)
}

// Upper returns s with its ASCII letters in upper case. Perl: uc.
func Upper(s string) string {
	return strings.Map(func(r rune) rune { return r }, mapBytes(s, 'a', 'z'))
}

// Lower returns s with its ASCII letters in lower case. Perl: lc.
func Lower(s string) string { return mapBytes(s, 'A', 'Z') }

func mapBytes(s string, from, to byte) string {
	for i := range len(s) {
		if s[i] >= from && s[i] <= to {
			b := []byte(s)
			for j := i; j < len(b); j++ {
				if b[j] >= from && b[j] <= to {
					b[j] ^= 0x20
				}
			}
			return string(b)
		}
	}
	return s
}

// UpperFirst returns s with its first byte in upper case, if that is an ASCII
// letter. Perl: ucfirst.
func UpperFirst(s string) string {
	if s == "" {
		return s
	}
	return mapBytes(s[:1], 'a', 'z') + s[1:]
}

// LowerFirst returns s with its first byte in lower case, if that is an ASCII
// letter. Perl: lcfirst.
func LowerFirst(s string) string {
	if s == "" {
		return s
	}
	return mapBytes(s[:1], 'A', 'Z') + s[1:]
}

// Reverse returns a new list of the elements in reverse order.
func Reverse(list []any) []any {
	out := slices.Clone(list)
	slices.Reverse(out)
	return out
}

// ReverseString returns the bytes of s in reverse order.
func ReverseString(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

// Join returns the elements of a list as one string, separated by sep.
func Join(sep string, list ...any) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = Str(v)
	}
	return strings.Join(parts, sep)
}

// Sort returns a new list sorted by string; the sort is stable.
func Sort(list []any) []any {
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b any) int { return strings.Compare(Str(a), Str(b)) })
	return out
}

// SortBy returns a new list sorted by compare; the sort is stable.
func SortBy(list []any, compare func(a, b any) int) []any {
	out := slices.Clone(list)
	slices.SortStableFunc(out, compare)
	return out
}

// Map returns the lists that f returns for the elements, joined.
func Map(list []any, f func(it any) []any) []any {
	topic := Topic
	defer func() { Topic = topic }()
	var out []any
	for _, v := range list {
		out = append(out, f(v)...)
	}
	return out
}

// Map1 returns the values that f returns for the elements.
func Map1(list []any, f func(it any) any) []any {
	topic := Topic
	defer func() { Topic = topic }()
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}

// Grep returns the elements for which f is true.
func Grep(list []any, f func(it any) bool) []any {
	topic := Topic
	defer func() { Topic = topic }()
	var out []any
	for _, v := range list {
		if f(v) {
			out = append(out, v)
		}
	}
	return out
}

// Uint returns v as an unsigned integer, as Perl's bit operators convert it.
func Uint(v any) uint64 {
	switch n := Number(v).(type) {
	case int:
		return uint64(n)
	case uint64:
		return n
	}
	f := Num(v)
	switch {
	case f < 0:
		return uint64(int64(f))
	case f >= math.MaxUint64:
		return math.MaxUint64
	}
	return uint64(f)
}

// Bits returns an unsigned 64-bit number as a scalar.
func Bits(u uint64) any {
	if u <= math.MaxInt64 {
		return int(u)
	}
	return u
}

// BitOr returns a | b. BitOr, BitAnd and BitXor operate byte by byte if both
// operands are strings, else on numbers.
func BitOr(a, b any) any { return bitwise(a, b, '|') }

// BitAnd returns a & b. See BitOr.
func BitAnd(a, b any) any { return bitwise(a, b, '&') }

// BitXor returns a ^ b. See BitOr.
func BitXor(a, b any) any { return bitwise(a, b, '^') }

func bitwise(a, b any, op byte) any {
	s, ok := a.(string)
	t, ok2 := b.(string)
	if !ok || !ok2 {
		x, y := Uint(a), Uint(b)
		switch op {
		case '|':
			return Bits(x | y)
		case '&':
			return Bits(x & y)
		}
		return Bits(x ^ y)
	}
	n := max(len(s), len(t))
	if op == '&' {
		n = min(len(s), len(t))
	}
	out := make([]byte, n)
	for i := range out {
		var x, y byte
		if i < len(s) {
			x = s[i]
		}
		if i < len(t) {
			y = t[i]
		}
		switch op {
		case '|':
			out[i] = x | y
		case '&':
			out[i] = x & y
		default:
			out[i] = x ^ y
		}
	}
	return string(out)
}

// Ord returns the first byte of s as a number, 0 if s is empty.
func Ord(s string) int {
	if s == "" {
		return 0
	}
	return int(s[0])
}

// Chr returns the byte n, or, if n is above 255, that character in UTF-8.
func Chr(n int) string {
	if n >= 0 && n < 256 {
		return string([]byte{byte(n)})
	}
	return string(rune(n))
}

// Hex returns the value of a hexadecimal number, with or without 0x.
func Hex(s string) int {
	s = strings.ReplaceAll(strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(s), "0"), "x"), "_", "")
	n, _ := strconv.ParseUint(s, 16, 64)
	return int(n)
}

// Oct returns the value of an octal number, or of a number with the prefix 0x,
// 0o or 0b.
func Oct(s string) int {
	s = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(s)), "_", "")
	base := 8
	switch {
	case strings.HasPrefix(s, "0x"), strings.HasPrefix(s, "x"):
		return Hex(s)
	case strings.HasPrefix(s, "0o"), strings.HasPrefix(s, "o"):
		s = s[strings.IndexByte(s, 'o')+1:]
	case strings.HasPrefix(s, "0b"), strings.HasPrefix(s, "b"):
		base = 2
		s = s[strings.IndexByte(s, 'b')+1:]
	}
	end := 0
	for end < len(s) && s[end] >= '0' && s[end] < '0'+byte(base) {
		end++
	}
	n, _ := strconv.ParseUint(s[:end], base, 64)
	return int(n)
}

// Chomp removes $/, a newline by default, from the end of *s and returns the
// number of bytes removed.
func Chomp(s *string) int {
	before := len(*s)
	switch end := InputRecordSeparator; {
	case end == nil:
	case Str(end) == "": // paragraphs
		*s = strings.TrimRight(*s, "\n")
	case RefType(end) == "":
		*s = strings.TrimSuffix(*s, Str(end))
	}
	return before - len(*s)
}

// Chomped returns s as Chomp leaves it.
func Chomped(s string) string {
	Chomp(&s)
	return s
}

// Chopped returns s without its last byte.
func Chopped(s string) string {
	if s == "" {
		return s
	}
	return s[:len(s)-1]
}

// RepeatString returns n copies of s, "" if n is negative. Perl: s x n.
func RepeatString(s string, n int) string { return strings.Repeat(s, max(n, 0)) }
