package port

import (
	"strconv"
	"strings"
)

// goName makes a name in Go of a name in Perl.
func goName(s string) string {
	var b strings.Builder
	up := false
	for i, part := range strings.FieldsFunc(s, func(c rune) bool { return c == '_' || c == ':' || c == '\'' }) {
		if i == 0 && strings.ToUpper(part) == part {
			part = strings.ToLower(part)
		}
		if i > 0 {
			if strings.ToUpper(part) == part {
				part = strings.ToLower(part)
			}
			part = strings.ToUpper(part[:1]) + part[1:]
		} else {
			part = strings.ToLower(part[:1]) + part[1:]
		}
		for _, c := range part {
			if c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
				b.WriteRune(c)
			}
		}
		up = true
	}
	_ = up
	out := b.String()
	if out == "" || out[0] >= '0' && out[0] <= '9' {
		out = "v" + out
	}
	return out
}

var reservedNames = map[string]bool{}

// nameIn returns a name for a variable which no other of the function has.
func (p *program) nameIn(f *function, want string) string {
	names := p.mainNames
	if f != nil {
		for f.outer != nil && f.name == "" {
			f = f.outer
		}
		if f.name != "" {
			names = f.names
		}
	}
	name := want
	for i := 2; reservedNames[name] || p.packageNames[name] || names[name] > 0; i++ {
		if i == 2 && reservedNames[want] {
			name = want + "Value"
			if len(want) == 1 {
				name = want + "1"
			}
			continue
		}
		name = want + strconv.Itoa(i)
	}
	names[name]++
	p.localNames[name] = true
	return name
}

func (p *program) globalName(want string) string {
	name := want
	for i := 2; reservedNames[name] || p.packageNames[name]; i++ {
		name = want + strconv.Itoa(i)
		if i == 2 && reservedNames[want] {
			name = want + "Sub"
		}
	}
	p.packageNames[name] = true
	return name
}

func init() {
	for w := range strings.FieldsSeq(`break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var
		any append bool byte cap clear close complex copy delete error false float64 imag int iota len make max min new nil panic print println real recover rune string true uint init main
		perl poe compat regexp time strings strconv fmt args w m e it a b i ok perlFile`) {
		reservedNames[w] = true
	}
}
