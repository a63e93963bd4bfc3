//go:build linux

package perl

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
)

// Sprintf formats as Perl's sprintf does.
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
		return s.integer(false, strconv.FormatUint(Uint(s.arg), 8), If(s.alt, "0", ""))
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

// Dumper settings, as $Data::Dumper::Indent and the like.
var (
	DumperIndent   any = 2
	DumperSortkeys any = 0
	DumperTerse    any = 0
	DumperUseqq    any = 0
	DumperPair     any = " => "
	DumperMaxdepth any = 0
	DumperDeepcopy any = 0
)

// Dumper returns the values as Data::Dumper shows them.
func Dumper(values ...any) string {
	var b strings.Builder
	for i, v := range values {
		name := fmt.Sprintf("$VAR%d = ", i+1)
		if True(DumperTerse) {
			name = ""
		}
		d := dumper{b: &b, seen: map[any]string{}}
		b.WriteString(name)
		indent := If(Int(DumperIndent) >= 2, len(name), 0)
		d.dump(v, indent, fmt.Sprintf("$VAR%d", i+1), 0)
		if name != "" {
			b.WriteString(";")
		}
		if Int(DumperIndent) > 0 {
			b.WriteString("\n")
		}
	}
	return b.String()
}

type dumper struct {
	b    *strings.Builder
	seen map[any]string
}

func (d *dumper) newline(indent int) {
	if Int(DumperIndent) > 0 {
		d.b.WriteString("\n" + strings.Repeat(" ", indent))
	}
}

func (d *dumper) dump(v any, indent int, path string, depth int) {
	switch x := v.(type) {
	case nil:
		d.b.WriteString("undef")
		return
	case bool:
		d.b.WriteString(If(x, "1", "''"))
		return
	case int:
		if x > 999999999 || x < -999999999 {
			fmt.Fprintf(d.b, "'%d'", x)
			return
		}
		d.b.WriteString(strconv.Itoa(x))
		return
	case *Hash, *Array, *Ref, *Code:
		d.reference(v, indent, path, depth)
		return
	}
	if t := RefType(v); t != "" {
		d.b.WriteString("bless( do{\\(my $o = " + strconv.FormatUint(Address(v), 10) + ")}, '" + t + "' )")
		return
	}
	s := Str(v)
	if True(DumperUseqq) {
		d.b.WriteString(If(plainInteger(s) && len(strings.TrimPrefix(s, "-")) < 10, s, quoteDouble(s)))
		return
	}
	if _, isString := v.(string); isString && plainInteger(s) {
		d.b.WriteString("'" + s + "'")
		return
	}
	d.b.WriteString("'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'")
}

// quoteDouble returns s in double quotes, as Data::Dumper's Useqq does.
func quoteDouble(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; c {
		case '\\', '"', '$', '@':
			b.WriteByte('\\')
			b.WriteByte(c)
		case '\a', '\b', '\t', '\n', '\f', '\r', 0x1b:
			b.WriteString(map[byte]string{'\a': `\a`, '\b': `\b`, '\t': `\t`, '\n': `\n`, '\f': `\f`, '\r': `\r`, 0x1b: `\e`}[c])
		default:
			switch {
			case c >= 0x80 || c < ' ' && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9':
				fmt.Fprintf(&b, `\%03o`, c)
			case c < ' ' || c == 0x7f:
				fmt.Fprintf(&b, `\%o`, c)
			default:
				b.WriteByte(c)
			}
		}
	}
	b.WriteByte('"')
	return b.String()
}

func plainInteger(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && strconv.Itoa(n) == s && len(s) < 11
}

func (d *dumper) reference(v any, indent int, path string, depth int) {
	if where, ok := d.seen[v]; ok {
		d.b.WriteString(where)
		return
	}
	d.seen[v] = path
	defer delete(d.seen, v)
	class := Class(v)
	if class != "" {
		d.b.WriteString("bless( ")
		if Int(DumperIndent) >= 2 {
			indent += 7
		}
	}
	step := If(Int(DumperIndent) >= 1, 2, 0)
	switch x := v.(type) {
	case *Hash:
		keys := x.Keys()
		if True(DumperSortkeys) {
			sort.Slice(keys, func(i, j int) bool { return Str(keys[i]) < Str(keys[j]) })
		}
		d.b.WriteString("{")
		for i, k := range keys {
			if i > 0 {
				d.b.WriteString(",")
			}
			d.newline(indent + step)
			name := "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(Str(k)) + "'"
			d.b.WriteString(name + Str(DumperPair))
			deeper := indent + step
			if Int(DumperIndent) >= 2 {
				deeper += len(name) + len(Str(DumperPair))
			}
			d.dump(x.Get(Str(k)), deeper, path+"->{"+name+"}", depth+1)
		}
		if len(keys) > 0 {
			d.newline(indent)
		}
		d.b.WriteString("}")
	case *Array:
		d.b.WriteString("[")
		for i, e := range x.All() {
			if i > 0 {
				d.b.WriteString(",")
			}
			d.newline(indent + step)
			d.dump(e, indent+step, fmt.Sprintf("%s->[%d]", path, i), depth+1)
		}
		if x.Len() > 0 {
			d.newline(indent)
		}
		d.b.WriteString("]")
	case *Ref:
		d.b.WriteString("\\")
		d.dump(x.Get(), indent+step, "${"+path+"}", depth+1)
	case *Code:
		d.b.WriteString(`sub { "DUMMY" }`)
	}
	if class != "" {
		d.b.WriteString(", '" + class + "' )")
	}
}
