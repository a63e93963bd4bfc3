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
	f := formatter{format: format, all: args, args: args}
	for f.at < len(format) {
		if format[f.at] != '%' {
			f.out.WriteByte(format[f.at])
			f.at++
			continue
		}
		f.conversion()
	}
	return f.out.String()
}

// formatter is a call of sprintf.
type formatter struct {
	format string
	at     int
	all    []any
	args   []any // those that are not used yet
	out    strings.Builder
}

func (f *formatter) next() any { return Shift(&f.args) }

// skip takes a byte of the format that is one of set.
func (f *formatter) skip(set string) (byte, bool) {
	if f.at < len(f.format) && strings.IndexByte(set, f.format[f.at]) >= 0 {
		f.at++
		return f.format[f.at-1], true
	}
	return 0, false
}

// conversion writes a conversion; one that is not known is written as it is.
func (f *formatter) conversion() {
	start := f.at
	f.at++
	s, vector := f.spec()
	verb, ok := f.skip("%csdiuoxXeEfFgGbBp")
	switch {
	case !ok:
		f.at = min(f.at+1, len(f.format))
		f.out.WriteString(f.format[start:f.at])
		return
	case verb == '%':
		f.out.WriteByte('%')
		return
	case !s.explicit:
		s.arg = f.next()
	}
	if vector {
		s.arg, verb = versionText(Str(s.arg)), 's'
	}
	f.out.WriteString(s.format(verb))
}

// versionText returns the bytes of s as numbers, as %vd shows them.
func versionText(s string) string {
	parts := make([]string, len(s))
	for i := range len(s) {
		parts[i] = strconv.Itoa(int(s[i]))
	}
	return strings.Join(parts, ".")
}

// spec takes what stands between % and the letter.
func (f *formatter) spec() (s spec, vector bool) {
	s = spec{width: -1, precision: -1}
	if n, end := digits(f.format, f.at); end > f.at && end < len(f.format) && f.format[end] == '$' { // %2$s names an argument
		s.arg, s.explicit = At(f.all, n-1), true
		f.at = end + 1
	}
	for {
		flag, ok := f.skip(" +-0#")
		if !ok {
			break
		}
		s.flag(flag)
	}
	_, vector = f.skip("v")
	if _, star := f.skip("*"); star {
		if s.width = Int(f.next()); s.width < 0 {
			s.minus, s.width = true, -s.width
		}
	} else if n, end := digits(f.format, f.at); end > f.at {
		s.width, f.at = n, end
	}
	if _, dot := f.skip("."); dot {
		if _, star := f.skip("*"); star {
			s.precision = Int(f.next())
		} else {
			s.precision, f.at = digits(f.format, f.at)
		}
	}
	for {
		if _, ok := f.skip("hlqLV"); !ok {
			return s, vector
		}
	}
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
		return s.pad(If(s.precision == 0, "", Chr(Int(s.arg))), false)
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
		s.plus, s.space = false, false
		return s.integer(false, strconv.FormatUint(Uint(s.arg), 10), "")
	case 'o':
		u := Uint(s.arg)
		s.plus, s.space = false, false
		t := strconv.FormatUint(u, 8)
		switch { // the 0 in front counts for the precision
		case s.alt && u == 0 && s.precision == 0:
			s.precision = 1
		case s.alt && u != 0 && s.precision <= len(t):
			t = "0" + t
		}
		return s.integer(false, t, "")
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
			whole, exponent := t, ""
			if i := strings.IndexAny(t, "eE"); i >= 0 {
				whole, exponent = t[:i], t[i:]
			}
			t = whole + "." + exponent
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
