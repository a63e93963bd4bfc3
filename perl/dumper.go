//go:build linux

package perl

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The Dumper variables configure Dumper, as $Data::Dumper::Indent and the like
// do in Perl.
var (
	DumperIndent    any = 2
	DumperSortkeys  any = 0
	DumperTerse     any = 0
	DumperUseqq     any = 0
	DumperPad       any = ""
	DumperPair      any = " => "
	DumperMaxdepth  any = 0
	DumperDeepcopy  any = 0
	DumperQuotekeys any = 1
	DumperVarname   any = "VAR"
)

// dumperSettings are the settings by the names of their methods.
var dumperSettings = map[string]*any{
	"Indent": &DumperIndent, "Sortkeys": &DumperSortkeys, "Terse": &DumperTerse, "Useqq": &DumperUseqq, "Pad": &DumperPad, "Pair": &DumperPair,
	"Maxdepth": &DumperMaxdepth, "Deepcopy": &DumperDeepcopy, "Quotekeys": &DumperQuotekeys, "Varname": &DumperVarname,
}

func init() {
	subs := Subs{
		"new": func(_ Want, args ...any) []any {
			return L(Bless(NewHash("values", At(args, 1), "names", At(args, 2)), "Data::Dumper"))
		},
		"Dump": func(_ Want, args ...any) []any {
			if RefType(args[0]) == "" {
				return L(dumpNamed(A(At(args, 1)).All(), A(At(args, 2)).All()))
			}
			self := H(args[0])
			for name, p := range dumperSettings {
				if self.Exists(name) {
					defer Local(p, self.Get(name))()
				}
			}
			return L(dumpNamed(A(self.Get("values")).All(), A(self.Get("names")).All()))
		},
	}
	for name, p := range dumperSettings {
		subs[name] = func(_ Want, args ...any) []any {
			self := H(args[0])
			if len(args) > 1 {
				self.Set(name, args[1])
				return L(self)
			}
			if self.Exists(name) {
				return L(self.Get(name))
			}
			return L(*p)
		}
	}
	Package("Data::Dumper", subs)
}

// Dumper returns the values in the format of Data::Dumper, as the Dumper
// variables configure it.
func Dumper(values ...any) string { return dumpNamed(values, nil) }

// dumpNamed shows values, assigned to variables of these names: a star in front of one
// makes it that of an array or a hash.
func dumpNamed(values, names []any) string {
	var b strings.Builder
	for i, v := range values {
		name := Str(At(names, i))
		if name == "" {
			name = Str(DumperVarname) + strconv.Itoa(i+1)
		}
		d := dumper{b: &strings.Builder{}, seen: map[any]string{}}
		d.variable(strings.TrimPrefix(name, "$"), v)
		text := d.b.String()
		if pad := Str(DumperPad); pad != "" {
			text = pad + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+pad) + "\n"
		}
		b.WriteString(text)
	}
	return b.String()
}

type dumper struct {
	b     *strings.Builder
	seen  map[any]string
	whole bool // the outermost brackets are those of a list
}

// variable writes the assignment to one variable.
func (d *dumper) variable(name string, v any) {
	path, shown := "$"+name, "$"+name
	if rest, ok := strings.CutPrefix(name, "*"); ok {
		path, shown = "$"+rest, "$"+rest
		switch x := v.(type) {
		case *Hash:
			shown, d.whole = "%"+rest, Class(x) == ""
		case *Array:
			shown, d.whole = "@"+rest, Class(x) == ""
		}
	}
	head := shown + " = "
	if True(DumperTerse) {
		head = ""
	}
	d.b.WriteString(head)
	indent := 0
	if Int(DumperIndent) >= 2 {
		indent = len(head)
	}
	if d.whole {
		d.seen[v] = "\\" + shown
	}
	d.dump(v, indent, path, 0)
	if head != "" {
		d.b.WriteString(";")
	}
	if Int(DumperIndent) > 0 {
		d.b.WriteString("\n")
	}
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
	case *Regexp:
		d.b.WriteString("qr/" + strings.ReplaceAll(x.source, "/", `\/`) + "/" + only(x.flags, "msixn"))
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
	d.b.WriteString(quoteSingle(s))
}

