//go:build linux

package perl

import (
	"math"
	"math/bits"
	"math/rand"
	"time"
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
		case n == 0 && (s[0] == '_' || s[0] >= 'A' && s[0] <= 'Z' || s[0] >= 'a' && s[0] <= 'z'):
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

// IntOf truncates v; a value that does not fit an int remains a floating-point
// number. Perl: int.
func IntOf(v any) any {
	switch n := Number(v).(type) {
	case int:
		return n
	default:
		return narrow(math.Trunc(Num(n)))
	}
}

// Abs returns the absolute value of v.
func Abs(v any) any {
	if n, ok := Number(v).(int); ok {
		return max(n, -n)
	}
	return math.Abs(Num(v))
}

// Sqrt returns the square root of v. It dies if v is negative.
func Sqrt(v any) any {
	if Num(v) < 0 {
		Die("Can't take sqrt of %s", Sprintf("%g", v))
	}
	return narrow(math.Sqrt(Num(v)))
}

// Log returns the natural logarithm of v. It dies if v is not positive.
func Log(v any) any {
	if Num(v) <= 0 {
		Die("Can't take log of %s", Sprintf("%g", v))
	}
	return narrow(math.Log(Num(v)))
}

// Rand returns a random number from 0 up to, but not including, n; n is 1 if it
// is missing or 0.
func Rand(n ...any) float64 {
	m := 1.0
	if len(n) > 0 && Num(n[0]) != 0 {
		m = Num(n[0])
	}
	if seeded != nil {
		return seeded.Float64() * m
	}
	return rand.Float64() * m
}

var seeded *rand.Rand

// Srand seeds Rand, with the time if n is missing, and returns the seed. The
// sequence differs from Perl's.
func Srand(n ...any) int {
	seed := time.Now().UnixNano()
	if len(n) > 0 {
		seed = int64(Int(n[0]))
	}
	seeded = rand.New(rand.NewSource(seed))
	return int(seed)
}
