//go:build linux

package perl

import "math"

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

// Vec returns element i of s, where elements are bits wide. Perl: vec.
func Vec(s string, i, bits int) int {
	if bits >= 8 {
		n, at := 0, i*bits/8
		for j := range bits / 8 {
			n <<= 8
			if at+j < len(s) {
				n |= int(s[at+j])
			}
		}
		return n
	}
	at := i * bits
	if at/8 >= len(s) {
		return 0
	}
	return int(s[at/8]>>(at%8)) & (1<<bits - 1)
}

// SetVec returns s with element i set to v, where elements are bits wide. Perl:
// vec as an lvalue.
func SetVec(s string, i, bits, v int) string {
	b := []byte(s)
	need := (i*bits + bits + 7) / 8
	for len(b) < need {
		b = append(b, 0)
	}
	if bits >= 8 {
		for j := bits/8 - 1; j >= 0; j-- {
			b[i*bits/8+j] = byte(v)
			v >>= 8
		}
		return string(b)
	}
	at := i * bits
	mask := byte(1<<bits-1) << (at % 8)
	b[at/8] = b[at/8]&^mask | byte(v)<<(at%8)&mask
	return string(b)
}

// SetVecAt is SetVec on a variable; it returns v.
func SetVecAt(p *any, i, bits int, v any) any {
	*p = SetVec(Str(*p), i, bits, Int(v))
	return v
}
