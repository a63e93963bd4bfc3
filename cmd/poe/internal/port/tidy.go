package port

import (
	"go/ast"
	goparser "go/parser"
	gotoken "go/token"
	"slices"
	"sort"
	"strings"
)

// tidy removes from a program what a reader of Go would: a return at the end of a
// function without results, statements behind a loop without end, variables of the
// package that nothing uses. What remains because the Perl program says so, such as a
// sub that nothing calls or a loop that always ends in its first turn, is marked for
// staticcheck.
func tidy(source string) string {
	fset := gotoken.NewFileSet()
	f, err := goparser.ParseFile(fset, "main.go", source, goparser.ParseComments)
	if err != nil {
		return source
	}
	t := &tidier{fset: fset, source: source, onlySet: onlySet(f), inChain: map[*ast.BinaryExpr]bool{}}
	ast.Inspect(f, t.node)
	t.unusedDeclarations(f)
	t.asInPerl(f)
	return dropImports(t.apply())
}

// dropImports removes imports of packages that are no longer mentioned, as the variables
// that mentioned them have been removed.
func dropImports(source string) string {
	head, body, found := strings.Cut(source, "\n)\n")
	if !found {
		return source
	}
	used := map[string]bool{}
	for _, m := range packageWord.FindAllStringSubmatch(stripStrings(body), -1) {
		used[m[1]] = true
	}
	for word, path := range importPaths {
		if i := strings.Index(head, quote(path)); i >= 0 && !used[word] {
			end := i + len(quote(path))
			head = head[:i] + strings.TrimPrefix(head[end:], "\n")
		}
	}
	return head + "\n)\n" + body
}

type tidier struct {
	fset   *gotoken.FileSet
	source string
	edits  []textEdit

	onlySet map[string]bool          // variables of the package that are only assigned to
	inChain map[*ast.BinaryExpr]bool // parts of chains of && or || that are done
}

// textEdit puts text in the place of source[from:to].
type textEdit struct {
	from, to int
	text     string
}

func (t *tidier) apply() string {
	sort.SliceStable(t.edits, func(i, j int) bool { return t.edits[i].from < t.edits[j].from })
	var b strings.Builder
	end := 0
	for _, e := range t.edits {
		if e.from < end {
			continue // within one that is done
		}
		b.WriteString(t.source[end:e.from] + e.text)
		end = e.to
	}
	b.WriteString(t.source[end:])
	return b.String()
}

func (t *tidier) offset(p gotoken.Pos) int { return t.fset.Position(p).Offset }

func (t *tidier) remove(n ast.Node) {
	from, to := t.offset(n.Pos()), t.offset(n.End())
	for from > 0 && t.source[from-1] == '\t' {
		from--
	}
	if to < len(t.source) && t.source[to] == '\n' && (from == 0 || t.source[from-1] == '\n') {
		to++
	}
	t.edits = append(t.edits, textEdit{from, to, ""})
}

// mark puts a directive for staticcheck in front of a node.
func (t *tidier) mark(n ast.Node, check, reason string) {
	at := t.offset(n.Pos())
	t.edits = append(t.edits, textEdit{at, at, "//lint:ignore " + check + " " + reason + "\n"})
}

func (t *tidier) node(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncDecl:
		t.lastReturn(n.Type, n.Body)
	case *ast.FuncLit:
		t.lastReturn(n.Type, n.Body)
	case *ast.BlockStmt:
		t.unreachable(n.List)
		t.declarations(n.List)
	case *ast.ForStmt:
		t.firstTurn(n.Body)
	case *ast.RangeStmt:
		t.firstTurn(n.Body)
	case *ast.BinaryExpr:
		if n.Op == gotoken.LAND || n.Op == gotoken.LOR {
			t.repeatedTests(n)
		}
	}
	return true
}

// lastReturn removes the return at the end of a function without results.
func (t *tidier) lastReturn(f *ast.FuncType, body *ast.BlockStmt) {
	if f.Results != nil || body == nil || len(body.List) == 0 {
		return
	}
	if last, ok := body.List[len(body.List)-1].(*ast.ReturnStmt); ok {
		t.remove(last)
	}
}

// unreachable removes a return or a break behind a loop that nothing leaves, or
// behind another jump.
func (t *tidier) unreachable(list []ast.Stmt) {
	for i := 1; i < len(list); i++ {
		switch list[i].(type) {
		case *ast.ReturnStmt, *ast.BranchStmt:
			if terminates(list[i-1]) {
				t.remove(list[i])
			}
		}
	}
}

func terminates(s ast.Stmt) bool {
	label := ""
	if l, ok := s.(*ast.LabeledStmt); ok {
		label, s = l.Label.Name, l.Stmt
	}
	switch s := s.(type) {
	case *ast.ReturnStmt, *ast.BranchStmt:
		return true
	case *ast.ForStmt:
		return s.Cond == nil && !leaves(s.Body, label)
	}
	return false
}

// leaves reports whether a break in the body of a loop leaves it.
func leaves(body *ast.BlockStmt, label string) bool {
	found := false
	var visit func(n ast.Node, inner bool)
	visit = func(n ast.Node, inner bool) {
		ast.Inspect(n, func(m ast.Node) bool {
			switch m := m.(type) {
			case *ast.FuncLit:
				return false
			case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.SelectStmt, *ast.TypeSwitchStmt:
				if m != n {
					visit(m, true)
					return false
				}
			case *ast.BranchStmt:
				found = found || m.Tok == gotoken.BREAK && (m.Label == nil && !inner || m.Label != nil && m.Label.Name == label) || m.Tok == gotoken.GOTO
			}
			return !found
		})
	}
	visit(body, false)
	return found
}

