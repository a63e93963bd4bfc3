package port

import (
	"go/ast"
	"go/printer"
	gotoken "go/token"
	"maps"
	"slices"
	"sort"
	"strings"
)

// asInPerl names in front of the program the checks of staticcheck that find what the
// Perl program itself has: values that are never used, a test that stands twice, a
// defined of what always is.
func (t *tidier) asInPerl(f *ast.File) {
	found := map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Body != nil && lostValue(n.Body) {
				found["SA4006"] = true
			}
		case *ast.BinaryExpr:
			found["SA4000"] = found["SA4000"] || twiceChecked[n.Op] && !effectFree(n.X) && t.same(n.X, n.Y)
		case *ast.BlockStmt:
			for i := range n.List {
				for _, before := range n.List[max(0, i-2):i] {
					found["SA4023"] = found["SA4023"] || alwaysDefined(before, n.List[i])
				}
			}
		}
		return true
	})
	maps.DeleteFunc(found, func(_ string, there bool) bool { return !there })
	if len(found) == 0 {
		return
	}
	at := t.offset(f.Package)
	checks := strings.Join(slices.Sorted(maps.Keys(found)), ",")
	t.edits = append(t.edits, textEdit{at, at, "//lint:file-ignore " + checks + " as in the Perl program\n\n"})
}

// twiceChecked are the operators of which staticcheck finds equal operands, even if these
// are calls that return another value each time.
var twiceChecked = map[gotoken.Token]bool{
	gotoken.EQL: true, gotoken.NEQ: true, gotoken.LSS: true, gotoken.GTR: true, gotoken.LEQ: true, gotoken.GEQ: true,
	gotoken.LAND: true, gotoken.LOR: true, gotoken.SUB: true, gotoken.QUO: true,
}

func (t *tidier) same(a, b ast.Expr) bool {
	var x, y strings.Builder
	return printer.Fprint(&x, t.fset, a) == nil && printer.Fprint(&y, t.fset, b) == nil && x.String() == y.String()
}

// alwaysDefined reports whether a statement tests for nil what one in front of it has
// assigned from a call.
func alwaysDefined(first, second ast.Stmt) bool {
	var to *ast.Ident
	var value ast.Expr
	switch s := first.(type) {
	case *ast.AssignStmt:
		to, _ = s.Lhs[0].(*ast.Ident)
		value = s.Rhs[0]
	case *ast.DeclStmt:
		if v, ok := s.Decl.(*ast.GenDecl).Specs[0].(*ast.ValueSpec); ok && len(v.Values) > 0 {
			to, value = v.Names[0], v.Values[0]
		}
	}
	if _, call := value.(*ast.CallExpr); !call || to == nil {
		return false
	}
	found := false
	test, ok := second.(*ast.IfStmt)
	if !ok {
		return false
	}
	ast.Inspect(test.Cond, func(n ast.Node) bool {
		if b, ok := n.(*ast.BinaryExpr); ok && (b.Op == gotoken.EQL || b.Op == gotoken.NEQ) {
			x, isName := b.X.(*ast.Ident)
			y, isNil := b.Y.(*ast.Ident)
			found = found || isName && isNil && x.Name == to.Name && y.Name == "nil"
		}
		return !found
	})
	return found
}

// reference is where a variable is read or set.
type reference struct {
	at    gotoken.Pos
	set   bool
	block ast.Node // the list of statements that an assignment stands in
	loop  bool     // an assignment within a loop, which may come round to a read
}

