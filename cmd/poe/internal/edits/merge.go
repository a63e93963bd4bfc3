package edits

import (
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// merger puts an old file and a generated one together.
type merger struct {
	old, fresh *file
	elsewhere  map[string]bool
	kept       []Kept
	renamed    map[string]string // variables of the old file that mean something else now
	text       strings.Builder
}

func (m *merger) merge() (string, error) {
	if m.old == nil {
		m.old = &file{}
	}
	edited := map[string]*unit{}
	for _, u := range m.old.units {
		if u.edited() {
			for _, n := range u.names {
				edited[n] = u
			}
		}
	}
	m.renameVariables(edited)
	m.freshUnits(edited)
	m.ownUnits()
	m.rescued()
	if m.old.tail != "" {
		m.text.WriteString("\n" + m.old.tail + "\n")
	}
	out := &file{imports: m.imports()}
	text, err := format.Source([]byte(m.fresh.head + out.importText() + m.text.String()))
	return string(text), err
}

// freshUnits writes the generated declarations, less those that are somebody's own.
func (m *merger) freshUnits(edited map[string]*unit) {
	for _, u := range m.fresh.units {
		was := edited[u.key()]
		switch {
		case m.elsewhere[u.key()]:
			m.keep(u, m.marker(u.key()))
		case was != nil && u.fn == was.fn && len(u.names) == 1 && len(was.names) == 1:
			m.keep(u, was.marker)
			m.text.WriteString("\n" + m.own(was, u.hash()) + "\n")
		case was != nil || anyOf(u.names, edited) || anyOf(u.names, m.elsewhere):
			m.block(u, edited)
		default:
			m.text.WriteString("\n" + u.marked(u.hash()) + "\n")
		}
	}
}

func anyOf[V any](names []string, in map[string]V) bool {
	for _, n := range names {
		if _, ok := in[n]; ok {
			return true
		}
	}
	return false
}

// marker returns the marker of a declaration of the old file.
func (m *merger) marker(name string) string {
	for _, u := range m.old.units {
		if u.key() == name {
			return u.marker
		}
	}
	return ""
}

// keep notes a declaration that is kept in place of a fresh one; marker is that of
// the translation which was edited.
func (m *merger) keep(fresh *unit, marker string) {
	k := Kept{Name: fresh.key(), Changed: marker != "" && marker != fresh.hash()}
	if k.Changed {
		k.Fresh = fresh.text
	}
	m.kept = append(m.kept, k)
}

// block writes the variables of a generated block which are not declared by an
// edited one: that is written as a whole by ownUnits.
func (m *merger) block(u *unit, edited map[string]*unit) {
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, "", "package p\n"+u.text, parser.ParseComments)
	if err != nil || len(tree.Decls) != 1 {
		return // it was parsed before
	}
	g, ok := tree.Decls[0].(*ast.GenDecl)
	if !ok {
		return
	}
	source := "package p\n" + u.text
	var lines []string
	for _, s := range g.Specs {
		var names []string
		switch s := s.(type) {
		case *ast.ValueSpec:
			for _, n := range s.Names {
				names = append(names, n.Name)
			}
		case *ast.TypeSpec:
			names = append(names, s.Name.Name)
		}
		if anyOf(names, edited) || anyOf(names, m.elsewhere) {
			for _, n := range names {
				m.kept = append(m.kept, Kept{Name: n})
			}
			continue
		}
		lines = append(lines, source[set.Position(s.Pos()).Offset:set.Position(s.End()).Offset])
	}
	if len(lines) > 0 {
		part := &unit{text: g.Tok.String() + " (\n" + strings.Join(lines, "\n") + "\n)\n", names: u.names}
		if text, err := format.Source([]byte(part.text)); err == nil {
			part.text = string(text)
		}
		m.text.WriteString("\n" + part.marked(part.hash()) + "\n")
	}
}

// ownUnits writes what only the old file has and somebody has written or changed.
func (m *merger) ownUnits() {
	fresh := map[string]bool{}
	for _, u := range m.fresh.units {
		if u.fn || len(u.names) == 1 {
			fresh[u.key()] = true
		}
	}
	for _, u := range m.old.units {
		if !u.edited() || fresh[u.key()] {
			continue
		}
		if u.marker != "" && u.fn {
			m.kept = append(m.kept, Kept{Name: u.key(), Gone: true})
		}
		m.text.WriteString("\n" + m.own(u, u.marker) + "\n")
	}
}