// declarations joins a declaration without a value and the assignment behind it.
func (t *tidier) declarations(list []ast.Stmt) {
	for i := 0; i+1 < len(list); i++ {
		d, ok := list[i].(*ast.DeclStmt)
		if !ok {
			continue
		}
		spec, ok := d.Decl.(*ast.GenDecl).Specs[0].(*ast.ValueSpec)
		a, isAssign := list[i+1].(*ast.AssignStmt)
		if !ok || !isAssign || len(spec.Names) != 1 || len(spec.Values) != 0 || a.Tok != gotoken.ASSIGN || len(a.Lhs) != 1 {
			continue
		}
		if to, ok := a.Lhs[0].(*ast.Ident); !ok || to.Name != spec.Names[0].Name || mentions(a.Rhs[0], to.Name) {
			continue
		}
		t.edits = append(t.edits, textEdit{t.offset(d.End()), t.offset(a.TokPos), " "})
	}
}

func mentions(n ast.Node, name string) bool {
	found := false
	ast.Inspect(n, func(m ast.Node) bool {
		if id, ok := m.(*ast.Ident); ok && id.Name == name {
			found = true
		}
		return !found
	})
	return found
}

// firstTurn marks the end of a loop's body that always leaves it, where a branch stands
// in front, as staticcheck does.
func (t *tidier) firstTurn(body *ast.BlockStmt) {
	branches := false
	var exit ast.Stmt
	for _, s := range body.List {
		switch s := s.(type) {
		case *ast.BranchStmt:
			if s.Tok == gotoken.CONTINUE {
				return
			}
			if s.Tok == gotoken.BREAK && s.Label == nil {
				exit = s
			}
		case *ast.ReturnStmt:
			exit = s
		case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt:
			branches = true
		}
	}
	if exit == nil || !branches {
		return
	}
	repeats := false
	ast.Inspect(body, func(n ast.Node) bool {
		if b, ok := n.(*ast.BranchStmt); ok && (b.Tok == gotoken.GOTO || b.Tok == gotoken.CONTINUE) {
			repeats = true
		}
		return !repeats
	})
	if !repeats {
		t.mark(exit, "SA4004", "the Perl loop ends here as well")
	}
}

// unusedDeclarations removes variables of the package that nothing mentions, and marks
// functions that nothing reaches.
func (t *tidier) unusedDeclarations(f *ast.File) {
	uses := map[string][]string{} // by function, the names of the package in it
	var roots []string
	declared := map[string]bool{}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv != nil || d.Name.Name == "main" || d.Name.Name == "init" {
				roots = append(roots, names(d)...)
				continue
			}
			declared[d.Name.Name] = true
			uses[d.Name.Name] = names(d.Body)
			uses[d.Name.Name] = append(uses[d.Name.Name], names(d.Type)...)
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if v, ok := s.(*ast.ValueSpec); ok {
					for _, name := range v.Names {
						declared[name.Name] = true
						for _, x := range v.Values {
							uses[name.Name] = append(uses[name.Name], names(x)...)
						}
						if name.Name == "_" {
							roots = append(roots, uses["_"]...)
						}
					}
				} else {
					roots = append(roots, names(s)...)
				}
			}
		}
	}
	reached := map[string]bool{}
	reach := func(list []string) {
		for len(list) > 0 {
			name := list[len(list)-1]
			list = list[:len(list)-1]
			if declared[name] && !reached[name] {
				reached[name] = true
				list = append(list, uses[name]...)
			}
		}
	}
	reach(roots)
	for _, d := range f.Decls {
		if d, ok := d.(*ast.FuncDecl); ok && d.Recv == nil && d.Name.Name != "main" && d.Name.Name != "init" && !reached[d.Name.Name] {
			t.mark(d, "U1000", "nothing in the Perl program calls it by name")
			reach([]string{d.Name.Name})
		}
	}
	for _, d := range f.Decls {
		if d, ok := d.(*ast.GenDecl); ok && d.Tok == gotoken.VAR {
			t.unusedVariables(d, reached)
		}
	}
}

// unusedVariables removes variables that nothing mentions and marks those which are set
// and never read.
func (t *tidier) unusedVariables(d *ast.GenDecl, reached map[string]bool) {
	unused := func(s ast.Spec) bool {
		v := s.(*ast.ValueSpec)
		return !slices.ContainsFunc(v.Names, func(id *ast.Ident) bool { return id.Name == "_" || reached[id.Name] })
	}
	all := true
	for _, s := range d.Specs {
		all = all && unused(s)
	}
	if all {
		t.remove(d)
		return
	}
	for _, s := range d.Specs {
		if unused(s) {
			t.remove(s)
		} else if name := s.(*ast.ValueSpec).Names[0].Name; t.onlySet[name] {
			t.mark(s, "U1000", "the Perl program sets it and does not read it")
		}
	}
}

// names returns the identifiers in a node that are not selected from something.
func names(n ast.Node) []string {
	var list []string
	ast.Inspect(n, func(m ast.Node) bool {
		switch m := m.(type) {
		case *ast.SelectorExpr:
			list = append(list, names(m.X)...)
			return false
		case *ast.Ident:
			list = append(list, m.Name)
		}
		return true
	})
	return list
}