// lostValue reports whether a function may set one of its variables to a value that is
// replaced, or forgotten at its end, before anything reads it. Variables of closures
// count as read.
func lostValue(body *ast.BlockStmt) bool {
	//lint:ignore SA1019 names that are local to a function are all that is resolved here
	refs := map[*ast.Object][]reference{}
	//lint:ignore SA1019 see above
	shared, owner := map[*ast.Object]bool{}, map[*ast.Object]ast.Node{}
	sets := map[*ast.Ident]reference{}
	collectSets(body, sets)
	var visit func(n, function ast.Node)
	visit = func(n, function ast.Node) {
		ast.Inspect(n, func(m ast.Node) bool {
			switch m := m.(type) {
			case *ast.FuncLit:
				if m != n {
					visit(m, m)
					return false
				}
			case *ast.UnaryExpr:
				if id, ok := m.X.(*ast.Ident); ok && m.Op == gotoken.AND && id.Obj != nil {
					shared[id.Obj] = true
				}
			case *ast.Ident:
				if m.Obj == nil || m.Obj.Kind != ast.Var {
					return true
				}
				if m.Obj.Pos() == m.Pos() {
					owner[m.Obj] = function
				}
				if owner[m.Obj] != function {
					shared[m.Obj] = true
				}
				r, set := sets[m]
				if !set {
					r = reference{at: m.Pos()}
				}
				if r.at != gotoken.NoPos {
					refs[m.Obj] = append(refs[m.Obj], r)
				}
			}
			return true
		})
	}
	visit(body, body)
	for obj, list := range refs {
		if !shared[obj] && owner[obj] != nil && lost(list) {
			return true
		}
	}
	return false
}

func lost(list []reference) bool {
	sort.SliceStable(list, func(i, j int) bool { return list[i].at < list[j].at })
	for i, r := range list {
		if !r.set {
			continue
		}
		if i == len(list)-1 && !r.loop {
			return true
		}
		if i < len(list)-1 && list[i+1].set && list[i+1].block == r.block {
			return true
		}
	}
	return false
}

// collectSets notes the names that statements set, after what stands to the right of
// them, and as nowhere those of _ = x.
func collectSets(body ast.Node, sets map[*ast.Ident]reference) {
	var visit func(n, block ast.Node, loop bool)
	visit = func(n, block ast.Node, loop bool) {
		ast.Inspect(n, func(m ast.Node) bool {
			if m == n {
				return true
			}
			switch m := m.(type) {
			case *ast.BlockStmt:
				visit(m, m, loop)
				return false
			case *ast.FuncLit:
				visit(m, m, false)
				return false
			case *ast.ForStmt, *ast.RangeStmt:
				visit(m, m, true)
				return false
			case *ast.AssignStmt:
				if id, ok := m.Rhs[0].(*ast.Ident); ok && len(m.Lhs) == 1 {
					if to, ok := m.Lhs[0].(*ast.Ident); ok && to.Name == "_" {
						sets[id] = reference{}
					}
				}
				for _, x := range m.Lhs {
					if id, ok := x.(*ast.Ident); ok && (m.Tok == gotoken.ASSIGN || m.Tok == gotoken.DEFINE) {
						sets[id] = reference{at: m.End(), set: true, block: block, loop: loop}
					}
				}
			case *ast.DeclStmt:
				for _, s := range m.Decl.(*ast.GenDecl).Specs {
					v, ok := s.(*ast.ValueSpec)
					if !ok {
						continue
					}
					for _, id := range v.Names {
						if len(v.Values) == 0 {
							sets[id] = reference{}
						} else {
							sets[id] = reference{at: m.End(), set: true, block: block, loop: loop}
						}
					}
				}
			}
			return true
		})
	}
	visit(body, body, false)
}

// onlySet returns the variables of the package that are assigned to and never read.
func onlySet(f *ast.File) map[string]bool {
	set, read := map[string]bool{}, map[string]bool{}
	targets := map[*ast.Ident]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, x := range n.Lhs {
				if id, ok := x.(*ast.Ident); ok && n.Tok == gotoken.ASSIGN {
					targets[id] = true
					set[id.Name] = true
				}
			}
		case *ast.ValueSpec:
			for _, id := range n.Names {
				targets[id] = true
			}
		case *ast.Ident:
			if !targets[n] {
				read[n.Name] = true
			}
		}
		return true
	})
	for name := range read {
		delete(set, name)
	}
	return set
}
