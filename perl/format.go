//go:build linux

package perl

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Sprintf formats its arguments as Perl's sprintf does.
func Sprintf(format string, args ...any) string {
	var b strings.Builder
	next := func() any {
		if len(args) == 0 {
			return nil
		}
		v := args[0]
		args = args[1:]
		return v
	}
	all := args
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b.WriteByte(format[i])
			continue
		}
		start := i
		i++
		s := spec{width: -1, precision: -1}
		// %2$s names an argument.
		if n, end := digits(format, i); end > i && end < len(format) && format[end] == '$' {
			s.arg, s.explicit = At(all, n-1), true
			i = end + 1
		}
		for i < len(format) && strings.IndexByte(" +-0#", format[i]) >= 0 {
			s.flag(format[i])
			i++
		}
		vector := false
		if i < len(format) && format[i] == 'v' {
			vector = true
			i++
		}
		if i < len(format) && format[i] == '*' {
			if s.width = Int(next()); s.width < 0 {
				s.minus, s.width = true, -s.width
			}
			i++
		} else if n, end := digits(format, i); end > i {
			s.width, i = n, end
		}
		if i < len(format) && format[i] == '.' {
			i++
			if i < len(format) && format[i] == '*' {
				s.precision = Int(next())
				i++
			} else {
				s.precision, i = digits(format, i)
			}
		}
		for i < len(format) && strings.IndexByte("hlqLV", format[i]) >= 0 {
			i++
		}
		if i >= len(format) {
			b.WriteString(format[start:])
			break
		}
		verb := format[i]
		if verb == '%' {
			b.WriteByte('%')
			continue
		}
		if strings.IndexByte("csdiuoxXeEfFgGbBp", verb) < 0 {
			b.WriteString(format[start : i+1])
			continue
		}
		if !s.explicit {
			s.arg = next()
		}
		if vector {
			parts := []string{}
			for _, c := range []byte(Str(s.arg)) {
				parts = append(parts, strconv.Itoa(int(c)))
			}
			s.arg, verb = strings.Join(parts, "."), 's'
		}
		b.WriteString(s.format(verb))
	}
	return b.String()
}

func digits(s string, i int) (n, end int) {
	for end = i; end < len(s) && s[end] >= '0' && s[end] <= '9'; end++ {
		if n < 1<<20 {
			n = n*10 + int(s[end]-'0')
		}
	}
	return n, end
}

type spec struct {
	minus, plus, space, zero, alt bool
	width, precision              int
	arg                           any
	explicit                      bool
}

func (s *spec) flag(c byte) {
	switch c {
	case '-':
		s.minus = true
	case '+':
		s.plus = true
	case ' ':
		s.space = true
	case '0':
		s.zero = true
	case '#':
		s.alt = true
	}
}

func (s *spec) format(verb byte) string {
	switch verb {
	case 'c':
		return s.pad(Chr(Int(s.arg)), false)
	case 's':
		t := Str(s.arg)
		if s.precision >= 0 && s.precision < len(t) {
			t = t[:s.precision]
		}
		return s.pad(t, false)
	case 'p':
		return s.pad(strconv.FormatUint(Address(s.arg), 16), false)
	case 'd', 'i':
		f := Num(s.arg)
		if math.IsNaN(f) {
			return s.pad(FormatFloat(f), false)
		}
		n := Int(s.arg)
		if f > math.MaxInt64 {
			n = -1 // what perl makes of a number that is too large
		}
		return s.integer(n < 0, strings.TrimPrefix(strconv.Itoa(n), "-"), "")
	case 'u':
		return s.integer(false, strconv.FormatUint(Uint(s.arg), 10), "")
	case 'o':
		u := Uint(s.arg)
		return s.integer(false, strconv.FormatUint(u, 8), If(s.alt && u != 0, "0", ""))
	case 'x', 'X', 'b', 'B':
		base := If(verb == 'x' || verb == 'X', 16, 2)
		u := Uint(s.arg)
		t := strconv.FormatUint(u, base)
		prefix := If(s.alt && u != 0, "0"+string(verb), "")
		if verb == 'X' {
			t = strings.ToUpper(t)
		}
		s.plus, s.space = false, false
		return s.integer(false, t, prefix)
	}
	return s.float(verb)
}

func (s *spec) sign(negative bool) string {
	switch {
	case negative:
		return "-"
	case s.plus:
		return "+"
	case s.space:
		return " "
	}
	return ""
}

func (s *spec) integer(negative bool, t, prefix string) string {
	if s.precision >= 0 {
		s.zero = false
		if s.precision == 0 && t == "0" {
			t = ""
		}
		t = strings.Repeat("0", max(0, s.precision-len(t))) + t
	}
	sign := s.sign(negative) + prefix
	if s.zero && !s.minus {
		t = strings.Repeat("0", max(0, s.width-len(sign)-len(t))) + t
	}
	return s.pad(sign+t, true)
}

func (s *spec) float(verb byte) string {
	f := Num(s.arg)
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return s.pad(If(s.plus && f > 0, "+", "")+FormatFloat(f), true)
	}
	precision := s.precision
	if precision < 0 {
		precision = 6
	}
	var t string
	abs := math.Abs(f)
	if verb == 'g' || verb == 'G' {
		t = fmt.Sprintf("%."+strconv.Itoa(max(precision, 1))+If(s.alt, "#", "")+string(verb), abs)
		if s.alt {
			t = fmt.Sprintf("%#."+strconv.Itoa(max(precision, 1))+string(verb), abs)
		}
	} else {
		if verb == 'F' {
			verb = 'f'
		}
		t = strconv.FormatFloat(abs, verb, precision, 64)
		if s.alt && precision == 0 {
			t += "."
		}
	}
	sign := s.sign(math.Signbit(f))
	if s.zero && !s.minus {
		t = strings.Repeat("0", max(0, s.width-len(sign)-len(t))) + t
	}
	return s.pad(sign+t, true)
}

func (s *spec) pad(t string, number bool) string {
	n := s.width - len(t)
	if n <= 0 {
		return t
	}
	switch {
	case s.minus:
		return t + strings.Repeat(" ", n)
	case s.zero && !number:
		return strings.Repeat("0", n) + t
	}
	return strings.Repeat(" ", n) + t
}