// own returns the text of somebody's own declaration; marker is what its next
// translation is compared with.
func (m *merger) own(u *unit, marker string) string {
	text := u.text
	if u.fn && len(m.renamed) > 0 {
		text = m.withNames(text)
	}
	if u.marker == "" {
		return text
	}
	return (&unit{text: text}).marked(marker)
}

// renameVariables finds the variables that edited functions use and that have
// another value now, as numbered patterns may: the functions keep the old one.
func (m *merger) renameVariables(edited map[string]*unit) {
	old, fresh := variables(m.old), variables(m.fresh)
	for name, is := range fresh {
		if was, ok := old[name]; ok && was != is && edited[name] == nil && m.used(name) {
			m.renamed[name] = name + "Before"
		}
	}
	for name := range old {
		if _, ok := fresh[name]; !ok && edited[name] == nil && m.used(name) {
			m.renamed[name] = name
		}
	}
}

// used reports whether an edited function of the old file mentions a name.
func (m *merger) used(name string) bool {
	word := regexp.MustCompile(`\b` + regexp.QuoteMeta(name) + `\b`)
	for _, u := range m.old.units {
		if u.fn && u.edited() && word.MatchString(u.text) {
			return true
		}
	}
	return false
}

// rescued writes the variables of the old file that only edited functions use.
func (m *merger) rescued() {
	old := variables(m.old)
	for _, u := range m.old.units {
		for _, n := range u.names {
			if to, ok := m.renamed[n]; ok {
				m.text.WriteString("\nvar " + to + strings.TrimPrefix(old[n], n) + "\n")
			}
		}
	}
}

// withNames renames variables in a function, but not fields and methods.
func (m *merger) withNames(text string) string {
	set := token.NewFileSet()
	const head = "package p\n"
	tree, err := parser.ParseFile(set, "", head+text, parser.ParseComments)
	if err != nil {
		return text
	}
	selected := map[*ast.Ident]bool{}
	var found []*ast.Ident
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			selected[n.Sel] = true
		case *ast.Ident:
			if to := m.renamed[n.Name]; to != "" && to != n.Name && !selected[n] {
				found = append(found, n)
			}
		}
		return true
	})
	for i := len(found) - 1; i >= 0; i-- {
		at := set.Position(found[i].Pos()).Offset - len(head)
		text = text[:at] + m.renamed[found[i].Name] + text[at+len(found[i].Name):]
	}
	return text
}

// variables returns the text of each variable of a file which is declared alone.
func variables(f *file) map[string]string {
	out := map[string]string{}
	for _, u := range f.units {
		if u.fn {
			continue
		}
		source := "package p\n" + u.text
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, "", source, 0)
		if err != nil {
			continue
		}
		for _, d := range tree.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			for _, s := range g.Specs {
				if v, ok := s.(*ast.ValueSpec); ok && len(v.Names) == 1 {
					text := source[set.Position(s.Pos()).Offset:set.Position(s.End()).Offset]
					out[v.Names[0].Name] = strings.Join(strings.Fields(text), " ")
				}
			}
		}
	}
	return out
}

// imports returns the imports that the merged text uses.
func (m *merger) imports() []string {
	used := usedPackages("package p\n" + m.text.String())
	have := map[string]bool{}
	var list []string
	add := func(spec string, sure bool) {
		path, name := importOf(spec)
		if have[path] || name == "" || !sure && !used[name] && name != "_" && name != "." {
			return
		}
		have[path] = true
		if used[name] || name == "_" || name == "." {
			delete(used, name)
			list = append(list, spec)
		}
	}
	for _, s := range m.fresh.imports {
		add(s, false)
	}
	for _, s := range m.old.imports {
		add(s, false)
	}
	return list
}

// usedPackages returns the names that a text uses as packages.
func usedPackages(source string) map[string]bool {
	used := map[string]bool{}
	tree, err := parser.ParseFile(token.NewFileSet(), "", source, 0)
	if err != nil {
		return used
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok {
				used[x.Name] = true
			}
		}
		return true
	})
	return used
}

var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

// importOf returns the path of an import and the name that it most likely has.
func importOf(spec string) (importPath, name string) {
	fields := strings.Fields(spec)
	if len(fields) == 0 {
		return "", ""
	}
	importPath, err := strconv.Unquote(fields[len(fields)-1])
	if err != nil {
		return "", ""
	}
	if len(fields) > 1 {
		return importPath, fields[0]
	}
	name = path.Base(importPath)
	if majorVersion.MatchString(name) {
		name = path.Base(path.Dir(importPath))
	}
	name, _, _ = strings.Cut(name, ".v")
	return importPath, strings.TrimSuffix(strings.TrimPrefix(name, "go-"), "-go")
}
