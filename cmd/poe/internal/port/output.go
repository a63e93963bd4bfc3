package port

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// lineTable removes the marks of lines and appends the table of them, which messages
// of Perl with a line need.
func lineTable(src string) string {
	var out, table strings.Builder
	line, column := 1, 0
	perl, last := "0", "0"
	for text := range strings.SplitAfterSeq(src, "\n") {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(text), "//perl:"); ok {
			perl = rest
			continue
		}
		if perl != last {
			entry := fmt.Sprintf("%d:%s ", line, perl)
			if column += len(entry); column > 100 {
				table.WriteString("\" +\n\t\"")
				column = len(entry)
			}
			table.WriteString(entry)
			last = perl
		}
		out.WriteString(text)
		line++
	}
	fmt.Fprintf(&out, "\n// The lines of Go and of Perl, for messages.\nvar _ = perl.Lines(\"%s\")\n", strings.TrimSuffix(table.String(), " "))
	return out.String()
}

var packageWord = regexp.MustCompile(`(?:^|[^.\w])(perl|poe|compat|testmore|regexp|time|strings|strconv|os|math|fmt)\.[A-Z]`)

func (g *gen) program(options Options) string {
	body := g.capture(func() { g.statements(g.prog.statements) })
	if g.f.match {
		body = "var m perl.Captures\n" + body
	}
	var b strings.Builder
	text := g.assemble(body)
	fmt.Fprintf(&b, "// Ported from %s by poe port. See PORTING.md.\n\npackage main\n\n", g.prog.name)
	imports := map[string]bool{}
	for _, m := range packageWord.FindAllStringSubmatch(stripStrings(text), -1) {
		imports[m[1]] = true
	}
	var paths []string
	for word := range imports {
		paths = append(paths, importPaths[word])
	}
	sort.Strings(paths)
	b.WriteString("import (\n")
	for _, p := range paths {
		if !strings.Contains(p, ".") {
			fmt.Fprintf(&b, "%q\n", p)
		}
	}
	b.WriteString("\n")
	for _, p := range paths {
		if strings.Contains(p, ".") {
			fmt.Fprintf(&b, "%q\n", p)
		}
	}
	for _, p := range slices.Sorted(maps.Keys(g.components)) {
		fmt.Fprintf(&b, "_ %q\n", p)
	}
	b.WriteString(")\n\n")
	b.WriteString(text)
	return b.String()
}

// stripStrings removes string literals, for the search for package names.
func stripStrings(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			for i++; i < len(s) && s[i] != '"'; i++ {
				if s[i] == '\\' {
					i++
				}
			}
		case '/':
			if i+1 < len(s) && s[i+1] == '/' {
				for i < len(s) && s[i] != '\n' {
					i++
				}
			}
		case '`':
			for i++; i < len(s) && s[i] != '`'; i++ {
			}
		case '\'':
			for i++; i < len(s) && s[i] != '\''; i++ {
				if s[i] == '\\' {
					i++
				}
			}
		}
		if i < len(s) {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

func (g *gen) assemble(body string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "// perlFile is the name of the Perl program, as its messages show it.\nconst perlFile = %s\n\n", quote(g.prog.name))
	if len(g.reList) > 0 {
		b.WriteString("var (\n")
		for _, r := range g.reList {
			b.WriteString(r + "\n")
		}
		b.WriteString(")\n\n")
	}
	g.writeStructs(&b)
	g.writeGlobals(&b)
	b.WriteString("func main() {\n")
	b.WriteString("perl.Main(perlFile, func() {\n")
	for _, s := range g.inits {
		b.WriteString(s + "\n")
	}
	if g.prog.byName {
		g.writePackages(&b)
	}
	if strings.Contains(body, "fmt.Print") || strings.Contains(g.globals.String(), "fmt.Print") {
		b.WriteString("perl.Stdout.SetAutoflush(1) // fmt.Print writes at once\n")
	}
	if v := g.prog.packageVars["*DATA"]; v != nil && g.prog.hasData {
		fmt.Fprintf(&b, "perl.Open(&%s, \"<\", perl.RefValue(%s))\n", v.goName, quote(g.prog.data))
	}
	b.WriteString(body)
	if g.usesPOE() {
		b.WriteString("compat.Leave()\n")
	}
	b.WriteString("})\n}\n\n")
	b.WriteString(g.globals.String())
	return b.String()
}

func (g *gen) usesPOE() bool {
	for m := range g.prog.modules {
		if m == "POE" || strings.HasPrefix(m, "POE::") {
			return true
		}
	}
	return false
}

func (g *gen) writeGlobals(b *strings.Builder) {
	var lines []string
	for _, v := range g.prog.globals {
		comment := ""
		if v.packaged {
			comment = " // " + string(v.sigil) + v.name
		}
		switch v.sigil {
		case '$':
			lines = append(lines, fmt.Sprintf("%s %s%s", v.goName, g.typeOf(v), comment))
			if v.posUsed {
				lines = append(lines, v.goName+"Pos perl.Pos")
			}
		case '@':
			lines = append(lines, v.goName+" = perl.NewArray()"+comment)
		case '%':
			if v.table != nil {
				lines = append(lines, v.goName+" perl.Table["+g.tableType(v.table)+"]")
				continue
			}
			lines = append(lines, v.goName+" = perl.NewHash()"+comment)
		}
	}
	if len(lines) == 0 {
		return
	}
	b.WriteString("var (\n" + strings.Join(lines, "\n") + "\n)\n\n")
}

// writePackages makes packages with methods known.
func (g *gen) writePackages(b *strings.Builder) {
	var names []string
	for name := range g.packages {
		names = append(names, name)
	}
	for name := range g.parents {
		if g.packages[name] == nil {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	for _, name := range names {
		if subs := g.packages[name]; len(subs) > 0 {
			fmt.Fprintf(b, "perl.Package(%q, perl.Subs{\n", name)
			var keys []string
			for k := range subs {
				keys = append(keys, k)
			}
			sort.Strings(keys)
			for _, k := range keys {
				fmt.Fprintf(b, "%q: %s,\n", k, subs[k])
			}
			b.WriteString("})\n")
		}
		if ps := g.parents[name]; len(ps) > 0 {
			fmt.Fprintf(b, "perl.Inherit(%q, %s)\n", name, quoteAll(ps))
		}
	}
}

func quoteAll(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = quote(s)
	}
	return strings.Join(out, ", ")
}

// quote returns s as a literal of Go.
func quote(s string) string {
	if strings.ContainsAny(s, "\\\"") && !strings.ContainsAny(s, "`\r") && strconv.CanBackquote(s) {
		return "`" + s + "`"
	}
	q := strconv.Quote(s)
	if !validUTF8(s) {
		q = quoteBytes(s)
	}
	return q
}

func validUTF8(s string) bool { return strings.ToValidUTF8(s, "\x00\x00") == s }

func quoteBytes(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c >= ' ' && c < 0x7f:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, `\x%02x`, c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