func quoteSingle(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
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

// bareKey are the keys that need no quotes.
var bareKey = regexp.MustCompile(`^(?:[A-Za-z_]\w*|0|-?[1-9]\d{0,8})$`)

func dumpedKey(key string) string {
	if !True(DumperQuotekeys) && bareKey.MatchString(key) {
		return key
	}
	if True(DumperUseqq) {
		return quoteDouble(key)
	}
	return quoteSingle(key)
}

func (d *dumper) keys(h *Hash) []any {
	keys := h.Keys()
	switch {
	case RefType(DumperSortkeys) == "CODE":
		return A(Apply(DumperSortkeys, h)).All()
	case True(DumperSortkeys):
		slices.SortFunc(keys, func(a, b any) int { return strings.Compare(Str(a), Str(b)) })
	}
	return keys
}

// element is the path of an element: the first subscript has an arrow.
func (d *dumper) element(path, subscript string) string {
	if strings.ContainsAny(path, "[{") || d.whole {
		return path + subscript
	}
	return path + "->" + subscript
}

func (d *dumper) reference(v any, indent int, path string, depth int) {
	whole := d.whole && depth == 0
	if where, ok := d.seen[v]; ok && !whole {
		d.b.WriteString(where)
		return
	}
	if n := Int(DumperMaxdepth); n > 0 && depth >= n {
		d.b.WriteString("'" + Str(v) + "'")
		return
	}
	if !whole {
		d.seen[v] = path
	}
	if True(DumperDeepcopy) {
		defer delete(d.seen, v)
	}
	class := Class(v)
	if class != "" {
		d.b.WriteString("bless( ")
		if Int(DumperIndent) >= 2 {
			indent += 7
		}
	}
	at := place{indent, If(Int(DumperIndent) >= 1, 2, 0), path, depth, whole}
	switch x := v.(type) {
	case *Hash:
		d.hash(x, at)
	case *Array:
		d.array(x, at)
	case *Ref:
		d.scalar(x, at, class != "")
	case *Code:
		d.b.WriteString(`sub { "DUMMY" }`)
	}
	if class != "" {
		d.b.WriteString(", '" + class + "' )")
	}
}

// place says where the content of a reference is written: behind how many blanks,
// how many more its elements have, the expression for it, and how deep it is. whole
// means a variable named with *, whose content stands in parentheses.
type place struct {
	indent, step int
	path         string
	depth        int
	whole        bool
}

func (d *dumper) hash(h *Hash, at place) {
	keys := d.keys(h)
	pair := Str(DumperPair)
	d.b.WriteString(If(at.whole, "(", "{"))
	for i, k := range keys {
		if i > 0 {
			d.b.WriteString(",")
		}
		d.newline(at.indent + at.step)
		name := dumpedKey(Str(k))
		d.b.WriteString(name + pair)
		deeper := at.indent + at.step
		if Int(DumperIndent) >= 2 {
			deeper += len(name) + len(pair)
		}
		d.dump(h.Get(Str(k)), deeper, d.element(at.path, "{"+name+"}"), at.depth+1)
	}
	if len(keys) > 0 {
		d.newline(at.indent)
	}
	d.b.WriteString(If(at.whole, ")", "}"))
}

func (d *dumper) array(a *Array, at place) {
	d.b.WriteString(If(at.whole, "(", "["))
	for i, e := range a.All() {
		if i > 0 {
			d.b.WriteString(",")
		}
		d.newline(at.indent + at.step)
		if Int(DumperIndent) >= 3 {
			fmt.Fprintf(d.b, "#%d", i)
			d.newline(at.indent + at.step)
		}
		d.dump(e, at.indent+at.step, d.element(at.path, fmt.Sprintf("[%d]", i)), at.depth+1)
	}
	if a.Len() > 0 {
		d.newline(at.indent)
	}
	d.b.WriteString(If(at.whole, ")", "]"))
}

func (d *dumper) scalar(r *Ref, at place, blessed bool) {
	d.b.WriteString(If(blessed, "do{\\(my $o = ", "\\"))
	d.dump(r.Get(), at.indent+at.step, "${"+at.path+"}", at.depth+1)
	d.b.WriteString(If(blessed, ")}", ""))
}
